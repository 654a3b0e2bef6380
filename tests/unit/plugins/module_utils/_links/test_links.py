# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._links import links
from ansible_collections.standalone.python.plugins.module_utils._os.target_root import RUNNING, TargetRoot
from tests.support.small_disks import MountRefused, small_disk

WHOLE = {"root": None, "release": None, "register": [], "unregister": []}
Given = Callable[[Path], object]


def params(**options: Any) -> dict[str, Any]:
    return {"directories": [], "links": [], "files": [], "absent": [], **options}


def link(path: Path | str, target: str = "/opt/3.13/bin/python3.13") -> dict[str, Any]:
    return params(links=[{"path": str(path), "target": target}])


def file(path: Path | str, content: str = "text\n") -> dict[str, Any]:
    return params(files=[{"path": str(path), "content": content}])


def carry_out(options: dict[str, Any], system: TargetRoot = RUNNING) -> list[str]:
    """The paths that were changed."""
    steps = links.decide(links.desired(options), system)
    links.carry_out(steps, system)
    return [step.path for step in steps]


def test_all_is_made_with_what_is_above_and_a_second_run_does_nothing(tmp_path: Path) -> None:
    (tmp_path / "old").symlink_to("x")
    options = {
        "directories": [str(tmp_path / "man" / "man1")],
        **{key: value for key, value in link(tmp_path / "bin" / "python").items() if key == "links"},
        "files": [{"path": str(tmp_path / "etc" / "a.sh"), "content": "é\n"}],
        "absent": [str(tmp_path / "old"), str(tmp_path / "never")],
    }
    mask = os.umask(0o077)
    try:
        done = carry_out(options)
    finally:
        os.umask(mask)
    assert [os.path.relpath(path, tmp_path) for path in done] == [
        "bin", "etc", "man", "man/man1", "bin/python", "etc/a.sh", "old",
    ]  # fmt: skip
    assert os.readlink(tmp_path / "bin" / "python") == "/opt/3.13/bin/python3.13"
    assert (tmp_path / "etc" / "a.sh").read_text(encoding="utf-8") == "é\n"
    modes = {place: (tmp_path / place).stat().st_mode & 0o7777 for place in ("bin", "man/man1", "etc/a.sh")}
    assert modes == {"bin": 0o755, "man/man1": 0o755, "etc/a.sh": 0o644}
    assert not os.path.lexists(tmp_path / "old")
    assert carry_out(options) == []


def test_what_another_run_did_at_the_same_time_is_done(tmp_path: Path) -> None:
    """As where two names of an inventory are one host."""
    (tmp_path / "old").touch()
    options = {
        **link(tmp_path / "bin" / "python"),
        "files": [{"path": str(tmp_path / "etc" / "a.sh"), "content": "text"}],
        "absent": [str(tmp_path / "old")],
    }
    steps = links.decide(links.desired(options))
    assert len(carry_out(options)) == len(steps) == 5
    links.carry_out(steps)
    assert carry_out(options) == []


@pytest.mark.parametrize("kind", ["link", "file"])
def test_two_runs_that_make_one_thing_do_not_disturb_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """The other run renames what this one is about to rename."""
    options = {"link": link, "file": file}[kind](tmp_path / "python")
    name = {"link": "rename", "file": "replace"}[kind]
    rename = getattr(os, name)

    def renamed(source: str, target: str) -> None:
        rename(source, target)
        rename(source, target)

    monkeypatch.setattr(os, name, renamed)
    assert carry_out(options) == [str(tmp_path / "python")]
    assert not list(tmp_path.rglob(".*"))


# What is there, what is asked for, and the diff's text before and after.
REPLACED: dict[str, tuple[Given, Callable[..., dict[str, Any]], str, str]] = {
    "another link": (lambda at: at.symlink_to("x"), link, "link to x\n", "link to /opt/3.13/bin/python3.13\n"),
    "a link that is no text": (
        lambda at: os.symlink(b"x\xff", bytes(at)), link, "link to x\\udcff\n", "link to /opt/3.13/bin/python3.13\n",
    ),
    "another content": (lambda at: at.write_text("old\n"), file, "file, mode 0644\nold\n", "file, mode 0644\ntext\n"),
    "another mode": (
        lambda at: (at.write_text("text\n"), at.chmod(0o600)),
        file,
        "file, mode 0600\ntext\n",
        "file, mode 0644\ntext\n",
    ),
    "a link instead of a file": (
        lambda at: at.symlink_to("/nowhere"), file, "link to /nowhere\n", "file, mode 0644\ntext\n",
    ),
    "no text": (lambda at: at.write_bytes(b"\xff\0"), file, "file, mode 0644\n\ufffd\\x00", "file, mode 0644\ntext\n"),
    "a file too much": (
        lambda at: at.write_text("old\n"), lambda at: params(absent=[str(at)]), "file, mode 0644\nold\n", "",
    ),
    "nothing": (lambda at: None, link, "", "link to /opt/3.13/bin/python3.13\n"),
}  # fmt: skip


