# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which index answers: the cache, its conditions and its lock, and what replaces it when nobody answers."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible", reason="the cache of indexes is the controller's")

from ansible import constants

from ansible_collections.standalone.python.plugins.module_utils._errors import IndexUnavailable
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.plugin_utils._http import fetch
from ansible_collections.standalone.python.plugins.plugin_utils._index import address, reader
from ansible_collections.standalone.python.plugins.plugin_utils._index.address import Address
from ansible_collections.standalone.python.plugins.plugin_utils._index.cache import CacheEntry
from ansible_collections.standalone.python.plugins.plugin_utils._index.catalog import Variant
from ansible_collections.standalone.python.plugins.plugin_utils._index.reader import (
    IndexOptions,
    IndexReader,
    open_index,
)
from tests.support.index_documents import artifact, bundled_catalogue, record, sums, versions_index
from tests.support.misbehaviours import html_page
from tests.support.servers import files, serve, status

TARGET = "x86_64-unknown-linux-gnu"
OLD = f"cpython-3.13.5+20250723-{TARGET}-install_only_stripped.tar.gz"
NEW = f"cpython-3.13.6+20250807-{TARGET}-install_only_stripped.tar.gz"
BUNDLED = f"cpython-3.13.7+20251010-{TARGET}-install_only_stripped.tar.gz"
UNKNOWN = "cpython-3.13.6+20250807-sparc64-unknown-linux-gnu-install_only.tar.gz"
OTHERS = "Correct `index`, or set it to another address, to a file on the controller, or to bundled."
UNREACHABLE = "http://127.0.0.1:1/index"
HOUR_S = 60 * 60
DAY_S = 24 * HOUR_S


class World:
    """A folder of documents, a cache, and the indexes of a controller that has both."""

    def __init__(self, root: Path) -> None:
        self.cache = root / "cache"
        self.directory = root / "served"
        self.directory.mkdir()
        self.warnings: list[str] = []
        self.environ = {"ANSIBLE_STANDALONE_PYTHON_CACHE": str(self.cache)}
        self.bundled = root / "bundled"
        self.bundled.write_bytes(bundled_catalogue(BUNDLED))

    def publish(self, content: bytes, name: str = "index") -> Path:
        file = self.directory / name
        file.write_bytes(content)
        return file

    def newest(self, *addresses: str, max_age_s: float = HOUR_S, **options: Any) -> str:
        """The newest version that the index lists which is opened for these addresses."""
        given = IndexOptions(index=addresses or None, environ=self.environ, max_age_s=max_age_s, **options)
        opened = open_index(given, self.warnings.append)
        try:
            return str(opened.catalog.versions([TARGET], Variant(free_threaded=False, debug=False))[0])
        finally:
            opened.catalog.close()

    def kept(self, suffix: str = ".sqlite3") -> Path:
        """The one file of its kind in the cache."""
        (file,) = self.cache.glob(f"*{suffix}")
        return file

    def age(self, seconds: float) -> None:
        """Makes the cache as old as that."""
        then_s = time.time() - seconds
        for file in self.cache.iterdir():
            os.utime(file, (then_s, then_s))


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(fetch, "_PAUSES_S", ())
    world = World(tmp_path)
    monkeypatch.setattr(address, "BUNDLED_PATH", str(world.bundled))
    return world


def test_a_fetched_index_is_asked_for_once_in_its_time(world: World) -> None:
    world.publish(versions_index(OLD))
    with serve(world.directory) as server:
        for _unused in range(3):
            assert world.newest(f"{server.url}/index") == "3.13.5"
    assert server.paths() == ["/index"]
    assert world.warnings == []


def test_an_old_copy_is_confirmed_without_being_read_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.publish(versions_index(OLD))
    with serve(world.directory) as server:
        world.newest(f"{server.url}/index")
        world.age(2 * HOUR_S)
        monkeypatch.setattr(reader, "read_index", None)  # would fail when called
        for _unused in range(2):
            assert world.newest(f"{server.url}/index") == "3.13.5"
    assert [request.headers.get("if-none-match") is not None for request in server.requests] == [False, True]


