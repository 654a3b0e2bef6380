# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module knows of its host."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from ansible_collections.standalone.python.plugins.module_utils._platform import facts
from ansible_collections.standalone.python.plugins.module_utils._platform.facts import platform_here
from ansible_collections.standalone.python.plugins.module_utils._platform.host import CPU_LEVEL_FLAGS
from tests.support.receipts import asset

LEVEL_2 = f"flags\t\t: fpu {CPU_LEVEL_FLAGS[2]}\n"


@pytest.mark.parametrize(
    ("system", "machine", "cpuinfo", "runs", "refused"),
    [
        ("Linux", "x86_64", LEVEL_2, ["x86_64-unknown-linux-musl", "x86_64_v2-unknown-linux-gnu"], ["x86_64_v3"]),
        ("Linux", "x86_64", "", ["x86_64_v4-unknown-linux-gnu"], ["aarch64"]),
        ("Linux", "aarch64", "Features : fp asimd\n", ["aarch64-unknown-linux-gnu"], ["x86_64", "riscv64"]),
        ("Linux", "s390x", "", ["s390x-unknown-linux-gnu"], ["x86_64"]),
    ],
)
def test_machine_and_level_are_known_and_the_library_is_not(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    system: str,
    machine: str,
    cpuinfo: str,
    runs: list[str],
    refused: list[str],
) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\n{cpuinfo}{cpuinfo}")
    monkeypatch.setattr(facts, "_CPUINFO", str(tmp_path / "cpuinfo"))
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(sysname=system, machine=machine))
    here = platform_here()
    assert here
    assert [target for target in runs if here.why_not(asset(target=target).build)] == []
    for arch in refused:
        assert here.why_not(asset(target=f"{arch}-unknown-linux-gnu").build)


def test_a_host_of_an_unknown_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(sysname="FreeBSD", machine="amd64"))
    monkeypatch.setattr(facts, "_CPUINFO", "/nowhere")
    assert platform_here() is None
