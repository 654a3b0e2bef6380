# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._store import history, inventory
from ansible_collections.standalone.python.plugins.module_utils._store.history import HistoryEntry, PathHistory
from ansible_collections.standalone.python.plugins.module_utils._store.holdings import damage_warnings
from ansible_collections.standalone.python.plugins.module_utils._store.inventory import describe
from tests.support.receipts import GNU, asset, make_entry, receipt

JANUARY, MAY = "2026-01-01T00:00:00Z", "2026-05-01T00:00:00Z"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "3.13"


@pytest.fixture
def store(path: Path) -> Path:
    return path.parent / ".builds"


def installed(path: Path, *names: str, keep: int = 1) -> None:
    """The path names the first of the entries and used the others before."""
    for name in names:
        make_entry(path.parent / ".builds", name, receipt(str(path)))
    path.symlink_to(f".builds/{names[0]}")
    uses = tuple(HistoryEntry(name, since) for name, since in zip(names, (MAY, JANUARY)))
    history.write(str(path.parent / ".builds"), PathHistory(str(path), keep, uses))


def builds_of(store: Path, verify: str = "none") -> dict[str, dict[str, Any]]:
    return {build["entry"]: build for build in describe(str(store), verify=verify)["builds"]}


def test_a_path_and_its_builds(path: Path, store: Path) -> None:
    installed(path, "now", "old")
    found = describe(str(store), verify="none")
    assert found["paths"] == [
        {
            "path": str(path),
            "store": str(store),
            "entry": "now",
            "build": {**asset().build.as_dict(), "name": "now"},
            "executable": f"{path}/bin/python3.13",
            "keep": 1,
            "fallback": None,
            "left": [],
            "history": [
                {"entry": "now", "since": MAY, "stored": True},
                {"entry": "old", "since": JANUARY, "stored": True},
            ],
        }
    ]
    now, old = found["builds"]
    disk_bytes = now.pop("disk_bytes")
    now.pop("does_not_run")  # that depends on the machine
    assert disk_bytes >= 4096
    assert disk_bytes % 512 == 0
    assert now == {
        "name": "now",
        "version": "3.13.5",
        "release": "20250723",
        "target": GNU,
        "flavor": "install_only_stripped",
        "build_options": "",
        "url": asset().url,
        "sha256": asset().sha256,
        "prerelease": False,
        "entry": "now",
        "store": str(store),
        "prefix": str(path),
        "owner": None,
        "group": None,
        "externally_managed": True,
        "capabilities": [],
        "installed_at": JANUARY,
        "components": {},
        "executables": ["bin/python3.13"],
        "files": 2,
        "size_bytes": 10,
        "intact": None,
        "drift": None,
        "paths": [str(path)],
        "pids": [],
        "processes": [],
    }
    assert (old["entry"], old["paths"]) == ("old", [])


def test_where_there_is_no_store_there_is_nothing(store: Path) -> None:
    assert describe(str(store), verify="full") == {"paths": [], "builds": [], "damaged": []}


@pytest.mark.parametrize(
    ("verify", "intact", "changed"),
    [("none", None, None), ("quick", True, []), ("full", False, ["lib/python3.13/os.py"])],
)
def test_verify_says_how_much_is_read(
    path: Path, store: Path, verify: str, intact: bool | None, changed: list[str] | None
) -> None:
    installed(path, "now")
    library = store / "now" / "lib" / "python3.13" / "os.py"
    library.write_text("NAME = 'xx'\n")
    receipt_file = store / "now" / ".build.json"
    later_s = library.stat().st_ctime + 60
    os.utime(receipt_file, (later_s, later_s))
    build = builds_of(store, verify)["now"]
    assert build["intact"] is intact
    assert (build["drift"] and build["drift"]["changed"]) == changed


def test_a_path_whose_link_is_gone_or_foreign_names_no_build(path: Path, store: Path) -> None:
    installed(path, "now")
    for link in (None, "/etc", ".builds/gone"):
        path.unlink(missing_ok=True)
        if link:
            path.symlink_to(link)
        (found,) = describe(str(store), verify="none")["paths"]
        assert (found["build"], found["executable"]) == (None, None)
        assert builds_of(store)["now"]["paths"] == []


def test_history_shows_what_is_still_there_to_go_back_to(path: Path, store: Path) -> None:
    installed(path, "now", "old")
    shutil.rmtree(store / "old")
    (found,) = describe(str(store), verify="none")["paths"]
    assert [use["stored"] for use in found["history"]] == [True, False]


def test_two_paths_may_share_a_store_and_a_build(path: Path, store: Path) -> None:
    installed(path, "now")
    other = path.with_name("3")
    other.symlink_to(".builds/now")
    history.write(str(store), PathHistory(str(other), 0, (HistoryEntry("now", MAY),)))
    assert builds_of(store)["now"]["paths"] == [str(other), str(path)]


