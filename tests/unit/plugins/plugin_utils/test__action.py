# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a host's answer an action plugin lets through, for each module of the collection that runs on hosts."""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("ansible")

from ansible.plugins.action import ActionBase

from ansible_collections.standalone.python.plugins.plugin_utils._action import (
    CollectionAction,
    presentable,
)
from ansible_collections.standalone.python.plugins.plugin_utils._links.discovered_python import DISCOVERED
from ansible_collections.standalone.python.plugins.plugin_utils._module_result import may_get_interpreter, own_results
from tests.support.audited_fleets import build, host

PLUGINS = "ansible_collections.standalone.python.plugins"
HOSTILE = "a\x1b]0;owned\x07\x9b2J\u202egnp.exe\u2066\u200b\r\nok: [web1]"


@pytest.mark.parametrize(
    ("facts", "kept"),
    [
        ({"upgrade_mirror": "https://evil.example.com", "audit_dir": "/etc"}, {}),
        ({DISCOVERED: "/usr/bin/python3", "audit_dir": "/etc"}, {"ansible_facts": {DISCOVERED: "/usr/bin/python3"}}),
        ({DISCOVERED: ["x"]}, {}),
        ({DISCOVERED: "/usr/bin/{{ lookup('pipe', 'id') }}"}, {}),
        ({DISCOVERED: "/usr/bin/python3; id"}, {}),
        ("x", {}),
        (None, {}),
    ],
)
def test_a_host_sets_no_variables_by_its_answer(facts: Any, kept: dict[str, Any]) -> None:
    assert own_results({"changed": True, "ansible_facts": facts, "invocation": {}}) == {"changed": True, **kept}


@pytest.mark.parametrize(
    "obeyed",
    [
        {"add_host": {"host_name": "web2", "groups": [], "host_vars": {"ansible_host": "203.0.113.1"}}},
        {"add_group": "databases", "parent_groups": ["all"]},
        {"ansible_stats": {"data": {"ok": 1}, "per_host": False}},
    ],
)
def test_a_host_redefines_no_other_host_by_its_answer(obeyed: dict[str, Any]) -> None:
    assert not {*own_results({"changed": True, **obeyed})} & {"add_host", "add_group", "ansible_stats"}


def run(name: str, answer: dict[str, Any], *, async_val: int = 0, **args: Any) -> dict[str, Any]:
    """The result of the module `name` on a host that answers this."""

    class OnHost(importlib.import_module(f"{PLUGINS}.action.{name}").ActionModule):
        def _execute_module(self, **_arguments: Any) -> dict[str, Any]:
            return dict(answer)

    task = SimpleNamespace(args=args, async_val=async_val, check_mode=False, action=name, delegate_to=None, diff=False)
    connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir="/tmp/x"))
    plugin = OnHost(
        task=task, connection=connection, play_context=None, loader=None, templar=None, shared_loader_obj=None
    )
    return dict(plugin.run(task_vars={}))


@pytest.mark.parametrize(
    ("name", "unknown", "nearest"),
    [
        ("bootstrap", "flavour", "flavor"),
        ("build", "vrify", "verify"),
        ("build_confirm", "pth", "path"),
        ("build_info", "stors", "stores"),
        ("build_rollback", "form_build", "from_build"),
        ("links", "fils", "files"),
        ("links_info", "profil", "profile"),
        ("mirror", "index_age", "index_max_age"),
        ("playbook_settings", "playbok", "playbook"),
        ("upgrade_plan", "asets", "assets"),
    ],
)
def test_every_module_names_the_option_that_is_nearest_to_an_unknown_one(name: str, unknown: str, nearest: str) -> None:
    message = f"{name} has no option {unknown}. Did you mean {nearest}? See ansible-doc {name}."
    assert run(name, {"failed": True, "msg": "the module ran"}, **{unknown: "x"})["msg"] == message


PYENV = "pyenv: python3.12: command not found\n\nThe `python3.12' command exists in these Python versions:\n  3.12.1\n"
SHIM = "/root/.pyenv/shims/python3.12"
NOT_FOUND = "/bin/sh: 1: /usr/bin/python3.13: not found\n"
HOMELESS = "PYTHONPATH = (not set) PYTHONHOME = '/gone'"
OLD_PYTHON = '  File "<stdin>", line 12\n    f"{x}"\n         ^\nSyntaxError: invalid syntax\n'


