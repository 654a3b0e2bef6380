#!/usr/bin/python
# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin, which does all of it from the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: playbook_settings
short_description: Internal to the playbooks, checks their variables
version_added: 0.1.0
description:
  - Internal. The playbooks of this collection run it first.
  - Reads the variables of all hosts on the controller, regardless of where they are set, and compares them with the
    argument spec of the playbook. Fails for variables that the playbook does not have, for invalid values, and for
    files that the controller does not have.
  - Variables of other tools with the prefix of the playbook are ignored if the variable
    C(standalone_python_foreign_variables) lists them.
author:
  - The standalone.python authors (!UNKNOWN)
extends_documentation_fragment:
  - standalone.python.attributes
  - standalone.python.attributes.info
options:
  playbook:
    description: The name of the playbook.
    type: str
    choices: [audit, bootstrap, install, lock, rollback, upgrade]
    required: true
attributes:
  platform:
    description: Runs on the controller only.
"""

EXAMPLES = r"""
- name: Check the settings
  standalone.python.playbook_settings:
    playbook: upgrade
  run_once: true
"""

RETURN = r"""
hosts:
  description: The pattern of hosts that the playbook runs on.
  returned: success
  type: raw
  sample: all
waves:
  description: The waves for the keyword C(serial). Null where the playbook has none.
  returned: success
  type: list
  elements: raw
  sample: [1, "10%", "100%"]
paths:
  description: The absolute paths of files and directories that the playbook writes on the controller, by variables.
  returned: success
  type: dict
  sample: {"audit_dir": "/home/ops/python-audit"}
count:
  description: The number of hosts that the pattern matches.
  returned: success
  type: int
  sample: 12
"""
