# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The decision, as one table: what is asked, what is there, what follows."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._argspec import BUILD_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._install.plan import Plan, plan
from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec
from ansible_collections.standalone.python.plugins.module_utils._store.history import HistoryEntry, PathHistory
from ansible_collections.standalone.python.plugins.module_utils._store.receipt import Receipt, Settings
from ansible_collections.standalone.python.plugins.module_utils._store.state import State

PATH = "/opt/python/3.13"
GNU = "x86_64-unknown-linux-gnu"


def asset(
    version: str, release: str, flavor: str = "install_only_stripped", target: str = GNU, options: str = ""
) -> dict[str, Any]:
    name = "-".join(filter(None, (f"cpython-{version}+{release}-{target}", options, flavor)))
    return {
        "name": name, "version": version, "release": release, "target": target, "flavor": flavor,
        "build_options": options, "url": f"https://example.com/{release}/{name}.tar.gz",
        "sha256": f"{abs(hash(name)):064x}"[:64],
    }  # fmt: skip


OLD = asset("3.13.4", "20250604")
FASTER = asset("3.13.4", "20250604", target="x86_64_v3-unknown-linux-gnu")
NOW = asset("3.13.5", "20250611")
REBUILT = asset("3.13.5", "20250723")
NEXT = asset("3.13.6", "20250807")


def receipt(content: dict[str, Any], **settings: Any) -> Receipt:
    made_for = Settings(**{"prefix": PATH, **settings})
    return Receipt(Asset.from_dict(content), made_for, ("bin/python3.13",), 1, 1, "2026-01-01T00:00:00Z")


def spec(name: str | None = None, **params: Any) -> InstallSpec:
    defaults = {option: spec.get("default") for option, spec in BUILD_ARGUMENTS.items()}
    return InstallSpec.from_params({**defaults, "path": PATH, "name": name, **params})


def installed(*contents: dict[str, Any], suspicious: str | None = None, **settings: Any) -> State:
    """The path names the first of the builds, and used the others before, which are still stored."""
    stored = {content["name"]: receipt(content, **settings) for content in contents}
    names = list(stored)
    uses = tuple(HistoryEntry(name, "2026-01-01T00:00:00Z") for name in names)
    return State("link", PathHistory(PATH, 1, uses), "…", names[0], stored[names[0]], suspicious, stored)


EMPTY = State("absent", PathHistory(PATH))
HISTORY_OF_WHAT_IS_GONE = installed(NOW)._replace(
    root=PathHistory(PATH, 1, (HistoryEntry(NOW["name"], "2026"), HistoryEntry("gone", "2026")))
)
LITTERED = installed(NOW)._replace(has_litter=True)


def with_fallback(state: State, before: dict[str, Any]) -> State:
    return state._replace(root=state.root.with_fallback(before["name"]))


UNRECORDED = State("link", PathHistory(PATH), "…", NOW["name"], receipt(NOW), None, {NOW["name"]: receipt(NOW)})