@pytest.mark.parametrize("max_age_s", [0, HOUR_S])
def test_a_new_document_takes_the_place_of_an_old_copy(world: World, max_age_s: float) -> None:
    world.publish(versions_index(OLD))
    with serve(world.directory) as server:
        assert world.newest(f"{server.url}/index") == "3.13.5"
        world.publish(versions_index(OLD, NEW))
        world.age(2 * HOUR_S if max_age_s else 1)
        assert world.newest(f"{server.url}/index", max_age_s=max_age_s) == "3.13.6"


def test_a_clock_that_was_set_back_makes_no_copy_current_for_ever(world: World) -> None:
    world.publish(versions_index(OLD))
    with serve(world.directory) as server:
        world.newest(f"{server.url}/index")
        world.age(-DAY_S)
        world.newest(f"{server.url}/index")
    assert len(server.requests) == 2


def test_a_local_file_is_read_again_when_it_changed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    file = world.publish(versions_index(OLD))
    assert world.newest(str(file)) == "3.13.5"
    world.publish(versions_index(NEW))
    assert world.newest(f"file://{file}") == "3.13.6"
    monkeypatch.setattr(reader, "read_index", None)  # would fail when called
    assert world.newest(str(file)) == "3.13.6"


def test_an_index_from_a_server_names_no_file_of_this_machine(world: World) -> None:
    file = world.publish(record(artifact(OLD, url=f"file:///etc/shadow/{OLD}")).encode())
    assert world.newest(str(file)) == "3.13.5"
    with serve(world.directory) as server, pytest.raises(IndexUnavailable) as error:
        world.newest(f"{server.url}/index")
    assert str(error.value) == (
        f"The index {server.url}/index names a file of this machine, file:///etc/shadow/{OLD}, which an index from a "
        "server must not. Use another index, or a copy of this one in a file."
    )


def test_sums_in_the_directory_of_their_release(world: World) -> None:
    (world.directory / "20210415").mkdir()
    stamped = f"cpython-3.9.4-{TARGET}-pgo+lto-20210414T1515.tar.zst"
    file = world.publish(sums(stamped), "20210415/SHA256SUMS")
    assert world.newest(str(file)) == "3.9.4"


def test_the_first_address_that_can_be_read_is_used_alone(world: World) -> None:
    world.publish(versions_index(OLD), "one")
    world.publish(versions_index(NEW), "two")
    with serve(world.directory) as server:
        assert world.newest(f"{server.url}/missing", f"{server.url}/one", f"{server.url}/two") == "3.13.5"
    assert server.paths() == ["/missing", "/one"]
    assert world.warnings == []


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (status(404), "could not be read: the server answers 404 Not Found."),
        (status(503), "could not be read: the server answers 503 Service Unavailable."),
        (
            html_page(),
            f"is a web page and no index; a proxy or a login page may have answered. {OTHERS}",
        ),
    ],
)
@pytest.mark.parametrize(
    ("age_s", "ago"),
    [
        (2 * HOUR_S, "2 hours ago"),
        (25 * HOUR_S, "1 day ago"),
        (9 * DAY_S + 5, "9 days ago"),
        (-9 * DAY_S, "a time that is yet to come by this clock"),
    ],
)
def test_an_old_copy_is_used_with_a_warning(world: World, broken: object, said: str, age_s: float, ago: str) -> None:
    world.publish(versions_index(OLD))
    with serve(world.directory, script={"/index": [files(), broken]}) as server:  # type: ignore[list-item]
        url = f"{server.url}/index"
        world.newest(url)
        world.age(age_s)
        assert world.newest(url) == "3.13.5"
    assert world.warnings == [f"The index {url} {said} The copy of {url} from {ago} is used."]


def test_the_youngest_copy_is_used_instead(world: World) -> None:
    world.publish(versions_index(OLD), "one")
    world.publish(versions_index(NEW), "two")
    with serve(world.directory) as server:
        urls = f"{server.url}/one", f"{server.url}/two"
        world.newest(urls[0])
        world.age(5 * DAY_S)
        world.newest(urls[1])
        world.newest(urls[1], max_age_s=0)
    assert world.newest(*urls, max_age_s=0) == "3.13.6"


def test_the_bundled_catalogue_stands_in_for_a_server_that_is_not_reached(world: World) -> None:
    assert world.newest(UNREACHABLE) == "3.13.7"
    assert world.warnings == [
        f"The index {UNREACHABLE} could not be read: 127.0.0.1 refuses the connection. The catalogue that comes with "
        "the collection is used; its newest release is 20251010."
    ]


