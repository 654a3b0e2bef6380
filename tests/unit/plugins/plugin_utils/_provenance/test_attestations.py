# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("requests", reason="bundles are fetched by the controller")

from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.plugin_utils._http import fetch
from ansible_collections.standalone.python.plugins.plugin_utils._http.errors import FetchError
from ansible_collections.standalone.python.plugins.plugin_utils._provenance import attestations as _attestations
from ansible_collections.standalone.python.plugins.plugin_utils._provenance.attestations import (
    Bundle,
    BundleSources,
    NoBundle,
)
from tests.support.index_documents import url_of
from tests.support.locks import asset, stripped
from tests.support.servers import Server, serve, status
from tests.support.slow_servers import ENDLESS_BODIES, SLOW_BODIES, SLOW_HEADERS, ReadClock, late

FILE = stripped("3.13.5+20250723")
ASSET = asset(FILE)
GITHUB = "https://github.com/o/r"
BUNDLE = '{"a": 1}'
API = f"/o/r/attestations/sha256:{ASSET.sha256}"


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    directory = tmp_path / "mirror"
    (directory / "20250723").mkdir(parents=True)
    (directory / "20250723" / f"{FILE}.sigstore.json").write_text(BUNDLE)
    return directory


@pytest.fixture
def github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with serve(tmp_path) as server:
        monkeypatch.setattr(_attestations, "_GITHUB_API", server.url)
        yield server


def answer(github: Server, *attestations: object) -> None:
    github.script[API] = [status(200, body=json.dumps({"attestations": attestations}).encode())]


def contents(sources: BundleSources) -> list[str]:
    return [bundle.content for bundle in sources.bundles_of(ASSET)]


def test_beside_an_archive_on_the_controller(mirror: Path) -> None:
    archive = str(mirror / "20250723" / FILE)
    assert BundleSources(GITHUB, archive=archive, mirrors=["https://no"]).bundles_of(ASSET) == [
        Bundle(BUNDLE, f"{archive}.sigstore.json")
    ]


def test_beside_the_archive_in_the_first_mirror_that_has_it(mirror: Path, tmp_path: Path) -> None:
    with serve(tmp_path / "empty") as empty, serve(mirror) as server:
        assert BundleSources(GITHUB, mirrors=[empty.url, server.url]).bundles_of(ASSET) == [
            Bundle(BUNDLE, url_of(f"{FILE}.sigstore.json", server.url))
        ]
        assert contents(BundleSources(GITHUB, mirrors=[empty.url, mirror.as_uri()])) == [BUNDLE]


def test_beside_an_archive_with_its_own_address(mirror: Path) -> None:
    with serve(mirror) as server:
        own = ASSET._replace(url=url_of(FILE, server.url))
        assert BundleSources(GITHUB).bundles_of(own)[0].content == BUNDLE


def test_a_file_may_have_several_each_on_a_line(mirror: Path) -> None:
    file = mirror / "20250723" / f"{FILE}.sigstore.json"
    file.write_text(f"{BUNDLE}\n{BUNDLE}\n")
    assert contents(BundleSources(GITHUB, mirrors=[mirror.as_uri()])) == [BUNDLE, BUNDLE]
    file.write_text('{\n"a": 1\n}\n')
    assert contents(BundleSources(GITHUB, mirrors=[mirror.as_uri()])) == ['{\n"a": 1\n}']


def test_github_has_them_by_digest(github: Server) -> None:
    answer(github, {"bundle": {"a": 1}}, {"bundle": None, "bundle_url": f"{github.url}/plain?sig=s3cret"}, {})
    github.script["/plain"] = [status(200, body=BUNDLE.encode())]
    found = BundleSources(GITHUB, options=UrlOptions(headers={"X-Token": "s3cret"})).bundles_of(ASSET)
    assert found == [Bundle(BUNDLE, github.url + API), Bundle(BUNDLE, f"{github.url}/plain")]
    assert all("x-token" not in request.headers for request in github.requests)


def test_an_archive_without_an_address_is_github_to_answer_for(github: Server) -> None:
    answer(github, {"bundle": {"a": 1}})
    assert BundleSources(GITHUB, mirrors=["https://no"]).bundles_of(ASSET._replace(url=""))[0].content == BUNDLE


def test_what_github_stores_is_packed(github: Server) -> None:
    cramjam = pytest.importorskip("cramjam", reason="cramjam is not installed, which unpacks what GitHub stores")
    answer(github, *({"bundle_url": f"{github.url}/{name}"} for name in ("packed", "spoilt")))
    github.script["/packed"] = [status(200, body=bytes(cramjam.snappy.compress_raw(BUNDLE.encode())))]
    github.script["/spoilt"] = [status(200, body=b"\xff" * 9)]
    assert contents(BundleSources(GITHUB)) == [BUNDLE, ""]


