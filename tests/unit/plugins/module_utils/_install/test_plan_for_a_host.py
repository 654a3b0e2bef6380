# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is installed has to run on the host: which builds serve a path, and which are kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._argspec import BUILD_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._install.plan import Plan, plan
from ansible_collections.standalone.python.plugins.module_utils._install.report import outcome_of, report
from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec
from ansible_collections.standalone.python.plugins.module_utils._platform.host import HostPlatform
from ansible_collections.standalone.python.plugins.module_utils._store.history import HistoryEntry, PathHistory
from ansible_collections.standalone.python.plugins.module_utils._store.state import State
from tests.support.receipts import asset, receipt

PATH = "/opt/python/3.13"
DEBIAN = HostPlatform("linux", "x86_64", 64, "gnu", (2, 36), 2, "12")
OLD_GLIBC = replace(DEBIAN, libc_version=(2, 12))
ALPINE = HostPlatform("linux", "x86_64", 64, "musl", (1, 2), 2, "3.20")
THIRTY_TWO = HostPlatform("linux", "i686", 32, "gnu", (2, 36), None, "12")
MAC = HostPlatform("darwin", "aarch64", 64, None, None, None, "14.5")
UNKNOWN_LIBC = replace(DEBIAN, libc=None, libc_version=None)

NATIVE, NEWER = asset("3.13.5"), asset("3.13.6", "20250807")
FOREIGN = asset("3.13.5", target="aarch64-unknown-linux-gnu")
NEWER_FOREIGN = asset("3.13.6", "20250807", target="aarch64-unknown-linux-gnu")
MUSL = asset("3.13.5", target="x86_64-unknown-linux-musl")
STATIC = asset("3.13.1", "20250106", target="x86_64-unknown-linux-musl")
LEVEL_2 = asset("3.13.5", target="x86_64_v2-unknown-linux-gnu")
LEVEL_4 = asset("3.13.5", target="x86_64_v4-unknown-linux-gnu")
OF_MAC = asset("3.13.5", target="x86_64-apple-darwin")
OF_WINDOWS = asset("3.13.5", target="x86_64-pc-windows-msvc")


def spec(
    name: str | None = "3.13", of: Asset | None = None, on: HostPlatform | None = DEBIAN, **params: Any
) -> InstallSpec:
    defaults = {option: spec.get("default") for option, spec in BUILD_ARGUMENTS.items()}
    content = of.as_dict() if of else None
    return InstallSpec.from_params({**defaults, "path": PATH, "name": name, "asset": content, **params})._replace(
        platform=on
    )


def there(*assets: Asset, keep: int = 1) -> State:
    stored = {one.build.name: receipt(PATH, one) for one in assets}
    names = list(stored)
    root = PathHistory(PATH, keep, tuple(HistoryEntry(name, "2026-01-01T00:00:00Z") for name in names))
    return State("link", root, "…", names[0], stored[names[0]], None, stored)


@pytest.mark.parametrize(
    ("platform", "installed"),
    [
        (DEBIAN, FOREIGN),
        (DEBIAN, MUSL),
        (DEBIAN, LEVEL_4),
        (DEBIAN, OF_MAC),
        (DEBIAN, OF_WINDOWS),
        (DEBIAN, asset("3.13.5", target="i686-unknown-linux-gnu")),
        (DEBIAN, asset("3.13.5", target="armv7-unknown-linux-gnueabihf")),
        (OLD_GLIBC, NATIVE),
        (ALPINE, NATIVE),
        (THIRTY_TWO, NATIVE),
        (MAC, NATIVE),
    ],
)
@pytest.mark.parametrize("verify", ["quick", "full", "none"])
def test_a_build_that_the_host_cannot_run_does_not_serve(platform: HostPlatform, installed: Asset, verify: str) -> None:
    for asked in (
        spec(on=platform, cpu_level="auto", verify=verify),
        spec(on=platform, cpu_level="auto", verify=verify, state="latest", of=installed),
        spec("latest", on=platform, cpu_level="auto", verify=verify),
        spec(f"{installed.build.version}+{installed.build.release}", on=platform, cpu_level="auto", verify=verify),
    ):
        assert plan(asked, there(installed)).step == "install"
    # without a platform, as for an image without a shell, nothing is held against it
    assert plan(spec(on=None, cpu_level="auto", verify="none"), there(installed)).step == "nothing"


