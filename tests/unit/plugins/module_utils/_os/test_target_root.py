# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._os.target_root import RUNNING, TargetRoot


def test_the_running_system_is_where_it_is() -> None:
    RUNNING.require()
    assert RUNNING.place_of("/opt/../x/3.13") == "/opt/../x/3.13"
    assert RUNNING.seen_inside("/opt/3.13") == "/opt/3.13"
    assert (RUNNING.entering, RUNNING.way_to("/opt"), str(RUNNING)) == (None, (), "on this host")


@pytest.mark.parametrize(
    ("links", "path", "place"),
    [
        ({}, "/opt/python/3.13", "opt/python/3.13"),
        ({"opt": "data"}, "/opt/python/3.13", "data/python/3.13"),
        ({"opt": "/data"}, "/opt/python/3.13", "data/python/3.13"),
        ({"opt": "/"}, "/opt/etc", "etc"),
        ({"opt": "../../../../etc"}, "/opt/3.13", "etc/3.13"),
        ({"opt": "/usr/../../etc/."}, "/opt/3.13", "etc/3.13"),
        ({"a": "/b/c", "b": "/d//", "d/c": "../e"}, "/a/3.13", "e/3.13"),
        ({"opt/3.13": "/etc"}, "/opt/3.13", "opt/3.13"),
        ({}, "/3.13", "3.13"),
    ],
)
def test_links_of_an_image_stay_in_it(tmp_path: Path, links: dict[str, str], path: str, place: str) -> None:
    for link, target in links.items():
        (tmp_path / link).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / link).symlink_to(target)
    system = TargetRoot(str(tmp_path))
    assert system.place_of(path) == str(tmp_path / place)
    assert system.seen_inside(str(tmp_path / place)) == f"/{place}"


def test_an_image_may_be_reached_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "real" / "opt").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    system = TargetRoot(str(tmp_path / "link"))
    place = str(tmp_path / "real" / "opt" / "3.13")
    assert system.place_of("/opt/3.13") == place
    assert system.seen_inside(place) == "/opt/3.13"
    assert system.way_to(place) == (str(tmp_path / "real"), str(tmp_path / "real" / "opt"))


def test_a_file_that_is_a_link_is_followed_in_the_image(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "passwd").symlink_to("/usr/lib/passwd")
    assert TargetRoot(str(tmp_path)).followed("/etc/passwd") == str(tmp_path / "usr" / "lib" / "passwd")
    assert RUNNING.followed("/etc/passwd") == "/etc/passwd"


def test_a_program_gets_the_path_of_its_libraries_where_there_is_no_proc() -> None:
    program = "/opt/.builds/a/bin/python3.13"
    assert TargetRoot("/mnt/image").variables_for(program) == {"LD_LIBRARY_PATH": "/opt/.builds/a/lib"}
    assert RUNNING.variables_for(program) == {}


def test_links_in_circles_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("/a")
    with pytest.raises(StoreError, match=rf"The links on the way to /a in {tmp_path} go in circles. Remove one"):
        TargetRoot(str(tmp_path)).place_of("/a/3.13")


def test_an_image_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="root is .*/x, but there is no such directory on this host. Make the system"):
        TargetRoot(str(tmp_path / "x")).require()


@pytest.mark.skipif(os.getuid() != 0, reason="only root may change the root directory")
def test_a_process_enters_it(tmp_path: Path) -> None:
    (tmp_path / "here").touch()
    enter = TargetRoot(str(tmp_path)).entering
    assert enter
    child = os.fork()
    if child == 0:
        enter()
        os._exit(0 if os.listdir(".") == ["here"] else 1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("name", ["link", "/proc/self/root"])
def test_the_running_system_is_no_image(tmp_path: Path, name: str) -> None:
    (tmp_path / "link").symlink_to("/")
    root = str(tmp_path / name)  # which is the name alone where that is absolute
    with pytest.raises(StoreError) as error:
        TargetRoot(root).require()
    assert str(error.value) == (
        f"Cannot use the root {root}: it is the root directory of the running system, by another name. Leave out root, "
        "or name the directory of another system."
    )
