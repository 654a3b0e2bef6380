# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task reports, from what was decided and seen; nothing is on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._install.plan import (
    ADOPT,
    INSPECT,
    INSTALL,
    NOTHING,
    RECORD,
    REMOVE,
    SWITCH,
    Plan,
)
from ansible_collections.standalone.python.plugins.module_utils._install.report import (
    PARTS,
    Outcome,
    Timings,
    outcome_of,
    report,
)
from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec
from ansible_collections.standalone.python.plugins.module_utils._store.history import HistoryEntry, PathHistory
from ansible_collections.standalone.python.plugins.module_utils._store.manifest import Drift
from ansible_collections.standalone.python.plugins.module_utils._store.state import State
from tests.support.install_specs import spec
from tests.support.receipts import asset, receipt

PATH = "/opt/python/3.13"
OLD, NOW, NEW = asset("3.13.4", "20250604"), asset("3.13.5", "20250723"), asset("3.13.6", "20250807")
OLD_NAME, NOW_NAME, NEW_NAME = OLD.build.name, NOW.build.name, NEW.build.name
EMPTY = State("absent", PathHistory(PATH))


def installed(*assets: Asset, **more: Any) -> State:
    """The path names the first of the builds, and used the others before, which are still stored."""
    stored = {one.build.name: receipt(of=one) for one in assets}
    names = list(stored)
    root = PathHistory(PATH, 1, tuple(HistoryEntry(name, "2026-01-01T00:00:00Z") for name in names))
    return State("link", root, f".builds/{names[0]}", names[0], stored[names[0]], stored=stored, **more)


def asked(of: Asset | None = None, **params: Any) -> InstallSpec:
    return spec(Path(PATH), asset=of.as_dict() if of else None, **params)


NAMED = asked(name="3.13")
ABSENT = asked(state="absent")
DRIFT = Drift(changed=("lib/python3.13/os.py",))


@pytest.mark.parametrize(
    ("plan", "spec", "state", "drift", "expected"),
    [
        (Plan(NOTHING), ABSENT, EMPTY, None, Outcome(False, None)),
        (Plan(NOTHING), NAMED, installed(NOW), None, Outcome(False, NOW.build, NOW_NAME, receipt(of=NOW))),
        (
            Plan(NOTHING, prune=(OLD_NAME,)), NAMED, installed(NOW, OLD), None,
            Outcome(True, NOW.build, NOW_NAME, receipt(of=NOW), pruned=(OLD_NAME,)),
        ),
        (Plan(RECORD), NAMED, installed(NOW), None, Outcome(False, NOW.build, NOW_NAME, receipt(of=NOW))),
        (Plan(INSPECT), NAMED, installed(NOW), Drift(), Outcome(False, NOW.build, NOW_NAME, receipt(of=NOW))),
        (Plan(INSTALL), asked(NOW), EMPTY, None, Outcome(True, NOW.build)),
        (Plan(ADOPT), asked(NOW), State("directory", PathHistory(PATH)), None, Outcome(True, NOW.build)),
        (Plan(INSTALL, prune=("x",)), asked(NEW), installed(NOW, OLD), None, Outcome(True, NEW.build, pruned=("x",))),
        (
            Plan(SWITCH, OLD_NAME), asked(OLD), installed(NOW, OLD), None,
            Outcome(True, OLD.build, OLD_NAME, receipt(of=OLD)),
        ),
        (Plan(REMOVE, prune=(NOW_NAME,)), ABSENT, installed(NOW), None, Outcome(True, None, pruned=(NOW_NAME,))),
        # a repair puts the same build in place, makes the drifted one surplus, and keeps what was kept
        (
            Plan(INSPECT), NAMED, installed(NOW, OLD), DRIFT,
            Outcome(True, NOW.build, drift=DRIFT, pruned=(NOW_NAME,)),
        ),
        (
            Plan(INSPECT), asked(NOW), installed(NOW), DRIFT,
            Outcome(True, NOW.build, drift=DRIFT, pruned=(NOW_NAME,)),
        ),
        # and never an older one, which an index without the newest may offer
        (
            Plan(INSPECT), asked(OLD, name="3.13", state="latest"), installed(NOW), DRIFT,
            Outcome(True, NOW.build, drift=DRIFT, pruned=(NOW_NAME,)),
        ),
    ],
)  # fmt: skip
def test_what_a_plan_comes_to(
    plan: Plan, spec: InstallSpec, state: State, drift: Drift | None, expected: Outcome
) -> None:
    assert outcome_of(plan, spec, state, drift) == expected


