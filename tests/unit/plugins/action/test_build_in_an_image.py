# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks with `root`, as the action plugin decides them."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("ansible")

from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
from tests.support import fake_builds
from tests.support.action_host import OLD, Host, act, failure
from tests.support.images import make_root
from tests.support.index_documents import digest_of, versions_index
from tests.support.install_specs import spec

PATH = "/opt/python/3.13"


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(str(tmp_path / "home"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_root(tmp_path / "image")


def test_nothing_to_do_is_one_command(host: Host, root: Path, tmp_path: Path) -> None:
    build = fake_builds.make(tmp_path / "mirror", OLD)
    run(spec(Path(PATH), build, root=str(root)))
    result = act(host, PATH, root=str(root), asset=build.asset())
    assert (result["changed"], len(host.commands), host.modules) == (False, 1, [])
    assert (result["path"], result["store"], result["health"]) == (PATH, "/opt/python/.builds", None)


def test_the_module_gets_the_root_and_the_date(
    host: Host, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "7")
    build = fake_builds.make(tmp_path / "mirror", OLD)
    host.answer = {"changed": True, "health": {"result": "not_run", "reason": "Exec format error."}}
    act(host, PATH, root=str(root), asset=build.asset())
    (arguments,), (environment,) = host.modules, host.environments
    assert (arguments["root"], arguments["path"]) == (str(root), PATH)
    assert environment == {"SOURCE_DATE_EPOCH": "7"}


def test_the_home_of_the_host_is_for_the_root_alone(host: Host, tmp_path: Path) -> None:
    make_root(Path(host.home) / "image")
    build = fake_builds.make(tmp_path / "mirror", OLD)
    act(host, PATH, root="~/image", asset=build.asset())
    assert host.modules[0]["root"] == f"{host.home}/image"
    for path, store, refused in (
        ("~/3.13", None, "path '~/3.13'"),
        ("/opt/$HOME", None, "path '/opt/$HOME'"),
        (PATH, "${HOME}/b", "store '${HOME}/b'"),
    ):
        assert failure(Host(host.home), path, store=store, root="~/image", name="3.13") == (
            f"Cannot use {refused} with root: ~ and variables are those of the running system. Write the path as it is "
            "in the root."
        )


@pytest.mark.parametrize(
    ("root", "message"),
    [
        ("image", "root is 'image', which is relative. Write it from the root: root: /mnt/image"),
        ("/", "root is '/'. Name a directory below the root, such as /mnt/image."),
        ("/nothing/here", "root is /nothing/here, but there is no such directory on this host. Make the system first"),
    ],
)
def test_a_root_that_cannot_be_is_refused(host: Host, root: str, message: str) -> None:
    assert message in failure(host, PATH, root=root, name="3.13")


def test_links_in_circles_are_refused(host: Host, root: Path) -> None:
    (root / "opt").symlink_to("/opt")
    message = f"The links on the way to /opt/python in {root} go in circles. Remove one of them."
    assert failure(host, PATH, root=str(root), name="3.13") == message


class TestPlatform:
    def test_a_build_for_another_is_refused(self, host: Host, tmp_path: Path) -> None:
        root = make_root(tmp_path / "arm", machine=183, loader="/lib/ld-linux-aarch64.so.1")
        build = fake_builds.make(tmp_path / "mirror", OLD)
        message = failure(host, PATH, root=str(root), asset=build.asset())
        assert f"but the system in {root} is Linux with 64-bit aarch64 programs." in message

    def test_a_system_that_does_not_say_needs_a_target(self, host: Host, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        message = failure(host, PATH, root=str(tmp_path / "empty"), name="3.13")
        assert "does not say which build it needs" in message
        assert "Give `target`" in message

    def test_raspbian_needs_a_target_since_it_may_be_for_armv6(self, host: Host, tmp_path: Path) -> None:
        root = make_root(tmp_path / "image", machine=40, bits=32, loader="/lib/ld-linux-armhf.so.3")
        (root / "etc" / "os-release").write_text('VERSION_ID="12"\nID=raspbian\nID_LIKE=debian\n')
        assert failure(host, PATH, root=str(root), name="3.13") == (
            f"The system in {root} is raspbian, made for ARMv6 and later processors, and there are no builds for "
            "ARMv6. If a later one will run it, give `target: armv7-unknown-linux-gnueabihf`."
        )
        build = fake_builds.make(tmp_path / "mirror", OLD, target="armv7-unknown-linux-gnueabihf")
        given = {"archive": str(build.archive), "checksum": build.sha256, "target": build.target}
        act(host, PATH, root=str(root), name=f"{fake_builds.VERSION}+{OLD}", **given)
        assert host.modules[0]["asset"]["target"] == build.target

    def test_with_a_target_any_build_will_do(self, host: Host, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        windows = fake_builds.make_for_windows(tmp_path / "mirror", OLD)
        given = {"archive": str(windows.archive), "checksum": windows.sha256, "target": windows.target}
        name = f"{fake_builds.VERSION}+{OLD}"
        act(host, "/Python/3.13", root=str(tmp_path / "empty"), name=name, **given)
        assert host.modules[0]["asset"]["target"] == windows.target


def test_a_build_of_another_machine_than_the_image_is_replaced(host: Host, tmp_path: Path) -> None:
    """What the image is counts, and not what this host is."""
    root = make_root(tmp_path / "arm", machine=183, loader="/lib/ld-linux-aarch64.so.1")
    build = fake_builds.make(tmp_path / "mirror", OLD)
    run(spec(Path(PATH), build, root=str(root)))
    name = f"{build.name.replace('x86_64', 'aarch64')}.tar.gz"
    (tmp_path / "index.ndjson").write_bytes(versions_index(name))
    asked = {"root": str(root), "name": fake_builds.MINOR, "index": [str(tmp_path / "index.ndjson")]}
    result = act(host, PATH, check_mode=True, **asked)
    assert (result["changed"], result["build"]["target"]) == (True, "aarch64-unknown-linux-gnu")
    assert f"but the system in {root} is Linux with 64-bit aarch64" in result["diff"]["before"]["does not run here"]
    act(host, PATH, **asked)
    assert (host.modules[0]["host_platform"]["arch"], host.modules[0]["asset"]["sha256"]) == (
        "aarch64",
        digest_of(name),
    )
