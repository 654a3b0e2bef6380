# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions against their own text and order; specifiers against `packaging`, over every version ever published."""

from __future__ import annotations

import lzma
import re
from collections.abc import Callable
from functools import lru_cache
from itertools import product
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.standalone.python.plugins.module_utils._builds.version import Specifier, Version
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from tests.support.fuzzing import costly, load_profile

load_profile()

NAMES = Path(__file__).parents[3] / "data" / "asset-names.txt.xz"


@lru_cache(maxsize=1)
def published_versions() -> list[str]:
    names = lzma.decompress(NAMES.read_bytes()).decode()
    return sorted(set(re.findall(r"cpython-([0-9a-z.]+)", names)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.13.5", Version(3, 13, 5)),
        ("3.15.0rc1", Version(3, 15, 0, ("rc", 1))),
        ("3.15.0a10", Version(3, 15, 0, ("a", 10))),
        ("3.14.0b4", Version(3, 14, 0, ("b", 4))),
    ],
)
def test_a_version_parses_and_renders(text: str, expected: Version) -> None:
    assert Version.parse(text) == expected
    assert str(expected) == text


@pytest.mark.parametrize(
    "text",
    ["", "3", "3.13", "3.13.5.1", "v3.13.5", "3.13.05", "3.13.5t", "3.15.0-rc1", "3.15.0rc", "3.13.5\n", "3.13.\u0665"],
)
def test_what_is_no_whole_version_is_refused(text: str) -> None:
    with pytest.raises(InvalidName) as error:
        Version.parse(text)
    assert str(error.value) == (
        f"{text!r} is not a whole Python version. Write all of it, such as 3.13.5 or 3.15.0rc1."
    )


def test_versions_sort_by_number_with_prereleases_before_their_final() -> None:
    ordered = ["3.9.25", "3.10.0", "3.15.0a1", "3.15.0a10", "3.15.0b1", "3.15.0rc1", "3.15.0rc2", "3.15.0", "3.15.1"]
    versions = [Version.parse(text) for text in ordered]
    backwards = versions[::-1]
    assert sorted(backwards) == versions
    assert sorted(backwards, key=lambda version: version.sort_key) == versions
    assert max(versions) > versions[0]
    assert versions[0] <= versions[0] < versions[1] >= versions[0]
    assert len({*versions, *map(Version.parse, ordered)}) == len(versions)


def test_published_versions_sort_as_packaging_sorts_them() -> None:
    oracle = pytest.importorskip("packaging.version", reason="packaging is the oracle")
    ours = sorted(map(Version.parse, published_versions()))
    assert [str(version) for version in ours] == sorted(published_versions(), key=oracle.Version)


def test_a_version_knows_its_minor_and_whether_it_is_final() -> None:
    assert Version.parse("3.15.0rc1").minor_text == "3.15"
    assert Version.parse("3.15.0rc1").is_prerelease
    assert not Version.parse("3.15.0").is_prerelease


SPECIFIERS = [
    ">=3.13",
    ">= 3.12 , < 3.14",
    ">=3.12,<3.14",
    ">3.13.1,<3.14",
    ">3.13.0",
    ">3.13",
    ">3.15.0a1",
    ">=3.15.0rc1",
    ">=3.15.0b1,<3.15.0rc1",
    "<3.15",
    "<3.15.0",
    "<3.15.0rc1",
    "<=3.15.0rc1",
    "<3.15.1",
    "<=3.13",
    "<=3.13.5",
    "==3.13",
    "==3.13.0",
    "==3.13.5",
    "==3.13.*",
    "==3.*",
    "==3.13.5.*",
    "==3.15.0.*",
    "==3.15.0rc1",
    "!=3.13.5",
    "!=3.13.*",
    "!=3.15.0rc1",
    ">=3.13,!=3.13.2",
    ">=3.15.0a1,!=3.15.*",
    "~=3.13",
    "~=3.13.2",
    "~=3.15.0rc1",
    "~=3.15rc1",
    "===3.13.5",
    "===3.13",
    "===3.15.0rc1",
    ">=4",
    "<4",
    ">3",
    "==3.15.0,>=3.15.0rc1",
]

