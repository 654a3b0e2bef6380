# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._json import content_of, rendered
from ansible_collections.standalone.python.plugins.module_utils._os.regular_file import read_regular


@pytest.mark.parametrize(
    ("data", "content"),
    [
        (b'[{"a": 1}]', [{"a": 1}]),
        (b"", None),
        (b'{"a": ', None),
        (b"\xff\xfe", None),
        (b"[" * 100_000, None),
        (b'{"a": NaN}', None),
    ],
)
def test_what_is_no_json_is_nothing(tmp_path: Path, data: bytes, content: object) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(data)
    assert content_of(str(file)) == content


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        content_of(str(tmp_path / "x.json"))


def test_a_small_file_takes_little_memory(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text("x")
    assert read_regular(str(file), most_bytes=2**60) == b"x"


def test_a_sealed_file_is_read_without_its_seal(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text(rendered({"a": "\ud800é", "b": [1, {"c": None}]}))
    assert content_of(str(file)) == {"a": "\ud800é", "b": [1, {"c": None}]}


@pytest.mark.parametrize(
    ("before", "after"),
    [('"a": 1', '"a": 2'), ('"a"', '"b"'), ('"a": 1,', ""), ('"a": 1', '"a": "1"'), ('"seal"', '"sea"')],
)
def test_a_broken_seal_is_damage(tmp_path: Path, before: str, after: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(rendered({"a": 1}).replace(before, after))
    with pytest.raises(StoreError) as caught:
        content_of(str(file))
    assert str(caught.value) == f"{file} is damaged: its content is not the content that its seal was made for."
