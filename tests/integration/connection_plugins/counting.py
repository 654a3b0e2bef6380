# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The local connection, which notes down what it is asked to do."""

from __future__ import annotations

from ansible.plugins.connection import local

DOCUMENTATION = """
name: counting
author: the standalone.python authors
short_description: The local connection, with a log
description: Runs on the controller, as C(local) does, and adds a line to a file for each command and each transfer.
options:
  log:
    description: The file; each line is the name of the connection's method that was called.
    type: path
    required: true
    vars:
      - name: ansible_counting_log
  become_success_timeout:
    description: As of C(local).
    type: int
    default: 10
  become_strip_preamble:
    description: As of C(local).
    type: bool
    default: true
extends_documentation_fragment:
  - connection_pipelining
"""


class Connection(local.Connection):
    """A connection to this machine."""

    transport = "counting"

    def exec_command(self, *args, **kwargs):
        self._note("exec_command")
        return super().exec_command(*args, **kwargs)

    def put_file(self, *args, **kwargs):
        self._note("put_file")
        return super().put_file(*args, **kwargs)

    def fetch_file(self, *args, **kwargs):
        self._note("fetch_file")
        return super().fetch_file(*args, **kwargs)

    def _note(self, method: str) -> None:
        with open(self.get_option("log"), "a", encoding="utf-8") as log:
            log.write(method + "\n")
