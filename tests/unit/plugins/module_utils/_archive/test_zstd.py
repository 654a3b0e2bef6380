# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys

import pytest

from ansible_collections.standalone.python.plugins.module_utils._archive import libzstd, zstd
from ansible_collections.standalone.python.plugins.module_utils._archive.extract import extract
from ansible_collections.standalone.python.plugins.module_utils._errors import ArchiveError
from tests.support.hostile_archives import STREAMS
from tests.support.standard_zstd import provide_compression_zstd
from tests.support.tar_maker import END, member, zst

PROGRAM = shutil.which("zstd")
MODULES = ("zstandard", "compression", "ctypes")
CONTENT = b"".join(b"%d squared is %d\n" % (number, number * number) for number in range(40_000))


def allow_only(means: str, monkeypatch) -> None:
    """Makes the host one that has nothing for zstandard but `means`."""
    for module in MODULES:
        if module != means:
            monkeypatch.setitem(sys.modules, module, None)
    if means != "zstd":
        monkeypatch.setenv("PATH", "/nonexistent")


def libzstd_missing() -> str:
    """Why the library cannot be called here; empty if it can."""
    try:
        libzstd.load()
    except ImportError as error:
        return str(error)
    return ""


@pytest.fixture(params=[*MODULES, "zstd"])
def means(request, monkeypatch) -> str:
    found = {
        "zstandard": lambda: importlib.util.find_spec("zstandard"),
        "compression": lambda: provide_compression_zstd(monkeypatch),
        "ctypes": lambda: not libzstd_missing(),
        "zstd": lambda: PROGRAM,
    }
    if not found[request.param]():
        pytest.skip(f"{request.param} is not on this machine")
    allow_only(request.param, monkeypatch)
    return request.param


def test_frames_with_stored_blocks(tmp_path, means) -> None:
    (tmp_path / "a").write_bytes(zst(member("python/x", CONTENT)))
    (tmp_path / "build").mkdir()
    extract(str(tmp_path / "a"), str(tmp_path / "build"))
    assert (tmp_path / "build/x").read_bytes() == CONTENT


@pytest.mark.skipif(PROGRAM is None, reason="the zstd program makes the archive")
def test_the_window_of_real_builds(tmp_path, means) -> None:
    """Twice the same content with so much between that only the window of 128 MiB reaches back to it."""
    between = 9 * 1024 * 1024
    content = member("python/a", CONTENT) + member("python/b", bytes(between)) + member("python/c", CONTENT) + END
    (tmp_path / "a.tar").write_bytes(content)
    subprocess.run([str(PROGRAM), "-q", "--ultra", "-6", "--long=27", str(tmp_path / "a.tar")], check=True)
    (tmp_path / "build").mkdir()
    extract(str(tmp_path / "a.tar.zst"), str(tmp_path / "build"))
    assert (tmp_path / "build/c").read_bytes() == CONTENT


@pytest.mark.parametrize("name", [name for name in STREAMS if name.startswith("zstandard")])
def test_damage_is_found_by_whatever_decompresses(tmp_path, means, name) -> None:
    (tmp_path / "build").mkdir()
    with pytest.raises(ArchiveError) as caught:
        extract(str(STREAMS[name].write(tmp_path)), str(tmp_path / "build"))
    assert f" is not usable: {STREAMS[name].reason}. " in str(caught.value)


@pytest.mark.parametrize(
    ("has_ctypes", "why"),
    [
        (False, "its Python has no ctypes, which would call the library libzstd"),
        (True, "it has no library libzstd 1.4 or newer"),
    ],
)
def test_a_host_without_zstandard_gets_advice(tmp_path, monkeypatch, has_ctypes, why) -> None:
    allow_only("ctypes" if has_ctypes else "nothing", monkeypatch)
    monkeypatch.setattr(libzstd, "_ON_LINUX", ("libzstd.so.none",))
    monkeypatch.setattr(libzstd, "_ON_MACOS", ("/none/libzstd.dylib",))
    (tmp_path / "cpython.tar.zst").write_bytes(zst(member("python/x")))
    (tmp_path / "build").mkdir()
    with pytest.raises(ArchiveError) as caught:
        extract(str(tmp_path / "cpython.tar.zst"), str(tmp_path / "build"))
    assert str(caught.value) == (
        "The archive cpython.tar.zst is compressed with zstandard, which this host cannot read: "
        f"{why}, no Python module zstandard or compression.zstd, and no program zstd. Install the package libzstd1, "
        "libzstd, zstd-libs or zstd, or choose a flavor that comes as .tar.gz, such as install_only."
    )
    with pytest.raises(ArchiveError) as in_check_mode:
        zstd.require_reader("/tmp/cpython.tar.zst")
    assert str(in_check_mode.value) == str(caught.value)


@pytest.mark.skipif(bool(libzstd_missing()), reason="libzstd is not on this machine")
@pytest.mark.parametrize("size_bytes", [1, 256 * 1024, 512 * 1024, 512 * 1024 + 1])
def test_the_library_ends_where_the_frames_end(tmp_path, size_bytes) -> None:
    """Also when the last output fills its buffer, and when another frame follows."""
    content = os.urandom(size_bytes // 2) + bytes(size_bytes - size_bytes // 2)
    for frames in (1, 2):
        (tmp_path / "a").write_bytes(zst(content, end=b"") * frames)
        with open(tmp_path / "a", "rb", buffering=0) as archive:
            assert b"".join(libzstd.decompressed(libzstd.load(), archive.read, 27)) == content * frames


@pytest.mark.skipif(bool(libzstd_missing()), reason="libzstd is not on this machine")
def test_the_library_is_refused_where_another_user_could_have_put_it(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(libzstd, "_ON_LINUX", (str(tmp_path / "libzstd.so.1"),))
    monkeypatch.setattr(libzstd, "_ON_MACOS", (str(tmp_path / "libzstd.so.1"),))
    (tmp_path / "libzstd.so.1").write_bytes(b"")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    monkeypatch.setattr("ctypes.CDLL", lambda name: pytest.fail(f"{name} was loaded"))
    if not os.getuid():
        os.chown(tmp_path / "libzstd.so.1", 9, -1)
    with pytest.raises(ImportError):
        libzstd.load()


@pytest.mark.parametrize("script", ["sleep 60", "exec 1>&-; exec sleep 60", "printf x; exec sleep 60"])
def test_a_program_that_hangs_is_not_waited_for(tmp_path, monkeypatch, script) -> None:
    allow_only("zstd", monkeypatch)
    program = tmp_path / "bin" / "zstd"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(zstd, "_SILENCE_S", 0.2)
    (tmp_path / "a").write_bytes(zst(member("python/x", CONTENT)))
    (tmp_path / "build").mkdir()
    with pytest.raises(ArchiveError, match="the program zstd did nothing for 0.2 seconds"):
        extract(str(tmp_path / "a"), str(tmp_path / "build"))
