# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a mirror is declared to hold, with made-up documents for an index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.request import BuildRequest, RequestedName
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, NoMatch
from ansible_collections.standalone.python.plugins.plugin_utils._index.reader import IndexOptions
from ansible_collections.standalone.python.plugins.plugin_utils._mirror.declared import MirrorEntry, resolve_declared
from ansible_collections.standalone.python.plugins.plugin_utils._resolve.resolve import resolve
from tests.support.index_documents import versions_index

GNU, ARM, MUSL = "x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "x86_64-unknown-linux-musl"
STRIPPED, FULL = "install_only_stripped", "pgo+lto-full"
# Version, release, target and the rest of the name.
BUILDS = (
    ("3.13.4", "20260101", GNU, STRIPPED),
    ("3.13.5", "20260201", GNU, STRIPPED),
    ("3.13.5", "20260301", GNU, STRIPPED),
    ("3.13.5", "20260301", GNU, FULL),
    ("3.13.5", "20260301", GNU, "debug-full"),
    ("3.14.0", "20260301", GNU, STRIPPED),
    ("3.14.1rc1", "20260401", GNU, STRIPPED),
    ("3.13.4", "20260101", ARM, STRIPPED),
    ("3.13.5", "20260301", MUSL, FULL),
)


def name_of(version: str, release: str, target: str, rest: str) -> str:
    return f"cpython-{version}+{release}-{target}-{rest}.tar.{'zst' if rest.endswith('full') else 'gz'}"


@pytest.fixture
def index(tmp_path: Path) -> IndexOptions:
    document = tmp_path / "index"
    document.write_bytes(versions_index(*(name_of(*build) for build in BUILDS)))
    return IndexOptions(index=(str(document),), environ={"ANSIBLE_STANDALONE_PYTHON_CACHE": str(tmp_path / "cache")})


def entry(**params: Any) -> MirrorEntry:
    plain = {"targets": None, "flavors": None, "build_options": None, "prerelease": False, "releases": 2}
    return MirrorEntry.from_params({**plain, **params}, "builds[0]")


def held(index: IndexOptions, *entries: MirrorEntry, **options: Any) -> list[str]:
    found = resolve_declared(entries, index=index, warn=pytest.fail, **options)
    assert len(found) == len(set(found))
    return sorted(asset.file_name for asset in found)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"names": ["3.13"], "targets": [GNU], "releases": 1}, [BUILDS[2]]),
        ({"names": ["3.13"], "targets": [GNU]}, [BUILDS[1], BUILDS[2]]),
        ({"names": ["3.13"], "targets": [GNU], "releases": 9}, [BUILDS[0], BUILDS[1], BUILDS[2]]),
        ({"names": ["3.13", "3.14"], "targets": [GNU], "releases": 1}, [BUILDS[2], BUILDS[5]]),
        ({"names": ["3.13", ">=3.13,<3.14"], "targets": [GNU], "releases": 1}, [BUILDS[2]]),
        ({"names": ["3.13"], "releases": 1}, [BUILDS[2], BUILDS[7], BUILDS[8]]),
        ({"names": ["3.13"], "targets": [GNU], "flavors": [STRIPPED, "full"], "releases": 1}, [BUILDS[2], BUILDS[3]]),
        ({"names": ["3.13d"], "targets": [GNU]}, [BUILDS[4]]),
        ({"names": ["3.13.5+20260201"], "targets": [GNU]}, [BUILDS[1]]),
        ({"names": [name_of(*BUILDS[8])], "targets": [GNU]}, [BUILDS[8]]),
        ({"names": ["latest"], "targets": [GNU], "prerelease": True, "releases": 1}, [BUILDS[6]]),
    ],
)
def test_what_is_held(params: dict[str, Any], expected: list[tuple[str, ...]], index: IndexOptions) -> None:
    assert held(index, entry(**params)) == sorted(name_of(*build) for build in expected)


def test_entries_add_up(index: IndexOptions) -> None:
    entries = (entry(names=["3.13"], targets=[GNU], releases=1), entry(names=["3.13.5"], targets=[GNU]))
    assert held(index, *entries) == [name_of(*BUILDS[1]), name_of(*BUILDS[2])]


def test_the_first_is_what_a_host_would_get(index: IndexOptions) -> None:
    for name in ("3.13", "3.14", "latest", "3.13d"):
        alone = resolve(
            BuildRequest(RequestedName.parse(name), target=GNU), platform=None, index=index, warn=pytest.fail
        )
        assert held(index, entry(names=[name], targets=[GNU], releases=1)) == [alone.file_name]


def test_young_releases_are_left_out(index: IndexOptions) -> None:
    with pytest.raises(NoMatch, match="only releases younger than `min_age` answer"):
        held(index, entry(names=["3.13"], targets=[GNU]), min_age_s=100 * 365 * 24 * 60 * 60)


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        (
            {"names": ["3.14"], "targets": [GNU, ARM]},
            NoMatch,
            "3.14 for aarch64-unknown-linux-gnu: there is no such version. The nearest is 3.13.4.",
        ),
        (
            {"names": ["3.9"]},
            NoMatch,
            "3.9 for aarch64-unknown-linux-gnu: there is no such version. The nearest is 3.13.4.",
        ),
        (
            {"names": ["3.13"], "releases": 0},
            InvalidName,
            "builds[0]: releases is 0, but it counts those to hold: write 1 or more.",
        ),
        (
            {"names": ["3.13"], "targets": []},
            InvalidName,
            "builds[0]: targets is an empty list. List triples, or leave targets out for all of them.",
        ),
    ],
)
def test_what_cannot_be_held(params: dict[str, Any], error: type[Exception], message: str, index: IndexOptions) -> None:
    with pytest.raises(error) as refused:
        held(index, entry(**params))
    found, _searched, _index = str(refused.value).partition(" Searched: ")
    assert found == message
