# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the playbook upgrade decides for one host."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError, StoreError
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.answer import DamagedAnswer
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.upgrade import (
    UpgradeSpec,
    plan_upgrade,
    rollback_lines,
)

STORE = "/opt/python/.builds"
PATH = "/opt/python/3.13"
GNU = "x86_64-unknown-linux-gnu"
MUSL = "x86_64-unknown-linux-musl"
OLD, NEW, NEWEST = "3.13.5+20250723", "3.13.6+20250807", "3.13.7+20250904"


def asset(name: str, target: str = GNU) -> dict[str, Any]:
    version, _plus, release = name.partition("+")
    full = f"cpython-{name}-{target}-install_only_stripped"
    return {
        "name": full,
        "version": version,
        "release": release,
        "target": target,
        "flavor": "install_only_stripped",
        "build_options": "",
        "url": f"https://m/{full}.tar.gz",
        "sha256": hashlib.sha256(full.encode()).hexdigest(),
        "prerelease": "rc" in version,
    }


def info(
    *history: str,
    stored: tuple[str, ...] | None = None,
    entry: str | None = "",
    keep: int = 1,
    fallback: str | None = None,
    left: tuple[str, ...] = (),
) -> dict[str, Any]:
    """A host with one path; `history` is newest first. What is not `stored` is gone; `entry` is what the link names."""
    settings = {"owner": "app", "group": None, "externally_managed": True, "store": STORE}
    uses = [asset(name)["name"] for name in history]
    root = {"path": PATH, "store": STORE, "entry": uses[0] if entry == "" else entry, "keep": keep}
    root["fallback"] = asset(fallback)["name"] if fallback else None
    root["left"] = [
        {"build": asset(one)["name"], "since": "2026-11-29T10:00:00Z", "reason": "x failed."} for one in left
    ]
    kept = history if stored is None else stored
    return {
        "paths": [{**root, "history": [{"entry": use, "stored": name in kept} for use, name in zip(uses, history)]}],
        "builds": [{**asset(name), **settings, "entry": asset(name)["name"]} for name in kept],
    }


def plan(host: Any, *assets: dict[str, Any], name: str = "3.13", **options: Any) -> dict[str, Any]:
    params = {"path": None, "store": None, "allow_minor_change": False, **options}
    return plan_upgrade(host, UpgradeSpec.from_params({"name": name, "assets": assets, **params}))


@pytest.mark.parametrize(("installed", "chosen", "action"), [(OLD, NEW, "upgrade"), (NEW, OLD, "newer")])
def test_releases_of_the_same_bytes_are_different_builds(installed: str, chosen: str, action: str) -> None:
    same = {**asset(chosen), "sha256": asset(installed)["sha256"]}
    assert plan(info(installed), same)["action"] == action


@pytest.mark.parametrize(
    ("installed", "chosen", "action"),
    [
        (OLD, NEW, "upgrade"),
        (OLD, "3.13.5+20250807", "upgrade"),
        ("3.13.5+20250807", "3.13.10+20250723", "upgrade"),
        ("3.15.0rc2+20250807", "3.15.0+20250807", "upgrade"),
        (NEW, NEW, "current"),
        (NEW, OLD, "newer"),
        ("3.13.10+20250807", "3.13.9+20250807", "newer"),
    ],
)
def test_an_upgrade_goes_forward_only(installed: str, chosen: str, action: str) -> None:
    step = plan(info(installed), asset(chosen, MUSL), asset(chosen))
    assert step["action"] == action
    assert step["asset"] == asset(chosen)
    assert step["previous"] == asset(installed)["name"]


def test_what_is_kept_as_a_fact_has_no_secret_of_the_index() -> None:
    signed = {**asset(NEW), "url": asset(NEW)["url"].replace("//", "//user:s3cret@") + "?sig=s3cret"}
    assert plan(info(OLD), signed)["asset"] == asset(NEW)


NOTHING_THERE = f"{PATH} has no build in the store {STORE}: there is nothing to upgrade."
GONE = (
    f"{PATH} names a build that the store {STORE} no longer has, so no Python is there: there is nothing to upgrade. "
    "Run what installs it, such as the playbook install."
)


@pytest.mark.parametrize(
    ("host", "chosen", "action", "note"),
    [
        ({"paths": [], "builds": []}, asset(NEW), "absent", NOTHING_THERE),
        (info(OLD, entry=None), asset(NEW), "absent", NOTHING_THERE),
        (info(OLD, stored=()), asset(NEW), "absent", GONE),
        (info(OLD), asset(NEW, MUSL), "no build", f"No build was found for the target of the one at {PATH}."),
        (info(NEW), asset(OLD), "newer", f"{PATH} has a newer build already."),
        (info(NEW), asset(NEW), "current", ""),
    ],
)
def test_hosts_that_an_upgrade_does_not_change(
    host: dict[str, Any], chosen: dict[str, Any], action: str, note: str
) -> None:
    planned = plan(host, chosen)
    assert (planned["action"], planned["note"]) == (action, note)


@pytest.mark.parametrize(
    ("chosen", "name", "allow", "action"),
    [
        ("3.14.0+20251010", "3.14", True, "upgrade"),
        ("3.14.0+20251010", "latest", False, "upgrade"),
        ("3.14.0+20251010", ">=3.13,<3.15", False, "upgrade"),
        ("3.12.12+20251010", "latest", False, "newer"),
    ],
)
def test_another_minor_version_that_is_allowed(chosen: str, name: str, allow: bool, action: str) -> None:
    planned = plan(info(OLD), asset(chosen), name=name, path=PATH, allow_minor_change=allow)
    assert planned["action"] == action


