# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cache that another local user can write to, or has prepared, is neither believed nor followed."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible", reason="the cache is the controller's")

from ansible import constants

from ansible_collections.standalone.python.plugins.module_utils._errors import IndexUnavailable
from ansible_collections.standalone.python.plugins.plugin_utils._http import fetch
from ansible_collections.standalone.python.plugins.plugin_utils._index.address import Address
from ansible_collections.standalone.python.plugins.plugin_utils._index.cache import cache_directory
from ansible_collections.standalone.python.plugins.plugin_utils._index.catalog import Catalog, Variant
from ansible_collections.standalone.python.plugins.plugin_utils._index.reader import IndexOptions
from ansible_collections.standalone.python.plugins.plugin_utils._resolve.resolve import with_index
from tests.support.foreign_files import fifo, give_away, open_to_all, symlink_to
from tests.support.index_documents import digest_of, versions_index
from tests.support.killed import killed_before
from tests.support.servers import serve, status

TARGET = "x86_64-unknown-linux-gnu"
NAME = f"cpython-3.13.5+20250723-{TARGET}-install_only_stripped.tar.gz"
TRUE, FORGED = digest_of(NAME), "0" * 64


class Controller:
    """A controller with a cache and one index in a file."""

    def __init__(self, root: Path) -> None:
        self.cache = root / "cache"
        self.run = root / "run"
        self.index = root / "index"
        self.index.write_bytes(versions_index(NAME))
        self.warnings: list[str] = []

    def digests(self, address: str = "") -> list[str]:
        """What the index says, for all of its builds."""
        options = IndexOptions(
            index=(address or str(self.index),), environ={"ANSIBLE_STANDALONE_PYTHON_CACHE": str(self.cache)}
        )
        return with_index(options, self.warnings.append, _digests)

    def forge(self, digest: str = FORGED) -> None:
        """Swap the database for one with another digest, that is right in every other respect."""
        true = self.index.read_bytes()
        status = self.index.stat()
        self.index.write_bytes(true.replace(TRUE.encode(), digest.encode()))
        os.utime(self.index, ns=(status.st_atime_ns, status.st_mtime_ns))
        assert self.digests() == [digest]
        self.index.write_bytes(true)
        os.utime(self.index, ns=(status.st_atime_ns, status.st_mtime_ns))
        assert self.digests() == [digest]  # as long as the cache is believed

    def path(self, suffix: str) -> Path:
        return self.cache / f"{Address.parse(str(self.index)).cache_key}{suffix}"


def _digests(catalog: Catalog) -> list[str]:
    variant = Variant(free_threaded=False, debug=False)
    return [
        (listed.sha256 or b"").hex()
        for version in catalog.versions([TARGET], variant)
        for listed in catalog.assets(version, TARGET, variant)
    ]


@pytest.fixture
def controller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Controller:
    monkeypatch.setattr(fetch, "_PAUSES_S", ())
    made = Controller(tmp_path)
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(made.run))
    return made


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o770])
def test_a_cache_that_others_may_write_to_is_not_believed(controller: Controller, mode: int) -> None:
    controller.forge()
    controller.cache.chmod(mode)
    before = {file.name: file.read_bytes() for file in controller.cache.iterdir()}
    for _host in range(3):
        assert controller.digests() == [TRUE]
    assert {file.name: file.read_bytes() for file in controller.cache.iterdir()} == before
    assert list((controller.run / "standalone-python").glob("*.sqlite3"))  # parsed once for the run
    (warning,) = set(controller.warnings)
    assert warning == (
        f"Cannot use the cache {controller.cache}: {controller.cache} is writable for other users (mode {mode:04o}). "
        "This run uses a temporary directory instead, so the next one fetches and checks everything again. Give the "
        "directory to this user alone (chown, chmod go-w), or set ANSIBLE_STANDALONE_PYTHON_CACHE to another one."
    )


def test_a_cache_of_another_user_is_not_believed(controller: Controller, monkeypatch: pytest.MonkeyPatch) -> None:
    controller.forge()
    give_away(controller.cache, monkeypatch)
    assert controller.digests() == [TRUE]
    (warning,) = set(controller.warnings)
    assert "belongs to another user" in warning


