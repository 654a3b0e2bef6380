# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.asset_name import AssetName
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Build
from ansible_collections.standalone.python.plugins.module_utils._builds.request import BuildRequest, RequestedName
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.plugin_utils._resolve.exclusion import (
    parse_exclude,
    why_left_out,
)

GNU = "x86_64-unknown-linux-gnu"


def build(short: str) -> Build:
    return Build.from_asset_name(AssetName.from_stem(f"cpython-{short}-{GNU}-install_only_stripped"))


@pytest.mark.parametrize(
    ("given", "texts"),
    [
        (None, []),
        ([], []),
        ("", []),
        (20260320, ["20260320"]),
        ([20260320, "3.13.6"], ["20260320", "3.13.6"]),
        ("20260320,3.13.6 3.12.1+20260310", ["20260320", "3.13.6", "3.12.1+20260310"]),
        (">=3.13.0,<3.13.2", [">=3.13.0,<3.13.2"]),
        (">= 3.13.0, < 3.13.2, 20260320, ==3.12.*", [">= 3.13.0,< 3.13.2", "20260320", "==3.12.*"]),
        ([">=3.14", "<3.12"], [">=3.14", "<3.12"]),
        ([">=3.13.0,<3.13.2", "3.15.0rc1"], [">=3.13.0,<3.13.2", "3.15.0rc1"]),
    ],
)
def test_a_list_or_a_text(given: Any, texts: list[str]) -> None:
    assert [one.text for one in parse_exclude(given)] == texts


@pytest.mark.parametrize(
    ("text", "covered", "others"),
    [
        ("20260320", ["3.13.12+20260320", "3.12.1+20260320"], ["3.13.12+20260325"]),
        ("3.13.6", ["3.13.6+20250807", "3.13.6+20250901"], ["3.13.7+20250901", "3.13.60+20250901"]),
        ("3.12.1+20260310", ["3.12.1+20260310"], ["3.12.1+20260311", "3.12.2+20260310"]),
        (f"cpython-3.12.1+20260310-{GNU}-install_only_stripped", ["3.12.1+20260310"], ["3.12.2+20260310"]),
        (">=3.13.0,<3.13.2", ["3.13.0+20250101", "3.13.1+20250101"], ["3.13.2+20250101", "3.12.9+20250101"]),
        ("==3.13.*", ["3.13.0+20250101", "3.13.0rc1+20250101"], ["3.14.0+20250101"]),
        (">=3.14.0a1", ["3.14.0rc1+20250101", "3.15.0+20250101"], ["3.13.9+20250101"]),
    ],
)
def test_what_an_entry_covers(text: str, covered: list[str], others: list[str]) -> None:
    (entry,) = parse_exclude([text])
    assert [name for name in (*covered, *others) if entry.covers(build(name))] == covered


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            ["3.13"],
            "standalone_python_exclude has '3.13', which does not say which builds to exclude. Write a release, "
            "20250807, a whole version, 3.13.6, both, 3.13.6+20250807, a full name, or a range of versions, such as "
            ">=3.13.0,<3.13.2.",
        ),
        ([3.13], "standalone_python_exclude has '3.13', which"),
        ([True], "standalone_python_exclude has an entry that is no text. Write a list of"),
        ({"a": 1}, "standalone_python_exclude has an entry that is no text."),
        ([["20260320"]], "standalone_python_exclude has an entry that is no text."),
        (">=3.x", "'>=3.x' is not a version clause."),
        ("latest", "standalone_python_exclude has 'latest', which"),
    ],
)
def test_what_says_nothing_is_refused(given: Any, message: str) -> None:
    with pytest.raises(InvalidName) as error:
        parse_exclude(given, "standalone_python_exclude")
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("name", "short", "exclude", "reason"),
    [
        ("3.13", "3.13.12+20260414", [], None),
        ("3.13", "3.13.12+20260414", ["20260414", "3.12.1", "3.13.12"], "exclude has 20260414, 3.13.12"),
        ("3.13", "3.13.12+20260320", [], "it is known not to work (its libpython asks for an executable stack, which"),
        ("3.13.12+20260320", "3.13.12+20260320", [], None),
        ("3.13.12+20260320", "3.13.12+20260320", ["3.13.12"], "exclude has 3.13.12"),
    ],
)
def test_what_is_left_out(name: str, short: str, exclude: list[str], reason: str | None) -> None:
    given = why_left_out(build(short), BuildRequest(RequestedName.parse(name)), parse_exclude(exclude))
    assert given == reason or (reason and str(given).startswith(reason))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "cpython-3.12.1",
            "'cpython-3.12.1' does not name a build. Did you mean 3.12.1?",
        ),
        ("cpython-3.12", "'cpython-3.12' does not name a build. Did you mean 3.12?"),
        (
            f"cpython-3.12.1+20260310-{GNU}",
            "is not the name of a build's archive: names with a release tag end in full",
        ),
        (">=3.13,<", "'<' is not a version clause."),
    ],
)
def test_an_entry_that_would_exclude_nothing_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidName) as error:
        parse_exclude([text])
    assert words in str(error.value)
    assert str(error.value).endswith(" Correct it in exclude.")
