# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide's examples for images, run on Debian's own roots: as a directory, through chroot, in a container."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet.conftest import extra_hosts
from tests.fleet.hosts import HostSpec
from tests.fleet.roots import ROOTS
from tests.fleet.samples import NEW, HostSample, fill_mirror
from tests.fleet.workshop import EXAMPLES, Workshop, image_of
from tests.support.examples import adapted
from tests.support.images import everything

BASE = "localhost/base"


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, HostSample]]:
    if os.geteuid() != 0:
        pytest.skip("only root can give a host its namespaces, and change the root directory")
    directory = tmp_path_factory.mktemp("mirror")
    with extra_hosts(HostSpec("workshop", ROOTS["bookworm"])) as hosts:
        yield directory, fill_mirror(directory, hosts.values())["bookworm"]


@pytest.fixture
def workshop(tmp_path: Path, mirror: tuple[Path, HostSample]) -> Workshop:
    return Workshop(tmp_path, *mirror)


class Podman:
    """Podman with its own storage. What it cannot do here skips the test."""

    def __init__(self, directory: str) -> None:
        if not shutil.which("podman"):
            pytest.skip("podman is not installed here: `make fleet` installs it on Debian, as root")
        storage = ["--storage-driver=vfs", f"--root={directory}/storage", f"--runroot={directory}/run"]
        self._command = ["podman", *storage]
        done = subprocess.run([*self._command, "info"], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"podman does not run here: {done.stderr.strip()}")

    def run(self, *arguments: str) -> None:
        done = subprocess.run([*self._command, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.fixture
def podman() -> Iterator[Podman]:
    with tempfile.TemporaryDirectory(prefix="podman-", dir="/tmp") as directory:  # it wants the name to be short
        yield Podman(directory)


def test_two_roots_are_alike_and_tried_out(workshop: Workshop, tmp_path: Path) -> None:
    images = []
    for name in ("one", "two"):
        image = image_of("pythonless", tmp_path / name)
        played = workshop.play("root", {"/mnt/image": str(image)})
        assert played.rc == 0, played.output
        assert '"msg": "tried out in the image"' in played.output
        assert "changed=0" in workshop.play("root", {"/mnt/image": str(image)}).output
        assert workshop.play("info", {"/mnt/image": str(image)}).rc == 0
        images.append(everything(image))
    assert images[0] == images[1]
    assert workshop.python(image, "-c", "import ssl, sys; print(sys.prefix)") == f"/opt/python/{workshop.sample.minor}"


def test_the_chroot_connection_makes_the_same_but_for_times_and_bytecode(workshop: Workshop, tmp_path: Path) -> None:
    by_root, by_chroot = image_of("bookworm", tmp_path / "root"), image_of("bookworm", tmp_path / "chroot")
    shutil.copytree(workshop.mirror, by_chroot / str(workshop.mirror).lstrip("/"))  # a file mirror is the host's
    for example, image in (("root", by_root), ("chroot", by_chroot)):
        played = workshop.play(example, {"/mnt/image": str(image)})
        assert played.rc == 0, played.output
    assert alike(by_root / "opt") == alike(by_chroot / "opt")
    assert workshop.python(by_chroot, "-c", "import _sample; print(_sample.RELEASE)") == NEW
    played = workshop.play("root", {"/mnt/image": str(by_chroot)})  # what one way made, the other goes on with
    assert "changed=0" in played.output, played.output


def test_the_role_points_to_the_build_in_images_that_are_alike(workshop: Workshop, tmp_path: Path) -> None:
    minor = workshop.sample.minor
    wanted = ["-e", f'{{"interpreter_default": "{minor}", "interpreter_allow_system": true}}']
    images = []
    for name in ("one", "two"):
        image = image_of("bookworm", tmp_path / name)
        before = everything(image)
        played = workshop.play("role", {"/mnt/image": str(image)}, *wanted)
        assert played.rc == 0, played.output
        assert "was not tried out" not in played.output
        assert "changed=0" in workshop.play("role", {"/mnt/image": str(image)}, *wanted).output
        images.append(everything(image))
    assert images[0] == images[1]

    def asked(*command: str) -> str:
        done = subprocess.run(["chroot", str(image), *command], capture_output=True, text=True, check=True)
        return done.stdout

    launcher = f"/opt/python/{minor}/libexec/python{minor}"
    assert f"Value: {launcher}\n" in asked("update-alternatives", "--query", f"python{minor}")
    assert asked("bash", "-lc", "command -v python3") == "/usr/local/bin/python3\n"
    assert asked(f"python{minor}", "-c", "import sys; print(sys.prefix)") == f"/opt/python/{minor}\n"

    played = workshop.play("role", {"/mnt/image": str(image)}, *wanted[:1], "interpreter_state=absent")
    assert played.rc == 0, played.output
    assert {path for path in everything(image) if not (image / path).is_dir()} == {
        path for path in before if not (image / path).is_dir()
    }


def alike(directory: Path) -> dict[str, tuple[object, ...]]:
    """What the guide says is equal: all but times, the content of bytecode, and of receipt and history, which hold a
    time.
    """
    said = {}
    for name, (mode, user, group, _time, content) in everything(directory).items():
        holds_time = name.endswith((".pyc", ".build.json")) or "/.roots/" in name
        said[name] = (mode, user, group, None if holds_time else content)
    return said


def test_a_container_build(workshop: Workshop, podman: Podman, tmp_path: Path) -> None:
    image = image_of("pythonless", tmp_path / "base")
    context = tmp_path / "context"
    (context / "rootfs").mkdir(parents=True)
    played = workshop.play("container", {"/srv/context": str(context)})
    assert played.rc == 0, played.output
    (context / "Containerfile").write_text(adapted(EXAMPLES["containerfile"], {"3.13": workshop.sample.minor}))
    archive = tmp_path / "base.tar"
    subprocess.run(["tar", "-C", str(image), "-cf", str(archive), "."], check=True)
    podman.run("import", str(archive), BASE)
    podman.run("build", "--isolation=chroot", "--network=host", "--tag=made", str(context))
