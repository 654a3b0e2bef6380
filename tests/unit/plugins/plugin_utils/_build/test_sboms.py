# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SBOMs that the controller writes to a store that keeps some, and answers that no module gives."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils import _console
from ansible_collections.standalone.python.plugins.plugin_utils._build.sboms import with_sboms
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.answer import DamagedAnswer
from tests.support.action_host import Host
from tests.support.receipts import asset

ENTRY = asset().build.name
STORE = "/opt/python/.builds"
WANTED = {"entry": ENTRY, "formats": ["cyclonedx", "spdx"], "asset": asset().as_dict()}


class Written(Host):
    """A host that gets files."""

    def run_module(self, name: str, arguments: Any, **options: Any) -> dict[str, Any]:
        assert name == "links"
        self.modules.append(dict(arguments))
        self.interpreters.append(options["interpreter"])
        return dict(self.answer)


def result(**sboms: Any) -> dict[str, Any]:
    components = {"openssl": {"version": "3.0.16", "source": "measured"}}
    return {"changed": True, "store": STORE, "components": components, "sboms": {**WANTED, **sboms}}


def test_each_format_that_the_store_keeps_is_written() -> None:
    host = Written("/root", answer={"changed": True})
    rest = with_sboms(result(), host, None, "/opt/python/3.13/bin/python3.13")
    assert "sboms" not in rest
    (module,) = host.modules
    assert [one["path"] for one in module["files"]] == [
        f"{STORE}/.sbom/{ENTRY}.cdx.json", f"{STORE}/.sbom/{ENTRY}.spdx.json",
    ]  # fmt: skip
    components = {one["name"]: one["version"] for one in json.loads(module["files"][0]["content"])["components"]}
    assert (components["openssl"], "sqlite" in components) == ("3.0.16", True)
    assert host.interpreters == ["/opt/python/3.13/bin/python3.13"]


def test_an_image_has_the_time_of_its_release() -> None:
    host = Written("/root", answer={"changed": True})
    with_sboms(result(), host, "/srv/image")
    assert [(one["root"], one["release"]) for one in host.modules] == [("/srv/image", asset().build.release)]


@pytest.mark.parametrize("done", [{"changed": True}, {"failed": True, "msg": "x", **result()}])
def test_nothing_is_written_where_nothing_is_missing(done: dict[str, Any]) -> None:
    host = Written("/root")
    assert with_sboms(done, host, None) == {key: value for key, value in done.items() if key != "sboms"}
    assert host.modules == []


def test_what_cannot_be_written_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(_console, "warn", said.append)
    host = Written("/root", answer={"failed": True, "msg": "No space left."})
    assert with_sboms(result(), host, None)["changed"]
    (warning,) = said
    assert warning.startswith(f"web1: the SBOM {STORE}/.sbom/{ENTRY}.cdx.json was not written: No space left. Run the ")


@pytest.mark.parametrize(
    "forged",
    [
        {"entry": "../../../etc/x"},
        {"entry": ""},
        {"formats": ["txt"]},
        {"formats": "spdx"},
        {"asset": {}},
        {"asset": 1},
    ],
)
def test_a_forged_answer_is_refused(forged: dict[str, Any]) -> None:
    host = Written("/root")
    with pytest.raises(DamagedAnswer, match="The answer of the host"):
        with_sboms(result(**forged), host, None)
    assert host.modules == []
