#!/usr/bin/python
# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Confirms provisional builds. Everything but the interface is in module_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: build_confirm
short_description: Confirm Python builds that were installed provisionally
version_added: 0.1.0
description:
  - Ends the provisional state of builds that M(standalone.python.build) installed with
    O(standalone.python.build#module:provisional=true).
  - The builds stay installed. Fallback builds that were kept only for them are removed.
  - Paths without a provisional build, and hosts without a store, are not changed.
author:
  - The standalone.python authors (!UNKNOWN)
extends_documentation_fragment:
  - standalone.python.attributes.host
  - standalone.python.stores
  - standalone.python.stores.lock
attributes:
  async:
    support: none
    description: The controller checks and completes the answer of the host, which C(async) leaves out.
  check_mode:
    support: full
    description: Reports the same result, and changes nothing.
  diff_mode:
    support: none
    description: The builds at the paths do not change.
  idempotent:
    support: full
    description: A second run finds nothing provisional.
seealso:
  - module: standalone.python.build
  - module: standalone.python.build_rollback
"""

EXAMPLES = r"""
- name: Install a provisional build
  standalone.python.build:
    name: "3.13"
    state: latest
    path: /opt/python/3.13
    provisional: true

- name: Check that it works
  ansible.builtin.command:
    argv: [/opt/python/3.13/bin/python3.13, -c, import ssl]
  changed_when: false

- name: Confirm it
  standalone.python.build_confirm:
    paths: [/opt/python/3.13]
"""

RETURN = r"""
paths:
  description: The paths that had a provisional build.
  returned: success
  type: list
  elements: str
  sample: [/opt/python/3.13]
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._zip_imports import compile_once

compile_once()  # before the imports that it makes quicker

from ..module_utils._errors import StandaloneError
from ..module_utils._install import confirm


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "paths": {"type": "list", "elements": "path", "aliases": ["path"]},
            "stores": {"type": "list", "elements": "path", "aliases": ["store"]},
            "lock_timeout": {"type": "int", "default": 900},
        },
        supports_check_mode=True,
    )
    try:
        result = confirm.run(module.params, check_mode=module.check_mode)
    except StandaloneError as error:
        module.fail_json(msg=str(error))
    for warning in result.pop("warnings"):
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
