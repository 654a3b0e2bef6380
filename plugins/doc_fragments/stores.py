# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options of modules that work on all builds of some stores."""

from __future__ import annotations


class ModuleDocFragment:
    """The stores and their paths; in other variants, the system that has them, and the wait for their locks."""

    DOCUMENTATION = r"""
options:
  paths:
    description:
      - The paths, as given to O(standalone.python.build#module:path). Without it, all paths that use one of the stores;
        with an empty list, none.
    type: list
    elements: path
    aliases: [path]
  stores:
    description:
      - The stores. Without it, those beside O(paths), or without that the store of V(/opt/python).
    type: list
    elements: path
    aliases: [store]
"""

    ROOT = r"""
options:
  root:
    description:
      - A directory to treat as the root of the system, as for O(standalone.python.build#module:root). O(paths) and
        O(stores) are inside it.
    type: path
"""

    LOCK = r"""
options:
  lock_timeout:
    description:
      - The seconds to wait while another run holds the lock of a store.
    type: int
    default: 900
"""
