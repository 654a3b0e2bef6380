# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's archives: fetched once, verified, taken up again, kept within a bound, and never lost while in use.

Threads stand in for Ansible's workers: locks of open files keep them apart in the same way.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("ansible", reason="the cache of archives is the controller's")

from ansible import constants

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._errors import (
    DownloadError,
    InvalidName,
    StoreError,
)
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.plugin_utils._archives import content_cache
from ansible_collections.standalone.python.plugins.plugin_utils._archives.cache import cached_archive
from ansible_collections.standalone.python.plugins.plugin_utils._archives.content_cache import ContentCache
from ansible_collections.standalone.python.plugins.plugin_utils._cache.private_directory import (
    open_private,
    private_directory,
)
from tests.support import fake_builds
from tests.support.fake_builds import FakeBuild
from tests.support.foreign_files import fifo, open_to_all, symlink_to
from tests.support.killed import killed_before
from tests.support.misbehaviours import raw
from tests.support.servers import Server, serve, status
from tests.support.small_disks import MountRefused, small_disk

WORKERS = 8
RELEASES = ("20260101", "20260102", "20260103")


@pytest.fixture
def builds(tmp_path: Path) -> list[FakeBuild]:
    """Three archives on a mirror, which differ by a byte or two in size."""
    return [fake_builds.make(tmp_path / "mirror", release) for release in RELEASES]


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    return tmp_path / "cache" / "archives"


@pytest.fixture
def server(builds: list[FakeBuild], tmp_path: Path) -> Iterator[Server]:
    with serve(tmp_path / "mirror", latency_s=0.3) as running:
        yield running


def asset_of(build: FakeBuild) -> Asset:
    return Asset.from_dict(build.asset())


def cached(build: FakeBuild, mirror: str, directory: Path, **given: Any) -> AbstractContextManager[str]:
    environ = {"ANSIBLE_STANDALONE_PYTHON_CACHE": str(directory.parent), **given.pop("environ", {})}
    options: dict[str, Any] = {"url_options": UrlOptions(timeout=5), "warn": pytest.fail, **given}
    return cached_archive(asset_of(build), mirrors=[mirror], environ=environ, **options)


def read(build: FakeBuild, mirror: str, directory: Path, **given: Any) -> bytes:
    with cached(build, mirror, directory, **given) as path:
        return Path(path).read_bytes()


def kept(directory: Path) -> set[str]:
    return {file.name for file in directory.iterdir() if len(file.name) == 64}


def test_many_workers_fetch_once(builds: list[FakeBuild], server: Server, directory: Path) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        answers = list(pool.map(lambda _worker: read(builds[0], server.url, directory), range(WORKERS)))
    assert answers == [builds[0].archive.read_bytes()] * WORKERS
    assert len(server.requests) == 1
    assert read(builds[0], "http://127.0.0.1:1", directory) == answers[0]  # the next run asks nobody
    assert directory.stat().st_mode & 0o777 == 0o700


def test_a_read_only_cache_serves_what_it_has(
    builds: list[FakeBuild], server: Server, directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in an execution environment that was made with it. The run's own directory, with a warning, has the rest."""
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path / "run"))
    try:
        with small_disk(directory.parent, 10_000_000) as disk:
            directory.parent.chmod(0o700)
            content = read(builds[0], server.url, directory)
            read(builds[1], server.url, directory)
            (directory / builds[1].sha256).write_bytes(b"damaged")
            disk.make_read_only()
            assert read(builds[0], "http://127.0.0.1:1", directory) == content
            warnings: list[str] = []
            assert read(builds[1], server.url, directory, warn=warnings.append) == builds[1].archive.read_bytes()
    except MountRefused as refusal:
        pytest.skip(str(refusal))
    assert len(warnings) == 1
    assert warnings[0].startswith(f"Cannot keep archives in {directory} (Read-only file system), so each run fetches")


