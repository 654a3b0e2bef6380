# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._json_file import content_of


@pytest.mark.parametrize(
    ("data", "content"),
    [(b'{"a": [1]}', {"a": [1]}), (b"", None), (b'{"a": ', None), (b"\xff\xfe", None), (b"[" * 100_000, None)],
)
def test_what_is_no_json_is_nothing(tmp_path: Path, data: bytes, content: object) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(data)
    assert content_of(str(file)) == content


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        content_of(str(tmp_path / "x.json"))