@pytest.mark.parametrize(("chosen", "name"), [("3.14.0", "3.14"), ("3.14.0", "3.14.0+20251010"), ("3.12.12", "3.12")])
def test_another_minor_version_has_to_be_allowed(chosen: str, name: str) -> None:
    with pytest.raises(StoreError) as error:
        plan(info(OLD), asset(f"{chosen}+20251010"), name=name, path=PATH)
    assert str(error.value) == (
        f"Cannot upgrade {PATH} to {name}: Python 3.13 is installed there, and environments and extension modules made "
        "with it would stop working. Set upgrade_path to another path, or upgrade_allow_minor_change to true."
    )


@pytest.mark.parametrize(
    ("name", "path", "store", "found"),
    [
        ("3.13", None, None, ("/opt/python/3.13", "/opt/python/.builds")),
        ("3.13.5+20250723", None, None, ("/opt/python/3.13", "/opt/python/.builds")),
        ("3.15.0rc1", None, None, ("/opt/python/3.15", "/opt/python/.builds")),
        ("3.13td", None, "/srv/builds/", ("/opt/python/3.13td", "/srv/builds")),
        (">=3.13.2,<3.14", None, None, ("/opt/python/3.13", "/opt/python/.builds")),
        ("latest", "/srv/python/", None, ("/srv/python", "/srv/.builds")),
    ],
)
def test_the_path_follows_from_the_name(name: str, path: str | None, store: str | None, found: tuple[str, str]) -> None:
    params = {"name": name, "path": path, "store": store, "assets": [], "allow_minor_change": False}
    spec = UpgradeSpec.from_params(params)
    assert (spec.path, spec.store) == found


@pytest.mark.parametrize(
    ("name", "path", "message"),
    [
        ("latest", None, "Cannot upgrade to latest: that name does not say at which path. Set upgrade_path."),
        (">=3.13", None, "Cannot upgrade to >=3.13: that name does not say at which path. Set upgrade_path."),
        ("3.13", "opt", "path is 'opt', which is relative. Write it from the root: path: /opt/python/3.13"),
    ],
)
def test_a_path_that_is_not_known_is_refused(name: str, path: str | None, message: str) -> None:
    with pytest.raises(StandaloneError) as error:
        plan(info(OLD), name=name, path=path)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("history", "stored", "chosen", "action", "previous"),
    [
        ((NEW, OLD), None, NEW, "provisional", OLD),
        ((NEW, OLD), None, NEWEST, "upgrade", OLD),  # neither of the two is known to work
        ((NEW, OLD), None, OLD, "newer", OLD),
        ((NEW, OLD), (NEW,), NEW, "current", NEW),  # what was before the provisional one is gone
    ],
)
def test_the_fallback_of_a_provisional_build_is_the_build_to_return_to(
    history: tuple[str, ...], stored: tuple[str, ...] | None, chosen: str, action: str, previous: str
) -> None:
    step = plan(info(*history, stored=stored, fallback=OLD), asset(chosen))
    assert (step["action"], step["previous"]) == (action, asset(previous)["name"])


@pytest.mark.parametrize(("keep", "kept"), [(0, 1), (1, 1), (3, 3)])
def test_an_upgrade_keeps_the_settings_and_a_way_back(keep: int, kept: int) -> None:
    step = plan(info(OLD, keep=keep), asset(NEW))
    settings = ("store", "keep", "owner", "group", "externally_managed")
    assert [step[name] for name in settings] == [STORE, kept, "app", None, True]


# --- builds that were left before ------------------------------------------------------------------------------------


def test_a_build_that_was_left_before_is_named_with_the_way_to_leave_it_out() -> None:
    assert plan(info(OLD, left=(NEW,)), asset(NEW))["note"] == (
        f"{PATH} was taken back from {NEW} on 2026-11-29: x failed. This run tries it again. To leave it out, set "
        f"upgrade_exclude to {NEW}, or make the lock again with lock_exclude={NEW}."
    )
    assert plan(info(OLD, left=(NEW,)), asset(NEWEST))["note"] == ""
    assert plan(info(OLD), asset(NEW))["note"] == ""


@pytest.mark.parametrize("left", [[{}], [{"build": "x", "since": "", "reason": ""}], {}, "x", [None]])
def test_what_a_host_makes_up_about_builds_that_it_left_is_a_damaged_answer(left: Any) -> None:
    answer = info(OLD)
    answer["paths"][0]["left"] = left
    with pytest.raises(DamagedAnswer):
        plan(answer, asset(NEW))


# --- going back ------------------------------------------------------------------------------------------------------


def test_a_line_for_each_path_that_went_back_or_stays() -> None:
    answer = {
        "results": [
            {"path": PATH, "previous": asset(NEW), "build": asset(OLD)},
            {"path": "/srv/3.13", "previous": None, "build": asset(OLD)},  # when it was its turn
        ],
        "others": [{"path": "/srv/3.12", "build": "3.12.9+20250807"}, {"path": "/srv/\x1b[2J", "build": None}],
    }
    assert rollback_lines(answer) == [
        f"{PATH}: {NEW} -> {OLD}",
        f"/srv/3.13: has {OLD} already, by another run at the same time",
        "/srv/3.12: stays as it is, with 3.12.9+20250807",
        "/srv/\\x1b[2J: stays as it is, with no build",
    ]
    assert rollback_lines({"results": [], "others": []}) == ["No path of this host has a build."]


@pytest.mark.parametrize("answer", [None, {}, {"results": 1, "others": []}, {"results": [{}], "others": []}])
def test_what_is_no_answer_of_going_back_is_refused(answer: Any) -> None:
    with pytest.raises(DamagedAnswer):
        rollback_lines(answer)