def test_a_stick_is_a_mirror(builds: list[FakeBuild], tmp_path: Path, directory: Path) -> None:
    assert read(builds[0], (tmp_path / "mirror").as_uri(), directory) == builds[0].archive.read_bytes()


def test_what_an_interrupted_run_left_is_taken_up(builds: list[FakeBuild], server: Server, directory: Path) -> None:
    directory.mkdir(parents=True)
    content = builds[0].archive.read_bytes()
    (directory / f"{builds[0].sha256}.part").write_bytes(content[:100])
    assert read(builds[0], server.url, directory) == content
    assert [request.headers["range"] for request in server.requests] == ["bytes=100-"]
    assert kept(directory) == {builds[0].sha256}


def test_a_damaged_copy_is_fetched_again(builds: list[FakeBuild], server: Server, directory: Path) -> None:
    content = read(builds[0], server.url, directory)
    (directory / builds[0].sha256).write_bytes(content[:-1] + b"!")
    assert read(builds[0], server.url, directory) == content
    assert len(server.requests) == 2


def test_progress_is_reported(builds: list[FakeBuild], server: Server, directory: Path) -> None:
    said: list[tuple[int, int | None]] = []
    size = len(read(builds[0], server.url, directory, watch=lambda count, total: said.append((count, total))))
    assert said[-1] == (size, size)


class TestFailure:
    def test_another_file_is_refused_and_not_kept(
        self, builds: list[FakeBuild], server: Server, directory: Path
    ) -> None:
        builds[0].archive.write_bytes(b"another")
        with pytest.raises(DownloadError) as caught:
            read(builds[0], server.url, directory)
        assert str(caught.value).startswith("On the controller: The digest of ")
        assert kept(directory) == set()

    def test_those_who_wait_share_it(self, builds: list[FakeBuild], directory: Path) -> None:
        with serve(latency_s=0.5) as server, ThreadPoolExecutor(WORKERS) as pool:
            attempts = [pool.submit(read, builds[0], server.url, directory) for _worker in range(WORKERS)]
            said = {str(attempt.exception()) for attempt in attempts}
            assert len(server.requests) == 1
        (message,) = said
        assert message.startswith("On the controller: The archive could not be downloaded. ")
        assert "delivery" not in message

    def test_the_next_one_asks_again(self, builds: list[FakeBuild], tmp_path: Path, directory: Path) -> None:
        path = f"/{builds[0].release}/{builds[0].archive.name}".replace("+", "%2B")
        with serve(tmp_path / "mirror", script={path: [status(404), status(404)]}) as server:
            for _try in range(2):
                with pytest.raises(DownloadError, match="404 Not Found"):
                    read(builds[0], server.url, directory)
        assert read(builds[0], (tmp_path / "mirror").as_uri(), directory)

    def test_an_asset_without_address(self, builds: list[FakeBuild], directory: Path) -> None:
        asset = Asset.from_dict({**builds[0].asset(), "url": ""})
        with pytest.raises(StoreError, match="was installed from a local archive"):
            with cached_archive(asset, mirrors=[], url_options=UrlOptions(), environ={}, warn=pytest.fail):
                pass


