# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the playbook upgrade decides for one host."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._fleet.answer import DamagedAnswer
from ansible_collections.standalone.python.plugins.plugin_utils._fleet.upgrade import rollback_lines, upgrade_step

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
        "paths": [{**root, "history": [{"entry": use} for use in uses]}],
        "builds": [{**asset(name), **settings, "entry": asset(name)["name"]} for name in kept],
    }


@pytest.mark.parametrize(("installed", "chosen", "action"), [(OLD, NEW, "upgrade"), (NEW, OLD, "newer")])
def test_releases_of_the_same_bytes_are_different_builds(installed: str, chosen: str, action: str) -> None:
    same = {**asset(chosen), "sha256": asset(installed)["sha256"]}
    assert upgrade_step(info(installed), PATH, [same])["action"] == action


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
    step = upgrade_step(info(installed), PATH, [asset(chosen, MUSL), asset(chosen)])
    assert step["action"] == action
    assert step["asset"] == asset(chosen)
    assert step["previous"] == asset(installed)["name"]


def test_what_is_kept_as_a_fact_has_no_secret_of_the_index() -> None:
    signed = {**asset(NEW), "url": asset(NEW)["url"].replace("//", "//user:s3cret@") + "?sig=s3cret"}
    assert upgrade_step(info(OLD), PATH, [signed])["asset"] == asset(NEW)


@pytest.mark.parametrize(
    ("host", "assets", "action"),
    [
        ({"paths": [], "builds": []}, [asset(NEW)], "absent"),
        (info(OLD, entry=None), [asset(NEW)], "absent"),
        (info(OLD, stored=()), [asset(NEW)], "absent"),
        (info(OLD), [asset(NEW, MUSL)], "no build"),
    ],
)
def test_hosts_that_an_upgrade_leaves_alone(host: dict[str, Any], assets: list[dict[str, Any]], action: str) -> None:
    assert upgrade_step(host, PATH, assets)["action"] == action


@pytest.mark.parametrize(
    ("chosen", "name", "allow", "action"),
    [
        ("3.14.0+20251010", "3.14", False, "other series"),
        ("3.14.0+20251010", "3.14", True, "upgrade"),
        ("3.14.0+20251010", None, False, "other series"),
        ("3.14.0+20251010", "latest", False, "upgrade"),
        ("3.14.0+20251010", ">=3.13,<3.15", False, "upgrade"),
        ("3.14.0+20251010", "3.14.0+20251010", False, "other series"),
        ("3.12.12+20251010", "3.12", False, "other series"),
        ("3.12.12+20251010", "latest", False, "newer"),
    ],
)
def test_another_minor_version_has_to_be_allowed(chosen: str, name: str | None, allow: bool, action: str) -> None:
    step = upgrade_step(info(OLD), PATH, [asset(chosen)], name, allow)
    assert (step["action"], step["series"]) == (action, "3.13")


@pytest.mark.parametrize(
    ("history", "stored", "chosen", "action", "previous"),
    [
        ((NEW, OLD), None, NEW, "provisional", OLD),
        ((NEW, OLD), None, NEWEST, "upgrade", OLD),  # neither of the two is known to work
        ((NEW, OLD), None, OLD, "newer", OLD),
        ((NEW, OLD), (NEW,), NEW, "current", NEW),  # what was before the provisional one is gone
    ],
)
def test_what_was_before_a_trial_is_what_to_return_to(
    history: tuple[str, ...], stored: tuple[str, ...] | None, chosen: str, action: str, previous: str
) -> None:
    step = upgrade_step(info(*history, stored=stored, fallback=OLD), PATH, [asset(chosen)])
    assert (step["action"], step["previous"]) == (action, asset(previous)["name"])


@pytest.mark.parametrize(("keep", "kept"), [(0, 1), (1, 1), (3, 3)])
def test_an_upgrade_keeps_the_settings_and_a_way_back(keep: int, kept: int) -> None:
    step = upgrade_step(info(OLD, keep=keep), PATH, [asset(NEW)])
    settings = ("store", "keep", "owner", "group", "externally_managed")
    assert [step[name] for name in settings] == [STORE, kept, "app", None, True]


# --- builds that were left before ------------------------------------------------------------------------------------


def test_a_build_that_was_left_before_is_named_with_the_way_to_leave_it_out() -> None:
    assert upgrade_step(info(OLD, left=(NEW,)), PATH, [asset(NEW)])["left"] == (
        f"{PATH} was taken back from {NEW} on 2026-11-29: x failed. This run tries it again. To leave it out, set "
        f"upgrade_exclude to {NEW}."
    )
    assert upgrade_step(info(OLD, left=(NEW,)), PATH, [asset(NEWEST)])["left"] == ""
    assert upgrade_step(info(OLD), PATH, [asset(NEW)])["left"] == ""


@pytest.mark.parametrize("left", [[{}], [{"build": "x", "since": "", "reason": ""}], {}, "x", [None]])
def test_what_a_host_makes_up_about_builds_that_it_left_is_a_damaged_answer(left: Any) -> None:
    answer = info(OLD)
    answer["paths"][0]["left"] = left
    with pytest.raises(DamagedAnswer):
        upgrade_step(answer, PATH, [asset(NEW)])


# --- going back ------------------------------------------------------------------------------------------------------


def test_a_line_for_each_path_that_went_back_or_stays() -> None:
    answer = {
        "results": [{"path": PATH, "previous": asset(NEW), "build": asset(OLD)}],
        "others": [{"path": "/srv/3.12", "build": "3.12.9+20250807"}, {"path": "/srv/\x1b[2J", "build": None}],
    }
    assert rollback_lines(answer) == [
        f"{PATH}: {NEW} -> {OLD}",
        "/srv/3.12: stays as it is, with 3.12.9+20250807",
        "/srv/\\x1b[2J: stays as it is, with no build",
    ]
    assert rollback_lines({"results": [], "others": []}) == ["No path of this host has a build."]


@pytest.mark.parametrize("answer", [None, {}, {"results": 1, "others": []}, {"results": [{}], "others": []}])
def test_what_is_no_answer_of_going_back_is_refused(answer: Any) -> None:
    with pytest.raises(DamagedAnswer):
        rollback_lines(answer)
