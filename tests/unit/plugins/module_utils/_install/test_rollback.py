# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which paths go back, and to what."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StoreError
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.module_utils._install import apply, rollback
from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
from ansible_collections.standalone.python.plugins.module_utils._install.rollback import (
    ANY,
    WayBack,
    require_from_build,
    way_back,
)
from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec
from ansible_collections.standalone.python.plugins.module_utils._store import history as _history
from ansible_collections.standalone.python.plugins.module_utils._store import store as _store_file
from ansible_collections.standalone.python.plugins.module_utils._store.history import HistoryEntry, Left, PathHistory
from ansible_collections.standalone.python.plugins.module_utils._store.receipt import Settings
from tests.support import installed_builds
from tests.support.receipts import asset, make_entry, receipt

OLDEST, OLD, NEW = asset("3.13.4", "20250610"), asset("3.13.5", "20250723"), asset("3.13.6", "20250807")
NAMES = [ANY, "3.13.6", "20250807", "3.13.6+20250807", NEW.build.name, f"{NEW.build.name}.tar.gz"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A path that has the newest of three builds, and used the others before."""
    path = tmp_path / "3.13"
    for one in (OLDEST, OLD, NEW):
        make_entry(tmp_path / ".builds", one.build.name, receipt(str(path), one, externally_managed=False))
    path.symlink_to(f".builds/{NEW.build.name}")
    uses = tuple(HistoryEntry(one.build.name, "2026-01-01T00:00:00Z") for one in (NEW, OLD, OLDEST))
    _history.write(str(tmp_path / ".builds"), PathHistory(str(path), 4, uses))
    return path


def found(path: Path, from_build: str = ANY, paths: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Path and release of each order."""
    return [
        (spec.path, spec.asset.build.release)
        for spec in way_back(str(path.parent / ".builds"), from_build=from_build, paths=paths).specs
        if spec.asset
    ]


@pytest.mark.parametrize("from_build", NAMES)
def test_the_build_to_leave_can_be_named(path: Path, from_build: str) -> None:
    require_from_build(from_build)
    assert found(path, from_build) == [(str(path), "20250723")]
    assert found(path, from_build, [str(path)]) == [(str(path), "20250723")]


@pytest.mark.parametrize("name", ["cpython-3.13.6", "cpython-3.13.6+20250807", "cpython-3.13"])
def test_a_part_of_a_full_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidName, match=f"'{re.escape(name)}' does not name a build. Did you mean 3.13"):
        require_from_build(name)


@pytest.mark.parametrize("from_build", ["3.13.5", "3.13.6+20250723", "20250610", OLD.build.name])
def test_a_path_with_another_build_is_left_alone(path: Path, from_build: str) -> None:
    require_from_build(from_build)
    assert found(path, from_build) == []


def test_a_path_that_was_not_asked_for_is_left_alone(path: Path) -> None:
    assert found(path, paths=[f"{path}t"]) == []


def test_a_path_by_another_name(path: Path) -> None:
    alias = path.parent.parent / "alias"
    alias.symlink_to(path.parent)
    assert found(path, paths=[str(alias / path.name)]) == found(path, paths=[str(path)]) != []


def test_what_the_link_says_counts_and_not_what_was_recorded(path: Path) -> None:
    """A run that was killed between the switch and the record leaves them at odds."""
    path.unlink()
    path.symlink_to(f".builds/{OLD.build.name}")
    assert found(path, "3.13.6") == []
    assert found(path, "3.13.5") == [(str(path), "20250807")]


def test_a_path_without_build_is_left_alone(path: Path) -> None:
    path.unlink()
    assert found(path) == []


def test_where_nothing_was_ever_installed(tmp_path: Path) -> None:
    assert way_back(str(tmp_path / ".builds"), from_build=ANY) == WayBack([], [])


