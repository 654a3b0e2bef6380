# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installs as the module does, each time in its own process group. `install_runs` starts and talks to it.

    python install_server.py TREE

TREE holds `ansible_collections`. Each line of standard input is a job:

    {"params": …, "die_at_step": 7 or null, "fail_at_step": 7 or null}

Each is answered by two lines: {"pid": …} when its process runs, and {"result": …, "error": …, "steps": …} when that has
ended.
"""

from __future__ import annotations

import errno
import gc
import importlib
import itertools
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import own_processes

# Audit events (Python's documentation, "Audit events table") that announce a change of the file system.
CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.symlink", "os.link", "os.chmod", "os.utime"}
MODULE_UTILS = "ansible_collections.standalone.python.plugins.module_utils"
IMPORTED_LATE = ("lzma", "subprocess", "tempfile", "urllib.request")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    _import_all(Path(sys.argv[1], *MODULE_UTILS.split(".")))
    for line in sys.stdin:
        job = json.loads(line)
        reader, writer = os.pipe()
        pid = os.fork()
        if not pid:
            os.setpgid(0, 0)  # and below as well: the first of both counts
            os.write(writer, json.dumps(_carry_out(job)).encode())
            os._exit(0)
        os.close(writer)
        os.setpgid(pid, pid)
        _say({"pid": pid})
        with os.fdopen(reader, "rb") as answer:
            words = answer.read()
        os.waitpid(pid, 0)
        _say(json.loads(words) if words else {"result": None, "error": None, "steps": []})


def _import_all(module_utils: Path) -> None:
    """Import what an installation can come to import, once, not again in each process."""
    for file in sorted(module_utils.rglob("*.py")):
        importlib.import_module(".".join([MODULE_UTILS, *file.relative_to(module_utils).with_suffix("").parts]))
    for name in IMPORTED_LATE:
        importlib.import_module(name)
    processes = sys.modules[f"{MODULE_UTILS}._os.processes"]
    processes._pids = own_processes.pids_from(os.getppid(), processes._pids)  # type: ignore[attr-defined]
    gc.freeze()  # so that no process copies the memory of all that, only to look whether it is garbage


def _carry_out(job: dict[str, Any]) -> dict[str, Any]:
    from ansible_collections.standalone.python.plugins.module_utils._argspec import BUILD_ARGUMENTS
    from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
    from ansible_collections.standalone.python.plugins.module_utils._install import publish
    from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec

    defaults = {option: spec.get("default") for option, spec in BUILD_ARGUMENTS.items()}
    spec = InstallSpec.from_params({**defaults, **job["params"]})
    steps: list[str] = []
    _watch(steps, job["die_at_step"], job["fail_at_step"])
    try:
        return {"result": publish.run(spec), "error": None, "steps": steps}
    except StandaloneError as error:
        return {"result": None, "error": str(error), "steps": steps}


def _watch(steps: list[str], die_at: int | None, fail_at: int | None) -> None:
    """Notes each change just before it happens.

    Dies in place of number `die_at` with all that it started; lets number `fail_at` fail as a broken disk does.
    """
    numbers = itertools.count()

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in CHANGES or (event == "open" and arguments[2] & WRITING and arguments[0] != os.devnull):
            steps.append(f"{event} {arguments[0]!r}")
            number = next(numbers)
            if number == die_at:
                os.killpg(0, signal.SIGKILL)
            if number == fail_at:
                raise OSError(errno.EIO, os.strerror(errno.EIO), arguments[0])

    sys.addaudithook(hook)


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
