# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import gzip
import hashlib
import os
import stat
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._archive.extract import (
    Entry,
    Extracted,
    Limits,
    extract,
)
from ansible_collections.standalone.python.plugins.module_utils._errors import ArchiveError
from tests.support import tar_maker as tar
from tests.support.counted_lines import counted_lines
from tests.support.hostile_archives import HOSTILE
from tests.support.tar_maker import directory, gnu_name, gz, hard_link, link, member, pax, zst

COLLECTIONS = next(path for path in sys.path if (Path(path) / "ansible_collections" / "standalone").is_dir())

PYTHON = member("python/bin/python3.13", b"ELF", mode=0o775)
MODULE = member("python/lib/python3.13/os.py", b"import abc\n")
USUAL = Limits()


def unpack(folder: Path, archive: bytes, *, limits: Limits = USUAL) -> Extracted:
    (folder / "cpython.tar.gz").write_bytes(archive)
    (folder / "build").mkdir()
    return extract(str(folder / "cpython.tar.gz"), str(folder / "build"), limits=limits)


def file_entry(content: bytes, mode: int = 0o644) -> Entry:
    return Entry("file", mode, len(content), hashlib.sha256(content).hexdigest(), None)


def on_disk(folder: Path) -> dict[str, Entry]:
    """What really is below `folder`, in the words of `Extracted.entries`."""
    found = {}
    for path in folder.rglob("*"):
        mode = stat.S_IMODE(path.lstat().st_mode)
        if path.is_symlink():
            entry = Entry("link", mode, 0, None, os.readlink(path))
        elif path.is_dir():
            entry = Entry("dir", mode, 0, None, None)
        else:
            entry = file_entry(path.read_bytes(), mode)
        found[str(path.relative_to(folder))] = entry
    return found


SHAPES = {
    "install_only": (
        (PYTHON, link("python/bin/python3", "python3.13"), MODULE),
        ["bin", "bin/python3", "bin/python3.13", "lib", "lib/python3.13", "lib/python3.13/os.py"],
    ),
    "with directories": (
        (directory("python/"), directory("python/bin/"), PYTHON, directory("python/empty"), directory("python/bin")),
        ["bin", "bin/python3.13", "empty"],
    ),
    "windows": (
        (member("python/DLLs/x.pyd", b"MZ"), member("python/python.exe", b"MZ")),
        ["DLLs", "DLLs/x.pyd", "python.exe"],
    ),
    "full": (
        (
            pax(("comment", "made by hand"), kind=tar.PAX_GLOBAL),
            member("python/PYTHON.json", b'{"version": "8"}'),
            member("python/build/core/main.o", b"x" * 1000),
            directory("python/install"),
            member("python/install/bin/python3.13", b"ELF"),
            member("python/licenses/LICENSE.txt", b"x"),
        ),
        ["bin", "bin/python3.13"],
    ),
    "full without a description": (
        (member("python/build/core/main.o", b"x"), member("python/install/bin/python3.13", b"ELF")),
        ["bin", "bin/python3.13"],
    ),
    "links of every allowed kind": (
        (
            link("python/a/up", "../bin/python3.13"),
            link("python/b", "a/up"),
            link("python/c", "b"),
            link("python/folder", "bin"),
            PYTHON,
        ),
        ["a", "a/up", "b", "bin", "bin/python3.13", "c", "folder"],
    ),
    "hard link": (
        (PYTHON, hard_link("python/bin/python", "python/bin/python3.13")),
        ["bin", "bin/python", "bin/python3.13"],
    ),
    "long names": (
        (
            pax(("mtime", "1704067200.5"), ("path", "python/" + "p" * 200)),
            member("python/cut", b"1"),
            gnu_name("python/" + "g" * 200),
            member("python/cut", b"2", magic=tar.GNU),
            member("s" * 90, b"3", prefix="python"),
            pax(("linkpath", "g" * 200)),
            link("python/t", "cut"),
            gnu_name("s" * 90, kind=tar.GNU_TARGET),
            link("python/u", "cut"),
        ),
        ["g" * 200, "p" * 200, "s" * 90, "t", "u"],
    ),
    "unusual but fair": (
        (
            member("python/Köln ♥", b"text"),
            member("python/old", b"x", kind=b"\0"),
            member("python/base256", b"xy", size=b"\x80" + bytes(10) + b"\2"),
            member("python/back\\slash"),
            member("python/...", mode=0o100644),
        ),
        ["...", "Köln ♥", "back\\slash", "base256", "old"],
    ),
}


