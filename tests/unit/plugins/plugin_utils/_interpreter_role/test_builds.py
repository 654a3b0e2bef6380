# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The builds that the variables of the role come to, and what cannot be meant."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._argspec import SECRET_OPTIONS
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.plugin_utils._interpreter_role.builds import (
    checked,
    interpreter_builds,
    refused,
)
from tests.support.role_variables import BOTH, NEITHER, variables


def only(given: list[dict[str, Any]] | None = None, **others: Any) -> dict[str, Any]:
    (build,) = interpreter_builds(given, variables(**others))
    return build


PATHS = {
    "3.13": "/opt/python/3.13",
    "3.13t": "/opt/python/3.13t",
    "3.14td": "/opt/python/3.14td",
    "3.13.5": "/opt/python/3.13",
    "3.15.0rc1": "/opt/python/3.15",
    "3.13.5+freethreaded+debug": "/opt/python/3.13td",
    "==3.13.*": "/opt/python/3.13",
    ">=3.13.2,<3.14": "/opt/python/3.13",
    "cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-freethreaded+debug-full.tar.zst": "/opt/python/3.13td",
    "cpython-3.13.5+20250801-x86_64-unknown-linux-gnu-install_debug.tar.zst": "/opt/python/3.13d",
}


@pytest.mark.parametrize("name", PATHS)
def test_the_path_follows_from_the_minor_version(name: str) -> None:
    assert only(name=name)["path"] == PATHS[name]


def test_what_a_build_does_not_say_is_as_for_all() -> None:
    assert only([{"name": "3.13", "flavor": "full"}], builds_dir="/srv/", state="latest", requirements="r.txt") == {
        "name": "3.13",
        "flavor": "full",
        "state": "latest",
        "path": "/srv/3.13",
        "store": "/srv/.builds",
        "virtualenv": None,
        "requirements": "r.txt",
        "is_default": False,
        "number": 0,
    }


def test_a_home_is_for_the_host_to_find() -> None:
    assert only(name="3.13", path="~/python/3.13")["store"] == "~/python/.builds"


def test_what_a_build_says_is_what_it_has() -> None:
    build = {
        "name": "latest",
        "path": "/a/b",
        "store": "/s",
        "state": "absent",
        "virtualenv": "/v",
        "requirements": "r.txt",
    }
    assert only([build], state="latest", virtualenv="/w", requirements="q.txt", store="/t") == {
        **build,
        "is_default": False,
        "number": 0,
    }


def test_options_that_can_hold_a_secret_stay_where_they_were_given() -> None:
    secrets = dict.fromkeys(SECRET_OPTIONS - {"asset", "assets"}, "s3cret")
    asset = {"name": "cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-install_only", "url": "https://e.org/x?s3cret"}
    given = [{"name": "3.12", **secrets}, {"path": "/a", "asset": asset, **secrets}]
    builds = interpreter_builds(given, variables())
    assert "s3cret" not in str(builds)
    assert [(build["path"], build["number"]) for build in builds] == [("/opt/python/3.12", 0), ("/a", 1)]
    assert {"headers", "url_username", "url_password", "index", "mirror"} <= set(secrets)


def test_the_default_is_named_or_placed() -> None:
    given = [{"name": "3.12"}, {"name": "3.13"}]
    for default in ("3.13", "/opt/python/3.13"):
        assert [build["is_default"] for build in interpreter_builds(given, variables(default=default))] == [False, True]


def test_an_asset_shows_the_path() -> None:
    asset = {"name": "cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-install_only"}
    assert only(asset=asset)["path"] == "/opt/python/3.13"
    assert only([{"asset": asset}])["path"] == "/opt/python/3.13"


def test_no_builds_are_no_builds() -> None:
    assert interpreter_builds([], variables()) == []


NO_PATH = (
    'Cannot derive a path from the name "{}": it does not say the minor version. Set interpreter_path, or path in the '
    "item of interpreter_builds."
)

