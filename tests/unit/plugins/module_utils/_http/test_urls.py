# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""URLs as they are shown, requested and written to a disk."""

from __future__ import annotations

import pytest

from ansible_collections.standalone.python.plugins.module_utils._http.urls import (
    file_name_of,
    shown_url,
    split_url,
    with_escaped_plus,
)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.org/a/b%2Bc", "https://example.org/a/b%2Bc"),
        ("https://user:secret@example.org:8443/a", "https://example.org:8443/a"),
        ("https://us@er:sec@ret@example.org/a", "https://example.org/a"),
        ("https://example.org/a?token=secret#secret", "https://example.org/a"),
        ("http://[::1]:80/a", "http://[::1]:80/a"),
        ("https://user:secret@[broken/a", "(a malformed URL)"),
        ("file:///srv/mirror", "file:///srv/mirror"),
        ("/srv/mirror", "/srv/mirror"),
        ("/srv/@mirror?x:y@z", "/srv/@mirror?x:y@z"),
        ("~/mirror@home", "~/mirror@home"),
        ("https://example.org/@scope/a", "https://example.org/@scope/a"),
        # slips, of which a part would be shown
        ("https://user:sec/ret@example.org/a", "(a malformed URL)"),
        ("https://user:12/secret@example.org/a", "(a malformed URL)"),
        ("https://user:sec#ret@example.org/a", "(a malformed URL)"),
        ("https://user:s@e/cret@example.org/a", "(a malformed URL)"),
        ("https:/user:secret@example.org/a", "(a malformed URL)"),
        ("https:user:secret@example.org/a", "(a malformed URL)"),
        ("https:/example.org/a?token=secret", "https:/example.org/a"),
        ("user:secret@example.org/a", "(a malformed URL)"),
        ("user:sec/ret@example.org/a", "(a malformed URL)"),
        ("//user:secret@example.org/a?token=secret", "//example.org/a"),
        ("secret@example.org/a", "example.org/a"),
        ("example.org/a?token=secret", "example.org/a"),
    ],
)
def test_a_url_is_shown_without_secrets(url: str, shown: str) -> None:
    assert shown_url(url) == shown


def test_a_url_is_taken_apart_or_is_none() -> None:
    parts = split_url("https://e.org/a?b")
    assert parts
    assert (parts.netloc, parts.path, parts.query) == ("e.org", "/a", "b")
    assert split_url("http://[") is None


@pytest.mark.parametrize(
    ("url", "requested"),
    [
        ("https://e.org/1/a+b+c", "https://e.org/1/a%2Bb%2Bc"),
        ("https://e.org/1/a%2Bb%2bc+d", "https://e.org/1/a%2Bb%2Bc%2Bd"),
        ("https://us+er@e.org/a+b?c+d", "https://us+er@e.org/a%2Bb?c+d"),
        ("file:///1/a%2Bb+c", "file:///1/a+b+c"),
    ],
)
def test_a_plus_is_escaped_for_servers_and_literal_on_disks(url: str, requested: str) -> None:
    assert with_escaped_plus(url) == requested
    assert with_escaped_plus(requested) == requested


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://e.org/1/a%2Bb.tar.gz?x=/y", "a+b.tar.gz"),
        ("file:///1/a+b.tar.gz", "a+b.tar.gz"),
        ("https://e.org", ""),
    ],
)
def test_a_file_name_is_read_from_a_url(url: str, name: str) -> None:
    assert file_name_of(url) == name
