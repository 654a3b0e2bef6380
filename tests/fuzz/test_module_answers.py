# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts return in place of what our modules return: actions and filters give a result, or fail with our words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given

from ansible_collections.standalone.python.plugins.action import bootstrap, build, mirror
from ansible_collections.standalone.python.plugins.filter import interpreter
from ansible_collections.standalone.python.plugins.module_utils._errors import NoSource
from ansible_collections.standalone.python.plugins.plugin_utils._archives import cache
from ansible_collections.standalone.python.plugins.plugin_utils._mirror import task as mirror_task
from tests.fuzz.test_answers import EARLIER, PATH, PRESENT, PROBE, STORE
from tests.support import index_documents
from tests.support.fuzzing import costly
from tests.support.mutations import mutated_json

WANTED = {
    "changed": False,
    "msg": "The archive is needed.",
    "archive_needed": {"sha256": PRESENT.sha256, "build": PRESENT.build.name},
}
DONE = {
    "changed": True,
    "build": PRESENT.build.as_dict(),
    "previous": EARLIER.build.as_dict(),
    "path": PATH,
    "executable": f"{PATH}/bin/python3.13",
    "executables": [f"{PATH}/bin/pip3", f"{PATH}/bin/python3.13"],
    "store": STORE,
    "health": {"result": "not_run", "reason": "It is for another machine."},
    "drift": {"changed": ["lib/os.py"], "missing": [], "added": []},
    "pruned": [EARLIER.build.name],
    "in_use": [{"build": EARLIER.build.name, "pids": [4711]}],
    "diff": {"before": {"path": PATH}, "after": {"path": PATH}, "before_header": PATH, "after_header": PATH},
    "timings": {"total_s": 1.5},
    "ansible_facts": {"discovered_interpreter_python": "/usr/bin/python3"},
    "rc": 0,
    "invocation": {"module_args": {}},
}
TASKS: tuple[dict[str, Any], ...] = (
    {"name": "3.13", "verify": "full"},
    {"name": "3.13", "verify": "full", "delivery": "push"},
    {"name": "3.13.4+20250604", "delivery": "auto"},
    {"state": "absent"},
)


class AnsweringHost:
    """Ansible's ways to a host that answers what it likes."""

    _host_answers: list[Any]

    def _low_level_execute_command(self, cmd: str, **_options: Any) -> dict[str, Any]:
        return {"rc": 0, "stdout": PROBE, "stderr": ""}

    def _is_pipelining_enabled(self, _module_style: str, _wrap_async: bool = False) -> bool:
        return True

    def _execute_module(self, **_options: Any) -> dict[str, Any]:
        answer = self._host_answers.pop(0) if len(self._host_answers) > 1 else self._host_answers[0]
        return dict(answer) if isinstance(answer, dict) else {"value": answer}  # Ansible itself sees to that


class Build(AnsweringHost, build.ActionModule):
    pass


class Bootstrap(AnsweringHost, bootstrap.ActionModule):
    pass


class Mirror(AnsweringHost, mirror.ActionModule):
    pass


def run(kind: type[Any], args: dict[str, Any], answers: list[Any], *, check_mode: bool = False) -> dict[str, Any]:
    module = f"standalone.python.{'mirror' if kind is Mirror else 'build'}"
    task = SimpleNamespace(
        args=args, async_val=0, check_mode=check_mode, action=module, delegate_to=None, get_search_path=list
    )
    connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir="/host/tmp"))
    action = kind(task, connection, play_context=None, loader=None, templar=None, shared_loader_obj=None)
    action._load_name = module
    action._host_answers = list(answers)
    result: dict[str, Any] = action.run(task_vars={"inventory_hostname": "web1"})
    assert not result.get("failed") or isinstance(result["msg"], str)
    return result


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("index") / "index.ndjson"
    file.write_bytes(index_documents.index_of(PRESENT.as_dict(), EARLIER.as_dict()))
    return str(file)


@pytest.fixture(scope="module", autouse=True)
def world(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A separate cache, and no archive anywhere: nothing is asked for that the index does not have."""

    def fetch(urls: Any, **_options: Any) -> None:
        assert all("example.com/" in url for url in urls)
        raise NoSource("Nothing is fetched in this test.", is_hopeless=True)

    with pytest.MonkeyPatch.context() as patch, mock.patch.object(cache, "fetch", fetch):
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@given(mutated_json([DONE, DONE], [WANTED, DONE], [WANTED, WANTED]))
@costly(6)
def test_answers_of_build(index: str, answers: Any) -> None:
    given_answers = answers if isinstance(answers, list) and answers else [answers]
    for kind in (Build, Bootstrap):
        for args in TASKS if kind is Build else TASKS[:1]:
            options = {"path": PATH, "store": STORE, "index": [index], **args}
            result = run(kind, options, given_answers)
            assert result.get("path", PATH) == PATH or result.get("failed")
    run(Build, {"path": PATH, "store": STORE, "index": [index], **TASKS[0]}, given_answers, check_mode=True)


FETCHED = {
    "changed": True,
    "path": "/srv/python",
    "indexes": {"versions": "/srv/python/versions.ndjson"},
    "fetched": [{"file": f"20250723/{PRESENT.file_name}", "size_bytes": 5}],
    "bundles": [],
    "without_bundle": [f"20250723/{PRESENT.file_name}"],
    "removed": [],
    "diff": {"before": "", "after": "a\n"},
}


@given(mutated_json([FETCHED, {**FETCHED, "bundles": ["x"]}]))
@costly(3)
def test_answers_of_mirror(answers: Any) -> None:
    given_answers = answers if isinstance(answers, list) and answers else [answers]
    args = {"path": "/srv/python", "assets": [PRESENT.as_dict()], "bundles": True}
    with mock.patch.object(mirror_task, "public_bundles", lambda assets, *_more: {one.sha256: "{}" for one in assets}):
        run(Mirror, args, given_answers)


@given(mutated_json({name: value for name, value in DONE.items() if name != "invocation"}))
@costly(2)
def test_results_that_the_role_goes_on_with(result: Any) -> None:
    entry = {"path": PATH, "store": STORE, "virtualenv": "", "is_default": False, "requirements": ""}
    results = [{**(result if isinstance(result, dict) else {}), "interpreter__build": {"path": PATH}}]
    try:
        (linked,) = interpreter.interpreter_linked(results, [entry])
    except AnsibleFilterError:
        return
    assert all(isinstance(linked[key], str) for key in ("path", "store", "executable", "release"))