@pytest.mark.parametrize(
    ("first_line", "rc", "stdout", "stderr", "said"),
    [
        (f"#!{SHIM}", 127, "", PYENV, f'by {SHIM}: that ended with 127 and printed "pyenv: python3.12: command not '),
        (f"#!{SHIM}", 1, PYENV, "", f'by {SHIM}: that ended with 1 and printed "pyenv: python3.12: command not found'),
        ("#!/usr/bin/python3.13", 127, "", NOT_FOUND, "by /usr/bin/python3.13: that ended with 127 and printed "
         "'/bin/sh: 1: /usr/bin/python3.13: not found'. Set ansible_python_interpreter to"),
        ("#!/usr/bin/env python3", 126, "", "", "by /usr/bin/env python3: that ended with 126 and printed nothing. "),
        ("#!/bin/true", 0, "", "", "by /bin/true: that ended with 0 and printed nothing. Set "),
        ("#!/usr/bin/python2", 1, "", OLD_PYTHON, "by /usr/bin/python2: that ended with 1 and printed "),
        ("#!/usr/bin/python3", 1, HOMELESS, "", f"by /usr/bin/python3: that ended with 1 and printed {HOMELESS!r}. "
         "Unset PYTHONHOME, which the keyword environment or a file of the host, such as /etc/environment, sets."),
        ("#!/usr/bin/python3", 1, "PYTHONMALLOC: unknown allocator", "", "by /usr/bin/python3: that ended with 1 and "
         "printed 'PYTHONMALLOC: unknown allocator'. Unset PYTHONMALLOC, which"),
        ("#!/usr/bin/python3", 1, "", "Traceback (most recent call last):\n", None),  # it did start
        ("#!/usr/bin/python3", 3, "", "", None),
    ],
)  # fmt: skip
def test_an_interpreter_that_does_not_start_is_named_with_what_it_printed(
    monkeypatch: pytest.MonkeyPatch, first_line: str, rc: int, stdout: str, stderr: str, said: str | None
) -> None:
    answer = {"failed": True, "rc": rc, "msg": "MODULE FAILURE", "exception": "x", "module_stdout": stdout}
    monkeypatch.setattr(ActionBase, "_execute_module", lambda _self, **_options: {**answer, "module_stderr": stderr})
    action = CollectionAction.__new__(CollectionAction)
    action._used_interpreter = first_line
    result = action._execute_module(module_name="x")
    assert "exception" in result if said is None else "exception" not in result
    assert result["msg"].startswith(f"Cannot run modules on this host {said}" if said else "MODULE FAILURE")


@dataclass
class Event:
    msg: str


@dataclass
class ErrorSummary:
    event: Event


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("maximum recursion depth exceeded", "maximum recursion depth exceeded"),
        ("", "one without words, as when memory is short"),
    ],
)
def test_an_error_that_a_module_does_not_catch_is_a_message(
    monkeypatch: pytest.MonkeyPatch, words: str, said: str
) -> None:
    answer = {"failed": True, "exception": ErrorSummary(Event(words))}
    monkeypatch.setattr(ActionBase, "_execute_module", lambda _self, **_options: answer)
    action = CollectionAction.__new__(CollectionAction)
    action._used_interpreter = "#!/usr/bin/python3"
    assert action._execute_module(module_name="x")["msg"] == (
        f"Cannot complete this task on the host: the module ended with an error that it does not expect: {said}. Run "
        "it again with -vvv, and report what it prints."
    )


DENIED = "PermissionError: [Errno 13] Permission denied: '/tmp/x.zip'\n"
FRAME = 'Traceback (most recent call last):\n  File "<stdin>", line 254, in _ansiballz_main\n'


@pytest.mark.parametrize(
    ("stderr", "stdout", "said"),
    [
        (FRAME + DENIED, "", "run modules on this host: Ansible could not unpack one there: Permission denied: '/tmp/x."
         "zip'. Let this user write to the directory for temporary files, which is /tmp or the value of TMPDIR"),
        ("Connection closed.\r\n", f"{FRAME}    with open(zipped_mod, 'wb') as m:\n     ^^^^\n{DENIED}",
         "run modules on this host: Ansible could not unpack one there: Permission denied"),
        (FRAME + "    modlib = open(zipped_mod, 'wb')\n" + DENIED, "",
         "run modules on this host: Ansible could not unpack one there: Permission denied"),
        (FRAME + "    modlib.write(base64.b64decode(zip_data))\nOSError: [Errno 27] File too large\n", "",
         "run modules on this host: Ansible could not unpack one there: File too large. Let this user"),
        (FRAME + '    invoke_module()\n  File "x.py", line 1, in main\n    open()\n' + DENIED, "", ""),
        ("sudo: sorry, you must have a tty to run sudo\n", "", "become another user on this host: sudo: sorry, you "
         "must have a tty to run sudo. Correct that in its configuration or in the settings of become. If it needs a"),
        ("sudo: unable to resolve host h1\nno such library\n", "", "run modules on this host by /usr/bin/python3: "),
    ],
)  # fmt: skip
def test_what_kept_ansible_from_starting_a_module(
    monkeypatch: pytest.MonkeyPatch, stderr: str, stdout: str, said: str
) -> None:
    printed = stdout.replace("\n", "\r\n")  # as a terminal does it
    answer = {"failed": True, "rc": 1, "msg": "x", "module_stdout": printed, "module_stderr": stderr}
    monkeypatch.setattr(ActionBase, "_execute_module", lambda _self, **_options: dict(answer))
    action = CollectionAction.__new__(CollectionAction)
    action._used_interpreter = "#!/usr/bin/python3"
    assert action._execute_module(module_name="x")["msg"].startswith(f"Cannot {said}" if said else "x")


