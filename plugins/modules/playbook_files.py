#!/usr/bin/python
# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin, which does all of it from the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: playbook_files
short_description: Internal to the playbooks, writes the files of a report
version_added: 0.1.0
description:
  - Internal. The playbook C(standalone.python.audit) writes its report with it, on the controller.
  - Writes nothing in check mode, and never reports a change, since a report is no part of a host.
author:
  - The standalone.python authors (!UNKNOWN)
extends_documentation_fragment:
  - standalone.python.attributes
  - standalone.python.attributes.info
options:
  directory:
    description: The directory of the files, which is created.
    type: str
    required: true
  files:
    description: The files.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The path in the directory.
        type: str
        required: true
      content:
        description: The text.
        type: str
        required: true
attributes:
  platform:
    description: Runs on the controller only.
"""

EXAMPLES = r"""
- name: Write the report
  standalone.python.playbook_files:
    directory: /srv/reports
    files:
      - name: audit.csv
        content: "{{ report | standalone.python.audit_csv }}"
  run_once: true
"""

RETURN = r"""
files:
  description: The paths of the files.
  returned: success
  type: list
  elements: str
"""