REFUSED: dict[str, tuple[list[dict[str, Any]] | None, dict[str, Any], str]] = {
    "nothing": (None, {}, NEITHER),
    "both forms": ([{"name": "3.12"}], {"name": "3.13"}, BOTH),
    "latest": (None, {"name": "latest"}, NO_PATH.format("latest")),
    "only a major version": (None, {"name": "3"}, NO_PATH.format("3")),
    "a range": ([{"name": ">=3.12,<3.14"}], {}, NO_PATH.format(">=3.12,<3.14")),
    "no name": ([{}], {}, NO_PATH.format("")),
    "a number": (
        [{"name": 3.1}],
        {},
        "There is no build of Python 3.1. YAML takes 3.10 without quotes for the number 3.1: if you mean that, write "
        'it in quotes: "3.10".',
    ),
    "one path twice": (
        [{"name": "3.13"}, {"name": "3.13.5"}],
        {},
        "Cannot have 3.13 and 3.13.5 at one path, /opt/python/3.13. Set path in the items of interpreter_builds.",
    ),
    "a unit without suffix": (
        [],
        {"links": {"systemd_units": ["app"]}},
        "Cannot use app of interpreter_systemd_units: it is no name of a service. Write it with its suffix, as in "
        "myapp.service.",
    ),
    "a text for a list of units": (
        [],
        {"links": {"systemd_units": "app.service,web"}},
        "Cannot use web of interpreter_systemd_units: it is no name of a service. Write it with its suffix, as in "
        "myapp.service.",
    ),
    "a text for a list of arguments": (
        [{"name": "3.13", "requirements": "r.txt"}],
        {"pip_extra_args": "--no-index,--find-links=wheels"},
        "Cannot install requirements: --find-links in interpreter_pip_extra_args names the local path wheels, but pip "
        "runs on the host. Write the path on the host from the root, or a URL. A file of the controller is sent along "
        "if a line -r or -c of the requirements file names it.",
    ),
    "a directory of links that is relative": (
        [{"name": "3.13"}],
        {"links": {"link_dir": "bin"}},
        "interpreter_link_dir is 'bin', which is relative. Write it from the root.",
    ),
    "a directory of profiles that no shell can hold": (
        [{"name": "3.13"}],
        {"links": {"profile_dir": "/etc/my profile.d"}},
        "interpreter_profile_dir is '/etc/my profile.d'. Give an absolute path, not the root, without spaces, `..` and "
        "characters that mean something to a shell.",
    ),
    "a number as a path": (
        [{"name": "3.12"}, {"name": "3.13", "path": 3.13, "store": 5}],
        {},
        "interpreter_builds[1].path is '3.13', which is relative. Write it from the root.",
    ),
    "a relative path for all builds": (
        [{"name": "3.12"}],
        {"store": "builds"},
        "interpreter_store is 'builds', which is relative. Write it from the root.",
    ),
    "a relative directory of builds": (
        [{"name": "3.12"}],
        {"builds_dir": "python"},
        "interpreter_builds_dir is 'python', which is relative. Write it from the root.",
    ),
    "a relative path for one build": (
        None,
        {"name": "3.13", "path": "python"},
        "interpreter_path is 'python', which is relative. Write it from the root.",
    ),
    "links in a build": (
        [{"name": "3.13"}],
        {"links": {"link_dir": "/opt/python/3.13/bin"}},
        "interpreter_link_dir is /opt/python/3.13/bin, which is in /opt/python/3.13, where builds are. Links there "
        "would change a build, and go with it. Choose a directory beside it.",
    ),
    "a priority that is too high": (
        [{"name": "3.13"}],
        {"links": {"priority": "2147483648"}},
        "The priority is 2147483648, but update-alternatives takes none above 2147483647. Write a lower one.",
    ),
    "a path that no link can have": (
        [{"name": "3.13", "path": "/opt/my python/3.13"}],
        {},
        "interpreter_builds[0].path is '/opt/my python/3.13'. Give an absolute path, not the root, without spaces, "
        "`..` and characters that mean something to a shell.",
    ),
    "a default that is not there": (
        [{"name": "3.13"}, {"path": "/opt/x", "state": "absent"}],
        {"default": "3.12"},
        "Cannot make 3.12 the default: the builds are 3.13, /opt/x. Set interpreter_default to the name or path of one "
        "of them.",
    ),
    "an environment in a build": (
        [{"name": "3.13", "virtualenv": "/opt/python/3.12/env"}, {"name": "3.12"}],
        {},
        "Cannot make the environment /opt/python/3.12/env: it would be part of the build at /opt/python/3.12, and go "
        "with it when that is upgraded or repaired. Set interpreter_virtualenv to a directory beside the build.",
    ),
    "an environment in a build, by a way around": (
        [{"name": "3.13", "virtualenv": "/opt/x/..//python/3.13/env"}],
        {},
        "Cannot make the environment /opt/python/3.13/env: it would be part of the build at /opt/python/3.13, and go "
        "with it when that is upgraded or repaired. Set interpreter_virtualenv to a directory beside the build.",
    ),
    "an environment in a store": (
        [{"name": "3.13", "virtualenv": "/opt/python/.builds/env"}],
        {},
        "Cannot make the environment /opt/python/.builds/env: it would be part of the build at /opt/python/3.13, and "
        "go with it when that is upgraded or repaired. Set interpreter_virtualenv to a directory beside the build.",
    ),
    "an environment around a build": (
        [{"name": "3.13", "virtualenv": "/opt"}],
        {},
        "Cannot make the environment /opt: the build at /opt/python/3.13 would be part of it, and go with it when it "
        "is made again. Set interpreter_virtualenv to a directory beside the build.",
    ),
    "one environment of two builds": (
        [{"name": "3.13"}, {"name": "3.12", "virtualenv": "/srv//env"}],
        {"virtualenv": "/srv/env", "requirements": "r.txt"},
        "Cannot make the environment /srv/env for both /opt/python/3.13 and /opt/python/3.12: it can be of one build "
        "only. Set virtualenv in the items of interpreter_builds, or leave out requirements in one of them.",
    ),
    "requirements in an image": (
        [{"name": "3.13"}, {"name": "3.12", "state": "absent"}],
        {"root": "/srv/image", "requirements": "r.txt"},
        "Cannot install requirements for /opt/python/3.13: nothing runs in the directory /srv/image that could install "
        "them. Use the chroot connection for this image, or leave out interpreter_requirements.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_meant_is_refused(case: str) -> None:
    given, others, message = REFUSED[case]
    with pytest.raises(InvalidName) as error:
        interpreter_builds(given, variables(**others))
    assert str(error.value) == message


def test_a_slash_at_the_end_does_not_matter() -> None:
    build = only([{"path": "/opt/x/"}])
    assert (build["path"], build["store"]) == ("/opt/x", "/opt/.builds")


def test_homes_and_variables_are_for_the_host() -> None:
    given = variables(
        path="$HOME/3.13", virtualenv="~/env", links={"link_dir": "~/.local/bin", "systemd_dir": "/x/${UNITS}"}
    )
    (build,) = interpreter_builds(None, {**given, "name": "3.13"})
    assert (build["path"], build["virtualenv"], build.get("refusal")) == ("$HOME/3.13", "~/env", None)


def test_a_build_may_take_over_the_environment_of_one_that_goes() -> None:
    given = [{"name": "3.12", "state": "absent"}, {"name": "3.13"}]
    builds = interpreter_builds(given, variables(virtualenv="/srv/env", requirements="r.txt"))
    assert [build["virtualenv"] for build in builds] == ["/srv/env", "/srv/env"]


def test_refused_builds_are_one_item_without_the_message() -> None:
    good = interpreter_builds([{"name": "3.13"}], variables())
    assert checked(good, []) == good
    for builds, faults in ((good, ["The file has a secret."]), (refused("A secret."), [])):
        (item,) = checked(builds, faults)
        assert item["is_refused"] is True
        assert "secret" not in json.dumps(item)


def test_arguments_of_pip_count_where_requirements_are_wanted() -> None:
    arguments = {"pip_extra_args": ["-c", "limits.txt"]}
    assert only([{"name": "3.13"}], **arguments)
    assert only([{"name": "3.13", "requirements": "r.txt", "state": "absent"}], **arguments)
    with pytest.raises(InvalidName, match=r"-c in interpreter_pip_extra_args names the local path limits\.txt"):
        only([{"name": "3.13", "requirements": "r.txt"}], **arguments)