def test_a_cache_below_another_users_directory_is_not_believed(
    controller: Controller, monkeypatch: pytest.MonkeyPatch
) -> None:
    controller.cache = controller.cache / "below"
    controller.forge()
    give_away(controller.cache.parent, monkeypatch)
    assert controller.digests() == [TRUE]
    assert len(set(controller.warnings)) == 1


def test_a_database_of_another_user_is_not_believed(controller: Controller, monkeypatch: pytest.MonkeyPatch) -> None:
    controller.forge()
    give_away(controller.path(".sqlite3"), monkeypatch)
    assert controller.digests() == [TRUE]


def test_a_database_that_others_may_write_to_is_not_believed(controller: Controller) -> None:
    controller.forge()
    controller.path(".sqlite3").chmod(0o666)
    assert controller.digests() == [TRUE]
    assert controller.path(".sqlite3").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "suffix", [".lock", ".failed", ".new", ".new-journal", ".new-wal", ".sqlite3", ".seen", ".seen.new"]
)
@pytest.mark.parametrize("kind", ["link", "dangling", "fifo", "open"])
def test_nothing_in_the_cache_is_followed(controller: Controller, suffix: str, kind: str, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"precious")
    plants: dict[str, Callable[[Path], None]] = {
        "link": symlink_to(precious),
        "dangling": symlink_to(tmp_path / "not-there"),
        "fifo": fifo,
        "open": open_to_all,
    }
    controller.cache.mkdir(mode=0o700)
    plants[kind](controller.path(suffix))
    assert controller.digests() == [TRUE]
    assert controller.digests() == [TRUE]
    assert precious.read_bytes() == b"precious"
    assert precious.stat().st_mode & 0o777 == 0o644
    assert not (tmp_path / "not-there").exists()
    assert not controller.warnings


def test_the_note_of_a_failure_is_not_written_through_a_link(controller: Controller, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"precious")
    with serve(script={"/index": status(404)}) as server:
        pass
    address = f"{server.url}/index"  # nobody answers there any more
    controller.cache.mkdir(mode=0o700)
    note = controller.cache / f"{Address.parse(address).cache_key}.failed"
    note.symlink_to(precious)
    controller.digests(address)
    assert precious.read_bytes() == b"precious"
    assert json.loads(note.read_bytes())[1] == "soon"


@pytest.mark.parametrize(
    "content",
    [b"", b"[", b"[" * 5000, b"null", b"{}", b'{"a": 1, "b": 2}', b'["x"]', b'["x", "never"]', b'["x", 1]',
     b'[1, "soon"]', b'["x", "soon", 1]', b"\xff\xfe", b'["a", "soon"]' + b" " * 70_000],
)  # fmt: skip
def test_the_note_of_a_failure_that_nobody_wrote_is_ignored(controller: Controller, content: bytes) -> None:
    controller.cache.mkdir(mode=0o700)
    with serve(controller.index.parent) as server:
        address = f"{server.url}/index"
        note = controller.cache / f"{Address.parse(address).cache_key}.failed"
        note.write_bytes(content)
        note.chmod(0o600)
        assert controller.digests(address) == [TRUE]
    assert not controller.warnings


def test_the_database_of_another_address_is_not_believed(controller: Controller, tmp_path: Path) -> None:
    """With the same signature, as of a file that was moved."""
    controller.forge()
    other = tmp_path / "other"
    controller.index.rename(other)
    shutil.copy2(controller.path(".sqlite3"), controller.cache / f"{Address.parse(str(other)).cache_key}.sqlite3")
    assert controller.digests(str(other)) == [TRUE]


CHANGES: dict[str, tuple[str, Any]] = {
    "digest of another type": ("UPDATE asset SET sha256 = ?", "text"),
    "short digest": ("UPDATE asset SET sha256 = ?", b"short"),
    "another name": ("UPDATE asset SET file_name = ?", NAME.replace("3.13.5", "3.13.6")),
    "no name": ("UPDATE asset SET file_name = ?", None),
    "a name that is a number": ("UPDATE asset SET file_name = ?", 7),
    "a name that does not parse": ("UPDATE asset SET file_name = ?", "../../etc/passwd"),
    "another release": ("UPDATE asset SET release = ?", 20250724),
    "a release of another type": ("UPDATE asset SET release = ?", "x"),
    "another flavor": ("UPDATE asset SET flavor = ?", "full"),
    "an address of another type": ("UPDATE asset SET own_url = ?", b"x"),
    "an address of another file": ("UPDATE asset SET own_url = ?", "https://example.com/20250723/other.tar.gz"),
    "another micro version": ("UPDATE asset SET micro = ?", 77),
    "a micro version of another type": ("UPDATE asset SET micro = ?", "x"),
    "no rows": ("DELETE FROM asset WHERE ? = 1", 1),
    "no origin": ("DELETE FROM origin WHERE ? = 1", 1),
    "another origin": ("UPDATE origin SET key = ?", "0" * 24),
}


