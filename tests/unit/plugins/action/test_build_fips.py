# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds on a host in FIPS mode."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible", reason="the action plugin runs on the controller")

from ansible_collections.standalone.python.plugins.plugin_utils import _console
from ansible_collections.standalone.python.plugins.plugin_utils._build import task
from tests.support.action_host import Host, act
from tests.support.fake_builds import MINOR


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The warnings of tasks on a host in FIPS mode."""
    parse = task._probe.parse
    said: list[str] = []
    monkeypatch.setattr(_console, "warn", said.append)
    monkeypatch.setattr(task._probe, "parse", lambda *args, **more: replace(parse(*args, **more), is_fips=True))
    return said


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(
    ("options", "is_refused", "is_warned"),
    [({}, False, True), ({"fips": "warn"}, False, True), ({"fips": "ignore"}, False, False),
     ({"fips": "refuse"}, True, False)],
)  # fmt: skip
def test_each_word_does_as_it_says_in_check_mode_too(
    host: Host, path: Path, index: str, warnings: list[str],
    options: dict[str, Any], is_refused: bool, is_warned: bool, check_mode: bool,
) -> None:  # fmt: skip
    result = act(host, path, name=MINOR, index=[index], check_mode=check_mode, **options)
    assert bool(result.get("failed")) is is_refused
    assert any("this host is in FIPS mode" in warning for warning in warnings) is is_warned
    if is_refused:
        assert result["msg"] == (
            f"Cannot install a build at {path}: this host is in FIPS mode (/proc/sys/crypto/fips_enabled), and a build "
            "brings its own OpenSSL, which does not use the validated module of the host. Use the Python of the "
            "operating system there, or set `fips` to warn or ignore."
        )
        assert host.modules == []


def test_a_removal_is_no_matter(host: Host, path: Path, warnings: list[str]) -> None:
    assert not act(host, path, state="absent", fips="refuse").get("failed")
    assert warnings == []
