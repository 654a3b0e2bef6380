# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of builds and of their archives: a damaged one is a name or refused, and what is read renders back."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.standalone.python.plugins.module_utils._builds.asset_name import AssetName
from ansible_collections.standalone.python.plugins.module_utils._builds.request import RequestedName
from ansible_collections.standalone.python.plugins.module_utils._builds.version import Specifier, Version
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from tests.support.fuzzing import costly
from tests.support.mutations import mutated_text

FULL = "cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz"
OTHERS = ("cpython-3.14.0rc1+20250818-aarch64-unknown-linux-musl-freethreaded+debug-full.tar.zst",)


@given(mutated_text(FULL, *OTHERS))
def test_a_damaged_asset_name_parses_to_itself_or_is_refused(name: str) -> None:
    try:
        parsed = AssetName.parse(name)
    except InvalidName:
        return
    assert str(parsed) == name


@given(mutated_text(FULL, "3.13", "3.13t", ">=3.12,<3.14", "latest", "cpython-3.12.4", "3.13.5+20250723"))
def test_a_damaged_request_parses_or_is_refused(name: str) -> None:
    try:
        str(RequestedName.parse(name))
    except InvalidName:
        pass


# Every version whose numbers are those of the clauses below, lie between two of them, or beyond all.
VERSIONS = [
    Version(*numbers, pre)
    for numbers in product((2, 3, 4), (*range(9, 16), 90), (0, 1, 2, 3, 4, 90))
    for pre in (None, ("rc", 1))
]
CLAUSES = st.builds(
    "{}3.{}{}".format,
    st.sampled_from((">=", "<=", ">", "<", "!=", "==", "~=")),
    st.integers(10, 14),
    st.sampled_from(("", ".0", ".2", ".3")),
) | st.builds("{}3.{}.*".format, st.sampled_from(("==", "!=")), st.integers(10, 14))


@costly(5)
@given(st.lists(CLAUSES, min_size=1, max_size=4).map(",".join))
def test_the_only_minor_version_is_what_a_search_of_all_versions_finds(text: str) -> None:
    specifier = Specifier.parse(text)
    found = {version.minor_text for version in VERSIONS if specifier.matches(version, prerelease=True)}
    assert specifier.only_minor == (found.pop() if len(found) == 1 else None)
