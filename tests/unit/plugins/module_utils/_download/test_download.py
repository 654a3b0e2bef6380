# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
from collections.abc import Mapping

import pytest

from ansible_collections.standalone.python.plugins.module_utils._download import download
from ansible_collections.standalone.python.plugins.module_utils._errors import DigestMismatch, NoSource, StoreError
from tests.support.downloads import CONTENT, OTHER, SHA256, Downloads
from tests.support.misbehaviours import HTML_PAGE, INFORMATIONAL, break_off, chunked, early, html_page, raw
from tests.support.servers import Behaviour, files, redirect, serve, status

# What the server does with one request after the other, the pauses, and how many requests for the file come. The
# archive arrives whole in the end.
RECOVERIES: Mapping[str, tuple[list[Behaviour], list[float], int]] = {
    "at once": ([files()], [], 1),
    "without a length, in chunks": ([chunked()], [], 1),
    "after informational answers": ([early(*INFORMATIONAL)], [], 1),
    "a refusal after informational answers": ([early(*INFORMATIONAL, then=status(503)), files()], [1], 2),
    "without a length, to the end of the connection": ([raw(b"HTTP/1.0 200 OK\r\n\r\n" + CONTENT)], [], 1),
    "500, then it works": ([status(500), files()], [1], 2),
    "busy three times": ([status(503), status(429), status(504), files()], [1, 2, 4], 4),
    "busy, and says for how long": ([status(429, {"Retry-After": 7}), files()], [7], 2),
    "busy for a day": ([status(503, {"Retry-After": 24 * 60 * 60}), files()], [60], 2),
    "busy until a date": ([status(503, {"Retry-After": "Wed, 01 Jan 2031 00:00:00 GMT"}), files()], [1], 2),
    "busy for a nonsensical time": ([status(503, {"Retry-After": "9" * 5000}), files()], [1], 2),
    "hangs up without an answer": ([raw(b""), files()], [1], 2),
    "breaks off, then resumes": ([break_off(50_000), files()], [1], 2),
    "breaks off twice": ([break_off(50_000), break_off(20_000), files()], [1, 2], 3),
    "breaks off, and knows no ranges": ([break_off(50_000), files(ranges=False)], [1], 2),
    "breaks off in chunks": ([chunked(complete=False), files()], [1], 2),
    "redirects": ([redirect("/copy")], [], 1),
    "redirects to a name with a space": ([redirect("/a copy")], [], 1),
    "ranges that make no sense": (
        [break_off(50_000), status(206, {"Content-Range": f"bytes 50000-95999/{'9' * 5000}"}), files()],
        [1],
        3,
    ),
    "ranges that are not those asked for": (
        [break_off(50_000), status(206, {"Content-Range": "bytes 0-9/96000"}, b"0123456789"), files()],
        [1],
        3,
    ),
}


@pytest.mark.parametrize("case", RECOVERIES)
def test_the_archive_arrives_whole(case: str, downloads: Downloads) -> None:
    behaviours, pauses, requests = RECOVERIES[case]
    (downloads.mirror / "a copy").write_bytes(CONTENT)
    with serve(downloads.mirror, script={"/file": behaviours}) as server:
        fetched = downloads.get(f"{server.url}/file")
    assert downloads.part.read_bytes() == CONTENT
    assert (fetched.url, fetched.size_bytes, fetched.resumed_bytes) == (f"{server.url}/file", len(CONTENT), 0)
    assert downloads.pauses == pauses
    assert server.paths().count("/file") == requests


def test_a_retry_asks_only_for_what_is_missing(downloads: Downloads) -> None:
    with serve(downloads.mirror, script={"/file": [break_off(50_000), files()]}) as server:
        downloads.get(f"{server.url}/file")
    assert server.requests[1].headers["range"] == "bytes=50000-"


def test_every_url_is_listed_with_its_own_reason(downloads: Downloads) -> None:
    with serve(script={"/a": status(404), "/b": status(500), "/c": status(410)}) as server:
        reasons = downloads.reasons(*(f"{server.url}/{name}" for name in "abc"), retries=1)
    assert reasons == (
        f"{server.url}/a: 127.0.0.1 answers 404 Not Found. "
        f"{server.url}/b: 127.0.0.1 answers 500 Internal Server Error (2 tries). "
        f"{server.url}/c: 127.0.0.1 answers 410 Gone."
    )


REACH = "Check that this host reaches the address, through a proxy if need be, or set `mirror` to one that it reaches"
ABSENT = "The server was reached but has no such file: sync the mirror, or correct its address in `mirror`"
BUSY = "The server was reached: look at its log or try again later, or set `mirror` to another address"
LOGIN = "Correct that, or set `mirror` to another address"
FILES = "Mount the directory of the mirror there, or sync the mirror, or correct its path in `mirror`"


ELSEWHERE = ", or fetch the file elsewhere and give it as `archive`."
PUSH = " If this host has no way out, let the controller send it with `delivery: push`."


