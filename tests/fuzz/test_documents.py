# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The release cycle and attestations: a damaged document is read as far as it is right, or one of our errors."""

from __future__ import annotations

import json
from datetime import date

import pytest

pytest.importorskip("ansible", reason="these documents are read on the controller")
pytest.importorskip("requests", reason="attestations are fetched by it")

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.release_cycle import InvalidCycle, ReleaseCycle
from ansible_collections.standalone.python.plugins.plugin_utils._mirror.declared import public_bundles
from ansible_collections.standalone.python.plugins.plugin_utils._provenance import attestations
from ansible_collections.standalone.python.plugins.plugin_utils._provenance.attestations import BundleSources
from ansible_collections.standalone.python.plugins.plugin_utils._provenance.verify import Policy
from tests.support.locks import asset, stripped
from tests.support.mutations import mutated_bytes, mutated_json, mutated_json_bytes

CYCLE = {"3.13": {"end_of_life": "2029-10", "branch": "3.13"}, "3.9": {"end_of_life": "2025-10-31"}}
BUNDLE = {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": {"payload": "e30="}}
ANSWER = {"attestations": [{"bundle": BUNDLE, "bundle_url": "https://example.com/b"}, {"bundle": None}]}
ASSET = asset(stripped("3.13.5+20250723"))
DEEP = st.builds(lambda piece, times: piece * times, st.sampled_from(["[", '{"a":']), st.integers(1, 100_000))


@given(st.one_of(mutated_json(CYCLE).map(json.dumps), mutated_bytes(json.dumps(CYCLE).encode()).map(repr), DEEP))
def test_a_release_cycle(text: str) -> None:
    try:
        cycle = ReleaseCycle.from_text(text, "/cycle.json")
    except InvalidCycle:
        pass
    else:
        assert all(isinstance(end, date) for end in cycle.ends.values())


@given(st.one_of(mutated_json_bytes(ANSWER), DEEP.map(str.encode)))
def test_an_answer_of_github(answer: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(attestations, "_fetched", lambda url, *_rest, **_options: answer if "api" in url else None)
        try:
            bundles = BundleSources(Policy.repository).bundles_of(ASSET)
        except StandaloneError:
            bundles = []
        assert all(isinstance(bundle.content, str) for bundle in bundles)
        warnings: list[str] = []
        found = public_bundles([ASSET], UrlOptions(), warnings.append)
        assert bool(found) != bool(warnings)


@given(st.binary(max_size=40), st.integers(0, 2**32))
def test_a_packed_bundle(rest: bytes, length: int) -> None:
    """The length at the beginning may say anything: no room is made for it."""
    pytest.importorskip("cramjam", reason="what GitHub stores is packed with snappy")
    varint = bytearray()
    while length > 127:
        varint.append(length & 127 | 128)
        length >>= 7
    assert isinstance(attestations._unpacked(bytes(varint) + bytes([length]) + rest), str)