def test_nothing_is_reported(mirror: Path, github: Server, tmp_path: Path) -> None:
    with serve(tmp_path / "empty") as empty, pytest.raises(NoBundle) as error:
        BundleSources(GITHUB, mirrors=[empty.url, "file:///nowhere"]).bundles_of(ASSET)
    sources = f"{url_of(FILE, empty.url)}.sigstore.json, file:///nowhere/20250723/{FILE}.sigstore.json"
    assert str(error.value) == (
        f"The provenance of {FILE} cannot be checked: there is no bundle at {sources}. Put it there, or leave out "
        "verify_provenance."
    )
    for attestations in ([], None):
        if attestations is not None:
            answer(github)
        with pytest.raises(NoBundle, match=f"^{GITHUB} has no attestation of cpython"):
            BundleSources(GITHUB).bundles_of(ASSET)
    with pytest.raises(NoBundle, match="https://git.example.com/o/r is not on GitHub"):
        BundleSources("https://git.example.com/o/r").bundles_of(ASSET)


@pytest.mark.parametrize("code", [403, 429])
def test_github_answers_a_limited_number_of_questions(
    github: Server, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ansible_collections.standalone.python.plugins.plugin_utils._http.fetch.sleep", lambda _s: None)
    github.script[API] = [status(code)]
    with pytest.raises(NoBundle, match=f"and {code} says that it is used up. Wait, or put the bundle beside"):
        BundleSources(GITHUB).bundles_of(ASSET)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"attestations": 1}', b'{"attestations": [1]}'])
def test_an_answer_that_is_none(github: Server, body: bytes) -> None:
    github.script[API] = [status(200, body=body)]
    with pytest.raises(FetchError) as error:
        BundleSources(GITHUB).bundles_of(ASSET)
    assert str(error.value) == (
        f"The bundle {github.url}{API} could not be read: the answer is not a list of attestations."
    )


def test_a_server_that_refuses_is_named() -> None:
    path = f"{url_of(FILE, '')}.sigstore.json"
    with serve(script={path: status(401)}) as server:
        with pytest.raises(FetchError, match=f"^The bundle {server.url}.* could not be read: the server answers 401"):
            BundleSources(GITHUB, mirrors=[server.url]).bundles_of(ASSET)


class TestEndlessAndSlow:
    """As for an index, whose client fetches bundles too."""

    @pytest.fixture
    def hasty(self, monkeypatch: pytest.MonkeyPatch) -> UrlOptions:
        monkeypatch.setattr(fetch, "_PAUSES_S", ())
        monkeypatch.setattr(fetch, "_MAX_BYTES", 2**17)
        ReadClock(monkeypatch, step_s=3)
        return UrlOptions(timeout=1000, use_proxy=False, index_timeout=10_000)

    @pytest.mark.parametrize("case", {**SLOW_HEADERS, **SLOW_BODIES, **ENDLESS_BODIES})
    def test_a_bundle_that_never_ends(self, hasty: UrlOptions, case: str) -> None:
        behaviour = {**SLOW_HEADERS, **SLOW_BODIES, **ENDLESS_BODIES}[case]
        with serve(script={url_of(f"{FILE}.sigstore.json", ""): behaviour}) as server:
            with pytest.raises(FetchError, match="min_rate|limit of timeout|larger than 0 MiB"):
                contents(BundleSources(GITHUB, mirrors=[server.url], options=hasty))

    def test_an_answer_that_names_bundle_after_bundle(self, github: Server, hasty: UrlOptions) -> None:
        answer(github, *[{"bundle": None, "bundle_url": f"{github.url}/{number}"} for number in range(200)])
        github.script.update({f"/{number}": [status(200, body=BUNDLE.encode())] for number in range(200)})
        with pytest.raises(NoBundle, match="there are more than 100, and an archive has one or two"):
            contents(BundleSources(GITHUB, options=hasty))
        assert len(github.requests) < 110

    def test_all_bundles_of_an_answer_have_one_limit(self, github: Server, hasty: UrlOptions) -> None:
        answer(github, *[{"bundle": None, "bundle_url": f"{github.url}/{number}"} for number in range(90)])
        slow = [late(status(200, body=BUNDLE.encode()), 300)]
        github.script.update({f"/{number}": slow for number in range(90)})
        with pytest.raises(FetchError, match="the limit of index_timeout"):
            contents(BundleSources(GITHUB, options=replace(hasty, index_timeout=1000)))
        assert len(github.requests) < 20

    def test_a_file_of_bundle_after_bundle(self, mirror: Path) -> None:
        (mirror / "20250723" / f"{FILE}.sigstore.json").write_text(f"{BUNDLE}\n" * 101)
        with pytest.raises(NoBundle, match="there are more than 100"):
            contents(BundleSources(GITHUB, archive=str(mirror / "20250723" / FILE)))