_OPERATORS = st.sampled_from(("==", "!=", "<", "<=", ">", ">=", "~=", "==="))
_MINORS = st.integers(8, 16)
_CLAUSES = st.one_of(
    st.builds("{}3.{}{}".format, _OPERATORS, _MINORS, st.sampled_from(("", ".0", ".1", ".5", "rc1", ".0a1", ".0rc2"))),
    st.builds("{}3.{}{}.*".format, st.sampled_from(("==", "!=")), _MINORS, st.sampled_from(("", ".0", ".3"))),
    st.builds("{}{}".format, st.sampled_from(("==", "!=", "<", "<=", ">", ">=", "===")), st.integers(2, 4)),
)


def with_known(test: Callable[..., None]) -> Callable[..., None]:
    """The test with the known specifiers as examples, beside those that are made up."""
    for text, prerelease in product(SPECIFIERS, (False, True)):
        test = example(text=text, prerelease=prerelease)(test)
    return test


@with_known
@costly(6)
@given(text=st.lists(_CLAUSES, min_size=1, max_size=3).map(",".join), prerelease=st.booleans())
def test_a_specifier_matches_what_packaging_matches(text: str, prerelease: bool) -> None:
    oracle = pytest.importorskip("packaging.specifiers", reason="packaging is the oracle").SpecifierSet(text)
    admitted = prerelease or bool(oracle.prereleases)
    specifier = Specifier.parse(text)
    ours = {version for version in published_versions() if specifier.matches(Version.parse(version), prerelease)}
    assert ours == {version for version in published_versions() if oracle.contains(version, prereleases=admitted)}


@pytest.mark.parametrize(
    ("text", "version", "matches"),
    [
        (">=3.13", "3.15.0rc1", False),
        (">=3.15.0rc1", "3.15.0rc1", True),
        (">=3.15.0rc1", "3.15.0rc2", True),
        ("!=3.15.0rc1", "3.15.0rc2", False),
        ("==3.13", "3.13.5", False),
        ("==3.13.*", "3.13.5", True),
    ],
)
def test_prereleases_match_only_where_a_clause_asks_for_one(text: str, version: str, matches: bool) -> None:
    assert Specifier.parse(text).matches(Version.parse(version), prerelease=False) is matches


def test_less_than_leaves_out_the_prereleases_of_its_version_even_when_they_are_welcome() -> None:
    assert not Specifier.parse("<3.15").matches(Version.parse("3.15.0rc1"), prerelease=True)
    assert Specifier.parse("<3.15.1").matches(Version.parse("3.15.0rc1"), prerelease=True)


def test_a_specifier_renders_without_spaces() -> None:
    assert str(Specifier.parse(" >= 3.12 , ~=3.15rc1,!=3.13.* ")) == ">=3.12,~=3.15rc1,!=3.13.*"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            ">=3.13t",
            "'>=3.13t' is not a version clause. Write an operator (== != < <= > >= ~= ===) and a version, such as "
            ">=3.12, ==3.13.* or >=3.15.0rc1.",
        ),
        (
            ">=3.12,",
            "'' is not a version clause. Write an operator (== != < <= > >= ~= ===) and a version, such as >=3.12, "
            "==3.13.* or >=3.15.0rc1.",
        ),
        (">=3.12.*", "'>=3.12.*': the wildcard .* goes with == and != only."),
        ("~=3", "'~=3': ~= needs two numbers at least, such as ~=3.0."),
    ],
)
def test_a_bad_clause_is_quoted(text: str, message: str) -> None:
    with pytest.raises(InvalidName) as error:
        Specifier.parse(text)
    assert str(error.value) == message