@pytest.mark.parametrize(
    ("platform", "installed"),
    [
        (DEBIAN, NATIVE),
        (DEBIAN, LEVEL_2),
        (DEBIAN, STATIC),
        (OLD_GLIBC, STATIC),
        (UNKNOWN_LIBC, NATIVE),
        (UNKNOWN_LIBC, MUSL),
        (ALPINE, MUSL),
        (replace(DEBIAN, cpu_level=None), LEVEL_4),
        (MAC, OF_MAC),  # with Rosetta, as for a download
    ],
)
def test_a_build_that_the_host_may_run_serves(platform: HostPlatform, installed: Asset) -> None:
    assert plan(spec(on=platform, cpu_level="auto"), there(installed)).step == "nothing"


@pytest.mark.parametrize(
    "asked",
    [
        spec(target=FOREIGN.build.target),
        spec(FOREIGN.build.name),
        spec(FOREIGN.build.name, state="latest"),
        spec(None, of=FOREIGN),
    ],
)
def test_with_a_target_the_word_of_the_task_counts(asked: InstallSpec) -> None:
    assert plan(asked, there(FOREIGN)).step == "nothing"


def test_latest_leaves_a_build_of_another_machine_even_for_an_older_one() -> None:
    assert plan(spec(state="latest", of=NATIVE), there(NEWER_FOREIGN)).step == "install"


@pytest.mark.parametrize(
    ("asked", "state", "step"),
    [
        (spec("3.13.5+20250723"), there(NEWER, FOREIGN), "install"),
        (spec("3.13.5+20250723"), there(NEWER, FOREIGN, NATIVE), "switch"),
        (spec("3.13.5+20250723", cpu_level="v4"), there(NEWER, LEVEL_4), "install"),
        (spec(FOREIGN.build.name), there(NEWER, FOREIGN), "install"),
        (spec(target=FOREIGN.build.target, of=FOREIGN), there(NEWER, FOREIGN), "install"),
        (spec("3.13.5+20250723"), there(NEWER_FOREIGN, NATIVE), "switch"),
    ],
)
def test_no_path_is_switched_to_a_build_that_the_host_cannot_run(asked: InstallSpec, state: State, step: str) -> None:
    decided = plan(asked, state)
    assert decided.step == step
    assert decided.entry in (None, NATIVE.build.name)


def test_what_cannot_run_is_no_build_to_go_back_to() -> None:
    state = there(FOREIGN, NEWER_FOREIGN, NATIVE, keep=3)
    foreign = tuple(sorted((FOREIGN.build.name, NEWER_FOREIGN.build.name)))
    assert plan(spec(of=NEWER, keep=3), state) == Plan("install", prune=foreign)
    assert plan(spec(of=NEWER, keep=3, provisional=True), state).prune == foreign
    assert plan(spec(of=NEWER, keep=3), state._replace(running={FOREIGN.build.name: (42,)})).prune == foreign[1:]
    # as long as the path keeps what it has, nothing goes
    assert plan(spec(keep=3, target=FOREIGN.build.target), state) == Plan("nothing")


def test_the_diff_says_why_a_build_is_replaced() -> None:
    asked = spec(of=NATIVE)
    result = report(outcome_of(plan(asked, there(FOREIGN)), asked, there(FOREIGN)), asked, there(FOREIGN))
    assert (result["changed"], result["previous"]["name"]) == (True, FOREIGN.build.name)
    assert result["diff"]["before"]["does not run here"] == (
        f"{FOREIGN.build.name} needs Linux with 64-bit aarch64 programs, but this host is Linux with 64-bit x86_64 "
        "programs."
    )
    assert "does not run here" not in result["diff"]["after"]


def test_the_diff_of_what_stays_or_goes_says_nothing_of_it() -> None:
    for asked in (spec(target=FOREIGN.build.target), spec(None, state="absent")):
        result = report(outcome_of(plan(asked, there(FOREIGN)), asked, there(FOREIGN)), asked, there(FOREIGN))
        assert "does not run here" not in result["diff"]["before"]