def test_settings_stay_and_nothing_is_fetched(path: Path) -> None:
    (spec,) = way_back(str(path.parent / ".builds"), from_build=ANY).specs
    assert (spec.keep, spec.settings.externally_managed) == (4, False)


def test_a_build_that_is_gone_is_passed_over(path: Path) -> None:
    shutil.rmtree(path.parent / ".builds" / OLD.build.name)
    assert found(path) == [(str(path), "20250610")]


def test_a_provisional_build_is_left_for_its_fallback(path: Path) -> None:
    store = str(path.parent / ".builds")
    root = installed_builds.history(store, path)
    assert root
    _history.write(store, root.with_fallback(OLDEST.build.name))
    assert found(path) == [(str(path), "20250610")]


def changed(path: Path, *, number: int = 1) -> None:
    """Changes files of the build to go back to, the last of them the first by its name."""
    entry = path.parent / ".builds" / OLD.build.name
    names = ["bin/python3.13", "lib/python3.13/os.py"]
    for name in names[-number:]:
        (entry / name).write_text("#!/bin/sh\nexit 1\n")


@pytest.mark.parametrize(
    ("number", "what"), [(1, "lib/python3.13/os.py was changed"), (2, "bin/python3.13 was changed, and 1 more")]
)
def test_a_build_that_changed_is_none_to_go_back_to(path: Path, number: int, what: str) -> None:
    """The message names no option of other tasks, and the build that is there stays."""
    changed(path, number=number)
    with pytest.raises(StoreError) as caught:
        found(path)
    assert str(caught.value) == (
        f"Cannot go back at {path}: the build {OLD.build.name} in the store is not as it was installed ({what}), and "
        f"going back fetches nothing. Run standalone.python.build with `name: {OLD.build.name}` for this path: it "
        "installs that build again and switches to it."
    )


def test_without_its_manifest_nothing_shows_that_it_did_not_change(path: Path) -> None:
    (path.parent / ".builds" / OLD.build.name / ".build.manifest").unlink()
    with pytest.raises(StoreError, match="is missing"):
        found(path)


def test_an_intact_copy_will_do(path: Path) -> None:
    changed(path)
    copy = receipt(str(path), OLD, externally_managed=False)
    make_entry(path.parent / ".builds", f"{OLD.build.name}.2", copy)
    assert found(path) == [(str(path), "20250723")]


def test_a_build_that_changes_during_the_run_is_not_fetched(path: Path) -> None:
    (spec,) = way_back(str(path.parent / ".builds"), from_build=ANY).specs
    changed(path)
    with pytest.raises(StoreError, match=f"Cannot go back at {path}: .*it changed during this run"):
        apply.run(spec)
    shutil.rmtree(path.parent / ".builds" / OLD.build.name)
    with pytest.raises(StoreError, match=f"Cannot go back at {path}: "):
        apply.run(spec)
    assert os.readlink(path) == f".builds/{NEW.build.name}"


def history(path: Path, *assets: Asset) -> Path:
    """Makes the path one that has the first of these builds and used the others before."""
    store = path.parent / ".builds"
    shutil.rmtree(store)
    for one in assets:
        make_entry(store, one.build.name, receipt(str(path), one))
    path.unlink()
    path.symlink_to(f".builds/{assets[0].build.name}")
    _history.write(
        str(store),
        PathHistory(str(path), 4, tuple(HistoryEntry(one.build.name, "2026-01-01T00:00:00Z") for one in assets)),
    )
    return path


def test_going_back_to_another_minor_version_is_allowed(path: Path) -> None:
    history(path, NEW, asset("3.12.11", "20250610"))
    (spec,) = way_back(str(path.parent / ".builds"), from_build=ANY).specs
    assert run(spec)["changed"] is True
    assert "3.12.11" in os.readlink(path)


