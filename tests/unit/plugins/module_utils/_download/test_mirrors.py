# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an asset is looked for, with and without mirrors."""

from __future__ import annotations

import pytest

from ansible_collections.standalone.python.plugins.module_utils._download.mirrors import (
    candidate_urls,
    github_url,
    options_for,
    public_file,
)
from ansible_collections.standalone.python.plugins.module_utils._errors import DownloadError, InvalidName
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions

NAME = "cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-pgo+lto-full.tar.zst"
ESCAPED = NAME.replace("+", "%2B")
GITHUB = "https://github.com/astral-sh/python-build-standalone/releases/download"
FORMER = "https://github.com/indygreg/python-build-standalone/releases/download"
ASTRAL = "https://releases.astral.sh/github/python-build-standalone/releases/download"
ASSET = f"{GITHUB}/20250723/{ESCAPED}"


@pytest.mark.parametrize(
    ("asset_url", "mirrors", "candidates"),
    [
        (ASSET, [], [f"{ASTRAL}/20250723/{ESCAPED}", ASSET]),
        (ASSET, [""], [f"{ASTRAL}/20250723/{ESCAPED}", ASSET]),
        (f"{GITHUB}/20250723/{NAME}", [], [f"{ASTRAL}/20250723/{ESCAPED}", ASSET]),
        (f"{FORMER}/20250723/{ESCAPED}", [], [f"{ASTRAL}/20250723/{ESCAPED}", ASSET]),
        (f"{ASTRAL}/20250723/{NAME}", [], [f"{ASTRAL}/20250723/{ESCAPED}", ASSET]),
        ("http://10.0.0.1/20250723/" + NAME, [], [f"http://10.0.0.1/20250723/{ESCAPED}"]),
        (ASSET, ["https://m.example/pbs"], [f"https://m.example/pbs/20250723/{ESCAPED}"]),
        (ASSET, ["https://m.example/pbs/"], [f"https://m.example/pbs/20250723/{ESCAPED}"]),
        (ASSET, ["https://user:pw@m.example"], [f"https://user:pw@m.example/20250723/{ESCAPED}"]),
        (f"{FORMER}/20250723/{NAME}", ["http://m"], [f"http://m/20250723/{ESCAPED}"]),
        (ASSET, ["file:///srv/mirror"], [f"file:///srv/mirror/20250723/{NAME}"]),
        (ASSET, ["http://a", "file:///b/"], [f"http://a/20250723/{ESCAPED}", f"file:///b/20250723/{NAME}"]),
        (
            f"http://b/20250723/{ESCAPED}",
            ["file:///a", "http://b/"],
            [f"file:///a/20250723/{NAME}", f"http://b/20250723/{ESCAPED}"],
        ),
    ],
)
def test_an_asset_is_looked_for_in_order(asset_url: str, mirrors: list[str], candidates: list[str]) -> None:
    assert candidate_urls(asset_url, mirrors) == tuple(candidates)


@pytest.mark.parametrize(
    ("asset_url", "mirror", "error", "message"),
    [
        (
            "https://user:pw@internal/1/x.tar.gz",
            "https://me:pw@m.example",
            DownloadError,
            "The mirror https://m.example cannot stand in for https://internal/1/x.tar.gz: a mirror replaces "
            f"{GITHUB}, which this URL lacks. Leave out mirror and its default, or use an index with GitHub URLs.",
        ),
        (
            ASSET,
            "/srv/mirror",
            InvalidName,
            "The mirror /srv/mirror is no http://, https:// or file:// URL. Correct it.",
        ),
        (
            ASSET,
            "http://[",
            InvalidName,
            "The mirror (a malformed URL) is no http://, https:// or file:// URL. Correct it.",
        ),
        (
            "http://u:pw@[",
            "",
            InvalidName,
            "The address of the asset is a malformed URL. Correct it in the asset or in the index.",
        ),
        (
            ASSET,
            "ftp://u:pw@m/x",
            InvalidName,
            "The mirror ftp://m/x is no http://, https:// or file:// URL. Correct it.",
        ),
    ],
)
def test_a_mirror_that_cannot_serve_is_refused(
    asset_url: str, mirror: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        candidate_urls(asset_url, [mirror])
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("url", "file"),
    [
        (ASSET, ("20250723", NAME)),
        (f"{FORMER}/20250723/{NAME}", ("20250723", NAME)),
        (f"{ASTRAL}/20250723/{ESCAPED}", ("20250723", NAME)),
        (f"https://mirror/20250723/{NAME}", None),
    ],
)
def test_a_public_file_is_reported_by_its_address(url: str, file: tuple[str, str] | None) -> None:
    assert public_file(url) == file


def test_a_public_address_is_made_of_release_and_name() -> None:
    for plus in ("+", "%2B", "%2b"):
        assert github_url("20250723", NAME.replace("+", plus)) == ASSET


@pytest.mark.parametrize(
    ("asset_url", "mirrors", "gets_credentials"),
    [
        (ASSET, [], False),
        (ASSET, [""], False),
        (ASSET, ["https://m.example"], True),
        ("https://house.example/" + NAME, [], True),
    ],
)
def test_the_public_servers_get_no_credentials(asset_url: str, mirrors: list[str], gets_credentials: bool) -> None:
    options = UrlOptions(headers={"X-Token": "secret"}, url_username="me")
    expected = options if gets_credentials else options.without_credentials()
    assert options_for(asset_url, mirrors, options) == expected
