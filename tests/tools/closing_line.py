# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints what `make test` has done: a line for each step with its time, the coverage, and last the sum of all tests.

A step that runs pytest counts with its tests, any other as one test. With too little coverage, its step has failed.
"""

from __future__ import annotations

import json
import re
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

from paths import REPORTS


def main() -> None:
    """Read `.cache/reports`: nox's own report, and one JUnit file for each session that ran pytest."""
    if not (report := REPORTS / "nox.json").is_file():
        sys.exit("nox ended before it had run its sessions; its own message is above.")
    total: Counter[str] = Counter()
    for session in json.loads(report.read_text())["sessions"]:
        counts = counts_of(session, REPORTS / f"{session['name']}.xml")
        total.update(counts)
        reason = f"  {session['reason']}" if session["reason"] and session["result"] != "success" else ""
        print(f"{session['result']:8} {session['duration']:6.1f} s  {session['name']:14} {in_words(counts)}{reason}")
    coverage = REPORTS / "coverage.txt"
    if coverage.is_file():
        text = coverage.read_text().strip()  # its last line says what is wrong, if anything is
        good = re.search(r"^TOTAL +(\d+)[^\n]* (\S+)$(?!.*^Coverage failure:)", text, re.MULTILINE | re.DOTALL)
        said = f"{good[2]} of {good[1]} lines" if good else text.rpartition("\n")[2]
        print(f"Coverage of the plugins by unit tests: {said}")
    print(in_words(total, always=("passed", "failed")))
    sys.exit(1 if total["failed"] else 0)


def counts_of(session: dict, junit: Path) -> Counter[str]:
    """Count passed, failed and skipped tests. A failed session has at least one failed test, whatever pytest wrote."""
    outcome = {"success": "passed", "skipped": "skipped"}.get(session["result"], "failed")
    if not junit.is_file():
        return Counter({outcome: 1})
    suite = next(ET.parse(junit).iter("testsuite"))
    failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    skipped = int(suite.get("skipped", 0))
    passed = int(suite.get("tests", 0)) - failed - skipped
    return Counter(passed=passed, failed=max(failed, int(outcome == "failed")), skipped=skipped)


def in_words(counts: Counter[str], always: tuple[str, ...] = ()) -> str:
    """Such as '12 passed, 1 skipped'."""
    kinds = ("passed", "failed", "skipped")
    return ", ".join(f"{counts[kind]} {kind}" for kind in kinds if counts[kind] or kind in always)


if __name__ == "__main__":
    main()
