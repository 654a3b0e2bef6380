# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files are to give shells and services the directory for links. tests/integration/test_profiles.py runs them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.plugin_utils._links.probe import File
from ansible_collections.standalone.python.plugins.plugin_utils._links.profiles import (
    MODE,
    TEXTS,
    Profiles,
    Setting,
    plan_profiles,
    surplus_profiles,
)
from tests.support.linked_hosts import GONE, host, spec

HEAD = "# Made by the role standalone.python.interpreter, which overwrites changes.\n"
SH, CSH = "/etc/profile.d/standalone-python.sh", "/etc/profile.d/standalone-python.csh"
DEBIAN_CSH = "/etc/csh/login.d/standalone-python.csh"
FISH = "/etc/fish/conf.d/standalone-python.fish"
ENVIRONMENT = "/etc/environment.d/60-standalone-python.conf"
UNIT = "/etc/systemd/system/app.service.d/60-standalone-python.conf"
ALL = frozenset({"/etc/profile.d", "/etc/fish"})


def profiles(**options: Any) -> Profiles:
    usual = {
        "profile": True,
        "profile_dir": "/etc/profile.d",
        "csh_dir": "/etc/csh/login.d",
        "fish_dir": "/etc/fish/conf.d",
        "environment_d": False,
        "environment_dir": "/etc/environment.d",
        "systemd_units": [],
        "systemd_dir": "/etc/systemd/system",
    }
    return Profiles.from_params({**usual, **options})


def files(*paths: str, mode: str = MODE) -> dict[str, File]:
    """Files as they are wanted on a host where no variable is needed."""
    kinds = {SH: "sh", CSH: "csh", DEBIAN_CSH: "csh", FISH: "fish", ENVIRONMENT: "environment", UNIT: "unit"}
    return {path: File(mode, TEXTS[kinds[path]](Setting("/bin", False, {}))) for path in paths}


def test_every_place_is_looked_at_whatever_is_wanted() -> None:
    places = (SH, CSH, DEBIAN_CSH, FISH, ENVIRONMENT, "/etc/systemd/system/*.d/60-standalone-python.conf")
    assert profiles().patterns == places
    assert profiles(profile=False).patterns == places
    assert profiles(profile=False).directories == ()


WRITTEN = {
    "for every login shell": (profiles(), host(directories=ALL), {SH, CSH, FISH}),
    "where there is no fish": (profiles(), host(directories=ALL - {"/etc/fish"}), {SH, CSH}),
    "where csh is Debian's": (
        profiles(),
        host(directories=ALL | {"/etc/csh/login.d"}),
        {SH, CSH, DEBIAN_CSH, FISH},
    ),
    "where no shell reads profiles": (profiles(), host(), set()),
    "for no login shell": (profiles(profile=False), host(directories=ALL), set()),
    "for services": (
        profiles(profile=False, environment_d=True, systemd_units=["app.service"]),
        host(),
        {ENVIRONMENT, UNIT},
    ),
    "what is not there": (profiles(), host(directories=ALL, files=files(SH, FISH)), {CSH}),
    "what has another mode": (
        profiles(),
        host(directories=ALL, files=files(SH, CSH, FISH, mode="-rw-------")),
        {SH, CSH, FISH},
    ),
    "what lacks a variable": (
        profiles(),
        host(directories=ALL, files=files(SH, CSH, FISH), certificates="/etc/pki/bundle"),
        {SH, CSH, FISH},
    ),
}


@pytest.mark.parametrize("case", WRITTEN)
def test_what_differs_is_written(case: str) -> None:
    wanted, found, paths = WRITTEN[case]
    assert set(plan_profiles(spec(), found, wanted)) == paths


def test_nothing_is_written_for_builds_that_are_to_go() -> None:
    assert plan_profiles(spec(GONE), host(directories=ALL), profiles(environment_d=True)) == {}


def test_what_is_wanted_no_longer_is_surplus() -> None:
    found = host(directories=ALL, files={**files(SH, UNIT), "/opt/3.13-env/pyvenv.cfg": File(MODE, "")})
    assert surplus_profiles(spec(), found, profiles(), others=True) == (UNIT,)
    assert surplus_profiles(spec(GONE), found, profiles(), others=False) == (SH, UNIT)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize(
    ("link_dir", "stay"), [("/usr/local/bin", False), ("/usr/local/bin2", True), ("/home/me/.local/bin", True)]
)
def test_a_profile_of_another_directory_is_none_of_ours(kind: str, link_dir: str, first: bool, stay: bool) -> None:
    """As of root's builds, where a user without profiles has links in a directory of the home."""
    text = TEXTS[kind](Setting(link_dir, first, {"SSL_CERT_FILE": "/x"}))
    found = host(directories=ALL, files={SH: File(MODE, text)})
    ours = spec(link_dir="/usr/local/bin")
    assert surplus_profiles(ours, found, profiles(profile=False), others=False) == (() if stay else (SH,))


def test_profiles_stay_for_others() -> None:
    assert surplus_profiles(spec(GONE), host(files=files(SH)), profiles(), others=True) == ()


TEXT: dict[str, tuple[str, Setting, str]] = {
    "service managers have it": (
        "environment",
        Setting("/usr/local/bin", False, {}),
        "# Read by the service managers of users.\n# /usr/local/bin is on the PATH of service managers already.\n",
    ),
    "service managers lack it": (
        "environment",
        Setting("/opt/bin", False, {"SSL_CERT_FILE": "/x"}),
        "# Read by the service managers of users.\nPATH=${PATH}:/opt/bin\nSSL_CERT_FILE=/x\n",
    ),
    "a service that may have it first": (
        "unit",
        Setting("/opt/bin", True, {"SSL_CERT_FILE": "/x"}),
        '[Service]\nEnvironment="PATH=/opt/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"\n'
        'Environment="SSL_CERT_FILE=/x"\n',
    ),
    "a service that has it": (
        "unit",
        Setting("/usr/local/bin", True, {}),
        '[Service]\nEnvironment="PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"\n',
    ),
}


@pytest.mark.parametrize("case", TEXT)
def test_services_get_a_path(case: str) -> None:
    kind, setting, text = TEXT[case]
    assert TEXTS[kind](setting) == HEAD + text


def test_a_change_of_order_is_written() -> None:
    found = host(directories=ALL, files=files(SH, CSH, FISH))
    first = spec()._replace(allow_system=True)
    assert set(plan_profiles(first, found, profiles())) == {SH, CSH, FISH}


@pytest.mark.parametrize("option", ["profile_dir", "csh_dir", "fish_dir", "environment_dir", "systemd_dir"])
@pytest.mark.parametrize(
    ("directory", "reason"),
    [
        ("", "which is empty"),
        ("etc/profile.d", "which is relative"),
        *((other, "Give an absolute path") for other in ("/", "/etc/../x", "/etc/*", "/etc/a b", "/etc/a\nb")),
    ],
)
def test_a_directory_that_cannot_be_meant_is_refused(option: str, directory: str, reason: str) -> None:
    with pytest.raises(InvalidName, match=f"{option} is .*{reason}"):
        profiles(**{option: directory})
