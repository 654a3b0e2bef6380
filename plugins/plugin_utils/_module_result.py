# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of results of this collection's modules, and checks before they are used: a host may have forged them.

Only existing keys are checked: a value must have its documented type, and must not describe another path than the
requested one.
"""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec
from ansible_collections.standalone.python.plugins.module_utils._json import Fields
from ansible_collections.standalone.python.plugins.module_utils._store.receipt import components_in

from ._console import readable_data
from ._fleet.answer import DamagedAnswer
from ._links.discovered_python import DISCOVERED, is_plain_path
from ._probe.answer import printed

_Check = Callable[[Fields, str], object]

# Keys that AnsibleModule adds to a result because of `path`; the invocation, which shows secrets in addresses; facts,
# which become variables that outrank the inventory, so that a host could set settings of the playbook; and keys that
# ansible-core 2.19 obeys in the result of any module, with which a host could redefine other hosts of the inventory.
_NOT_OURS = (
    *("ansible_facts", "invocation", "uid", "gid", "owner", "group", "mode", "state", "size", "secontext"),
    *("add_host", "add_group", "ansible_stats", "ansible_included_var_files"),
)


def own_results(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result of a module of this collection, without the keys that Ansible or the host added.

    The only fact that stays is the interpreter that Ansible found for modules, which concerns that host alone.
    """
    own = {name: value for name, value in result.items() if name not in _NOT_OURS}
    facts = result.get("ansible_facts")
    if isinstance(facts, Mapping) and is_plain_path(facts.get(DISCOVERED)):
        own["ansible_facts"] = {DISCOVERED: facts[DISCOVERED]}
    return own


# A shell's status where it found nothing to execute, or could not. A shim of asdf, mise or pyenv can end with 1, and so
# does a Python that is too old to parse what Ansible sends.
_NOT_EXECUTED = (126, 127)
# A program that is no Python may end well, and without an answer.
_NOT_STARTED = (0, 1, *_NOT_EXECUTED)
# How the program ends that Ansible puts around a module, where it has no room to unpack it.
_NO_ROOM = re.compile(r"(?s)AnsiballZ.*\[Errno \d+\] (?P<words>No space left on device|Disk quota exceeded)")
# Likewise where it may not write there, as with a umask that takes a user's own files from him, or a limit of files.
_NOT_UNPACKED = re.compile(r"in _ansiballz_main\s+(?:[^\n]*\n(?:[ ^~]*\n)?)?\w+: \[Errno \d+\] (?P<words>[^\n]+)")
# A shell's status for a program that a signal ended is this plus the number of the signal.
_SIGNALED = 128
_CRASHES = ("SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT", "SIGTRAP", "SIGSYS")
# While Python still starts, SIGINT ends it with the status 1.
_INTERRUPTED = re.compile("^KeyboardInterrupt", re.MULTILINE)
# What a program for becoming another user says, beside its warning about names.
_NOT_BECOME = re.compile(r"^(?:sudo|su|doas): (?!unable to resolve).*", re.MULTILINE)
# Python names the variable that it cannot start with; where it lists all of them, those that are not set, too.
_VARIABLE = re.compile(r"\bPYTHON[A-Z]+\b(?! = \(not set\))")
_NO_FILE = re.compile(r"/[^/\s]+: (?:not found|No such file or directory|command not found)")  # as shells say it


def lacks_interpreter(result: Mapping[str, Any]) -> bool:
    """Whether the module could not start, because the host does not have the interpreter, or has one that is broken."""
    return bool(result.get("failed")) and result.get("rc") in _NOT_EXECUTED


def may_get_interpreter(result: Mapping[str, Any]) -> bool:
    """Whether the module could not start because there is no such file, which an earlier task may bring.

    A shim that answers something else, such as that it has no version to start, is there and stays broken.
    """
    said = f"{result.get('module_stderr', '')}\n{result.get('module_stdout', '')}"
    return lacks_interpreter(result) and (not said.strip() or _NO_FILE.search(said) is not None)


def interpreter_failure(result: Mapping[str, Any], interpreter: str | None) -> str | None:
    """The message for a module that the interpreter did not start, with what the host printed instead; else None.

    `interpreter` is the first line of the module.
    """
    if "module_stderr" not in result:  # Ansible adds it to an answer without a result
        return None
    stdout, stderr = (str(result.get(f"module_{stream}", "")) for stream in ("stdout", "stderr"))
    said = f"{stderr}\n{stdout}".replace("\r", "")
    no_room = _NO_ROOM.search(said)
    if no_room:
        return (
            f"Cannot run modules on this host: Ansible could not unpack one there: {no_room['words']}. Free some space "
            "in the directory for temporary files, which is /tmp or the value of TMPDIR, or set TMPDIR to another one "
            "by the keyword environment."
        )
    not_unpacked = _NOT_UNPACKED.search(said)
    if not_unpacked:
        return (
            f"Cannot run modules on this host: Ansible could not unpack one there: {not_unpacked['words']}. Let this "
            "user write to the directory for temporary files, which is /tmp or the value of TMPDIR, and read what it "
            "wrote, which a umask such as 0777 or a limit of the size of files (ulimit -f) prevents."
        )
    ended_by = "SIGINT" if _INTERRUPTED.search(said) else _signal_of(result.get("rc"))
    if ended_by in _CRASHES:
        return (
            f"Cannot run modules on this host by {str(interpreter).lstrip('!#').strip()}: it crashed ({ended_by}). Set "
            "ansible_python_interpreter to a Python that works there, 3.9 or newer."
        )
    if ended_by:
        memory = ", as the kernel does when memory runs out" if ended_by == "SIGKILL" else ""
        return (
            f"Cannot complete this task on the host: {ended_by} ended the module{memory}. Look in the log of the host "
            "for the reason, then run again: the next run finishes what this one began."
        )
    if not interpreter or result.get("rc") not in _NOT_STARTED or "Traceback (" in said:
        return None
    not_become = _NOT_BECOME.search(said)
    if not_become:
        return (
            f"Cannot become another user on this host: {not_become[0]}. Correct that in its configuration or in the "
            "settings of become. If it needs a terminal, set ansible_pipelining to false."
        )
    variable = _VARIABLE.search(said)
    remedy = (
        f"Unset {variable[0]}, which the keyword environment or a file of the host, such as /etc/environment, sets."
        if variable
        else "Set ansible_python_interpreter to a Python that works there, 3.9 or newer, or run "
        "standalone.python.bootstrap first, which needs none."
    )
    return (
        f"Cannot run modules on this host by {interpreter.lstrip('!#').strip()}: that ended with {result['rc']} and "
        f"printed {printed(stdout, stderr)}. {remedy}"
    )


