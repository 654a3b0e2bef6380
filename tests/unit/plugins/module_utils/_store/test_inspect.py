# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._store.inspect import first_newer, inspect, settle
from ansible_collections.standalone.python.plugins.module_utils._store.manifest import Drift
from tests.support.receipts import fill, make_entry, receipt

LATER_S = 2_000_000_000


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    return make_entry(tmp_path, "x")


def drift_of(entry: Path, *, full: bool = False, externally_managed: bool = True) -> Drift:
    return inspect(str(entry), receipt(externally_managed=externally_managed), full=full)


@pytest.mark.parametrize("full", [False, True])
def test_what_was_published_is_intact(entry: Path, full: bool) -> None:
    assert not drift_of(entry, full=full)


def test_quick_trusts_what_is_older_than_the_receipt(entry: Path) -> None:
    (entry / "lib/python3.13/os.py").write_text("NAME = 'xx'\n")
    os.utime(entry / ".build.json", (LATER_S, LATER_S))
    assert not drift_of(entry)
    assert drift_of(entry, full=True).changed == ("lib/python3.13/os.py",)
    os.utime(entry / ".build.json", (1, 1))
    assert drift_of(entry).changed == ("lib/python3.13/os.py",)


@pytest.mark.parametrize(
    "damage",
    [
        lambda manifest: manifest.write_text("f\t644\n"),
        lambda manifest: manifest.write_bytes(b"\xff\xfe\x00"),
        lambda manifest: manifest.write_text(manifest.read_text() * 2),
        lambda manifest: (manifest.unlink(), os.mkfifo(manifest)),
        lambda manifest: (manifest.unlink(), manifest.mkdir()),
        lambda manifest: (manifest.rename(f"{manifest}.2"), manifest.symlink_to(f"{manifest}.2")),
    ],
    ids=["a broken line", "no text", "everything twice", "a pipe", "a directory", "a link"],
)
def test_a_damaged_manifest_is_not_trusted(entry: Path, damage: Callable[[Path], object]) -> None:
    damage(entry / ".build.manifest")
    assert drift_of(entry) == Drift(changed=(".build.manifest",))


def test_without_a_manifest_nothing_is_trusted(entry: Path) -> None:
    (entry / ".build.manifest").unlink()
    assert drift_of(entry) == Drift(missing=(".build.manifest",))


PIP_WORK = [
    "bin/black", "bin/pip", "bin/pip3", "bin/pip3.14", "etc/jupyter/x.json", "include/python3.13/greenlet/x.h",
    "lib/python3.13/site-packages/black/__init__.py", "lib/python3.13t/site-packages/x.pth", "share/man/man1/x.1",
]  # fmt: skip
NO_PIP_WORK = ["lib/python3.13/os2.py", "lib/libssl.so", "sitecustomize.py", "lib/site-packages/x.py"]


def test_what_pip_adds_counts_only_where_pip_is_kept_out(entry: Path) -> None:
    fill(entry, dict.fromkeys(PIP_WORK + NO_PIP_WORK, ""))
    assert drift_of(entry).added == tuple(sorted(PIP_WORK + NO_PIP_WORK))
    assert drift_of(entry, externally_managed=False) == Drift(added=tuple(sorted(NO_PIP_WORK)))


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("lib/python3.13/site-packages/pip/__init__.py", False),
        ("bin/pip3.13", False),
        ("bin/pip3.13-config", True),
        ("bin/python3.13", True),
        ("share/man/man1/python3.1", True),
        ("lib/python3.13/os.py", True),
    ],
)
def test_pip_may_replace_and_remove_itself_and_packages(tmp_path: Path, path: str, counts: bool) -> None:
    fill(tmp_path / "x", {path: ""})
    entry = make_entry(tmp_path, "x")
    (entry / path).write_text("another")
    assert drift_of(entry, full=True, externally_managed=False).changed == ((path,) if counts else ())
    (entry / path).unlink()
    assert drift_of(entry, full=True, externally_managed=False).missing == ((path,) if counts else ())


@pytest.mark.parametrize(
    ("touch", "found"),
    [
        (lambda entry: None, None),
        (lambda entry: (entry / "lib/python3.13/os.py").touch(), "lib/python3.13/os.py"),
        (lambda entry: (entry / "lib/python3.13/os.py").chmod(0o600), "lib/python3.13/os.py"),
        (lambda entry: os.utime(entry / "bin/python3", (1, 1), follow_symlinks=False), "bin/python3"),
        (lambda entry: (entry / "lib/python3.13/os.py").unlink(), "lib/python3.13"),
        (lambda entry: (entry / "new").touch(), "."),
        (lambda entry: (entry / ".build.manifest").touch(), ".build.manifest"),
        (lambda entry: (entry / "lib/python3.13/__pycache__/a.pyc").touch(), None),
        (lambda entry: (entry / "lib/python3.13/__pycache__").chmod(0o700), None),
        (lambda entry: (entry / ".build.json").chmod(0o600), None),
    ],
    ids=["nothing", "time", "mode", "dated back", "gone", "new", "manifest", "bytecode", "its folder", "receipt"],
)
def test_the_first_that_is_newer_than_the_receipt(
    tmp_path: Path, touch: Callable[[Path], object], found: str | None
) -> None:
    fill(tmp_path / "x", {"lib/python3.13/__pycache__/os.pyc": ""})
    entry = make_entry(tmp_path, "x")
    time.sleep(0.01)  # the kernel's clock for files ticks every few milliseconds
    touch(entry)
    assert first_newer(str(entry)) == found


def test_publishing_renames_the_entry_and_makes_nothing_newer(entry: Path) -> None:
    time.sleep(0.01)
    entry.rename(entry.with_name("y"))
    assert first_newer(str(entry.with_name("y"))) is None


def test_settling_ends_the_suspicion(entry: Path) -> None:
    time.sleep(0.01)
    (entry / "bin/python3.13").touch()
    assert first_newer(str(entry)) == "bin/python3.13"
    settle(str(entry), time.time_ns() + 50_000_000)
    assert first_newer(str(entry)) is None


def test_what_changes_during_an_inspection_stays_suspicious(entry: Path) -> None:
    time.sleep(0.05)  # more than the tick that settling leaves out
    started_ns = time.time_ns()
    (entry / "bin/python3.13").touch()
    settle(str(entry), started_ns)
    assert first_newer(str(entry)) == "bin/python3.13"
