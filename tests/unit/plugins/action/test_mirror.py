# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin of `mirror`: how the bundles that only GitHub has get to the module."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("ansible", reason="the action plugin runs on the controller")

from ansible.parsing.dataloader import DataLoader

from ansible_collections.standalone.python.plugins.action import mirror
from ansible_collections.standalone.python.plugins.plugin_utils._mirror import task
from tests.support.locks import asset, stripped

ASSET = asset(stripped("3.13.5+20250723"))
PLACE = f"20250723/{ASSET.file_name}"
BUNDLE = f"{PLACE}.sigstore.json"
FETCHED = {"changed": False, "fetched": [PLACE], "bundles": [], "without_bundle": [PLACE], "diff": {"after": "old"}}
KEPT = {"changed": True, "fetched": [], "bundles": [BUNDLE], "without_bundle": [], "diff": {"after": "new"}}


class Host:
    """A host whose module gives the answers of the test. `modules` are the arguments that it got."""

    name = "web1"

    def __init__(self, *answers: dict[str, Any]) -> None:
        self._answers = answers
        self.modules: list[dict[str, Any]] = []

    def run_module(self, name: str, arguments: Mapping[str, Any], **_options: Any) -> dict[str, Any]:
        assert name == "mirror"
        self.modules.append(dict(arguments))
        return dict(self._answers[len(self.modules) - 1])

    def expand_paths(self, paths: Collection[str]) -> dict[str, str]:
        return {path: path.replace("$HOME", "/home/me") for path in paths}


def run_on(host: Host, args: Mapping[str, Any], *, check_mode: bool = False) -> dict[str, Any]:
    name = "standalone.python.mirror"
    it = SimpleNamespace(args=dict(args), async_val=0, check_mode=check_mode, action=name, get_search_path=list)
    connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir="/host/tmp"))
    plugin = mirror.ActionModule(
        it, connection, play_context=None, loader=DataLoader(), templar=None, shared_loader_obj=None
    )
    plugin._load_name = name
    plugin.host = lambda _task_vars: host
    result: dict[str, Any] = plugin.run(task_vars={})
    return result


@pytest.fixture(autouse=True)
def github(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task, "public_bundles", lambda assets, *_more: {one.sha256: "{}" for one in assets})


def act(*, check_mode: bool = False, **options: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    host = Host(FETCHED, KEPT)
    result = run_on(host, {"path": "/srv/python", "assets": [ASSET.as_dict()], **options}, check_mode=check_mode)
    return result, host.modules


@pytest.mark.parametrize("option", ["path", "dest"])
def test_variables_of_the_path_are_those_of_the_host(option: str) -> None:
    host = Host(FETCHED)
    run_on(host, {option: "$HOME/python", "assets": [ASSET.as_dict()]})
    assert host.modules[0]["path"] == "/home/me/python"


def test_an_empty_text_lifts_no_default(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr(task, "resolve_declared", lambda _declared, **rest: asked.update(rest) or [ASSET])
    monkeypatch.setenv("ANSIBLE_STANDALONE_PYTHON_EXCLUDE", "20260101")
    monkeypatch.setenv("ANSIBLE_STANDALONE_PYTHON_INDEX_MAX_AGE", "7d")
    act(builds=[{"names": ["3.13"]}], exclude="", index_max_age="")
    assert ([str(one.text) for one in asked["exclude"]], asked["index"].max_release_age_s) == (["20260101"], 604800)


def test_what_no_source_has_is_handed_to_a_second_run() -> None:
    result, (first, second) = act(bundles=True)
    assert (first["attestations"], second["attestations"]) == ({}, {ASSET.sha256: "{}"})
    assert {name: result[name] for name in FETCHED} == {
        "changed": True, "fetched": [PLACE], "bundles": [BUNDLE], "without_bundle": [], "diff": {"after": "new"},
    }  # fmt: skip


@pytest.mark.parametrize(
    "options", [{}, {"bundles": True, "mirror": ["https://mirror.example.com"]}, {"bundles": True, "check_mode": True}]
)
def test_github_is_asked_only_where_it_is_the_source(options: dict[str, Any]) -> None:
    result, modules = act(**options)
    assert (len(modules), result["bundles"]) == (1, [])


LOGIN = {"url_username": "me", "url_password": "s3cret", "headers": {"X-Token": "t0ken"}, "force_basic_auth": True}


@pytest.mark.parametrize(
    ("options", "is_handed"),
    [
        ({}, False),
        ({"state": "absent", "mirror": ["https://me:s3cret@mirror.example.com"]}, False),
        ({"mirror": ["https://mirror.example.com"]}, True),
        ({"assets": [{**ASSET.as_dict(), "url": "https://house.example/a.tar.gz"}]}, True),
        ({"assets": [ASSET.as_dict(), {**ASSET.as_dict(), "url": "https://house.example/a.tar.gz"}]}, True),
    ],
)
def test_a_login_is_handed_only_where_a_server_is_to_get_it(options: dict[str, Any], is_handed: bool) -> None:
    _result, (module,) = act(**LOGIN, **options)
    assert (LOGIN.keys() <= module.keys(), LOGIN.keys().isdisjoint(module)) == (is_handed, not is_handed)
    assert is_handed or "s3cret" not in repr(module)


@pytest.mark.parametrize("without", [["../../etc/passwd"], ["20250723/other.tar.gz"], [], None])
def test_a_host_asks_for_no_bundle_but_those_of_its_assets(without: list[str] | None) -> None:
    host = Host({**FETCHED, "without_bundle": without})
    args = {"path": "/srv/python", "assets": [ASSET.as_dict()], "bundles": True}
    assert not run_on(host, args).get("failed")
    assert len(host.modules) == 1
