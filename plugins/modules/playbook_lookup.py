#!/usr/bin/python
# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin, which does all of it from the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: playbook_lookup
short_description: Internal to the playbooks, runs a lookup as a task
version_added: 0.1.0
description:
  - Internal. The playbooks C(standalone.python.upgrade) and C(standalone.python.lock) choose builds with it, and
    C(standalone.python.audit) and C(standalone.python.lock) read advisories.
  - Fails with the message of the lookup. Ansible would show the failure of a lookup in a template several times.
author:
  - The standalone.python authors (!UNKNOWN)
extends_documentation_fragment:
  - standalone.python.attributes
  - standalone.python.attributes.info
options:
  lookup:
    description:
      - The lookup, without the name of the collection.
      - V(advisories) is no lookup. It reads the files, directories and addresses of advisories in O(terms), of which
        files are found as those of the lookups.
    type: str
    choices: [advisories, lock_content, release]
    required: true
  terms:
    description: The terms of the lookup.
    type: list
    elements: str
    required: true
  options:
    description: The options of the lookup, or those of requests for advisories.
    type: dict
    default: {}
  check_only:
    description: Whether to return no values, since they can hold secrets.
    type: bool
    default: false
attributes:
  platform:
    description: Runs on the controller only.
seealso:
  - plugin: standalone.python.lock_content
    plugin_type: lookup
  - plugin: standalone.python.release
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Find one build for each target
  standalone.python.playbook_lookup:
    lookup: release
    terms: ["3.13"]
    options:
      all_targets: true
  run_once: true
  register: found
"""

RETURN = r"""
found:
  description: What the lookup returns, an item for each term or one for all.
  returned: success, without O(check_only)
  type: list
  elements: raw
"""
