# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load once, in the main process of Ansible, what the process of each task would otherwise load again.

Ansible loads filters and tests with the first template that uses one, which is mostly in a worker. It forks a worker
for each task and host, and what a worker has loaded ends with it.
"""

from __future__ import annotations


def load_filters_and_tests() -> None:
    """Load those of Ansible and of this collection. Call it where the main process runs: on the import of an action."""
    from ansible.plugins.loader import filter_loader, test_loader

    filter_loader.get("standalone.python.readable")  # one is enough: Ansible reads all files to find it
    test_loader.get("ansible.builtin.defined")
