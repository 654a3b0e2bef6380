# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the playbook upgrade decides for one host."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._fleet import upgrade_step

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
    before_trial: str | None = None,
) -> dict[str, Any]:
    """A host with one path; `history` is newest first. What is not `stored` is gone; `entry` is what the link names."""
    settings = {"owner": "app", "group": None, "externally_managed": True, "store": STORE}
    uses = [asset(name)["name"] for name in history]
    root = {"path": PATH, "store": STORE, "entry": uses[0] if entry == "" else entry, "keep": keep}
    root["before_trial"] = asset(before_trial)["name"] if before_trial else None
    kept = history if stored is None else stored
    return {
        "paths": [{**root, "history": [{"entry": use} for use in uses]}],
        "builds": [{**asset(name), **settings, "entry": asset(name)["name"]} for name in kept],
    }


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
    assert step["previous"] == asset(installed)


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
        ((NEW, OLD), None, NEW, "trial", OLD),
        ((NEW, OLD), None, NEWEST, "upgrade", OLD),  # neither of the two is known to work
        ((NEW, OLD), None, OLD, "newer", OLD),
        ((NEW, OLD), (NEW,), NEW, "current", NEW),  # what was before the trial is gone
    ],
)
def test_what_was_before_a_trial_is_what_to_return_to(
    history: tuple[str, ...], stored: tuple[str, ...] | None, chosen: str, action: str, previous: str
) -> None:
    step = upgrade_step(info(*history, stored=stored, before_trial=OLD), PATH, [asset(chosen)])
    assert (step["action"], step["previous"]) == (action, asset(previous))


@pytest.mark.parametrize(("keep", "kept"), [(0, 1), (1, 1), (3, 3)])
def test_an_upgrade_keeps_the_settings_and_a_way_back(keep: int, kept: int) -> None:
    step = upgrade_step(info(OLD, keep=keep), PATH, [asset(NEW)])
    settings = ("store", "keep", "owner", "group", "externally_managed")
    assert [step[name] for name in settings] == [STORE, kept, "app", None, True]
