# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source as ansible-rulebook runs it: by its path, in a process that has no finder of collections."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._events import spec as spec_module
from tests.support.index_documents import versions_index

yaml = pytest.importorskip("yaml", reason="PyYAML comes with ansible-core, which is not installed here")

REPOSITORY = Path(__file__).resolve().parents[3]
SOURCE = REPOSITORY / "extensions" / "eda" / "plugins" / "event_source" / "builds.py"
INSTALLED = (
    REPOSITORY / ".collection" / "ansible_collections" / "standalone" / "python" / SOURCE.relative_to(REPOSITORY)
)
RULEBOOKS = sorted((REPOSITORY / "extensions" / "eda" / "rulebooks").glob("*.yml"))
PAGE = REPOSITORY / "docs" / "event-driven.md"
BUILD = "cpython-3.13.6+20250807-x86_64-unknown-linux-gnu-install_only_stripped"

# Runs `main` as ansible-rulebook does, until it put one event or ended.
RUN = """
import asyncio, json, runpy, sys
async def run(main, args):
    queue = asyncio.Queue()
    source, event = asyncio.ensure_future(main(queue, args)), asyncio.ensure_future(queue.get())
    await asyncio.wait([source, event], return_when=asyncio.FIRST_COMPLETED)
    print(json.dumps(event.result() if event.done() else str(source.exception())))
    source.cancel()
asyncio.run(run(runpy.run_path(sys.argv[1])["main"], json.loads(sys.argv[2])))
"""


def run(source: Path, before: str = "", **args: Any) -> Any:
    command = [sys.executable, "-c", before + RUN, str(source), json.dumps(args)]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def watched(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "index").write_bytes(versions_index(f"{BUILD}.tar.gz"))
    where = {"index": str(tmp_path / "index"), "state": str(tmp_path / "state")}
    return {"names": ["3.13"], "report_known": True, **where}


def test_it_finds_the_code_of_its_collection(watched: dict[str, Any]) -> None:
    event = run(INSTALLED, **watched)
    assert [build["name"] for build in event["builds"]] == [BUILD]


def test_it_finds_it_beside_a_package_of_collections(tmp_path: Path, watched: dict[str, Any]) -> None:
    """As the package `ansible` is one, whose `ansible_collections` is no namespace."""
    (tmp_path / "ansible_collections").mkdir()
    (tmp_path / "ansible_collections" / "__init__.py").touch()
    event = run(INSTALLED, before=f"import sys; sys.path.insert(0, {str(tmp_path)!r})", **watched)
    assert event["kind"] == "build"


def test_wrong_arguments_are_one_message() -> None:
    assert run(INSTALLED, name="3.13") == "Cannot watch builds: name: there is no such argument. Did you mean names?"


@pytest.mark.parametrize("below", [".", "a/b/c/d/e/f/g"])
def test_a_copy_elsewhere_says_what_it_needs(below: str) -> None:
    with tempfile.TemporaryDirectory() as directory:  # near the root, unlike tmp_path
        copy = Path(directory, below, SOURCE.name)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(SOURCE.read_text())
        said = run(copy, names=["3.13"])
    assert said.startswith(f"Cannot watch builds: {copy} is not in an installed collection.")


def documented(name: str) -> Any:
    constants = {
        node.targets[0].id: node.value
        for node in ast.parse(SOURCE.read_text()).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    return yaml.safe_load(ast.literal_eval(constants[name]))


def test_the_documentation_has_the_arguments() -> None:
    options = documented("DOCUMENTATION")["options"]
    assert {*options} == {*spec_module.OPTIONS}
    assert all(option["description"] and option["type"] for option in options.values())
    for example in documented("EXAMPLES"):
        (args,) = example.values()
        spec_module.WatchSpec.parse(args)


def test_the_documentation_has_what_events_hold(watched: dict[str, Any]) -> None:
    event, returned = run(INSTALLED, **watched), documented("RETURN")
    assert {*event} <= {*returned}
    assert {*event["builds"][0]} == {*returned["builds"]["contains"]}


@pytest.mark.parametrize("rulebook", RULEBOOKS, ids=lambda path: str(path.stem))
def test_rulebooks_give_the_source_what_it_takes(rulebook: Path) -> None:
    (ruleset,) = yaml.safe_load(rulebook.read_text())
    (source,) = ruleset["sources"]
    args = source["standalone.python.builds"]
    assert {*args} <= {*spec_module.OPTIONS}
    conditions = {re.findall(r'"(\w+)"', rule["condition"])[0] for rule in ruleset["rules"]}
    assert conditions == {"build", "advisory", "failure"}
    variables = {*re.findall(r"\bwatch_\w+", rulebook.read_text())}
    assert {name for name in variables if f"`{name}`" not in PAGE.read_text()} == set()
    # Empty lists, as the defaults of the rulebook are, mean nothing.
    spec_module.WatchSpec.parse({"names": ["3.13"], "targets": [], "index": [], "advisories": [], "url_options": {}})


def test_rulebooks_start_what_there_is() -> None:
    own, controller = (yaml.safe_load(rulebook.read_text())[0] for rulebook in RULEBOOKS)
    playbooks = {action["run_playbook"]["name"] for action in _actions(own) if "run_playbook" in action}
    assert playbooks == {"lock.yml", "audit.yml"}
    assert all((REPOSITORY / "docs" / "project" / name).is_file() for name in playbooks)
    templates = {one["name"] for one in json.loads((REPOSITORY / "docs/awx/awx.json").read_text())["job_templates"]}
    started = {action["run_job_template"]["name"] for action in _actions(controller) if "run_job_template" in action}
    assert len(started) == 2
    assert started <= templates


def _actions(ruleset: dict[str, Any]) -> list[dict[str, Any]]:
    return [action for rule in ruleset["rules"] for action in rule["actions"]]
