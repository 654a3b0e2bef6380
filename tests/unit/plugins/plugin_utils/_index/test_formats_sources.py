# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Index documents of each kind, whole and malformed."""

from __future__ import annotations

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import IndexUnavailable
from ansible_collections.standalone.python.plugins.plugin_utils._index.formats import Reading, read_index
from tests.support.index_documents import (
    artifact,
    digest_of,
    record,
    sums,
    url_of,
    uv_catalogue,
    uv_entry,
    versions_index,
)

STRIPPED = "cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz"
FULL = "cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-freethreaded+pgo+lto-full.tar.zst"
MACOS = "cpython-3.14.2+20260127-aarch64-apple-darwin-debug-full.tar.zst"
STAMPED = "cpython-3.9.4-x86_64-unknown-linux-gnu-pgo+lto-20210414T1515.tar.zst"
MANUAL = "cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-install_pgo+lto.tar.zst"
MISDATED = "cpython-3.13.12+20250323-x86_64-unknown-linux-gnu-install_only.tar.gz"
NEW_TARGET = "cpython-3.13.5+20250723-sparc64-unknown-linux-gnu-install_only.tar.gz"
NAMES = (STRIPPED, FULL, MACOS)
ELSEWHERE = "http://10.0.0.1/pythons"


def read(body: bytes, directory: str = "main") -> Reading:
    return read_index(body, where="The index I", directory=directory)


@pytest.mark.parametrize(
    "body",
    [
        versions_index(*NAMES),
        (record(*map(artifact, NAMES))).encode(),
        b"\xef\xbb\xbf\n" + versions_index(*NAMES).replace(b"\n", b"\r\n\r\n"),
        uv_catalogue(map(uv_entry, NAMES)),
        sums(*NAMES),
        sums(*NAMES).replace(b"  ", b" *"),
        "".join(f"{digest_of(name).upper()}  {name}\n" for name in NAMES).encode(),
    ],
    ids=["versions", "one-record", "bom-and-crlf", "uv", "sums", "sums-binary", "sums-upper-case"],
)
def test_the_kind_follows_from_the_content(body: bytes) -> None:
    reading = read(body)
    assert [listed.file_name for listed in reading.listed] == list(NAMES)
    assert [listed.sha256 for listed in reading.listed] == [bytes.fromhex(digest_of(name)) for name in NAMES]
    assert [listed.url for listed in reading.listed] == [url_of(name) for name in NAMES]
    assert reading.unknown == ()


@pytest.mark.parametrize(
    ("body", "directory", "url", "release"),
    [
        (record(artifact(STAMPED, url=url_of(STAMPED).replace("20210414/", "20210415/"))), "main", None, "20210415"),
        (record(artifact(STAMPED, url=f"{ELSEWHERE}/20210415/{STAMPED}")), "main", None, "20210415"),
        (f"{digest_of(STAMPED)}  {STAMPED}\n", "20210415", None, "20210415"),
        # A tag in the name outranks the folder, and addresses of one file are one address.
        (record(artifact(STRIPPED, url=f"{ELSEWHERE}/20250101/{STRIPPED}")), "main", None, "20250723"),
        (record(artifact(STRIPPED, url=url_of(STRIPPED, ELSEWHERE))), "main", url_of(STRIPPED, ELSEWHERE), "20250723"),
        (
            record(artifact(STRIPPED, url=url_of(STRIPPED).replace("astral-sh", "indygreg"))),
            "main",
            url_of(STRIPPED),
            "20250723",
        ),
        (f"{digest_of(STRIPPED)}  {STRIPPED}\n", "files", url_of(STRIPPED), "20250723"),
    ],
)
def test_release_and_url_of_an_asset(body: str, directory: str, url: str | None, release: str) -> None:
    (listed,) = read(body.encode(), directory).listed
    assert listed.build.release == release
    assert url is None or listed.url == url


@pytest.mark.parametrize(
    ("body", "unknown"),
    [
        (versions_index(STRIPPED, NEW_TARGET, "SHA256SUMS"), [NEW_TARGET, "SHA256SUMS"]),
        (record(artifact(STRIPPED), artifact(STAMPED, url=f"{ELSEWHERE}/latest/{STAMPED}")).encode(), [STAMPED]),
        (uv_catalogue([uv_entry(STRIPPED), uv_entry(NEW_TARGET, url=url_of(NEW_TARGET, ELSEWHERE))]), [NEW_TARGET]),
        (sums(STRIPPED, "SHA256SUMS"), ["SHA256SUMS"]),
    ],
)  # fmt: skip
def test_what_is_no_known_build_is_counted_and_left_out(body: bytes, unknown: list[str]) -> None:
    reading = read(body)
    assert [listed.file_name for listed in reading.listed] == [STRIPPED]
    assert list(reading.unknown) == unknown


def test_the_misdated_release_is_dropped_in_silence() -> None:
    reading = read(versions_index(STRIPPED, MISDATED))
    assert ([listed.file_name for listed in reading.listed], reading.unknown) == ([STRIPPED], ())


def test_a_missing_digest_is_kept_as_such() -> None:
    (listed,) = read(uv_catalogue([uv_entry(STRIPPED, sha256=None)])).listed
    assert listed.sha256 is None


def test_other_implementations_and_pyodide_are_passed_over() -> None:
    reading = read(
        uv_catalogue(
            [
                uv_entry(STRIPPED),
                {"name": "pypy", "url": 7},
                uv_entry(
                    "x", url="https://github.com/pyodide/pyodide/releases/download/0.29.0/xbuildenv-0.29.0.tar.bz2"
                ),
            ]
        )
    )
    assert ([listed.file_name for listed in reading.listed], reading.unknown) == ([STRIPPED], ())


MIXED = "0" * 64


