# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which builds may replace one of another minor version, free-threading or implementation."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._argspec import BUILD_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._install.plan import plan
from ansible_collections.standalone.python.plugins.module_utils._install.series import present_series
from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec
from ansible_collections.standalone.python.plugins.module_utils._store.history import HistoryEntry, PathHistory
from ansible_collections.standalone.python.plugins.module_utils._store.receipt import Receipt
from ansible_collections.standalone.python.plugins.module_utils._store.state import State, series_of_programs
from tests.support.receipts import asset, receipt

PATH = "/opt/python/3.12"
PRESENT, NEXT_MINOR = asset("3.12.11"), asset("3.13.5")
PATCH = asset("3.12.12", "20250807")
FREE_THREADED, DEBUG = asset("3.12.11", options="freethreaded"), asset("3.12.11", options="debug", flavor="full")
OF_NEXT_MINOR = asset("3.13.5", options="freethreaded")


def spec(name: str | None = None, of: Asset | None = None, **params: Any) -> InstallSpec:
    defaults = {option: spec.get("default") for option, spec in BUILD_ARGUMENTS.items()}
    content = of.as_dict() if of else None
    return InstallSpec.from_params({**defaults, "path": PATH, "name": name, "asset": content, **params})


def there(*assets: Asset, entry: str | None = None) -> State:
    """The path has the first of the builds, and used the others before. `entry` is another name for the first."""
    names = [entry or assets[0].build.name, *(one.build.name for one in assets[1:])]
    stored = {name: receipt(PATH, one) for name, one in zip(names, assets)}
    root = PathHistory(PATH, 1, tuple(HistoryEntry(name, "2026-01-01T00:00:00Z") for name in names))
    return State("link", root, "…", names[0], stored[names[0]], None, stored)


def of_another_implementation(one: Asset) -> Receipt:
    return receipt(PATH, one._replace(build=one.build._replace(name="pypy-3.12-linux64")))


DAMAGED = there(PRESENT)._replace(receipt=None, stored={})
DAMAGED_SECOND_COPY = DAMAGED._replace(entry=f"{PRESENT.build.name}.2")
OF_AN_OLD_ERA = State("link", PathHistory(PATH), "…", "cpython-3.7.3-linux64-20190618T0516")
PYPY = there(PRESENT)._replace(receipt=of_another_implementation(PRESENT))


@pytest.mark.parametrize(
    ("asked", "state"),
    [
        (spec("3.13"), there(PRESENT)),
        (spec("3.13", state="latest"), there(PRESENT)),
        (spec("3.13.5"), there(PRESENT)),
        (spec("3.13.5+20250723"), there(PRESENT)),
        (spec("~=3.13.1"), there(PRESENT)),
        (spec(">=3.13.1,<3.14"), there(PRESENT)),
        (spec("3.11"), there(PRESENT)),
        (spec("3.13", of=NEXT_MINOR), there(PRESENT)),
        (spec(of=NEXT_MINOR), there(PRESENT)),
        (spec(NEXT_MINOR.build.name), there(PRESENT)),
        # what a lock or an archive makes of a name
        (spec("3.13")._replace(asset=NEXT_MINOR, request=None), there(PRESENT)),
        # free-threaded, debug
        (spec("3.12t"), there(PRESENT)),
        (spec("3.12d"), there(PRESENT)),
        (spec("3.12"), there(FREE_THREADED)),
        (spec("3.12"), there(DEBUG)),
        (spec("3.12td"), there(FREE_THREADED)),
        (spec("3.12t", state="latest"), there(PRESENT)),
        (spec(of=FREE_THREADED), there(PRESENT)),
        # a name that spans minor versions does not span these
        (spec("latest", state="latest", of=NEXT_MINOR), there(FREE_THREADED)),
        (spec(">=3.12", of=NEXT_MINOR), there(DEBUG)),
        (spec("latest")._replace(asset=OF_NEXT_MINOR, request=None), there(PRESENT)),
        (spec("3.12.12"), PYPY),
        # a build in the store that the path never had
        (
            spec("3.13.5+20250723"),
            there(PRESENT)._replace(stored={"x": receipt(PATH, PRESENT), "y": receipt(PATH, NEXT_MINOR)}),
        ),
        # a vague name is no way back
        (spec("3.13", of=NEXT_MINOR), there(PRESENT, NEXT_MINOR)),
        # damaged, or gone from the store
        (spec("3.13"), DAMAGED),
        (spec("3.13"), DAMAGED_SECOND_COPY),
        (spec("3.12t"), DAMAGED),
        (spec("3.8"), OF_AN_OLD_ERA),
    ],
)
def test_another_series_is_refused_before_anything_is_fetched(asked: InstallSpec, state: State) -> None:
    with pytest.raises(StoreError, match="allow_minor_change"):
        plan(asked, state)
    assert plan(asked._replace(allow_minor_change=True), state).step in ("install", "switch")


