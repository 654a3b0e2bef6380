# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._os.target_root import TargetRoot
from ansible_collections.standalone.python.plugins.module_utils._store import link
from ansible_collections.standalone.python.plugins.module_utils._store.store import Store


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".builds" / ".staging").mkdir(parents=True)
    for entry in ("a", "b"):
        (tmp_path / ".builds" / entry).mkdir()
    return tmp_path


def switch(home: Path, entry: str, path: str = "3.13") -> None:
    link.switch(str(home / path), str(home / ".builds" / entry), str(home / ".builds" / ".staging"))


def test_the_link_is_relative_and_replaced_whole(home: Path) -> None:
    switch(home, "a")
    switch(home, "b")
    assert os.readlink(home / "3.13") == ".builds/b"
    assert os.listdir(home / ".builds" / ".staging") == []


def test_a_name_may_be_as_long_as_the_file_system_allows(home: Path) -> None:
    switch(home, "a", "n" * 255)
    switch(home, "b", "n" * 255)
    assert os.readlink(home / ("n" * 255)) == ".builds/b"
    assert os.listdir(home / ".builds" / ".staging") == []


def test_a_path_reached_through_a_link_gets_a_link_that_holds(home: Path) -> None:
    (home / "real" / "deep").mkdir(parents=True)
    (home / "short").symlink_to("real/deep")
    switch(home, "a", "short/3.13")
    assert os.readlink(home / "real" / "deep" / "3.13") == "../../.builds/a"


@pytest.mark.parametrize(
    ("target", "entry"),
    [(".builds/a", "a"), (".builds/gone", "gone"), ("elsewhere/a", None), (".builds/a/bin", None), ("/etc", None)],
)
def test_the_entry_behind_a_link(home: Path, target: str, entry: str | None) -> None:
    (home / "3.13").symlink_to(target)
    assert link.entry_behind(str(home / "3.13"), Store(str(home / ".builds"))) == entry


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOTCONN, errno.ESTALE, errno.EACCES])
def test_a_link_that_cannot_be_read_is_not_absent(home: Path, monkeypatch: pytest.MonkeyPatch, error: int) -> None:
    def readlink(path: str) -> str:
        raise OSError(error, os.strerror(error), path)

    monkeypatch.setattr(os, "readlink", readlink)
    with pytest.raises(OSError, match=os.strerror(error)):
        link.entry_behind(str(home / "3.13"), Store(str(home / ".builds")))
    assert link.entry_if_readable(str(home / "3.13"), Store(str(home / ".builds"))) is None


def test_an_absolute_link_into_the_store_counts(home: Path) -> None:
    (home / "3.13").symlink_to(home / ".builds" / "a")
    assert link.entry_behind(str(home / "3.13"), Store(str(home / ".builds"))) == "a"


@pytest.mark.parametrize(("target", "entry"), [("/opt/.builds/a", "a"), (".builds/a", "a"), ("/opt/a", None)])
def test_a_link_of_an_image_points_to_the_image(tmp_path: Path, target: str, entry: str | None) -> None:
    (tmp_path / "opt" / ".builds" / "a").mkdir(parents=True)
    (tmp_path / "opt" / "3.13").symlink_to(target)
    store = Store("/opt/.builds", TargetRoot(str(tmp_path)))
    assert link.entry_behind("/opt/3.13", store) == entry


def test_no_link_no_entry(home: Path) -> None:
    (home / "file").touch()
    for path in ("absent", "file", ".builds"):
        assert link.entry_behind(str(home / path), Store(str(home / ".builds"))) is None


def test_a_directory_is_never_replaced(home: Path) -> None:
    (home / "3.13").mkdir()
    with pytest.raises(StoreError, match="A directory appeared at .*/3.13 during the run"):
        switch(home, "a")


def refuse_from_staging(monkeypatch: pytest.MonkeyPatch) -> None:
    rename = os.rename

    def refuse(source: str, target: str) -> None:
        if "/.staging/" in source:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), source)
        rename(source, target)

    monkeypatch.setattr(os, "rename", refuse)


def test_what_cannot_be_switched_leaves_no_link_beside_the_path(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the store is mounted from elsewhere, the new link is made there."""
    refuse_from_staging(monkeypatch)
    (home / "3.13").mkdir()
    with pytest.raises(StoreError):
        switch(home, "a")
    assert sorted(os.listdir(home)) == [".builds", "3.13"]


def test_the_store_may_be_mounted_from_elsewhere(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_from_staging(monkeypatch)
    switch(home, "a")
    assert os.readlink(home / "3.13") == ".builds/a"
    assert sorted(os.listdir(home)) == [".builds", "3.13"]
