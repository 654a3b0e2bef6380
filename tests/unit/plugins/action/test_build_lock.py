# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action plugin of `build` does with a lock: no index, and the very build that is locked."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("ansible", reason="the action plugin runs on the controller")

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
from ansible_collections.standalone.python.plugins.plugin_utils._lock.file import LockedBuild, LockFile
from tests.support import fake_builds
from tests.support.action_host import NEW, OLD, Host, act, failure, file_name
from tests.support.fake_builds import MINOR, TARGET, VERSION, FakeBuild
from tests.support.install_specs import spec
from tests.support.locks import MUSL, lock_of, stripped


@pytest.fixture
def lock(tmp_path: Path, old: FakeBuild, monkeypatch: pytest.MonkeyPatch) -> str:
    """A lock of the old build, where no index can be read."""
    monkeypatch.setenv("ANSIBLE_STANDALONE_PYTHON_INDEX", "/nowhere")
    locked = LockedBuild(Asset.from_dict(old.asset()))
    file = tmp_path / "lock.yml"
    file.write_text(LockFile({MINOR: {TARGET: locked}}).render())
    return str(file)


@pytest.mark.parametrize("state", ["present", "latest"])
def test_the_locked_build_is_what_the_module_gets(
    host: Host, path: Path, old: FakeBuild, lock: str, state: str
) -> None:
    act(host, path, name=MINOR, lock=lock, state=state)
    (module,) = host.modules
    assert module["asset"] == {**old.asset(), "prerelease": False}
    assert {"name", "lock"} & set(module) == set()


def test_nothing_is_to_do_where_it_is_installed(host: Host, path: Path, old: FakeBuild, lock: str) -> None:
    run(spec(path, old))
    result = act(host, path, name=MINOR, lock=lock)
    assert (result["changed"], result["build"]["name"]) == (False, old.name)
    assert (len(host.commands), host.modules) == (1, [])


def test_another_build_that_answers_is_replaced(host: Host, path: Path, old: FakeBuild, lock: str) -> None:
    newer = fake_builds.make(old.archive.parents[1], NEW)
    run(spec(path, newer))
    result = act(host, path, name=MINOR, lock=lock, check_mode=True)
    assert (result["changed"], result["build"]["name"], result["previous"]["name"]) == (True, old.name, newer.name)


def test_with_auto_the_best_level_that_is_locked_counts(host: Host, path: Path, lock: str, old: FakeBuild) -> None:
    act(host, path, name=MINOR, lock=lock, cpu_level="auto")
    assert host.modules[0]["asset"]["sha256"] == old.sha256


@pytest.mark.skipif(not TARGET.startswith("x86_64-"), reason="only these processors have levels")
def test_with_auto_a_better_level_that_is_locked_replaces_the_baseline(
    host: Host, path: Path, tmp_path: Path, old: FakeBuild
) -> None:
    """Otherwise a no-op does not ask for the level of the processor."""
    run(spec(path, old))
    file = tmp_path / "lock.yml"
    better = TARGET.replace("x86_64", "x86_64_v2")
    file.write_text(
        lock_of({MINOR: [stripped(old.name.split("-")[1], target) for target in (TARGET, better)]}).render()
    )
    result = act(host, path, name=MINOR, lock=str(file), cpu_level="auto", state="latest", check_mode=True)
    assert (result["changed"], result["build"]["name"]) == (True, old.name.replace(TARGET, better))


def test_a_removal_reads_no_lock(host: Host, path: Path, old: FakeBuild) -> None:
    run(spec(path, old))
    act(host, path, name=MINOR, lock="/nowhere", state="absent")
    assert host.modules[0]["state"] == "absent"


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_host_that_is_not_covered_sees_what_is(host: Host, path: Path, tmp_path: Path, check_mode: bool) -> None:
    file = tmp_path / "lock.yml"
    file.write_text(lock_of({MINOR: [stripped(f"{VERSION}+{OLD}", MUSL)]}).render())
    assert failure(host, path, name=MINOR, lock=str(file), check_mode=check_mode) == (
        f"The lock {file} has no build of {MINOR} for {TARGET}. It has {MUSL}. Add the target to lock_targets and make "
        "the lock again."
    )


def test_a_build_that_the_host_cannot_run_is_refused(host: Host, path: Path, tmp_path: Path) -> None:
    file = tmp_path / "lock.yml"
    file.write_text(lock_of({MINOR: [stripped(f"{VERSION}+{OLD}", "aarch64-unknown-linux-gnu")]}).render())
    said = failure(host, path, name=MINOR, lock=str(file), target="aarch64-unknown-linux-gnu")
    assert "needs Linux with 64-bit aarch64 programs" in said


def test_a_lock_that_is_damaged_is_reported_before_the_host_is_asked(host: Host, path: Path, tmp_path: Path) -> None:
    file = tmp_path / "lock.yml"
    file.write_text("builds: {}")
    assert failure(host, path, name=MINOR, lock=str(file)) == (
        f"The lock {file} is damaged: format should be a whole number. Take the lock from before it was edited or "
        "merged, or make it again."
    )
    assert host.commands == []


@pytest.mark.parametrize(
    "option",
    [
        {"index": ["bundled"]},
        {"min_age": "7d"},
        {"index_max_age": "7d"},
        {"checksum": "0" * 64},
        {"archive": "/a", "checksum": "0"},
    ],
)
def test_what_decides_in_its_place_is_refused(host: Host, path: Path, lock: str, option: dict[str, object]) -> None:
    from ansible.errors import AnsibleError

    with pytest.raises(AnsibleError, match="mutually exclusive: lock"):
        act(host, path, name=MINOR, lock=lock, **option)


def test_the_file_name_of_another_flavor_is_refused(host: Host, path: Path, lock: str) -> None:
    assert file_name(OLD)[:-7] in failure(host, path, name=MINOR, lock=lock, flavor="full")
