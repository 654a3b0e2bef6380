# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mirror made, kept, repaired, reduced and removed, from sources that serve and sources that fail."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._argspec import MIRROR_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._download import download
from ansible_collections.standalone.python.plugins.module_utils._errors import DownloadError, StoreError
from ansible_collections.standalone.python.plugins.module_utils._mirror import apply, state
from ansible_collections.standalone.python.plugins.module_utils._mirror.spec import MirrorSpec
from ansible_collections.standalone.python.plugins.module_utils._os import flock
from tests.support.mirror_specs import (
    TARGETS,
    complaints,
    contents,
    fill_source,
    make_archive,
    named,
    place_of,
    request_path,
)
from tests.support.misbehaviours import break_off, html_page
from tests.support.servers import files, serve, status
from tests.support.small_disks import MountRefused, small_disk

OLD, NEW = "20260101", "20260201"
Assets = list[dict[str, Any]]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "source"


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(download.fetch.__kwdefaults__, "sleep", lambda seconds: None)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The archives that are read for their digest."""
    read: list[str] = []
    original: Callable[[str], str] = state.sha256_of

    def noting(path: str) -> str:
        read.append(path)
        return original(path)

    monkeypatch.setattr(state, "sha256_of", noting)
    return read


def sync(
    mirror: Path, source: Path | str, assets: Assets, *, check_mode: bool = False, **params: Any
) -> dict[str, Any]:
    defaults = {option: spec.get("default") for option, spec in MIRROR_ARGUMENTS.items()}
    url = source if isinstance(source, str) else source.as_uri()
    given = {**defaults, "path": str(mirror), "assets": assets, "mirror": [url], **params}
    return apply.run(MirrorSpec.from_params(given), check_mode=check_mode)


def test_a_mirror_holds_what_is_declared(source: Path, mirror: Path) -> None:
    assets = fill_source(source, (OLD, NEW))
    result = sync(mirror, source, assets)
    assert result["changed"]
    assert [item["file"] for item in result["fetched"]] == sorted(map(place_of, assets)) == result["archives"]
    assert result["fetched_bytes"] == 20_000 * len(assets)
    assert {place for place, _digest in named(mirror)} == set(result["archives"])
    assert complaints(mirror) == []
    assert sorted(contents(mirror)) == sorted(
        [
            *result["archives"],
            f"{OLD}/SHA256SUMS",
            f"{NEW}/SHA256SUMS",
            *map(os.path.basename, result["indexes"].values()),
        ]
    )


def test_modes_do_not_depend_on_the_umask(source: Path, mirror: Path) -> None:
    before = os.umask(0o077)
    try:
        sync(mirror, source, fill_source(source, (OLD,)))
    finally:
        os.umask(before)
    public = [mirror, *(path for path in mirror.rglob("*") if ".mirror" not in path.parts)]
    assert {oct(path.stat().st_mode & 0o777) for path in public} == {"0o755", "0o644"}
    assert (mirror / ".mirror").stat().st_mode & 0o777 == 0o700


def test_a_second_run_changes_nothing_and_reads_no_archive(source: Path, mirror: Path, opened: list[str]) -> None:
    assets = fill_source(source, (OLD,))
    sync(mirror, source, assets)
    before = contents(mirror)
    opened.clear()
    with serve(source) as server:
        result = sync(mirror, server.url, assets)
        assert server.requests == []
    assert (result["changed"], opened) == (False, [])
    assert contents(mirror) == before


def test_a_mirror_that_cannot_be_written_is_looked_at(source: Path, mirror: Path) -> None:
    assets = fill_source(source, (OLD,))
    try:
        with small_disk(mirror, 20_000_000) as disk:
            sync(mirror, source, assets)
            disk.make_read_only()
            assert sync(mirror, source, assets)["changed"] is False
            for check_mode in (True, False):
                with pytest.raises(StoreError, match="is mounted read-only. Remount it, or choose"):
                    sync(mirror, source, [], check_mode=check_mode)
    except MountRefused as refusal:
        pytest.skip(str(refusal))


def test_damage_that_keeps_size_and_time_is_found_by_a_full_verification_only(
    source: Path, mirror: Path, opened: list[str]
) -> None:
    assets = fill_source(source, (OLD,))
    sync(mirror, source, assets)
    spoilt = mirror / place_of(assets[0])
    status_before = spoilt.stat()
    spoilt.write_bytes(bytes(status_before.st_size))
    os.utime(spoilt, ns=(status_before.st_atime_ns, status_before.st_mtime_ns))
    assert not sync(mirror, source, assets)["changed"]
    opened.clear()
    foreseen = sync(mirror, source, assets, check_mode=True, verify="full")
    assert (foreseen["repaired"], len(opened)) == ([place_of(assets[0])], len(assets))
    repaired = sync(mirror, source, assets, verify="full")
    assert (repaired["changed"], repaired["repaired"]) == (True, [place_of(assets[0])])
    assert complaints(mirror) == []


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"shorter")], ids=["gone", "shorter"])
def test_damage_that_shows_is_repaired_by_any_run(spoil: Callable[[Path], None], source: Path, mirror: Path) -> None:
    assets = fill_source(source, (OLD,))
    sync(mirror, source, assets)
    spoil(mirror / place_of(assets[1]))
    result = sync(mirror, source, assets)
    assert [item["file"] for item in result["fetched"]] == [place_of(assets[1])]
    assert complaints(mirror) == []


def test_an_index_that_was_edited_is_written_again(source: Path, mirror: Path) -> None:
    assets = fill_source(source, (OLD,))
    before = sync(mirror, source, assets) and contents(mirror)
    (mirror / OLD / "SHA256SUMS").write_text("nonsense\n")
    result = sync(mirror, source, assets)
    assert (result["changed"], result["rewritten"], result["fetched"]) == (True, [f"{OLD}/SHA256SUMS"], [])
    assert contents(mirror) == before


def test_what_is_no_longer_declared_is_removed_and_what_is_not_ours_stays(source: Path, mirror: Path) -> None:
    old, new = fill_source(source, (OLD,)), fill_source(source, (NEW,))
    sync(mirror, source, old)
    (mirror / "robots.txt").write_text("ours\n")
    foreseen = sync(mirror, source, new, check_mode=True)
    result = sync(mirror, source, new)
    assert result["removed"] == sorted(map(place_of, old)) == foreseen["removed"]
    assert result["diff"] == foreseen["diff"]
    assert {place for place, _digest in named(mirror)} == set(map(place_of, new))
    assert (complaints(mirror), (mirror / OLD).exists()) == ([], False)
    assert (mirror / "robots.txt").exists()


def test_check_mode_shows_how_many_bytes_and_changes_nothing(source: Path, mirror: Path) -> None:
    assets = fill_source(source, (OLD,), size_bytes=5000)
    with serve(source, script={request_path(assets[0]): status(404)}) as server:
        result = sync(mirror, server.url, assets, check_mode=True)
    assert (result["changed"], result["fetched_bytes"], result["sizes_unknown"]) == (True, 10_000, 1)
    assert f"{place_of(assets[1])} 5000 bytes\n" in result["diff"]["after"]
    assert f"{place_of(assets[0])} of unknown size\n" in result["diff"]["after"]
    assert not mirror.exists()


def test_files_that_fail_are_named_and_the_indexes_stay(source: Path, mirror: Path) -> None:
    old = fill_source(source, (OLD,))
    sync(mirror, source, old)
    before = {name: content for name, content in contents(mirror).items() if not name.endswith(".gz")}
    new = fill_source(source, (NEW,))
    script = {request_path(new[0]): status(404), request_path(new[1]): html_page()}
    with serve(source, script=script) as server:
        with pytest.raises(DownloadError) as error:
            sync(mirror, server.url, new)
    message = str(error.value)
    assert message.startswith(f"2 of 3 files of the mirror could not be fetched. {place_of(new[1])}: The digest of ")
    assert f"{place_of(new[0])}: {server.url}{request_path(new[0])}: 127.0.0.1 answers 404 Not Found." in message
    assert message.endswith("what was fetched is kept. Put that right and run again.")
    assert {name: content for name, content in contents(mirror).items() if not name.endswith(".gz")} == before
    assert complaints(mirror) == []
    with serve(source) as server:
        sync(mirror, server.url, new)
        asked = set(server.paths())
    assert asked == {request_path(new[0]), request_path(new[1])}  # what was fetched is not fetched again
    assert {place for place, _digest in named(mirror)} == set(map(place_of, new))


def test_a_download_that_broke_off_is_resumed(source: Path, mirror: Path) -> None:
    asset = make_archive(source, OLD, TARGETS[0])
    breaks = {request_path(asset): [break_off(3000)] * 5 + [files()]}  # the first has the size, then four tries
    with serve(source, script=breaks) as server:
        with pytest.raises(DownloadError):
            sync(mirror, server.url, [asset])
        sync(mirror, server.url, [asset])
    assert server.requests[-1].headers["range"] == "bytes=12000-"
    assert complaints(mirror) == []
    assert sorted(os.listdir(mirror / ".mirror")) == ["lock", "receipt.json"]


@pytest.mark.parametrize("step", ["open_lock", "wait_for_lock"])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_mirror_that_another_run_removes_meanwhile(
    source: Path, mirror: Path, step: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset, original, removed = make_archive(source, OLD, TARGETS[0]), getattr(flock, step), []

    def late(*arguments: Any) -> Any:
        if not removed:
            removed.append(mirror)
            shutil.rmtree(mirror)
        return original(*arguments)

    sync(mirror, source.as_uri(), [asset])
    monkeypatch.setattr(flock, step, late)
    sync(mirror, source.as_uri(), [asset] if state == "present" else [], state=state)
    assert removed
    assert (complaints(mirror) == []) if state == "present" else not mirror.exists()


def test_bytes_that_were_republished_under_the_same_name_replace_the_old_ones(source: Path, mirror: Path) -> None:
    first = fill_source(source, (OLD,))
    sync(mirror, source, first)
    again = [make_archive(source, OLD, TARGETS[0], 30_000), *first[1:]]
    result = sync(mirror, source, again)
    assert [item["file"] for item in result["fetched"]] == [place_of(again[0])]
    assert complaints(mirror) == []
    assert (place_of(again[0]), again[0]["sha256"]) in set(named(mirror))


def test_a_mirror_feeds_a_mirror_and_so_does_a_copy_of_it(source: Path, mirror: Path, tmp_path: Path) -> None:
    assets = fill_source(source, (OLD, NEW))
    sync(mirror, source, assets)
    sync(tmp_path / "second", mirror, assets[3:])
    assert complaints(tmp_path / "second") == []
    assert set(contents(tmp_path / "second")) < set(contents(mirror))


def test_archives_that_are_there_already_are_taken_over(source: Path, mirror: Path, tmp_path: Path) -> None:
    assets = fill_source(source, (OLD,))
    source.rename(mirror)  # as copied there by hand
    assert sync(mirror, tmp_path / "nowhere", assets)["fetched"] == []
    assert complaints(mirror) == []


BUNDLE = b'{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json"}'


@pytest.mark.parametrize("content", [BUNDLE, BUNDLE + b"\n" + BUNDLE + b"\n"], ids=["one", "two"])
def test_bundles_are_kept_beside_their_archives(content: bytes, source: Path, mirror: Path) -> None:
    assets = fill_source(source, (OLD,))
    bundle = f"{place_of(assets[0])}.sigstore.json"
    (source / bundle).write_bytes(content)
    assert sync(mirror, source, assets, bundles=True)["bundles"] == [bundle]
    assert (mirror / bundle).read_bytes() == content
    assert not sync(mirror, source, assets, bundles=True)["changed"]
    (mirror / bundle).write_bytes(b"spoilt")
    assert sync(mirror, source, assets, bundles=True)["bundles"] == [bundle]
    assert sync(mirror, source, assets)["removed"] == [bundle]


def test_a_bundle_that_no_source_has_may_be_given(source: Path, mirror: Path) -> None:
    assets = fill_source(source, (OLD,))
    lacking = sync(mirror, source, assets, bundles=True)
    assert lacking["without_bundle"] == sorted(place_of(asset) for asset in assets)
    given = {assets[0]["sha256"]: BUNDLE.decode()}
    added = sync(mirror, source, assets, bundles=True, attestations=given)
    bundle = f"{place_of(assets[0])}.sigstore.json"
    assert (added["changed"], added["bundles"]) == (True, [bundle])
    assert place_of(assets[0]) not in added["without_bundle"]
    assert (mirror / bundle).read_bytes() == BUNDLE
    again = sync(mirror, source, assets, bundles=True)
    assert (again["changed"], again["without_bundle"]) == (False, added["without_bundle"])


def test_what_is_no_bundle_is_refused_by_name(source: Path, mirror: Path) -> None:
    (asset,) = [make_archive(source, OLD, TARGETS[0])]
    (source / f"{place_of(asset)}.sigstore.json").write_text("<html>")
    with pytest.raises(DownloadError, match="sigstore.json is no Sigstore bundle"):
        sync(mirror, source, [asset], bundles=True)


def test_a_mirror_goes_with_all_that_is_its_own(source: Path, mirror: Path) -> None:
    sync(mirror, source, fill_source(source, (OLD, NEW)))
    assert sync(mirror, source, [], state="absent", check_mode=True)["changed"]
    assert sync(mirror, source, [], state="absent")["changed"]
    assert not mirror.exists()
    assert not sync(mirror, source, [], state="absent")["changed"]
    assert not mirror.exists()


def test_what_is_not_ours_outlives_a_mirror(source: Path, mirror: Path) -> None:
    sync(mirror, source, fill_source(source, (OLD,)))
    (mirror / OLD / "notes.txt").write_text("mine\n")
    sync(mirror, source, [], state="absent")
    assert sorted(contents(mirror)) == [f"{OLD}/notes.txt"]


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("name", [f"{OLD}/SHA256SUMS", "python-build-standalone.ndjson", "uv-catalog.json"])
def test_a_file_of_somebody_else_is_not_replaced(source: Path, mirror: Path, name: str, check_mode: bool) -> None:
    (mirror / OLD).mkdir(parents=True)
    (mirror / name).write_text(f"{'0' * 64}  my-photos.tar\n")
    with pytest.raises(StoreError) as error:
        sync(mirror, source, fill_source(source, (OLD,)), check_mode=check_mode)
    assert str(error.value) == (
        f"Cannot make a mirror in {mirror}: the file {name} is there and is no index of builds. Move it away, or "
        "choose another path."
    )
    assert (mirror / name).read_text() == f"{'0' * 64}  my-photos.tar\n"


@pytest.mark.parametrize("name", [".mirror/receipt.json", "python-build-standalone.ndjson", f"{OLD}/*.tar.gz"])
def test_a_directory_in_place_of_a_file_is_named(source: Path, mirror: Path, name: str) -> None:
    assets = fill_source(source, (OLD,))
    sync(mirror, source, assets)
    place = min(mirror.glob(name))
    place.unlink()
    place.mkdir()
    with pytest.raises((DownloadError, StoreError), match="a directory is there. Move it away.") as error:
        sync(mirror, source, assets)
    assert f"ould not write {place}: " in str(error.value)
    place.rmdir()
    sync(mirror, source, assets)
    assert not sync(mirror, source, assets)["changed"]


def test_indexes_of_other_programs_are_replaced(source: Path, mirror: Path) -> None:
    (mirror / OLD).mkdir(parents=True)
    (mirror / OLD / "SHA256SUMS").write_text(f"{'0' * 64} *cpython-3.9.1-x.tar.gz\n")
    (mirror / "uv-catalog.json").write_text("{}")
    sync(mirror, source, fill_source(source, (OLD,)))
    assert complaints(mirror) == []


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_release_that_is_a_link_is_not_followed(source: Path, mirror: Path, tmp_path: Path, check_mode: bool) -> None:
    (tmp_path / "elsewhere").mkdir()
    mirror.mkdir(parents=True, exist_ok=True)
    (mirror / OLD).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match=f"^{mirror / OLD} is a link or a file where a directory belongs"):
        sync(mirror, source, fill_source(source, (OLD,)), check_mode=check_mode)
    assert os.listdir(tmp_path / "elsewhere") == []


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_disk_that_is_too_small_is_reported_before_anything_is_fetched(
    source: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch, check_mode: bool
) -> None:
    mirror.mkdir()
    monkeypatch.setattr(
        "ansible_collections.standalone.python.plugins.module_utils._os.disk_space._free_bytes", lambda _: 9
    )
    with pytest.raises(StoreError) as error:
        sync(mirror, source, fill_source(source, (OLD,), size_bytes=500_000), check_mode=check_mode)
    assert str(error.value) == (
        f"There is not enough space in {mirror}: the files to fetch take 2 MB, and 0 MB are free. Free some space, "
        "or ask for less. What is not asked for any longer is removed only after the rest is there."
    )
    assert contents(mirror) == {}


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_directory_that_others_may_write_to_is_refused(source: Path, mirror: Path, check_mode: bool) -> None:
    mirror.mkdir()
    mirror.chmod(0o777)
    with pytest.raises(StoreError, match="may be written to by others"):
        sync(mirror, source, fill_source(source, (OLD,)), check_mode=check_mode)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("name", ["python", "link"])
def test_root_works_in_no_directory_that_another_user_can_exchange(
    source: Path, tmp_path: Path, name: str, check_mode: bool
) -> None:
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    for directory in (theirs, theirs / "python", ours):
        directory.mkdir()
    (theirs / "link").symlink_to(ours)
    os.chown(theirs, 12345, -1)
    with pytest.raises(StoreError, match="theirs belongs to another user .number 12345., so another user could"):
        sync(theirs / name, source, fill_source(source, (OLD,)), check_mode=check_mode)
    assert [*ours.iterdir(), *(theirs / "python").iterdir()] == []


def test_a_damaged_receipt_loses_no_file(source: Path, mirror: Path) -> None:
    """What is wanted is recorded again, and nothing is removed, by a sync or with the mirror."""
    assets = fill_source(source, (OLD, NEW))
    sync(mirror, source, assets)
    receipt = mirror / ".mirror" / "receipt.json"
    receipt.write_text(receipt.read_text().replace(OLD, NEW, 1))
    before = {place for place, _digest in named(mirror)}
    with pytest.raises(StoreError) as caught:
        sync(mirror, source, [], state="absent")
    assert str(caught.value) == (
        f"Cannot remove the mirror {mirror}: {receipt} is damaged: its content is not the content that its seal was "
        "made for. So nothing says which files are its own. Sync the mirror once more, which records its files again, "
        "or remove the directory by hand."
    )
    result = sync(mirror, source, assets[:1])
    assert result["removed"] == []
    assert [f"{receipt} is damaged" in warning for warning in result["warnings"]] == [True]
    assert all((mirror / place).exists() for place in before)
    assert "warnings" not in sync(mirror, source, assets)


@pytest.mark.parametrize("name", ["receipt.json", "lock"])
def test_a_named_pipe_makes_no_sync_wait(source: Path, mirror: Path, name: str) -> None:
    assets = fill_source(source, (OLD,))
    sync(mirror, source, assets)
    for file in (mirror / ".mirror" / name, mirror / OLD / "SHA256SUMS"):
        file.unlink()
        os.mkfifo(file)
    if name == "lock":
        said = r"lock is damaged: it is a named pipe, and should be a regular file\. Remove it, then run again\."
        with pytest.raises(StoreError, match=said):
            sync(mirror, source, assets)
        return
    assert "SHA256SUMS" in str(sync(mirror, source, assets)["rewritten"])
    assert complaints(mirror) == []
