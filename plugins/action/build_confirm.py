# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the module of this name and drop everything from its result that it does not return."""

from __future__ import annotations

from ansible_collections.standalone.python.plugins.plugin_utils._bytecode import keep_bytecode

keep_bytecode()  # before the imports that it makes quicker

from ansible_collections.standalone.python.plugins.plugin_utils._action import OwnModule


class ActionModule(OwnModule):
    """`standalone.python.build_confirm` as a task sees it."""

    _options = ("paths", "path", "stores", "store", "lock_timeout")
    _returns = "paths"