@pytest.mark.parametrize(
    "body",
    [
        record(artifact(STRIPPED), artifact(STRIPPED, sha256=MIXED)).encode(),
        record(artifact(STRIPPED), artifact(STRIPPED, sha256=MIXED, url=url_of(STRIPPED, ELSEWHERE))).encode(),
        versions_index(STRIPPED) + record(artifact(STRIPPED, sha256=MIXED)).encode(),
        uv_catalogue([uv_entry(STRIPPED), uv_entry(STRIPPED, sha256=MIXED)]),
        sums(STRIPPED) + f"{MIXED}  {STRIPPED}\n".encode(),
    ],
    ids=["record", "elsewhere", "records", "uv", "sums"],
)
def test_one_name_with_two_digests_is_refused(body: bytes) -> None:
    with pytest.raises(IndexUnavailable) as caught:
        read(body)
    assert str(caught.value) == (
        f"The index I gives {STRIPPED} two digests, {digest_of(STRIPPED)} and {MIXED}. It is damaged, or put together "
        "from parts that do not belong together: use another index."
    )


def test_the_same_digest_may_come_twice() -> None:
    reading = read(record(artifact(STRIPPED), artifact(STRIPPED), artifact(STRIPPED, sha256=None)).encode())
    assert {listed.file_name for listed in reading.listed} == {STRIPPED}


def test_a_name_of_the_manual_is_kept_where_it_exists() -> None:
    (listed,) = read(record(artifact(MANUAL, url=url_of(MANUAL, ELSEWHERE))).encode()).listed
    build = listed.build
    assert (build.name, build.flavor, build.build_options) == (MANUAL.removesuffix(".tar.zst"), "full", "pgo+lto")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The index I is empty."),
        (b" \n", "The index I is empty."),
        (b"\x28\xb5\x2f\xfd", "The index I is no index: its byte 1 is not text. Is it compressed?"),
        (
            b"<!DOCTYPE html><title>Log in</title>",
            "The index I is a web page and no index; a proxy or a login page may have answered.",
        ),
        (
            b"Not found",
            "The index I is neither a versions NDJSON nor a uv catalogue nor a SHA256SUMS; it begins with 'Not found'.",
        ),
        (
            versions_index(STRIPPED) + versions_index(FULL)[:-60],
            "The index I, line 2 is damaged or broke off half way, at column 339.",
        ),
        (
            versions_index(STRIPPED)[:-60],
            "The index I, line 1 is damaged or broke off half way, at column 330.",
        ),
        (
            uv_catalogue([uv_entry(STRIPPED)])[:-60],
            "The index I is damaged or broke off half way, at line 5, column 15.",
        ),
        (
            versions_index(STRIPPED) + b"[]\n",
            "The index I, line 2 is damaged: an object was expected there.",
        ),
        (
            versions_index(STRIPPED) + b'{"artifacts": {}}\n',
            "The index I, line 2 is damaged: artifacts should be a list.",
        ),
        (
            record(artifact(STRIPPED), artifact(FULL, url=None)).encode(),
            "The index I, line 1: artifacts[1] is damaged: url should be a text.",
        ),
        (
            record(artifact(STRIPPED, url="x")).encode(),
            "The index I, line 1: artifacts[0] is damaged: url should be an http(s) or file URL of a file.",
        ),
        (
            record(artifact(STRIPPED, url="http://" + "/" * 1_000_000 + " ")).encode(),  # read at once
            "The index I, line 1: artifacts[0] is damaged: url should be an http(s) or file URL of a file.",
        ),
        (
            record(artifact(STRIPPED, url="http://[/x")).encode(),
            "The index I, line 1: artifacts[0] is damaged: url should be an http(s) or file URL of a file.",
        ),
        (
            b'{"x": ' + b"[" * 200_000,
            "The index I is damaged: a number or a nesting in it is beyond any index.",
        ),
        (
            versions_index(STRIPPED) + b'{"artifacts": ' + b"9" * 6000 + b"}",
            "The index I, line 2 is damaged: a number or a nesting in it is beyond any index.",
        ),
        (
            record(artifact(STRIPPED, sha256="abc")).encode(),
            "The index I, line 1: artifacts[0] is damaged: sha256 is 'abc', and should be 64 hexadecimal digits.",
        ),
        (
            record(artifact(STRIPPED, prepared={"sha256": "a" * 64, "members_sha256": "bb"})).encode(),
            "The index I, line 1: artifacts[0].prepared is damaged: members_sha256 is 'bb', and should be 64 "
            "hexadecimal digits.",
        ),
        (
            record(artifact(STRIPPED, prepared={"sha256": "a" * 64})).encode(),
            "The index I, line 1: artifacts[0].prepared is damaged: members_sha256 should be a text.",
        ),
        (
            record(artifact(STRIPPED, prepared="a" * 64)).encode(),
            "The index I, line 1: artifacts[0] is damaged: prepared should be an object.",
        ),
        (
            b'{"version": 1, "tag": "20260814"}',
            "The index I has a key `version` at its top, so it is of a format that is not known here.",
        ),
        (uv_catalogue([uv_entry(STRIPPED, name=None)]), "The index I: cpython-0 is damaged: name should be a text."),
        (uv_catalogue([uv_entry(STRIPPED, sha256=7)]), "The index I: cpython-0 is damaged: sha256 should be a text."),
        (
            sums(STRIPPED) + b"x\n",
            "The index I, line 2 is damaged: a digest and a file name are expected there.",
        ),
        (versions_index(NEW_TARGET), "The index I lists no build with a name that is known here."),
    ],
)  # fmt: skip
def test_a_document_that_is_no_index_is_refused(body: bytes, message: str) -> None:
    with pytest.raises(IndexUnavailable) as caught:
        read(body)
    assert str(caught.value) == message