@pytest.mark.parametrize("compress", [gz, zst])
@pytest.mark.parametrize(("members", "paths"), SHAPES.values(), ids=SHAPES)
def test_every_shape_of_build(tmp_path, compress, members, paths) -> None:
    extracted = unpack(tmp_path, compress(*members))
    assert sorted(extracted.entries) == paths
    assert on_disk(tmp_path / "build") == extracted.entries
    assert extracted.size_bytes == sum(entry.size_bytes for entry in extracted.entries.values())


def test_content_of_every_size(tmp_path) -> None:
    contents = {f"f{size}": os.urandom(size) for size in (0, 1, 511, 512, 513, 262143, 262144, 1_000_000)}
    extracted = unpack(tmp_path, gz(*(member(f"python/{path}", content) for path, content in contents.items())))
    assert extracted.entries == {path: file_entry(content) for path, content in contents.items()}
    assert on_disk(tmp_path / "build") == extracted.entries


def test_gzip_members_and_zstandard_frames_follow_each_other(tmp_path) -> None:
    for compress in (gz, zst):
        (tmp_path / compress.__name__).mkdir()
        archive = compress(PYTHON, end=b"") + compress(MODULE)
        assert len(unpack(tmp_path / compress.__name__, archive).entries) == 5


def test_the_size_in_a_pax_header_holds_for_all_readings(tmp_path) -> None:
    """Readers that skip by one size and read by the other find members in what is content."""
    hidden = member("python/hidden", b"hidden")
    extracted = unpack(tmp_path, gz(pax(("size", str(len(hidden)))), member("python/x", hidden, size=0), PYTHON))
    assert extracted.entries["x"] == file_entry(hidden)
    assert "hidden" not in extracted.entries


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_modes_do_not_depend_on_the_umask(tmp_path, umask) -> None:
    before = os.umask(umask)
    try:
        (tmp_path / "x").mkdir(mode=0o700)
        (tmp_path / "x").chmod(0o700)
        archive = tmp_path / "a.tar.gz"
        archive.write_bytes(gz(PYTHON, MODULE, member("python/odd", mode=0o641), member("python/private", mode=0o600)))
        archive.chmod(0o600)
        extract(str(archive), str(tmp_path / "x"))
    finally:
        os.umask(before)
    modes = {path: entry.mode for path, entry in on_disk(tmp_path / "x").items() if entry.kind == "file"}
    assert modes == {"bin/python3.13": 0o755, "lib/python3.13/os.py": 0o644, "odd": 0o755, "private": 0o644}
    assert {entry.mode for entry in on_disk(tmp_path / "x").values() if entry.kind == "dir"} == {0o755}


def test_times_are_those_of_the_archive_but_not_of_the_future(tmp_path) -> None:
    started = time.time()
    unpack(tmp_path, gz(PYTHON, member("python/later", mtime=0o77777777777)))
    assert (tmp_path / "build/bin/python3.13").stat().st_mtime == 1704067200
    assert started - 1 <= (tmp_path / "build/later").stat().st_mtime <= time.time()