class TestReport:
    def test_an_upgrade(self) -> None:
        outcome = Outcome(True, NEW.build, NEW_NAME, receipt(of=NEW), pruned=(OLD_NAME,))
        state = installed(NOW, OLD, running={NOW_NAME: (7, 42), OLD_NAME: (8,), "of-another-path": (9,)})
        assert report(outcome, asked(NEW, owner="app"), state) == {
            "changed": True,
            "build": NEW.build.as_dict(),
            "previous": NOW.build.as_dict(),
            "path": PATH,
            "executable": f"{PATH}/bin/python3.13",
            "executables": [f"{PATH}/bin/python3.13"],
            "store": "/opt/python/.builds",
            "components": {},
            "health": None,
            "drift": {"changed": [], "missing": [], "added": []},
            "pruned": [OLD_NAME],
            "in_use": [{"build": OLD_NAME, "pids": [8]}, {"build": NOW_NAME, "pids": [7, 42]}],
            "diff": {
                "before_header": PATH,
                "after_header": PATH,
                "before": {
                    "path": PATH, "build": NOW_NAME, "owner": None, "group": None, "externally_managed": True,
                    "also in the store": [OLD_NAME],
                },
                "after": {
                    "path": PATH, "build": NEW_NAME, "owner": None, "group": None, "externally_managed": True,
                },
            },
            "timings": dict.fromkeys(PARTS, 0.0),
        }  # fmt: skip

    def test_a_first_installation_foreseen(self) -> None:
        said = report(Outcome(True, NOW.build), asked(NOW, owner="app", externally_managed=False), EMPTY)
        assert said["previous"] is None
        assert said["executables"] == [f"{PATH}/bin/{name}" for name in ("python", "python3", "python3.13")]
        assert said["diff"]["before"] == {"path": PATH, "build": None}
        assert said["diff"]["after"] == {
            "path": PATH, "build": NOW_NAME, "owner": "app", "group": None, "externally_managed": False,
        }  # fmt: skip

    def test_other_settings_for_the_same_build_show_in_the_diff(self) -> None:
        said = report(Outcome(True, NOW.build), asked(NOW, group="web"), installed(NOW))
        assert said["previous"] is None
        assert (said["diff"]["before"]["group"], said["diff"]["after"]["group"]) == (None, "web")

    def test_a_repair(self) -> None:
        said = report(Outcome(True, NOW.build, f"{NOW_NAME}.2", receipt(of=NOW), DRIFT), asked(NOW), installed(NOW))
        assert said["drift"] == said["diff"]["before"]["drift"] == DRIFT.as_dict()
        assert said["diff"]["after"]["drift"] == Drift().as_dict()

    def test_nothing_to_do(self) -> None:
        said = report(
            Outcome(False, NOW.build, NOW_NAME, receipt(of=NOW)), NAMED, installed(NOW, running={NOW_NAME: (7,)})
        )
        assert (said["changed"], said["previous"], said["in_use"]) == (False, None, [])
        assert said["diff"]["before"] == said["diff"]["after"]

    def test_a_removal(self) -> None:
        said = report(Outcome(True, None, pruned=(OLD_NAME,)), ABSENT, installed(NOW, OLD, running={NOW_NAME: (7,)}))
        assert (said["build"], said["executable"], said["executables"]) == (None, None, [])
        assert said["previous"] == NOW.build.as_dict()
        assert said["in_use"] == [{"build": NOW_NAME, "pids": [7]}]
        assert said["diff"]["after"] == {"path": PATH, "build": None}

    @pytest.mark.parametrize(
        ("of", "interpreter"),
        [
            (NOW, "python3.13"),
            (asset("3.14.0", "20251010", flavor="full", options="freethreaded+pgo+lto"), "python3.14t"),
            (asset("3.14.0", "20251010", flavor="full", options="debug"), "python3.14d"),
            (asset("3.14.0", "20251010", flavor="full", options="freethreaded+debug"), "python3.14td"),
        ],
    )
    def test_the_interpreter_is_the_real_file(self, of: Asset, interpreter: str) -> None:
        said = report(Outcome(True, of.build), asked(of), EMPTY)
        assert said["executable"] == f"{PATH}/bin/{interpreter}"
        assert said["executable"] in said["executables"]

    def test_measured_times_are_reported(self) -> None:
        timings = Timings()
        with pytest.raises(KeyError), timings.measure("extract_s"):
            raise KeyError
        said = report(Outcome(False, None), ABSENT, EMPTY, timings)["timings"]
        assert list(said) == list(PARTS)
        assert 0 <= said["extract_s"] < 1