@pytest.mark.parametrize(
    ("rc", "said"),
    [
        (
            137,
            "complete this task on the host: SIGKILL ended the module, as the kernel does when memory runs out. Look ",
        ),
        (
            -9,
            "complete this task on the host: SIGKILL ended the module, as the kernel does when memory runs out. Look ",
        ),
        (143, "complete this task on the host: SIGTERM ended the module. Look in the log of the host for the reason, "),
        (130, "complete this task on the host: SIGINT ended the module. Look"),
        (
            139,
            "run modules on this host by /usr/bin/python3: it crashed (SIGSEGV). Set ansible_python_interpreter to a",
        ),
        (255, None),
    ],
)
def test_a_module_that_a_signal_ended(monkeypatch: pytest.MonkeyPatch, rc: int, said: str | None) -> None:
    answer = {"failed": True, "rc": rc, "msg": "x", "module_stdout": "Traceback (", "module_stderr": "Terminated"}
    monkeypatch.setattr(ActionBase, "_execute_module", lambda _self, **_options: dict(answer))
    action = CollectionAction.__new__(CollectionAction)
    action._used_interpreter = "#!/usr/bin/python3"
    assert action._execute_module(module_name="x")["msg"].startswith(f"Cannot {said}" if said else "x")


@pytest.mark.parametrize("printed", ["KeyboardInterrupt\r\n", "Traceback (\r\n  File x\r\nKeyboardInterrupt\r\n"])
def test_a_module_that_was_interrupted_while_python_started(monkeypatch: pytest.MonkeyPatch, printed: str) -> None:
    answer = {"failed": True, "rc": 1, "msg": "x", "module_stdout": printed, "module_stderr": "closed.\r\n"}
    monkeypatch.setattr(ActionBase, "_execute_module", lambda _self, **_options: dict(answer))
    action = CollectionAction.__new__(CollectionAction)
    action._used_interpreter = "#!/usr/bin/python3"
    result = action._execute_module(module_name="x")
    assert "SIGINT ended the module" in result["msg"]
    assert "Traceback" not in str(result)
    assert result["module_stderr"] == "closed.\r\n"


def test_a_host_without_room_for_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    said = (
        'Traceback (most recent call last):\n  File "/t/AnsiballZ_build.py", line 9\nOSError: [Errno 28] No space left'
    )
    answer = {"failed": True, "rc": 1, "msg": "MODULE FAILURE", "exception": "x", "module_stdout": ""}
    answer["module_stderr"] = f"{said} on device\n"
    monkeypatch.setattr(ActionBase, "_execute_module", lambda _self, **_options: answer)
    action = CollectionAction.__new__(CollectionAction)
    action._used_interpreter = "#!/usr/bin/python3"
    assert action._execute_module(module_name="x")["msg"] == (
        "Cannot run modules on this host: Ansible could not unpack one there: No space left on device. Free some space "
        "in the directory for temporary files, which is /tmp or the value of TMPDIR, or set TMPDIR to another one by "
        "the keyword environment."
    )


@pytest.mark.parametrize(
    ("rc", "stderr", "may"),
    [
        (127, NOT_FOUND, True),
        (127, "/bin/bash: line 1: /usr/bin/python3.13: No such file or directory", True),
        (127, "", True),
        (127, PYENV, False),
        (127, "/:" * 1_000_000, False),  # read at once
        (126, "/bin/sh: 1: /usr/bin/python3: Permission denied", False),
        (1, NOT_FOUND, False),
    ],
)
def test_only_an_interpreter_that_is_missing_may_come_with_an_earlier_task(rc: int, stderr: str, may: bool) -> None:
    assert may_get_interpreter({"failed": True, "rc": rc, "module_stderr": stderr, "module_stdout": ""}) is may


GOOD = {
    "build_confirm": {"paths": [HOSTILE]},
    "build_info": host(build("3.13.15", "20261110", paths=[HOSTILE])),
    "build_rollback": {"results": [{"path": HOSTILE}]},
}


