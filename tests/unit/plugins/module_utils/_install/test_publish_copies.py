# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installing from prepared copies: the same build, with bytecode that counts; the archive where a copy will not do."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._archive import zstd
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Prepared
from ansible_collections.standalone.python.plugins.module_utils._errors import ArchiveNeeded, NoSource
from ansible_collections.standalone.python.plugins.module_utils._install import bytecode
from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
from tests.support import fake_builds
from tests.support.fake_builds import MINOR, FakeBuild
from tests.support.install_specs import spec
from tests.support.prepared_copies import TarFile, asset_with_copy, change, place_of, prepare
from tests.support.servers import serve, status

LIBRARY = f"lib/python{MINOR}"
TAG = sys.implementation.cache_tag
Change = Callable[[list[TarFile]], list[TarFile]]


@pytest.fixture
def build(tmp_path: Path) -> FakeBuild:
    return fake_builds.make(tmp_path / "mirror", "20260101")


@pytest.fixture
def prepared(build: FakeBuild) -> Prepared:
    return prepare(build)


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The sources that are compiled on the host, for each time that it compiles some."""
    times: list[list[str]] = []
    compile_all = bytecode.compile_all

    def noting(stage: str, interpreter: str, prefix: str, sources: list[str], *more: Any, **options: Any) -> bool:
        times.append(sorted(sources))
        return compile_all(stage, interpreter, prefix, sources, *more, **options)

    monkeypatch.setattr(bytecode, "compile_all", noting)
    return times


def install(path: Path, build: FakeBuild, prepared: Prepared | None, **params: Any) -> dict[str, Any]:
    asset = asset_with_copy(build, prepared) if prepared else build.asset()
    mirror = {"compile_bytecode": True, "archive": None, "mirror": [build.archive.parents[1].as_uri()]}
    return run(spec(path, asset=asset, **{**mirror, **params}))


def content(path: Path) -> dict[str, bytes]:
    """The files and links, without bytecode and without what names the path."""
    found = (file for file in sorted(path.resolve().rglob("*")) if "__pycache__" not in file.parts)
    return {
        str(file.relative_to(path.resolve())): file.readlink().name.encode() if file.is_symlink() else file.read_bytes()
        for file in found
        if not file.is_dir() and file.name not in (".build.json", ".build.manifest")
    }


class TestTheSameBuild:
    def test_but_for_what_was_fetched(self, tmp_path: Path, build: FakeBuild, prepared: Prepared) -> None:
        path = tmp_path / "opt" / "a"
        published = install(path, build, None)
        receipt, before = (path / ".build.json").read_text(), content(path)
        install(path, build, None, state="absent")
        (build.archive).unlink()
        copied = install(path, build, prepared)
        assert content(path) == before
        assert {**json.loads((path / ".build.json").read_text()), "installed_at": "", "seal": ""} == {
            **json.loads(receipt),
            "installed_at": "",
            "seal": "",
        }
        differing = {"timings", "health"}
        assert {key: copied[key] for key in copied.keys() - differing} == {
            key: published[key] for key in published.keys() - differing
        }
        assert install(path, build, prepared, verify="full")["changed"] is False

    def test_only_what_a_fix_up_changed_is_compiled(
        self, tmp_path: Path, build: FakeBuild, prepared: Prepared, compiled: list[list[str]]
    ) -> None:
        path = tmp_path / "opt" / "a"
        install(path, build, prepared)
        assert compiled == [[f"{LIBRARY}/_sysconfigdata__linux_.py"]]
        for name in ("os", "_sysconfigdata__linux_", "json/__init__"):
            source = path / LIBRARY / f"{name}.py"
            cache = source.parent / "__pycache__" / f"{source.stem}.{TAG}.pyc"
            status_of = source.stat()
            expected = int(status_of.st_mtime).to_bytes(4, "little") + status_of.st_size.to_bytes(4, "little")
            assert cache.read_bytes()[8:16] == expected
            assert cache.stat().st_mode & 0o777 == 0o644

    def test_the_bytecode_is_used_and_says_where_it_is(
        self, tmp_path: Path, build: FakeBuild, prepared: Prepared
    ) -> None:
        path = tmp_path / "opt" / "a"
        install(path, build, prepared)
        code = f"import importlib.util as u; s = u.spec_from_file_location('x', {str(path / LIBRARY / 'os.py')!r}); "
        code += "m = s.loader.get_code('x'); print(m.co_filename)"
        done = subprocess.run([sys.executable, "-v", "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == str(path / LIBRARY / "os.py")
        assert f"code object from '{path}/{LIBRARY}/__pycache__/os.{TAG}.pyc'" in done.stderr

    def test_without_bytecode_none_is_written(
        self, tmp_path: Path, build: FakeBuild, prepared: Prepared, compiled: list[list[str]]
    ) -> None:
        path = tmp_path / "opt" / "a"
        install(path, build, prepared, compile_bytecode=False)
        assert (list(path.resolve().rglob("*.pyc")), compiled) == ([], [])

    def test_an_image_is_the_same_with_a_copy_as_without(
        self, tmp_path: Path, build: FakeBuild, prepared: Prepared
    ) -> None:
        trees = []
        for name, copy in (("a", prepared), ("b", None)):
            root = tmp_path / name
            root.mkdir()
            install(Path("/opt/3"), build, copy, root=str(root))
            place = root / "opt" / ".builds"
            trees.append(
                {str(file.relative_to(place)): file.read_bytes() for file in place.rglob("*.*") if file.is_file()}
            )
        assert trees[0] == trees[1]
        assert any(name.endswith(".pyc") for name in trees[0])

    def test_another_magic_number_has_all_compiled(
        self, tmp_path: Path, build: FakeBuild, prepared: Prepared, compiled: list[list[str]]
    ) -> None:
        def other_magic(members: list[TarFile]) -> list[TarFile]:
            return [
                one._replace(content=b"\1\1\r\n" + one.content[4:]) if one.info.name.endswith(".pyc") else one
                for one in members
            ]

        path = tmp_path / "opt" / "a"
        assert "warnings" not in install(path, build, change(build, prepared, other_magic))
        assert [len(sources) for sources in compiled] == [1, 3]
        assert {file.read_bytes()[:2] for file in path.resolve().rglob("*.pyc")} != {b"\1\1"}


def without(name: str) -> Change:
    return lambda members: [one for one in members if not one.info.name.endswith(name)]


def altered(name: str, alter: Callable[[TarFile], TarFile]) -> Change:
    return lambda members: [alter(one) if one.info.name.endswith(name) else one for one in members]


def added(name: str, body: bytes) -> Change:
    def add(members: list[TarFile]) -> list[TarFile]:
        like = next(one for one in members if one.info.name.endswith("os.py"))
        return [*members, TarFile(like.info.replace(name=f"python/{name}"), body)]

    return add


def renamed(name: str, to: str) -> Change:
    return altered(name, lambda one: one._replace(info=one.info.replace(name=one.info.name.replace(name, to))))


def _as_link(info: tarfile.TarInfo) -> tarfile.TarInfo:
    link = info.replace(linkname="../os.py")
    link.type = tarfile.SYMTYPE
    return link


OS = f"__pycache__/os.{TAG}.pyc"
NOT_THOSE = "its members are not those of the published archive"
NO_SOURCE = f'member "python/{LIBRARY}/__pycache__/%s.{TAG}.pyc" is no bytecode of a source before it'
NOT_USED = f'member "python/{LIBRARY}/{OS}" is not what Python would use for its source'
FORGED: dict[str, tuple[Change, str]] = {
    "another source": (altered("/os.py", lambda one: one._replace(content=b"NAME = 'so'\n")), NOT_THOSE),
    "another text": (altered("BUILD-NOTE", lambda one: one._replace(content=b"20260101!\n")), NOT_THOSE),
    "the same size": (altered("BUILD-NOTE", lambda one: one._replace(content=b"20260109\n")), NOT_THOSE),
    "a member more": (added("lib/evil.py", b"x"), NOT_THOSE),
    "a member less": (without("BUILD-NOTE"), NOT_THOSE),
    "another order": (lambda members: [*members[1:], members[0]], NOT_THOSE),
    "another time": (altered("BUILD-NOTE", lambda one: one._replace(info=one.info.replace(mtime=1))), NOT_THOSE),
    "executable": (altered("BUILD-NOTE", lambda one: one._replace(info=one.info.replace(mode=0o755))), NOT_THOSE),
    "another link": (altered("bin/python3", lambda one: one._replace(info=one.info.replace(linkname="pip"))), "entry"),
    "bytecode of no source": (renamed(OS, f"__pycache__/nothing.{TAG}.pyc"), NO_SOURCE % "nothing"),
    "bytecode first": (
        lambda members: sorted(members, key=lambda one: not one.info.name.endswith(OS)),
        NO_SOURCE % "os",
    ),
    "bytecode elsewhere": (renamed(OS, "__pycache__/x/os.pyc"), "is no bytecode of a source before it"),
    "another tag": (renamed(OS, "__pycache__/os.cpython-399.pyc"), "is not what Python would use for its source"),
    "executable bytecode": (altered(OS, lambda one: one._replace(info=one.info.replace(mode=0o755))), NO_SOURCE % "os"),
    "a link as bytecode": (
        altered(OS, lambda one: TarFile(_as_link(one.info), b"")),
        NO_SOURCE % "os",
    ),
    "bytecode cut off": (altered(OS, lambda one: one._replace(content=one.content[:15])), NOT_USED),
    "no magic number": (altered(OS, lambda one: one._replace(content=b"\0" * 4 + one.content[4:])), NOT_USED),
    "unchecked": (
        altered(OS, lambda one: one._replace(content=one.content[:4] + b"\1\0\0\0" + one.content[8:])),
        NOT_USED,
    ),
    "of another time": (
        altered(OS, lambda one: one._replace(content=one.content[:8] + bytes(8) + one.content[16:])),
        NOT_USED,
    ),
    "twice": (
        lambda members: [two for one in members for two in ([one, one] if one.info.name.endswith(OS) else [one])],
        "comes twice",
    ),
}


class TestForged:
    @pytest.mark.parametrize("name", FORGED)
    def test_the_published_archive_is_used_instead(
        self, tmp_path: Path, build: FakeBuild, prepared: Prepared, name: str
    ) -> None:
        how, why = FORGED[name]
        result = install(tmp_path / "opt" / "a", build, change(build, prepared, how))
        (warning,) = result["warnings"]
        assert warning.startswith(f"The published archive of {build.name} was used instead of its prepared copy: ")
        assert why in warning
        assert (tmp_path / "opt" / "a" / LIBRARY / "os.py").read_text() == "NAME = 'os'\n"
        assert not (tmp_path / "opt" / "a" / "lib" / "evil.py").exists()

    @pytest.mark.parametrize("name", ["a member more", "unchecked"])
    def test_one_that_was_sent_is_not_used(
        self, tmp_path: Path, build: FakeBuild, prepared: Prepared, name: str
    ) -> None:
        forged = change(build, prepared, FORGED[name][0])
        with pytest.raises(ArchiveNeeded) as caught:
            install(
                tmp_path / "a", build, forged, archive=str(place_of(build)), checksum=forged.sha256, delivery="push"
            )
        assert FORGED[name][1] in str(caught.value)
        assert (caught.value.sha256, (tmp_path / "a").exists()) == (build.sha256, False)


class TestWhereItWillNotDo:
    def test_another_file(self, tmp_path: Path, build: FakeBuild, prepared: Prepared) -> None:
        place_of(build).write_bytes(b"another")
        (warning,) = install(tmp_path / "a", build, prepared)["warnings"]
        assert "is not the expected one, so nothing was unpacked." in warning

    def test_no_file(self, tmp_path: Path, build: FakeBuild, prepared: Prepared) -> None:
        place_of(build).unlink()
        (warning,) = install(tmp_path / "a", build, prepared)["warnings"]
        assert "The archive could not be downloaded." in warning

    def test_a_host_that_cannot_read_it(
        self, tmp_path: Path, build: FakeBuild, prepared: Prepared, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(zstd, "can_read", lambda: False)
        place_of(build).unlink()
        assert "warnings" not in install(tmp_path / "a", build, prepared)

    def test_a_server_that_fails_is_asked_for_the_copy_alone(
        self, tmp_path: Path, build: FakeBuild, prepared: Prepared
    ) -> None:
        path = f"/{build.release}/{place_of(build).name.replace('+', '%2B')}"
        with (
            serve(build.archive.parents[1], script={path: status(503)}) as server,
            pytest.raises((NoSource, ArchiveNeeded)),
        ):
            install(tmp_path / "a", build, prepared, mirror=[server.url], delivery="auto")
        assert {path.rpartition(".")[2] for path in server.paths()} == {"zst"}

    def test_it_is_all_that_is_fetched(self, tmp_path: Path, build: FakeBuild, prepared: Prepared) -> None:
        with serve(build.archive.parents[1]) as server:
            install(tmp_path / "a", build, prepared, mirror=[server.url])
        assert [path.rpartition(".")[2] for path in server.paths()] == ["zst"]
