# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import errno
import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._os import errors
from ansible_collections.standalone.python.plugins.module_utils._os.atomic import replace_file, replace_link
from ansible_collections.standalone.python.plugins.module_utils._os.errors import (
    LinksUnsupported,
    Mount,
    advice,
    read_failure,
    write_failure,
)
from tests.support.small_disks import MountRefused, small_disk

FILE = "/opt/python/.builds/x"
STILL = "What was at /opt/python/3.13 before is still there."
BECOME = "Use `--become` on the command line or `become: true` in a play"


def error(number: int, file: str | None = FILE) -> OSError:
    return OSError(number, os.strerror(number), file) if file else OSError(number, os.strerror(number))


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "the disk is full. Free some space, or choose a path on another file system."),
        (errno.EDQUOT, "the disk quota is used up, for space or for the number of files. Free some, raise it, or "
         "choose a path on another file system."),
        (errno.EXDEV, "it is on another file system than the store. Set `store` to a directory on the same one."),
        (errno.ENOTDIR, "a part of that path is a file, not a directory. Move it away, or choose another path."),
        (errno.ETXTBSY, "a program in use cannot be written. Stop the processes that run it, then run again."),
        (errno.ESTALE, "the server of this network file system no longer has it. Mount the file system again."),
        (errno.ENOTCONN, "the program that serves this file system has ended. Mount the file system again."),
        (errno.ENFILE, "the host has too many open files. Raise fs.file-max, or run again when the host is less busy."),
        (errno.ENOMEM, "the host is out of memory. Free some, or raise the limit of this process or container."),
        (errno.EFBIG, "the file would be larger than this file system allows. Choose a path on another file system."),
        (errno.ENAMETOOLONG, "the name is too long. Choose a shorter path."),
        (errno.EEXIST, "File exists."),
    ],
)  # fmt: skip
def test_an_error_becomes_a_message(number: int, said: str) -> None:
    assert write_failure(error(number), "/opt/python/3.13") == f"Could not write {FILE}: {said} {STILL}"


def test_a_directory_in_place_of_a_file_is_named_and_not_the_file_that_should_replace_it(tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    with pytest.raises(IsADirectoryError) as caught:
        replace_file(str(tmp_path / "index"), "x", fresh=str(tmp_path / "index.new"))
    assert write_failure(caught.value, "/opt/python/3.13") == (
        f"Could not write {tmp_path}/index: a directory is there. Move it away. {STILL}"
    )


def test_an_error_that_names_no_file_is_about_the_path() -> None:
    assert write_failure(error(errno.EIO, file=None), "/opt/python/3.13") == (
        "Could not write /opt/python/3.13: the disk reported an error. Look at the kernel's log before you try again. "
        + STILL
    )


def test_an_error_during_cleanup_says_that_the_rest_is_done() -> None:
    assert write_failure(error(errno.EIO), "/opt/python/3.13", is_switched=True) == (
        f"Could not write {FILE}: the disk reported an error. Look at the kernel's log before you try again. "
        "What was asked for at /opt/python/3.13 is done; run again to remove what is left of the rest."
    )


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENAMETOOLONG])
def test_a_link_without_a_target_is_explained_by_its_own_directory(tmp_path: Path, number: int) -> None:
    (tmp_path / "python3.13").symlink_to("/nowhere/python3.13")
    assert advice(error(number, str(tmp_path / "python3.13"))) == advice(error(number, str(tmp_path / "absent")))


@pytest.mark.parametrize(
    ("number", "call", "said"),
    [
        (errno.ENOSPC, "statvfs", "No space left on device."),
        (errno.EROFS, "statvfs", "Read-only file system."),
        (errno.ENAMETOOLONG, "pathconf", "File name too long."),
    ],
)
def test_a_cause_that_the_system_does_not_say(
    number: int, call: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_arguments: object) -> None:
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

    monkeypatch.setattr(os, call, gone)
    assert advice(error(number)) == said


