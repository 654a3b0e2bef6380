# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alternatives in a directory, by the update-alternatives of this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._links import alternatives
from ansible_collections.standalone.python.plugins.module_utils._links.alternatives import Change, Choice
from ansible_collections.standalone.python.plugins.module_utils._os.target_root import TargetRoot

BIN = "/opt/3.13/bin"
PIP = {"name": "pip3.13", "link": "/usr/local/bin/pip3.13", "path": f"{BIN}/pip3.13"}
GROUP = {
    "name": "python3.13",
    "link": "/usr/local/bin/python3.13",
    "path": f"{BIN}/python3.13",
    "priority": 100,
    "subcommands": [PIP],
    "again": False,
}
CHOICE = Choice.from_params(GROUP)


def params(**options: Any) -> dict[str, Any]:
    return {"root": "/image", "register": [], "unregister": [], **options}


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return image_in(tmp_path)


def image_in(place: Path) -> Path:
    """A system with the build, and with Debian's directories for alternatives."""
    try:
        said = subprocess.run(["update-alternatives", "--help"], capture_output=True, text=True, check=False).stdout
    except OSError:
        said = ""
    if "--root" not in said:
        pytest.skip("no update-alternatives of dpkg on this machine")
    for directory in ("usr/local/bin", "etc/alternatives", "var/lib/dpkg/alternatives", BIN.lstrip("/")):
        (place / directory).mkdir(parents=True)
    for program in ("python3.13", "pip3.13"):
        (place / BIN.lstrip("/") / program).touch(mode=0o755)
    return place


def links(image: Path) -> dict[str, str]:
    return {str(item.relative_to(image)): os.readlink(item) for item in image.rglob("*") if item.is_symlink()}


def test_a_group_is_added_and_added_again_and_removed(image: Path) -> None:
    system = TargetRoot(str(image))
    expected = {
        "usr/local/bin/python3.13": "/etc/alternatives/python3.13",
        "usr/local/bin/pip3.13": "/etc/alternatives/pip3.13",
        "etc/alternatives/python3.13": f"{BIN}/python3.13",
        "etc/alternatives/pip3.13": f"{BIN}/pip3.13",
    }
    alternatives.carry_out(alternatives.changes(params(register=[GROUP])), system)
    assert links(image) == expected
    assert all(os.path.lexists(system.place_of(place)) for place in CHOICE.places)
    assert sorted(item.name for item in image.iterdir()) == ["etc", "opt", "usr", "var"]
    assert not (image / "var" / "log").exists()

    (image / "usr/local/bin/pip3.13").unlink()
    alternatives.carry_out(alternatives.changes(params(register=[{**GROUP, "again": True}])), system)
    assert links(image) == expected

    gone = {"name": "python3.13", "path": f"{BIN}/python3.13"}
    alternatives.carry_out(alternatives.changes(params(unregister=[gone])), system)
    assert links(image) == {}


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        (Change(CHOICE, goes=False, comes=True), "", str(CHOICE)),
        (Change(CHOICE, goes=True, comes=True), f"alternative {BIN}/python3.13\n", str(CHOICE)),
        (Change(CHOICE, goes=True, comes=False), f"alternative {BIN}/python3.13\n", ""),
    ],
)
def test_a_diff_shows_what_leads_where(change: Change, before: str, after: str) -> None:
    header = "/etc/alternatives/python3.13"
    assert change.diff() == {"before_header": header, "before": before, "after_header": header, "after": after}
    assert str(CHOICE) == (
        f"/usr/local/bin/python3.13 -> {BIN}/python3.13\n/usr/local/bin/pip3.13 -> {BIN}/pip3.13\npriority 100\n"
    )


def test_what_the_program_says_is_reported(image: Path) -> None:
    (image / BIN.lstrip("/") / "python3.13").unlink()
    with pytest.raises(StoreError) as error:
        alternatives.carry_out([Change(CHOICE, goes=False, comes=True)], TargetRoot(str(image)))
    assert str(error.value) == (
        f"update-alternatives did not change the group python3.13 in {image}, but said: update-alternatives: error: "
        f"alternative path {image}{BIN}/python3.13 doesn't exist. Fix that, or use plain links: "
        "interpreter_alternatives: links."
    )


