# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find files of the controller that options name, such as a lock or requirements.

A relative name is looked for where Ansible looks for the files of a role or play, then beside the inventory, then from
the working directory of the command. This collection's own playbooks and roles are no places for a user's files.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ansible.errors import AnsibleFileNotFound

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError

from ._documents import UnknownHome, local_path
from ._options import URL_FILES

_COLLECTION = Path(__file__).resolve().parents[2]
_OWN = tuple(f"{_COLLECTION / part}/" for part in ("playbooks", "roles"))
_MADE_BY = {
    "lock": " To make it, run ansible-playbook standalone.python.lock."
}  # where this collection makes such a file
_FILES = "files"  # the directory for files, beside a playbook or in a role


class MissingFile(StandaloneError):
    """The controller does not have a file that an option names."""


class ControllerFiles(NamedTuple):
    """The files that one task, lookup or host can name.

    `loader` is Ansible's, `search_path` the directories of the task's roles and play, and `variables` those of the
    host.
    """

    loader: Any
    search_path: Sequence[str]
    variables: Mapping[str, Any]

    def find(self, name: str, what: str) -> str:
        """The absolute path of a file; `what` is its kind for the message. Raises `MissingFile`."""
        try:
            found = self._found(name)
        except UnknownHome as error:
            raise MissingFile(
                f"Cannot read the {what} {name}: {error.strerror}. Write its path from the root."
            ) from None
        if found:
            return found
        made_by = _MADE_BY.get(what, "")
        if os.path.isabs(os.path.expanduser(name)):
            raise MissingFile(
                f"Cannot read the {what} {name}: the controller has no such file. Correct the path.{made_by}"
            )
        raise MissingFile(
            f"Cannot read the {what} {name}: the controller has no such file in {', '.join(self._directories())}. "
            f"Correct the path, or write it from the root.{made_by}"
        )

    def located(self, name: str) -> str:
        """The absolute path of a file if there is one, else the name with the home directory for `~`."""
        try:
            return self._found(name) or os.path.expanduser(name)
        except UnknownHome:
            return name

    def located_index(self, address: str) -> str:
        """The address of an index, which may be a file."""
        return address if address == "bundled" or "://" in address else self.located(address)

    def located_in(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The options with the files of requests and of the trusted root as the controller reads them.

        A module gets the options as they were written, so that `~` is the home of the user there.
        """
        found: dict[str, Any] = {name: self.located(params[name]) for name in URL_FILES if params.get(name)}
        policy = params.get("provenance")
        if isinstance(policy, Mapping) and policy.get("trusted_root"):
            found["provenance"] = {**policy, "trusted_root": self.located(policy["trusted_root"])}
        return {**params, **found}

    def read(self, path: str) -> str:
        """The text of a file; decrypted, if Ansible Vault encrypted it. Bytes that are not UTF-8 become surrogates."""
        content, _is_plain = self.loader._get_file_contents(path)  # its public form is new in ansible-core 2.19
        return str(content.decode("utf-8", "surrogateescape"))

    def _found(self, name: str) -> str | None:
        """The absolute path; None without such a file. Raises `UnknownHome`."""
        if os.path.isabs(local := local_path(name)) and name.startswith(("/", "~")):
            return local if os.path.exists(local) else None
        found = self._found_by_ansible(name)
        if found:
            return found
        candidates = (os.path.join(directory, name) for directory in self._directories())
        return next((file for file in candidates if os.path.exists(file)), None)

    def _found_by_ansible(self, name: str) -> str | None:
        paths = [path for path in self.search_path if not _is_own(path)]
        try:
            found = str(self.loader.path_dwim_relative_stack(paths, _FILES, name))
        except AnsibleFileNotFound:
            return None
        return None if _is_own(found) else found

    def _directories(self) -> list[str]:
        """The directories that are searched, without those named `files` in them."""
        play = [*self.search_path, self.loader.get_basedir()]
        return list(dict.fromkeys([*(path for path in play if not _is_own(path)), *self._others()]))

    def _others(self) -> Iterator[str]:
        """Directories that Ansible does not search."""
        inventory = self.variables.get("inventory_dir") or self._inventory_of_others()
        if inventory and os.path.isabs(str(inventory)):  # Ansible says None, as a text, for one that is no file
            yield str(inventory)
        yield os.getcwd()

    def _inventory_of_others(self) -> Any:
        """The directory of the inventory for a localhost that it does not name."""
        first = next(iter((self.variables.get("groups") or {}).get("all", ())), None)
        return self.variables["hostvars"][first].get("inventory_dir") if first else None


def _is_own(path: str) -> bool:
    return f"{os.path.realpath(path)}/".startswith(_OWN)
