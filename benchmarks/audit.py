# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the report of an audit costs the controller, and its page a browser."""

from __future__ import annotations

import sys
import time

from benchmarks.ours import COLLECTIONS
from benchmarks.table import Line

HOSTS, HOSTS_OF_PAGE = 500, 2000
WIDTH = 1280


def compare(rounds: int) -> list[Line]:
    """The lines about fleets of so many hosts; the one of the page only where there is a browser."""
    sys.path.insert(0, str(COLLECTIONS))
    from tests.support import browser

    report_ms = []
    for _unused in range(rounds):
        started_s = time.process_time()
        _page(HOSTS)
        report_ms.append((time.process_time() - started_s) * 1000)
    lines = [Line(f"audit of {HOSTS} hosts reported", "processor time, page included", report_ms, 1000, " ms")]
    if browser.CHROMIUM:
        page = _page(HOSTS_OF_PAGE)
        page_ms = [browser.look(page, width=WIDTH, dark=False).ms for _unused in range(rounds)]
        lines.append(Line(f"a page of {HOSTS_OF_PAGE} hosts", "processor time in a browser", page_ms, 1000, " ms"))
    return lines


def _page(hosts: int) -> str:
    from ansible_collections.standalone.python.plugins.plugin_utils._fleet.audit import Baseline, report
    from ansible_collections.standalone.python.plugins.plugin_utils._fleet.page import as_html
    from ansible_collections.standalone.python.plugins.plugin_utils._fleet.release_cycle import ReleaseCycle
    from tests.support.audited_fleets import NOW, large_fleet, newest

    return as_html(report(*large_fleet(hosts), Baseline(newest(), ReleaseCycle.bundled(), NOW)))
