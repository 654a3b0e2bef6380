# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts whose programs are not what their kernel says, and hosts without any Python."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fleet.conftest import BUILD_PLAY, REMOTE_CALL, Fleet, extra_hosts, player
from tests.fleet.hosts import Host, HostSpec
from tests.fleet.roots import ROOTS
from tests.fleet.samples import NEW, OLD
from tests.integration.playbooks import Played
from tests.support.sample_mirror import NDJSON

PATH = "/opt/python/wanted"
SATISFIED = "ok=1    changed=0"


def play_build(directory: Path, variables: dict[str, Any], *arguments: str, **options: object) -> Played:
    """One task on one host; `arguments` are those of ansible-playbook, `options` the variables of build.yml."""
    return player(directory, {"host": variables}).play(BUILD_PLAY, *arguments, variables={"path": PATH, **options})


def test_a_32_bit_userland_gets_32_bit_programs(fleet: Fleet, tmp_path: Path) -> None:
    host, sample = fleet.host("i386"), fleet.samples["i386"]
    path = f"/srv/{tmp_path.name}/python"
    played = play_build(tmp_path, fleet.variables(host), wanted=sample.minor, path=path)
    assert played.rc == 0, played.output
    pointer_size = host.enter(f"{path}/bin/python", "-c", "import struct; print(struct.calcsize('P'))").stdout
    assert host.enter("uname", "-m").stdout == "x86_64\n"  # the kernel, which is why the probe does not go by it
    assert sample.target == "i686-unknown-linux-gnu"
    assert pointer_size == "4\n"


def test_64_bit_programs_are_refused_where_the_userland_has_32(fleet: Fleet, tmp_path: Path) -> None:
    host, sample = fleet.host("i386"), fleet.samples["bookworm"]
    name = f"cpython-{sample.version}+{NEW}-{sample.target}-install_only_stripped"
    played = play_build(tmp_path, fleet.variables(host), wanted=name)
    assert played.rc != 0
    assert (
        f"{name} needs Linux with 64-bit x86_64 programs, but this host is Linux with 32-bit i686 programs, whatever "
        "its kernel is. Ask for i686-unknown-linux-gnu, which is what it runs."
    ) in played.output


def test_a_32_bit_userland_is_reported_when_nothing_is_published_for_it(fleet: Fleet, tmp_path: Path) -> None:
    lines = (fleet.mirror / NDJSON).read_text().splitlines(keepends=True)
    index = tmp_path / "x86_64.ndjson"
    index.write_text("".join(line for line in lines if "i686" not in line))
    played = play_build(tmp_path, fleet.variables(fleet.host("i386")), wanted="3.11", index=str(index))
    assert played.rc != 0
    assert "i686-unknown-linux-gnu" in played.output
    assert "Traceback" not in played.output


@pytest.fixture
def pythonless() -> Iterator[Host]:
    with extra_hosts(HostSpec("pythonless", ROOTS["pythonless"])) as hosts:
        yield hosts["pythonless"]


def test_without_python_what_needs_the_module_fails_and_says_so(fleet: Fleet, pythonless: Host, tmp_path: Path) -> None:
    variables = fleet.variables(pythonless, sample_of="bookworm")
    foreseen = play_build(tmp_path, variables, "--check", wanted="3.11")
    played = play_build(tmp_path, variables, wanted="3.11")
    assert foreseen.rc == 0, foreseen.output
    assert "changed=1" in foreseen.output
    assert played.rc != 0
    assert "run standalone.python.bootstrap first" in played.output
    assert "Traceback" not in played.output
    assert not pythonless.file("/opt/python").exists()


def test_without_python_a_satisfied_task_is_satisfied(fleet: Fleet, tmp_path: Path) -> None:
    with extra_hosts(HostSpec("abandoned", ROOTS["bookworm"])) as hosts:
        host = hosts["abandoned"]
        variables = fleet.variables(host)
        installed = play_build(tmp_path, variables, wanted=f"3.11.2+{OLD}")
        host.enter("sh", "-c", "rm /usr/bin/python3*")
        again = play_build(tmp_path, variables, wanted="3.11", index="/nonexistent")
        upgrade = play_build(tmp_path, variables, wanted="3.11", state="latest")
        runs = host.enter(f"{PATH}/bin/python", "-c", "import _sample; print(_sample.RELEASE)").stdout.strip()
    assert installed.rc == 0, installed.output
    assert again.rc == 0, again.output
    assert SATISFIED in again.output
    assert upgrade.rc != 0
    assert runs == OLD


@pytest.fixture
def image(fleet: Fleet, tmp_path: Path) -> Path:
    """A tar of `/opt/python` from a host that has a build there, as an image may hold it."""
    tar = tmp_path / "python.tar"
    with extra_hosts(HostSpec("mould", ROOTS["bookworm"])) as hosts:
        installed = play_build(tmp_path, fleet.variables(hosts["mould"]), wanted="3.11")
        assert installed.rc == 0, installed.output
        hosts["mould"].enter("tar", "-cf", "/root/python.tar", "-C", "/opt", "python")
        shutil.copy(hosts["mould"].file("/root/python.tar"), tar)
    return tar


def unpack_image(image: Path, host: Host) -> None:
    shutil.copy(image, host.file("/root/python.tar"))
    host.enter("tar", "-xf", "/root/python.tar", "-C", "/opt")


def test_a_build_from_an_image_is_looked_at_once(fleet: Fleet, image: Path, tmp_path: Path) -> None:
    with extra_hosts(HostSpec("cast", ROOTS["bookworm"])) as hosts:
        unpack_image(image, hosts["cast"])
        variables = fleet.variables(hosts["cast"])
        first, second = (play_build(tmp_path, variables, "-vvv", wanted="3.11") for _unused in range(2))
    for played in (first, second):
        assert played.rc == 0, played.output
        assert SATISFIED in played.output
    assert first.output.count(REMOTE_CALL) > 1  # every file is newer than the receipt, so the module read them all
    assert second.output.count(REMOTE_CALL) == 1


def test_without_python_a_build_from_an_image_is_taken_on_trust(
    fleet: Fleet, image: Path, pythonless: Host, tmp_path: Path
) -> None:
    unpack_image(image, pythonless)
    variables = fleet.variables(pythonless, sample_of="bookworm")
    played = play_build(tmp_path, variables, wanted="3.11", verify="none")
    assert played.rc == 0, played.output
    assert SATISFIED in played.output
