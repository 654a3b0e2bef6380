# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the renewal of a lock brings, as data and as lines for a merge request."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.plugin_utils._advisories.advisory import Advisory
from ansible_collections.standalone.python.plugins.plugin_utils._advisories.sources import read_advisories
from ansible_collections.standalone.python.plugins.plugin_utils._lock.changes import as_lines, as_markdown, changes
from ansible_collections.standalone.python.plugins.plugin_utils._lock.file import LockedBuild, LockFile
from tests.support.audited_fleets import ADVISORIES, GNU, build

AARCH64 = "aarch64-unknown-linux-gnu"


@pytest.fixture
def advisories(tmp_path: Path) -> tuple[Advisory, ...]:
    (tmp_path / "a.json").write_text(json.dumps(ADVISORIES))
    return read_advisories([str(tmp_path)]).all


def lock(*builds: str, targets: tuple[str, ...] = (GNU,)) -> LockFile:
    """A lock of builds such as 3.13.5+20250723, by their minor version."""
    content: dict[str, dict[str, LockedBuild]] = {}
    for one in builds:
        version, _plus, release = one.partition("+")
        for target in targets:
            asset = build(version, release)
            asset = {**asset, "name": asset["name"].replace(GNU, target), "target": target}
            content.setdefault(version.rpartition(".")[0], {})[target] = LockedBuild(Asset.from_dict(asset))
    return LockFile(content)


CASES: dict[str, tuple[LockFile, LockFile, list[str]]] = {
    "what changes, the important first": (
        lock("3.12.13+20260510"), lock("3.12.14+20260814"),
        [
            f"3.12 ({GNU}): 3.12.13+20260510 → 3.12.14+20260814; brings Python 3.12.13 → 3.12.14, OpenSSL 3.5.6 → "
            "3.5.7, pip 26.1.1 → 26.2.1, expat 2.6.3 → 2.8.3, libx11 1.6.12 → 1.8.13, libxau 1.0.11 → 1.0.12, SQLite "
            "3.50.4 → 3.53.1, Tcl 9.0.3 → 9.0.4, Tk 9.0.3 → 9.0.4, xz 5.8.1 → 5.8.3, zlib 1.3.1 → 1.3.2; closes "
            "CVE-2026-35000; still has PYSEC-2026-88."
        ],
    ),
    "nothing": (lock("3.12.13+20260510"), lock("3.12.13+20260510"), []),
    "a new name and one that goes": (
        lock("3.12.14+20260814"), lock("3.13.15+20260814"),
        [
            f"3.12 ({GNU}): 3.12.14+20260814 is removed.",
            f"3.13 ({GNU}): new, 3.13.15+20260814; still has PYSEC-2026-88.",
        ],
    ),
    "backwards": (
        lock("3.12.14+20260814"), lock("3.12.14+20260510"),
        [
            f"3.12 ({GNU}): 3.12.14+20260814 → 3.12.14+20260510; brings OpenSSL 3.5.7 → 3.5.6, pip 26.2.1 → 26.1.1, "
            "expat 2.8.3 → 2.6.3, libx11 1.8.13 → 1.6.12, libxau 1.0.12 → 1.0.11, SQLite 3.53.1 → 3.50.4, Tcl 9.0.4 → "
            "9.0.3, Tk 9.0.4 → 9.0.3, xz 5.8.3 → 5.8.1, zlib 1.3.2 → 1.3.1; still has PYSEC-2026-88; opens "
            "CVE-2026-35000."
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_each_change_is_a_line(name: str, advisories: tuple[Advisory, ...]) -> None:
    former, now, lines = CASES[name]
    assert as_lines(changes(former, now, advisories)) == lines


def test_what_the_table_lacks_is_said(advisories: tuple[Advisory, ...]) -> None:
    (change,) = changes(lock("3.12.13+20260510"), lock("3.12.15+20270101"), advisories)
    assert {"openssl", "pip", "zlib"} <= set(change["unknown"])
    assert (change["closes"], change["unjudged"]) == ([], [one["id"] for one in ADVISORIES])
    (line,) = as_lines([change])
    assert "brings Python 3.12.13 → 3.12.15; not known: OpenSSL, LibreSSL, pip, bdb and 21 more" in line
    assert line.endswith("; cannot be judged for PYSEC-2026-88, CVE-2026-35000.")


def test_targets_that_change_alike_are_one_entry() -> None:
    targets = (GNU, AARCH64)
    found: list[dict[str, Any]] = changes(
        lock("3.12.13+20260510", targets=targets), lock("3.12.14+20260814", targets=targets)
    )
    assert [(one["targets"], one["from"], one["to"]) for one in found] == [
        ([AARCH64, GNU], "3.12.13+20260510", "3.12.14+20260814")
    ]


def test_a_merge_request_shows_names_and_ids_as_they_are() -> None:
    """A specifier would begin a quotation, and an id of a feed could mention somebody or be a link."""
    hostile = "CVE-1 @all [x](https://e) <img src=x> | `b` [skip ci] \x1b[2J"
    change = {
        "name": ">=3.12,<3.14", "targets": [GNU], "from": None, "to": "3.13.15+20260814", "components": [],
        "unknown": [], "closes": [hostile], "open": [], "opens": [], "unjudged": [],
    }  # fmt: skip
    assert as_markdown([change]) == (
        f"- `>=3.12,<3.14` (`{GNU}`): new, 3.13.15+20260814; "
        "closes `CVE-1 @all (x)(https://e) <img src=x> | 'b' (skip ci) \\x1b(2J`.\n"
    )
    assert as_markdown([]) == ""


def test_a_merge_request_has_room_for_thousands_of_ids() -> None:
    """As an argument of git, and as a text for GitHub."""
    ids = [f"CVE-2026-{number}" for number in range(10_000)]
    change = {
        "name": "3.13", "targets": [GNU], "from": None, "to": "3.13.15+20260814", "components": [], "unknown": [],
        "closes": ids, "open": [], "opens": [], "unjudged": [],
    }  # fmt: skip
    text = as_markdown([change, change])
    assert len(text) < 30_100
    assert text.endswith("`CVE-2026-1824` … (307936 characters more)\n")
    assert as_markdown([{**change, "closes": ids[:1000]}] * 3).count("\n") == 2
