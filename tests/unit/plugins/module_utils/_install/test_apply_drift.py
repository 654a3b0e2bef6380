# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was published and is not as it was, or was never to be believed: found, repaired, and no way in for others."""

from __future__ import annotations

import json
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import (
    ArchiveNeeded,
    NoSource,
    StoreError,
)
from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
from ansible_collections.standalone.python.plugins.module_utils._json import SEAL, rendered
from ansible_collections.standalone.python.plugins.module_utils._store.inspect import first_newer
from tests.support.acls import ACL_FOR_A_USER, with_attribute
from tests.support.fake_builds import MINOR, FakeBuild
from tests.support.install_specs import spec
from tests.support.installed_builds import release_at, store_of, stored
from tests.support.small_disks import MountRefused, SmallDisk, small_disk

OLD, NEW = "20260101", "20260201"


DAMAGE: dict[str, Callable[[Path], object]] = {
    "changed": lambda path: (path / "lib" / f"python{MINOR}" / "os.py").write_text("NAME = 'xx'\n"),
    "missing": lambda path: (path / "bin" / "python3").unlink(),
    "added": lambda path: (path / "lib" / f"python{MINOR}" / "ssl.py").touch(),
}


class TestDrift:
    @pytest.mark.parametrize("verify", ["quick", "full"])
    @pytest.mark.parametrize("kind", DAMAGE)
    def test_drift_is_found_and_repaired(self, path: Path, old: FakeBuild, kind: str, verify: str) -> None:
        run(spec(path, old))
        time.sleep(0.01)  # the kernel's clock for files ticks every few milliseconds
        DAMAGE[kind](path)
        foreseen = run(spec(path, old, verify=verify), check_mode=True)
        done = run(spec(path, old, verify=verify))
        for result in (foreseen, done):
            assert result["changed"] is True
            assert result["drift"][kind]
            assert result["diff"]["before"]["drift"] == result["drift"]
        assert run(spec(path, old, verify="full"))["changed"] is False
        assert stored(path) == [f"{old.name}.2"]

    def test_new_times_are_no_drift_and_looked_at_once(self, path: Path, old: FakeBuild) -> None:
        run(spec(path, old))
        (path / "lib" / f"python{MINOR}" / "os.py").touch()
        assert first_newer(os.path.realpath(path)) == f"lib/python{MINOR}/os.py"
        time.sleep(0.05)  # more than the tick that settling leaves out
        assert run(spec(path, old))["changed"] is False
        assert first_newer(os.path.realpath(path)) is None

    def test_a_lost_manifest_is_drift(self, path: Path, old: FakeBuild) -> None:
        run(spec(path, old))
        (path / ".build.manifest").unlink()
        assert run(spec(path, old, verify="full"))["drift"]["missing"] == [".build.manifest"]
        assert run(spec(path, old, verify="full"))["changed"] is False

    def test_a_damaged_receipt_means_a_new_installation(self, path: Path, old: FakeBuild) -> None:
        run(spec(path, old))
        (path / ".build.json").write_text("{")
        assert run(spec(path, old))["changed"] is True
        assert run(spec(path, old))["changed"] is False
        assert os.readlink(path) == f".builds/{old.name}.2"
        assert stored(path) == [old.name, f"{old.name}.2"]  # nobody knows what the damaged one was
        shutil.rmtree(store_of(path) / old.name)  # as the message says
        assert "warnings" not in run(spec(path, old))

    def test_a_build_that_is_gone_is_installed_again(self, path: Path, old: FakeBuild) -> None:
        run(spec(path, old))
        shutil.rmtree(path.resolve())
        assert run(spec(path, old))["changed"] is True
        assert release_at(path) == OLD

    def test_bytecode_is_no_drift(self, path: Path, old: FakeBuild) -> None:
        run(spec(path, old))
        (path / "lib" / f"python{MINOR}" / "__pycache__" / "os.cpython-399.pyc").touch()
        assert run(spec(path, old, verify="full"))["changed"] is False

    def test_what_pip_adds_is_no_drift_where_it_may(self, path: Path, old: FakeBuild) -> None:
        run(spec(path, old, externally_managed=False))
        packages = path / "lib" / f"python{MINOR}" / "site-packages"
        packages.mkdir()
        (packages / "added.py").touch()
        (path / "bin" / "added").touch()
        assert run(spec(path, old, externally_managed=False, verify="full"))["changed"] is False

    def test_a_repair_never_goes_backwards(self, path: Path, old: FakeBuild, new: FakeBuild) -> None:
        """The index may offer an older build than the installed one: a stale copy, or `min_age`."""
        run(spec(path, new, archive=None, mirror=[new.archive.parents[1].as_uri()]))
        DAMAGE["missing"](path)
        params = {"name": MINOR, "state": "latest", "archive": None, "mirror": [new.archive.parents[1].as_uri()]}
        foreseen = run(spec(path, old, verify="full", **params), check_mode=True)
        with pytest.raises(ArchiveNeeded) as asked:
            run(spec(path, old, verify="full", **params))
        assert asked.value.sha256 == new.sha256
        done = run(spec(path, new, verify="full", **params))
        for result in (foreseen, done):
            assert (result["build"]["release"], result["previous"]) == (NEW, None)
        assert release_at(path) == NEW

    def test_nothing_is_fetched_by_a_receipt(self, path: Path, old: FakeBuild) -> None:
        """Its address and its digest are whatever the host's users made of them."""
        mirror = [old.archive.parents[1].as_uri()]
        run(spec(path, old, archive=None, mirror=mirror))
        DAMAGE["missing"](path)
        for params in ({"mirror": mirror}, {"mirror": []}, {"mirror": mirror, "delivery": "auto"}):
            with pytest.raises(ArchiveNeeded) as asked:
                run(spec(path, name=MINOR, verify="full", **params))
            assert asked.value.sha256 == old.sha256
        assert stored(path) == [old.name]

    @pytest.mark.parametrize("change", [{"release": "20251231"}, {"version": "3.13.9"}])
    def test_a_receipt_that_has_the_right_digest_alone_names_no_address(
        self, path: Path, old: FakeBuild, tmp_path: Path, change: dict[str, str]
    ) -> None:
        """It contradicts the name of its entry, so it counts as damaged, and the task's own mirror is asked."""
        (tmp_path / "evil.tar.gz").write_bytes(old.archive.read_bytes())
        run(spec(path, old))
        receipt = path / ".build.json"
        content = json.loads(receipt.read_text())
        content["asset"].update(url=(tmp_path / "evil.tar.gz").as_uri(), **change)
        receipt.write_text(rendered({key: value for key, value in content.items() if key != SEAL}))
        DAMAGE["missing"](path)
        empty_mirror = (tmp_path / "nothing").as_uri()
        with pytest.raises(NoSource) as failed:
            run(spec(path, old, archive=None, mirror=[empty_mirror], name=MINOR, verify="full"))
        assert empty_mirror in str(failed.value)
        assert "evil" not in str(failed.value)

    def test_verify_none_trusts(self, path: Path, old: FakeBuild) -> None:
        run(spec(path, old))
        DAMAGE["changed"](path)
        assert run(spec(path, old, verify="none"))["changed"] is False


