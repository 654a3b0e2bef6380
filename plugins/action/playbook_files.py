# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the files of a report on the controller, each in one step: a run of a module for each would take minutes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

from ansible_collections.standalone.python.plugins.plugin_utils._bytecode import keep_bytecode

keep_bytecode()  # before the imports that it makes quicker

from ansible_collections.standalone.python.plugins.module_utils._errors import (
    LockUnsupported,
    StandaloneError,
    StoreError,
)
from ansible_collections.standalone.python.plugins.module_utils._os.atomic import replace_file
from ansible_collections.standalone.python.plugins.module_utils._os.flock import Limit, wait_for_lock
from ansible_collections.standalone.python.plugins.plugin_utils._action import CollectionAction
from ansible_collections.standalone.python.plugins.plugin_utils._console import warn

_PATIENCE_S = 60  # a run writes for a few

_ARGUMENTS: dict[str, dict[str, Any]] = {
    "directory": {"type": "str", "required": True},
    "files": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {"name": {"type": "str", "required": True}, "content": {"type": "str", "required": True}},
    },
}


class ActionModule(CollectionAction):
    """`standalone.python.playbook_files` as a task sees it."""

    _requires_connection = False

    def _outcome(self, _task_vars: dict[str, Any]) -> dict[str, Any]:
        params = self._validated(_ARGUMENTS)
        written = [os.path.join(params["directory"], one["name"]) for one in params["files"]]
        if not self._task.check_mode:
            with _alone_in(params["directory"]):
                for path, one in zip(written, params["files"]):
                    _write(path, one["content"])
        return {"changed": False, "files": written}


@contextlib.contextmanager
def _alone_in(directory: str) -> Iterator[None]:
    """Wait for another run that writes there, so that all files are those of one run. Without locks, do not wait.

    Who may read the directory may hold its lock, so the report is not left out for it.
    """
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError, LockUnsupported):  # `_write` reports what is wrong
            os.makedirs(directory, exist_ok=True)
            handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
            stack.callback(os.close, handle)
            try:
                wait_for_lock(handle, f"the directory {directory}", Limit(_PATIENCE_S, "this task"))
            except LockUnsupported:
                raise
            except StoreError as error:
                warn(f"{error} This one writes its files without the lock.")
        yield


def _write(path: str, content: str) -> None:
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        replace_file(path, content, fresh=f"{path}.new")
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its content is no text"
        raise StandaloneError(f"Cannot write {path}: {reason}. Choose another directory, by audit_dir.") from None
