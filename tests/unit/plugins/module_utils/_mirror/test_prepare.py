# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepared copies of a mirror: made once, named by the versions index alone, made again where they are not right."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._argspec import MIRROR_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._errors import ArchiveError, InvalidName, StoreError
from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
from ansible_collections.standalone.python.plugins.module_utils._mirror import apply, prepare
from ansible_collections.standalone.python.plugins.module_utils._mirror.spec import MirrorSpec
from ansible_collections.standalone.python.plugins.module_utils._prepare import compress
from tests.support import fake_builds
from tests.support.fake_builds import FakeBuild
from tests.support.install_specs import spec
from tests.support.mirror_specs import complaints, contents, make_archive
from tests.support.prepared_copies import place_of
from tests.support.sample_mirror import NDJSON, UV_CATALOG

OLD, NEW = "20260101", "20260201"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "source"


@pytest.fixture
def builds(source: Path) -> list[FakeBuild]:
    return [fake_builds.make(source, release) for release in (OLD, NEW)]


def sync(
    mirror: Path, source: Path, builds: list[FakeBuild], *, check_mode: bool = False, **params: Any
) -> dict[str, Any]:
    defaults = {option: one.get("default") for option, one in MIRROR_ARGUMENTS.items()}
    assets = [build.asset() if isinstance(build, FakeBuild) else build for build in builds]
    given = {**defaults, "path": str(mirror), "assets": assets, "mirror": [source.as_uri()], "prepare": True, **params}
    return apply.run(MirrorSpec.from_params(given), check_mode=check_mode)


def copies(builds: list[FakeBuild]) -> list[str]:
    return [f"{build.release}/{place_of(build).name}" for build in builds]


def named_copies(mirror: Path) -> list[dict[str, str]]:
    lines = map(json.loads, (mirror / NDJSON).read_text().splitlines())
    return [artifact["prepared"] for line in lines for artifact in line["artifacts"] if "prepared" in artifact]


def test_each_archive_gets_a_copy_that_hosts_install(
    source: Path, mirror: Path, builds: list[FakeBuild], tmp_path: Path
) -> None:
    foreseen = sync(mirror, source, builds, check_mode=True)
    result = sync(mirror, source, builds)
    assert result["prepared"] == foreseen["prepared"] == copies(builds)
    assert foreseen["rewritten"] == result["rewritten"]
    assert complaints(mirror) == []
    for build in builds:
        (mirror / build.release / build.archive.name).unlink()  # so that it can only be the copy
    for build, named in zip(reversed(builds), named_copies(mirror)):
        asset = {**build.asset(), "prepared": named}
        installed = run(spec(tmp_path / "opt" / "3", asset=asset, archive=None, mirror=[mirror.as_uri()]))
        assert (installed["changed"], "warnings" in installed) == (True, False)


def test_other_readers_see_the_mirror_as_before(
    source: Path, mirror: Path, builds: list[FakeBuild], tmp_path: Path
) -> None:
    sync(mirror, source, builds)
    sync(tmp_path / "plain", source, builds, prepare=False)
    plain = contents(tmp_path / "plain")
    assert {name: content for name, content in contents(mirror).items() if name in plain and name != NDJSON} == {
        name: content for name, content in plain.items() if name != NDJSON
    }
    assert sorted(contents(mirror).keys() - plain.keys()) == copies(builds)
    for line in (mirror / NDJSON).read_text().splitlines():
        for artifact in json.loads(line)["artifacts"]:
            del artifact["prepared"]
            assert json.dumps(artifact) in plain[NDJSON].decode()
    assert UV_CATALOG in plain


def test_two_mirrors_make_equal_copies(source: Path, mirror: Path, builds: list[FakeBuild], tmp_path: Path) -> None:
    sync(mirror, source, builds)
    sync(tmp_path / "other", source, builds)
    assert contents(mirror) == contents(tmp_path / "other")


def test_a_second_run_changes_nothing(source: Path, mirror: Path, builds: list[FakeBuild], monkeypatch) -> None:
    sync(mirror, source, builds)
    before = contents(mirror)
    monkeypatch.setattr(prepare, "make_all", lambda *_: pytest.fail("a copy was made"))
    result = sync(mirror, source, builds, verify="full")
    assert (result["changed"], result["prepared"], contents(mirror)) == (False, [], before)


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"half")], ids=["gone", "half-written"])
def test_one_that_is_damaged_is_made_again(source: Path, mirror: Path, builds: list[FakeBuild], spoil) -> None:
    sync(mirror, source, builds)
    before = contents(mirror)
    spoil(mirror / copies(builds)[0])
    result = sync(mirror, source, builds)
    assert (result["fetched"], result["prepared"], contents(mirror)) == ([], copies(builds)[:1], before)


