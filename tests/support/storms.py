# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many processes that work on one store at once, of which some are killed at random instants."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import random
import signal
import subprocess
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._argspec import BUILD_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._install import confirm, publish, rollback
from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec
from ansible_collections.standalone.python.plugins.module_utils._store import inventory

from .fake_builds import FakeBuild

WORKERS = 4
KILLED = 0.3  # of the runs
LONGEST_LIFE_S = 0.6  # of a run that is killed
REFUSALS = ("the store has no build of this path before", "is not as it was installed")  # it was pruned just then
ON_HOST = {"root": None, "lock_timeout": 900}
DEFAULTS = {option: spec.get("default") for option, spec in BUILD_ARGUMENTS.items()}


@dataclass(frozen=True)
class Storm:
    """The paths that always have a build, one that comes and goes, and the builds."""

    stable: Sequence[Path]
    volatile: Path
    builds: Sequence[FakeBuild]
    seed: int

    @property
    def store(self) -> str:
        return str(self.volatile.parent / ".builds")

    def spec(self, path: Path, build: FakeBuild | None, **params: Any) -> InstallSpec:
        given: dict[str, Any] = {"path": str(path), "compile_bytecode": False, "health_imports": [], **params}
        if build:
            given.update(asset=build.asset(), archive=str(build.archive))
        return InstallSpec.from_params({**DEFAULTS, **given})

    def blow(self, seconds: float) -> tuple[Counter[str], list[str]]:
        """How often each thing happened, and what was wrong."""
        until = time.monotonic() + seconds
        with multiprocessing.Manager() as manager:
            said = manager.list()
            workers = [
                multiprocessing.Process(target=_work, args=(self, self.seed + number, until, said))
                for number in range(WORKERS)
            ]
            watcher = multiprocessing.Process(target=_watch, args=(self, until, said))
            for process in (*workers, watcher):
                process.start()
            for process in (*workers, watcher):
                process.join()
            happened = Counter(what for what, wrong in said if not wrong)
            return happened, [what for what, wrong in said if wrong]

    def action(self, chance: random.Random) -> tuple[str, Callable[[], Any]]:
        """A name, and what to do."""
        path = chance.choice([*self.stable, self.volatile])
        build = chance.choice(self.builds)
        params = {"keep": chance.choice([0, 0, 1, 2]), "provisional": chance.random() < 0.3}
        verify = chance.choice(["quick", "quick", "full", "none"])
        drawn = chance.random()
        if drawn < 0.15:
            return "absent", lambda: [publish.run(self.spec(self.volatile, None, state="absent"))]
        if drawn < 0.3:
            asked = {"from_build": rollback.ANY, "reason": "the storm", "paths": [str(path)], "stores": [self.store]}
            return "rollback", lambda: [rollback.run({**ON_HOST, **asked}, check_mode=False)]
        if drawn < 0.45:
            asked = {**ON_HOST, "paths": None, "stores": [self.store]}
            return "accept", lambda: [confirm.run(asked, check_mode=False)]
        if drawn < 0.55:
            asked = {**ON_HOST, "paths": None, "stores": [self.store], "verify": verify, "environments": []}
            return "info", lambda: [inventory.run(asked)]
        if drawn < 0.65:
            return "check", lambda: [publish.run(self.spec(path, build, verify=verify, **params), check_mode=True)]
        return "build", lambda: [publish.run(self.spec(path, build, verify=verify, **params))]


def _work(storm: Storm, seed: int, until: float, said: Any) -> None:
    chance = random.Random(seed)
    while time.monotonic() < until:
        name, act = storm.action(chance)
        life_s = chance.uniform(0, LONGEST_LIFE_S) if chance.random() < KILLED else None
        said.extend(_run(name, act, life_s))


def _run(name: str, act: Callable[[], Any], life_s: float | None) -> list[tuple[str, bool]]:
    reader, writer = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            os.setpgid(0, 0)
            os.write(writer, json.dumps(_outcome(act)).encode())
        finally:  # without an answer, the one who waits says that it died
            os._exit(0)
    os.close(writer)
    with contextlib.suppress(OSError):
        os.setpgid(pid, pid)
    if life_s is not None:
        time.sleep(life_s)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    with os.fdopen(reader, "rb") as answer:
        words = answer.read()
    os.waitpid(pid, 0)
    if not words:
        return [(f"{name} killed" if life_s is not None else f"{name} died", life_s is None)]
    happened, wrong = json.loads(words)
    return [(f"{name} {happened}", False), *((f"{name}: {one}", True) for one in wrong)]


def _outcome(act: Callable[[], Any]) -> tuple[str, list[str]]:
    """How it ended, and what is wrong with it. No kill may look like damage."""
    try:
        results = act()
    except StandaloneError as error:
        return "refused", [] if any(text in str(error) for text in REFUSALS) else [str(error)]
    except Exception:  # noqa: BLE001 - whatever it is, the user would see it
        return "raised", [traceback.format_exc()]
    changed = any(result["changed"] for result in results)
    return ("changed" if changed else "unchanged"), [word for one in results for word in one.get("warnings", ())]


def _watch(storm: Storm, until: float, said: Any) -> None:
    """Looks at the paths all the time, from outside."""
    while time.monotonic() < until:
        for path in (*storm.stable, storm.volatile):
            complaint = wrong_with(path, may_be_absent=path == storm.volatile)
            said.append((complaint or "look", complaint is not None))


def wrong_with(path: Path, *, may_be_absent: bool) -> str | None:
    """Why the path does not run a complete build; None when it does. A switch or removal meanwhile is no fault."""
    for _again in range(5):
        before = _link_of(path)
        if before is None:
            if may_be_absent:
                return None
            return f"{path} is gone"
        command = [path / "bin" / "python", "-S", "-c", "import json"]
        try:
            done = subprocess.run(command, check=False, capture_output=True, text=True)
            problem = done.stderr.strip() if done.returncode else _missing_from(path)
        except OSError as error:
            problem = str(error)
        if not problem or (may_be_absent and _link_of(path) is None):
            return None
        if _link_of(path) == before:
            return f"{path} -> {before}: {problem}"
    return None


def _missing_from(path: Path) -> str | None:
    missing = [name for name in (".build.json", ".build.manifest", "lib/pkgconfig") if not (path / name).exists()]
    return f"{missing} missing" if missing else None


def _link_of(path: Path) -> str | None:
    try:
        return os.readlink(path)
    except OSError:
        return None
