# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the probe under the shells of this machine, and makes the little stores that it looks at."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._json import rendered
from ansible_collections.standalone.python.plugins.plugin_utils._probe.platform import Elf
from ansible_collections.standalone.python.plugins.plugin_utils._probe.probe import Probe, build_command, parse

# What may be a host's /bin/sh.
SHELLS = ("dash", "bash --posix", "busybox sh", "ksh93", "mksh", "zsh --emulate sh")
# What most hosts have, between them: those of Debian and of Alpine.
COMMON_SHELLS = ("dash", "busybox sh")
# What may be a user's login shell, which only passes the command on.
LOGIN_SHELLS = ("dash", "bash", "busybox sh", "ksh93", "mksh", "zsh", "fish", "tcsh")
RECEIPT = {"format": 1, "asset": {"name": "a build", "url": "https://example.org/a%2Bb"}, "executables": ["bin/python"]}

_MOMENT_S = 0.02  # more than a tick of the kernel's file clock


def shell_cases(all_of_them: Iterable[Any], one_per_branch: Container[Any]) -> list[tuple[str, Any]]:
    """Shell and case: the common shells get all cases, the others one for each branch of the script."""
    every = tuple(all_of_them)
    return [(shell, case) for shell in SHELLS for case in every if shell in COMMON_SHELLS or case in one_per_branch]


def program(shell: str) -> list[str]:
    """The shell with its arguments; skips the test where it is not installed."""
    name, *arguments = shell.split()
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed here")
    return [found, *arguments]


def ask(
    path: Path,
    store: Path,
    *,
    shell: str = "dash",
    verify: str = "quick",
    will_remove: bool = False,
    root: Path | None = None,
    complete: bool = True,
    cpu_level: str = "baseline",
) -> Probe:
    """Probes as a user of this machine whose /bin/sh is `shell`; the probe must not complain about anything."""
    command = build_command(
        str(path),
        str(store),
        verify=verify,
        will_remove=will_remove,
        root=str(root or ""),
        complete=complete,
        cpu_level=cpu_level,
    )
    done = run([*program(shell), "-c", command])
    assert done.stderr == ""
    return parse(done.stdout, rc=done.returncode)


@lru_cache(maxsize=1)
def applets(busybox: str) -> list[str]:
    return [applet for applet in run([busybox, "--list"]).stdout.split() if applet != "busybox"]


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=60)


def quoted(command: str, rounds: int) -> str:
    """The command as Ansible sends it, after so many rounds of quoting (ssh, and su or the like once more each)."""
    for _unused in range(rounds):
        command = f"/bin/sh -c {shlex.quote(command)}"
    return command


def make_build(  # pylint: disable=dangerous-default-value # nobody changes it
    store: Path, entry: str, receipt: Mapping[str, object] | None = RECEIPT
) -> Path:
    """A published build of a few files; `receipt` None leaves it without."""
    build = store / entry
    (build / "bin").mkdir(parents=True)
    (build / "lib" / "json" / "__pycache__").mkdir(parents=True)
    shutil.copy2(shutil.which("sleep") or "/bin/sleep", build / "bin" / "python3")
    (build / "bin" / "python").symlink_to("python3")
    (build / "lib" / "os.py").write_text("name = 'os'\n")
    (build / "lib" / "json" / "__init__.py").write_text("")
    (build / "lib" / "json" / "__pycache__" / "__init__.pyc").write_bytes(b"\0")
    if receipt is not None:
        (build / ".build.json").write_text(rendered(receipt))
    return build


def install(path: Path, entry: str = "a") -> Path:
    """A build in the store beside `path`, linked to as an installation does it. Returns the build."""
    build = make_build(path.parent / ".builds", entry)
    path.symlink_to(f".builds/{entry}")
    time.sleep(_MOMENT_S)
    return build


def age(*paths: Path) -> None:
    """Makes things newer than the receipt for any `find`: busybox's counts whole seconds."""
    later = time.time() + 5
    for path in paths:
        os.utime(path, (later, later), follow_symlinks=False)


@contextmanager
def tools_on_path(directory: Path, tools: Mapping[str, str], *, alone: bool = False) -> Iterator[None]:
    """PATH with these programs before the others, or alone. They are name -> text of a script."""
    directory.mkdir(exist_ok=True)
    for name, text in tools.items():
        _write_program(directory / name, text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(directory) if alone else f"{directory}:{os.environ['PATH']}")
        yield


def run_in(root: Path, files: Mapping[str, str]) -> Probe:
    """Probes a running system of nothing but busybox, x86_64, with these programs; `-> text` makes a link."""
    done = command_in(root, files, build_command("/opt/3.13", "/opt/.builds", verify="quick"))
    return parse(done.stdout, rc=done.returncode, stderr=done.stderr)


def command_in(root: Path, files: Mapping[str, str], command: str) -> subprocess.CompletedProcess[str]:
    """Runs a command in such a system, with the PATH /bin."""
    busybox = program("busybox")[0]
    if os.geteuid() != 0:
        pytest.skip("only root may change the root directory")
    if os.uname().machine != "x86_64" or not is_static(busybox):
        pytest.skip("a busybox for x86_64 that is static is not installed here")
    for directory in ("bin", "dev"):
        (root / directory).mkdir(parents=True)
    (root / "dev" / "null").touch()
    shutil.copy2(busybox, root / "bin" / "busybox")
    for applet in applets(busybox):
        (root / "bin" / applet).symlink_to("busybox")
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        if text.startswith("-> "):
            (root / name).symlink_to(text[3:])
        else:
            _write_program(root / name, text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", "/bin")
        chroot = shutil.which("chroot", path="/usr/sbin:/sbin:/usr/bin") or "chroot"
        return run([chroot, str(root), "/bin/sh", "-c", command])


def is_static(program_file: str) -> bool:
    with open(program_file, "rb") as stream:
        elf = Elf.parse(stream.read(1024))
    return elf is not None and elf.interpreter is None


def _write_program(file: Path, text: str) -> None:
    file.unlink(missing_ok=True)
    file.write_text(text)
    file.chmod(0o755)
