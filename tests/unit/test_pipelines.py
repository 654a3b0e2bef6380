# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The project for pipelines, and all files for GitLab, GitHub and Renovate, by the schemas of these."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible", reason="values are converted as Ansible converts them")

import yaml

from ansible_collections.standalone.python.plugins.plugin_utils._playbook.spec import Setting, playbooks, spec_of
from ansible_collections.standalone.python.plugins.plugin_utils._playbook.values import fault_in

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = REPOSITORY / "docs" / "pipelines.md"
PROJECT = REPOSITORY / "docs" / "project"
GITHUB = REPOSITORY / ".github"
# The file or files that each schema which check-jsonschema brings is for.
SCHEMAS: dict[str, list[Path]] = {
    "gitlab-ci": [PROJECT / "gitlab-ci.yml"],
    "github-workflows": [PROJECT / "github-workflow.yml", *sorted(GITHUB.glob("workflows/*.yml"))],
    "dependabot": [GITHUB / "dependabot.yml"],
    "github-issue-config": [GITHUB / "ISSUE_TEMPLATE" / "config.yml"],
    "github-issue-forms": [file for file in sorted(GITHUB.glob("ISSUE_TEMPLATE/*.yml")) if file.stem != "config"],
}


def said_by_schema(schema: str, *files: Path) -> str:
    """What check-jsonschema finds wrong; empty for files that are right. In this process, to import it once."""
    tool = pytest.importorskip("check_jsonschema", reason="check-jsonschema is not installed, which has the schemas")
    from click.testing import CliRunner

    # GitLab has a YAML tag: !reference.
    transform = ["--data-transform=gitlab-ci"] if schema == "gitlab-ci" else []
    command = ["--builtin-schema", f"vendor.{schema}", *transform, *map(str, files)]
    done = CliRunner().invoke(tool.main, command)
    assert done.exit_code in (0, 1), done.output
    return "" if done.exit_code == 0 else done.output


@pytest.mark.parametrize("schema", SCHEMAS)
def test_files_are_as_their_schemas_want_them(tmp_path: Path, schema: str) -> None:
    files = SCHEMAS[schema]
    assert files
    assert said_by_schema(schema, *files) == ""
    damaged = tmp_path / "damaged.yml"
    damaged.write_text("default: 1\njobs: 1\nbody: 1\nversion: 1\nblank_issues_enabled: 1\n")
    assert said_by_schema(schema, damaged) != ""


def test_the_workflow_for_users_runs() -> None:
    """The session `actionlint` checks those of this repository."""
    program = shutil.which("actionlint", path=f"{Path(sys.executable).parent}:{os.defpath}")
    if not program:
        pytest.skip("actionlint is not installed")
    done = subprocess.run([program, PROJECT / "github-workflow.yml"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_recipe_for_renovate_is_as_its_schema_wants_it(tmp_path: Path) -> None:
    (recipe,) = re.findall(r"^```json\n(.+?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    file = tmp_path / "renovate.json"
    file.write_text(recipe)
    assert said_by_schema("renovate", file) == ""


def test_the_settings_of_the_project_are_right() -> None:
    settings: dict[str, Setting] = {name: one for book in playbooks() for name, one in spec_of(book).settings.items()}
    given: dict[str, Any] = yaml.safe_load((PROJECT / "inventory" / "group_vars" / "all.yml").read_text())
    commented = re.findall(r"^# +(\w+): ", (PROJECT / "inventory" / "group_vars" / "all.yml").read_text(), re.MULTILINE)
    ours = re.compile(r"(audit|interpreter|lock|rollback|upgrade)_")
    assert [name for name in (*given, *commented) if ours.match(name) and name not in settings] == []
    faults = {name: fault_in(settings[name], value) for name, value in given.items() if name in settings}
    assert {name: fault for name, fault in faults.items() if fault and "{{" not in str(given[name])} == {}


def test_the_page_lists_the_variables_of_the_request() -> None:
    read = {*re.findall(r"\brequest_[a-z]+\b", (PROJECT / "lock.yml").read_text())}
    listed = {*re.findall(r"`(request_[a-z]+)`", PAGE.read_text())}
    assert read == listed
    variables = {
        *re.findall(r"\b(?:REQUEST|BALANCER)_[A-Z_]+\b", "".join(f.read_text() for f in PROJECT.rglob("*.yml")))
    }
    assert {name for name in variables if f"`{name}`" not in PAGE.read_text()} == set()


def test_the_project_uses_no_meta_tasks() -> None:
    """So that it needs nothing that a strategy or a runner may treat in its own way."""
    files = [file.name for file in PROJECT.rglob("*.yml") if "ansible.builtin.meta" in file.read_text()]
    assert files == []
