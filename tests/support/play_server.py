# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`ansible-playbook` from a process that has imported it already, since that is most of what a short play costs.

    rc, output = PlayServer(environment).run(arguments, environment, timeout_s=300)

Each run is a fork of that process, in which `main` of ansible-playbook is called as its script does. What ansible-core
reads while it is imported is that of the server, but for the path of the log: `fits` says whether an environment agrees
with that.

A run begins with the plugins loaded that nearly each of them loads, and with the modules packed that earlier ones sent.
Neither the plugins nor ansible-core may change while the server is there.
"""

from __future__ import annotations

import array
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_MOST_BYTES = 1 << 20
_OWN = "ANSIBLE_STANDALONE_PYTHON_"  # what the collection reads itself, while it runs
_PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
_COLLECTION = "ansible_collections.standalone.python"
# What nearly each run imports later.
_LATE = (
    "ansible.executor.playbook_executor",
    "ansible.executor.process.worker",
    "ansible.playbook.handler",
    "ansible.playbook.included_file",
    "ansible.playbook.role_include",
    "ansible.plugins.vars.host_group_vars",
    "multiprocessing.synchronize",
    "requests",
)
_INVENTORIES = ("auto", "host_list", "ini", "script", "toml", "yaml")
_READ_AT_IMPORT = ("ANSIBLE_", "HOME", "LANG", "LC_", "PYTHON", "TMPDIR")
_LOG = "ANSIBLE_LOG_PATH"


def fits_import(environment: Mapping[str, str], imported: Mapping[str, str]) -> bool:
    """Whether ansible-core that was imported with `imported` runs with `environment` as a new process would."""

    def seen(variables: Mapping[str, str]) -> dict[str, str]:
        names = (name for name in variables if name.startswith(_READ_AT_IMPORT) and not name.startswith((_OWN, _LOG)))
        return {name: variables[name] for name in names}

    return seen(environment) == seen(imported)


class PlayServer:
    """The process, and the way to ask it for runs; several threads may do so at a time."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._control, given = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _MOST_BYTES)
        with given:
            command = [sys.executable, __file__, str(given.fileno())]
            no_terminal = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
            self._process = subprocess.Popen(command, env={**environment}, pass_fds=[given.fileno()], **no_terminal)

    def fits(self, environment: Mapping[str, str]) -> bool:
        """Whether a run with this environment is the same as one of a new process."""
        return fits_import(environment, self._environment)

    def run(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        *,
        timeout_s: float,
        directory: str | None = None,
    ) -> tuple[int, str]:
        """Run `ansible-playbook` with `arguments`, in `directory` or the present one: exit status, and both streams.

        Raises `TimeoutExpired`.
        """
        output, given_output = os.pipe()
        status, given_status = os.pipe()
        job = {"arguments": list(arguments), "environment": dict(environment), "directory": directory or os.getcwd()}
        try:
            fds = array.array("i", [given_output, given_status])
            self._control.sendmsg([json.dumps(job).encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
        finally:
            os.close(given_output)
            os.close(given_status)
        with open(output, "rb") as stream, open(status, encoding="ascii") as answer:
            pid = int(answer.readline())
            text = self._read(stream.fileno(), pid, arguments, timeout_s)
            return int(answer.readline()), text

    @staticmethod
    def _read(stream: int, pid: int, arguments: Sequence[str], timeout_s: float) -> str:
        until = time.monotonic() + timeout_s
        pieces = []
        while select.select([stream], [], [], max(0, until - time.monotonic()))[0]:
            piece = os.read(stream, 1 << 16)
            if not piece:
                return b"".join(pieces).decode()
            pieces.append(piece)
        os.kill(pid, signal.SIGKILL)
        raise subprocess.TimeoutExpired([*arguments], timeout_s, b"".join(pieces))

    def close(self) -> None:
        """End the process."""
        self._control.close()
        self._process.wait()


def _serve(control: socket.socket) -> None:
    """Fork for each job, until nobody is left who could send one; returns in the forks, which are to play."""
    while True:
        fds = array.array("i")
        message, ancillary, _flags, _address = control.recvmsg(_MOST_BYTES, socket.CMSG_LEN(2 * fds.itemsize))
        if not message:
            sys.exit()
        for _level, _kind, data in ancillary:
            fds.frombytes(data)
        output, status = fds
        if os.fork() == 0:
            control.close()
            _watch(status, output)
            _become(json.loads(message), output)
            return
        os.close(output)
        os.close(status)
        _reap()


def _reap() -> None:
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return
        except ChildProcessError:
            return


def _watch(status: int, output: int) -> None:
    """Fork again, and send the number and the exit status of that child; returns in the child only."""
    child = os.fork()
    if child == 0:
        os.close(status)
        return
    os.close(output)
    os.write(status, f"{child}\n".encode())
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.write(status, f"{code}\n".encode())
    os._exit(0)


def _become(job: Mapping[str, object], output: int) -> None:
    import atexit
    import random
    import shutil
    from multiprocessing import util

    from ansible import constants

    for stream in (1, 2):
        os.dup2(output, stream)
    os.close(output)
    os.chdir(str(job["directory"]))
    os.environ.clear()
    os.environ.update(job["environment"])  # type: ignore[call-overload]
    sys.argv[1:] = job["arguments"]  # type: ignore[call-overload]
    random.seed()
    if _LOG in os.environ:
        _write_log(os.environ[_LOG])
    atexit._clear()  # what the server removes when it ends
    atexit.register(util._exit_function)  # removes the directory of the queues that Ansible makes
    of_all = Path(constants.DEFAULT_LOCAL_TMP)
    directory = tempfile.mkdtemp(prefix=f"ansible-local-{os.getpid()}", dir=of_all.parent)
    constants.DEFAULT_LOCAL_TMP = directory
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    packed, packed_here = of_all / "ansiballz_cache", Path(directory, "ansiballz_cache")
    _link_files(packed, packed_here)
    atexit.register(_link_files, packed_here, packed)


def _write_log(file: str) -> None:
    """Have the run's log written, as ansible-core does that has the file's name while it is imported."""
    import logging

    from ansible import constants
    from ansible.utils import display

    form = "%(asctime)s p=%(process)d u=%(user)s n=%(name)s %(levelname)s| %(message)s"
    constants.DEFAULT_LOG_PATH = file
    logging.basicConfig(filename=file, level=logging.INFO, format=form)
    for handler in logging.root.handlers:
        handler.addFilter(display.FilterUserInjector())
    display.logger = logging.getLogger("ansible")


def _link_files(source: Path, target: Path) -> None:
    """Link each packed module that only `source` has to `target`, whole or not at all."""
    target.mkdir(exist_ok=True)
    for file in source.glob("*"):
        if file.suffix != ".lock" and not file.name.endswith("-part"):
            with suppress(FileExistsError):
                os.link(file, target / file.name)


def _load_plugins() -> None:
    """Have the collections found as each run begins, and load what it would load then: plugins and their options."""
    from ansible import cli
    from ansible.plugins import loader

    loader.init_plugin_loader()
    cli.init_plugin_loader = lambda _paths: None
    for kind in ("become", "callback", "connection", "shell"):  # not vars, whose first use is how their loader begins
        list(getattr(loader, f"{kind}_loader").all(class_only=True))
    for name in _INVENTORIES:
        loader.inventory_loader.get(name, class_only=True)
    loader.cache_loader.get("memory", class_only=True)
    loader.strategy_loader.get("linear", class_only=True)
    try:
        importlib.import_module(_COLLECTION)
    except ModuleNotFoundError:  # by another configuration, no such collection is found
        return
    for folder in ("action", "plugin_utils"):
        for file in (_PLUGINS / folder).rglob("*.py"):
            module = ".".join(file.relative_to(_PLUGINS).with_suffix("").parts)
            importlib.import_module(f"{_COLLECTION}.plugins.{module}")


def main() -> None:
    """Import all that a play needs, and serve the socket that the command line names."""
    control = socket.socket(fileno=int(sys.argv.pop(1)))
    sys.argv[0] = os.path.join(os.path.dirname(sys.executable), "ansible-playbook")
    del sys.path[0]  # the folder of this file
    from ansible.cli import playbook

    for module in _LATE:
        importlib.import_module(module)
    _load_plugins()
    gc.freeze()  # so that no run copies the memory of what it inherits, only to look whether it is garbage
    _serve(control)
    try:
        playbook.main()
    except SystemExit as ended:
        _end(int(ended.code or 0))


def _end(status: int) -> None:
    """End as Python does, but free nothing that the server holds, since a fork has to copy it for that."""
    import atexit

    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
