# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any tasks one after the other on one host, and what people do to it between them.

Check mode foretells each task and changes nothing, the same task again changes nothing, and one that fails leaves what
was there.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

pytest.importorskip("ansible", reason="tasks are decided on the controller")

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.standalone.python.plugins.module_utils._argspec import (
    BUILD_ARGUMENTS,
    REQUEST_ARGUMENTS,
    SEALED_ARGUMENTS,
    unsealed,
)
from ansible_collections.standalone.python.plugins.module_utils._errors import ArchiveNeeded, StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._install import confirm, publish, rollback
from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec
from ansible_collections.standalone.python.plugins.module_utils._platform.host import PLATFORM_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._store import inventory
from tests.support import fake_builds
from tests.support.action_host import Host, act
from tests.support.fake_builds import MINOR
from tests.support.fuzzing import costly
from tests.support.host_view import contents
from tests.support.index_documents import index_of
from tests.support.killed import killed_at

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="the made-up builds are for x86-64")

NAMES = ("app", "db")
RELEASES = ("20260101", "20260201", "20260301")
MODULE_ARGUMENTS = {**BUILD_ARGUMENTS, **PLATFORM_ARGUMENTS, **REQUEST_ARGUMENTS, **SEALED_ARGUMENTS}
# What a run says beyond what check mode can know: it has unpacked and tried out the build.
OF_A_RUN = frozenset({"timings", "health", "executables", "components"})


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


class ModulesHost(Host):
    """A host on which the module `build` runs, in this process and with this machine's platform."""

    check_mode = False

    def run_module(self, name: str, arguments: Mapping[str, Any], **_how: Any) -> dict[str, Any]:
        assert name == "build"
        validated = ArgumentSpecValidator(MODULE_ARGUMENTS).validate(dict(arguments))
        assert not validated.error_messages
        try:
            params = unsealed(validated.validated_parameters)
            return dict(publish.run(InstallSpec.from_params(params), check_mode=self.check_mode))
        except ArchiveNeeded as error:
            return {
                "changed": False,
                "msg": str(error),
                "archive_needed": {"sha256": error.sha256, "build": error.build},
            }
        except StandaloneError as error:
            return {"failed": True, "changed": False, "msg": str(error)}

    def send_file(self, path: str) -> str:
        return path


