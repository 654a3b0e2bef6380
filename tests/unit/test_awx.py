# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/awx: what `awx import` makes of the file, and whether playbooks take what surveys and credentials give them."""

from __future__ import annotations

import json
import netrc
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible", reason="values are converted as Ansible converts them")

import yaml
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ansible_collections.standalone.python.plugins.plugin_utils._playbook.spec import playbooks, spec_of
from ansible_collections.standalone.python.plugins.plugin_utils._playbook.values import fault_in
from tests.support.awx import RESOURCES, check_survey, serve_awx

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = REPOSITORY / "docs" / "awx.md"
PROJECT = REPOSITORY / "docs" / "project"
FILE = PAGE.with_suffix("") / "awx.json"
DOCUMENT: dict[str, list[dict[str, Any]]] = json.loads(FILE.read_text())
TEMPLATES = {template["name"]: template for template in DOCUMENT["job_templates"]}
(WORKFLOW,) = DOCUMENT["workflow_job_templates"]
NODES = {node["identifier"]: node for node in WORKFLOW["related"]["workflow_nodes"]}
TYPES = {kind["name"]: kind for kind in DOCUMENT["credential_types"]}
LONGEST = 1024  # of a text that a survey takes
# A schedule as AWX takes it: a start in a time zone, and one rule with an interval.
RRULE = re.compile(r"DTSTART;TZID=UTC:\d{8}T\d{6} RRULE:FREQ=(DAILY|WEEKLY);INTERVAL=1(;BYDAY=[A-Z]{2})?")


def playbook_of(template: dict[str, Any]) -> str:
    """The playbook of this collection that the template's playbook in the project imports first."""
    plays = yaml.safe_load((PROJECT / template["playbook"]).read_text())
    return str(plays[0]["ansible.builtin.import_playbook"]).rpartition(".")[2]


