# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of roles that make no sense together."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("ansible", reason="options are validated as Ansible validates them")

from ansible_collections.standalone.python.plugins.plugin_utils._interpreter_role.contradictions import contradiction
from tests.support.role_variables import BOTH, NEITHER

PATH = "/opt/python/3.13"
ASSET = {
    "name": "cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-install_only_stripped",
    "url": "https://example.org/x.tar.gz",
    "sha256": "1" * 64,
}


@pytest.mark.parametrize(
    ("role", "values"),
    [
        ("interpreter", {"name": "3.13"}),
        ("interpreter", {"name": "3.13", "path": "~/python/3.13", "store": "$HOME/builds", "link_dir": "~/.local/bin"}),
        ("interpreter", {"builds": []}),
        ("interpreter", {"builds": [{"name": "3.13"}, {"name": "3.13", "path": "/opt/b"}]}),
        (
            "interpreter",
            {
                "builds": [{"name": "3.13"}, {"name": "3.13t"}, {"name": "3.13", "path": "/opt/b", "state": "absent"}],
                "alternatives": "links",
            },
        ),
        ("interpreter", {"builds": [{"name": "3.13"}, {"name": "3.13t", "lock": ""}], "lock": "python.lock.yml"}),
        ("interpreter", {"name": "3.13", "state": "absent", "lock": "python.lock.yml", "index": ["bundled"]}),
        ("interpreter", {"name": "3.13", "keep": "2", "priority": "7", "ca_path": "ca.pem", "min_age": "7d"}),
        ("interpreter", {"name": "3.13", "exclude": "3.13.4,20250807", "health_imports": "ssl,zlib", "checksum": ""}),
        ("bootstrap", {"name": "3.13", "path": "~/python/3.13"}),
        ("mirror", {}),
    ],
)
def test_variables_that_the_role_takes(role: str, values: dict[str, Any]) -> None:
    assert contradiction(role, {f"{role}_{name}": value for name, value in values.items()}) is None


@pytest.mark.parametrize(
    ("role", "values", "message"),
    [
        ("interpreter", {}, NEITHER),
        ("interpreter", {"name": "3.13", "builds": [{"name": "3.12"}]}, BOTH),
        (
            "interpreter",
            {"builds": [{"name": "3.13"}, {"name": "3.13.5"}]},
            f"Cannot have 3.13 and 3.13.5 at one path, {PATH}. Set path in the items of interpreter_builds.",
        ),
        (
            "interpreter",
            {"builds": [{"name": "3.13"}, {"name": "3.13.5", "path": "/opt/b"}], "alternatives": "links"},
            f"Cannot link python3.13 to the builds at both {PATH} and /opt/b. Leave one out, or set "
            "interpreter_alternatives: alternatives where the host has these.",
        ),
        (
            "interpreter",
            {"name": "3.13", "default": "3.12"},
            "Cannot make 3.12 the default: the builds are 3.13. Set interpreter_default to the name or path of one of "
            "them.",
        ),
        (
            "interpreter",
            {"builds": [{"name": "3.13", "index": ["bundled"]}], "lock": "python.lock.yml"},
            f"The options of {PATH}: parameters are mutually exclusive: lock|index.",
        ),
        (
            "interpreter",
            {"name": "3.13", "archive": "x.tar.gz"},
            f"The options of {PATH}: missing parameter(s) required by 'archive': checksum.",
        ),
        (
            "interpreter",
            {"name": "3.13", "store": f"{PATH}/x"},
            f"path is {PATH} and store is {PATH}/x: one is inside the other. The path becomes a link to a build in the "
            "store, so put the store beside it, as in /opt/python/.builds, or anywhere else.",
        ),
        (
            "interpreter",
            {"name": "3.13", "client_key": "key.pem"},
            "client_key is given without client_cert. Give client_cert too: the key belongs to it.",
        ),
        (
            "bootstrap",
            {"name": "3.13", "path": PATH, "asset": {**ASSET, "version": "3.13.5", "release": "20250723",
             "target": "x86_64-unknown-linux-gnu", "flavor": "install_only_stripped"}},
            f"The options of {PATH}: parameters are mutually exclusive: name|asset.",
        ),
    ],
)  # fmt: skip
def test_contradictions_in_the_words_of_the_task(role: str, values: dict[str, Any], message: str) -> None:
    assert contradiction(role, {f"{role}_{name}": value for name, value in values.items()}) == message
