# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The members stay, each source has its bytecode behind it, and two machines make the same."""

from __future__ import annotations

import gzip
import importlib.util
import os
import random
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._archive import libzstd, zstd
from ansible_collections.standalone.python.plugins.module_utils._errors import ArchiveError
from ansible_collections.standalone.python.plugins.module_utils._prepare import compress
from ansible_collections.standalone.python.plugins.module_utils._prepare.copy import Level, make
from tests.support import fake_builds
from tests.support.fake_builds import MINOR, FakeBuild
from tests.support.prepared_copies import TarFile, members_of, place_of, prepare
from tests.support.standard_zstd import provide_compression_zstd

TAG = sys.implementation.cache_tag
PROGRAM = "#!/bin/sh\nexit 1\n"


@pytest.fixture
def build(tmp_path: Path) -> FakeBuild:
    extra = {f"lib/python{MINOR}/broken.py": "def\n", f"lib/python{MINOR}/{'long/' * 40}names.py": "X = 1\n"}
    return fake_builds.make(tmp_path / "mirror", "20260101", extra=extra)


def described(members: list[TarFile]) -> list[tuple[object, ...]]:
    return [(info.name, info.type, info.mtime, bool(info.mode & 0o100), info.linkname, body) for info, body in members]


def test_the_members_are_those_of_the_archive_in_their_order(build: FakeBuild) -> None:
    prepare(build)
    copied = [member for member in members_of(place_of(build)) if "__pycache__" not in member.info.name]
    with tarfile.open(build.archive) as tar:
        published = [TarFile(info, tar.extractfile(info).read() if info.isreg() else b"") for info in tar]
    assert described(copied) == described(published)


def test_each_source_is_followed_by_its_bytecode(build: FakeBuild) -> None:
    prepare(build)
    members = members_of(place_of(build))
    names = [member.info.name for member in members]
    for source in (f"python/lib/python{MINOR}/os.py", f"python/lib/python{MINOR}/{'long/' * 40}names.py"):
        directory, name = os.path.split(source)
        at = names.index(source)
        assert names[at + 1] == f"{directory}/__pycache__/{name[:-3]}.{TAG}.pyc"
        data, status = members[at + 1].content, members[at].info
        assert data[:4] == importlib.util.MAGIC_NUMBER
        assert data[4:16] == bytes(4) + status.mtime.to_bytes(4, "little") + status.size.to_bytes(4, "little")
    assert [name for name in names if "broken" in name] == [f"python/lib/python{MINOR}/broken.py"]


def test_two_machines_make_the_same(build: FakeBuild) -> None:
    first = prepare(build)
    content = place_of(build).read_bytes()
    assert (prepare(build), place_of(build).read_bytes()) == (first, content)


@pytest.mark.parametrize("interpreter", [PROGRAM, "no program"])
def test_a_build_that_cannot_run_here_gets_no_bytecode(tmp_path: Path, build: FakeBuild, interpreter: str) -> None:
    foreign = fake_builds.make(tmp_path / "other", "20260101", interpreter=interpreter)
    prepare(foreign)
    names = [member.info.name for member in members_of(place_of(foreign))]
    assert f"python/lib/python{MINOR}/os.py" in names
    assert [name for name in names if "__pycache__" in name] == []


def test_the_clock_is_wrong(build: FakeBuild, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1_000_000_000.0)
    prepare(build)
    assert [member.info.name for member in members_of(place_of(build)) if "__pycache__" in member.info.name] == []


def test_an_archive_with_bytecode_gets_no_copy(tmp_path: Path) -> None:
    odd = fake_builds.make(tmp_path / "odd", "20260101", extra={f"lib/__pycache__/x.{TAG}.pyc": "x"})
    with pytest.raises(ArchiveError) as caught:
        prepare(odd)
    assert str(caught.value) == (
        f"The archive {odd.archive.name} has bytecode, which none of python-build-standalone has, so there can be no "
        "prepared copy of it."
    )


def test_what_changes_meanwhile_is_noticed(build: FakeBuild, tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()

    def change_first(chunks, size_bytes, target, level) -> None:
        with (tmp_path / "scratch" / "lib" / f"python{MINOR}" / "os.py").open("r+") as file:
            file.write("SAME")
        compress.compressor()(chunks, size_bytes, target, level)

    with pytest.raises(ArchiveError, match="changed while it was packed again. Run again."):
        make(str(build.archive), str(tmp_path / "x"), str(tmp_path / "scratch"), Level(change_first, 1), most_workers=1)


@pytest.mark.parametrize("means", compress._MEANS)
def test_each_compressor_packs_the_same(
    build: FakeBuild, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, means
) -> None:
    provide_compression_zstd(monkeypatch)
    packs = means()
    if packs is None:
        pytest.skip("not on this machine")
    content = gzip.decompress(build.archive.read_bytes()) * 20
    chunks = [content[at : at + 100_000] for at in range(0, len(content), 100_000)]
    with (tmp_path / "x").open("wb") as target:
        packs(chunks, len(content), target, 3)
    with (tmp_path / "x").open("rb", buffering=0) as archive:
        assert zstd.check(archive) == len(content)
        archive.seek(0)
        assert b"".join(zstd.decompressed(archive)) == content


def test_library_and_program_of_one_version_write_the_same_bytes(tmp_path: Path) -> None:
    program, library = compress._by_program(), compress._by_library()
    if program is None or library is None:
        pytest.skip("only one of them is on this machine")
    number = libzstd.load().ZSTD_versionNumber()
    said = subprocess.run(["zstd", "--version"], capture_output=True, text=True, check=True).stdout
    if f"v{number // 10000}.{number // 100 % 100}.{number % 100}" not in said:
        pytest.skip("they are of two versions")
    content = random.Random(1).randbytes(300_000) * 10
    for name, packs in (("program", program), ("library", library)):
        with (tmp_path / name).open("wb") as target:
            packs([content], len(content), target, 12)
    assert (tmp_path / "program").read_bytes() == (tmp_path / "library").read_bytes()


def test_a_machine_without_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compress, "_MEANS", (lambda: None,))
    with pytest.raises(ArchiveError) as caught:
        compress.compressor()
    assert str(caught.value) == (
        "Nothing on this machine compresses with zstandard, which prepared copies need. Install the C library (package "
        "libzstd1, libzstd or zstd-libs), the program zstd, or Python's module zstandard there."
    )
