# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection that is given up soon, on a server that answers as a firewall that drops packets does: not at all."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import NoSource
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from tests.support.authority import Authority
from tests.support.downloads import CONTENT, Downloads
from tests.support.servers import serve, status

HASTY = UrlOptions(timeout=60, connect_timeout=1)


@pytest.fixture
def deaf() -> Iterator[str]:
    """The address of a listening socket with a full backlog."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening:
        address = listening.getsockname()
        with socket.socket() as first, socket.socket() as second:
            for waiting in (first, second):
                waiting.setblocking(False)
                waiting.connect_ex(address)
            yield f"127.0.0.1:{address[1]}"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_connection_is_given_up_soon(scheme: str, deaf: str, downloads: Downloads) -> None:
    if scheme == "https":
        pytest.importorskip("ansible", reason="the trust in servers is Ansible's part")
    with pytest.raises(NoSource) as caught:
        downloads.get(f"{scheme}://{deaf}/file", options=HASTY, retries=0)
    assert "127.0.0.1 cannot be reached (no connection within 1 s)." in str(caught.value)


def test_a_server_that_is_reached_has_all_the_time(downloads: Downloads) -> None:
    with serve(downloads.mirror, latency_s=1.5) as server:
        assert downloads.get(f"{server.url}/file", options=HASTY).size_bytes == len(CONTENT)


def test_tls_is_spoken_as_without_haste(downloads: Downloads, tmp_path_factory: pytest.TempPathFactory) -> None:
    pytest.importorskip("ansible", reason="the trust in servers is Ansible's part")
    authority = Authority(tmp_path_factory.mktemp("authority"))
    options = UrlOptions(connect_timeout=5, ca_path=authority.certificate)
    with serve(downloads.mirror, tls=authority.server(), host="localhost") as server:
        assert downloads.get(f"{server.url}/file", options=options).size_bytes == len(CONTENT)


@pytest.mark.parametrize(("code", "is_hopeless"), [(404, True), (407, False), (500, False)])
def test_a_final_answer_is_told_from_one_that_is_not(code: int, is_hopeless: bool, downloads: Downloads) -> None:
    with serve(script={"/file": status(code)}) as server, pytest.raises(NoSource) as caught:
        downloads.get(f"{server.url}/file", retries=0)
    assert caught.value.is_hopeless is is_hopeless