def test_another_level_makes_them_again(source: Path, mirror: Path, builds: list[FakeBuild]) -> None:
    sync(mirror, source, builds, prepare_level=1)
    assert sync(mirror, source, builds, prepare_level=19)["prepared"] == copies(builds)
    assert complaints(mirror) == []


def test_they_go_with_their_archive_and_with_the_option(source: Path, mirror: Path, builds: list[FakeBuild]) -> None:
    sync(mirror, source, builds)
    fewer = sync(mirror, source, builds[1:])
    assert fewer["removed"] == sorted([copies(builds)[0], f"{OLD}/{builds[0].archive.name}"])
    plain = sync(mirror, source, builds[1:], prepare=False)
    assert plain["removed"] == copies(builds)[1:]
    assert named_copies(mirror) == []
    assert list(mirror.rglob("*.zst")) == []
    sync(mirror, source, builds)
    sync(mirror, source, [], state="absent")
    assert not mirror.exists()


def test_one_whose_archive_changed_is_made_again(source: Path, mirror: Path, builds: list[FakeBuild]) -> None:
    sync(mirror, source, builds)
    (before,) = named_copies(mirror)[1:]
    again = fake_builds.make(source, OLD, extra={"lib/more": "more"})
    result = sync(mirror, source, [again, builds[1]])
    assert result["prepared"] == copies(builds)[:1]
    (after,) = named_copies(mirror)[1:]
    assert (after != before, complaints(mirror)) == (True, [])


def test_indexes_name_only_what_is_there_at_any_moment(
    source: Path, mirror: Path, builds: list[FakeBuild], monkeypatch: pytest.MonkeyPatch
) -> None:
    def checked(name: str) -> None:
        original = getattr(os, name)

        def checking(*arguments: Any, **options: Any) -> Any:
            done = original(*arguments, **options)
            found.extend(complaints(mirror))
            return done

        monkeypatch.setattr(os, name, checking)

    found: list[str] = []
    sync(mirror, source, builds, prepare_level=1)
    for name in ("rename", "replace", "unlink"):
        checked(name)
    sync(mirror, source, [fake_builds.make(source, OLD, extra={"lib/more": "more"}), builds[1]], prepare_level=2)
    sync(mirror, source, builds[1:], prepare=False)
    assert found == []


def test_the_rest_is_served_where_one_cannot_be_made(source: Path, mirror: Path, builds: list[FakeBuild]) -> None:
    odd = make_archive(source, "20260301", fake_builds.TARGET)
    with pytest.raises(StoreError) as caught:
        sync(mirror, source, [*builds, odd])
    assert str(caught.value).startswith(
        f"1 of 3 archives of the mirror could not be prepared. 20260301/{odd['name']}.tar.gz"
    )
    assert str(caught.value).endswith(
        "The mirror serves these archives as they were published. Put that right and run again."
    )
    assert (len(named_copies(mirror)), complaints(mirror)) == (2, [])
    assert (mirror / "20260301" / f"{odd['name']}.tar.gz").exists()


def test_a_process_that_is_killed_costs_its_copy_alone(
    source: Path, mirror: Path, builds: list[FakeBuild], monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(archive: str, *arguments: Any, **options: Any) -> Any:
        if OLD in archive:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(archive, *arguments, **options)

    original = prepare.make
    monkeypatch.setattr(prepare, "make", make)
    with pytest.raises(StoreError, match="its process ended early, by signal 9. Is there too little memory?"):
        sync(mirror, source, builds)
    assert (len(named_copies(mirror)), complaints(mirror)) == (1, [])
    monkeypatch.undo()
    assert sync(mirror, source, builds)["prepared"] == copies(builds)[:1]


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_host_that_cannot_compress(
    source: Path, mirror: Path, builds: list[FakeBuild], monkeypatch: pytest.MonkeyPatch, check_mode: bool
) -> None:
    monkeypatch.setattr(compress, "_MEANS", ())
    with pytest.raises(ArchiveError, match="Nothing on this machine compresses with zstandard"):
        sync(mirror, source, builds, check_mode=check_mode)
    assert not (mirror / NDJSON).exists()


@pytest.mark.parametrize("level", [0, 20])
def test_a_level_that_no_copy_can_have(source: Path, mirror: Path, builds: list[FakeBuild], level: int) -> None:
    with pytest.raises(InvalidName) as caught:
        sync(mirror, source, builds, prepare_level=level)
    assert str(caught.value) == (
        f"prepare_level is {level}. Write a level of zstandard from 1 to 19: higher ones cost each host more memory."
    )
