# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of `links_info`, and what they make of them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.plugin_utils._links.commands import possible_names
from ansible_collections.standalone.python.plugins.plugin_utils._links.spec import LinkedBuild, LinksSpec


def build(**options: Any) -> dict[str, Any]:
    names = ("path", "store", "executable", "executables", "release", "virtualenv", "requirements")
    return {**dict.fromkeys(names), "path": "/opt/3.13", "is_default": False, **options}


def params(*builds: dict[str, Any], **options: Any) -> dict[str, Any]:
    return {
        "builds": list(builds) or [build()],
        "alternatives": "auto",
        "priority": 100,
        "link_dir": "/usr/local/bin",
        "man_dir": None,
        "allow_system": False,
        "root": None,
        **options,
    }


def test_what_is_not_given_follows_from_what_is() -> None:
    spec = LinksSpec.from_params(params(build(path="/opt/python/3.13/")))
    assert spec.man_dir == "/usr/local/share/man/man1"
    assert spec.builds == (LinkedBuild("/opt/python/3.13", "/opt/python/.builds", venv="/opt/python/3.13-env"),)
    assert spec.present == ()


def test_the_host_is_asked_about_every_name_that_may_be_wanted() -> None:
    spec = LinksSpec.from_params(params(build(executable="/opt/3.13/bin/python3.13", release="20260101")))
    question = spec.question(["/etc/profile.d/x"], ["/etc/profile.d"])
    assert set(question.names) == {
        *("python3.13", "pip3.13", "pydoc3.13", "idle3.13", "python3.13-config", "python3.13.1"),
        *("python3", "python", ".python3.before-standalone", ".python.before-standalone"),
    }
    assert question.paths == ("/opt/3.13",)
    assert question.files[0] == "/etc/profile.d/x"
    assert question.directories[-1] == "/etc/profile.d"
    assert set(question.owner_names) == set(possible_names("python3.13"))


OWNER_NAMES: dict[str, tuple[dict[str, Any], bool, set[str]]] = {
    "the default may hide something": (
        {"is_default": True},
        False,
        {*possible_names("python3.13"), "python3", "python"},
    ),
    "everything may be hidden": ({"is_default": True}, True, set()),
}


@pytest.mark.parametrize("case", OWNER_NAMES)
def test_package_managers_are_asked_about_what_matters(case: str) -> None:
    options, allow_system, names = OWNER_NAMES[case]
    asked = params(build(executable="/opt/3.13/bin/python3.13", **options), allow_system=allow_system)
    assert set(LinksSpec.from_params(asked).question([], []).owner_names) == names


def test_a_build_that_must_be_absent_is_no_default() -> None:
    assert LinksSpec.from_params(params(build(is_default=True))).default is None


REFUSED = {
    "a relative directory": (params(link_dir="bin"), "link_dir is 'bin'"),
    "the root": (params(link_dir="/"), "link_dir is '/'"),
    "two directories": (params(link_dir="/a:/b"), "link_dir is '/a:/b'"),
    "a variable": (params(man_dir="/$HOME"), "man_dir is '/$HOME'"),
    "a space": (params(build(path="/opt/my python")), "path is '/opt/my python'"),
    "a way back": (params(link_dir="/usr/../bin"), "link_dir is '/usr/../bin'"),
    "nothing": (params(link_dir=""), "link_dir is ''"),
    "slashes": (params(link_dir="//"), "link_dir is '//'"),
    "a quote": (params(build(virtualenv="/opt/a'b")), 'virtualenv is "/opt/a\'b"'),
}

OF_CASES = {
    "a relative directory": ", which is relative. Write it from the root.",
    "nothing": ", which is empty. Name a path of the host.",
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_path_that_no_shell_can_carry_is_refused(case: str) -> None:
    given, beginning = REFUSED[case]
    with pytest.raises(InvalidName) as error:
        LinksSpec.from_params(given)
    assert str(error.value) == beginning + OF_CASES.get(
        case,
        ". Give an absolute path, not the root, without spaces, `..` and characters that mean something to a shell.",
    )


def test_a_priority_that_update_alternatives_does_not_take_is_refused() -> None:
    with pytest.raises(InvalidName) as error:
        LinksSpec.from_params(params(priority=2**31))
    assert str(error.value) == (
        "The priority is 2147483648, but update-alternatives takes none above 2147483647. Write a lower one."
    )


def test_a_priority_that_the_module_does_not_see_is_refused() -> None:
    with pytest.raises(InvalidName) as error:
        LinksSpec.from_params(params(priority=-1))
    assert str(error.value) == (
        "The priority is -1, but community.general.alternatives does not see negative ones. Write 0 or more."
    )


def test_needless_slashes_make_no_other_path() -> None:
    assert LinksSpec.from_params(params(link_dir="//usr/./local//bin/")).link_dir == "/usr/local/bin"


@pytest.mark.parametrize("directory", ["/opt/3.13", "/opt/3.13/bin", "/opt/./3.13//bin", "/opt/.builds/x/bin"])
@pytest.mark.parametrize("option", ["link_dir", "man_dir"])
def test_no_link_is_made_in_a_build(option: str, directory: str) -> None:
    with pytest.raises(InvalidName, match="Links there would change a build, and go with it"):
        LinksSpec.from_params(params(**{option: directory}))
    assert LinksSpec.from_params(params(**{option: directory, "alternatives": "none"}))
    assert LinksSpec.from_params(params(**{option: "/opt/3.13-bin"}))


def test_the_host_is_asked_who_may_change_what_is_run_or_removed() -> None:
    executable = "/opt/3.13/bin/python3.13"
    filled = build(executable=executable, virtualenv="/srv/env", requirements="tiny")
    builds = (filled, build(path="/opt/3.12"), build(path="/opt/3.11", executable=executable))
    asked = params(*builds)
    assert LinksSpec.from_params(asked).question([], []).guarded == (
        "/srv/env",
        executable,
        "/opt/3.12-env",
        "/opt/3.12-env",
    )
    assert LinksSpec.from_params({**asked, "root": "/image"}).question([], []).guarded == ()
