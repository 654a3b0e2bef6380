# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._download import content_length
from ansible_collections.standalone.python.plugins.module_utils._download.content_length import Sizes
from ansible_collections.standalone.python.plugins.module_utils._http.errors import TransferFailure
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from tests.support.downloads import Downloads
from tests.support.index_documents import url_of
from tests.support.servers import Answering, files, redirect, serve, status

FILE, OTHER = (f"cpython-3.13.{n}+20250723-x86_64-unknown-linux-gnu-install_only.tar.gz" for n in (5, 6))


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    (tmp_path / "20250723").mkdir()
    (tmp_path / "20250723" / FILE).write_bytes(b"1234567")
    return tmp_path


@pytest.fixture(autouse=True)
def no_proxy(downloads: Downloads) -> None:
    """Without the proxies of the one who runs the tests."""


def test_a_server_shows_it(mirror: Path) -> None:
    with serve(mirror) as server:
        assert Sizes([server.url], UrlOptions()).size_of(url_of(FILE)) == 7
        assert [request.method for request in server.requests] == ["GET"]


def test_one_that_is_signed_for_get_shows_it(mirror: Path) -> None:
    """As the object stores behind public addresses: what is asked in another way than was signed is refused."""

    def only_get(answering: Answering) -> None:
        (files() if answering.command == "GET" else status(403))(answering)

    with serve(mirror, script={url_of(FILE, ""): redirect("/signed"), "/signed": only_get}) as server:
        (mirror / "signed").write_bytes(b"1234567")
        assert Sizes([server.url], UrlOptions()).size_of(url_of(FILE)) == 7


def test_a_directory_shows_it(mirror: Path) -> None:
    assert Sizes([mirror.as_uri()], UrlOptions()).size_of(url_of(FILE)) == 7


def test_the_next_mirror_is_asked(mirror: Path, tmp_path: Path) -> None:
    with serve(tmp_path / "empty") as empty:
        assert Sizes([empty.url, mirror.as_uri()], UrlOptions()).size_of(url_of(FILE)) == 7


@pytest.mark.parametrize("failure", [TransferFailure("", may_pass=True), TransferFailure("", is_local=True)])
def test_a_server_that_does_not_answer_is_asked_once(monkeypatch: pytest.MonkeyPatch, failure: TransferFailure) -> None:
    tried: list[tuple[str, int | None]] = []

    def opened(url: str, options: UrlOptions) -> None:
        tried.append((url, options.connect_timeout))
        raise failure

    monkeypatch.setattr(content_length, "opened", opened)
    sizes = Sizes(["http://127.0.0.1:1"], UrlOptions(timeout=3))
    assert [sizes.size_of(url_of(FILE)), sizes.size_of(url_of(FILE))] == [None, None]
    assert [timeout for _url, timeout in tried] == [3]


def test_a_server_that_refuses_one_is_asked_for_the_next(mirror: Path) -> None:
    (mirror / "20250723" / OTHER).write_bytes(b"123")
    with serve(mirror, script={url_of(FILE, ""): status(403)}) as server:
        sizes = Sizes([server.url], UrlOptions())
        assert [sizes.size_of(url_of(FILE)), sizes.size_of(url_of(OTHER))] == [None, 3]


def test_a_directory_that_lacks_one_is_asked_for_the_next(mirror: Path) -> None:
    sizes = Sizes([mirror.as_uri()], UrlOptions())
    assert [sizes.size_of(url_of(OTHER)), sizes.size_of(url_of(FILE))] == [None, 7]
