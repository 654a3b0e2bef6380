# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian for arm64 under qemu-user: as an image of another machine, and as a host without Python.

All that such a host runs has its architecture, its sshd and shells too; only the kernel is this machine's.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fleet.conftest import BOOTSTRAP_PLAY, PIPELINED, extra_hosts, player
from tests.fleet.emulation import EmulationUnavailable, emulated, not_emulated
from tests.fleet.hosts import Host, HostSpec
from tests.fleet.roots import ROOTS
from tests.fleet.samples import OLD, SPECS, HostSample, fill_mirror
from tests.fleet.workshop import Workshop, image_of
from tests.support.host_view import PathView
from tests.support.servers import serve

TARGET = "aarch64-unknown-linux-gnu"
PATH = "/opt/python/3.11"
MACHINE = ("-c", "import _sample, os, ssl; print(_sample.RELEASE, os.uname().machine)")


@dataclass(frozen=True)
class Arm64:
    """A host, and a mirror with one build of its Python, and of that for x86_64 one of the same version."""

    host: Host
    mirror: Path
    sample: HostSample


@pytest.fixture(scope="module")
def emulation() -> Iterator[None]:
    if os.geteuid() != 0:
        pytest.skip("only root can configure how the kernel starts programs for arm64")
    try:
        with emulated():
            yield
    except EmulationUnavailable as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def arm64(emulation: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arm64]:
    mirror = tmp_path_factory.mktemp("mirror")
    with extra_hosts(HostSpec("arm64", ROOTS["arm64"]), HostSpec("x86-64", ROOTS["bookworm"])) as hosts:
        samples = fill_mirror(mirror, hosts.values(), SPECS[:1])
        assert samples["bookworm"].version == samples["arm64"].version
        yield Arm64(hosts["arm64"], mirror, samples["arm64"])


@pytest.fixture
def workshop(arm64: Arm64, tmp_path: Path) -> Workshop:
    return Workshop(tmp_path, arm64.mirror, arm64.sample)


def bytecode_in(image: Path) -> list[Path]:
    return list((image / "opt/python/.builds").rglob("*.pyc"))


def test_an_image_gets_the_build_for_its_machine_tried_out(workshop: Workshop, tmp_path: Path) -> None:
    image = image_of("arm64", tmp_path / "image")
    played = workshop.play("root", {"/mnt/image": str(image)})
    assert played.rc == 0, played.output
    assert '"msg": "tried out in the image"' in played.output
    assert TARGET in os.readlink(image / PATH.lstrip("/"))
    assert bytecode_in(image)
    assert workshop.python(image, *MACHINE) == f"{OLD} aarch64"


def test_where_its_programs_do_not_run_that_is_reported_and_never_counts_as_a_pass(
    workshop: Workshop, tmp_path: Path
) -> None:
    image = image_of("arm64", tmp_path / "image")
    with not_emulated():
        played = workshop.play("root", {"/mnt/image": str(image)})
    assert played.rc == 0, played.output
    reason = f"The interpreter could not be started in {image} by this host: Exec format error."
    assert f'"msg": "{reason}"' in played.output
    assert f"was not tried out. {reason}" in played.output
    assert TARGET in os.readlink(image / PATH.lstrip("/"))
    assert bytecode_in(image) == []
    assert workshop.python(image, *MACHINE) == f"{OLD} aarch64"
    assert "changed=0" in workshop.play("root", {"/mnt/image": str(image)}).output


def test_a_host_without_python_is_bootstrapped(arm64: Arm64, tmp_path: Path) -> None:
    arm64.host.enter("sh", "-c", "rm -r /usr/bin/python3* /usr/lib/python3*")
    with serve(arm64.mirror) as server:
        variables = {**arm64.host.connection(), **arm64.sample.variables(arm64.mirror, server.url)}
        operator = player(tmp_path, {"host": variables})
        first = operator.play(BOOTSTRAP_PLAY, variables={"path": PATH}, env=PIPELINED)
        second = operator.play(BOOTSTRAP_PLAY, variables={"path": PATH}, env=PIPELINED)
    assert first.rc == 0, first.output
    assert "changed=1" in first.output
    assert "changed=0" in second.output
    assert TARGET in arm64.host.enter("readlink", PATH).stdout
    assert arm64.host.enter(f"{PATH}/bin/python3", *MACHINE).stdout == f"{OLD} aarch64\n"
    assert PathView(arm64.host.file(PATH)).litter() == []
