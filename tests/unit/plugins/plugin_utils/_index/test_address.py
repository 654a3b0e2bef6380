# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of indexes, and which ones count when the user names none."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.plugin_utils._index.address import Address, default_addresses

PUBLIC = (
    "https://releases.astral.sh/github/versions/main/v1/python-build-standalone.ndjson",
    "https://raw.githubusercontent.com/astral-sh/versions/main/v1/python-build-standalone.ndjson",
)


@pytest.mark.parametrize(
    ("text", "kind", "location", "shown", "directory"),
    [
        ("https://e.org/20250723/SHA256SUMS", "http", "https://e.org/20250723/SHA256SUMS", None, "20250723"),
        ("http://u:p@e.org/a/b?t=s", "http", "http://u:p@e.org/a/b?t=s", "http://e.org/a/b", "a"),
        ("http://e.org", "http", "http://e.org", None, ""),
        ("file:///srv/a%20b/index%2B.ndjson", "file", "/srv/a b/index+.ndjson", None, "a b"),
        ("file://localhost/srv/i", "file", "/srv/i", None, "srv"),
        ("/srv/../srv/i", "file", "/srv/i", None, "srv"),
    ],
)
def test_an_address_shows_its_kind(text: str, kind: str, location: str, shown: str | None, directory: str) -> None:
    address = Address.parse(text)
    assert (address.kind, address.location, str(address), address.directory) == (
        kind,
        location,
        shown or location,
        directory,
    )


def test_a_path_may_be_relative_or_begin_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/me")
    assert Address.parse("i.ndjson").location == f"{tmp_path}/i.ndjson"
    assert Address.parse("~/i.ndjson").location == "/home/me/i.ndjson"


def test_the_bundled_catalogue_is_an_address() -> None:
    assert str(Address.parse("bundled")) == "bundled"


@pytest.mark.parametrize("text", ["ftp://u:p@e.org/i", "https:///i", "file://other/i"])
def test_an_address_of_another_kind_is_refused(text: str) -> None:
    with pytest.raises(InvalidName) as caught:
        Address.parse(text)
    assert str(caught.value) == (
        f"The index {text.replace('u:p@', '')} cannot be read: give an http:// or https:// URL, a file:/// URL, "
        "a path, or the word bundled."
    )


def test_an_address_that_cannot_be_taken_apart_is_refused() -> None:
    with pytest.raises(InvalidName) as caught:
        Address.parse("http://u:p@[")
    assert str(caught.value) == (
        "The index (a malformed URL) cannot be read: give an http:// or https:// URL, a file:/// URL, a path, or the "
        "word bundled."
    )


@pytest.mark.parametrize(
    ("environ", "addresses"),
    [
        ({}, PUBLIC),
        ({"UV_PYTHON_DOWNLOADS_JSON_URL": "", "UV_ASTRAL_MIRROR_URL": ""}, PUBLIC),
        ({"UV_PYTHON_DOWNLOADS_JSON_URL": "/srv/c.json", "UV_ASTRAL_MIRROR_URL": "http://m"}, ("/srv/c.json",)),
        (
            {"UV_ASTRAL_MIRROR_URL": "http://m/deep/"},
            ("http://m/deep/github/versions/main/v1/python-build-standalone.ndjson",),
        ),
    ],
)
def test_the_environment_names_indexes_as_for_uv(environ: dict[str, str], addresses: tuple[str, ...]) -> None:
    assert default_addresses(environ) == addresses


def test_an_unknown_home_directory_is_refused() -> None:
    with pytest.raises(InvalidName) as caught:
        Address.parse("~nobody-knows/i.ndjson")
    assert str(caught.value) == (
        "The index ~nobody-knows/i.ndjson cannot be read: the home directory that it names is unknown. Write its path "
        "from the root."
    )
