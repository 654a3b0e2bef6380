# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re
from collections.abc import Callable

import pytest

pytest.importorskip("ansible", reason="locks are read on the controller")

from ansible_collections.standalone.python.plugins.module_utils._builds.build import SHA256_OF_NOTHING
from ansible_collections.standalone.python.plugins.plugin_utils._lock.file import InvalidLock, LockFile
from tests.support.index_documents import digest_of, url_of
from tests.support.locks import GNU, MUSL, lock_of, stripped

OLD, NEW = stripped("3.9.20+20241016"), stripped("3.13.5+20250723")
ENTRY = f"""\
    {GNU}:
      version: 3.13.5
      release: '20250723'
      url: {url_of(NEW)}
      sha256: {digest_of(NEW)}
      size: null
"""
TEXT = f"format: 1\nbuilds:\n  '3.13':\n{ENTRY}"


def test_the_content_is_sorted_and_has_a_line_for_each_value() -> None:
    lock = lock_of({"3.13": [NEW], "3.9": [stripped("3.9.20+20241016", MUSL), OLD]})
    assert [line for line in lock.render().splitlines() if not line.startswith("      ")] == [
        "# What each name stands for. Made by `ansible-playbook standalone.python.lock`; run it again to update.",
        "---",
        "format: 1",
        "builds:",
        "  '3.9':",
        f"    {GNU}:",
        f"    {MUSL}:",
        "  '3.13':",
        f"    {GNU}:",
    ]
    assert lock.render().endswith(ENTRY)


def test_a_lock_has_no_secret_of_the_index() -> None:
    text = TEXT.replace("https://", "https://user:s3cret@").replace(".tar.gz", ".tar.gz?sig=s3cret")
    assert LockFile.parse(text, "lock").render().endswith(ENTRY)