def test_a_build_of_another_machine_is_passed_over(path: Path) -> None:
    foreign = asset("3.13.5", "20250723", target="s390x-unknown-linux-gnu")
    assert found(history(path, NEW, foreign, OLDEST)) == [(str(path), "20250610")]
    history(path, NEW, foreign)
    with pytest.raises(StoreError) as caught:
        found(path)
    assert (
        f"before {NEW.build.name}. {foreign.build.name} needs Linux with 64-bit s390x programs, but this host is "
        in str(caught.value)
    )


def test_where_there_is_no_way_back(path: Path) -> None:
    for one in (OLD, OLDEST):
        shutil.rmtree(path.parent / ".builds" / one.build.name)
    with pytest.raises(StoreError) as caught:
        found(path)
    assert str(caught.value) == (
        f"Cannot go back at {path}: the store has no build of this path before {NEW.build.name}. Install the one that "
        "is wanted by its exact name."
    )


@pytest.mark.parametrize("from_build", ["3.13", "latest", ">=3.13", "2025", ""])
def test_what_is_vague_cannot_be_left(from_build: str) -> None:
    with pytest.raises(InvalidName) as caught:
        require_from_build(from_build)
    assert str(caught.value) == (
        f"{from_build!r} does not say which build to leave. Write its whole version, 3.13.6, its release, 20250807, "
        "both, 3.13.6+20250807, or its full name."
    )


# --- never forward ---------------------------------------------------------------------------------------------------


def go_back(path: Path, from_build: str, reason: str = "") -> str:
    """The release that the path has afterwards."""
    for spec in way_back(str(path.parent / ".builds"), from_build=from_build, reason=reason).specs:
        run(spec)
    return receipt_at(path)


def spec_for(path: Path, wanted: Asset) -> InstallSpec:
    """What a task for that very build asks for."""
    settings = Settings(str(path), externally_managed=False)
    return InstallSpec("present", str(path), str(path.parent / ".builds"), settings, UrlOptions(), asset=wanted, keep=4)


def receipt_at(path: Path) -> str:
    return path.resolve().name.partition("+")[2].partition("-")[0]


def test_each_run_from_any_goes_further_back_and_none_goes_forward(path: Path) -> None:
    assert go_back(path, ANY) == "20250723"
    assert go_back(path, ANY, "It does not start.") == "20250610"
    with pytest.raises(StoreError) as caught:
        go_back(path, ANY)
    assert f"It was taken back from {OLD.build.name} on " in str(caught.value)
    assert ": It does not start. It was taken back from " in str(caught.value)
    assert receipt_at(path) == "20250610"


@pytest.mark.parametrize(("from_build", "lands"), [("3.13.6", "20250610"), ("20250807", "20250610")])
def test_a_build_that_answers_to_the_same_name_is_not_gone_back_to(tmp_path: Path, from_build: str, lands: str) -> None:
    """Two releases of one version, or two versions of one release: the second run would go forward again."""
    same = {"3.13.6": asset("3.13.6", "20250701"), "20250807": asset("3.13.5", "20250807")}[from_build]
    path = tmp_path / "3.13"
    for one in (OLDEST, same, NEW):
        make_entry(tmp_path / ".builds", one.build.name, receipt(str(path), one, externally_managed=False))
    path.symlink_to(f".builds/{NEW.build.name}")
    uses = tuple(HistoryEntry(one.build.name, "2026-01-01T00:00:00Z") for one in (NEW, same, OLDEST))
    _history.write(str(tmp_path / ".builds"), PathHistory(str(path), 4, uses))
    assert [go_back(path, from_build), go_back(path, from_build)] == [lands, lands]


def test_a_build_that_was_left_is_remembered_until_the_path_gets_it_again(path: Path) -> None:
    store = str(path.parent / ".builds")
    go_back(path, "3.13.6", 'The task "Run the health command" failed (1)')
    (left,) = left_builds(path)
    assert (left.build, left.reason) == (NEW.build.name, 'The task "Run the health command" failed (1)')
    go_back(path, "3.13.5")
    assert [one.build for one in left_builds(path)] == [OLD.build.name, NEW.build.name]
    run(spec_for(path, NEW))
    assert [one.build for one in left_builds(path)] == [OLD.build.name]
    assert store_is_sound(store)