def refusal(reason: str) -> str:
    return (
        f"The archive cpython.tar.gz is not usable: {reason}. Nothing was installed. "
        "Fetch it again, and if that does not help, from another mirror."
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_archives_are_refused(tmp_path, name) -> None:
    """With the reason, with nothing written outside of the destination, and with no thread or file left open."""
    (tmp_path / "build").mkdir()
    path = HOSTILE[name].write(tmp_path)
    handles = os.listdir("/dev/fd")
    with pytest.raises(ArchiveError) as caught:
        extract(str(path), str(tmp_path / "build"))
    assert str(caught.value) == refusal(HOSTILE[name].reason)
    assert sorted(os.listdir(tmp_path)) == ["build", "cpython.tar.gz"]
    assert len(os.listdir("/dev/fd")) == len(handles)
    assert threading.active_count() == 1
    assert not [path for path in (tmp_path / "build").rglob("*") if path.is_symlink()]


MIB = 1024 * 1024
BOUNDS = [
    (Limits(members=2), (PYTHON, MODULE, member("python/x")), "it has more than 2 members"),
    (Limits(file_bytes=10), (PYTHON, MODULE), 'member "python/lib/python3.13/os.py" has 11 bytes, more than 10'),
    (Limits(total_bytes=MIB), (member("python/x", bytes(2 * MIB)),), "it unpacks to more than 1,048,576 bytes"),
    (Limits(total_bytes=MIB), (tar.END + bytes(2 * MIB),), "it unpacks to more than 1,048,576 bytes"),
    (
        Limits(path_bytes=12),
        (PYTHON,),
        "the path of a member is longer than 12 bytes: it begins 'python/bin/python3.13'",
    ),
    (Limits(depth=2), (PYTHON,), 'member "python/bin/python3.13" is more than 2 directories deep'),
]


@pytest.mark.parametrize(("limits", "members", "reason"), BOUNDS)
def test_what_is_beyond_a_bound_is_refused(tmp_path, limits, members, reason) -> None:
    with pytest.raises(ArchiveError) as caught:
        unpack(tmp_path, gz(*members), limits=limits)
    assert str(caught.value) == refusal(reason)


def test_a_chain_of_many_links_is_judged_once_for_each(tmp_path) -> None:
    def lines(count: int) -> int:
        links = [link(f"python/l{number}", f"l{number + 1}") for number in range(count)]
        archive = gz(*links, member(f"python/l{count}"))
        (tmp_path / str(count)).mkdir()
        with counted_lines() as counted:
            assert len(unpack(tmp_path / str(count), archive).entries) == count + 1
        return counted.lines

    assert lines(400) < 5 * lines(100)


def test_what_is_in_the_destination_is_never_replaced(tmp_path) -> None:
    (tmp_path / "a.tar.gz").write_bytes(gz(PYTHON))
    (tmp_path / "outside").mkdir()
    for name, make in {"file": Path.touch, "link": lambda path: path.symlink_to(tmp_path / "outside")}.items():
        destination = tmp_path / name
        destination.mkdir()
        make(destination / "bin")
        with pytest.raises(FileExistsError) as caught:
            extract(str(tmp_path / "a.tar.gz"), str(destination))
        assert caught.value.filename == str(destination / "bin")
    assert os.listdir(tmp_path / "outside") == []


def test_an_archive_that_is_not_there(tmp_path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        extract(str(tmp_path / "none.tar.gz"), str(tmp_path))
    assert caught.value.filename == str(tmp_path / "none.tar.gz")


DISK_FULL = """
    import resource, signal, sys
    from ansible_collections.standalone.python.plugins.module_utils._archive.extract import extract
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    try:
        extract(*sys.argv[1:])
    except OSError as error:
        print(error.strerror, error.filename)
"""

MEMORY = """
    import sys
    from ansible_collections.standalone.python.plugins.module_utils._archive.extract import extract
    extract(*sys.argv[1:])
    print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def run(script: str, *arguments: Path) -> str:
    command = [sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": COLLECTIONS}
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def test_a_write_that_fails_names_the_file(tmp_path) -> None:
    (tmp_path / "a.tar.gz").write_bytes(gz(member("python/lib/x", bytes(200_000))))
    (tmp_path / "build").mkdir()
    assert run(DISK_FULL, tmp_path / "a.tar.gz", tmp_path / "build") == f"File too large {tmp_path}/build/lib/x"


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="reads the peak from Linux's /proc")
def test_memory_stays_bounded(tmp_path) -> None:
    block = b"".join(b"%d squared is %d\n" % (number, number * number) for number in range(40_000))
    files = [member(f"python/lib/{number}", block * 9) for number in range(9)]
    with gzip.open(tmp_path / "a.tar.gz", "wb", compresslevel=1) as archive:
        for content in (*files, member("python/large", block * 20), tar.END):
            archive.write(content)
    (tmp_path / "build").mkdir()
    peak_kib = int(run(MEMORY, tmp_path / "a.tar.gz", tmp_path / "build"))
    assert sum(path.stat().st_size for path in (tmp_path / "build").rglob("*")) > 90_000_000
    assert peak_kib < 48 * 1024  # the promise is 64 MB for the whole module, which needs 16 for Ansible


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="only Linux has a file that always fails to be read")
def test_a_disk_that_fails_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError) as caught:
        extract("/proc/self/mem", str(tmp_path))
    assert str(caught.value) == (
        "The archive mem is not usable: it cannot be read: Input/output error. Nothing was installed. "
        "Fetch it again, and if that does not help, from another mirror."
    )
