# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who accepts a provisional build, and what goes then."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._install import confirm as confirm_file
from ansible_collections.standalone.python.plugins.module_utils._install.confirm import confirm
from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
from ansible_collections.standalone.python.plugins.module_utils._store.inventory import describe
from tests.support.fake_builds import FakeBuild
from tests.support.install_specs import spec
from tests.support.installed_builds import store_of, stored
from tests.support.small_disks import MountRefused, mounted, small_disk


def with_fallback(store: str) -> list[str]:
    return [path["path"] for path in describe(store, verify="none")["paths"] if path["fallback"]]


def test_the_build_stays_and_what_was_held_on_to_goes(path: Path, old: FakeBuild, new: FakeBuild) -> None:
    run(spec(path, old))
    run(spec(path, new, provisional=True, keep=0))
    assert stored(path) == [old.name, new.name]
    assert confirm(str(store_of(path))) == [str(path)]
    assert (with_fallback(str(store_of(path))), stored(path)) == ([], [new.name])
    assert run(spec(path, new, keep=0))["changed"] is False


def test_only_the_paths_that_were_asked_for(path: Path, old: FakeBuild, new: FakeBuild) -> None:
    other, store = path.parent / "other", str(store_of(path))
    for one in (path, other):
        run(spec(one, old))
        run(spec(one, new, provisional=True))
    assert confirm(store, check_mode=True) == with_fallback(store) == [str(path), str(other)]
    assert confirm(store, paths=[str(path)]) == [str(path)]
    assert with_fallback(store) == [str(other)]
    assert confirm(store, paths=[str(path)]) == []


def test_an_empty_list_names_no_path(path: Path, old: FakeBuild, new: FakeBuild) -> None:
    store = str(store_of(path))
    run(spec(path, old))
    run(spec(path, new, provisional=True))
    params = {"paths": None, "stores": [store], "lock_timeout": 9}
    assert confirm_file.run({**params, "paths": []}, check_mode=True)["paths"] == []
    assert confirm_file.run(params, check_mode=True)["paths"] == [str(path)]


def test_a_path_by_another_name(path: Path, old: FakeBuild, new: FakeBuild) -> None:
    run(spec(path, old))
    run(spec(path, new, provisional=True))
    alias = path.parent.parent / "alias"
    alias.symlink_to(path.parent)
    store = str(alias / ".builds")
    assert confirm(store, paths=[str(alias / "other"), str(path.parent / "gone" / path.name)]) == []
    assert confirm(store, paths=[str(alias / path.name)]) == [str(path)]


def test_a_path_by_the_name_of_a_bind_mount(path: Path, old: FakeBuild, new: FakeBuild) -> None:
    run(spec(path, old))
    run(spec(path, new, provisional=True))
    alias = path.parent.parent / "alias"
    try:
        with mounted(alias, "--bind", path.parent):
            assert confirm(str(alias / ".builds"), paths=[str(alias / path.name)]) == [str(path)]
    except MountRefused as refusal:
        pytest.skip(str(refusal))


def test_where_nothing_was_ever_installed(tmp_path: Path) -> None:
    assert confirm(str(tmp_path / ".builds")) == []
    assert list(tmp_path.iterdir()) == []


def test_check_mode_refuses_where_nothing_may_be_written(tmp_path: Path, old: FakeBuild, new: FakeBuild) -> None:
    try:
        with small_disk(tmp_path / "disk", 20_000_000) as disk:
            path = disk.directory / "opt" / "3.13"
            run(spec(path, old))
            run(spec(path, new, provisional=True))
            disk.make_read_only()
            with pytest.raises(StoreError, match="^Cannot change anything in .*is mounted read-only"):
                confirm(str(store_of(path)), check_mode=True)
    except MountRefused as refusal:
        pytest.skip(str(refusal))
