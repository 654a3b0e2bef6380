# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import HealthError
from ansible_collections.standalone.python.plugins.module_utils._install import health
from tests.support.small_disks import MountRefused, small_disk
from tests.support.unprivileged import open_folder

VERSION = sys.version.split()[0]


def script(tmp_path: Path, text: str) -> str:
    file = tmp_path / "python3"
    file.write_text(text)
    file.chmod(0o755)
    return str(file)


def test_a_working_interpreter_passes() -> None:
    health.check(os.path.realpath(sys.executable), ("json", "hashlib"), VERSION)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("#!/bin/sh\necho 'libssl.so.3: cannot open' >&2; exit 1\n", "It said: libssl.so.3: cannot open."),
        ("#!/bin/sh\nkill -ILL $$\n", "killed by signal 4 (this processor lacks an instruction that the build uses)"),
        (
            "#!/nonexistent/loader\n",
            "the loader of the C library that it names is missing (No such file or directory)",
        ),
        ("#!/bin/sh\necho 3.13.4\n", "it calls itself 3.13.4, but the build is named 3.13.5"),
    ],
)
def test_a_failure_shows_the_interpreters_own_words(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(HealthError) as caught:
        health.check(script(tmp_path, text), ("ssl",), "3.13.5")
    assert words in str(caught.value)
    assert "Nothing was switched" in str(caught.value)


OTHER_TARGET = "Choose another target."
QEMU = "aarch64-binfmt-P: Could not open \\'/lib/ld-linux-aarch64.so.1\\': No such file or directory"
POLICY = "an execution policy of this host, such as fapolicyd, SELinux, AppArmor or IMA, refuses it"
ALLOW = "Allow programs below it there, or choose another path."


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("#!/bin/sh\nkill -ILL $$\n", OTHER_TARGET),
        ("#!/nonexistent/loader\n", OTHER_TARGET),
        (f"#!/bin/sh\necho {QEMU} >&2; exit 255\n", OTHER_TARGET),
        ("#!/bin/sh\nkill -KILL $$\n", "Look at the kernel's log, and give the host or its container more memory or "
         "allow the program."),
        ("#!/bin/sh\nkill -SYS $$\n", "Allow it in the filter of this host or container."),
        ("#!/bin/sh\necho x.so: failed to map segment from shared object >&2; exit 1\n", ALLOW),
        ("#!/bin/sh\nexit 1\n", "Choose another target, or list fewer modules in health_imports if you do not need "
         "them."),
        ("#!/bin/sh\necho 3.13.4\n", "Correct the name of the archive."),
    ],
)  # fmt: skip
def test_the_advice_is_for_the_cause(tmp_path: Path, text: str, advice: str) -> None:
    with pytest.raises(HealthError) as caught:
        health.check(script(tmp_path, text), ("ssl",), "3.13.5")
    assert str(caught.value).partition("what was at the path is still there. ")[2] == advice


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM])
def test_an_execution_policy(tmp_path: Path, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with pytest.raises(HealthError) as caught:
        health.check(script(tmp_path, ""), ("ssl",), "3.13.5")
    assert f"it could not be started: {POLICY} ({os.strerror(number)}). " in str(caught.value)
    assert str(caught.value).endswith(ALLOW)


def test_a_system_without_devices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "devnull", "/nonexistent/null")
    with pytest.raises(HealthError) as caught:
        health.check(script(tmp_path, "#!/bin/sh\n"), ("json",), VERSION)
    assert "it could not be started: /nonexistent/null cannot be opened (No such file or directory)." in str(
        caught.value
    )
    assert str(caught.value).endswith("Mount a complete /dev.")


