# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's caches: a damaged one is made again, and a forged one raises no error but ours."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

pytest.importorskip("ansible", reason="caches are the controller's")

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._builds.request import BuildRequest, RequestedName
from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.plugin_utils._cache.private_directory import seal
from ansible_collections.standalone.python.plugins.plugin_utils._index.address import Address
from ansible_collections.standalone.python.plugins.plugin_utils._index.reader import IndexOptions
from ansible_collections.standalone.python.plugins.plugin_utils._resolve.resolve import resolve
from tests.support.fuzzing import costly
from tests.support.index_documents import digest_of, versions_index
from tests.support.mutations import mutated_bytes

TARGET = "x86_64-unknown-linux-gnu"
NAMES = tuple(f"cpython-3.13.{micro}+20250723-{TARGET}-install_only_stripped.tar.gz" for micro in range(6))


class Controller:
    """A controller with an index in a file and a cache, in a directory that goes with the process."""

    def __init__(self) -> None:
        self.directory = tempfile.TemporaryDirectory()
        self.index = Path(self.directory.name, "index")
        self.index.write_bytes(versions_index(*NAMES))
        self.cache = Path(self.directory.name, "cache")

    def resolved(self) -> Asset:
        options = IndexOptions((str(self.index),), environ={"ANSIBLE_STANDALONE_PYTHON_CACHE": str(self.cache)})
        wanted = BuildRequest(RequestedName.parse("3.13"), target=TARGET)
        return resolve(wanted, platform=None, index=options, warn=lambda _text: None)

    def kept(self, suffix: str) -> Path:
        return self.cache / f"{Address.parse(str(self.index)).cache_key}{suffix}"


CONTROLLER = Controller()
TRUE = CONTROLLER.resolved()
DATABASE = CONTROLLER.kept(".sqlite3").read_bytes()
SEEN = b'{"release": "20250723", "day": "2025-08-01"}'


def put(suffix: str, content: bytes) -> Path:
    path = CONTROLLER.kept(suffix)
    path.write_bytes(content)
    os.chmod(path, 0o600)
    return path


def mutated_parts(content: bytes) -> st.SearchStrategy[bytes]:
    """Damage where something is: most of a small database is nothing."""
    used = [place for place in range(len(content)) if content[place]]

    def changed(places: list[int], bit: int) -> bytes:
        damaged = bytearray(content)
        for place in places:
            damaged[used[place]] ^= 1 << bit
        return bytes(damaged)

    return st.builds(changed, st.lists(st.integers(0, len(used) - 1), min_size=1, max_size=4), st.integers(0, 7))


@costly(3)
@given(st.one_of(mutated_bytes(DATABASE), mutated_parts(DATABASE)))
def test_a_damaged_database_is_made_again(content: bytes) -> None:
    put(".sqlite3", content)
    assert CONTROLLER.resolved() == TRUE


@costly(3)
@given(st.one_of(mutated_bytes(DATABASE[:-16]), mutated_parts(DATABASE[:-16])))
def test_a_forged_database_raises_none_but_our_errors(content: bytes) -> None:
    """Its checksum is right, so only the fields that contradict each other betray it."""
    path = put(".sqlite3", content)
    if content:
        seal(str(path))
    try:
        found = CONTROLLER.resolved()
    except StandaloneError:
        return
    assert found.file_name in NAMES
    assert len(found.sha256) == 64


@costly(3)
@given(mutated_bytes(SEEN, b'["message", "soon"]'))
def test_damaged_notes_are_ignored(content: bytes) -> None:
    put(".sqlite3", DATABASE)
    put(".seen", content)
    put(".failed", content)
    assert CONTROLLER.resolved().sha256 == digest_of(NAMES[-1])