class TestTrust:
    """What a user below root can change must not lead root astray."""

    @pytest.mark.parametrize("directory", [".staging", ".roots"])
    def test_a_planted_link_is_not_followed(self, path: Path, old: FakeBuild, tmp_path: Path, directory: str) -> None:
        (tmp_path / "victim").mkdir()
        (tmp_path / "victim" / "precious").touch()
        store_of(path).mkdir(parents=True)
        (store_of(path) / directory).symlink_to(tmp_path / "victim")
        with pytest.raises(StoreError, match="is a link or a file where a directory belongs"):
            run(spec(path, old))
        assert os.listdir(tmp_path / "victim") == ["precious"]

    def test_the_lock_is_nobody_elses_to_hold(self, path: Path, old: FakeBuild) -> None:
        run(spec(path, old))
        assert stat.S_IMODE((store_of(path) / ".lock").stat().st_mode) == 0o600

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
    def test_the_owner_of_a_build_does_not_own_what_is_believed_of_it(self, path: Path, old: FakeBuild) -> None:
        run(spec(path, old, owner="1234"))
        owners = {name: (path / name).stat().st_uid for name in (".", ".build.json", ".build.manifest", "bin", "lib")}
        assert owners == {".": 0, ".build.json": 0, ".build.manifest": 0, "bin": 1234, "lib": 1234}
        assert run(spec(path, old, owner="1234", verify="full"))["changed"] is False

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
    def test_a_changed_owner_is_drift(self, path: Path, old: FakeBuild) -> None:
        run(spec(path, old))
        os.chown(path / "bin" / f"python{MINOR}", 1234, 0)
        assert run(spec(path, old))["drift"]["changed"] == [f"bin/python{MINOR}"]
        assert run(spec(path, old, verify="full"))["changed"] is False


