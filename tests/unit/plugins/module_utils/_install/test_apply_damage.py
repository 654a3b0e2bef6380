# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Damaged metadata in the store: the path works on, nothing is pruned, and the message says how to rebuild it."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils import _json
from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._install.confirm import confirm
from ansible_collections.standalone.python.plugins.module_utils._install.plan import plan
from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
from ansible_collections.standalone.python.plugins.module_utils._install.rollback import ANY, way_back
from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec
from ansible_collections.standalone.python.plugins.module_utils._store import history as _history
from ansible_collections.standalone.python.plugins.module_utils._store import inventory
from ansible_collections.standalone.python.plugins.plugin_utils._probe.state import state_of
from tests.support import fake_builds
from tests.support.fake_builds import FakeBuild
from tests.support.install_specs import spec
from tests.support.installed_builds import history, litter, store_of, stored
from tests.support.probe_runs import ask


@dataclass(frozen=True)
class Sample:
    """A path with two builds, another path with one, and a copy of all that, to begin each test with."""

    path: Path
    builds: tuple[FakeBuild, ...]
    copy: Path


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    directory = tmp_path_factory.mktemp("damage")
    builds = tuple(fake_builds.make(directory / "mirror", release) for release in ("20260101", "20260201", "20260301"))
    path = directory / "python" / fake_builds.MINOR
    run(wanted(path, builds[0]))
    run(wanted(path, builds[1]))
    run(wanted(path.parent / "other", builds[0]))
    shutil.copytree(path.parent, directory / "copy", symlinks=True)
    return Sample(path, builds, directory / "copy")


@pytest.fixture
def path(sample: Sample) -> Path:
    """It had the old build, and has the new one. Another path uses the store, too."""
    shutil.rmtree(sample.path.parent)
    shutil.copytree(sample.copy, sample.path.parent, symlinks=True)
    return sample.path


@pytest.fixture
def old(sample: Sample) -> FakeBuild:
    return sample.builds[0]


@pytest.fixture
def new(sample: Sample) -> FakeBuild:
    return sample.builds[1]


@pytest.fixture
def newest(sample: Sample) -> FakeBuild:
    return sample.builds[2]


def wanted(path: Path, build: FakeBuild | None = None, **params: Any) -> InstallSpec:
    return spec(path, build, **{"health_imports": [], "verify": "none", **params})


def root_file(path: Path) -> Path:
    return store_of(path) / ".roots" / _history.file_name(str(path))


def edit(file: Path, **changes: Any) -> None:
    """Changes keys of a JSON file, and leaves its seal as it is."""
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def edit_without_seal(file: Path, **changes: Any) -> None:
    content = {**json.loads(file.read_text()), **changes}
    content.pop("seal")
    file.write_text(json.dumps(content))


