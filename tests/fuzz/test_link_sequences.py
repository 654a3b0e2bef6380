# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any links and profiles of the role one after the other on one host, and what people do to them between runs.

To look changes nothing, what was missing is there after the module has made it, and nothing of somebody else goes.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

pytest.importorskip("ansible", reason="links are decided on the controller")

from ansible_collections.standalone.python.plugins.module_utils._links import links
from ansible_collections.standalone.python.plugins.plugin_utils._links.options import (
    LINKED_BUILD_ARGUMENTS,
    LINKS_INFO_ARGUMENTS,
)
from ansible_collections.standalone.python.plugins.plugin_utils._links.spec import saved_name
from ansible_collections.standalone.python.plugins.plugin_utils._links.task import LinksTask
from tests.support.action_host import Host
from tests.support.fuzzing import costly
from tests.support.host_view import contents

VERSIONS = ("3.12", "3.13", "3.13t")
OURS = {name: argument.get("default") for name, argument in LINKS_INFO_ARGUMENTS.items()}
OF_A_BUILD = {name: argument.get("default") for name, argument in LINKED_BUILD_ARGUMENTS.items()}
OF_LINKS = {name: argument.get("default") for name, argument in links.LINKS_ARGUMENTS.items()}
DIRECTORIES = ("link_dir", "man_dir", "profile_dir", "csh_dir", "fish_dir", "environment_dir", "systemd_dir")
CONTROLLER: Any = SimpleNamespace(has_module=lambda _name: True, is_delegated=True)


class LinkSequence(RuleBasedStateMachine):
    """Three builds, which are there or not, and directories that nobody else uses."""

    def __init__(self) -> None:
        super().__init__()
        self.top = Path(tempfile.mkdtemp(prefix="link-sequence-"))
        self.host = Host(str(self.top))
        self.foreign: dict[Path, str] = {}  # what somebody else has made -> its content or target

    def teardown(self) -> None:
        shutil.rmtree(self.top)

    @rule(
        present=st.sets(st.sampled_from(VERSIONS)),
        default=st.sampled_from([None, *VERSIONS]),
        alternatives=st.sampled_from(["links", "none"]),
        profile=st.booleans(),
        environment_d=st.booleans(),
        systemd_units=st.sampled_from([[], ["a.service"], ["a.service", "b@.service"]]),
        allow_system=st.booleans(),
        release=st.sampled_from(["20250101", "20260301"]),
    )
    def run_the_role(self, present: set[str], default: str | None, release: str, **options: Any) -> None:
        builds = [self._build(version, release, version in present, version == default) for version in VERSIONS]
        places = {name: str(self.top / name) for name in DIRECTORIES}
        params = {**OURS, "builds": builds, **places, **options}
        before = contents(self.top)
        found = self._looked(params)
        assert contents(self.top) == before, "to look changed something"
        if found.get("failed"):
            note(found["msg"])
            return
        wanted = {
            "directories": found["missing_directories"],
            "links": [*found["default_links"], *found["links"]],
            "files": found["profiles"],
            "absent": [*found["default_unlink"], *found["unlink"], *found["surplus_profiles"]],
        }
        foretold = links.run({**OF_LINKS, **wanted}, check_mode=True)
        assert contents(self.top) == before, "check mode changed something"
        done = links.run({**OF_LINKS, **wanted}, check_mode=False)
        note(f"{done['paths']}")
        assert foretold == done
        again = self._looked(params)
        assert {key: again[key] for key in ("default_links", "default_unlink", *_CHANGES) if again[key]} == {}
        self._require_foreign()

    def _build(self, version: str, release: str, is_present: bool, is_default: bool) -> dict[str, Any]:
        path = self.top / "opt" / version
        minor = version.rstrip("t")
        programs = [f"bin/python{version}", f"bin/pip{version}", f"bin/pip{minor}", f"libexec/python{version}"]
        shutil.rmtree(path, ignore_errors=True)
        if not is_present:
            return {**OF_A_BUILD, "path": str(path)}
        for program in programs if release > "2026" else programs[:-1]:
            (path / program).parent.mkdir(parents=True, exist_ok=True)
            (path / program).touch(mode=0o755)
        names = [f"{path}/{program}" for program in programs if program.startswith("bin/")]
        given = {"path": str(path), "executable": names[0], "executables": names, "release": release}
        return {**OF_A_BUILD, **given, "is_default": is_default}

    def _looked(self, params: dict[str, Any]) -> dict[str, Any]:
        return LinksTask.from_params(params, CONTROLLER, self.host).run()

    def _require_foreign(self) -> None:
        """It is there, or saved beside what replaced it as the default."""
        for path, content in self.foreign.items():
            saved = path.with_name(saved_name(path.name))
            here = saved if saved.is_symlink() else path
            assert (str(here.readlink()) if here.is_symlink() else here.read_text()) == content, path

    # --- what people do ---------------------------------------------------------------------------------------------

    @rule(which=st.integers(0, 30), deed=st.sampled_from(["lose", "empty", "elsewhere"]))
    def change_one_of_ours(self, which: int, deed: str) -> None:
        made = [one for name in DIRECTORIES for one in sorted((self.top / name).rglob("*")) if not one.is_dir()]
        mine = [one for one in made if one not in self.foreign and "before-standalone" not in one.name]
        if not mine:
            return
        file = mine[which % len(mine)]
        note(f"{deed} {file.relative_to(self.top)}")
        if deed == "empty" and not file.is_symlink():
            file.write_text("")
        elif deed == "lose":
            file.unlink()
        elif deed == "elsewhere" and file.is_symlink():
            file.unlink()
            file.symlink_to(f"{self.top}/opt/3.12/bin/nothing")

    @rule(
        name=st.sampled_from(["python3", "python", "python3.13", "pip3.12", "README"]),
        kind=st.sampled_from(["file", "link"]),
    )
    def make_a_foreign_one(self, name: str, kind: str) -> None:
        path = self.top / "link_dir" / name
        if path.is_symlink() or path.exists():
            return
        path.parent.mkdir(exist_ok=True)
        self.foreign[path] = "/usr/bin/env" if kind == "link" else "of somebody else\n"
        if kind == "link":
            path.symlink_to(self.foreign[path])
        else:
            path.write_text(self.foreign[path])

    @rule()
    def remove_the_foreign_ones(self) -> None:
        for path in self.foreign:
            if path.is_symlink() or path.exists():
                path.unlink()
        self.foreign.clear()


_CHANGES = ("links", "profiles", "unlink", "surplus_profiles")

LinkSequence.TestCase.settings = settings(costly(30), stateful_step_count=30, phases=[Phase.reuse, Phase.generate])
TestLinkSequence = LinkSequence.TestCase
