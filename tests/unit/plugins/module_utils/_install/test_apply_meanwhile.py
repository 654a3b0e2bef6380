# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What reads a store without its lock, while a run that has the lock removes a build."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._install import apply, confirm, rollback
from ansible_collections.standalone.python.plugins.module_utils._store import history, inventory
from ansible_collections.standalone.python.plugins.module_utils._store.history import HistoryEntry, PathHistory
from ansible_collections.standalone.python.plugins.module_utils._store.store import Store
from tests.support.install_specs import spec
from tests.support.meanwhile import before_read
from tests.support.receipts import asset, make_entry, receipt

OLDEST, OLD, NEW = asset("3.13.4", "20250610"), asset("3.13.5", "20250723"), asset("3.13.6", "20250807")
SINCE = "2026-01-01T00:00:00Z"


def record(path: Path, *builds: Asset, number: str = "") -> None:
    uses = tuple(HistoryEntry(one.build.name + number, SINCE) for one in builds)
    history.write(str(path.parent / ".builds"), PathHistory(str(path), keep=4, uses=uses))


def make_world(directory: Path) -> Path:
    """A path that has the newest of three builds, and used the others before, and another that has one."""
    path = directory / "3.13"
    for one in (OLDEST, OLD, NEW):
        make_entry(directory / ".builds", one.build.name, receipt(str(path), one))
    path.symlink_to(f".builds/{NEW.build.name}")
    record(path, NEW, OLD, OLDEST)
    another = directory / "another"
    make_entry(directory / ".builds", f"{NEW.build.name}.2", receipt(str(another), NEW))
    another.symlink_to(f".builds/{NEW.build.name}.2")
    record(another, NEW, number=".2")
    return path


def remove_old(path: Path) -> None:
    """The second of the builds goes, and another path gets a build of that name."""
    store, other = path.parent / ".builds", path.with_name("other")
    record(path, NEW, OLDEST)
    Store(str(store)).remove(OLD.build.name)
    make_entry(store, OLD.build.name, receipt(str(other), OLD))
    record(other, OLD)
    other.symlink_to(f".builds/{OLD.build.name}")


def forget_another(path: Path) -> None:
    """Another path goes, and its build stays, since a process runs it."""
    path.with_name("another").unlink()
    history.write(str(path.parent / ".builds"), PathHistory(str(path.with_name("another"))))


def info(path: Path) -> Mapping[str, Any]:
    params = {"paths": [str(path)], "stores": [], "root": None, "verify": "full", "environments": []}
    found = inventory.run(params)
    assert [build["intact"] for build in found["builds"]] == [True] * 4
    assert found["damaged"] == []
    return found


def go_back(path: Path) -> Mapping[str, Any]:
    asked = {"from_build": rollback.ANY, "reason": "", "paths": [str(path)], "stores": [], "root": None}
    found = rollback.run({**asked, "lock_timeout": 9}, check_mode=True)
    (result,) = found["results"]
    assert result["build"]["release"] in (OLD.build.release, OLDEST.build.release)
    return found


def confirmed(path: Path) -> Mapping[str, Any]:
    return confirm.run({"paths": [str(path)], "stores": [], "lock_timeout": 9}, check_mode=True)


def checked(path: Path) -> Mapping[str, Any]:
    result = apply.run(spec(path, asset=NEW.as_dict(), keep=4), check_mode=True)
    assert not result["changed"]
    return {"warnings": [], **result}


@pytest.mark.parametrize("happens", [remove_old, forget_another])
@pytest.mark.parametrize("read", [info, go_back, confirmed, checked])
def test_what_goes_meanwhile_is_no_damage(
    tmp_path: Path, read: Callable[[Path], Mapping[str, Any]], happens: Callable[[Path], None]
) -> None:
    for number in itertools.count():
        directory = tmp_path / str(number)
        path = make_world(directory)
        with before_read(number, partial(happens, path)) as is_done:
            assert read(path)["warnings"] == []
            if not is_done():
                break
        shutil.rmtree(directory)
    assert number > 5
