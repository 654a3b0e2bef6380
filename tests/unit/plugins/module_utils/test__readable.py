# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._os_errors import reading_sentence
from ansible_collections.standalone.python.plugins.module_utils._readable import readable


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (b"lib/os.py", "lib/os.py"),
        ("lib/ü".encode(), "lib/ü"),
        (b"lib/\xfc", "lib/\\udcfc"),
        (b"\xff\xfe", "\\udcff\\udcfe"),
    ],
)
def test_any_name_becomes_a_text_that_can_be_sent(name: bytes, text: str) -> None:
    assert readable(os.fsdecode(name)) == text


def test_messages_are_such_texts() -> None:
    name = os.fsdecode(b"/n\xff")
    assert str(StoreError(f"Remove {name}.")) == "Remove /n\\udcff."
    assert reading_sentence(OSError(5, "Broken", name), "/opt").startswith("Could not read /n\\udcff: ")
