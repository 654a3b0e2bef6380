# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds docs/formats.md to the files that are written: SUPPORT.md calls their formats public."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Prepared
from ansible_collections.standalone.python.plugins.module_utils._json import rendered
from ansible_collections.standalone.python.plugins.module_utils._store.history import HistoryEntry, PathHistory
from tests.support.receipts import asset, receipt

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "formats.md").read_text()
NESTED = ("asset",)  # objects whose keys have separate rows


def everything_in_a_receipt() -> Mapping[str, Any]:
    of = receipt(of=asset()._replace(prepared=Prepared("a" * 64, "b" * 64)), components={"openssl": "3.5.6"})
    settings = of.settings._replace(capabilities=("cap_net_raw+ep",))
    return of._replace(manifest_sha256="c" * 64, settings=settings).as_dict()


def everything_in_a_history() -> Mapping[str, Any]:
    uses = (HistoryEntry("a", "2026-11-29T10:30:00Z"), HistoryEntry("b", "2026-11-28T10:30:00Z"))
    history = PathHistory("/opt/python/3.13", uses=uses, fallback="b")
    return history.leaving("c", "2026-11-27T10:30:00Z", "it failed").as_dict()


def keys_of(content: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for key, value in content.items():
        yield above + key
        if key in NESTED:
            yield from keys_of(value, f"{key}.")


@pytest.mark.parametrize(
    ("heading", "content"),
    [
        ("The receipt of a build", everything_in_a_receipt()),
        ("The history of a path", everything_in_a_history()),
    ],
)
def test_each_key_of_a_file_has_a_row(heading: str, content: Mapping[str, Any]) -> None:
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]+`) \|", section, re.MULTILINE)
    documented = [key for row in rows for key in re.findall(r"`([^`]+)`", row)]
    assert sorted(documented) == sorted(keys_of(json.loads(rendered(content))))