def _signal_of(status: object) -> str | None:
    """The name of the signal that ended a program with this status; None for any other."""
    if not isinstance(status, int):
        return None
    try:
        return signal.Signals(-status if status < 0 else status - _SIGNALED).name
    except ValueError:
        return None


def unexpected_failure(result: Mapping[str, Any]) -> str | None:
    """The message for a module that ended with an error which it does not catch; None for another result.

    Since ansible-core 2.19 such a result has no `msg`, but the error as an event.
    """
    if not result.get("failed") or "msg" in result or "exception" not in result:
        return None
    words = (
        getattr(getattr(result["exception"], "event", None), "msg", None)
        or "one without words, as when memory is short"
    )
    return (
        f"Cannot complete this task on the host: the module ended with an error that it does not expect: {words}. "
        "Run it again with -vvv, and report what it prints."
    )


def require_build_answer(result: Mapping[str, Any], spec: InstallSpec) -> None:
    """Raise `DamagedAnswer` for a result that `build` never returns for this spec. A failure only needs its `msg`."""
    where = f"The answer of the host about {spec.path}"
    _require(result, where, {} if result.get("failed") else _BUILD)
    if result.get("failed"):
        return
    programs = [result.get("executable"), *(result.get("executables") or ())]
    is_elsewhere = any(program and not program.startswith(f"{spec.path}/") for program in programs)
    if is_elsewhere or result.get("path", spec.path) != spec.path or result.get("store", spec.store) != spec.store:
        raise DamagedAnswer(f"{where} is about another path or store. Look at the host: something answers for it.")


def require_mirror_answer(result: Mapping[str, Any]) -> None:
    """Raise `DamagedAnswer` for a result that `mirror` never returns. A failure only needs its `msg`."""
    _require(result, "The answer of the host about its mirror", {} if result.get("failed") else _MIRROR)


def _require(result: Mapping[str, Any], where: str, checks: Mapping[str, _Check]) -> None:
    fields = Fields(result, where, DamagedAnswer)
    if result.get("failed"):
        fields.text("msg")
    for key, check in checks.items():
        if result.get(key) is not None:
            check(fields, key)


def _in_use(fields: Fields, key: str) -> None:
    for entry in fields.items(key):
        entry.text("build")
        entry.numbers("pids")


def _health(fields: Fields, key: str) -> None:
    health = Fields(fields.object(key), key, DamagedAnswer)
    health.text("result")
    health.optional_text("reason")


def _drift(fields: Fields, key: str) -> None:
    drift = fields.object(key)
    for kind in drift:
        Fields(drift, key, DamagedAnswer).texts(kind)


_BUILD: Mapping[str, _Check] = {
    "changed": Fields.flag,
    "msg": Fields.text,
    "build": Fields.object,
    "previous": Fields.object,
    "path": Fields.text,
    "store": Fields.text,
    "executable": Fields.text,
    "executables": Fields.texts,
    "pruned": Fields.texts,
    "in_use": _in_use,
    "components": lambda fields, _key: components_in(fields),
    "health": _health,
    "drift": _drift,
    "diff": Fields.object,
    "timings": Fields.object,
}
_MIRROR: Mapping[str, _Check] = {
    "changed": Fields.flag,
    "bundles": Fields.texts,
    "without_bundle": Fields.texts,
    "removed": Fields.texts,
    "diff": Fields.object,
}


_SHOWN = ("warnings", "deprecations")
_UNPRINTABLE = re.compile(r"[^\n\r\t -~]")


def readable_output(printed: str) -> str:
    """The module's JSON output with readable warnings, without characters that a terminal would obey or hide."""
    text = _UNPRINTABLE.sub(_as_json, printed)  # equivalent in JSON
    start = text.find("{")
    if start < 0 or not any(f'"{key}"' in text for key in _SHOWN):
        return text
    try:
        result, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):  # Ansible reports the error
        return text
    shown = {key: readable_data(result[key]) for key in _SHOWN if key in result}
    return text[:start] + json.dumps({**result, **shown}) + text[end:]


def _as_json(char: re.Match[str]) -> str:
    return json.dumps(char[0])[1:-1]
