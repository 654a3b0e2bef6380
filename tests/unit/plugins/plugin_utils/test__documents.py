# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of the controller that never end: each reader refuses them, in its own words."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("ansible", reason="the cache of indexes is the controller's")

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.plugin_utils import _documents
from ansible_collections.standalone.python.plugins.plugin_utils._documents import UnknownHome, local_path, read_document
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.release_cycle import ReleaseCycle
from ansible_collections.standalone.python.plugins.plugin_utils._index.address import Address
from ansible_collections.standalone.python.plugins.plugin_utils._index.reader import IndexOptions, IndexReader
from ansible_collections.standalone.python.plugins.plugin_utils._lock.lock import Lock
from ansible_collections.standalone.python.plugins.plugin_utils._provenance.attestations import BundleSources
from ansible_collections.standalone.python.plugins.plugin_utils._provenance.verify import Policy
from tests.support.fake_builds import make


def read_index(path: Path) -> object:
    environ = {"ANSIBLE_STANDALONE_PYTHON_CACHE": str(path.parent / "cache")}
    return IndexReader(IndexOptions(environ=environ), pytest.fail).current(Address.parse(str(path)))


def read_bundles(path: Path) -> object:
    archive = path.with_name("archive")
    path.rename(f"{archive}.sigstore.json")
    asset = Asset.from_dict(make(path.parent / "mirror", "20260101").asset())
    return BundleSources("https://github.com/x/y", archive=str(archive)).bundles_of(asset)


READERS: dict[str, Callable[[Path], object]] = {
    "index": read_index,
    "lock": lambda path: Lock.read(str(path)),
    "bundles": read_bundles,
    "trusted root": lambda path: Policy(trusted_root=str(path)).fingerprint(),
    "release cycle": lambda path: ReleaseCycle.from_url(path.as_uri()),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("kind", "said"), [("fifo", "no regular file"), ("zeros", "no regular file"), ("long", "1 MiB")]
)
def test_what_has_no_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: str, kind: str, said: str
) -> None:
    monkeypatch.setattr(_documents, "MAX_BYTES", 2**20)
    path = tmp_path / "document"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "zeros":
        path.symlink_to("/dev/zero")
    else:
        path.write_bytes(bytes(2**20 + 1))
    with pytest.raises(StandaloneError, match=said):
        READERS[reader](path)


def test_a_regular_file_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "document").write_bytes(b"content")
    (tmp_path / "link").symlink_to("document")
    assert read_document(str(tmp_path / "link")) == b"content"


@pytest.mark.parametrize(
    ("home", "path", "absolute"),
    [
        ("/home/me", "~/c", "/home/me/c"),
        ("/home/me", "c/d", "CWD/c/d"),
        ("/home/me", "./~/c", "CWD/./~/c"),
        ("/home/me", "/c", "/c"),
        ("home", "c", "CWD/c"),
    ],
)
def test_a_path_of_the_controller_is_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str, path: str, absolute: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", home)
    assert local_path(path) == absolute.replace("CWD", str(tmp_path))


@pytest.mark.parametrize(("home", "path"), [("/home/me", "~nobody-knows/c"), ("home", "~/c"), ("~", "~/c")])
def test_an_unknown_home_is_no_directory_of_that_name(monkeypatch: pytest.MonkeyPatch, home: str, path: str) -> None:
    monkeypatch.setenv("HOME", home)
    with pytest.raises(UnknownHome, match="the home directory that it names is unknown"):
        local_path(path)


def test_an_unknown_user_without_home_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("os.getuid", lambda: 4_000_000)
    with pytest.raises(UnknownHome):
        local_path("~/c")