def test_a_host_without_the_program_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StoreError) as error:
        alternatives.carry_out([Change(CHOICE, goes=False, comes=True)], TargetRoot(str(tmp_path)))
    with pytest.raises(StoreError) as foreseen:
        alternatives.require_possible([Change(CHOICE, goes=False, comes=True)], TargetRoot(str(tmp_path)))
    assert str(foreseen.value) == str(error.value)
    assert str(error.value) == (
        "update-alternatives could not be started on this host: No such file or directory. Install dpkg there, or use "
        "plain links: interpreter_alternatives: links."
    )


def led_out(image: Path, outside: Path) -> dict[str, str]:
    """Each way in which an image could have the program write outside of it, by what the message names."""
    return {
        "etc/alternatives": str(outside),
        "var/lib/dpkg/alternatives": str(outside),
        "var/lib/dpkg": str(outside),
        "usr/local/bin": str(outside),
        "usr/local": "../../outside",
    }


@pytest.mark.parametrize("link", list(led_out(Path(), Path())))
def test_no_link_of_the_image_leads_the_program_out(tmp_path: Path, link: str) -> None:
    image = image_in(tmp_path / "image")
    outside = tmp_path / "outside"
    (outside / "bin").mkdir(parents=True)
    shutil.rmtree(image / link)
    (image / link).symlink_to(led_out(image, outside)[link])
    for step in (alternatives.require_possible, alternatives.carry_out):  # check mode, and the run
        with pytest.raises(
            StoreError, match="update-alternatives would follow /(etc|var|usr)/[^ ]+ to /.*relative, or use"
        ):
            step([Change(CHOICE, goes=False, comes=True)], TargetRoot(str(image)))
    assert [str(item.relative_to(outside)) for item in outside.rglob("*")] == ["bin"]


def test_links_that_stay_in_the_image_are_followed(image: Path) -> None:
    (image / "usr/local/bin").rmdir()
    (image / "usr/local/bin").symlink_to("../../data")
    (image / "data").mkdir()
    alternatives.carry_out([Change(CHOICE, goes=False, comes=True)], TargetRoot(str(image)))
    assert os.readlink(image / "data/python3.13") == "/etc/alternatives/python3.13"


@pytest.mark.parametrize(
    "record",
    [
        "auto\n/usr/local/bin/python3.13\nx\n/../outside/x\n\n/opt/other\n5\n/opt/other\n\n",
        "auto\n/usr/local/bin/../../../../outside/x\n\n/opt/other\n5\n\n",
        "auto\n/usr/local/bin/python3.13\n../../outside/x\n/usr/local/bin/x\n\n/opt/other\n5\n/opt/other\n\n",
        "auto\nusr/local/bin/python3.13\n\n/opt/other\n5\n\n",
        None,
        "-> /etc/passwd",
    ],
)
def test_no_record_of_the_image_leads_the_program_out(tmp_path: Path, record: str | None) -> None:
    image = image_in(tmp_path / "image")
    (tmp_path / "outside").mkdir()
    (image / "opt/other").touch()
    file = image / "var/lib/dpkg/alternatives/python3.13"
    if record is None:
        os.mkfifo(file)
    elif record.startswith("-> "):
        file.symlink_to(record[3:])
    else:
        file.write_text(record)
    for change in (Change(CHOICE, goes=False, comes=True), Change(CHOICE, goes=True, comes=False)):
        with pytest.raises(StoreError, match=f"{file} is damaged: it "):
            alternatives.carry_out([change], TargetRoot(str(image)))
    assert list((tmp_path / "outside").iterdir()) == []


def test_no_link_of_the_image_gets_the_log(image: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "log"
    outside.write_text("as it was")
    (image / ".standalone-python.log").symlink_to(outside)
    alternatives.carry_out([Change(CHOICE, goes=False, comes=True)], TargetRoot(str(image)))
    assert outside.read_text() == "as it was"


def test_a_program_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "update-alternatives").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "update-alternatives").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(alternatives, "_TIMEOUT_S", 0.3)
    with pytest.raises(StoreError) as error:
        alternatives.carry_out([Change(CHOICE, goes=False, comes=True)], TargetRoot(str(tmp_path)))
    assert str(error.value) == (
        f"Cannot change the group python3.13 in {tmp_path}: update-alternatives did not end within 0.3 seconds. Find "
        "out what it waits for, or use plain links: interpreter_alternatives: links."
    )


def test_the_running_system_has_a_separate_module() -> None:
    with pytest.raises(StoreError) as error:
        alternatives.changes(params(root=None, register=[GROUP]))
    assert str(error.value) == (
        "register and unregister need a root. For the running system, use community.general.alternatives."
    )
