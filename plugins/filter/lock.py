# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a lock's renewal brings. Everything but the interface is in plugin_utils, and imported when it is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.standalone.python.plugins.plugin_utils._bytecode import keep_bytecode

keep_bytecode()  # before the imports that it makes quicker

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError


def lock_changes(now: str, former: str, advisories: dict[str, Any] | None = None) -> dict[str, Any]:
    from ansible_collections.standalone.python.plugins.plugin_utils._advisories.sources import Advisories
    from ansible_collections.standalone.python.plugins.plugin_utils._lock import changes
    from ansible_collections.standalone.python.plugins.plugin_utils._lock.file import LockFile

    now, former = ("".join(text) for text in (now, former))  # libyaml reads no subclass of str
    try:
        earlier = LockFile.parse(former, "The former lock") if former.strip() else LockFile({})
        known = Advisories.from_dict(advisories).all if advisories else ()
        found = changes.changes(earlier, LockFile.parse(now, "The lock"), known)
    except StandaloneError as error:
        raise AnsibleFilterError(str(error)) from None
    return {"changes": found, "lines": changes.as_lines(found), "markdown": changes.as_markdown(found)}


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"lock_changes": lock_changes}