def test_a_file_whose_name_is_no_utf8_is_reported_and_repaired(path: Path, old: FakeBuild) -> None:
    """As a result it would fail the task on its way to the controller, after the repair."""
    run(spec(path, old))
    stranger = os.fsencode(path / "lib") + b"/n\xff"
    os.close(os.open(stranger, os.O_CREAT))
    result = run(spec(path, old, verify="full"))
    assert result["drift"]["added"] == ["lib/n\\udcff"]
    assert json.dumps(result, ensure_ascii=False).encode()
    assert not os.path.exists(stranger)


@pytest.fixture
def disk(path: Path) -> Iterator[SmallDisk]:
    """One that has the path and its store."""
    try:
        with small_disk(path.parent, 20_000_000) as mounted:
            yield mounted
    except MountRefused as refusal:
        pytest.skip(str(refusal))


INTERPRETER = f"bin/python{MINOR}"
RAW = bytes.fromhex("0100000200200000000000000000000000000000")  # cap_net_raw+ep
SETUID = bytes.fromhex("0100000280000000000000000000000000000000")
CAPABILITY, ACL = "security.capability", "system.posix_acl_access"


def attribute(path: Path, name: str = CAPABILITY) -> bytes | None:
    return os.getxattr(path / INTERPRETER, name) if name in os.listxattr(path / INTERPRETER) else None


