# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import contextlib
import errno
import itertools
import multiprocessing
import os
import shutil
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._store.store import Store, default_store, make_directory
from tests.support.receipts import make_entry


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "python" / ".builds"))


def staged(store: Store) -> str:
    stage = store.new_stage()
    Path(stage, ".build.json").write_text("{}")
    return stage


def test_the_store_is_beside_the_path() -> None:
    assert default_store("/opt/python/3.13") == "/opt/python/.builds"


def test_directories_are_0755_whatever_the_umask(store: Store) -> None:
    before = os.umask(0o077)
    try:
        with store.locked():
            stage = store.new_stage()
    finally:
        os.umask(before)
    for directory in (os.path.dirname(store.directory), store.directory, store.staging, stage):
        assert stat.S_IMODE(os.stat(directory).st_mode) == 0o755


@pytest.mark.parametrize("names", ["gone", "python"])
def test_a_link_that_points_nowhere_is_reported_at_once(store: Store, names: str) -> None:
    """What is missing on the way may come back after another run's removal, and is tried for long. This does not."""
    link = Path(store.directory).parent
    link.symlink_to(link if names == link.name else names)
    with pytest.raises(StoreError) as caught, store.locked(wait_s=0):
        pass
    assert str(caught.value) == (
        f"{link} is a symbolic link to {os.readlink(link)}, which is no directory. Make that directory, or remove the "
        "link."
    )


def test_an_entry_is_what_has_a_receipt(store: Store) -> None:
    with store.locked():
        store.publish(staged(store), "cpython-b")
        store.publish(staged(store), "cpython-a")
        make_directory(store.entry_path("something-else"))
    assert store.entries() == ("cpython-a", "cpython-b")


def test_a_taken_name_gets_a_number(store: Store) -> None:
    with store.locked():
        assert [store.publish(staged(store), "x") for _time in range(3)] == ["x", "x.2", "x.3"]


def test_sweeping_is_not_hindered_by_workers_that_outlived_a_run(store: Store) -> None:
    with store.locked():
        folder = Path(staged(store), "lib")
        folder.mkdir()

        def write_until_it_is_gone() -> None:
            with contextlib.suppress(FileNotFoundError):
                for number in range(1_000_000):
                    (folder / f"{number}.pyc").touch()

        workers = [threading.Thread(target=write_until_it_is_gone) for _unused in range(4)]
        for worker in workers:
            worker.start()
        while len(os.listdir(folder)) < 1000:
            time.sleep(0.001)
        store.sweep()
        for worker in workers:
            worker.join()
    assert os.listdir(store.staging) == []


