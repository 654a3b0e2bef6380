# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark compares within rounds, and says when a promise is missed."""

from __future__ import annotations

import pytest

from benchmarks.table import Line, ratio, render

SECONDS = {"empty": [1.0, 2.0, 1.0], "ours": [2.0, 3.0, 3.0], "peer": [5.0, 4.0, 21.0]}


@pytest.mark.parametrize(("empty", "figures"), [("empty", [0.25, 0.5, 0.1]), ("", [0.4, 0.75, 3 / 21])])
def test_ratios_are_those_of_each_round(empty, figures):
    assert ratio("x", SECONDS, "ours", "peer", must=1, empty=empty).figures == pytest.approx(figures)


def test_a_table():
    lines = [
        ratio("a play", SECONDS, "ours", "peer", must=0.2, empty="empty", per=10),
        Line("memory", "peak", [30.0, 31.0, 32.0], 64, " MiB"),
        Line("a host", "peak", [0.9, 1.0, 1.1], 0.8),
    ]
    assert render(lines).splitlines() == [
        "        median  quartiles       must",
        "a play  0.25    0.175 to 0.375  0.2     too noisy to judge  100 ms / 400 ms  peer",
        "memory  31 MiB  30.5 to 31.5    64 MiB  ok                  peak",
        "a host  1       0.95 to 1.05    0.8     MISSED              peak",
    ]
    assert [line.kept for line in lines] == [True, True, False]