class TestAttributes:
    """Capabilities and access control lists give rights that the mode does not show."""

    @pytest.mark.parametrize("verify", ["quick", "full"])
    @pytest.mark.parametrize(
        ("where", "name", "value"),
        [
            (INTERPRETER, CAPABILITY, SETUID),
            (f"lib/python{MINOR}/os.py", ACL, ACL_FOR_A_USER),
            ("bin", ACL, ACL_FOR_A_USER),
            ("lib", "system.posix_acl_default", ACL_FOR_A_USER),
        ],
    )
    def test_what_nobody_asked_for_is_drift(
        self, path: Path, old: FakeBuild, where: str, name: str, value: bytes, verify: str
    ) -> None:
        run(spec(path, old))
        time.sleep(0.01)
        with_attribute(path / where, name, value)
        os.chmod(path / where, 0o644 if where.endswith(".py") else 0o755)  # the mode shows the mask of a list
        assert run(spec(path, old, verify=verify), check_mode=True)["drift"]["changed"] == [where]
        assert run(spec(path, old, verify=verify))["changed"] is True
        assert name not in os.listxattr(path / where)
        assert run(spec(path, old, verify="full"))["changed"] is False

    @pytest.mark.parametrize("verify", ["quick", "full"])
    def test_a_list_on_the_directory_of_the_build_is_drift(self, path: Path, old: FakeBuild, verify: str) -> None:
        run(spec(path, old))
        with_attribute(path.resolve(), ACL, ACL_FOR_A_USER)
        assert run(spec(path, old, verify=verify))["drift"]["changed"] == ["."]
        assert ACL not in os.listxattr(path.resolve())

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file capabilities")
    def test_wanted_capabilities_survive(self, path: Path, old: FakeBuild, new: FakeBuild) -> None:
        wanted = {"capabilities": ["cap_net_raw=pe"], "owner": "65534"}
        assert run(spec(path, old, **wanted), check_mode=True)["diff"]["after"]["capabilities"] == ["cap_net_raw+ep"]
        assert run(spec(path, old, **wanted))["changed"] is True
        assert attribute(path) == RAW
        assert run(spec(path, old, verify="full", **wanted))["changed"] is False
        assert run(spec(path, old, verify="full"))["changed"] is False
        assert run(spec(path, new))["changed"] is True  # as by a playbook that does not know of them
        assert (release_at(path), attribute(path)) == (NEW, RAW)
        time.sleep(0.01)
        os.removexattr(path / INTERPRETER, CAPABILITY)
        assert run(spec(path, new))["drift"]["changed"] == [INTERPRETER]
        assert attribute(path) == RAW
        foreseen = run(spec(path, new, capabilities=[]), check_mode=True)
        done = run(spec(path, new, capabilities=[]))
        assert (foreseen["changed"], done["changed"]) == (True, True)
        assert attribute(path) is None

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file capabilities")
    def test_a_kept_build_does_not_bring_back_its_capabilities(
        self, path: Path, old: FakeBuild, new: FakeBuild
    ) -> None:
        run(spec(path, old, keep=3, capabilities=["cap_net_raw+ep"]))
        run(spec(path, new, keep=3, capabilities=[]))
        run(spec(path, old, keep=3))
        assert (release_at(path), attribute(path)) == (OLD, None)

    def test_a_store_does_not_inherit_the_rights_of_its_directory(self, path: Path, old: FakeBuild) -> None:
        path.parent.mkdir(parents=True)
        with_attribute(path.parent, "system.posix_acl_default", ACL_FOR_A_USER)
        run(spec(path, old))
        assert attribute(path, ACL) is None
        assert run(spec(path, old, verify="full"))["changed"] is False


class TestReadOnly:
    """Where nothing can be written, a task fails only when something must change."""

    @pytest.mark.parametrize("verify", ["quick", "full"])
    @pytest.mark.parametrize("check_mode", [True, False])
    def test_an_intact_build_is_looked_at_without_a_lock(
        self, path: Path, old: FakeBuild, disk: SmallDisk, verify: str, check_mode: bool
    ) -> None:
        run(spec(path, old, keep=0))
        time.sleep(0.01)
        os.utime(path / "bin" / "python3", follow_symlinks=False)  # suspicious, as each file of a copied tree is
        disk.make_read_only()
        result = run(spec(path, old, verify=verify, keep=0), check_mode=check_mode)
        assert result["changed"] is False
        assert result["build"]["release"] == OLD

    def test_what_is_not_recorded_can_stay_so(self, path: Path, old: FakeBuild, disk: SmallDisk) -> None:
        run(spec(path, old, keep=0))
        disk.make_read_only()
        assert run(spec(path, old, keep=2))["changed"] is False

    @pytest.mark.parametrize("check_mode", [True, False])
    def test_a_repair_is_refused_in_check_mode_too(
        self, path: Path, old: FakeBuild, disk: SmallDisk, check_mode: bool
    ) -> None:
        run(spec(path, old))
        time.sleep(0.01)
        DAMAGE["added"](path)
        disk.make_read_only()
        with pytest.raises(StoreError) as caught:
            run(spec(path, old), check_mode=check_mode)
        assert str(caught.value) == (
            f"Cannot repair {path}, where lib/python{MINOR}/ssl.py was added, in the store {store_of(path)}: the "
            f"file system {disk.directory} (tmpfs) is mounted read-only. Remount it, or choose another path."
        )

    def test_an_upgrade_fails(self, path: Path, old: FakeBuild, new: FakeBuild, disk: SmallDisk) -> None:
        run(spec(path, old))
        disk.make_read_only()
        with pytest.raises(StoreError, match="the file system /.* is mounted read-only"):
            run(spec(path, new))
        assert release_at(path) == OLD