def questions() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each question of a survey, with the playbook that gets the answer."""
    for template in TEMPLATES.values():
        for question in template["related"]["survey_spec"]["spec"]:
            yield playbook_of(template), question


def choices_of(question: dict[str, Any]) -> list[str]:
    return list(question["choices"] or [])


def answers_to(question: dict[str, Any]) -> Iterator[Any]:
    """What AWX passes on: the default, each choice, and what an empty field becomes."""
    kind, default = question["type"], question["default"]
    if kind == "multiselect":
        yield from ([], default.splitlines(), choices_of(question))
    elif kind == "multiplechoice":
        yield from (default, *choices_of(question))
    elif kind == "integer":
        yield from (default, question["min"], question["max"])
    else:
        yield from [default] if default or not question["required"] else []


QUESTIONS = list(questions())


def test_awx_imports_the_file_and_a_second_import_adds_nothing() -> None:
    pytest.importorskip("awxkit", reason="awxkit is not installed, which imports into AWX")
    from awxkit.api.client import Connection
    from awxkit.api.pages.api import ApiV2

    with serve_awx() as awx:
        api = ApiV2(Connection(awx.url), endpoint="/api/v2/").get()
        for _attempt in range(2):
            api.import_assets(json.loads(FILE.read_text()))
            assert not getattr(api, "_has_error", False)
            made = {resource: len(objects) for resource, objects in awx.objects.items()}
            assert made == {
                "organizations": 1,
                "credential_types": len(TYPES),
                "execution_environments": 1,
                "projects": 1,
                "inventories": 1,
                "inventory_sources": 1,
                "job_templates": len(TEMPLATES),
                "workflow_job_templates": 1,
                "workflow_job_template_nodes": len(NODES),
                "schedules": 2,
            }
        surveys = [one for path, one in awx.parts.items() if path.endswith("/survey_spec/")]
        assert [survey[0]["spec"] for survey in surveys] == [
            template["related"]["survey_spec"]["spec"] for template in TEMPLATES.values()
        ]


def test_awx_knows_every_field() -> None:
    resources = {"inventory": "inventories"}
    unknown = [
        f"{resource}: {name}"
        for resource, items in DOCUMENT.items()
        for item in items
        for name in {*item} - {*RESOURCES[resources.get(resource, resource)][1]} - {"natural_key", "related"}
    ]
    assert unknown == []


def test_the_surveys_are_as_awx_wants_them() -> None:
    for template in TEMPLATES.values():
        check_survey(template["related"]["survey_spec"])
    texts = [question for _playbook, question in QUESTIONS if question["type"] in ("text", "textarea")]
    assert {question["max"] for question in texts} == {LONGEST}
    assert [question["variable"] for question in texts if len(question["default"]) > LONGEST] == []
    assert [question["variable"] for question in texts if question["required"] != (question["min"] > 0)] == []


def test_playbooks_read_each_variable_of_a_survey_and_take_each_answer() -> None:
    assert {playbook_of(template) for template in TEMPLATES.values()} == {*playbooks()} - {"bootstrap"}
    unknown = [
        question["variable"] for name, question in QUESTIONS if question["variable"] not in spec_of(name).settings
    ]
    assert unknown == []
    faults = {
        f"{question['variable']}={answer!r}": fault
        for name, question in QUESTIONS
        for answer in answers_to(question)
        if (fault := fault_in(spec_of(name).settings[question["variable"]], answer))
    }
    assert faults == {}


def test_a_question_offers_each_choice_of_its_variable() -> None:
    """And a list that a playbook gets as one text has one value."""
    for name, question in QUESTIONS:
        setting = spec_of(name).settings[question["variable"]]
        if setting.choices:
            assert choices_of(question) in ([*map(str, setting.choices)], ["present", "latest"])
        assert (question["type"] == "multiselect") == (setting.type == "list"), question["variable"]


def test_what_starts_without_a_person_has_an_answer_to_each_question() -> None:
    scheduled = [name for name, template in TEMPLATES.items() if template["related"]["schedules"]]
    of_nodes = [node["unified_job_template"]["name"] for node in NODES.values() if "unified_job_template" in node]
    assert len({*scheduled, *of_nodes}) == 3
    missing = [
        question["variable"]
        for name in {*scheduled, *of_nodes}
        for question in TEMPLATES[name]["related"]["survey_spec"]["spec"]
        if question["required"] and question["default"] == ""
    ]
    assert missing == []
    schedules = [*WORKFLOW["related"]["schedules"], *TEMPLATES["Python: audit"]["related"]["schedules"]]
    assert [schedule["rrule"] for schedule in schedules if not RRULE.fullmatch(schedule["rrule"])] == []


def test_the_workflow_upgrades_after_an_approval_only() -> None:
    def after(identifier: str, *ends: str) -> set[str]:
        links = NODES[identifier]["related"]
        return {one["identifier"] for end in ends for one in links[f"{end}_nodes"]}

    assert after("audit", "always") == {"lock"}
    assert after("lock", "success") == {"approval"}
    assert after("approval", "success") == {"upgrade"}
    assert after("upgrade", "success") == after("upgrade", "failure") == {"audit-after"}
    assert "create_approval_template" in NODES["approval"]["related"]
    before = [name for name in NODES if "upgrade" in after(name, "success", "failure", "always")]
    assert before == ["approval"]


# --- credentials -----------------------------------------------------------------------------------------------------


def injected(name: str, **inputs: str) -> dict[str, dict[str, str]]:
    """What AWX makes of the injectors; the path of a file is its name, as `template.netrc`."""
    injectors = TYPES[name]["injectors"]
    files = injectors.get("file", {})
    names = {file.partition(".")[2]: file for file in files}
    tower = {"filename": "template" if "template" in files else names}
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    return {
        kind: {key: environment.from_string(text).render(tower=tower, **inputs) for key, text in parts.items()}
        for kind, parts in injectors.items()
    }


@pytest.mark.parametrize("name", TYPES)
def test_credential_types_have_what_their_injectors_name(name: str) -> None:
    kind = TYPES[name]
    fields = {one["id"]: one for one in kind["inputs"]["fields"]}
    assert {*kind["inputs"]["required"]} <= {*fields}
    made = injected(name, **dict.fromkeys(fields, "x"))
    # AWX refuses names that Ansible may read as its configuration.
    assert [variable for variable in made["env"] if variable.startswith("ANSIBLE_")] == []
    project = "".join(file.read_text() for file in PROJECT.rglob("*.yml"))
    read = [*made["env"], *made.get("extra_vars", {})]
    assert [variable for variable in read if variable != "NETRC" and variable not in project] == []
    assert f"| {name} |" in PAGE.read_text()


def test_the_login_of_a_mirror_is_a_netrc_file(tmp_path: Path) -> None:
    made = injected("Python mirror login", host="mirror.example.com", username="fleet", password="s3cret")
    file = tmp_path / "netrc"
    file.write_text(made["file"][made["env"]["NETRC"]])
    assert netrc.netrc(str(file)).authenticators("mirror.example.com") == ("fleet", "", "s3cret")
    assert made["extra_vars"] == {"python_mirror_username": "fleet", "python_mirror_password": "s3cret"}


def test_the_signing_key_is_one_for_ssh(tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    made = injected("Python lock signing key", key=key.read_text().strip())
    copy = tmp_path / "copy"
    copy.write_text(made["file"][made["env"]["REQUEST_SIGNING_KEY"]])
    copy.chmod(0o600)
    said = subprocess.run(["ssh-keygen", "-y", "-f", str(copy)], capture_output=True, text=True, check=True).stdout
    assert said.split()[:2] == key.with_suffix(".pub").read_text().split()[:2]