@pytest.mark.parametrize(
    ("names", "advice", "push"),
    [
        (["absent"], ABSENT, ""),
        (["gone"], ABSENT, ""),
        (["login"], LOGIN, ""),
        (["busy"], BUSY, PUSH),
        (["broken"], REACH, PUSH),
        (["circle"], LOGIN, ""),
        (["absent", "gone", "busy"], f"{ABSENT}. {BUSY}", PUSH),
    ],
)
def test_the_advice_is_for_the_cause(downloads: Downloads, names: list[str], advice: str, push: str) -> None:
    script = {
        "/absent": status(404),
        "/gone": status(410),
        "/login": status(403),
        "/busy": status(503),
        "/broken": break_off(0),
        "/circle": redirect("/circle"),
    }
    with serve(script=script) as server, pytest.raises(NoSource) as caught:
        downloads.get(*(f"{server.url}/{name}" for name in names), retries=0)
    assert str(caught.value).endswith(f". {advice}{ELSEWHERE}{push}")
    assert caught.value.without_push.endswith(f". {advice}{ELSEWHERE}")


def test_a_directory_is_not_reached_by_a_proxy(downloads: Downloads) -> None:
    with pytest.raises(NoSource) as caught:
        downloads.get("file:///nowhere/file")
    assert str(caught.value) == (
        "The archive could not be downloaded. file:///nowhere/file: there is no file /nowhere/file on this host. "
        f"{FILES}{ELSEWHERE}{PUSH}"
    )


def test_all_urls_are_tried_before_any_is_tried_again(downloads: Downloads) -> None:
    with serve(script={"/a": status(404), "/b": status(500), "/c": status(503)}) as server:
        downloads.reasons(*(f"{server.url}/{name}" for name in "abc"), retries=2)
    assert server.paths() == ["/a", "/b", "/c", "/b", "/c", "/b", "/c"]
    assert downloads.pauses == [1, 2]


def test_the_next_url_goes_on_where_the_first_broke_off(downloads: Downloads) -> None:
    with serve(downloads.mirror, script={"/file": break_off(50_000)}) as server:
        fetched = downloads.get(f"{server.url}/file", f"{server.url}/copy")
    assert fetched.url == f"{server.url}/copy"
    assert server.requests[1].headers["range"] == "bytes=50000-"
    assert downloads.pauses == []


OTHER_FILE = (
    "It is another file than the pinned one, or a damaged copy: compare with `checksum` or the index, and ask the "
    "owner of that copy."
)
WEB_PAGE = "What came looks like a web page (a proxy or login page?): open that address from this host and see."


@pytest.mark.parametrize(
    ("path", "came", "advice", "part", "requests"),
    [
        ("other", OTHER, OTHER_FILE, b"", 1),
        ("other", OTHER, OTHER_FILE, b"another", 2),  # once more from the start, since the part may be to blame
        ("other", OTHER, OTHER_FILE, OTHER + b"!", 2),
        ("page", HTML_PAGE, WEB_PAGE, b"", 1),
        ("page", HTML_PAGE, WEB_PAGE, b"<html>", 1),  # without ranges, it came from its first byte on
    ],
)
def test_wrong_bytes_are_removed_and_no_other_url_is_asked(
    path: str, came: bytes, advice: str, part: bytes, requests: int, downloads: Downloads
) -> None:
    downloads.part.write_bytes(part)
    with serve(downloads.mirror, script={"/page": html_page()}) as server, pytest.raises(DigestMismatch) as caught:
        downloads.get(f"{server.url}/{path}?token=secret", f"{server.url}/file")
    assert str(caught.value) == (
        f"The digest of {server.url}/{path} is not the expected one, so nothing was unpacked. Expected sha256 "
        f"{SHA256}, found {hashlib.sha256(came).hexdigest()} in {len(came)} bytes. {advice}"
    )
    assert len(server.requests) == requests
    assert not downloads.part.exists()


@pytest.mark.parametrize("by_http", [True, False])
def test_the_length_is_reported_before_anything_is_written(by_http: bool, downloads: Downloads) -> None:
    def refuse(total_bytes: int) -> None:
        raise StoreError(f"{total_bytes} bytes do not fit; {downloads.part.stat().st_size} are there.")

    with serve(downloads.mirror) as server, pytest.raises(StoreError) as caught:
        downloads.get(f"{server.url if by_http else downloads.mirror.as_uri()}/file", on_length=refuse)
    assert str(caught.value) == "96000 bytes do not fit; 0 are there."
    assert not downloads.part.exists()


@pytest.mark.parametrize(
    ("behaviours", "part", "lengths"),
    [
        ([files()], b"", [96_000]),
        ([break_off(50_000), files()], b"", [96_000]),
        ([files()], CONTENT[:40_000], [96_000]),
        ([files()], CONTENT, [96_000]),
        ([chunked()], b"", []),
    ],
)
def test_the_length_is_reported_once(
    behaviours: list[Behaviour], part: bytes, lengths: list[int], downloads: Downloads
) -> None:
    said: list[int] = []
    downloads.part.write_bytes(part)
    with serve(downloads.mirror, script={"/file": behaviours}) as server:
        downloads.get(f"{server.url}/file", on_length=said.append)
    assert said == lengths


def test_what_is_longer_than_any_build_is_not_taken(downloads: Downloads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "MAX_BYTES", 90_000)
    with serve(downloads.mirror, script={"/file": chunked()}) as server:
        assert "it is longer than" in downloads.reasons(f"{server.url}/file", retries=3)
    assert not downloads.part.exists()
    assert len(server.requests) == 1


def test_a_digest_may_be_written_in_capitals(downloads: Downloads) -> None:
    assert downloads.get(f"{downloads.mirror.as_uri()}/file", sha256=SHA256.upper()).size_bytes == len(CONTENT)