def test_a_file_system_mounted_noexec(tmp_path: Path) -> None:
    try:
        with small_disk(tmp_path / "disk", 1_000_000) as disk:
            subprocess.run(["mount", "-o", "remount,noexec", disk.directory], check=True)
            with pytest.raises(HealthError) as caught:
                health.check(script(disk.directory, "#!/bin/sh\n"), ("ssl",), "3.13.5")
    except MountRefused as refusal:
        pytest.skip(str(refusal))
    assert str(caught.value) == (
        f"The new interpreter does not work on this host: it could not be started: the file system {tmp_path}/disk "
        "(tmpfs) is mounted noexec. Nothing was switched; what was at the path is still there. Remount it with exec, "
        "or choose a path on another file system."
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run a program as another user")
@pytest.mark.parametrize(("mode", "user"), [(0o755, health.NOBODY), (0o700, 0)])
def test_with_capabilities_it_runs_as_a_user_without_rights_who_can_reach_it(mode: int, user: int) -> None:
    """For root the loader is less strict than for all others."""
    with open_folder() as folder:
        folder.chmod(mode)
        with pytest.raises(HealthError) as caught:
            health.check(script(folder, "#!/bin/sh\nid -u\n"), ("ssl",), "3.13.5", as_user=health.NOBODY)
    assert f"it calls itself {user}, but the build is named 3.13.5. It has capabilities, so for" in str(caught.value)


def test_a_missing_module_is_named() -> None:
    with pytest.raises(
        HealthError, match="It said: no_such_module: ModuleNotFoundError: No module named 'no_such_module'. Nothing was"
    ):
        health.check(os.path.realpath(sys.executable), ("no_such_module",), VERSION)


@pytest.mark.parametrize("first", [True, False], ids=["first", "second"])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import os; os.kill(os.getpid(), 4)", "killed by signal 4"),
        ("import sys; sys.exit()", "It said: ill: SystemExit:"),
        ("import other_ill", "It said: ill: ModuleNotFoundError: No module named 'other_ill'."),
    ],
)
def test_a_module_may_be_ill_in_either_process(tmp_path: Path, text: str, words: str, first: bool) -> None:
    (tmp_path / "ill.py").write_text(text)
    interpreter = script(tmp_path, f'#!/bin/sh\nshift\nPYTHONPATH={tmp_path} exec {sys.executable} "$@"\n')
    with pytest.raises(HealthError) as caught:
        health.check(interpreter, ("ill", "json") if first else ("json", "ill"), VERSION)
    assert words in str(caught.value)


def test_all_that_is_missing_is_named() -> None:
    with pytest.raises(HealthError) as caught:
        health.check(os.path.realpath(sys.executable), ("no_such", "nor_this"), VERSION)
    assert all(f"{name}: ModuleNotFoundError" in str(caught.value) for name in ("no_such", "nor_this"))


def test_the_callers_environment_does_not_reach_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/somewhere")
    health.check(script(tmp_path, '#!/bin/sh\n[ -z "$LD_LIBRARY_PATH" ] && echo 3.13.5\n'), ("ssl",), "3.13.5")


def test_one_that_hangs_is_given_up_with_all_that_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it did not, the test would wait for what it started."""
    monkeypatch.setattr(health, "_TIMEOUT_S", 0.2)
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    waits = f"#!/bin/sh\nexec 3<>{gate}\nsleep 1000\necho late\n"
    with pytest.raises(HealthError, match="on this host: it did not answer within 0.2 seconds. Nothing was switched"):
        health.check(script(tmp_path, waits), ("ssl", "lzma"), "3.13.5")
    with open(gate, "rb", opener=lambda name, _flags: os.open(name, os.O_RDONLY | os.O_NONBLOCK)) as stream:
        os.set_blocking(stream.fileno(), True)
        assert stream.read() == b""  # the end comes when nobody has it open for writing


def test_what_a_module_prints_is_not_the_version() -> None:
    health.check(os.path.realpath(sys.executable), ("this", "json"), VERSION)


def test_one_that_says_nothing_is_not_the_version(tmp_path: Path) -> None:
    with pytest.raises(HealthError, match="it calls itself nothing, but the build is named 3.13.5"):
        health.check(script(tmp_path, "#!/bin/sh\n"), ("ssl",), "3.13.5")
