# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sample builds have the shape of real ones, and the Python inside runs from anywhere."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.support.sample_builds import SampleSpec, asset_name, make_sample
from tests.support.source_python import UnusableSource, describe, find_source

try:
    SOURCE = find_source()
except UnusableSource as error:
    pytest.skip(str(error), allow_module_level=True)

HEALTH = "import bz2, ctypes, hashlib, lzma, sqlite3, ssl, venv, zlib, sys, _sample; print(sys.prefix, _sample.RELEASE)"


def test_samples_are_looked_for_in_the_home_of_the_user() -> None:
    """Not in that of the tools, in which nox starts parallel sessions: no interpreter is there."""
    assert ".cache" not in Path.home().parts


@pytest.fixture(scope="module")
def members():
    with tarfile.open(make_sample(SampleSpec()).path) as archive:
        return {member.name: member for member in archive}


@pytest.fixture
def unpack(tmp_path):
    def unpack_into(spec, name):
        prefix = tmp_path / name
        prefix.mkdir()
        subprocess.run(["tar", "-xf", make_sample(spec).path, "-C", prefix, "--strip-components=1"], check=True)
        return prefix

    return unpack_into


def test_members_are_those_of_upstream(members):
    assert {member.type for member in members.values()} == {tarfile.REGTYPE, tarfile.SYMTYPE}
    assert {member.mode for member in members.values() if member.isreg()} == {0o664, 0o775}
    assert {member.mtime for member in members.values()} == {1704067200}
    assert {(member.uid, member.gid, member.uname, member.gname) for member in members.values()} == {
        (0, 0, "root", "root")
    }
    assert not [name for name in members if "__pycache__" in name or "EXTERNALLY-MANAGED" in name]
    assert sum(name.startswith("python/share/terminfo/") and member.issym() for name, member in members.items()) >= 12
    assert members["python/bin/python"].linkname == f"python{SOURCE.minor}"
    assert members[f"python/bin/python{SOURCE.minor}"].mode == 0o775


def test_gzip_header_has_no_time_and_no_name():
    sample = make_sample(SampleSpec())
    assert sample.path.read_bytes()[:8] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00"
    assert gzip.decompress(sample.path.read_bytes())[257:265] == b"ustar\x0000"
    assert hashlib.sha256(sample.path.read_bytes()).hexdigest() == sample.sha256


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lib/python{minor}/{data}.py", ["'prefix': '/install'", "'CC': 'clang -pthread'", "'AR': '/tools/"]),
        ("lib/python{minor}/config-{minor}-{multiarch}/Makefile", ["prefix=\t/install", "CC=\tclang -pthread"]),
        ("lib/pkgconfig/python-{minor}.pc", ["prefix=/install\n"]),
        ("bin/python{minor}-config", ['prefix_build="/install"']),
        (
            "bin/pydoc{minor}",
            ['#!/bin/sh\n\'\'\'exec\' "$(dirname -- "$(realpath -- "$0")")/python{minor}" "$0" "$@"\n'],
        ),
    ],
)
def test_written_files_name_the_build_prefix(unpack, name, words):
    said = {"minor": SOURCE.minor, "data": SOURCE.sysconfigdata, "multiarch": SOURCE.multiarch}
    text = (unpack(SampleSpec(), "p") / name.format(**said)).read_text()
    assert [word for word in words if word.replace("{minor}", SOURCE.minor) not in text] == []


@pytest.mark.parametrize("python", ["", "/usr/bin/python3"], ids=["best", "system"])
def test_interpreter_runs_from_any_directory(unpack, tmp_path, python):
    try:
        spec = SampleSpec(release="20260201", python=python)
        prefix = unpack(spec, "with space")
    except UnusableSource as error:
        pytest.skip(str(error))
    said = subprocess.check_output([prefix / "bin" / "python3", "-c", HEALTH], text=True, env={})
    assert said == f"{prefix} 20260201\n"
    environment = tmp_path / "environment"
    subprocess.run([prefix / "bin" / "python", "-m", "venv", "--without-pip", environment], check=True)
    program = "import sys; print(sys.base_prefix)"
    assert subprocess.check_output([environment / "bin" / "python", "-c", program], text=True) == f"{prefix}\n"
    subprocess.run([prefix / "bin" / "pydoc3", "zlib"], check=True, capture_output=True, env={"PATH": "/usr/bin:/bin"})


def test_broken_import(unpack):
    said = subprocess.run(
        [unpack(SampleSpec(broken_import="ssl"), "p") / "bin" / "python", "-c", "import ssl"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.stderr.endswith("ImportError: libssl.so.3: cannot open shared object file: No such file or directory\n")


@pytest.mark.skipif(shutil.which("zstd") is None, reason="tar needs the program zstd to read a full archive")
def test_full_archive():
    sample = make_sample(SampleSpec(flavor="full"))
    names = subprocess.check_output(["tar", "-tf", sample.path], text=True).splitlines()
    assert names[0] == "python/PYTHON.json"
    assert {name.split("/")[1] for name in names[1:]} == {"build", "install", "licenses"}
    assert f"python/install/bin/python{SOURCE.minor}" in names


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ({}, "cpython-{v}+20260101-{t}-install_only_stripped.tar.gz"),
        ({"flavor": "full"}, "cpython-{v}+20260101-{t}-pgo+lto-full.tar.zst"),
        ({"flavor": "full", "build_options": "debug"}, "cpython-{v}+20260101-{t}-debug-full.tar.zst"),
        (
            {"flavor": "install_only", "build_options": "freethreaded"},
            "cpython-{v}+20260101-{t}-freethreaded-install_only.tar.gz",
        ),
    ],
)
def test_names(spec, name):
    spec = SampleSpec(target=SOURCE.triple, **spec)
    assert asset_name(spec, SOURCE.version) == name.format(v=SOURCE.version, t=SOURCE.triple)


def test_a_release_is_made_once_and_differs_from_another(tmp_path):
    first, again, other = (
        make_sample(SampleSpec(release=tag), tmp_path) for tag in ("20260101", "20260101", "20260201")
    )
    assert first == again
    assert first.path.stat().st_mtime_ns == again.path.stat().st_mtime_ns
    assert first.sha256 != other.sha256


def test_a_source_that_is_none():
    with pytest.raises(UnusableSource, match=r"/bin/false is not a complete CPython: it printed nothing"):
        describe("/bin/false")