@pytest.mark.parametrize("name", GOOD)
def test_modules_without_a_decision_of_the_controller_have_an_edge_too(name: str) -> None:
    result = run(name, {**GOOD[name], "msg": HOSTILE, "ansible_facts": {"x": 1}})
    for found in result.get("builds", ()):
        assert found.pop("components")["cpython"]["source"] == "table"  # of a host that measured none
    assert {key: result[key] for key in GOOD[name]} == GOOD[name]  # data
    assert result["msg"].replace("\n", "").isprintable()
    assert "ansible_facts" not in result


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("build_confirm", {}),
        ("build_confirm", {"paths": "x"}),
        ("build_rollback", {"results": None}),
        ("build_rollback", {"changed": True}),
        ("build_info", {"builds": "x", "paths": []}),
        ("build_info", {"builds": []}),
        ("build_info", host(build("3.13.15", "20261110", pids=["7"]))),
        ("build_info", host(build("3.13.15", "20261110", drift=["x"]))),
    ],
)
def test_an_answer_that_the_module_never_gives_fails_the_task(name: str, answer: dict[str, Any]) -> None:
    result = run(name, answer)
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"].startswith(("The answer of the host", "The host answered something else than this module: "))


def test_a_failure_keeps_its_words() -> None:
    assert run("build_info", {"failed": True, "msg": "no\x1b"})["msg"] == "no\\x1b"


ENVIRONMENT = {
    "https_proxy": "http://me:s3cret@proxy.example.com:3128",
    "HTTP_PROXY": "http://proxy.example.com:3128",
    "no_proxy": "mirror.example.com",
    "UV_PYTHON_INSTALL_MIRROR": "https://me:s3cret@mirror.example.com",
    "INDEX": "https://house.example.com/index?token=t0p",
    "LANG": "C.UTF-8",
    "HOMEPAGE": "https://house.example.com/",
}


@pytest.mark.parametrize(
    "name", ["bootstrap", "build", "build_confirm", "build_info", "build_rollback", "links", "links_info", "mirror"]
)
def test_async_would_leave_out_what_the_controller_adds(name: str) -> None:
    result = run(name, {"changed": False, "builds": [], "ansible_facts": {"x": 1}}, async_val=60)
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"].startswith(f"Cannot run {name} with async: the controller checks and completes the answer of")


@pytest.mark.parametrize("fetches", [False, True])
def test_only_a_run_that_fetches_gets_proxies_and_addresses_with_a_login(fetches: bool) -> None:
    def env_prefix(**variables: str) -> str:
        return " ".join(f"{name}={value}" for name, value in variables.items())

    task = SimpleNamespace(environment=[{"LANG": "C"}, dict(ENVIRONMENT)], async_val=0)
    connection = SimpleNamespace(_shell=SimpleNamespace(env_prefix=env_prefix))
    templar = SimpleNamespace(template=lambda value: value)
    plugin = CollectionAction(task, connection, play_context=None, loader=None, templar=templar, shared_loader_obj=None)
    plugin.fetches = fetches
    raw: dict[str, str] = {"old": "1"}
    shown = plugin._compute_environment_string(raw)
    assert raw == (ENVIRONMENT if fetches else {name: ENVIRONMENT[name] for name in ("LANG", "HOMEPAGE")})
    assert sorted(shown.split()) == sorted(env_prefix(**raw).split())
    assert plugin._compute_environment_string() == shown


def test_a_host_cannot_write_to_the_terminal_by_its_result() -> None:
    result = {
        "msg": HOSTILE,
        "warnings": [HOSTILE],
        "diff": [{"before": f"{HOSTILE}\n", "after": {"path": HOSTILE}}],
        "path": HOSTILE,
    }
    shown = presentable(result)
    assert shown.pop("path") == HOSTILE  # data
    assert json.dumps(shown, ensure_ascii=False).isprintable()
    assert shown["msg"].count("\n") == HOSTILE.count("\n")


def test_options_stay_in_the_object_whose_origin_ansible_knows() -> None:
    """Errors of Ansible show where that is from; of another they show the content, which may have secrets in it."""
    given = {"paths": ["/opt/python/3.13"], "name": "3.13"}
    defaults = [{"group/standalone.python.python": {"paths": ["/opt/python/3.13"]}}]
    action = CollectionAction.__new__(CollectionAction)
    action._templar = SimpleNamespace(template=lambda value: value)
    action._task = SimpleNamespace(args=given, action="standalone.python.build", module_defaults=defaults)
    action._add_options({"keep": 3}, {}, {})
    action._require_known({"name": {}, "keep": {}})
    assert action._task.args is given
    assert given == {"name": "3.13", "keep": 3}
