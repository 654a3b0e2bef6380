# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the files of the controller that variables of a playbook name, before anything is done on any host."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError

from .._advisories.sources import ADVISORIES
from .._controller_files import ControllerFiles
from .._links.requirements_file import REQUIREMENTS, read_requirements
from .._lock.lock import Lock
from .._options import URL_FILES

_Read = Callable[[str, ControllerFiles], object]
_Named = tuple[str, str, str]  # variable, kind of file, name of file

# How each kind is read; raises for content that no host could use.
_READ: Mapping[str, _Read] = {
    REQUIREMENTS: lambda path, files: read_requirements(path, files.read),
    "lock": lambda path, _files: Lock.read(path),
    "archive": lambda path, _files: path,
    "trusted root": lambda path, _files: path,
    ADVISORIES: lambda path, _files: path,
    **{f"file of {name}": lambda path, _files: path for name in URL_FILES},
}
_LISTS = {"advisories": ADVISORIES}  # of files and addresses; an index is read only if something has to be chosen
_KINDS = {"requirements": REQUIREMENTS, "lock": "lock", "archive": "archive"}


class FileCheck:
    """The check for all hosts of a run. `prefix` is that of the playbook's variables."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._known: dict[tuple[str, str], str | None] = {}

    def faults(self, values: Mapping[str, Any], files: ControllerFiles) -> Iterator[tuple[str, str]]:
        """Variable and fault for each file that is missing or has unusable content, with the variables of one host."""
        for variable, kind, name in self._named(values):
            fault = self._fault(kind, name, files)
            if fault:
                yield variable, fault

    def _fault(self, kind: str, name: str, files: ControllerFiles) -> str | None:
        try:
            path = files.find(name, kind)
        except StandaloneError as error:
            return str(error)
        if (kind, path) not in self._known:
            self._known[kind, path] = _message_of(partial(_READ[kind], path, files))
        return self._known[kind, path]

    def _named(self, values: Mapping[str, Any]) -> Iterator[_Named]:
        """The files that one host's variables name; not those for builds to remove, for which none is read."""
        prefix = self._prefix
        whole = {name.removeprefix(prefix): value for name, value in values.items()}
        builds = whole.get("builds")
        items = [one for one in builds if isinstance(one, Mapping)] if isinstance(builds, list) else []
        present = [item for item in items if item.get("state", whole.get("state")) != "absent"]
        for item in present:
            inherited = {"remote_src": whole.get("remote_src"), **item}
            yield from ((f"{prefix}builds", kind, name) for _option, kind, name in _files_in(inherited))
        if present or not (items or whole.get("state") == "absent"):
            yield from ((f"{prefix}{option}", kind, name) for option, kind, name in _files_in(whole))
        requests = whole.get("url_options")  # of playbooks whose requests the controller makes
        if isinstance(requests, Mapping):
            named = ((name, requests.get(name)) for name in URL_FILES)
            given = ((name, file) for name, file in named if isinstance(file, str) and file)
            yield from ((f"{prefix}url_options", f"file of {name}", file) for name, file in given)
        options = whole.get("build_options")
        if isinstance(options, Mapping):  # in the playbook upgrade; a role has a text of this name
            yield from ((f"{prefix}build_options", kind, name) for _option, kind, name in _files_in(options))


def _files_in(options: Mapping[str, Any]) -> Iterator[_Named]:
    """Option, kind and name for each file among the options of a build."""
    for option, kind in _KINDS.items():
        is_on_host = option == "archive" and options.get("remote_src") in (True, "true", "yes", 1)
        if isinstance(options.get(option), str) and options[option] and not is_on_host:
            yield option, kind, options[option]
    for option, kind in _LISTS.items():
        given = options.get(option)
        names = [given] if isinstance(given, str) else given if isinstance(given, list) else []
        files = (name for name in names if isinstance(name, str) and name and "://" not in name)
        yield from ((option, kind, name) for name in files)
    policy = options.get("provenance")
    if isinstance(policy, Mapping) and isinstance(policy.get("trusted_root"), str):
        yield "provenance", "trusted root", policy["trusted_root"]


def _message_of(read: Callable[[], object]) -> str | None:
    try:
        read()
    except StandaloneError as error:
        return str(error)
    return None