def left_builds(path: Path) -> tuple[Left, ...]:
    root = installed_builds.history(path.parent / ".builds", path)
    assert root is not None
    return root.left


def store_is_sound(store: str) -> bool:
    return _history.read_all(store).damage == ()


@pytest.mark.parametrize(
    ("before", "after", "warns"),
    [
        (asset("3.13.11", "20251217"), asset("3.13.10", "20251209"), True),
        (asset("3.13.11", "20260101"), asset("3.13.11", "20251217"), False),
        (asset("3.13.10", "20251209"), OLD, False),  # the links served neither
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_links_of_others_that_no_longer_serve_are_reported(
    tmp_path: Path, before: Asset, after: Asset, warns: bool, check_mode: bool
) -> None:
    store, path = tmp_path / "opt/.builds", tmp_path / "opt/3.13"
    for one in (before, after):
        make_entry(store, one.build.name, receipt("/opt/3.13", one, externally_managed=False))
    path.symlink_to(f".builds/{before.build.name}")
    uses = tuple(HistoryEntry(one.build.name, "2026-01-01T00:00:00Z") for one in (before, after))
    _history.write(str(store), PathHistory("/opt/3.13", 4, uses))
    params = {"from_build": ANY, "reason": "", "paths": ["/opt/3.13"], "stores": [], "root": str(tmp_path)}
    links = tmp_path / "usr/local/bin"
    links.mkdir(parents=True)
    (links / "python3.13").symlink_to("/opt/3.13/libexec/python3.13")  # as the role makes it
    (links / "pip3.13").symlink_to("/opt/3.13/bin/pip3.13")
    (links / "python3.13-config").symlink_to("/opt/3.13/bin/python3.13-config")
    without = rollback.run({**params, "lock_timeout": 9}, check_mode=True)
    (links / "python-app").symlink_to("/opt/3.13/bin/python3.13")
    (links / "python-other").symlink_to("/opt/3.12/bin/python3.12")
    result = rollback.run({**params, "lock_timeout": 9}, check_mode=check_mode)
    warning = (
        "3.13.10+20251209 at /opt/3.13 is an older release: environments that are made through the links "
        "/usr/local/bin/python-app do not start. Let these links point to /opt/3.13/libexec/python3.13."
    )
    assert result["changed"] is True
    assert without["warnings"] == []
    assert result["warnings"] == ([warning] if warns else [])


@pytest.mark.parametrize(
    ("given", "changed"),
    [
        ({}, True),
        ({"stores": []}, False),
        ({"paths": []}, False),
        ({"paths": [], "stores": [".builds"]}, False),
        ({"stores": [".builds"]}, True),
        ({"paths": ["3.13"], "stores": []}, True),
    ],
)
def test_an_empty_list_names_no_path(
    path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, list[str]], changed: bool
) -> None:
    """As from an expression that finds nothing; only what is left out means all."""
    monkeypatch.setattr(_store_file, "USUAL_STORE", str(path.parent / ".builds"))
    lists = {key: [str(path.parent / name) for name in names] for key, names in given.items()}
    params = {"from_build": ANY, "reason": "", "paths": None, "stores": None, "root": None, "lock_timeout": 9}
    assert rollback.run({**params, **lists}, check_mode=True)["changed"] is changed


def test_what_stays_is_listed(path: Path) -> None:
    store = str(path.parent / ".builds")
    assert way_back(store, from_build="3.13.9").others == [(str(path), NEW.build)]
    path.unlink()
    assert way_back(store, from_build="3.13.9").others == [(str(path), None)]
    assert way_back(store, from_build="3.13.9", paths=["/elsewhere"]).others == []