def change_database(controller: Controller, change: str) -> None:
    with closing(sqlite3.connect(controller.path(".sqlite3"))) as connection:
        connection.execute(CHANGES[change][0], (CHANGES[change][1],))
        connection.commit()


@pytest.mark.parametrize("change", CHANGES)
def test_a_database_that_was_changed_is_made_again(controller: Controller, change: str) -> None:
    controller.digests()
    change_database(controller, change)
    assert controller.digests() == [TRUE]


@pytest.mark.parametrize(
    "change", [name for name in CHANGES if "name" in name or "digest" in name or "address" in name]
)
def test_a_row_that_contradicts_itself_is_found_without_the_checksum(controller: Controller, change: str) -> None:
    from ansible_collections.standalone.python.plugins.plugin_utils._cache.private_directory import seal

    controller.digests()
    change_database(controller, change)
    seal(str(controller.path(".sqlite3")))
    assert controller.digests() == [TRUE]


def test_a_directory_in_place_of_a_database_costs_the_cache_and_no_more(controller: Controller) -> None:
    controller.path(".sqlite3").mkdir(parents=True)
    assert controller.digests() == [TRUE]
    assert controller.warnings


def test_an_index_that_cannot_be_read_is_still_an_error(controller: Controller) -> None:
    controller.index.unlink()
    with pytest.raises(IndexUnavailable):
        controller.digests()


@pytest.mark.parametrize("step", range(20))
def test_a_run_may_be_killed_at_any_step_of_filling_it(controller: Controller, step: int) -> None:
    killed_before(step, controller.digests)
    assert controller.digests() == [TRUE]
    assert controller.digests() == [TRUE]
    assert not controller.warnings
    assert not list(controller.cache.glob("*.new*"))


@pytest.mark.parametrize(
    ("xdg", "own", "folder"),
    [
        (None, None, "home/.cache/standalone-python"),
        ("", None, "home/.cache/standalone-python"),
        ("x", None, "home/.cache/standalone-python"),
        ("~/x", None, "home/.cache/standalone-python"),
        ("{tmp}/x", None, "x/standalone-python"),
        ("{tmp}/x", "c", "cwd/c"),
        ("{tmp}/x", "~/c", "home/c"),
        ("{tmp}/x", "{tmp}/c", "c"),
    ],
)
def test_the_cache_is_one_absolute_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, xdg: str | None, own: str | None, folder: str
) -> None:
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    given = {"XDG_CACHE_HOME": xdg, "ANSIBLE_STANDALONE_PYTHON_CACHE": own}
    environ = {name: value.format(tmp=tmp_path) for name, value in given.items() if value is not None}
    assert cache_directory(environ, "below", warn=pytest.fail) == f"{tmp_path}/{folder}/below"


@pytest.mark.parametrize("name", ["XDG_CACHE_HOME", "ANSIBLE_STANDALONE_PYTHON_CACHE"])
def test_without_a_home_directory_the_run_has_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("os.getuid", lambda: 4_000_000)
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path / "run"))
    warnings: list[str] = []
    environ = {name: "" if name == "XDG_CACHE_HOME" else "~/c"}
    assert cache_directory(environ, "below", warn=warnings.append) == f"{tmp_path}/run/standalone-python/below"
    assert [file.name for file in tmp_path.iterdir()] == ["run"]
    shown = "~/c" if environ[name] else "~/.cache/standalone-python"
    assert warnings == [
        f"Cannot use the cache {shown}: the home directory that it names is unknown. This run uses a temporary "
        "directory instead, so the next one fetches and checks everything again. Set HOME to the home directory of "
        "this user, or set ANSIBLE_STANDALONE_PYTHON_CACHE to another one."
    ]