def test_the_bundled_catalogue_stands_in_for_the_default_index_always(world: World) -> None:
    with serve() as server:
        world.environ["UV_ASTRAL_MIRROR_URL"] = f"{server.url}/astral"
        assert world.newest() == world.newest("bundled") == "3.13.7"
    assert server.paths() == ["/astral/github/versions/main/v1/python-build-standalone.ndjson"]
    assert len(world.warnings) == 1


def test_a_wrong_address_is_an_error(world: World) -> None:
    with serve(world.directory) as server, pytest.raises(IndexUnavailable) as caught:
        world.newest(f"{server.url}/missing", UNREACHABLE)
    assert str(caught.value) == (
        f"The index {server.url}/missing could not be read: the server answers 404 Not Found. "
        f"The index {UNREACHABLE} could not be read: 127.0.0.1 refuses the connection. {OTHERS}"
    )


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing", f"could not be read: No such file or directory. {OTHERS}"),
        ("", f"could not be read: Is a directory. {OTHERS}"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error(world: World, name: str, reason: str) -> None:
    with pytest.raises(IndexUnavailable) as caught:
        world.newest(f"{world.directory}/{name}")
    assert str(caught.value) == f"The index {(world.directory / name)} {reason}"


@pytest.mark.parametrize("address", ["file:///a%00b", "/a\0b", "file:///a%ed%a0%80b", "/a\ud800b"])
def test_a_path_that_no_file_has_is_an_error(world: World, address: str) -> None:
    with pytest.raises(IndexUnavailable, match="could not be read: "):
        world.newest(address)


def test_a_file_that_is_gone_is_not_replaced_by_its_copy(world: World) -> None:
    file = world.publish(versions_index(OLD))
    world.newest(str(file))
    file.unlink()
    with pytest.raises(IndexUnavailable, match="No such file"):
        world.newest(str(file))


def test_names_that_are_not_known_are_reported_once(world: World) -> None:
    file = world.publish(versions_index(OLD, UNKNOWN, "SHA256SUMS"))
    for _unused in range(2):
        world.newest(str(file))
    assert world.warnings == [
        f"The index {file} lists 2 files that are no builds known here; they are left out. First: {UNKNOWN}, "
        "SHA256SUMS."
    ]


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + bytes(5000)])
def test_a_damaged_cache_is_made_again(world: World, content: bytes) -> None:
    world.publish(versions_index(OLD))
    with serve(world.directory) as server:
        world.newest(f"{server.url}/index")
        world.kept().write_bytes(content)
        assert world.newest(f"{server.url}/index") == "3.13.5"
        assert world.newest(f"{server.url}/index") == "3.13.5"
    assert len(server.requests) == 2
    assert "if-none-match" not in server.requests[1].headers


def test_a_cache_of_another_format_is_made_again(world: World) -> None:
    world.publish(versions_index(OLD))
    with serve(world.directory) as server:
        world.newest(f"{server.url}/index")
        with sqlite3.connect(world.kept()) as connection:
            connection.execute("PRAGMA user_version = 1")
        assert world.newest(f"{server.url}/index") == "3.13.5"
    assert len(server.requests) == 2


def test_what_a_killed_writer_left_is_no_obstacle(world: World) -> None:
    world.publish(versions_index(OLD))
    with serve(world.directory) as server:
        world.newest(f"{server.url}/index")
        world.kept().rename(world.kept().with_suffix(".new"))
        assert world.newest(f"{server.url}/index") == "3.13.5"


def test_without_a_cache_the_run_has_a_separate_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(world.directory.parent / "run"))
    world.publish(versions_index(OLD))
    world.cache.write_text("a file where the folder should be")
    with serve(world.directory) as server:
        for _host in range(3):
            assert world.newest(f"{server.url}/index") == "3.13.5"
    assert len(server.requests) == 1
    assert set(world.warnings) == {
        f"Cannot use the cache {world.cache}: {world.cache} cannot be used (Not a directory). This run uses a "
        "temporary directory instead, so the next one fetches and checks everything again. Correct that, or set "
        "ANSIBLE_STANDALONE_PYTHON_CACHE to another one."
    }


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (OSError(errno.EDQUOT, "x"), "the disk quota is used up, for space or for the number of files. Free some, "),
        (sqlite3.OperationalError("database or disk is full"), "database or disk is full. Until then "),
    ],
)
def test_why_an_index_cannot_be_kept_is_said(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception, cause: str
) -> None:
    def refuse(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr(CacheEntry, "replace", refuse)
    assert world.newest(str(world.publish(versions_index(OLD)))) == "3.13.5"
    (warning,) = world.warnings
    assert warning.startswith(f"Cannot keep the index in {world.cache}: {cause}")


def test_without_any_directory_the_index_is_read_each_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(world.cache / "run"))
    file = world.publish(versions_index(OLD))
    world.cache.write_text("a file where the folder should be")
    assert world.newest(str(file)) == "3.13.5"
    (warning,) = world.warnings
    assert "This run does without a cache, so" in warning


