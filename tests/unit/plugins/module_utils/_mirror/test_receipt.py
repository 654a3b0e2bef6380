# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a mirror knows of its files, written and read again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._json import rendered
from ansible_collections.standalone.python.plugins.module_utils._mirror import receipt as _mirror_receipt
from ansible_collections.standalone.python.plugins.module_utils._mirror.receipt import Held, MirrorReceipt

FILES = {
    place: Held(place, "0" * 64, size_bytes, mtime_ns)
    for place, size_bytes, mtime_ns in (
        ("20260101/a.tar.gz", 5, 7),
        ("20260101/b.tar.gz", None, None),
        ("20260101/dated-1960.tar.gz", 5, -315619200 * 10**9),
        ("20260101/dated-2800.tar.gz", 5, 2**65),
    )
}


@pytest.fixture
def receipt(tmp_path: Path) -> Path:
    (tmp_path / ".mirror").mkdir()
    return tmp_path / ".mirror" / "receipt.json"


def test_a_receipt_is_read_as_it_was_written(receipt: Path, tmp_path: Path) -> None:
    _mirror_receipt.write(str(tmp_path), FILES)
    assert _mirror_receipt.read(str(tmp_path)) == MirrorReceipt(FILES)
    assert list(receipt.parent.iterdir()) == [receipt]


def test_the_receipt_goes_last(receipt: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _mirror_receipt.write(str(tmp_path), FILES)
    for name in ("a", "lock", "z"):
        (receipt.parent / name).touch()
    removed: list[str] = []
    unlink = os.unlink
    monkeypatch.setattr(os, "unlink", lambda path: (removed.append(path), unlink(path)))
    _mirror_receipt.remove_state(str(tmp_path))
    assert (len(removed), removed[-1]) == (4, str(receipt))
    assert list(tmp_path.iterdir()) == []


def test_no_receipt_is_no_mirror(tmp_path: Path) -> None:
    assert _mirror_receipt.read(str(tmp_path)) is None


A = {"place": "20260101/a.tar.gz", "sha256": "0" * 64, "size_bytes": 5, "mtime_ns": 7}
DAMAGED: dict[str, Any] = {
    "empty": "",
    "broken off": "{",
    "a list": "[]",
    "no digest": [{"place": A["place"]}],
    "half a digest": [{**A, "sha256": "0"}],
    "another place": [{**A, "place": "../etc/x"}],
    "a place twice": [A, A],
    "a negative size": [{**A, "size_bytes": -5}],
    "half a record": [{**A, "mtime_ns": None}],
    "an unknown key": [{**A, "keep": True}],
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_receipt_is_an_empty_one(name: str, receipt: Path, tmp_path: Path) -> None:
    content = DAMAGED[name]
    receipt.write_text(content if isinstance(content, str) else rendered({"format": 1, "files": content}))
    found = _mirror_receipt.read(str(tmp_path))
    assert found
    assert (found.files, bool(found.damage)) == ({}, True)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("half a digest", "sha256 is '0', and should be 64 hexadecimal digits."),
        ("another place", "place is '../etc/x', and should be the path of a file in a mirror."),
        ("half a record", "mtime_ns should be there if size_bytes is, and only then."),
    ],
)
def test_a_damaged_record_is_shown(name: str, why: str, receipt: Path, tmp_path: Path) -> None:
    receipt.write_text(rendered({"format": 1, "files": DAMAGED[name]}))
    assert _mirror_receipt.read(str(tmp_path)) == MirrorReceipt({}, f"{receipt}: files[0] is damaged: {why}")


def test_a_flipped_bit_is_damage_even_where_all_is_plausible(receipt: Path, tmp_path: Path) -> None:
    """The name of a file that somebody else put there would let a sync remove that."""
    _mirror_receipt.write(str(tmp_path), FILES)
    receipt.write_text(receipt.read_text().replace("a.tar.gz", "c.tar.gz"))
    assert _mirror_receipt.read(str(tmp_path)) == MirrorReceipt(
        {}, f"{receipt} is damaged: its content is not the content that its seal was made for."
    )


@pytest.mark.parametrize("key", [{}, {"kept": True}])
def test_one_of_a_newer_version_is_no_damage(receipt: Path, tmp_path: Path, key: dict[str, Any]) -> None:
    receipt.write_text(rendered({"format": 2, "files": [], **key}))
    with pytest.raises(StoreError) as caught:
        _mirror_receipt.read(str(tmp_path))
    assert str(caught.value) == (
        f"Cannot change the mirror {tmp_path}: {receipt} is of format 2, which a newer version of standalone.python "
        "writes; this version reads format 1. Upgrade the collection on the controller."
    )


def test_a_pipe_in_its_place_is_damage(receipt: Path, tmp_path: Path) -> None:
    os.mkfifo(receipt)
    assert _mirror_receipt.read(str(tmp_path)) == MirrorReceipt(
        {}, f"{receipt} is damaged: it is a named pipe, and should be a regular file."
    )
    _mirror_receipt.write(str(tmp_path), FILES)
    assert _mirror_receipt.read(str(tmp_path)) == MirrorReceipt(FILES)
