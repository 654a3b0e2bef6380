# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills before each step of what changes a host: the next run ends as one that nobody disturbed.

Under a umask of 077, so that whatever gets its mode a step after its name shows it. The caches of the controller are
killed in their own tests, several runs of one store at once in tests/fleet/test_storm.py.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible", reason="bootstrapping is decided on the controller")

from ansible_collections.standalone.python.plugins.module_utils._argspec import MIRROR_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.module_utils._install import confirm, rollback
from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
from ansible_collections.standalone.python.plugins.module_utils._links import links
from ansible_collections.standalone.python.plugins.module_utils._mirror import apply, prepare
from ansible_collections.standalone.python.plugins.module_utils._mirror.spec import MirrorSpec
from ansible_collections.standalone.python.plugins.plugin_utils._bootstrap.interpreter import Unpacking
from tests.support import fake_builds
from tests.support.fake_builds import FakeBuild
from tests.support.fuzzing import VARIABLE
from tests.support.install_specs import spec
from tests.support.installed_builds import history, litter, release_at, store_of, stored
from tests.support.killed import kills
from tests.support.mirror_specs import complaints, fill_source
from tests.support.probe_runs import program

MOST = max(40, int(os.environ.get(VARIABLE) or 0) // 10)
TOOLS = ("cat", "chmod", "gzip", "id", "ls", "mkdir", "rm", "sha256sum", "tar", "tr")


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.fixture
def world(tmp_path: Path) -> Path:
    (tmp_path / "world").mkdir()
    return tmp_path / "world"


def seen(tree: Path) -> dict[str, Any]:
    """Every name below, with its kind, mode, and where a link leads or what is in a file."""
    return {str(item.relative_to(tree)): described(item) for item in tree.rglob("*")}


def described(item: Path) -> tuple[str, str]:
    mode = item.lstat().st_mode
    if stat.S_ISLNK(mode):
        return "link", os.readlink(item)
    return oct(mode), item.read_text() if stat.S_ISREG(mode) else ""


# --- links, profiles and what goes again -----------------------------------------------------------------------------


def linked(world: Path) -> Callable[[], object]:
    """The work of the module that sets links: some new, some changed, some removed."""
    params = {
        "directories": [str(world / "man" / "man1")],
        "links": [{"path": str(world / "bin" / name), "target": f"/opt/{name}"} for name in ("python3", "pip3")],
        "files": [{"path": str(world / "profile.d" / "python.sh"), "content": "PATH=/opt/bin\n"}],
        "absent": [str(world / "stale"), str(world / "never")],
    }
    return lambda: links.carry_out(links.decide(links.desired(params)))


def test_links(world: Path) -> None:
    work = linked(world)
    (world / "bin").mkdir(mode=0o755)
    (world / "bin" / "pip3").symlink_to("/opt/old")
    (world / "stale").symlink_to("/nowhere")
    undisturbed = world.with_name("undisturbed")
    shutil.copytree(world, undisturbed, symlinks=True)
    linked(undisturbed)()
    for kill in kills(world, work, at_most=MOST):
        work()
        assert seen(world) == seen(undisturbed), kill


# --- builds ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", ["install", "upgrade", "remove"])
def test_a_build(operation: str, world: Path, old: FakeBuild, new: FakeBuild) -> None:
    path = world / "opt" / "python" / fake_builds.MINOR

    def work() -> object:
        return run(spec(path, state="absent") if operation == "remove" else spec(path, new))

    if operation != "install":
        run(spec(path, old))
    for kill in kills(world, work, at_most=MOST // 4):
        if path.is_symlink():
            assert release_at(path) in (old.release, new.release), kill
        work()
        if operation == "remove":
            assert not os.path.lexists(path), kill
            continue
        assert (release_at(path), litter(path)) == (new.release, []), kill
        public = [path.parents[1], path.parent, store_of(path), path.resolve()]
        assert [oct(directory.stat().st_mode & 0o777) for directory in public] == ["0o755"] * len(public), kill


@pytest.mark.parametrize("is_provisional", [False, True])
def test_a_rollback(is_provisional: bool, world: Path, old: FakeBuild, new: FakeBuild) -> None:
    path = world / "opt" / "python" / fake_builds.MINOR
    given = {"from_build": new.name, "paths": [str(path)], "stores": [], "root": None, "lock_timeout": 9}

    def work() -> dict[str, Any]:
        return rollback.run({**given, "reason": "it fails"}, check_mode=False)

    run(spec(path, old))
    run(spec(path, new, provisional=is_provisional))
    for kill in kills(world, work, at_most=MOST // 2):
        assert release_at(path) in (old.release, new.release), kill
        work()
        left = [one.build for one in history(store_of(path), path).left]
        assert (release_at(path), left, work()["changed"]) == (old.release, [new.name], False), kill
        run(spec(path, old))
        assert (release_at(path), litter(path), history(store_of(path), path).fallback) == (old.release, [], None), kill


@pytest.mark.parametrize("keep", [0, 1])
def test_a_confirmation(keep: int, world: Path, old: FakeBuild, new: FakeBuild) -> None:
    path = world / "opt" / "python" / fake_builds.MINOR
    run(spec(path, old))
    run(spec(path, new, provisional=True, keep=keep))
    for kill in kills(world, lambda: confirm.confirm(str(store_of(path))), at_most=MOST // 4):
        confirm.confirm(str(store_of(path)))
        assert (release_at(path), history(store_of(path), path).fallback) == (new.release, None), kill
        run(spec(path, new, keep=keep))
        builds = [old.name, new.name] if keep else [new.name]
        assert (stored(path), litter(path)) == (builds, []), kill


# --- mirrors ---------------------------------------------------------------------------------------------------------


def test_a_mirror(world: Path, tmp_path: Path) -> None:
    """From one declaration to another, which adds and removes archives; two of them are fetched at a time."""
    assets = fill_source(tmp_path / "source", ("20260101", "20260201"), size_bytes=5000)

    def sync(mirror: Path, declared: list[dict[str, Any]]) -> object:
        defaults = {option: spec.get("default") for option, spec in MIRROR_ARGUMENTS.items()}
        source = (tmp_path / "source").as_uri()
        given = {**defaults, "path": str(mirror), "assets": declared, "mirror": [source], "parallel": 2}
        return apply.run(MirrorSpec.from_params(given))

    undisturbed = tmp_path / "undisturbed"
    sync(world / "mirror", assets[:4])
    sync(undisturbed, assets[2:])
    for kill in kills(world, lambda: sync(world / "mirror", assets[2:]), at_most=MOST // 2):
        assert complaints(world / "mirror") == [], kill
        sync(world / "mirror", assets[2:])
        assert served(world / "mirror") == served(undisturbed), kill


def test_a_mirror_that_goes(world: Path, tmp_path: Path) -> None:
    """Its removal is killed, or its first sync; then it is removed, and at most an empty directory is left of it."""
    mirror, assets = world / "mirror", fill_source(tmp_path / "source", ("20260101",), size_bytes=5000)

    def sync(state: str) -> object:
        defaults = {option: spec.get("default") for option, spec in MIRROR_ARGUMENTS.items()}
        source = {"assets": assets, "mirror": [(tmp_path / "source").as_uri()], "parallel": 1}
        given = {**defaults, "path": str(mirror), "state": state, **(source if state == "present" else {})}
        return apply.run(MirrorSpec.from_params(given))

    for killed in ("present", "absent"):
        if killed == "absent":
            sync("present")
            (mirror / "20260101" / "mine").touch()
        for kill in kills(world, lambda killed=killed: sync(killed), at_most=MOST):  # type: ignore[misc]
            sync("absent")
            left = [item for item in world.rglob("*") if not item.is_dir() or item.name == ".mirror"]
            assert left == ([mirror / "20260101" / "mine"] if killed == "absent" else []), (killed, kill)


def test_a_mirror_that_prepares_copies(world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One copy is made, one is made again with another level, one goes: all by this process, so each step counts."""

    def make_all(jobs: dict[str, prepare.Job], level: prepare.Level, _processors: int) -> dict[str, prepare.Outcome]:
        return {name: prepare.make(*job, level, most_workers=1) for name, job in jobs.items()}

    def sync(mirror: Path, declared: list[FakeBuild], level: int) -> object:
        defaults = {option: spec.get("default") for option, spec in MIRROR_ARGUMENTS.items()}
        given = {**defaults, "path": str(mirror), "assets": [build.asset() for build in declared], "parallel": 1}
        source = {"mirror": [(tmp_path / "source").as_uri()], "prepare": True, "prepare_level": level}
        return apply.run(MirrorSpec.from_params({**given, **source}))

    monkeypatch.setattr(prepare, "make_all", make_all)
    builds = [fake_builds.make(tmp_path / "source", release) for release in ("20260101", "20260201", "20260301")]
    undisturbed = tmp_path / "undisturbed"
    sync(world / "mirror", builds[:2], 1)
    sync(undisturbed, builds[1:], 2)
    for kill in kills(world, lambda: sync(world / "mirror", builds[1:], 2), at_most=MOST // 8):
        assert complaints(world / "mirror") == [], kill
        sync(world / "mirror", builds[1:], 2)
        assert served(world / "mirror") == served(undisturbed), kill


def served(mirror: Path) -> dict[str, tuple[str, bytes]]:
    """Whatever clients see, with its mode."""
    items = {str(item.relative_to(mirror)): item for item in mirror.rglob("*")}
    return {
        name: (oct(item.stat().st_mode), item.read_bytes() if item.is_file() else b"")
        for name, item in items.items()
        if not name.startswith(".")
    }


# --- a host without Python -------------------------------------------------------------------------------------------


class Host:
    """A host with these tools only. The one that is called as number `deadly` kills the shell that called it."""

    def __init__(self, directory: Path) -> None:
        self.calls = directory / "calls"
        self.tools = directory / "tools"
        self.tools.mkdir()
        for name in TOOLS:
            found = shutil.which(name)
            if found is None:
                pytest.skip(f"{name} is not installed here")
            tool = self.tools / name
            tool.write_text(
                f'#!/bin/sh\nread -r left <"{self.calls}"\necho $((left - 1)) >"{self.calls}"\n'
                f'[ "$left" -ne 0 ] || kill -KILL 0\nexec {found} "$@"\n'
            )
            tool.chmod(0o755)

    def run(self, command: str, data: bytes, *, deadly: int) -> subprocess.CompletedProcess[bytes]:
        self.calls.write_text(f"{deadly}\n")
        return subprocess.run(
            [*program("dash"), "-c", command],
            input=data,
            capture_output=True,
            check=False,
            env={"PATH": str(self.tools)},
            start_new_session=True,
        )


def test_a_bootstrap(world: Path, tmp_path: Path, new: FakeBuild) -> None:
    """Its interpreter for one run is unpacked by a shell, which is killed at each of its commands."""
    host, path = Host(tmp_path), world / "opt" / "python" / fake_builds.MINOR
    asset, data = Asset.from_dict(new.asset(), where="asset", error=InvalidName), new.archive.read_bytes()
    deadly, was_killed = 0, True
    while was_killed:
        unpacking = Unpacking(str(store_of(path)), asset, None)
        done = host.run(unpacking.command(), data, deadly=deadly)
        was_killed = done.returncode < 0
        assert not os.path.lexists(path)
        deadly += 1
    assert deadly > len(TOOLS)
    assert len(litter(path)) > 1  # of the killed runs, and the interpreter of this one
    temporary = unpacking.parse(done.stdout.decode(), rc=done.returncode, stderr=done.stderr.decode())
    assert subprocess.run([temporary.program, "-c", ""], check=False).returncode == 0
    run(spec(path, new))
    assert (release_at(path), litter(path)) == (new.release, [])