@pytest.mark.parametrize(
    ("asked", "there", "expected"),
    [
        # present is content with any answer and asks no index
        (spec("3.13"), EMPTY, "install"),
        (spec("3.13"), installed(OLD), "nothing"),
        (spec("3.13.5"), installed(NOW), "nothing"),
        (spec("3.13.5+20250611"), installed(NOW), "nothing"),
        (spec("latest"), installed(OLD), "nothing"),
        (spec(">=3.12,<3.14"), installed(OLD), "nothing"),
        (spec("3.12", allow_minor_change=True), installed(NOW), "install"),
        (spec("3.13.5"), installed(OLD), "install"),
        (spec("3.13t", allow_minor_change=True), installed(OLD), "install"),
        (spec("3.13"), installed(asset("3.13.0rc2", "20240909")), "install"),
        (spec("3.13", prerelease=True), installed(asset("3.13.0rc2", "20240909")), "nothing"),
        # options narrow it
        (spec("3.13", flavor="full"), installed(OLD), "install"),
        (spec("3.13", flavor="install_only_stripped"), installed(OLD), "nothing"),
        (spec("3.13", target="x86_64-unknown-linux-musl"), installed(OLD), "install"),
        (spec("3.13", cpu_level="v3"), installed(OLD), "install"),
        (spec("3.13"), installed(FASTER), "install"),
        (spec("3.13", cpu_level="auto"), installed(FASTER), "nothing"),
        (spec("3.13", externally_managed=False), installed(OLD), "install"),
        (spec("3.13", owner="app"), installed(OLD), "install"),
        (spec("3.13", owner="app"), installed(OLD, owner="app"), "nothing"),
        (spec("3.13"), installed(OLD, owner="app"), "nothing"),
        # latest has to know the newest, and never goes backwards
        (spec("3.13", state="latest"), installed(NOW), "install"),
        (spec("3.13", state="latest", asset=NOW), installed(NOW), "nothing"),
        (spec("3.13", state="latest", asset=REBUILT), installed(NOW), "install"),
        (spec("3.13", state="latest", asset=NEXT), installed(REBUILT), "install"),
        (spec("3.13", state="latest", asset=OLD), installed(NOW), "nothing"),
        (spec("3.13", state="latest", asset=NOW), installed(REBUILT), "nothing"),
        # a name with version and release has no newer answer
        (spec("3.13.5+20250611", state="latest"), installed(NOW), "nothing"),
        (spec("3.13.4+20250604", state="latest"), installed(NOW, OLD), "switch"),
        (spec("3.13.4+20250604", state="latest"), installed(NOW), "install"),
        # an asset alone is meant to the letter, backwards too
        (spec(asset=OLD), installed(NOW), "install"),
        (spec(asset=NOW), installed(NOW), "nothing"),
        # what the store has need not be fetched
        (spec("3.13.4+20250604"), installed(NOW, OLD), "switch"),
        (spec(asset=OLD), installed(NOW, OLD), "switch"),
        (spec("3.13.4"), installed(NOW, OLD), "install"),
        (spec("3.13.4", asset=OLD), installed(NOW, OLD), "switch"),
        (spec("3.13.4+20250604", owner="app"), installed(NOW, OLD), "install"),
        # content
        (spec("3.13"), installed(NOW, suspicious="./lib/os.py"), "inspect"),
        (spec("3.13", verify="full"), installed(NOW), "inspect"),
        (spec("3.13", verify="none"), installed(NOW, suspicious="./lib/os.py"), "nothing"),
        (spec("3.13.4"), installed(NOW, suspicious="./lib/os.py"), "install"),
        # an interrupted run, a damaged build
        (spec("3.13"), UNRECORDED, "record"),
        (spec("3.13"), LITTERED, "tidy"),
        (spec("3.13.6"), LITTERED, "install"),
        (spec("3.13"), HISTORY_OF_WHAT_IS_GONE, "record"),
        (spec("3.13"), State("link", PathHistory(PATH), "…", NOW["name"]), "install"),
        (spec("3.13", keep=2), installed(NOW), "record"),
        # the provisional state
        (spec("3.13"), with_fallback(installed(NOW, OLD), OLD), "nothing"),
        (spec("3.13", provisional=True), with_fallback(installed(NOW, OLD), OLD), "nothing"),
        (spec("3.13", provisional=True), installed(NOW, OLD), "nothing"),
        (spec("3.13"), with_fallback(installed(OLD, NOW), OLD), "record"),  # killed after it was left
        (spec("3.13"), with_fallback(installed(NOW), OLD), "record"),  # what was before it is gone
        (spec(asset=OLD), with_fallback(installed(NOW, OLD), OLD), "switch"),
        # absent
        (spec(state="absent"), EMPTY, "nothing"),
        (spec(state="absent"), State("absent", PathHistory(PATH), has_litter=True), "tidy"),
        (spec(state="absent"), installed(NOW), "remove"),
        (spec(state="absent"), State("absent", PathHistory(PATH, 1, (HistoryEntry("gone", "2026"),))), "remove"),
        (spec(state="absent"), State("absent", PathHistory(PATH), stored={"left": receipt(OLD)}), "remove"),
        (
            spec(state="absent"),
            State("absent", PathHistory(PATH), stored={"left": receipt(OLD)}, running={"left": (42,)}),
            "nothing",
        ),
        # a directory unpacked by hand
        (spec("3.13", adopt=True), State("directory", PathHistory(PATH)), "adopt"),
    ],
)  # fmt: skip
def test_the_step(asked: InstallSpec, there: State, expected: str) -> None:
    assert plan(asked, there).step == expected