@pytest.mark.parametrize("case", REPLACED)
def test_what_is_there_is_shown_and_replaced(tmp_path: Path, case: str) -> None:
    given, options, before, after = REPLACED[case]
    place = tmp_path / "place"
    mask = os.umask(0o022)
    given(place)
    os.umask(mask)
    (step,) = links.decide(links.desired(options(place)))
    assert step.diff() == {
        "before_header": str(place), "before": before, "after_header": str(place), "after": after,
    }  # fmt: skip
    links.carry_out([step])
    assert links.decide(links.desired(options(place))) == []


REFUSED: dict[str, tuple[Given, Callable[..., dict[str, Any]], str]] = {
    "a file where a link is wanted": (
        lambda at: at.write_text(""),
        link,
        "{place} must be a link, but there is a file. Move it away and run again.",
    ),
    "a directory where a file is wanted": (
        lambda at: at.mkdir(),
        file,
        "{place} must be a file, but there is a directory. Move it away and run again.",
    ),
    "a directory that is not to be there": (
        lambda at: at.mkdir(),
        lambda at: params(absent=[str(at)]),
        "{place} must be absent, but there is a directory. Move it away and run again.",
    ),
    "a fifo": (
        os.mkfifo,
        file,
        "{place} must be a file, but there is something that is neither. Move it away and run again.",
    ),
    "a file on the way": (
        lambda at: at.write_text(""),
        lambda at: link(at / "below"),
        "{place} must be a directory, but there is a file. Move it away and run again.",
    ),
    "a dangling link on the way": (
        lambda at: at.symlink_to("nowhere"),
        lambda at: link(at / "below"),
        "{place} must be a directory, but there is a link. Move it away and run again.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_ours_is_refused_before_anything_is_changed(tmp_path: Path, case: str) -> None:
    given, options, message = REFUSED[case]
    place = tmp_path / "place"
    given(place)
    wanted = {**options(place), "directories": [str(tmp_path / "another")]}
    with pytest.raises(StoreError) as error:
        carry_out(wanted)
    assert str(error.value) == message.format(place=place)
    assert [item.name for item in tmp_path.iterdir()] == ["place"]


IMPOSSIBLE: dict[str, tuple[dict[str, Any], str]] = {
    "a relative path": (
        link("bin/python"),
        "path is 'bin/python', which is relative. Write it from the root: path: /usr/local/bin/python3.13",
    ),
    "no target": (
        link("/bin/python", ""),
        "The link /bin/python cannot point to ''. Correct the target.",
    ),
    "a target that no link can hold": (
        link("/bin/python", "a\0b"),
        "The link /bin/python cannot point to 'a\\x00b'. Correct the target.",
    ),
    "a link that is to go": (
        {**link("/bin/python"), "absent": ["/bin/python"]},
        "/bin/python is asked for twice, with another outcome each time. Leave one of them out.",
    ),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_what_cannot_be_is_refused(case: str) -> None:
    options, message = IMPOSSIBLE[case]
    with pytest.raises(StoreError) as error:
        links.desired(options)
    assert str(error.value) == message


def test_what_a_killed_run_left_is_replaced_and_never_written_through(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("kept")
    (tmp_path / ".a.sh.new").symlink_to(victim)
    carry_out(file(tmp_path / "a.sh"))
    assert victim.read_text() == "kept"
    assert sorted(item.name for item in tmp_path.iterdir()) == ["a.sh", "victim"]


def test_a_host_that_does_not_allow_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "symlink", full)
    options = {**link(tmp_path / "b"), "directories": [str(tmp_path / "a")]}
    with pytest.raises(StoreError) as error:
        carry_out(options)
    assert str(error.value) == (
        f"{tmp_path}/b could not be made a link: the disk is full. Free some space, or choose a path on another file "
        "system. What was done before it stays; run again to complete it."
    )
    monkeypatch.undo()
    assert carry_out(options) == [f"{tmp_path}/b"]


def test_in_an_image_links_on_the_way_stay_in_it(tmp_path: Path) -> None:
    (tmp_path / "usr" / "bin").mkdir(parents=True)
    (tmp_path / "bin").symlink_to("/usr/bin")
    system = TargetRoot(str(tmp_path))
    assert carry_out(link("/bin/python"), system) == ["/bin/python"]
    assert os.readlink(tmp_path / "usr" / "bin" / "python") == "/opt/3.13/bin/python3.13"
    assert carry_out(link("/bin/python"), system) == []


def test_no_mode_goes_to_what_somebody_put_there_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another user may write to the directory."""
    victim = tmp_path / "victim"
    victim.mkdir(mode=0o700)
    mkdir, fsync = os.mkdir, os.fsync

    def swapped_mkdir(path: str, mode: int = 0o777) -> None:
        mkdir(path, mode)
        os.rmdir(path)
        os.symlink(victim, path)

    def swapping_fsync(handle: int) -> None:
        fsync(handle)
        if (tmp_path / ".a.new").exists():
            (tmp_path / ".a.new").unlink()
            (tmp_path / ".a.new").symlink_to(victim)

    monkeypatch.setattr(os, "mkdir", swapped_mkdir)
    with pytest.raises(StoreError):
        carry_out(params(directories=[str(tmp_path / "made")]))
    monkeypatch.setattr(os, "mkdir", mkdir)
    monkeypatch.setattr(os, "fsync", swapping_fsync)
    carry_out(file(tmp_path / "a"))
    assert victim.stat().st_mode & 0o7777 == 0o700


@pytest.mark.parametrize("other", ["a link", "a named pipe"])
def test_only_a_file_is_read_whatever_it_was_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret")
    if other == "a link":
        (tmp_path / "a").symlink_to(secret)
    else:
        os.mkfifo(tmp_path / "a")
    monkeypatch.setattr(links, "kind_of", lambda _place: "file")
    with pytest.raises(StoreError, match="should be a regular file"):
        carry_out(file(tmp_path / "a"))


def test_a_file_without_end_is_not_read_whole(tmp_path: Path) -> None:
    with open(tmp_path / "a", "wb") as stream:
        stream.truncate(1 << 40)
    assert carry_out(file(tmp_path / "a")) == [str(tmp_path / "a")]
    assert (tmp_path / "a").read_text() == "text\n"


# What is in a file, and whether a newer version of the collection wrote it.
FORMATS = {
    '{"format": 2, "paths": {}}': True,
    '{"format": 1, "paths": {}}': False,
    '{"paths": {}}': False,
    '{"format": "2"}': False,
    '{"format": 2': False,
    "[2]": False,
    "[" * 100_000: False,
}


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("text", FORMATS, ids=lambda text: text[:30])
def test_a_file_of_a_newer_format_stays_and_is_named(tmp_path: Path, text: str, *, check_mode: bool) -> None:
    written, removed = tmp_path / "written", tmp_path / "removed"
    written.write_text(text)
    removed.write_text(text)
    options = {**file(written), "absent": [str(removed)], **WHOLE}
    result = links.run(options, check_mode=check_mode)
    stays = FORMATS[text]
    assert result["changed"] is not stays
    assert result["paths"] == ([] if stays else [str(written), str(removed)])
    assert result["warnings"] == [
        f"{one} stays as it is: a newer collection wrote it. Upgrade the collection on the controller."
        for one in (written, removed)
        if stays
    ]
    kept = [one.name for one in (written, removed) if one.exists() and one.read_text() == text]
    assert kept == (["written", "removed"] if stays or check_mode else [])


def test_check_mode_refuses_where_nothing_may_be_written(tmp_path: Path) -> None:
    try:
        with small_disk(tmp_path / "disk", 1_000_000) as disk:
            there = disk.directory / "python3.13"
            there.symlink_to("/opt/3.13/bin/python3.13")
            disk.make_read_only()
            assert links.run({**link(there), **WHOLE}, check_mode=True)["changed"] is False
            for options in (link(disk.directory / "new" / "x"), params(absent=[str(there)])):
                with pytest.raises(
                    StoreError, match=f"could not be changed: the file system {tmp_path}/disk .tmpfs. is"
                ):
                    links.run({**options, **WHOLE}, check_mode=True)
    except MountRefused as refusal:
        pytest.skip(str(refusal))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may set the flag")
def test_check_mode_names_what_keeps_root_out(tmp_path: Path) -> None:
    target, chattr = tmp_path / "bin", shutil.which("chattr")
    target.mkdir()
    if not chattr or subprocess.run([chattr, "+i", target], capture_output=True, check=False).returncode:
        pytest.skip("no directory can be made immutable here")
    try:
        with pytest.raises(StoreError) as error:
            links.run({**link(target / "python3.13"), **WHOLE}, check_mode=True)
    finally:
        subprocess.run([chattr, "-i", target], check=True)
    assert str(error.value) == (
        f"{target}/python3.13 could not be changed: {target} is immutable or append-only. Remove the flag: chattr -ia "
        f"{target}"
    )
