# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The severity of an advisory, as a reader sees it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._advisories.severity import severity_of


def scored(*scores: Any, **more: Any) -> dict[str, Any]:
    return {"affected": [{}], "severity": [{"type": "CVSS_V3", "score": score} for score in scores], **more}


# Vectors with the scores that the calculator of FIRST gives them.
VECTORS = {
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H": "critical (CVSS 9.8)",
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H": "critical (CVSS 10.0)",
    "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H": "high (CVSS 7.5)",
    "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:L/A:N/E:P/RL:O": "medium (CVSS 4.2)",
    "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:C/C:H/I:N/A:N": "medium (CVSS 6.5)",
    "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:L/A:N": "low (CVSS 1.6)",
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N": "cvss:3.1/av:n/ac:l/pr:n/ui:n/s:u/c:n/i:n/a:n",
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N": "cvss:4.0/av:n/ac:l/at:n/pr:n/ui:n/vc:h/vi:h/"
    "va:h/sc:n/si:n/sa:n",
    "CVSS:3.1/AV:X": "cvss:3.1/av:x",
    "nonsense": "nonsense",
}


@pytest.mark.parametrize("vector", VECTORS)
def test_a_vector_is_shown_as_its_score(vector: str) -> None:
    assert severity_of(scored(vector)) == VECTORS[vector]


def test_the_word_of_the_database_comes_first() -> None:
    of_three, of_four = list(VECTORS)[2], list(VECTORS)[7]
    assert severity_of(scored(of_four, of_three, database_specific={"severity": "MODERATE"})) == "moderate (CVSS 7.5)"
    inside = {"affected": [{"database_specific": {"severity": "HIGH"}, "severity": [{"score": of_three}]}]}
    assert severity_of(inside) == "high (CVSS 7.5)"


@pytest.mark.parametrize("severity", [None, "high", [1], [{"score": 9.8}], [{}]])
def test_anything_else_is_left_out(severity: Any) -> None:
    assert severity_of({"affected": [1, {}], "severity": severity, "database_specific": {"severity": 9}}) == ""