def test_what_has_no_good_receipt_is_no_build(path: Path, store: Path) -> None:
    installed(path, "now", "old")
    (store / "now" / ".build.json").write_text("{")
    (store / "old" / ".build.json").unlink()
    found = describe(str(store), verify="full")
    assert found["builds"] == []
    assert [(one["entry"], one["build"]) for one in found["paths"]] == [("now", None)]


def test_processes_are_reported(path: Path, store: Path) -> None:
    installed(path, "now")
    shutil.copy("/bin/sleep", store / "now" / "bin" / "sleep")
    process = subprocess.Popen([path / "bin" / "sleep", "60"])
    try:
        assert builds_of(store)["now"]["pids"] == [process.pid]
    finally:
        process.kill()
        process.wait()


def test_disk_use_counts_bytecode_and_not_what_links_name(path: Path, store: Path) -> None:
    installed(path, "now")
    before = builds_of(store)["now"]["disk_bytes"]
    (store / "now" / "lib" / "__pycache__").mkdir()
    (store / "now" / "lib" / "__pycache__" / "x.pyc").write_bytes(b"x" * 100_000)
    (store / "now" / "lib" / "everything").symlink_to("/usr/lib")
    assert 100_000 <= builds_of(store)["now"]["disk_bytes"] - before < 200_000


def test_what_goes_while_it_is_measured_takes_no_room(path: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(path, "now")
    before = builds_of(store)["now"]["disk_bytes"]
    scandir = os.scandir

    @contextmanager
    def with_one_that_goes(place: str) -> Iterator[Iterator[os.DirEntry[str]]]:
        passing = Path(place, "a.pyc.139")
        passing.write_bytes(b"x" * 100_000)
        with scandir(place) as found:
            listed = list(found)
        passing.unlink()
        yield iter(listed)

    monkeypatch.setattr(os, "scandir", with_one_that_goes)
    assert builds_of(store)["now"]["disk_bytes"] == before


def test_a_build_that_goes_while_it_is_described_is_left_out(
    path: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(path, "now", "old")

    def meanwhile(_directory: str) -> dict[str, tuple[int, ...]]:
        shutil.rmtree(store / "old", ignore_errors=True)
        return {}

    monkeypatch.setattr(inventory, "running_entries", meanwhile)  # comes after the receipts were read
    assert list(builds_of(store)) == ["now"]


def test_damage_is_listed_and_hides_nothing_else(path: Path, store: Path) -> None:
    installed(path, "now", "old")
    file = store / ".roots" / history.file_name(str(path))
    file.write_text("")
    (store / "old" / ".build.json").write_text("{")
    found = describe(str(store), verify="full")
    assert damage_warnings(str(store)) == [
        f"{one['problem']} Nothing is pruned from the store meanwhile. {one['remedy']}" for one in found["damaged"]
    ]
    assert [one["entry"] for one in found["builds"]] == ["now"]
    assert [(one["path"], one["entry"]) for one in found["paths"]] == [(str(path), "now")]
    assert found["damaged"] == [
        {
            "file": str(file),
            "problem": f"{file} is damaged: an object was expected there.",
            "remedy": f"Run standalone.python.build for {path}: it writes the file again, from the link and the "
            "receipts of its builds.",
        },
        {
            "file": str(store / "old" / ".build.json"),
            "problem": f"{store}/old/.build.json is damaged: an object was expected there.",
            "remedy": f"Run standalone.python.build for the path that uses {store}/old: it installs the build again. "
            "Then remove that directory, once no link names it.",
        },
    ]


def test_a_history_that_is_missing_is_listed(path: Path, store: Path) -> None:
    installed(path, "now", "old")
    (store / ".roots" / history.file_name(str(path))).unlink()
    found = describe(str(store), verify="none")
    assert [one["problem"] for one in found["damaged"]] == [
        f"{store}/.roots/{history.file_name(str(path))} is missing, but {path} is a link to a build in the store."
    ]
    assert [use["entry"] for use in found["paths"][0]["history"]] == ["now", "old"]


def test_a_build_of_another_machine_says_why_it_does_not_run(path: Path, store: Path, tmp_path: Path) -> None:
    foreign = asset(target="s390x-unknown-linux-gnu")
    make_entry(store, "foreign", receipt(str(path), foreign))
    make_entry(store, "own", receipt(str(path)))
    found = builds_of(store)
    assert "foreign needs Linux with 64-bit s390x programs, but" in found["foreign"]["does_not_run"]
    assert found["own"]["does_not_run"] is None or os.uname().machine != "x86_64"
