# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import sqlite3
import ssl
import sys
import zlib
from pathlib import Path
from pyexpat import EXPAT_VERSION

import pytest

from ansible_collections.standalone.python.plugins.module_utils._install import health, measured
from ansible_collections.standalone.python.plugins.module_utils._store.receipt import COMPONENT, COMPONENT_VERSION

VERSION = sys.version.split()[0]
MARK = "\x1ecomponent"


def measure(interpreter: Path | str = sys.executable) -> dict[str, str]:
    checked = health.check(os.path.realpath(interpreter), ("ssl", "zlib"), VERSION)
    assert checked.health == {"result": "passed", "reason": None}
    return dict(checked.components)


def interpreter_with(tmp_path: Path, **modules: str) -> Path:
    """An interpreter that imports these texts instead of the modules of its standard library."""
    for name, text in modules.items():
        (tmp_path / f"{name}.py").write_text(text)
    program = tmp_path / "python3"
    program.write_text(f'#!/bin/sh\nshift\nPYTHONPATH={tmp_path} exec {sys.executable} "$@"\n')
    program.chmod(0o755)
    return program


def test_versions_are_the_interpreters_own_words() -> None:
    found = measure()
    assert found["cpython"] == VERSION
    assert found["sqlite"] == sqlite3.sqlite_version
    assert f"expat_{found['expat']}" == EXPAT_VERSION
    assert ssl.OPENSSL_VERSION.split()[1] == found.get("openssl", found.get("libressl"))
    assert found.get("zlib", zlib.ZLIB_RUNTIME_VERSION) == zlib.ZLIB_RUNTIME_VERSION
    assert all(COMPONENT.fullmatch(name) and COMPONENT_VERSION.fullmatch(found[name]) for name in found)


@pytest.mark.parametrize(
    "text",
    ["raise RuntimeError", "raise SystemExit(3)", "EXPAT_VERSION = 'none'", "EXPAT_VERSION = None", "1 +"],
)
def test_one_failure_loses_one(tmp_path: Path, text: str) -> None:
    whole, found = measure(), measure(interpreter_with(tmp_path, pyexpat=text))
    assert set(whole) - set(found) == {"expat"}


@pytest.mark.parametrize("text", ["import os; os.kill(os.getpid(), 11)", "import os; os._exit(1)"])
def test_an_end_of_the_process_loses_what_follows(tmp_path: Path, text: str) -> None:
    assert "sqlite" in measure()
    found = measure(interpreter_with(tmp_path, _sqlite3=text))
    assert (found["cpython"], "sqlite" in found) == (VERSION, False)


def test_one_that_hangs_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_SCRIPT", health._SCRIPT.replace("ITIMER_REAL, 10)", "ITIMER_REAL, 0.1)"))
    found = measure(interpreter_with(tmp_path, pyexpat="import time\ntime.sleep(1000)"))
    assert "sqlite" in found
    assert "expat" not in found


def test_a_crash_before_the_verdict_is_still_a_failure(tmp_path: Path) -> None:
    with pytest.raises(health.HealthError, match="it was killed by signal 11"):
        measure(interpreter_with(tmp_path, zlib="import os; os.kill(os.getpid(), 11)"))


@pytest.mark.parametrize(
    ("output", "version", "components", "is_complete"),
    [
        ("3.13.5\n", "3.13.5", {}, False),
        ("", "nothing", {}, False),
        (f"noise 3.13.5\n{MARK} openssl OpenSSL 3.0.19 27 Jan 2026\n{MARK}\n", "3.13.5", {"openssl": "3.0.19"}, True),
        (f"3\n{MARK} openssl OpenSSL 1.1.1w  11 Sep 2023\n", "3", {"openssl": "1.1.1w"}, False),
        (f"3\n{MARK} libressl LibreSSL 3.3.3\n{MARK} bzip2 1.0.8, 13-Jul-2019\n{MARK}", "3",
         {"libressl": "3.3.3", "bzip2": "1.0.8"}, True),
        (f"3\n{MARK} ncurses 6.4.20221231\n{MARK} ncurses 7\n", "3", {"ncurses": "6.4.20221231"}, False),
        (f"3\n{MARK} readline EditLine wrapper\n{MARK} x 1\n{MARK} A_B 1\n{MARK} zlib\n", "3", {}, False),
        (f"3\n{MARK} zlib 1<script>\n{MARK} sqlite {'3' * 99}\n", "3", {"zlib": "1", "sqlite": "3" * 64}, False),
    ],
)  # fmt: skip
def test_only_versions_are_heard(output: str, version: str, components: dict[str, str], is_complete: bool) -> None:
    assert measured.heard(output) == measured.Said(version, components, is_complete)


SITE = "lib/python3.13/site-packages"


@pytest.mark.parametrize(
    ("file", "text", "components"),
    [
        (f"{SITE}/pip-26.2.1.dist-info/METADATA", "", {"pip": "26.2.1"}),
        ("lib/python3.13t/site-packages/setuptools-80.9.0.dist-info/METADATA", "", {"setuptools": "80.9.0"}),
        ("lib/python3.13/ensurepip/_bundled/pip-25.2-py3-none-any.whl", "", {"ensurepip-pip": "25.2"}),
        (f"{SITE}/pip/_vendor/certifi/__init__.py", 'a\n__version__ = "2025.01.31"\n', {"certifi": "2025.01.31"}),
        (f"{SITE}/pip/_vendor/certifi/__init__.py", '__version__ = "${x}"\n', {}),
        ("lib/tk9.0/tk.tcl", "#\npackage require -exact tk  9.0.3\n", {"tk": "9.0.3"}),
        ("lib/tk8.6/tk.tcl", "package require -exact Tk  8.6.14\n", {"tk": "8.6.14"}),
        ("lib/tk8.6/tk.tcl", "package require Tk\n", {}),
        (f"{SITE}/pip-<b>.dist-info/METADATA", "", {}),
        (f"{SITE}/other-1.dist-info/METADATA", "", {}),
    ],
)
def test_files_say_the_rest(tmp_path: Path, file: str, text: str, components: dict[str, str]) -> None:
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_text(text)
    assert measured.in_files(str(tmp_path), ["lib/python3.13/os.py", file]) == components


def test_a_file_that_is_gone_says_nothing(tmp_path: Path) -> None:
    assert measured.in_files(str(tmp_path), ["lib/tk9.0/tk.tcl"]) == {}