def replace_by(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def damage(file: Path) -> None:
        file.unlink()
        make(file)

    return damage


ROOT_DAMAGE: dict[str, Callable[[Path], object]] = {
    "another path": lambda file: edit(file, path="/opt/python/3.13"),
    "another path, by a forger": lambda file: edit_without_seal(file, path="/opt/python/3.13"),
    "keep": lambda file: edit(file, keep=0),
    "no uses": lambda file: edit_without_seal(file, uses=[]),
    "other uses": lambda file: edit_without_seal(file, uses=[{"entry": "gone", "since": "2026"}]),
    "the provisional state": lambda file: edit(file, fallback="gone"),
    "empty": lambda file: file.write_text(""),
    "broken off": lambda file: file.write_text(file.read_text()[:40]),
    "moved": lambda file: file.rename(file.with_name("%2Fopt%2Fpython%2F3.13")),
    "gone": lambda file: file.unlink(),
    "a pipe": replace_by(os.mkfifo),
    "a directory": replace_by(os.mkdir),
    "a link": replace_by(lambda file: file.symlink_to("/etc/passwd")),
}


def works(path: Path) -> bool:
    return subprocess.run([path / "bin" / "python", "-c", ""], check=False).returncode == 0


def warned(result: dict[str, Any]) -> str:
    return " ".join(result["warnings"])


@pytest.mark.parametrize("name", ROOT_DAMAGE)
@pytest.mark.parametrize("keep", [0, 1])
def test_an_upgrade_with_a_damaged_history_prunes_nothing(
    path: Path, old: FakeBuild, new: FakeBuild, newest: FakeBuild, name: str, keep: int
) -> None:
    before = stored(path)
    ROOT_DAMAGE[name](root_file(path))
    foreseen = run(wanted(path, newest, keep=keep), check_mode=True)
    done = run(wanted(path, newest, keep=keep))
    assert foreseen["diff"] == done["diff"]
    assert foreseen["warnings"] == done["warnings"]
    assert done["pruned"] == []
    assert stored(path) == sorted([*before, newest.name])
    assert f"{root_file(path)} is " in warned(done)
    assert f"Run standalone.python.build for {path}: it writes the file again, from the link and" in warned(done)
    assert works(path)
    found = history(store_of(path), path)
    assert [use.entry for use in found.uses] == [newest.name, new.name, old.name]
    assert litter(path) == ["other"]


@pytest.mark.parametrize("name", [name for name in ROOT_DAMAGE if name != "moved"])
def test_a_run_with_nothing_to_do_rebuilds_the_history(path: Path, old: FakeBuild, new: FakeBuild, name: str) -> None:
    before, link = stored(path), os.readlink(path)
    ROOT_DAMAGE[name](root_file(path))
    done = run(wanted(path, new, keep=0, verify="full"))
    assert (done["changed"], done["pruned"]) == (False, [])
    assert f"{root_file(path)} is " in warned(done)
    assert (stored(path), os.readlink(path)) == (before, link)
    assert [use.entry for use in history(store_of(path), path).uses] == [new.name, old.name]
    again = run(wanted(path, new))
    assert (again["changed"], again.get("warnings")) == (False, None)


@pytest.mark.parametrize("name", [name for name in ROOT_DAMAGE if name != "gone"])
def test_damage_elsewhere_stops_no_other_path(path: Path, newest: FakeBuild, name: str) -> None:
    other = path.parent / "other"
    before = stored(path)
    ROOT_DAMAGE[name](root_file(path))
    done = run(wanted(other, newest, keep=0))
    assert (done["changed"], done["pruned"]) == (True, [])
    assert "Nothing is pruned from the store meanwhile" in warned(done)
    assert stored(path) == sorted([*before, newest.name])
    assert works(other)


@pytest.mark.parametrize("name", ROOT_DAMAGE)
def test_the_path_goes_and_its_builds_stay_until_all_is_known(path: Path, old: FakeBuild, name: str) -> None:
    before = stored(path)
    ROOT_DAMAGE[name](root_file(path))
    done = run(wanted(path, state="absent"))
    assert (done["changed"], done["pruned"]) == (True, [])
    assert f"{root_file(path)} is " in warned(done)
    assert stored(path) == before
    assert not os.path.lexists(path)
    (store_of(path) / ".roots" / "%2Fopt%2Fpython%2F3.13").unlink(missing_ok=True)
    done = run(wanted(path, state="absent"))
    assert "warnings" not in done
    assert len(done["pruned"]) == 2
    assert works(path.parent / "other")


@pytest.mark.parametrize("name", [name for name in ROOT_DAMAGE if name != "moved"])
@pytest.mark.parametrize("named", [True, False])
def test_going_back_and_accepting_say_that_nobody_knows(
    path: Path, old: FakeBuild, new: FakeBuild, name: str, named: bool
) -> None:
    ROOT_DAMAGE[name](root_file(path))
    for what, act in (("go back", partial(way_back, from_build=ANY)), ("confirm the build", confirm)):
        with pytest.raises(StoreError) as caught:
            act(str(store_of(path)), paths=[str(path)] if named else [])
        assert str(caught.value).startswith(f"Cannot {what} at {path}: {root_file(path)} is ")
        assert str(caught.value).endswith(f"The store has these builds for it: {old.name}, {new.name}.")


def test_going_back_elsewhere_is_no_matter_of_that(path: Path, new: FakeBuild, old: FakeBuild) -> None:
    other = path.parent / "other"
    run(wanted(other, new))
    root_file(path).write_text("")
    (back,) = way_back(str(store_of(path)), from_build=ANY, paths=[str(other)]).specs
    assert run(back)["build"]["release"] == old.release
    assert confirm(str(store_of(path)), paths=[str(other)]) == []
    assert way_back(str(store_of(path)), from_build="20250101").specs == []


RECEIPT_DAMAGE: dict[str, Callable[[Path], object]] = {
    "another prefix": lambda file: edit(file, prefix="/opt/python/3.13"),
    "another digest": lambda file: edit(file, asset={**json.loads(file.read_text())["asset"], "sha256": "0" * 64}),
    "empty": lambda file: file.write_text(""),
    "no text": lambda file: file.write_bytes(b"\xff\xfe\0"),
    "a pipe": replace_by(os.mkfifo),
    "a directory": replace_by(os.mkdir),
    "a link": replace_by(lambda file: file.symlink_to("/etc/passwd")),
    "a dangling link": replace_by(lambda file: file.symlink_to("gone")),
}


@pytest.mark.parametrize("name", RECEIPT_DAMAGE)
@pytest.mark.parametrize("is_current", [True, False])
def test_a_damaged_receipt_stops_pruning_and_no_installation(
    path: Path, old: FakeBuild, new: FakeBuild, newest: FakeBuild, name: str, is_current: bool
) -> None:
    before = stored(path)
    damaged = store_of(path) / (new if is_current else old).name / ".build.json"
    RECEIPT_DAMAGE[name](damaged)
    for build in (newest, newest):
        done = run(wanted(path, build, keep=0))
        assert done["pruned"] == []
        assert f"{damaged} is damaged: " in warned(done)
        assert "Then remove that directory, once no link names it." in warned(done)
    assert stored(path) == sorted([*before, newest.name])
    assert works(path)
    assert works(path.parent / "other")


def test_a_receipt_of_another_build_is_not_believed(path: Path, old: FakeBuild, new: FakeBuild) -> None:
    before = stored(path)
    (store_of(path) / old.name / ".build.json").write_text((store_of(path) / new.name / ".build.json").read_text())
    done = run(wanted(path, new, keep=0))
    assert f"is the receipt of {new.name}, and is in {old.name}" in warned(done)
    assert stored(path) == before


def test_going_back_does_not_pass_over_a_build_that_nobody_knows(
    path: Path, old: FakeBuild, new: FakeBuild, newest: FakeBuild
) -> None:
    run(wanted(path, newest, keep=2))
    (store_of(path) / new.name / ".build.json").write_text("")
    with pytest.raises(StoreError) as caught:
        way_back(str(store_of(path)), from_build=ANY, paths=[str(path)])
    assert str(caught.value).startswith(f"Cannot go back at {path}: {store_of(path)}/{new.name}/.build.json is damaged")


def make_newer(file: Path) -> None:
    """As a later version of the collection may write it, with its seal and a key that nobody knows yet."""
    content = {**json.loads(file.read_text()), "format": 2, "hints": []}
    file.write_text(_json.rendered({key: value for key, value in content.items() if key != _json.SEAL}))


def files_below(directory: Path) -> dict[str, tuple[int, str]]:
    links = (place for place in directory.rglob("*") if place.is_symlink())
    files = (place for place in directory.rglob("*") if place.is_file() and not place.is_symlink())
    return {
        **{str(place): (place.stat().st_mtime_ns, place.name) for place in files},
        **{str(place): (0, os.readlink(place)) for place in links},
    }


@pytest.mark.parametrize("kind", ["history", "receipt"])
def test_what_a_newer_version_wrote_stays(path: Path, new: FakeBuild, newest: FakeBuild, kind: str) -> None:
    run(wanted(path, new, keep=0, provisional=True))
    file = root_file(path) if kind == "history" else store_of(path) / new.name / ".build.json"
    make_newer(file)
    before = files_below(path.parent)
    acts: dict[str, list[Callable[[], object]]] = {
        "manage": [
            *(
                partial(run, wanted(path, build), check_mode=check)
                for build in (new, newest)
                for check in (True, False)
            ),
            partial(run, wanted(path, state="absent")),
            partial(run, wanted(path, new, verify="full")),
            lambda: plan(wanted(path, newest), state_of(ask(path, store_of(path)), str(path), str(store_of(path)))),
        ],
        "go back at": [
            partial(way_back, str(store_of(path)), from_build=from_build, paths=paths)
            for from_build in (ANY, new.name)
            for paths in (([], [str(path)]) if kind == "history" else ([str(path)],))
        ],
    }
    for what, asked in acts.items():
        for act in asked:
            with pytest.raises(StoreError) as caught:
                act()
            assert str(caught.value).startswith(
                f"Cannot {what} {path}: {file} is of format 2, which a newer version of standalone.python writes; this "
                "version reads format 1. Upgrade the collection on the controller."
            )
    assert files_below(path.parent) == before
    (problem,) = inventory.describe(str(store_of(path)), verify="none")["damaged"]
    assert problem["remedy"] == "Upgrade the collection on the controller."


@pytest.mark.parametrize("kind", ["history", "receipt"])
def test_what_a_newer_version_wrote_elsewhere_is_reported(
    path: Path, newest: FakeBuild, old: FakeBuild, kind: str
) -> None:
    other = path.parent / "other"
    file = root_file(other) if kind == "history" else store_of(path) / os.readlink(other).split("/")[1] / ".build.json"
    make_newer(file)
    before = stored(path)
    done = run(wanted(path, newest, keep=0))
    assert (done["changed"], done["pruned"]) == (True, [])
    assert stored(path) == sorted([*before, newest.name])
    assert f"{file} is of format 2, which a newer" in warned(done)
    assert "Nothing is pruned from the store meanwhile. Upgrade the collection on the controller." in warned(done)
    back = run(way_back(str(store_of(path)), from_build=ANY, paths=[str(path)]).specs[0])
    assert (back["changed"], back["pruned"]) == (True, [])


def test_the_receipt_of_an_earlier_build_that_a_newer_version_wrote(
    path: Path, newest: FakeBuild, old: FakeBuild
) -> None:
    run(wanted(path, newest, keep=2))
    file = store_of(path) / old.name / ".build.json"
    make_newer(file)
    again = run(wanted(path, old))
    assert (again["changed"], again["pruned"]) == (True, [])
    assert os.readlink(path).endswith((".2", ".3"))
    assert json.loads(file.read_text())["format"] == 2


@pytest.mark.parametrize(
    "damage", [lambda text: text.replace("f\t", "f\t1", 1), lambda text: text + text, lambda _: ""]
)
def test_a_damaged_manifest_is_repaired_and_prunes_nothing(
    path: Path, new: FakeBuild, damage: Callable[[str], str]
) -> None:
    before = stored(path)
    manifest = store_of(path) / new.name / ".build.manifest"
    manifest.write_text(damage(manifest.read_text()))
    foreseen = run(wanted(path, new, keep=0, verify="full"), check_mode=True)
    done = run(wanted(path, new, keep=0, verify="full"))
    assert foreseen["diff"] == done["diff"]
    assert (done["changed"], done["pruned"]) == (True, [])
    assert f"{manifest} is damaged: it is not the manifest that the build was published with." in warned(done)
    assert stored(path) == sorted([*before, f"{new.name}.2"])
    assert works(path)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_special_files_in_staging_are_swept(path: Path, newest: FakeBuild, make: Callable[[Path], object]) -> None:
    staging = store_of(path) / ".staging"
    for name in ("root", "strange", f"{newest.sha256}.part", ".3.13.new-link"):
        make(staging / name)
    run(wanted(path, newest, archive=None, mirror=[newest.archive.parents[1].as_uri()]))
    assert litter(path) == ["other"]


@pytest.mark.parametrize("kind", ["a named pipe", "a directory", "a symbolic link"])
def test_a_lock_that_is_no_file_is_reported(path: Path, newest: FakeBuild, kind: str) -> None:
    lock = store_of(path) / ".lock"
    make = {"a named pipe": os.mkfifo, "a directory": os.mkdir, "a symbolic link": lambda file: file.symlink_to("x")}
    replace_by(make[kind])(lock)
    with pytest.raises(StoreError) as caught:
        run(wanted(path, newest))
    said = f"{lock} is damaged: it is {kind}, and should be a regular file. Remove it, then run again."
    assert str(caught.value) == said
    assert works(path)


def failing(function: Callable[..., Any], file: Path, error: int) -> Callable[..., Any]:
    """The function of `os`, for which the disk fails with `error` at one file."""

    def called(path: Any, *args: Any, **options: Any) -> Any:
        if os.fspath(path) == str(file):
            raise OSError(error, os.strerror(error), path)
        return function(path, *args, **options)

    return called


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOTCONN, errno.EACCES])
def test_a_link_elsewhere_that_cannot_be_read_prunes_nothing(
    path: Path, newest: FakeBuild, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    other = path.parent / "other"
    monkeypatch.setattr(os, "readlink", failing(os.readlink, other, error))
    before = stored(path)
    result = run(wanted(path, newest, keep=0))
    monkeypatch.undo()
    assert works(path)
    assert result["pruned"] == []
    assert set(before) < set(stored(path))
    assert f"{other} cannot be read: {os.strerror(error)}." in warned(result)


@pytest.mark.parametrize("state", ["present", "absent"])
def test_an_own_link_that_cannot_be_read_is_neither_absent_nor_foreign(
    path: Path, newest: FakeBuild, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    monkeypatch.setattr(os, "readlink", failing(os.readlink, path, errno.EIO))
    before = stored(path)
    with pytest.raises(StoreError, match=f"{path}: the disk reported an error"):
        run(wanted(path, newest if state == "present" else None, state=state))
    monkeypatch.undo()
    assert works(path)
    assert stored(path) == before


def test_a_receipt_that_cannot_be_read_is_not_missing(
    path: Path, newest: FakeBuild, old: FakeBuild, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build without a receipt goes; one whose receipt the disk does not show is needed for the way back."""
    receipt = store_of(path) / old.name / ".build.json"
    monkeypatch.setattr(os, "lstat", failing(os.lstat, receipt, errno.EIO))
    result_or_error = ""
    try:
        result_or_error = warned(run(wanted(path, newest, keep=2)))
    except StoreError as error:
        result_or_error = str(error)
    monkeypatch.undo()
    assert str(receipt) in result_or_error
    assert old.name in stored(path)