def test_an_error_without_a_number_keeps_its_words() -> None:
    assert write_failure(OSError("odd"), "/opt/python/3.13") == f"Could not write /opt/python/3.13: odd. {STILL}"


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (error(errno.EACCES), f"Could not read {FILE}: permission was denied. {BECOME}."),
        (error(errno.EIO), f"Could not read {FILE}: the disk reported an error. Look at the kernel's log before you "
         "try again."),
        (error(errno.EIO, file=None), "Could not read /opt/python/.builds: the disk reported an error. Look at the "
         "kernel's log before you try again."),
    ],
)  # fmt: skip
def test_reading_has_separate_messages(problem: OSError, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert read_failure(problem, "/opt/python/.builds") == said


class TestWhoIsRefused:
    """Root has become already, so it is never advised to."""

    @pytest.mark.parametrize(
        ("number", "said"),
        [
            (errno.EACCES, f"permission was denied. {BECOME}, or choose a path that this user may write to."),
            (errno.EPERM, f"it is not permitted. {BECOME}, or choose a path that this user may write to."),
        ],
    )
    def test_a_user(self, number: int, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        assert advice(error(number)) == said

    @pytest.mark.parametrize(
        ("number", "files", "mount", "said"),
        [
            (errno.EACCES, {}, Mount("/", "ext4"), "permission was denied to root: a capability that this process "
             "lacks, a seccomp filter or another access policy forbids it. Look at the kernel's log, allow it, or "
             "choose another path."),
            (errno.EPERM, {"/sys/fs/selinux/enforce": "1"}, Mount("/", "ext4"), "it is not permitted to root: SELinux "
             "(see ausearch -m AVC) refuses it. Allow it there, or choose another path."),
            (errno.EACCES, {"/proc/self/attr/current": "ansible (enforce)"}, Mount("/", "ext4"), "permission was "
             "denied to root: the AppArmor profile ansible (enforce) refuses it. Allow it there, or choose another "
             "path."),
            (errno.EACCES, {}, Mount("/opt", "nfs4"), "permission was denied to root: the server of the file system "
             "/opt (nfs4) refuses it. Allow it there, as with no_root_squash, or choose another path."),
            (errno.EPERM, {}, Mount("/media/x", "vfat"), "the file system /media/x (vfat) cannot keep owners, modes or "
             "links as a build needs them. Choose a path on another one."),
            (errno.EROFS, {}, Mount("/share", "vboxsf"), "the file system /share (vboxsf) refuses it, although it is "
             "not mounted read-only. Choose a path on a local file system."),
        ],
    )  # fmt: skip
    def test_root(
        self, number: int, files: dict[str, str], mount: Mount, said: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        monkeypatch.setattr(errors, "_first_line", lambda file: files.get(file, ""))
        monkeypatch.setattr(errors, "mount_of", lambda place: mount)
        assert advice(error(number)) == said


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A separate file system, of 32 files."""
    try:
        with small_disk(tmp_path / "disk", 1_000_000, 32) as mounted:
            yield mounted.directory
    except MountRefused as refusal:
        pytest.skip(str(refusal))


class TestRealFileSystems:
    def test_no_inodes_left(self, disk: Path) -> None:
        for number in range(31):
            (disk / str(number)).touch()
        with pytest.raises(OSError, match="No space left") as full:
            (disk / "31").touch()
        assert advice(full.value) == (
            f"the file system {disk} (tmpfs) has no inodes left: all 32 are used. Remove files that nothing needs, or "
            "choose a path on another file system."
        )

    def test_mounted_read_only(self, disk: Path) -> None:
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        with pytest.raises(OSError, match="Read-only") as caught:
            (disk / "new" / "file").parent.mkdir()
        assert advice(caught.value) == (
            f"the file system {disk} (tmpfs) is mounted read-only. Remount it, or choose another path."
        )

    def test_a_rename_into_an_immutable_directory(self, tmp_path: Path) -> None:
        (tmp_path / "staged").touch()
        target = tmp_path / "store"
        target.mkdir()
        chattr = shutil.which("chattr")
        if not chattr or subprocess.run([chattr, "+i", target], capture_output=True, check=False).returncode:
            pytest.skip("no directory can be made immutable here")
        said = ""
        try:
            (tmp_path / "staged").rename(target / "entry")
        except PermissionError as refused:
            said = advice(refused)
        finally:
            subprocess.run([chattr, "-i", target], check=True)
        assert said == f"{target} is immutable or append-only. Remove the flag: chattr -ia {target}"

    @pytest.mark.parametrize("flag", ["+i", "+a"])
    def test_immutable(self, tmp_path: Path, flag: str) -> None:
        file = tmp_path / "file"
        file.touch()
        chattr = shutil.which("chattr")
        if not chattr or subprocess.run([chattr, flag, file], capture_output=True, check=False).returncode:
            pytest.skip("no file can be made immutable here")
        try:
            with pytest.raises(PermissionError) as refused:
                file.unlink()
            said = advice(refused.value)
        finally:
            subprocess.run([chattr, "-ia", file], check=True)
        assert said == f"{file} is immutable or append-only. Remove the flag: chattr -ia {file}"

    def test_a_name_that_the_file_system_cannot_have(self, tmp_path: Path) -> None:
        with pytest.raises(OSError, match="too long") as refused:
            (tmp_path / ("x" * 256)).touch()
        said = advice(refused.value)
        assert said.startswith("its name has 256 bytes, and the file system /")
        assert said.endswith(" allows 255. Choose a shorter one.")


def test_the_limit_of_a_user_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (4096, 4096))
    assert advice(error(errno.EFBIG)) == (
        "the file would be larger than 4096 bytes, the limit of this user (ulimit -f). Raise the limit."
    )


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP, errno.EPROTO])
def test_a_file_system_without_links(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise error(number, str(tmp_path / "new"))

    monkeypatch.setattr(os, "symlink", refuse)
    with pytest.raises(LinksUnsupported) as refused:
        replace_link(str(tmp_path / "link"), "target", fresh=str(tmp_path / "new"))
    said = write_failure(refused.value, "/opt/python/3.13")
    assert said.startswith(f"Could not write {tmp_path}/new: the file system /")
    assert said.endswith(f" has no symbolic links, which builds need. Choose a path on one that has them. {STILL}")
