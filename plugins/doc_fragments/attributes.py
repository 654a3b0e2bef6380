# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the attributes that modules share. A module adds those, and the texts, that are its own."""

from __future__ import annotations


class ModuleDocFragment:
    """The platform of all modules; in other variants, what modules of one kind have in common."""

    DOCUMENTATION = r"""
attributes:
  platform:
    support: full
    platforms: posix
    description: Hosts with Linux or macOS.
"""

    # A module that runs on the host.
    HOST = r"""
attributes:
  platform:
    support: full
    platforms: posix
    description: Hosts with Linux or macOS.
requirements:
  - "Host: Python 3.9 or newer."
"""

    # A module that only reads.
    INFO = r"""
attributes:
  check_mode:
    support: full
    description: Changes nothing in any mode.
  diff_mode:
    support: none
    description: There is nothing to change.
  idempotent:
    support: full
    description: Changes nothing.
"""

    # A module whose check mode reports what a run does. The module describes its diff.
    CHANGES = r"""
attributes:
  check_mode:
    support: full
    description: Reports the same result and the same diff, and changes nothing.
  diff_mode:
    support: full
"""
