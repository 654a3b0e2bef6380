# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that the role keeps about its builds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._fleet.answer import DamagedAnswer
from ansible_collections.standalone.python.plugins.plugin_utils._interpreter_role.records import interpreter_records
from tests.support.audited_fleets import STORE, build, host


def records(form: str | None, local_fact: bool | None, *, store: str = STORE, **changes: Any) -> dict[str, list[Any]]:
    used = {**build("3.13.5", "20250723", paths=["/opt/python/3.13"]), **changes}
    return interpreter_records(host(used), [{"store": store}], form, local_fact)


def test_sboms_are_kept_in_one_format() -> None:
    found = records("spdx", None)
    name = "cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-install_only_stripped"
    assert [file["path"] for file in found["files"]] == [f"{STORE}/.sbom/{name}.spdx.json"]
    assert json.loads(found["files"][0]["content"])["name"] == name
    assert found["absent"] == [f"{STORE}/.sbom/{name}.cdx.json"]


def test_the_local_fact_has_what_was_measured() -> None:
    components = {
        "openssl": {"version": "3.0.16", "source": "measured"},
        "bzip2": {"version": "1.0.8", "source": "table"},
    }
    (file,) = records(None, True, components=components)["files"]
    assert file["path"] == "/etc/ansible/facts.d/standalone_python.fact"
    fact = json.loads(file["content"])["paths"]["/opt/python/3.13"]
    assert (fact["version"], fact["components"]) == ("3.13.5", {"openssl": "3.0.16"})
    assert records(None, False) == {"files": [], "absent": [file["path"]]}
    assert records(None, None) == {"files": [], "absent": []}


@pytest.mark.parametrize("changes", [{"entry": "../x"}, {"store": "/other"}])
def test_no_file_is_written_elsewhere(changes: dict[str, Any]) -> None:
    with pytest.raises(DamagedAnswer):
        records("spdx", None, **changes)