class TestHeldLock:
    """A process that holds the lock and does nothing more, such as one that was stopped."""

    @pytest.fixture
    def holder(self, builds: list[FakeBuild], directory: Path) -> Iterator[Path]:
        private_directory(str(directory))
        lock = directory / f"{builds[0].sha256}.lock"
        descriptor = open_private(str(lock))
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield lock
        os.close(descriptor)

    def test_is_not_waited_for_without_end(self, builds: list[FakeBuild], directory: Path, holder: Path) -> None:
        options = UrlOptions(timeout=5, lock_timeout=1)
        with pytest.raises(StoreError) as caught:
            read(builds[0], "file:///m", directory, url_options=options)
        assert str(caught.value) == (
            f"Cannot lock {holder} in the cache: another run has held the lock for 1 seconds, the limit of "
            "lock_timeout. Wait until that run has ended, or end it, then run again."
        )

    def test_one_that_fetches_is_waited_for(self, builds: list[FakeBuild], tmp_path: Path, directory: Path) -> None:
        """For longer than the timeout, as long as bytes arrive."""
        private_directory(str(directory))
        lock = open_private(str(directory / f"{builds[0].sha256}.lock"))
        part = directory / f"{builds[0].sha256}.part"
        fcntl.flock(lock, fcntl.LOCK_EX)
        with ThreadPoolExecutor(1) as pool:
            options = UrlOptions(timeout=5, lock_timeout=1)
            waiting = pool.submit(read, builds[0], (tmp_path / "mirror").as_uri(), directory, url_options=options)
            for _byte in range(8):
                part.write_bytes(b"")
                time.sleep(0.2)
            part.unlink()
            os.close(lock)
            assert waiting.result() == builds[0].archive.read_bytes()

    def test_another_archive_goes_on(
        self, builds: list[FakeBuild], tmp_path: Path, directory: Path, holder: Path
    ) -> None:
        assert read(builds[1], (tmp_path / "mirror").as_uri(), directory)
        assert holder.exists()


