# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host of nothing but busybox and musl becomes manageable, and the modules go on from there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fleet.conftest import BOOTSTRAP_PLAY, PIPELINED, REMOTE_CALL, extra_hosts, player
from tests.fleet.hosts import Host, HostSpec
from tests.fleet.musl import make_musl_host, obtain_sample
from tests.fleet.roots import ROOTS, RootUnavailable
from tests.support.host_view import PathView
from tests.support.sample_builds import Sample, asset_name
from tests.support.sample_indexes import versions_ndjson
from tests.support.sample_mirror import NDJSON

PATH = "/opt/python/3"
MODULES_PLAY = Path(__file__).with_name("musl.yml")
# It was made without the libraries that the others need.
IMPORTS = ["hashlib", "venv", "zlib"]


@pytest.fixture
def sample() -> Sample:
    if os.geteuid() != 0:
        pytest.skip("only root can give a host its namespaces and mounts")
    try:
        return obtain_sample()
    except RootUnavailable as error:
        pytest.skip(str(error))


@pytest.fixture
def host() -> Iterator[Host]:
    with extra_hosts(HostSpec("musl", ROOTS["pythonless"])) as hosts:
        try:
            make_musl_host(hosts["musl"])
        except RootUnavailable as error:
            pytest.skip(str(error))
        yield hosts["musl"]


@pytest.fixture
def mirror(sample: Sample, tmp_path: Path) -> Path:
    """One with the build for musl, in whose index there is one for glibc as well."""
    mirror = tmp_path / "mirror"
    (mirror / sample.spec.release).mkdir(parents=True)
    shutil.copy(sample.path, mirror / sample.spec.release)
    spec = replace(sample.spec, target="x86_64-unknown-linux-gnu")
    for_glibc = replace(sample, spec=spec, path=Path(asset_name(spec, sample.version)), sha256="0" * 64)
    (mirror / NDJSON).write_text(versions_ndjson([for_glibc, sample]))
    return mirror


def test_the_build_for_musl_is_chosen_and_runs_the_modules(
    host: Host, sample: Sample, mirror: Path, tmp_path: Path
) -> None:
    variables = {
        "path": PATH,
        "sample_version": sample.version,
        "old": sample.spec.release,
        "sample_index": str(mirror / NDJSON),
        "sample_mirror": mirror.as_uri(),
        "target": sample.spec.target,
        "bootstrap_health_imports": IMPORTS,
    }
    operator = player(tmp_path, {"host": host.connection()})
    first = operator.play(BOOTSTRAP_PLAY, variables=variables, env=PIPELINED)
    second = operator.play(BOOTSTRAP_PLAY, "-vvv", variables={**variables, "go_on": False}, env=PIPELINED)
    assert first.rc == 0, first.output
    assert "changed=1" in first.output
    assert "changed=0" in second.output
    assert second.output.count(REMOTE_CALL) == 1
    assert sample.spec.target in os.readlink(host.file(f"/musl{PATH}"))
    program = "import sys, sysconfig; print(sys.version.split()[0], sysconfig.get_config_var('prefix'))"
    said = host.enter("chroot", "/musl", f"{PATH}/bin/python3", "-c", program).stdout
    assert said == f"{sample.version} {PATH}\n"
    assert PathView(host.file(f"/musl{PATH}")).litter() == []
    managed = player(tmp_path, {"host": {**host.connection(), "ansible_python_interpreter": f"{PATH}/bin/python3"}})
    modules = managed.play(MODULES_PLAY, variables=variables, env=PIPELINED)
    assert modules.rc == 0, modules.output