def test_sweeping_spares_an_interpreter_that_somebody_works_with(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.locked():
        make_directory(store.staging)
        for name in ("bootstrap-mine", "bootstrap-left", "build-left"):
            Path(store.staging, name).mkdir()
        monkeypatch.chdir(Path(store.staging, "bootstrap-mine"))
        store.sweep()
        assert os.listdir(store.staging) == ["bootstrap-mine"]
        monkeypatch.chdir(tmp_path)
        store.sweep()
        assert os.listdir(store.staging) == []


def test_sweeping_leaves_an_interpreter_to_a_bootstrap_that_removes_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends_meanwhile(staging: str) -> frozenset[str]:
        shutil.rmtree(Path(staging, "bootstrap-ending"))
        return frozenset()

    for name in ("bootstrap-ending", "bootstrap-left"):
        Path(store.staging, name).mkdir(parents=True)
    monkeypatch.setattr(sys.modules[Store.__module__], "occupied_below", ends_meanwhile)
    store.sweep()
    assert os.listdir(store.staging) == []


def test_sweeping_spares_one_name(store: Store) -> None:
    with store.locked():
        staged(store)
        Path(store.staging, "wanted.part").touch()
        Path(store.staging, "other.part").touch()
        store.sweep(spare="wanted.part")
    assert os.listdir(store.staging) == ["wanted.part"]


def test_what_is_kept_about_a_build_goes_with_it(store: Store) -> None:
    """Also when something else has removed the build."""
    sboms = Path(store.directory, ".sbom")
    sboms.mkdir(parents=True)
    for name in ("a", "a.1", "by-hand"):
        make_entry(Path(store.directory), name)
        (sboms / f"{name}.cdx.json").touch()
    (sboms / "a.spdx.json").touch()
    (sboms / "notes.txt").touch()
    (sboms / "dir.cdx.json").mkdir()
    assert sorted(store.sboms()) == [
        ("a", "cyclonedx"), ("a", "spdx"), ("a.1", "cyclonedx"), ("by-hand", "cyclonedx"), ("dir", "cyclonedx")
    ]  # fmt: skip
    store.remove("a")
    shutil.rmtree(Path(store.directory, "by-hand"))
    store.sweep()
    assert sorted(os.listdir(sboms)) == ["a.1.cdx.json", "dir.cdx.json", "notes.txt"]
    (sboms / "dir.cdx.json").rmdir()
    (sboms / "notes.txt").unlink()
    store.remove("a.1")
    with store.locked():
        store.remove_if_empty()
    assert not Path(store.directory).exists()


def test_removal_leaves_nothing(store: Store) -> None:
    with store.locked():
        store.remove(store.publish(staged(store), "x"))
        store.remove_if_empty()
    assert os.listdir(os.path.dirname(store.directory)) == []


@pytest.mark.parametrize("limited", [True, False], ids=["before Python 3.13", "later"])
def test_no_depth_keeps_a_build_from_being_removed(
    store: Store, monkeypatch: pytest.MonkeyPatch, limited: bool
) -> None:
    """The owner of a build can nest directories in it, and `rmtree` of older versions recurses."""
    os.makedirs(store.entry_path("one"))
    handle = os.open(store.entry_path("one"), os.O_DIRECTORY)
    for _depth in range(1500):
        os.mkdir("deep", dir_fd=handle)
        below = os.open("deep", os.O_DIRECTORY, dir_fd=handle)
        os.close(handle)
        handle = below
    os.close(handle)

    def give_up(_directory: str, **_options: object) -> None:
        raise RecursionError

    if limited:
        monkeypatch.setattr(shutil, "rmtree", give_up)
    store.remove("one")
    assert store.entries() == ()
    assert os.listdir(store.staging) == []


def test_what_cannot_be_removed_is_named_with_its_directory(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cause is looked for at that file, such as an immutable flag."""
    os.makedirs(os.path.join(store.entry_path("one"), "bin"))
    Path(store.entry_path("one"), "bin", "python").touch()

    def refuse(name: str, *, dir_fd: int | None = None) -> None:
        raise PermissionError(errno.EPERM, "", name)

    monkeypatch.setattr(os, "unlink", refuse)
    with pytest.raises(PermissionError) as refused:
        store.remove("one")
    assert os.path.exists(refused.value.filename)
    assert refused.value.filename.endswith("/bin/python")


def test_a_store_with_foreign_content_is_not_removed(store: Store) -> None:
    with store.locked():
        Path(store.directory, "notes.txt").touch()
        store.remove_if_empty()
    assert sorted(os.listdir(store.directory)) == [".lock", "notes.txt"]


def test_a_second_writer_waits_and_then_says_so(store: Store) -> None:
    with store.locked(), pytest.raises(StoreError) as caught:
        with store.locked(wait_s=0.2):
            pass
    assert str(caught.value) == (
        f"Cannot lock the store {store.directory}: another run has held the lock for 0.2 seconds, the limit of "
        "lock_timeout. Wait until that run has ended, or end it, then run again."
    )


def test_a_place_where_no_directory_can_be_made_is_refused_at_once(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mkdir(path: str, mode: int) -> None:  # as below /proc
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)

    monkeypatch.setattr(os, "mkdir", mkdir)
    with pytest.raises(StoreError, match=f"No directory can be made in {tmp_path}. Choose a place"), store.locked():
        pass


def _remove_store_while_waited_for(directory: str, entered: multiprocessing.Event) -> None:  # type: ignore[valid-type]
    store = Store(directory)
    with store.locked():
        entered.set()
        time.sleep(0.3)
        store.remove_if_empty()


def test_a_waiter_is_not_fooled_by_a_store_that_was_removed_meanwhile(store: Store) -> None:
    entered = multiprocessing.Event()
    other = multiprocessing.Process(target=_remove_store_while_waited_for, args=(store.directory, entered))
    other.start()
    entered.wait(10)
    with store.locked():
        assert os.path.isdir(store.directory)
        with pytest.raises(StoreError), store.locked(wait_s=0):
            pass
    other.join()


def _come_and_go(directory: str, errors: multiprocessing.Queue[str]) -> None:
    store = Store(directory)
    try:
        for _time in range(200):
            with store.locked():
                store.remove_if_empty()
    except OSError as error:
        errors.put(str(error))


def test_two_that_make_and_remove_the_store_do_not_trip_each_other(store: Store) -> None:
    errors: multiprocessing.Queue[str] = multiprocessing.Queue()
    workers = [multiprocessing.Process(target=_come_and_go, args=(store.directory, errors)) for _worker in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert errors.empty()


def test_a_directory_may_be_deeper_than_python_can_call(tmp_path: Path) -> None:
    top = str(tmp_path / "d")
    deep = os.path.join(top, *["d"] * sys.getrecursionlimit())
    try:
        with Store(deep).locked():
            assert os.path.isdir(deep)
    finally:  # pytest removes old directories at its end, and under Python 3.10 not one this deep
        subprocess.run(["rm", "-rf", "--", top], check=True)


@pytest.fixture
def lower_layer(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store whose directories cannot be moved any more, as those in a lower layer of an overlay."""
    with store.locked():
        for name in ("a", "b"):
            stage = staged(store)
            make_directory(os.path.join(stage, "lib", "deep"))
            Path(stage, "lib", "deep", "file").touch()
            Path(stage, "link").symlink_to("lib")
            store.publish(stage, name)
        make_directory(os.path.join(store.staging, "litter", "deep"))
    rename = os.rename

    def refuse(source: str, target: str) -> None:
        if os.path.isdir(source) and not os.path.islink(source):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), source)
        rename(source, target)

    monkeypatch.setattr(os, "rename", refuse)
    return store


