# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The closing line must never be greener than the run."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import closing_line
import pytest

JUNIT = '<testsuites><testsuite tests="{}" failures="{}" errors="{}" skipped="{}"/></testsuites>'


@pytest.mark.parametrize(
    ("result", "junit", "expected"),
    [
        ("success", None, {"passed": 1}),
        ("failed", None, {"failed": 1}),
        ("aborted", None, {"failed": 1}),
        ("skipped", None, {"skipped": 1}),
        ("success", (10, 0, 0, 3), {"passed": 7, "skipped": 3}),
        ("failed", (10, 2, 1, 0), {"passed": 7, "failed": 3}),
        ("failed", (10, 0, 0, 0), {"passed": 10, "failed": 1}),  # interrupted, or no environment
        ("failed", (0, 0, 0, 0), {"failed": 1}),  # nothing was collected
    ],
)
def test_sessions_count(result: str, junit: tuple[int, ...] | None, expected: dict, tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    if junit:
        report.write_text(JUNIT.format(*junit))
    assert +closing_line.counts_of({"name": "any", "result": result}, report) == Counter(expected)


def test_words() -> None:
    assert closing_line.in_words(Counter(passed=2), always=("passed", "failed")) == "2 passed, 0 failed"
    assert closing_line.in_words(Counter(failed=1, skipped=3)) == "1 failed, 3 skipped"


def test_a_session_that_fails_beside_its_tests_is_a_number(tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text(JUNIT.format(10, 0, 0, 0))
    counts = closing_line.counts_of({"name": "any", "result": "failed"}, tmp_path / "report.xml")
    assert closing_line.in_words(counts) == "10 passed, 1 failed"


COVERED = "plugins/a.py 9 1 88.9% 4\nTOTAL      50    2  96.0%\n\n3 files skipped due to complete coverage.\n"
NO_SOURCE = "No source for code: 'plugins/a.py'; see the manual"
TOO_LITTLE = "Coverage failure: total of 94.9 is less than fail-under=95.0"


@pytest.mark.parametrize(
    ("result", "coverage", "said", "status"),
    [
        ("success", None, ["1 passed, 0 failed"], 0),
        ("success", COVERED, ["Coverage of the plugins by unit tests: 96.0% of 50 lines", "1 passed, 0 failed"], 0),
        (
            "failed",
            COVERED + TOO_LITTLE,
            [f"Coverage of the plugins by unit tests: {TOO_LITTLE}", "0 passed, 1 failed"],
            1,
        ),
        ("failed", f"{NO_SOURCE}\n", [f"Coverage of the plugins by unit tests: {NO_SOURCE}", "0 passed, 1 failed"], 1),
    ],
)
def test_the_coverage_comes_before_the_sum(
    result: str,
    coverage: str | None,
    said: list[str],
    status: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    session = {"name": "any", "result": result, "duration": 1.0, "reason": None}
    (tmp_path / "nox.json").write_text(json.dumps({"sessions": [session]}))
    if coverage:
        (tmp_path / "coverage.txt").write_text(coverage)
    monkeypatch.setattr(closing_line, "REPORTS", tmp_path)
    with pytest.raises(SystemExit) as exited:
        closing_line.main()
    assert (capsys.readouterr().out.splitlines()[1:], exited.value.code) == (said, status)
