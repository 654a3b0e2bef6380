# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks that another run holds for ever: each that waits for one gives up, and changes nothing."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from math import inf, nan
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import LockUnsupported, StoreError
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.module_utils._install import confirm, publish, rollback
from ansible_collections.standalone.python.plugins.module_utils._mirror import apply as _mirror_sync
from ansible_collections.standalone.python.plugins.module_utils._mirror.spec import MirrorSpec
from ansible_collections.standalone.python.plugins.module_utils._os.flock import Limit, open_lock, wait_for_lock
from tests.support.fake_builds import FakeBuild
from tests.support.install_specs import spec
from tests.support.installed_builds import store_of, stored

AT_ONCE = UrlOptions(lock_timeout=0)


@contextlib.contextmanager
def holding(lock: Path) -> Iterator[None]:
    handle = open_lock(str(lock))
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(handle)


def refused(run: Callable[[], object], what: str) -> None:
    with pytest.raises(StoreError) as caught:
        run()
    assert str(caught.value) == (
        f"Cannot lock {what}: another run has held the lock for 0 seconds, the limit of lock_timeout. Wait until that "
        "run has ended, or end it, then run again."
    )


def test_of_a_store(path: Path, old: FakeBuild, new: FakeBuild) -> None:
    publish.run(spec(path, old))
    publish.run(spec(path, new, provisional=True))
    store = str(store_of(path))
    going_back = rollback.way_back(store, from_build=rollback.ANY, url=AT_ONCE).specs
    with holding(store_of(path) / ".lock"):
        refused(lambda: publish.run(spec(path, old)._replace(url=AT_ONCE)), f"the store {store}")
        refused(lambda: publish.run(going_back[0]), f"the store {store}")
        refused(lambda: confirm.confirm(store, lock_timeout_s=0), f"the store {store}")
    assert stored(path) == [old.name, new.name]
    assert os.readlink(path).endswith(new.name)


def test_of_a_mirror(tmp_path: Path, old: FakeBuild) -> None:
    mirror = tmp_path / "held"
    (mirror / ".mirror").mkdir(parents=True)
    wanted = MirrorSpec(str(mirror), {}, (), AT_ONCE)
    with holding(mirror / ".mirror" / "lock"):
        refused(lambda: _mirror_sync.run(wanted), f"the mirror {mirror}")


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_without_locks(path: Path, old: FakeBuild, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_handle: int, _kind: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(LockUnsupported) as caught:
        publish.run(spec(path, old))
    assert re.fullmatch(
        f"Cannot lock the store {store_of(path)}: the file system /[^ ]* [(][a-z0-9]+[)] has no working locks "
        f"[(]{os.strerror(number)}[)], without which two runs could destroy each other's work. Mount it with them, as "
        "NFS with lockd or local_lock=flock, or choose a directory on another file system.",
        str(caught.value),
    )


@pytest.mark.parametrize("idle_s", [inf, -inf, nan, -1.0, 10.0])
def test_a_clock_that_jumps_is_no_sign_of_life(tmp_path: Path, idle_s: float) -> None:
    handle = open_lock(str(tmp_path / "lock"))
    with holding(tmp_path / "lock"), pytest.raises(StoreError):
        wait_for_lock(handle, "it", Limit(0.05, "lock_timeout"), idle_s=lambda: idle_s)
    os.close(handle)


@pytest.mark.skipif(not os.path.exists("/proc/locks"), reason="only Linux lists its locks")
def test_the_holder_is_named(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    holds = "import fcntl, sys; f = open(sys.argv[1], 'w'); fcntl.flock(f, fcntl.LOCK_EX); print(flush=True); input()"
    command = [sys.executable, "-c", holds, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"\n"
        name = Path(f"/proc/{holder.pid}/comm").read_text().strip()
        handle = open_lock(str(lock))
        with pytest.raises(StoreError) as caught:
            wait_for_lock(handle, "it", Limit(0, "lock_timeout"))
        holder.communicate()
    os.close(handle)
    assert str(caught.value).endswith(f"then run again. Process {holder.pid} ({name}) holds it now.")


def test_those_who_read_share_it(tmp_path: Path) -> None:
    handles = [open_lock(str(tmp_path / "lock")) for _reader in range(3)]
    limit = Limit(0, "lock_timeout", began_at_s=time.monotonic() - 1)
    for handle in handles[:2]:
        wait_for_lock(handle, "it", limit, is_shared=True)
    with pytest.raises(StoreError):
        wait_for_lock(handles[2], "it", limit)
    for handle in handles:
        os.close(handle)