def test_the_cache_is_the_users_own(world: World) -> None:
    world.newest(str(world.publish(versions_index(OLD))))
    assert world.cache.stat().st_mode & 0o777 == 0o700


def test_the_next_worker_does_not_wait_for_a_dead_server_again(world: World) -> None:
    with serve(script={"/index": status(503)}) as server:
        for _unused in range(2):
            world.newest(f"{server.url}/index")
        assert len(server.requests) == 1
        world.age(2 * 60)
        world.newest(f"{server.url}/index")
        assert len(server.requests) == 2
    assert len(set(world.warnings)) == 1


def test_a_server_that_is_back_is_heard(world: World) -> None:
    world.publish(versions_index(OLD))
    with serve(world.directory, script={"/index": [status(503), files()]}) as server:
        world.newest(f"{server.url}/index")
        world.age(2 * 60)
        assert world.newest(f"{server.url}/index") == "3.13.5"
    assert list(world.cache.glob("*.failed")) == []


def worker(world: World, address: str, times: int, expected: str) -> subprocess.Popen[bytes]:
    """A process that opens the index so often and expects this newest version each time."""
    script = f"""
import sys
sys.path[:0] = {sys.path!r}
from {Variant.__module__} import Variant
from {IndexOptions.__module__} import IndexOptions
from {open_index.__module__} import open_index

for _ in range({times}):
    catalog = open_index(IndexOptions(index=({address!r},), environ={world.environ!r}), print).catalog
    (newest, *_others) = catalog.versions([{TARGET!r}], Variant(free_threaded=False, debug=False))
    assert str(newest) == {expected!r}, newest
    catalog.close()
"""
    return subprocess.Popen([sys.executable, "-c", script])


def test_one_of_many_workers_fetches(world: World) -> None:
    world.publish(versions_index(OLD))
    with serve(world.directory, latency_s=1) as server:
        workers = [worker(world, f"{server.url}/index", times=1, expected="3.13.5") for _unused in range(6)]
        assert [running.wait(60) for running in workers] == [0] * 6
    assert server.paths() == ["/index"]


def test_readers_never_see_half_an_index(world: World) -> None:
    names = [f"cpython-3.13.{micro}+20250723-{TARGET}-install_only.tar.gz" for micro in range(40)]
    file = world.publish(versions_index(*names))
    workers = [worker(world, str(file), times=100, expected="3.13.39") for _unused in range(3)]
    while any(running.poll() is None for running in workers):
        os.utime(file)  # so that the next process reads it again
        time.sleep(0.005)
    assert [running.wait() for running in workers] == [0] * 3


def test_a_lock_that_is_held_for_ever(world: World) -> None:
    """By a worker that was stopped. An older copy counts; without any, the message says who is in the way."""
    world.publish(versions_index(OLD))
    options = {"url_options": UrlOptions(lock_timeout=0)}
    with serve(world.directory) as server:
        address = f"{server.url}/index"
        assert world.newest(address) == "3.13.5"
        world.age(DAY_S)
        with holding(world.kept(".lock")):
            assert world.newest(address, **options) == "3.13.5"
            world.kept().unlink()
            with pytest.raises(IndexUnavailable) as caught:
                IndexReader(IndexOptions((address,), environ=world.environ, **options), pytest.fail).current(
                    Address.parse(address)
                )
    said = (
        f"The index {address} could not be read. Cannot lock {world.kept('.lock')} in the cache: another run has held "
        "the lock for 0 seconds, the limit of lock_timeout. Wait until that run has ended, or end it, then run again."
    )
    assert str(caught.value) == said
    assert world.warnings == [f"{said} The copy of {address} from 1 day ago is used."]


@contextlib.contextmanager
def holding(lock: Path) -> Iterator[None]:
    with open(lock, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