@pytest.mark.parametrize(
    "lock",
    [
        lock_of({}),
        lock_of({"3.13": [NEW]}, size_bytes=34163738, libraries={"openssl": "3.0", "sqlite": "3.50.4"}),
        lock_of({">=3.9,<3.10": [OLD], "latest": [NEW], NEW: [NEW]}),
        lock_of({"3.13d": [f"cpython-3.13.5+20250723-{GNU}-debug-full.tar.zst"]}),
        lock_of({"3.9.4": [f"cpython-3.9.4-{GNU}-pgo+lto-20210414T1515.tar.zst"]}),
    ],
)
def test_what_is_rendered_parses_to_the_same(lock: LockFile) -> None:
    assert LockFile.parse(lock.render(), "lock") == lock


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda text: "",
            "lock is damaged: an object was expected there. Take the lock from before it was edited or merged, or make "
            "it again.",
        ),
        (lambda text: "<<<<<<< HEAD\n" + text, "lock is damaged in line 2, perhaps by a merge. Make it again."),
        (lambda text: text + "\x00", "lock is no YAML. Make it again."),
        (lambda text: text.replace("format: 1", "format: one"), "lock is damaged: format should be a whole number."),
        (
            lambda text: text.replace("format: 1", "format: 2"),
            "lock is of format 2, and this version of the collection reads format 1. Upgrade the collection on the "
            "controller.",
        ),
        (
            lambda text: text.replace("format: 1", "format: 0"),
            "lock is of format 0, and this version of the collection reads format 1. Make the lock again.",
        ),
        (
            lambda text: text.replace("'3.13'", "3.13"),
            "lock is damaged: the name 3.13 is there without quotes, as a number.",
        ),
        (lambda text: "format: 1\nbuilds: {'3.13': x}", "lock: 3.13 is damaged: an object was expected there."),
        (
            lambda text: text.replace(digest_of(NEW), "abc"),
            f"lock: 3.13: {GNU} is damaged: sha256 should be 64 hexadecimal digits in lower case.",
        ),
        (
            lambda text: text.replace("https://", "ftp://"),
            f"lock: 3.13: {GNU} is damaged: url should be the http(s) or file URL of an archive.",
        ),
        (
            lambda text: text.replace(url_of(NEW), f'" {url_of(NEW)}"'),
            f"lock: 3.13: {GNU} is damaged: url should be the http(s) or file URL of an archive.",
        ),
        (
            lambda text: text.replace(url_of(NEW), f'"{url_of(NEW)}"'.replace("https:/", "https:/\\t")),
            f"lock: 3.13: {GNU} is damaged: url should be printable.",
        ),
        (
            lambda text: text.replace(url_of(NEW), url_of(NEW).replace("/download/", "/down?load/")),
            f"lock: 3.13: {GNU} is damaged: down is not the name of a build.",
        ),
        (
            lambda text: text.replace(url_of(NEW), "https://a/b/c"),
            f"lock: 3.13: {GNU} is damaged: c is not the name of a build.",
        ),
        (
            lambda text: text.replace("size: null", "size: large"),
            f"lock: 3.13: {GNU} is damaged: size should be a whole number. Take the lock from before it was edited or "
            "merged, or make it again.",
        ),
        (
            lambda text: text.replace("version: 3.13.5", "version: 3.13.6"),
            f"lock: 3.13: {GNU} contradicts itself: version is 3.13.6, but the file that url names is of 3.13.5. Take "
            "the lock from before it was edited or merged, or make it again.",
        ),
        (
            lambda text: text.replace("'20250723'", "'20250724'"),
            f"lock: 3.13: {GNU} contradicts itself: release is 20250724, but the file that url names is of 20250723. "
            "Take the lock from before it was edited or merged, or make it again.",
        ),
        (
            lambda text: text.replace("'3.13'", "'3.12'"),
            f"lock: 3.12: {GNU} contradicts itself: it holds {NEW[:-7]}, which is another build. Take the lock from "
            "before it was edited or merged, or make it again.",
        ),
        (
            lambda text: text.replace(f"    {GNU}:", f"    {MUSL}:"),
            f"lock: 3.13: {MUSL} contradicts itself: it holds {NEW[:-7]}, which is another build. Take the lock from "
            "before it was edited or merged, or make it again.",
        ),
        (
            lambda text: text + ENTRY,
            "lock is damaged in line 10, perhaps by a merge: the key x86_64-unknown-linux-gnu ",
        ),
        (lambda text: text + text[10:], "lock is damaged in line 10, perhaps by a merge: the key builds comes twice."),
        (
            lambda text: text.replace("size: null", "size: null\n      sha256: " + "f" * 64),
            "lock is damaged in line 10, perhaps by a merge: the key sha256 comes twice. Make it again.",
        ),
        (
            lambda text: text.replace(GNU + ":\n", GNU + ": &a\n") + "  '3.13.5': {" + GNU + ": *a}\n",
            "lock is damaged in line 4, perhaps by a merge: an alias refers to another place. Make it again.",
        ),
        (
            lambda text: re.sub("size: .*", f"size: 0x{'f' * 5000}", text, count=1),
            "lock is damaged in line 9, perhaps by a merge: a number is too long. Make it again.",
        ),
        (
            lambda text: text + "  '3.13.5':\n" + ENTRY.replace(digest_of(NEW), "f" * 64),
            f"lock contradicts itself: it has two digests for {NEW}, {digest_of(NEW)} and {'f' * 64}.",
        ),
        (
            lambda text: (
                text
                + "  '3.9':\n"
                + ENTRY.replace(url_of(NEW), url_of(OLD)).replace("3.13.5", "3.9.20").replace("20250723", "20241016")
            ),
            f"lock contradicts itself: it has one digest for {NEW} and {OLD}. Take the lock from",
        ),
        (
            lambda text: text.replace("null", "7") + "  '3.13.5':\n" + ENTRY.replace("null", "8"),
            f"lock contradicts itself: it has two sizes for {NEW}, 7 and 8.",
        ),
        *(
            (
                lambda text, size=size: text.replace("null", size),
                f"lock: 3.13: {GNU} is damaged: size is {size}, and no ",
            )
            for size in ("0", "-1", "99999999999999999")
        ),
        (
            lambda text: text.replace(digest_of(NEW), SHA256_OF_NOTHING),
            f"lock: 3.13: {GNU} is damaged: sha256 is the digest of an empty file, which no archive is.",
        ),
        (
            lambda text: text.replace("20250723", "20251399"),
            f"lock: 3.13: {GNU} is damaged: ",
        ),
        (lambda text: text.replace("null", "!!timestamp x"), "lock is no YAML. Make it again."),
        (lambda text: "[" * 100_000, "lock is damaged in line 1, perhaps by a merge. Make it again."),
        (lambda text: text.replace("'3.13'", "'x'"), f"lock: x: {GNU} is damaged: 'x' does not name a build."),
    ],
)
def test_what_is_no_lock_is_refused(spoil: Callable[[str], str], message: str) -> None:
    with pytest.raises(InvalidLock) as error:
        LockFile.parse(spoil(TEXT), "lock")
    assert str(error.value).startswith(message)
