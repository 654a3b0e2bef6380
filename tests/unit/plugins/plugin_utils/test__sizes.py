# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("requests", reason="servers are asked from the controller")

from ansible_collections.standalone.python.plugins.module_utils._url_options import UrlOptions
from ansible_collections.standalone.python.plugins.plugin_utils._sizes import Sizes
from tests.support.index_documents import url_of
from tests.support.locks import stripped
from tests.support.servers import serve, status

FILE = stripped("3.13.5+20250723")


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    (tmp_path / "20250723").mkdir()
    (tmp_path / "20250723" / FILE).write_bytes(b"1234567")
    return tmp_path


def test_a_server_tells_it(mirror: Path) -> None:
    with serve(mirror) as server:
        assert Sizes([server.url], UrlOptions()).size_of(url_of(FILE)) == 7
        assert [request.method for request in server.requests] == ["HEAD"]


def test_a_folder_tells_it(mirror: Path) -> None:
    assert Sizes([mirror.as_uri()], UrlOptions()).size_of(url_of(FILE)) == 7


def test_the_next_mirror_is_asked(mirror: Path, tmp_path: Path) -> None:
    with serve(tmp_path / "empty") as empty:
        assert Sizes([empty.url, mirror.as_uri()], UrlOptions()).size_of(url_of(FILE)) == 7


def test_a_server_that_does_not_answer_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.standalone.python.plugins.plugin_utils import _session

    tried: list[str] = []

    def head(_session: object, url: str, **_options: object) -> None:
        tried.append(url)
        raise ConnectionRefusedError

    monkeypatch.setattr(_session.GuardedSession, "head", head)
    sizes = Sizes(["http://127.0.0.1:1"], UrlOptions())
    assert [sizes.size_of(url_of(FILE)), sizes.size_of(url_of(FILE))] == [None, None]
    assert len(tried) == 1


def test_a_server_that_has_nothing_there_does_not_tell(mirror: Path) -> None:
    path = url_of(FILE, "")
    with serve(mirror, script={path: status(403)}) as server:
        assert Sizes([server.url], UrlOptions()).size_of(url_of(FILE)) is None
