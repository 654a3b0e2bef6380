# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin of `build_info`: what the host says, checked and completed."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("ansible", reason="the action plugin runs on the controller")

from ansible.plugins.action import ActionBase

from ansible_collections.standalone.python.plugins.action import build_info
from tests.support.receipts import asset

OPENSSL = {"openssl": {"version": "3.5.9", "source": "measured"}}


def build(components: Any = None) -> dict[str, Any]:
    """A build as the module returns it."""
    of = asset("3.14.7", "20260814")
    return {
        **of.as_dict(), "entry": of.build.name, "store": "/opt/python/.builds", "prefix": "/opt/python/3.14",
        "owner": None, "group": None, "externally_managed": True, "capabilities": [],
        "installed_at": "2026-08-15T00:00:00Z", "executables": ["bin/python3.14"], "files": 2, "size_bytes": 10,
        "disk_bytes": 4096, "intact": None, "drift": None, "paths": ["/opt/python/3.14"], "pids": [],
        "does_not_run": None, **({} if components is None else {"components": components}),
    }  # fmt: skip


def act(
    monkeypatch: pytest.MonkeyPatch,
    *builds: dict[str, Any],
    paths: Any = (),
    group: Any = (),
    templar: Any = None,
    **options: Any,
) -> dict[str, Any]:
    answer = {"changed": False, "paths": list(paths), "builds": list(builds), "damaged": []}
    monkeypatch.setattr(ActionBase, "_execute_module", lambda _self, **_options: answer)
    task = SimpleNamespace(
        args=options, async_val=0, check_mode=False, action="standalone.python.build_info", **dict(group)
    )
    connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir="/host/tmp"))
    action = build_info.ActionModule(
        task, connection, play_context=None, loader=None, templar=templar, shared_loader_obj=None
    )
    action._used_interpreter = None
    return dict(action.run(task_vars={}))


@pytest.mark.parametrize(
    ("components", "openssl"),
    [(OPENSSL, OPENSSL["openssl"]), ({}, {"version": "3.5.7", "source": "table"})],
)
def test_components_are_measured_or_of_the_table(
    monkeypatch: pytest.MonkeyPatch, components: Any, openssl: dict[str, str]
) -> None:
    found = act(monkeypatch, build(components))["builds"][0]["components"]
    assert (found["openssl"], found["bzip2"]["source"]) == (openssl, "table")


@pytest.mark.parametrize(
    ("options", "refused"),
    [({"path": ["/opt/3.13", "~/3.13"]}, "path '~/3.13'"), ({"store": "$HOME/b"}, "store '$HOME/b'")],
)
def test_paths_in_a_root_have_no_home(monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], refused: str) -> None:
    assert "failed" not in act(monkeypatch, **options)
    assert act(monkeypatch, root="/mnt/image", **options)["msg"] == (
        f"Cannot use {refused} with root: ~ and variables are those of the running system. Write the path as it is in "
        "the root."
    )


@pytest.mark.parametrize(
    ("defaults", "refused"),
    [
        ({"lock_timeout": 60, "mirror": "https://m", "from_build": "any"}, None),
        ({"lock_timeot": 60}, "standalone.python.build_info has no option lock_timeot."),
        (None, "standalone.python.build_info has no option lock_timeout."),
    ],
)
def test_options_of_the_group_that_other_modules_have_are_left_out(
    monkeypatch: pytest.MonkeyPatch, defaults: dict[str, Any] | None, refused: str | None
) -> None:
    templar = SimpleNamespace(template=lambda value: value)
    group = {"module_defaults": [{"group/standalone.python.python": defaults}]} if defaults else {}
    result = act(monkeypatch, group=group, templar=templar, **(defaults or {"lock_timeout": 60}))
    assert result.get("msg", "").partition(" See ")[0] == (refused or "")


@pytest.mark.parametrize("components", [[], {"openssl": "3"}, {"openssl": {"version": "<b>", "source": "measured"}}])
def test_what_is_no_version_is_refused(monkeypatch: pytest.MonkeyPatch, components: Any) -> None:
    result = act(monkeypatch, build(components))
    assert result["failed"]
    assert "is damaged" in result["msg"]


def path(name: str, entry: str | None = None) -> dict[str, Any]:
    return {"path": name, "store": "/opt/python/.builds", "entry": entry, "fallback": None, "left": []}


@pytest.mark.parametrize("form", ["cyclonedx", "spdx"])
def test_an_sbom_is_made_of_the_components(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    found = act(monkeypatch, build(OPENSSL), sbom=form)["builds"][0]
    assert '"pkg:generic/openssl@3.5.9"' in json.dumps(found["sbom"])
    assert "sbom" not in act(monkeypatch, build(OPENSSL))["builds"][0]


def test_facts_are_those_of_the_paths_with_builds(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = asset("3.14.7", "20260814").build.name
    paths = [path("/opt/python/3.14", entry), path("/opt/{{ x }}", entry), path("/opt/python/3.13")]
    assert "ansible_facts" not in act(monkeypatch, build(OPENSSL), paths=paths)
    facts = act(monkeypatch, build(OPENSSL), paths=paths, gather_facts=True)["ansible_facts"]["standalone_python"]
    assert list(facts["paths"]) == ["/opt/python/3.14"]
    found = facts["paths"]["/opt/python/3.14"]
    assert found.pop("components")["openssl"] == "3.5.9"
    assert found == {
        "executable": "/opt/python/3.14/bin/python3.14",
        "version": "3.14.7",
        "release": "20260814",
        "build": entry,
    }
