# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load once, in the main process of Ansible, what the process of each task would otherwise load again.

Ansible loads filters and tests with the first template that uses one, and makes its lexer with the first template of
all, which is mostly in a worker. It forks a worker for each task and host, and what a worker has loaded ends with it.
Call these functions where the main process runs: on the import of an action.
"""

from __future__ import annotations

from contextlib import suppress


def load_filters_and_tests() -> None:
    """Load those of Ansible and of this collection."""
    from ansible.plugins.loader import filter_loader, test_loader

    with suppress(KeyError):  # of a collection that was imported without Ansible's loader
        filter_loader.get("standalone.python.readable")  # one is enough: Ansible reads all files to find it
        test_loader.get("ansible.builtin.defined")


def render_a_template() -> None:
    """Load the filters of Ansible, and what it makes for all templates. Does nothing where it cannot."""
    from ansible.template import Templar

    from ._ansible_host import trusted

    with suppress(Exception):  # the templates of the play fail in the same way, where the user sees it
        Templar(loader=None).template(trusted("{{ '' | string }}"))


def read_fields_of_results() -> None:
    """Let Ansible read the type hints of a result's fields, which it keeps. Does nothing where it cannot.

    No public function of Ansible does only that. Version 2.21 does it in each worker, for the result of a task and for
    that of a module.
    """
    with suppress(Exception):  # another version does it in another way, or not at all
        from ansible._internal._task import UnifiedTaskResult

        UnifiedTaskResult.from_action_result_dict({})
        UnifiedTaskResult.from_module_result_dict({})


def find_connections_and_shells() -> None:
    """Let Ansible list the directories of both kinds of plugins, which else each worker does for its own two."""
    from ansible.plugins.loader import connection_loader, shell_loader

    connection_loader.find_plugin("ssh")
    shell_loader.find_plugin("sh")
