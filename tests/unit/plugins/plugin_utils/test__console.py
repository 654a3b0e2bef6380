# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What plugins show, from an index and a server that put more into their words than words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("ansible")
from ansible.utils.display import Display

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.plugin_utils import _console
from ansible_collections.standalone.python.plugins.plugin_utils._http import errors
from ansible_collections.standalone.python.plugins.plugin_utils._index.reader import IndexOptions, open_index

HOSTILE = "a\x1b]0;owned\x07\x9b2J\u202egnp.exe\u2066\u200b\r\nok: [web1]"
SHOWN = "a\\x1b]0;owned\\x07\\x9b2J\\u202egnp.exe\\u2066\\u200b\\r\\nok: [web1]"


@dataclass(frozen=True)
class Warned:
    """As Ansible keeps warnings."""

    text: str
    causes: tuple[Warned, ...] = ()


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    texts: list[str] = []
    for name in ("warning", "display"):
        monkeypatch.setattr(Display, name, lambda _self, message, **_options: texts.append(message))
    return texts


def test_warnings_and_progress_are_readable(shown: list[str]) -> None:
    _console.warn(HOSTILE)
    _console.say(HOSTILE)
    assert shown == [SHOWN, SHOWN]


def test_unknown_names_of_an_index_are_quoted_readably(shown: list[str], tmp_path: Path) -> None:
    good = "cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz"
    index = tmp_path / "SHA256SUMS"
    index.write_text(f"{'0' * 63}1  {good}\n{'0' * 64}  \x1b[31m\u202egnp.tar.gz\n", encoding="utf-8")
    options = IndexOptions((str(index),), environ={"XDG_CACHE_HOME": str(tmp_path)})
    open_index(options, _console.warn).catalog.close()
    assert "\\x1b[31m\\u202egnp" in " ".join(shown)
    assert " ".join(shown).isprintable()


def test_a_server_cannot_write_to_the_terminal_by_its_reason_phrase() -> None:
    response = SimpleNamespace(status_code=404, reason=HOSTILE, headers={})
    error = errors.refused("https://index.example.com/i", response, what="The index")
    assert str(error) == f"The index https://index.example.com/i could not be read: the server answers 404 {SHOWN}."


def test_an_error_is_readable_on_one_line() -> None:
    assert str(StoreError(HOSTILE)) == SHOWN


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"\x1ba": ["\u202eb", 1, None, True]}, {"\\x1ba": ["\\u202eb", 1, None, True]}),
        ([{"x": ("\x07",)}], [{"x": ("\\x07",)}]),
        (Warned("\x07", (Warned("\u202e"),)), Warned("\\x07", (Warned("\\u202e"),))),
        (Warned, Warned),
    ],
)
def test_data_keep_their_shape(value: Any, shown: Any) -> None:
    assert _console.readable_data(value) == shown
