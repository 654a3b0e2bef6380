# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays each target below `targets/`: YAML as users write it, with assertions in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.conftest import NEW, OLD
from tests.integration.playbooks import Player
from tests.support.sample_mirror import SampleMirror
from tests.support.servers import Server

HERE = Path(__file__).parent
TARGETS = sorted(
    directory.name for directory in (HERE / "targets").iterdir() if (directory / "tasks" / "main.yml").exists()
)


# Between them they start each module under the oldest Python, and those of builds and the role under the newest. What
# the host side does there is a matter of the unit tests, which run under both as a whole; other plays have the usual.
UNDER_THE_OLDEST = {"build_archive", "build_drift", "build_image", "build_info", "build_lifecycle", "role_lifecycle"}
UNDER_THE_NEWEST = {"build_lifecycle", "role_several"}
UNDER_THE_USUAL = {*TARGETS} - UNDER_THE_OLDEST - UNDER_THE_NEWEST
WITH_EACH_CORE = {("newest", "build_lifecycle"), ("oldest", "role_lifecycle"), ("usual", "role_requirements")}
WITH_PIP = "role_requirements"
RUNS = [
    pytest.param(python, target, marks=pytest.mark.each_core if (python, target) in WITH_EACH_CORE else ())
    for python, targets in (("oldest", UNDER_THE_OLDEST), ("newest", UNDER_THE_NEWEST), ("usual", UNDER_THE_USUAL))
    for target in sorted(targets)
]


@pytest.fixture
def samples(request: pytest.FixtureRequest, target: str) -> SampleMirror:
    mirror: SampleMirror = request.getfixturevalue("samples_with_pip" if target == WITH_PIP else "samples")
    return mirror


@pytest.mark.parametrize(("host_python", "target"), RUNS, indirect=["host_python"])
def test_target(target: str, player: Player, server: Server, samples: SampleMirror, tmp_path: Path) -> None:
    sample = samples.samples[0]
    if target == WITH_PIP and not samples.has_pip:
        pytest.skip("the Python that samples are cut from here has no pip")
    variables = {
        "target": str(HERE / "targets" / target / "tasks" / "main.yml"),
        "work": str(tmp_path / "host"),
        "sample_mirror": server.url,
        "sample_index": f"{server.url}/{samples.index.name}",
        "sample_archive": str(samples.archive(sample)),
        "sample_sha256": sample.sha256,
        "sample_version": sample.version,
        "sample_minor": sample.version.rpartition(".")[0],
        "sample_target": sample.spec.target,
        "old": OLD,
        "new": NEW,
    }
    played = player.play(HERE / "run_target.yml", variables=variables)
    assert played.rc == 0, played.output
