# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Power loss at random instants: what is visible is whole at once, and the next run ends as an undisturbed one does.

`tests.support.power_loss` says what of a real disk is simulated, and what is not.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

pytest.importorskip("ansible", reason="two of the caches are the controller's")

from ansible import constants

from ansible_collections.standalone.python.plugins.module_utils._argspec import MIRROR_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
from ansible_collections.standalone.python.plugins.module_utils._mirror import apply
from ansible_collections.standalone.python.plugins.module_utils._mirror.spec import MirrorSpec
from ansible_collections.standalone.python.plugins.module_utils._os import threads as _threads
from ansible_collections.standalone.python.plugins.module_utils._store.inspect import inspect
from ansible_collections.standalone.python.plugins.module_utils._store.receipt import read as read_receipt
from ansible_collections.standalone.python.plugins.plugin_utils._archives.cache import cached_archive
from ansible_collections.standalone.python.plugins.plugin_utils._index.catalog import Variant
from ansible_collections.standalone.python.plugins.plugin_utils._index.reader import IndexOptions, open_index
from tests.support import fake_builds
from tests.support.fake_builds import FakeBuild
from tests.support.fuzzing import VARIABLE
from tests.support.index_documents import versions_index
from tests.support.install_specs import spec
from tests.support.installed_builds import litter, release_at, store_of, stored
from tests.support.mirror_specs import complaints, contents, fill_source
from tests.support.power_loss import crashes
from tests.support.servers import serve