def test_what_cannot_be_moved_is_removed_in_its_place(lower_layer: Store) -> None:
    with lower_layer.locked():
        lower_layer.remove("a")
        lower_layer.sweep()
    assert lower_layer.entries() == ("b",)
    assert sorted(os.listdir(lower_layer.directory)) == [".lock", ".staging", "b"]
    assert os.listdir(lower_layer.staging) == []


@pytest.mark.parametrize("survives", range(6))
def test_an_interrupted_removal_goes_on(lower_layer: Store, monkeypatch: pytest.MonkeyPatch, survives: int) -> None:
    """The receipt goes first: what is left of the build is no build any more, and is known as what has to go."""
    number = itertools.count()

    def dying(do: Callable[..., None]) -> Callable[..., None]:
        def step(*arguments: Any, **options: Any) -> None:
            if next(number) >= survives:
                raise KeyboardInterrupt
            do(*arguments, **options)

        return step

    with monkeypatch.context() as patch, lower_layer.locked():
        for name in ("unlink", "rmdir"):
            patch.setattr(os, name, dying(getattr(os, name)))
        with contextlib.suppress(KeyboardInterrupt):
            lower_layer.remove("a")
    assert lower_layer.entries() == ("b",)
    rest = lower_layer.half_removed()
    assert rest == (("a",) if (Path(lower_layer.directory) / "a" / ".build.gone").exists() else ())
    with lower_layer.locked():
        for entry in rest:
            lower_layer.remove(entry)
    assert not (Path(lower_layer.directory) / "a" / "lib").exists()


@pytest.mark.parametrize("name", ["cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-install_only_stripped", "strange"])
def test_an_empty_directory_goes_where_its_name_is_a_builds(store: Store, name: str) -> None:
    for entry in (name, f"{name}.2"):
        make_directory(store.entry_path(entry))
    assert store.half_removed() == ((name, f"{name}.2") if name != "strange" else ())


def test_a_mark_beside_a_receipt_means_nothing(store: Store) -> None:
    with store.locked():
        store.publish(staged(store), "a")
    Path(store.entry_path("a"), ".build.gone").touch()
    assert store.half_removed() == ()


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda file: os.symlink("gone", file)])
def test_a_receipt_that_is_no_file_is_damage(store: Store, make: Callable[[str], object]) -> None:
    make_directory(store.entry_path("a"))
    make(os.path.join(store.entry_path("a"), ".build.json"))
    receipts, (damage,) = store.receipts()
    assert (receipts, damage.entry) == ({}, "a")


def test_links_that_go_in_circles_hide_no_other_build(store: Store) -> None:
    with store.locked():
        store.publish(staged(store), "a")
    Path(store.directory, "b").symlink_to("b")
    assert store.entries() == ("a",)