class Sequence(RuleBasedStateMachine):
    """Two paths with one store, and three releases on a mirror."""

    def __init__(self) -> None:
        super().__init__()
        self.top = Path(tempfile.mkdtemp(prefix="sequence-"))
        self.builds = {release: fake_builds.make(self.top / "mirror", release) for release in RELEASES}
        self.host = ModulesHost(str(self.top / "home"))
        self.opt = self.top / "opt"
        self.opt.mkdir()
        self.is_touched = self.has_litter = False
        self.index = self.top / "index.ndjson"
        self.index.write_bytes(index_of(*(build.asset() for build in self.builds.values())))

    def teardown(self) -> None:
        shutil.rmtree(self.top)

    def path(self, name: str) -> Path:
        return self.opt / name

    # --- tasks -----------------------------------------------------------------------------------------------------

    @rule(
        name=st.sampled_from(NAMES),
        release=st.sampled_from(RELEASES),
        keep=st.sampled_from([None, 0, 1, 2]),
        provisional=st.sampled_from([None, True, False]),
        verify=st.sampled_from([None, "none", "full"]),
        adopt=st.sampled_from([None, True]),
        externally_managed=st.sampled_from([None, None, True]),
    )
    def build_asset(self, name: str, release: str, **options: Any) -> None:
        asset = self.builds[release].asset()
        self._task(lambda check_mode: self._build(name, check_mode, asset=asset, **options))

    @rule(
        name=st.sampled_from(NAMES),
        wanted=st.sampled_from([MINOR, fake_builds.VERSION, *(f"{fake_builds.VERSION}+{one}" for one in RELEASES)]),
        state=st.sampled_from([None, "latest"]),
        exclude=st.sampled_from([None, None, RELEASES[2], [RELEASES[1]]]),
        keep=st.sampled_from([None, 0, 2]),
    )
    def build_name(self, name: str, wanted: str, **options: Any) -> None:
        index = str(self.index)
        self._task(lambda check_mode: self._build(name, check_mode, name=wanted, index=index, **options))

    @rule(name=st.sampled_from(NAMES), verify=st.sampled_from([None, "full"]))
    def build_absent(self, name: str, verify: str | None) -> None:
        self._task(lambda check_mode: self._build(name, check_mode, state="absent", verify=verify))

    @rule(from_build=st.sampled_from(["any", *RELEASES]), names=st.sampled_from([(), ("app",), ("app", "db")]))
    def rollback(self, from_build: str, names: tuple[str, ...]) -> None:
        params = self._rollback(from_build, names)
        # again, it may go one further back
        self._task(lambda check_mode: _module(rollback.run, params, check_mode), again=from_build != "any")

    @rule(names=st.sampled_from([(), ("app",), ("app", "db")]))
    def confirm(self, names: tuple[str, ...]) -> None:
        params = {"lock_timeout": 900, **self._places(names)}
        self._task(lambda check_mode: _module(confirm.run, params, check_mode))

    @rule(verify=st.sampled_from(["none", "quick", "full"]))
    def build_info(self, verify: str) -> None:
        params = {"paths": None, "stores": [str(self.opt / ".builds")], "root": None, "verify": verify}
        before = contents(self.opt)
        answer = inventory.run({**params, "environments": None})
        assert contents(self.opt) == before
        linked = {path["path"]: path["entry"] for path in answer["paths"] if path["entry"]}
        assert linked.items() <= {str(path): path.resolve().name for path in map(self.path, NAMES)}.items()
        assert {build["entry"] for build in answer["builds"]} <= {entry.name for entry in self._entries()}

    @rule(
        step=st.integers(0, 60),
        name=st.sampled_from(NAMES),
        release=st.sampled_from([None, *RELEASES]),
        keep=st.sampled_from([0, 1]),
        provisional=st.booleans(),
        verify=st.sampled_from(["quick", "full"]),
    )
    def kill_a_build(self, step: int, name: str, release: str | None, **options: Any) -> None:
        asked = {"asset": self.builds[release].asset()} if release else {"state": "absent"}
        self._kill(step, lambda: self._build(name, False, **asked, **options))

    @rule(step=st.integers(0, 20), from_build=st.sampled_from(["any", *RELEASES]))
    def kill_a_rollback(self, step: int, from_build: str) -> None:
        self._kill(step, lambda: _module(rollback.run, self._rollback(from_build, ()), check_mode=False))

    def _kill(self, step: int, work: Callable[[], object]) -> None:
        worked = [path for path in map(self.path, NAMES) if path.is_symlink() and path.exists()]
        killed_at(step, work)
        self.has_litter = True
        assert [path for path in worked if path.is_symlink() and not path.exists()] == [], "a path points to nothing"

    def _rollback(self, from_build: str, names: tuple[str, ...]) -> dict[str, Any]:
        named = from_build if from_build == "any" else f"{fake_builds.VERSION}+{from_build}"
        return {"from_build": named, "reason": "", "root": None, "lock_timeout": 900, **self._places(names)}

    def _places(self, names: tuple[str, ...]) -> dict[str, Any]:
        paths = [str(self.path(name)) for name in names]
        return {"paths": paths or None, "stores": None if paths else [str(self.opt / ".builds")]}

    def _build(self, at: str, check_mode: bool, **options: Any) -> dict[str, Any]:
        given = {option: value for option, value in options.items() if value is not None}
        self.host.check_mode = check_mode
        mirror = (self.top / "mirror").as_uri()
        common = {"mirror": mirror, "health_imports": ["zlib"], "compile_bytecode": False}
        return act(self.host, self.path(at), check_mode=check_mode, **common, **given)

    def _task(self, run: Callable[[bool], dict[str, Any]], *, again: bool = True) -> None:
        before = contents(self.opt)
        foretold = run(True)
        assert contents(self.opt) == before, "check mode changed something"
        done = run(False)
        note(f"{done.get('msg') or {'changed': done['changed'], 'diff': done.get('diff')}}")
        if "is not adopted" not in done.get("msg", ""):  # which only the archive shows
            assert self._compared(foretold) == self._compared(done)
        after = contents(self.opt)
        if done.get("failed"):
            assert _of_builds(after) == _of_builds(before), "a task that failed changed something"
            return
        if not done["changed"] and not self.has_litter:
            assert _of_builds(after) == _of_builds(before), "it changed what it did not report"
        if again:
            # While metadata is damaged nothing is pruned, so the task after the one that repairs it prunes.
            second = run(False) if done.get("warnings") else done
            after = contents(self.opt)
            third = run(False)
            assert (third["changed"], third.get("failed", False)) == (False, False), (second, third)
            assert contents(self.opt) == after
            self.has_litter &= "build" not in done  # only this module sweeps, whatever the path

    def _compared(self, result: Any) -> Any:
        """What of a result check mode has to know.

        The probe does not report why a file of metadata is damaged. Once somebody has changed or removed files there,
        it does not know all that is pruned: it reports no build without a receipt, and compares no earlier one.
        """
        if isinstance(result, list):
            return [self._compared(one) for one in result]
        if not isinstance(result, dict):
            return result
        if result.get("failed"):
            return {"failed": True}
        unknown = {*OF_A_RUN, *({"pruned", "also in the store"} if self.is_touched else ())}
        known = {key: self._compared(value) for key, value in result.items() if key not in unknown}
        return {**known, "warnings": len(result.get("warnings", ()))}

    # --- what people do ---------------------------------------------------------------------------------------------

    @rule(name=st.sampled_from(NAMES), deed=st.sampled_from(["spoil", "lose", "add"]))
    def change_a_file(self, name: str, deed: str) -> None:
        file = self.path(name) / "lib" / f"python{MINOR}" / ("os.py" if deed != "add" else "own.py")
        if not file.parent.exists():
            return
        self.is_touched = True
        file.unlink(missing_ok=True)
        if deed != "lose":
            file.write_text("x = 1\n")

    @rule(name=st.sampled_from(NAMES))
    def lose_the_link(self, name: str) -> None:
        if self.path(name).is_symlink():
            self.path(name).unlink()

    @rule(name=st.sampled_from(NAMES), release=st.sampled_from(RELEASES))
    def unpack_by_hand(self, name: str, release: str) -> None:
        path = self.path(name)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif not path.is_symlink():
            path.mkdir()
            archive = self.builds[release].archive
            subprocess.run(["tar", "-xzf", archive, "-C", path, "--strip-components=1"], check=True)

    @rule(which=st.integers(0, 20), deed=st.sampled_from(["empty", "garbage", "lose", "newer"]))
    def damage_metadata(self, which: int, deed: str) -> None:
        files = [file for file in sorted((self.opt / ".builds").rglob("*")) if _is_metadata(file)]
        if not files:
            return
        file = files[which % len(files)]
        text = file.read_text()
        note(f"{deed} {file.relative_to(self.opt)}")
        if deed == "lose":
            self.is_touched |= file.name == ".build.json"
            file.unlink()
        elif deed == "newer":
            file.write_text(text.replace('"format": ', '"format": 9'))
        else:
            file.write_text("" if deed == "empty" else text[: len(text) // 2])

    @rule(which=st.integers(0, 5))
    def lose_a_build(self, which: int) -> None:
        entries = self._entries()
        if entries:
            shutil.rmtree(entries[which % len(entries)])
            self.is_touched = True

    @rule(name=st.sampled_from(NAMES), which=st.integers(0, 5))
    def point_the_link_elsewhere(self, name: str, which: int) -> None:
        """To another build of the path: with one of another path, only a run sees that both paths need it."""
        path = self.path(name)
        mine = [entry for entry in self._entries() if f'"prefix": "{path}"' in _receipt(entry)]
        if mine and path.is_symlink():
            path.unlink()
            path.symlink_to(os.path.relpath(mine[which % len(mine)], path.parent))

    def _entries(self) -> list[Path]:
        store = self.opt / ".builds"
        return sorted(item for item in store.iterdir() if item.name[0] != ".") if store.is_dir() else []

    @invariant()
    def nothing_is_left_behind(self) -> None:
        if self.has_litter:
            return
        staging = self.opt / ".builds" / ".staging"
        assert not staging.is_dir() or os.listdir(staging) == []
        assert {item.name for item in self.opt.iterdir()} <= {*NAMES, ".builds"}


def _receipt(entry: Path) -> str:
    file = entry / ".build.json"
    return file.read_text() if file.is_file() else ""


def _is_metadata(file: Path) -> bool:
    return file.name in (".build.json", ".build.manifest") or (file.parent.name == ".roots" and file.is_file())


def _module(run: Callable[..., dict[str, Any]], params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    try:
        return run(params, check_mode=check_mode)
    except StandaloneError as error:
        return {"failed": True, "changed": False, "msg": str(error)}


def _of_builds(found: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Without the metadata of the store, and the store itself, which goes when it is empty."""
    return {name: of for name, of in found.items() if name != ".builds" and not name.startswith(".builds/.")}


Sequence.TestCase.settings = settings(costly(30), stateful_step_count=30, phases=[Phase.reuse, Phase.generate])
TestSequence = Sequence.TestCase
