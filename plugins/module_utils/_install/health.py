# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks whether a staged interpreter works here, before anything refers to it."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .._errors import HealthError
from .._os.target_root import RUNNING, TargetRoot
from . import measured
from .report import Health

if TYPE_CHECKING:
    import subprocess

NOBODY = 65534  # the number of the user nobody, who has no rights that another user lacks

_WHY_LESS = (
    " It has capabilities, so for users other than root the loader ignores LD_LIBRARY_PATH and $ORIGIN. Releases from "
    "20250517 on need neither"
)
_TIMEOUT_S = 60
_WORDS_SHOWN = 2000
# Imported by many modules: compiled once, not by both processes.
_COMMON = ("selectors", "textwrap")
# Without bytecode most of the time goes into compiling, and most hosts have two processors for that, so two processes
# import half of the modules each. One line for each module that fails: the reason, without a traceback.
_SCRIPT = f"""
import importlib, os, signal, sys

def do_fail(names):
    failed = False
    for name in names:
        try:
            importlib.import_module(name)
        except BaseException as error:
            failed = True
            print(f"{{name}}: {{type(error).__name__}}: {{error}}", file=sys.stderr, flush=True)
    return failed

for name in {_COMMON}:
    try:
        importlib.import_module(name)
    except Exception:
        pass  # the modules that need it will fail
try:
    child = os.fork()
except OSError as error:
    sys.exit(f"A second process cannot be started: {{error.strerror}}.")
if child == 0:
    os._exit(do_fail(sys.argv[2::2]))
failed = do_fail(sys.argv[1::2])
status = os.waitpid(child, 0)[1]
if os.WIFSIGNALED(status):
    os.kill(os.getpid(), os.WTERMSIG(status))
if failed or status != 0:
    sys.exit(1)
print(sys.version.split()[0], flush=True)
{measured.SCRIPT}"""


_OTHER_TARGET = "Choose another target"
_FEWER_IMPORTS = "Choose another target, or list fewer modules in health_imports if you do not need them"
_ALLOW = "Allow programs below it there, or choose another path"
_ELSEWHERE = "or choose a path on another file system"
_OF_SIGNALS: dict[int, tuple[str, str]] = {
    signal.SIGILL: (" (this processor lacks an instruction that the build uses)", _OTHER_TARGET),
    signal.SIGKILL: (
        " (the kernel's when memory runs out, or a security program's)",
        "Look at the kernel's log, and give the host or its container more memory or allow the program",
    ),
    signal.SIGSYS: (" (a seccomp filter forbids a system call)", "Allow it in the filter of this host or container"),
}
# What dlopen says when the system refuses to map a library for execution.
_NOT_MAPPED = "failed to map segment from shared object"
# What QEMU, which runs programs of another machine, says and ends with.
_NO_LOADER, _NO_LOADER_STATUS = ": Could not open '/lib", 255
_LOADER_IS_MISSING = "the loader of the C library that it names is missing"


class _Unhealthy(Exception):
    """The interpreter started, and `str(error)` says what is wrong with it; `remedy` is what helps."""

    def __init__(self, what: str, remedy: str = _FEWER_IMPORTS) -> None:
        super().__init__(what)
        self.remedy = remedy


class _NotStarted(_Unhealthy):
    """No process of the interpreter could be started, and `str(error)` says why."""


class Checked(NamedTuple):
    """The result of a check, and component -> version as the interpreter says them."""

    health: Health
    components: Mapping[str, str]


def check(
    interpreter: str,
    imports: Sequence[str],
    expected_version: str,
    system: TargetRoot = RUNNING,
    as_user: int | None = None,
) -> Checked:
    """Run the interpreter (an absolute path) and import each module. Raises `HealthError`, which quotes its output.

    The health is passed and None, or not_run and why it could not run.

    An interpreter with capabilities runs `as_user`, if that user reaches it: only for root does the loader obey
    LD_LIBRARY_PATH and an $ORIGIN in its RUNPATH then.

    In an image, one that cannot start here passes: the machine may be another, or the C library not there yet. One that
    starts uses the image's libraries and has to work.
    """
    if not imports:
        return _not_run("There is nothing to try out: health_imports is empty.")
    try:
        components = _run(system.seen_inside(interpreter), imports, expected_version, system, as_user)
    except _NotStarted as error:
        if not system.is_image:
            raise _error(f"it could not be started: {error}", error.remedy, system) from None
        return _not_run(f"The interpreter could not be started {system} by this host: {error}.")
    except _Unhealthy as error:
        what = f"{str(error).rstrip('.')}.{_WHY_LESS}" if as_user else str(error)
        raise _error(what, error.remedy, system) from None
    return Checked({"result": "passed", "reason": None}, components)


def _not_run(reason: str) -> Checked:
    return Checked({"result": "not_run", "reason": reason}, {})