# Each costs as much as a hundred parses or more.
INSTANTS = max(6, int(os.environ.get(VARIABLE) or 0) // 100)
PULLED = {"archive": None, "delivery": "pull"}


@pytest.fixture(autouse=True)
def _only_the_syncs_that_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Data that happen to be written back early would hide a sync that is missing."""
    monkeypatch.setattr(_threads, "_MOST_WRITEBACKS", 0)


@pytest.fixture
def randomness(request: pytest.FixtureRequest) -> Random:
    """The same for each run of the suite, whichever tests run beside."""
    return Random() if os.environ.get(VARIABLE) else Random(request.node.name)


@pytest.fixture
def world(tmp_path: Path) -> Path:
    (tmp_path / "world").mkdir()
    return tmp_path / "world"


@dataclass(frozen=True)
class HostPath:
    """A path on a host, and the two builds that it has one after the other."""

    path: Path
    old: FakeBuild
    new: FakeBuild

    def run(self, build: FakeBuild | None = None, **params: Any) -> dict[str, Any]:
        given = {**({"mirror": [self.old.archive.parents[1].as_uri()], **PULLED} if build else {}), **params}
        return run(spec(self.path, build, **given))

    def require_whole(self) -> None:
        """The build at the path can be used, as can each build of the store that counts as complete."""
        if os.path.lexists(self.path):
            assert self.path.resolve().is_dir()
            assert release_at(self.path) in (self.old.release, self.new.release)
        for name in stored(self.path) if store_of(self.path).is_dir() else ():
            entry = store_of(self.path) / name
            receipt = read_receipt(str(entry))
            assert receipt, f"{name} has no receipt"
            assert not inspect(str(entry), receipt, full=True)


@pytest.fixture
def host(world: Path, old: FakeBuild, new: FakeBuild) -> HostPath:
    return HostPath(world / "python" / fake_builds.MINOR, old, new)


def installed_before(host: HostPath) -> None:
    host.run(host.old)


def installed_twice_before(host: HostPath) -> None:
    host.run(host.new)
    host.run(host.old)


# What was there, the operation, and the release at the path in the end; None where there is nothing any more.
OPERATIONS: dict[str, tuple[Callable[[HostPath], None] | None, Callable[[HostPath], object], str]] = {
    "install": (None, lambda host: host.run(host.new), "new"),
    "upgrade": (installed_before, lambda host: host.run(host.new), "new"),
    "upgrade and keep none": (installed_before, lambda host: host.run(host.new, keep=0), "new"),
    "upgrade provisional": (installed_before, lambda host: host.run(host.new, provisional=True), "new"),
    "go back to a build of the store": (installed_twice_before, lambda host: host.run(host.new), "new"),
    "remove": (installed_before, lambda host: host.run(state="absent"), "none"),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_host(name: str, host: HostPath, world: Path, randomness: Random) -> None:
    before, operation, there = OPERATIONS[name]
    if before:
        before(host)
    for crash in crashes(world, lambda: operation(host), randomness, INSTANTS):
        host.require_whole()
        operation(host)
        assert os.path.lexists(host.path) == (there == "new"), crash
        if there == "new":
            assert release_at(host.path) == host.new.release, crash
            assert litter(host.path) == [], crash
            assert operation(host)["changed"] is False, crash
        host.require_whole()


def test_a_repair(host: HostPath, world: Path, randomness: Random) -> None:
    host.run(host.new)
    (host.path / "bin" / f"pip{fake_builds.MINOR}").write_text("another\n")
    for crash in crashes(world, lambda: host.run(host.new, verify="full"), randomness, INSTANTS):
        assert host.run(host.new, verify="full")["build"]["release"] == host.new.release
        assert host.run(host.new, verify="full")["changed"] is False, crash
        host.require_whole()


MIRRORS = {"filled": (0, 3), "extended": (3, 6), "exchanged": (3, -3), "emptied": (6, 1)}


@pytest.mark.parametrize("name", MIRRORS)
def test_a_mirror(name: str, world: Path, tmp_path: Path, randomness: Random) -> None:
    before, after = MIRRORS[name]
    assets = fill_source(tmp_path / "source", ("20260101", "20260201"), size_bytes=5000)
    wanted = assets[after:] if after < 0 else assets[:after]

    def sync(declared: list[dict[str, Any]]) -> dict[str, Any]:
        defaults = {option: spec.get("default") for option, spec in MIRROR_ARGUMENTS.items()}
        source = (tmp_path / "source").as_uri()
        # One at a time: an instant of one thread would fall into the middle of a call of another.
        given = {**defaults, "path": str(world / "mirror"), "assets": declared, "mirror": [source], "parallel": 1}
        return apply.run(MirrorSpec.from_params(given))

    if before:
        sync(assets[:before])
    for crash in crashes(world, lambda: sync(wanted), randomness, INSTANTS):
        assert complaints(world / "mirror") == [], crash
        sync(wanted)
        assert complaints(world / "mirror") == [], crash
        archives = {file for file in contents(world / "mirror") if file.endswith(".tar.gz")}
        assert archives == {f"{asset['release']}/{asset['name']}.tar.gz" for asset in wanted}, crash
        assert sync(wanted)["changed"] is False, crash


@pytest.fixture
def environ(world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path / "run"))
    world.chmod(0o700)
    return {"ANSIBLE_STANDALONE_PYTHON_CACHE": str(world / "cache")}


def test_the_cache_of_archives(
    world: Path, environ: dict[str, str], old: FakeBuild, new: FakeBuild, randomness: Random
) -> None:
    """From a mirror that resumes, so that a damaged part of a download is taken up too."""

    def fill(build: FakeBuild, mirror: str) -> bytes:
        options = UrlOptions(timeout=5, use_proxy=False)
        asset = Asset.from_dict(build.asset())
        with cached_archive(asset, mirrors=[mirror], url_options=options, environ=environ, warn=pytest.fail) as path:
            return Path(path).read_bytes()

    with serve(old.archive.parents[1]) as server:
        fill(old, server.url)
        for _crash in crashes(world, lambda: fill(new, server.url), randomness, INSTANTS):
            for build in (new, old):
                assert fill(build, server.url) == build.archive.read_bytes()


def test_the_cache_of_indexes(world: Path, environ: dict[str, str], tmp_path: Path, randomness: Random) -> None:
    old, new = (f"cpython-3.13.{n}+20250723-x86_64-unknown-linux-gnu-install_only.tar.gz" for n in (5, 6))
    served = tmp_path / "served"
    served.mkdir()
    (served / "index").write_bytes(versions_index(old))

    def read(address: str) -> int:
        options = IndexOptions((address,), UrlOptions(timeout=5, use_proxy=False), max_age_s=0, environ=environ)
        opened = open_index(options, pytest.fail)
        try:
            return len(opened.catalog.versions(["x86_64-unknown-linux-gnu"], Variant(free_threaded=False, debug=False)))
        finally:
            opened.catalog.close()

    with serve(served) as server:
        read(f"{server.url}/index")
        (served / "index").write_bytes(versions_index(old, new))
        expected = read(f"{server.url}/index")
        for crash in crashes(world, lambda: read(f"{server.url}/index"), randomness, INSTANTS):
            assert read(f"{server.url}/index") == expected, crash
