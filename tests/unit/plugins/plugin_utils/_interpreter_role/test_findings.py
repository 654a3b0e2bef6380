# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `verify` of the role reports."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._interpreter_role.findings import interpreter_findings

AS_DESIRED: dict[str, Any] = {
    "register": [], "links": [], "default_links": [], "unregister": [], "unlink": [], "default_unlink": [],
    "surplus_venvs": [], "surplus_profiles": [], "profiles": [], "venvs": [],
}  # fmt: skip


def installed(**result: Any) -> dict[str, Any]:
    here = {"path": "/opt/python/3.13", "build": {"name": "cpython-3.13.5"}, "diff": {"before": {}}, "drift": None}
    return {**here, "would_change": True, **result}


@pytest.mark.parametrize(
    ("look", "results", "absent", "found"),
    [
        ({}, [installed(would_change=False)], [{"path": "/x", "diff": {"before": {"build": None}}}], []),
        (
            {},
            [installed(drift={"changed": ["bin/python3", "lib/x.py"], "missing": ["lib/y.py"], "added": []})],
            [],
            ["/opt/python/3.13 is not as requested: changed bin/python3, lib/x.py; missing lib/y.py."],
        ),
        (
            {},
            [installed(diff={"before": {"does not run here": "It needs glibc 2.17."}})],
            [],
            ["/opt/python/3.13 is not as requested: It needs glibc 2.17."],
        ),
        ({}, [installed()], [], ["/opt/python/3.13 is not as requested: it would be cpython-3.13.5."]),
        ({}, [], [{"path": "/x", "diff": {"before": {"build": "b"}}}], ["/x has a build, and must be absent."]),
        (
            {"register": [{"name": "python3", "path": "/a"}], "unregister": [{"name": "pip", "path": "/b"}]},
            [],
            [],
            ["The alternative python3 does not point to /a.", "The alternative pip still points to /b."],
        ),
        (
            {"links": [{"path": "/l", "target": "/t"}], "default_links": [{"path": "/m", "target": "/u"}]},
            [],
            [],
            ["/l does not point to /t.", "/m does not point to /u."],
        ),
        (
            {"unlink": ["/a"], "default_unlink": ["/b"], "surplus_venvs": ["/c"], "surplus_profiles": ["/d"]},
            [],
            [],
            [f"/{letter} is no longer wanted." for letter in "abcd"],
        ),
        (
            {"profiles": [{"path": "/p"}], "venvs": [{"path": "/v"}]},
            [],
            [],
            ["/p does not have the content that it should have.", "The environment /v does not have the requirements."],
        ),
    ],
)
def test_each_change_that_a_run_would_make_is_a_finding(
    look: dict[str, Any], results: list[dict[str, Any]], absent: list[dict[str, Any]], found: list[str]
) -> None:
    assert interpreter_findings({**AS_DESIRED, **look}, results, absent) == found