@pytest.mark.parametrize(
    ("asked", "state", "step"),
    [
        (spec("3.12"), there(PRESENT), "nothing"),
        (spec("3.12.12"), there(PRESENT), "install"),
        (spec("3.12", state="latest", of=PATCH), there(PRESENT), "install"),
        (spec("3.12"), DAMAGED, "install"),
        (spec("3.12"), DAMAGED_SECOND_COPY, "install"),
        (spec("3.7"), OF_AN_OLD_ERA, "install"),
        (spec(of=PATCH), there(PRESENT), "install"),
        # by the name itself
        (spec("latest", state="latest", of=NEXT_MINOR), there(PRESENT), "install"),
        (spec(">=3.13,<3.15", of=NEXT_MINOR), there(PRESENT), "install"),
        (spec("3", state="latest", of=NEXT_MINOR), there(PRESENT), "install"),
        (spec("latest")._replace(asset=NEXT_MINOR, request=None), there(PRESENT), "install"),
        # back to a build that the path had
        (spec("3.13.5+20250723"), there(PRESENT, NEXT_MINOR), "switch"),
        (spec(NEXT_MINOR.build.name), there(PRESENT, NEXT_MINOR), "switch"),
        (spec(of=FREE_THREADED), there(PRESENT, FREE_THREADED), "switch"),
        # nothing is there
        (spec("3.13"), State("absent", PathHistory(PATH)), "install"),
        (spec("3.13"), State("absent", PathHistory(PATH, 1, (HistoryEntry(PRESENT.build.name, "2026"),))), "install"),
        (spec("3.13"), DAMAGED._replace(entry="of-my-own"), "install"),
        (spec(state="absent"), there(PRESENT), "remove"),
    ],
)
def test_what_may_come_to_a_path(asked: InstallSpec, state: State, step: str) -> None:
    assert plan(asked, state).step == step


@pytest.mark.parametrize(
    ("asked", "state", "message"),
    [
        (
            spec("3.13"),
            there(PRESENT),
            "Cannot install Python 3.13 at /opt/python/3.12: Python 3.12 is installed there, and environments and "
            "extension modules made with it would stop working. Choose another path, such as /opt/python/3.13, or set "
            "`allow_minor_change: true`.",
        ),
        (
            spec("3.12"),
            there(FREE_THREADED),
            "Cannot install Python 3.12 at /opt/python/3.12: Python 3.12t is installed there, and environments and "
            "extension modules made with it would stop working. Choose another path, or set `allow_minor_change: "
            "true`.",
        ),
        (
            spec("3.13", adopt=True),
            State("directory", PathHistory(PATH), interpreters=("3.12",)),
            "Cannot adopt the directory /opt/python/3.12 as Python 3.13: it holds Python 3.12. Ask for the build that "
            "it holds, or move it away.",
        ),
    ],
)
def test_the_message_says_what_is_there_and_what_to_do(asked: InstallSpec, state: State, message: str) -> None:
    with pytest.raises(StoreError) as caught:
        plan(asked, state)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("asked", "interpreters"),
    [
        (spec("3.12", adopt=True), ("3.12",)),
        (spec("3.12t", adopt=True), ("3.12", "3.12t")),
        (spec("latest", adopt=True), ("3.12",)),
        (spec("3.12", adopt=True), ()),
    ],
)
def test_a_directory_that_may_be_the_build_is_compared_with_it(
    asked: InstallSpec, interpreters: tuple[str, ...]
) -> None:
    assert plan(asked, State("directory", PathHistory(PATH), interpreters=interpreters)).step == "adopt"


def test_the_series_at_a_path() -> None:
    assert [present_series(state) for state in (there(DEBUG), DAMAGED_SECOND_COPY, OF_AN_OLD_ERA, PYPY)] == [
        "3.12d", "3.12", "3.7", "pypy 3.12",
    ]  # fmt: skip
    assert present_series(State("absent", PathHistory(PATH))) is None


def test_the_series_of_programs() -> None:
    names = ["python3.13t", "python", "python3", "python3.13", "python3.13-config", "pip3.13", "python3.13t-config"]
    assert series_of_programs(names) == ("3.13", "3.13t")
