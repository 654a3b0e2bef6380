# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/semaphore.md: the survey variables of its templates, and its lines for cron."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

pytest.importorskip("ansible", reason="the specs of playbooks are read with what comes with Ansible")

from ansible_collections.standalone.python.plugins.plugin_utils._playbook.spec import spec_of
from tests.support.cron import Entry, entries_in

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = REPOSITORY / "docs" / "semaphore.md"
PROJECT = REPOSITORY / "docs" / "project"
ANSIBLE = '#!/bin/sh\nprintf "%s\\n" "$@" >>"$HOME/asked"\nprintf "a line\\n"\nexit "$(cat "$HOME/status")"\n'


def test_playbooks_read_the_survey_variables_of_the_templates() -> None:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.read_text().splitlines()]
    templates = [row for row in rows if len(row) == 4 and row[1].endswith(".yml`")]
    assert {row[1].strip("`") for row in templates} == {
        file.name for file in PROJECT.glob("*.yml") if "import_playbook" in file.read_text()
    }
    for _name, playbook, variables, arguments in templates:
        known = spec_of(playbook.strip("`").removesuffix(".yml")).settings
        assert [name for name in re.findall(r"`(\w+)`", variables) if name not in known] == []
        assert json.loads(arguments.strip("`") or "[]") in ([], ["--become"])


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """A clone of a project, after its lock was renewed there, and an ansible-playbook that notes its arguments."""
    remote, clone = tmp_path / "remote", tmp_path / "fleet"
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@localhost"]
    subprocess.run([*git, "init", "--quiet", "--initial-branch=main", str(remote)], check=True)
    subprocess.run([*git, "-C", str(remote), "commit", "--quiet", "--allow-empty", "--message=x"], check=True)
    subprocess.run([*git, "clone", "--quiet", str(remote), str(clone)], check=True)
    subprocess.run([*git, "-C", str(clone), "switch", "--quiet", "--create", "renew-the-python-lock"], check=True)
    program = tmp_path / "ansible-playbook"
    program.write_text(ANSIBLE)
    program.chmod(0o755)
    return tmp_path


def run(entry: Entry, fleet: Path, status: int) -> str:
    """What cron would mail."""
    (fleet / "status").write_text(str(status))
    paths = {"/srv/fleet": str(fleet / "fleet"), "/opt/ansible/bin": str(fleet)}
    done = entry.run(fleet, replaced=paths)
    return done.stdout + done.stderr


@pytest.mark.parametrize(("number", "playbook"), [(0, "audit.yml"), (1, "lock.yml")])
def test_the_lines_for_cron_run_with_its_environment(fleet: Path, number: int, playbook: str) -> None:
    entries = entries_in(PAGE, "controller")
    assert len(entries) == 2
    assert run(entries[number], fleet, status=0) == ""
    assert run(entries[number], fleet, status=2) == "a line\n"
    asked = (fleet / "asked").read_text().splitlines()
    assert asked[:3] == ["-i", "inventory", playbook]
    assert [word for word in asked if word.startswith("audit_dir=")] == [
        word for word in asked if re.fullmatch(r"audit_dir=audits/\d{4}-\d\d-\d\d", word)
    ]
    branch = subprocess.check_output(["git", "-C", str(fleet / "fleet"), "branch", "--show-current"], text=True)
    assert branch.strip() == ("main" if playbook == "lock.yml" else "renew-the-python-lock")


@pytest.mark.parametrize("line", ["* * * * * root date +%F", "@daily root true", "1 2 3 4 root true"])
def test_a_line_that_cron_misreads_is_found(tmp_path: Path, line: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"<!-- cron: x -->\n\n```\n{line}\n```\n")
    with pytest.raises(ValueError, match="cron takes no line|the command ends before"):
        entries_in(page, "x")
