# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import HealthError
from ansible_collections.standalone.python.plugins.module_utils._install import health

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
        ("#!/nonexistent/loader\n", "it could not be started: No such file or directory"),
        ("#!/bin/sh\necho 3.13.4\n", "it calls itself 3.13.4, but the build is named 3.13.5"),
    ],
)
def test_a_failure_shows_the_interpreters_own_words(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(HealthError) as caught:
        health.check(script(tmp_path, text), ("ssl",), "3.13.5")
    assert words in str(caught.value)
    assert "Nothing was switched" in str(caught.value)


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
    monkeypatch.setattr(health, "_TIMEOUT_S", 0.2)
    started = time.monotonic()
    with pytest.raises(HealthError, match="on this host: it did not answer within 0.2 seconds. Nothing was switched"):
        health.check(script(tmp_path, "#!/bin/sh\nsleep 10\necho late\n"), ("ssl", "lzma"), "3.13.5")
    assert time.monotonic() - started < 5


def test_what_a_module_prints_is_not_the_version() -> None:
    health.check(os.path.realpath(sys.executable), ("this", "json"), VERSION)


def test_one_that_says_nothing_is_not_the_version(tmp_path: Path) -> None:
    with pytest.raises(HealthError, match="it calls itself nothing, but the build is named 3.13.5"):
        health.check(script(tmp_path, "#!/bin/sh\n"), ("ssl",), "3.13.5")
