# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin of `mirror`: how the bundles that only GitHub has get to the module."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("ansible", reason="the action plugin runs on the controller")

from ansible_collections.standalone.python.plugins.action import mirror
from ansible_collections.standalone.python.plugins.module_utils._http.sealed import unsealed
from tests.support.locks import asset, stripped

ASSET = asset(stripped("3.13.5+20250723"))
PLACE = f"20250723/{ASSET.file_name}"
BUNDLE = f"{PLACE}.sigstore.json"
FETCHED = {"changed": False, "fetched": [PLACE], "bundles": [], "without_bundle": [PLACE], "diff": {"after": "old"}}
KEPT = {"changed": True, "fetched": [], "bundles": [BUNDLE], "without_bundle": [], "diff": {"after": "new"}}


class Action(mirror.ActionModule):
    """The plugin with a module that answers what it is told to."""

    def __init__(self, args: dict[str, Any], answers: list[dict[str, Any]], *, check_mode: bool = False) -> None:
        task = SimpleNamespace(args=args, async_val=0, check_mode=check_mode, action=mirror.MODULE)
        connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir="/host/tmp"))
        super().__init__(task, connection, play_context=None, loader=None, templar=None, shared_loader_obj=None)
        self._load_name = mirror.MODULE
        self._answers = answers
        self.modules: list[dict[str, Any]] = []

    def _execute_module(self, *, module_name: str, module_args: dict[str, Any], **_more: Any) -> dict[str, Any]:
        self.modules.append({"name": module_name, **module_args})
        return dict(self._answers[len(self.modules) - 1])


@pytest.fixture(autouse=True)
def github(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirror, "public_bundles", lambda assets, *_more: {one.sha256: "{}" for one in assets})


def act(**options: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    check_mode = options.pop("check_mode", False)
    args = {"path": "/srv/python", "assets": [ASSET.as_dict()], **options}
    action = Action(args, [FETCHED, KEPT], check_mode=check_mode)
    return action.run(task_vars={}), action.modules


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
    handed = unsealed(module)
    assert (LOGIN.keys() <= handed.keys(), LOGIN.keys().isdisjoint(handed)) == (is_handed, not is_handed)
    assert is_handed or "s3cret" not in repr(handed)


@pytest.mark.parametrize("without", [["../../etc/passwd"], ["20250723/other.tar.gz"], [], None])
def test_a_host_asks_for_no_bundle_but_those_of_its_assets(without: list[str] | None) -> None:
    action = Action(
        {"path": "/srv/python", "assets": [ASSET.as_dict()], "bundles": True}, [{**FETCHED, "without_bundle": without}]
    )
    assert not action.run(task_vars={}).get("failed")
    assert len(action.modules) == 1
