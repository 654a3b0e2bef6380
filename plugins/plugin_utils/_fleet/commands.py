# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command lines that an operator copies from a report, made of names that hosts reported.

A reported name is data, passed as JSON and quoted for the shell. Ansible would split `-e NAME=VALUE` at blanks, and it
evaluates on the controller whatever looks like a template. So a name that is not a plain path, unit or host name gets
no command at all.
"""

from __future__ import annotations

import ipaddress
import json
import posixpath
import re
import shlex
from collections.abc import Iterable

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._readable import readable

_PATH = re.compile(r"/[A-Za-z0-9._+@%:=,~/ -]*[A-Za-z0-9._+@%:=,~-]")
_LONGEST_PATH = 1024
# systemd.unit(5); a character that unit names cannot have is escaped as \x2d.
_SERVICE = re.compile(r"[A-Za-z0-9:_.@](?:[A-Za-z0-9:_.@-]|\\x[0-9a-f]{2})*\.service")
_LONGEST_UNIT = 256
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?")
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_REQUIREMENT = re.compile(r"[a-z]+>=[0-9][0-9a-z.]{0,30}")
_LONGEST_HOST = 253
_LONGEST_SHOWN = 80
_OF_MANY_HOSTS = frozenset({"all", "ungrouped"})  # groups that every inventory has


class Unsafe(StandaloneError):
    """No safe command exists; the message is the reason."""


def upgrade(hosts: Iterable[str], *, name: str, path: str, verify: str | None) -> str:
    """The command that upgrades a path to a kind of build, such as 3.13t. Raises `Unsafe`."""
    _require(_is_plain_path(path), "path", path)
    options = {"upgrade_build_options": {"verify": verify}} if verify else {}
    settings = {**options, "upgrade_name": name, "upgrade_path": path}
    playbook = ["ansible-playbook", "standalone.python.upgrade"]
    return shlex.join([*playbook, "-e", json.dumps(settings), "--limit", _pattern(hosts), "--become"])


def restart(hosts: Iterable[str], *, unit: str) -> str:
    """The command that restarts a service. Raises `Unsafe`."""
    _require(len(unit) <= _LONGEST_UNIT and _SERVICE.fullmatch(unit) is not None, "unit", unit)
    arguments = json.dumps({"name": unit, "state": "restarted"})
    return shlex.join(
        ["ansible", _pattern(hosts), "--become", "-m", "ansible.builtin.systemd_service", "-a", arguments]
    )


def update(hosts: Iterable[str], *, environment: str, owner: str, requirement: str) -> str:
    """The command that has an environment's own pip install a requirement, as its owner. Raises `Unsafe`."""
    _require(_is_plain_path(environment), "path", environment)
    _require(_USER.fullmatch(owner) is not None, "user", owner)
    _require(_REQUIREMENT.fullmatch(requirement) is not None, "requirement", requirement)
    program = [f"{environment}/bin/python", "-m", "pip", "install", requirement]
    user = ["--become", "--become-user", owner]
    return shlex.join(
        ["ansible", _pattern(hosts), *user, "-m", "ansible.builtin.command", "-a", json.dumps({"argv": program})]
    )


def bootstrap(hosts: Iterable[str], *, name: str, path: str) -> str:
    """The command that gives hosts without Python a build at a path. Raises `Unsafe`."""
    _require(_is_plain_path(path), "path", path)
    settings = json.dumps({"bootstrap_name": name, "bootstrap_path": path})
    playbook = ["ansible-playbook", "standalone.python.bootstrap"]
    return shlex.join([*playbook, "-e", settings, "--limit", _pattern(hosts), "--become"])


def _pattern(hosts: Iterable[str]) -> str:
    """The hosts as a pattern for Ansible's command line, where most marks mean a group, a file or another search."""
    names = list(hosts)
    for name in names:
        _require(_is_plain_host(name), "host name", name)
    return ",".join(names)


def _is_plain_path(path: str) -> bool:
    is_normal = posixpath.normpath(path) == path and not path.startswith("//")
    return is_normal and len(path) <= _LONGEST_PATH and _PATH.fullmatch(path) is not None


def _is_plain_host(name: str) -> bool:
    if _HOST.fullmatch(name):
        return len(name) <= _LONGEST_HOST and name not in _OF_MANY_HOSTS
    try:
        return str(ipaddress.IPv6Address(name)) == name.lower() and "%" not in name
    except ValueError:
        return False


def _require(is_plain: bool, kind: str, name: str) -> None:
    if not is_plain:
        raise Unsafe(
            f"No command is given, since the {kind} {_shown(name)} is not a plain one, and pasting it could run what a "
            "host wrote. Look at it on the host itself."
        )


def _shown(name: str) -> str:
    shown = readable(name[:_LONGEST_SHOWN])
    return f"{shown}…" if len(name) > _LONGEST_SHOWN else shown
