# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A storm on one store: four processes install, switch, remove, go back and confirm; three runs in ten are killed."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._install import publish
from ansible_collections.standalone.python.plugins.module_utils._store.inventory import describe
from tests.support import fake_builds
from tests.support.storms import Storm, wrong_with

SECONDS = float(os.environ.get("STORM_SECONDS") or 120)
SEED = int(os.environ.get("STORM_SEED") or random.SystemRandom().randrange(1_000_000))


def test_a_path_runs_whatever_process_is_killed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    builds = [fake_builds.make(tmp_path / "mirror", release) for release in ("20260101", "20260201", "20260301")]
    python = tmp_path / "opt"
    storm = Storm([python / "one", python / "two"], python / "comes-and-goes", builds, SEED)
    for path in storm.stable:
        publish.run(storm.spec(path, builds[0]))
    happened, wrong = storm.blow(SECONDS)
    with capsys.disabled():
        sys.stdout.write(f"\nseed {SEED}: {dict(sorted(happened.items()))}\n")
    assert not wrong, f"with seed {SEED}: " + "\n".join(wrong)
    for path in storm.stable:
        publish.run(storm.spec(path, builds[0], keep=0))
    publish.run(storm.spec(storm.volatile, None, state="absent"))
    assert [wrong_with(path, may_be_absent=False) for path in storm.stable] == [None, None]
    found = describe(storm.store, verify="full")
    assert found["damaged"] == []
    assert [build["intact"] for build in found["builds"]] == [True, True]
    assert sorted(os.listdir(storm.store)) == sorted(
        [*(build["entry"] for build in found["builds"]), ".lock", ".roots"]
    )
