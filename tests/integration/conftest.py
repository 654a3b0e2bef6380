# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the integration tests share: sample builds behind a server, and a way to play."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.integration.fleets import Fleet, FleetPlayer
from tests.integration.playbooks import Player
from tests.support import host_pythons, interpreters
from tests.support.sample_builds import SampleSpec
from tests.support.sample_indexes import versions_ndjson
from tests.support.sample_mirror import SampleMirror, make_fake_mirror, make_mirror
from tests.support.servers import Server, serve

OLD, NEW = "20260101", "20260201"
NEWEST = "20260401"
SAMPLES = (
    SampleSpec(release=OLD),
    # Of a separate release: the system's Python has no debug symbols, so its two flavors are the same bytes.
    SampleSpec(release="20251201", flavor="install_only"),
    SampleSpec(release=NEW),
    SampleSpec(release="20260301", broken_import="ssl", build_options="freethreaded"),
)
host_pythons.prepare_own()
HOST_PYTHONS = host_pythons.for_hosts(interpreters.interpreters())
USUAL_PYTHON = host_pythons.usual(HOST_PYTHONS)  # of hosts in plays that are not about it


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> SampleMirror:
    """Two releases of a stripped build, the older one also with debug symbols, and one that is not healthy.

    Without pip, which is a third of what an installation has to do.
    """
    return make_mirror(tmp_path_factory.mktemp("mirror"), (replace(spec, pip=False) for spec in SAMPLES))


@pytest.fixture(scope="session")
def samples_with_pip(tmp_path_factory: pytest.TempPathFactory) -> SampleMirror:
    """The same with pip, where the Python that they are cut from has it."""
    return make_mirror(tmp_path_factory.mktemp("mirror-with-pip"), SAMPLES)


@pytest.fixture
def server(samples: SampleMirror) -> Iterator[Server]:
    with serve(samples.directory) as running:
        yield running


@pytest.fixture
def host_python(request: pytest.FixtureRequest) -> str:
    """The usual Python of hosts; by a parameter "oldest" or "newest" that of this machine which a host may have."""
    paths = list(HOST_PYTHONS.values())
    return {"usual": USUAL_PYTHON, "oldest": paths[0], "newest": paths[-1]}[getattr(request, "param", "usual")]


@pytest.fixture
def player(tmp_path: Path, host_python: str) -> Player:
    return Player(tmp_path, host_python)


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> SampleMirror:
    """Three releases of one version, of which the index knows the first two. Their interpreters are those of fakes."""
    mirror = make_fake_mirror(tmp_path_factory.mktemp("fleet"), (OLD, NEW, NEWEST))
    mirror.index.write_text(versions_ndjson(mirror.samples[:2]))
    return mirror


@pytest.fixture
def fleet(tmp_path: Path, releases: SampleMirror) -> Iterator[Fleet]:
    with serve(releases.directory) as server:
        yield Fleet(FleetPlayer(tmp_path, USUAL_PYTHON), releases, server)


@pytest.fixture
def real_fleet(tmp_path: Path, samples: SampleMirror, server: Server) -> Fleet:
    """The same with `samples`, for what is read from the processes that run a build."""
    return Fleet(FleetPlayer(tmp_path, USUAL_PYTHON), samples, server)