def test_surplus_is_pruned_when_nothing_runs_it() -> None:
    there = installed(NEXT, NOW, OLD)
    assert plan(spec("3.13"), there) == Plan("nothing", prune=(OLD["name"],))
    assert plan(spec("3.13", keep=0), there).prune == (OLD["name"], NOW["name"])
    assert plan(spec("3.13", keep=2), there).prune == ()
    running = there._replace(running={OLD["name"]: (42,)})
    assert plan(spec("3.13"), running) == Plan("nothing")


def test_a_build_that_is_gone_takes_the_place_of_none_that_is_kept() -> None:
    there = installed(NEXT, NOW, OLD)
    gone = there._replace(stored={name: one for name, one in there.stored.items() if name != NOW["name"]})
    assert plan(spec("3.13"), gone).prune == ()
    assert plan(spec("3.13", keep=0), gone).prune == (OLD["name"],)


@pytest.mark.parametrize(
    ("asked", "there", "message"),
    [
        (
            spec("3.13"),
            State("link", PathHistory(PATH), link_target="/usr/bin/python3"),
            "There is already something at /opt/python/3.13: a symbolic link to /usr/bin/python3, which is not a build "
            "in the store /opt/python/.builds. Remove it, choose another path, or name the store that it was made "
            "with.",
        ),
        (
            spec("3.13"),
            State("directory", PathHistory(PATH)),
            "There is already something at /opt/python/3.13: a directory that this collection did not make. Choose "
            "another path, move it away, or, if it is the same build, unpacked by hand, take it over with "
            "standalone.python.build and `adopt: true`.",
        ),
        (
            spec("3.13"),
            State("file", PathHistory(PATH)),
            "There is already something at /opt/python/3.13: a file that this collection did not make. Move it away or "
            "choose another path.",
        ),
        (
            spec(state="absent"),
            State("directory", PathHistory(PATH)),
            "There is already something at /opt/python/3.13: a directory that this collection did not make. Move it "
            "away or choose another path.",
        ),
        (
            spec("3.13", adopt=True),
            State("other", PathHistory(PATH)),
            "There is already something at /opt/python/3.13: something that is neither file nor link that this "
            "collection did not make. Move it away or choose another path.",
        ),
    ],
)
def test_what_is_not_ours_is_refused(asked: InstallSpec, there: State, message: str) -> None:
    with pytest.raises(StoreError) as caught:
        plan(asked, there)
    assert str(caught.value) == message


@pytest.mark.parametrize("newest", ["20250807", "20250723"])
def test_of_releases_with_the_same_bytes_latest_takes_the_newest(newest: str) -> None:
    """Each of them is in the store, and comes first there."""
    twins = [{**asset("3.13.5", release), "sha256": OLD["sha256"]} for release in ("20250723", "20250807")]
    offered = next(twin for twin in twins if twin["release"] == newest)
    assert plan(spec("3.13", state="latest", asset=offered), installed(OLD, *twins)).entry == offered["name"]
    after = plan(spec("3.13", state="latest", asset=offered), installed(offered, OLD, *twins))
    assert (after.step, after.entry) == ("nothing", None)


def test_flavors_of_the_same_bytes_are_different_builds() -> None:
    plain = {**NOW, "name": NOW["name"].replace("_stripped", ""), "flavor": "install_only"}
    asked = spec("3.13.5", flavor="install_only_stripped", asset=NOW)
    assert plan(asked, installed(OLD, plain, NOW)).entry == NOW["name"]
