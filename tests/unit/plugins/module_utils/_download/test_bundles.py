# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bundles beside archives, as a mirror fetches them for its own copies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.standalone.python.plugins.module_utils._download import bundles
from ansible_collections.standalone.python.plugins.module_utils._download.bundles import bundle_beside
from ansible_collections.standalone.python.plugins.module_utils._errors import DownloadError
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from tests.support.downloads import Downloads
from tests.support.servers import serve, status
from tests.support.slow_servers import ENDLESS_BODIES, SLOW_BODIES, SLOW_HEADERS, ReadClock, paced

BUNDLE = b'{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json"}'
SHORT = UrlOptions(timeout=30, use_proxy=False)
AMPLE = replace(SHORT, timeout=1_000_000, index_timeout=1_000_000)  # where another limit ends it


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    ReadClock(monkeypatch, step_s=3)


def test_the_first_address_that_has_one_counts(downloads: Downloads) -> None:
    with serve(script={"/a.sigstore.json": status(404), "/b.sigstore.json": status(200, body=BUNDLE)}) as server:
        assert bundle_beside([f"{server.url}/a", f"{server.url}/b"], SHORT) == BUNDLE
        assert bundle_beside([f"{server.url}/a"], SHORT) is None


@pytest.mark.parametrize("case", {**SLOW_HEADERS, **SLOW_BODIES})
def test_one_that_never_ends_is_not_waited_for(case: str, downloads: Downloads) -> None:
    with serve(script={"/a.sigstore.json": {**SLOW_HEADERS, **SLOW_BODIES}[case]}) as server:
        with pytest.raises(DownloadError, match="min_rate|the limit of timeout"):
            bundle_beside([f"{server.url}/a"], SHORT)


@pytest.mark.parametrize("case", ENDLESS_BODIES)
def test_one_without_end_is_none(case: str, downloads: Downloads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "_MAX_BYTES", 2**16)
    with serve(script={"/a.sigstore.json": ENDLESS_BODIES[case]}) as server:
        with pytest.raises(DownloadError, match="is no Sigstore bundle"):
            bundle_beside([f"{server.url}/a"], AMPLE)


def test_one_that_comes_at_a_rate_and_never_ends_has_a_limit(downloads: Downloads) -> None:
    options = replace(SHORT, index_timeout=45)
    with serve(script={"/a.sigstore.json": paced(BUNDLE, 200)}) as server:
        with pytest.raises(DownloadError, match=r"bytes came in 45 s, the limit of index_timeout"):
            bundle_beside([f"{server.url}/a"], options)