def _run(
    interpreter: str, imports: Sequence[str], expected_version: str, system: TargetRoot, as_user: int | None
) -> Mapping[str, str]:
    with _started([interpreter, "-I", "-B", "-c", _SCRIPT, *imports], system, as_user) as process:
        try:
            return _judge(process, expected_version)
        finally:
            _end(process)


def _started(command: list[str], system: TargetRoot, as_user: int | None) -> subprocess.Popen[bytes]:
    """Start the command. Raises `_NotStarted`: no loader, not executable, no right to change the root directory, …"""
    import subprocess  # only for runs that change something

    try:
        if as_user:
            with contextlib.suppress(PermissionError):  # it may not enter a directory on the way
                return _popen(command, system, lambda: _become(as_user))
        return _popen(command, system, system.entering)
    except OSError as error:
        if as_user and error.errno == errno.EPERM:
            what = "this host or container may not give it one of its capabilities"
            raise _NotStarted(what, "Allow them there, or leave out `capabilities`") from None
        raise _not_started(error, command[0]) from None
    except subprocess.SubprocessError:
        from .._os.errors import BECOME

        raise _NotStarted("only root may change the root directory", BECOME) from None


def _not_started(error: OSError, interpreter: str) -> _NotStarted:
    """Why the system does not start a program that was unpacked a moment ago, and what helps."""
    from .._os.errors import advice, mount_of

    said = error.strerror or str(error)
    if error.filename == os.devnull:
        return _NotStarted(f"{os.devnull} cannot be opened ({said})", "Mount a complete /dev")
    if error.errno in (errno.EACCES, errno.EPERM):
        mount = mount_of(interpreter)
        if os.path.exists(interpreter) and os.statvfs(interpreter).f_flag & os.ST_NOEXEC:
            return _NotStarted(f"{mount} is mounted noexec", f"Remount it with exec, {_ELSEWHERE}")
        return _NotStarted(
            f"an execution policy of this host, such as fapolicyd, SELinux, AppArmor or IMA, refuses it ({said})",
            _ALLOW,
        )
    if error.errno == errno.ENOENT:
        return _NotStarted(f"{_LOADER_IS_MISSING} ({said})", _OTHER_TARGET)
    if error.errno in (errno.EAGAIN, errno.ENOMEM):
        return _NotStarted(said, advice(error).partition(". ")[2].rstrip("."))
    return _NotStarted(said, _OTHER_TARGET)


def _become(user: int) -> None:
    """Become another user, in a new process of root; stay root where that user is unknown to a container."""
    with contextlib.suppress(OSError):
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)


def _popen(command: list[str], system: TargetRoot, enter: Callable[[], None] | None) -> subprocess.Popen[bytes]:
    import subprocess

    # pylint: disable-next=ansible-bad-function,subprocess-popen-preexec-fn # no module object, and no threads
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", **system.variables_for(command[0])},
        start_new_session=True,
        preexec_fn=enter,  # noqa: PLW1509
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and its children, unless it has printed its last line."""
    if process.stdout and not process.stdout.closed:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _judge(process: subprocess.Popen[bytes], expected_version: str) -> Mapping[str, str]:
    """The components, if the interpreter works: one that ends before it answered all about them does."""
    import subprocess

    try:
        output, errors = process.communicate(timeout=_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        raise _Unhealthy(
            f"it did not answer within {_TIMEOUT_S} seconds", "Run again when the host is less busy"
        ) from None
    words = " ".join(errors.decode("utf-8", errors="replace").split())[-_WORDS_SHOWN:] or "nothing"
    said = measured.heard(output.decode("utf-8", errors="replace"))
    if said.version == expected_version and not said.is_complete and said.components:
        return said.components
    if process.returncode < 0:
        signal_number = -process.returncode
        hint, remedy = _OF_SIGNALS.get(signal_number, ("", _FEWER_IMPORTS))
        raise _Unhealthy(f"it was killed by signal {signal_number}{hint}. It said: {words}", remedy)
    if _NOT_MAPPED in words:
        raise _Unhealthy(
            f"an execution policy of this host, such as fapolicyd or SELinux, refuses its libraries. It said: {words}",
            _ALLOW,
        )
    if process.returncode == _NO_LOADER_STATUS and _NO_LOADER in words:
        raise _NotStarted(f"{_LOADER_IS_MISSING} ({words})", _OTHER_TARGET)
    if process.returncode:
        raise _Unhealthy(f"it cannot import what it must. It said: {words}")
    if said.version != expected_version:
        raise _Unhealthy(
            f"it calls itself {said.version}, but the build is named {expected_version}",
            "Correct the name of the archive",
        )
    return said.components


def _error(what: str, remedy: str, system: TargetRoot) -> HealthError:
    return HealthError(
        f"The new interpreter does not work {system}: {what.rstrip('.')}. "
        f"Nothing was switched; what was at the path is still there. {remedy}."
    )