class TestBound:
    """At most so many bytes, the least recently used first; what is in use stays."""

    @pytest.fixture
    def two(self, builds: list[FakeBuild]) -> dict[str, str]:
        """Room for two of the three archives."""
        sizes = [build.archive.stat().st_size for build in builds]
        return {"ANSIBLE_STANDALONE_PYTHON_CACHE_SIZE": str(sum(sizes) - min(sizes) // 2)}

    def test_the_least_recently_used_goes(
        self, builds: list[FakeBuild], tmp_path: Path, directory: Path, two: dict[str, str]
    ) -> None:
        mirror = (tmp_path / "mirror").as_uri()
        for number in (0, 1, 0, 2):
            read(builds[number], mirror, directory, environ=two)
        assert kept(directory) == {builds[0].sha256, builds[2].sha256}
        assert not [file for file in directory.iterdir() if file.name.startswith(builds[1].sha256)]

    def test_what_is_in_use_stays(
        self, builds: list[FakeBuild], tmp_path: Path, directory: Path, two: dict[str, str]
    ) -> None:
        mirror = (tmp_path / "mirror").as_uri()
        with ExitStack() as stack:
            for build in builds:
                stack.enter_context(cached(build, mirror, directory, environ=two))
            assert kept(directory) == {build.sha256 for build in builds}

    def test_nothing_is_kept_longer_than_needed(self, builds: list[FakeBuild], tmp_path: Path, directory: Path) -> None:
        for build in builds:
            read(
                build, (tmp_path / "mirror").as_uri(), directory, environ={"ANSIBLE_STANDALONE_PYTHON_CACHE_SIZE": "0"}
            )
        assert kept(directory) == {builds[2].sha256}

    @pytest.mark.parametrize("length", [99999999999999999, 1024**3 + 1, 1024**3 - 1])
    def test_nothing_goes_for_a_length_in_a_header(
        self, builds: list[FakeBuild], tmp_path: Path, directory: Path, two: dict[str, str], length: int
    ) -> None:
        mirror = (tmp_path / "mirror").as_uri()
        for build in builds[:2]:
            read(build, mirror, directory, environ=two)
        path = f"/{builds[2].release}/{builds[2].archive.name}".replace("+", "%2B")
        boast = raw(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\nno archive" % length)
        with serve(script={path: [boast, status(404)]}) as server, pytest.raises(DownloadError):
            read(builds[2], server.url, directory, environ=two)
        assert kept(directory) == {builds[0].sha256, builds[1].sha256}

    @pytest.mark.parametrize("text", ["soon", "-", "4 apples", "9" * 400])
    def test_a_bound_that_is_none(self, builds: list[FakeBuild], directory: Path, text: str) -> None:
        with pytest.raises(InvalidName) as caught:
            read(builds[0], "file:///m", directory, environ={"ANSIBLE_STANDALONE_PYTHON_CACHE_SIZE": text})
        assert str(caught.value) == (
            f"ANSIBLE_STANDALONE_PYTHON_CACHE_SIZE is {text!r}. Write a size in bytes, or with a unit, such as 500M or "
            "4G."
        )


class TestNoFolder:
    """A folder below a file can be made by nobody, root included."""

    def test_the_runs_own_directory_is_used_instead(
        self, builds: list[FakeBuild], tmp_path: Path, directory: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path / "run"))
        directory.parent.write_text("")
        warned: list[str] = []
        with cached(builds[0], (tmp_path / "mirror").as_uri(), directory, warn=warned.append) as path:
            assert Path(path).parent == tmp_path / "run" / "standalone-python" / "archives"
        (warning,) = warned
        assert warning.startswith(
            f"Cannot use the cache {directory.parent}: {directory.parent} cannot be used (Not a direc"
        )

    def test_none_at_all(
        self, builds: list[FakeBuild], tmp_path: Path, directory: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        directory.parent.write_text("")
        monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(directory.parent / "run"))
        with pytest.raises(StoreError) as caught:
            read(builds[0], "file:///m", directory, warn=lambda _warning: None)
        assert str(caught.value) == (
            f"Cannot keep archives on the controller: neither {directory.parent} nor "
            f"{directory.parent / 'run'} can be used. "
            "Set ANSIBLE_STANDALONE_PYTHON_CACHE to a directory that only this user can write to."
        )

    def test_what_cannot_be_opened_in_it(self, builds: list[FakeBuild], directory: Path) -> None:
        lock = directory / f"{asset_of(builds[0]).sha256}.lock"
        lock.mkdir(parents=True)  # or a file of another user, which would not stop root
        with pytest.raises(StoreError) as caught:
            read(builds[0], "file:///m", directory)
        assert str(caught.value) == (
            f"The controller cannot use {lock}, where it keeps archives: a directory is there. Move it away. Or set "
            "ANSIBLE_STANDALONE_PYTHON_CACHE to another directory."
        )


class TestWithoutLocks:
    """A file system without flock, as NFS without lockd: pushing goes on, and no process harms another."""

    @pytest.fixture(autouse=True)
    def no_locks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(_handle: int, _kind: int) -> None:
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

        monkeypatch.setattr(fcntl, "flock", refuse)

    def test_it_warns_and_goes_on(self, builds: list[FakeBuild], server: Server, directory: Path) -> None:
        warnings: list[str] = []
        for _run in range(2):
            content = read(builds[0], server.url, directory, warn=warnings.append)
            assert content == builds[0].archive.read_bytes()
        assert len(server.requests) == 1
        assert warnings[0].startswith(f"Cannot lock {directory}/.lock in the cache: the file system /")
        assert warnings[0].endswith(
            "or choose a directory on another file system. Until then each worker of Ansible fetches a missing archive "
            "for itself; ANSIBLE_STANDALONE_PYTHON_CACHE can name another directory."
        )

    def test_an_unfinished_download_belongs_to_one_process(self, builds: list[FakeBuild], directory: Path) -> None:
        cache = ContentCache(str(directory), 10**9)
        sha256 = asset_of(builds[0]).sha256
        assert cache.part_of(sha256) == f"{directory}/{sha256}.{os.getpid()}.part"

    def test_an_archive_that_another_process_may_use_stays(self, directory: Path) -> None:
        cache = ContentCache(str(directory), 1)
        recent, unused = (directory / (digit * 64) for digit in "ab")
        for archive in (recent, unused):
            archive.write_bytes(b"12")
        os.utime(unused, (0, 0))
        cache.make_room(0)
        assert recent.exists()
        assert not unused.exists()


class TestOtherUsers:
    """Another local user who can write to the cache, or who prepared it."""

    @pytest.mark.parametrize("suffix", ["", ".part", ".lock"])
    @pytest.mark.parametrize("kind", ["link", "fifo", "open"])
    def test_nothing_is_followed(
        self, builds: list[FakeBuild], tmp_path: Path, directory: Path, suffix: str, kind: str
    ) -> None:
        precious = tmp_path / "precious"
        precious.write_bytes(b"precious")
        directory.mkdir(parents=True)
        plant = {"link": symlink_to(precious), "fifo": fifo, "open": open_to_all}[kind]
        plant(directory / f"{builds[0].sha256}{suffix}")
        assert read(builds[0], (tmp_path / "mirror").as_uri(), directory) == builds[0].archive.read_bytes()
        assert precious.read_bytes() == b"precious"
        assert kept(directory) == {builds[0].sha256}
        assert not (directory / builds[0].sha256).is_symlink()

    def test_a_link_to_the_right_archive_is_not_followed(
        self, builds: list[FakeBuild], tmp_path: Path, directory: Path
    ) -> None:
        """Its target could be exchanged after the digest was compared."""
        directory.mkdir(parents=True)
        (directory / builds[0].sha256).symlink_to(builds[0].archive)
        with cached(builds[0], (tmp_path / "mirror").as_uri(), directory) as path:
            assert not Path(path).is_symlink()

    @pytest.mark.parametrize("place", [".", ".."])
    def test_a_directory_that_others_may_write_to_is_not_used(
        self, builds: list[FakeBuild], tmp_path: Path, directory: Path, place: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path / "run"))
        directory.mkdir(parents=True)
        (directory / place).chmod(0o777)
        warned: list[str] = []
        for _host in range(2):
            with cached(builds[0], (tmp_path / "mirror").as_uri(), directory, warn=warned.append) as path:
                assert Path(path).parent == tmp_path / "run" / "standalone-python" / "archives"
        assert list(directory.iterdir()) == []
        (warning,) = set(warned)
        assert "is writable for other users (mode 0777)" in warning

    @pytest.mark.parametrize("note", [b"[", b"null", b"{}", b'"x"', b"[1, 2]", b"\xff", b"[" * 9999])
    def test_a_damaged_note_of_a_failure_is_no_failure(
        self, builds: list[FakeBuild], tmp_path: Path, directory: Path, note: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        directory.mkdir(parents=True)
        lock = directory / f"{builds[0].sha256}.lock"
        lock.write_bytes(note)
        lock.chmod(0o600)
        began = iter([0])  # so that it was written while this process waited
        monkeypatch.setattr(
            content_cache, "time", SimpleNamespace(time=time.time, time_ns=lambda: next(began, time.time_ns()))
        )
        assert read(builds[0], (tmp_path / "mirror").as_uri(), directory)

    def test_a_failure_noted_before_the_clock_was_set_back_is_over(
        self, builds: list[FakeBuild], tmp_path: Path, directory: Path
    ) -> None:
        mirror = tmp_path / "mirror"
        mirror.rename(tmp_path / "away")
        with pytest.raises(DownloadError):
            read(builds[0], mirror.as_uri(), directory)
        (tmp_path / "away").rename(mirror)
        later_ns = time.time_ns() + 10**18
        os.utime(directory / f"{builds[0].sha256}.lock", ns=(later_ns, later_ns))
        assert read(builds[0], mirror.as_uri(), directory)


@pytest.mark.parametrize("step", range(14))
def test_a_run_may_be_killed_at_any_step_of_a_download(
    builds: list[FakeBuild], tmp_path: Path, directory: Path, step: int
) -> None:
    mirror = (tmp_path / "mirror").as_uri()
    killed_before(step, lambda: read(builds[0], mirror, directory))
    assert read(builds[0], mirror, directory) == builds[0].archive.read_bytes()
    assert {file.name.partition(".")[2] for file in directory.iterdir()} == {"", "lock"}
