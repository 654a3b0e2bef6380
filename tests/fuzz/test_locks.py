# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks: a damaged one is refused, or says of each entry what its own name, target and address say too."""

from __future__ import annotations

import pytest

pytest.importorskip("ansible", reason="locks are read on the controller")

import yaml
from hypothesis import given

from ansible_collections.standalone.python.plugins.module_utils._builds.request import RequestedName
from ansible_collections.standalone.python.plugins.plugin_utils._lock.file import InvalidLock, LockFile
from tests.support.locks import MUSL, lock_of, stripped
from tests.support.mutations import mutated_json, mutated_text

LOCK = lock_of(
    {"3.13": [stripped("3.13.5+20250723"), stripped("3.13.5+20250723", MUSL)], "3.9": [stripped("3.9.20+20241016")]},
    size_bytes=34163738,
    libraries={"openssl": "3.5"},
)
TEXT = LOCK.render()


def parse_or_refuse(text: str) -> None:
    try:
        lock = LockFile.parse(text, "The lock /lock")
    except InvalidLock:
        return
    digests: dict[str, str] = {}
    for name, by_target in lock.builds.items():
        for target, locked in by_target.items():
            build = locked.asset.build
            assert RequestedName.parse(name).answered_by(build, prerelease=True)
            assert build.target == target
            assert digests.setdefault(locked.asset.file_name, locked.asset.sha256) == locked.asset.sha256
    written = lock.render()  # without what addresses can hide
    assert LockFile.parse(written, "again").render() == written


@given(mutated_text(TEXT))
def test_a_lock_that_is_damaged_as_text(text: str) -> None:
    parse_or_refuse(text)


@given(mutated_json(yaml.safe_load(TEXT)))
def test_a_lock_with_other_values(document: object) -> None:
    parse_or_refuse(yaml.safe_dump(document, sort_keys=False, allow_unicode=True))
