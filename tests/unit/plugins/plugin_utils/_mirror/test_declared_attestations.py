# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("requests", reason="bundles are fetched by the controller")

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.plugin_utils._mirror.declared import public_bundles
from ansible_collections.standalone.python.plugins.plugin_utils._provenance import attestations
from tests.support.locks import asset, stripped
from tests.support.servers import Server, serve, status

FIRST, SECOND = asset(stripped("3.13.5+20250723")), asset(stripped("3.13.6+20250807"))
BEFORE_ATTESTATIONS = asset(stripped("3.13.1+20250115"))


@pytest.fixture
def github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with serve(tmp_path) as server:
        monkeypatch.setattr(attestations, "_GITHUB_API", server.url)
        monkeypatch.setattr(
            "ansible_collections.standalone.python.plugins.plugin_utils._http.fetch.sleep", lambda _s: None
        )
        yield server


def question(about: Asset) -> str:
    return f"/astral-sh/python-build-standalone/attestations/sha256:{about.sha256}"


def answer(github: Server, about: Asset, *bundles: object) -> None:
    body = json.dumps({"attestations": [{"bundle": bundle} for bundle in bundles]})
    github.script[question(about)] = [status(200, body=body.encode())]


def ask(*assets: Asset) -> tuple[dict[str, str], list[str]]:
    warnings: list[str] = []
    return public_bundles(assets, UrlOptions(), warnings.append), warnings


def test_each_bundle_is_a_line(github: Server) -> None:
    answer(github, FIRST, {"a": 1}, {"b": [2]})
    assert ask(FIRST) == ({FIRST.sha256: '{"a":1}\n{"b":[2]}\n'}, [])


def test_what_cannot_have_one_is_not_asked_for(github: Server) -> None:
    assert ask(BEFORE_ATTESTATIONS, FIRST._replace(url="https://mirror.example.com/x.tar.gz")) == ({}, [])
    assert github.requests == []


def test_one_that_has_none_does_not_keep_the_others_from_theirs(github: Server) -> None:
    answer(github, FIRST)
    answer(github, SECOND, {"a": 1})
    found, warnings = ask(FIRST, SECOND)
    assert found == {SECOND.sha256: '{"a":1}\n'}
    assert [warning.partition(", whose")[0] for warning in warnings] == [
        f"https://github.com/astral-sh/python-build-standalone has no attestation of {FIRST.file_name}"
    ]


@pytest.mark.parametrize("code", [403, 500])
def test_the_rest_is_left_to_the_next_run_where_github_does_not_answer(github: Server, code: int) -> None:
    github.script[question(FIRST)] = [status(code)] * 3
    found, (warning,) = ask(FIRST, SECOND)
    assert (found, question(SECOND) in github.paths()) == ({}, False)
    assert warning.endswith("The mirror goes without further bundles until its next run.")
