# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The damage that fuzz tests do: the same for the same seed, something else for most seeds, and always of the type."""

from __future__ import annotations

import copy
import json
import random

import pytest

from tests.support import mutations

SAMPLE = {"path": "/opt/python/3.13", "builds": ["a", "b"], "store": {"mode": 0o755, "owner": None}}
TEXT = "first line here\nsecond line\nthird"


@pytest.mark.parametrize("change", mutations.JSON_CHANGES, ids=lambda change: change.__name__)
def test_a_document_is_changed_in_a_copy_by_its_seed(change) -> None:
    before = copy.deepcopy(SAMPLE)
    results = [json.dumps(change(SAMPLE, random.Random(seed))) for seed in range(50)]
    assert before == SAMPLE
    assert results == [json.dumps(change(SAMPLE, random.Random(seed))) for seed in range(50)]
    assert sum(result != json.dumps(SAMPLE) for result in results) > 25
    assert len(set(results)) > 3


@pytest.mark.parametrize("change", mutations.BYTE_CHANGES, ids=lambda change: change.__name__)
def test_bytes_are_changed_and_empty_ones_are_no_error(change) -> None:
    assert len({change(TEXT.encode(), random.Random(seed)) for seed in range(50)}) > 15
    assert isinstance(change(b"", random.Random(1)), bytes)


@pytest.mark.parametrize("change", mutations.LINE_CHANGES, ids=lambda change: change.__name__)
def test_lines_are_changed_and_an_empty_text_is_no_error(change) -> None:
    assert len({change(TEXT, random.Random(seed)) for seed in range(50)}) > 2
    assert isinstance(change("", random.Random(1)), str)
