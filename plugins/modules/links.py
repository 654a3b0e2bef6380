#!/usr/bin/python
# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links and files that point to builds. Everything but the interface is in module_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: links
short_description: Internal to the role interpreter, creates the links and files that point to builds
version_added: 0.1.0
description:
  - Serves the role P(standalone.python.interpreter#role). Creates what M(standalone.python.links_info) reports as
    missing in one remote call, where M(ansible.builtin.file) and M(ansible.builtin.copy) would need several for each
    link and file.
  - Each link and file is replaced atomically, so no program finds one missing or half written.
  - Fails before anything is changed if it would overwrite something that the role does not create.
author:
  - The standalone.python authors (!UNKNOWN)
extends_documentation_fragment:
  - standalone.python.attributes
  - standalone.python.attributes.changes
options:
  directories:
    description:
      - Directories to create. Parents of O(links) and O(files) need not be listed. New directories get mode C(0755),
        regardless of the umask.
    type: list
    elements: str
    default: []
  links:
    description:
      - Symbolic links to create. They replace other links, but nothing else.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: The link.
        type: str
        required: true
      target:
        description: The target of the link. It need not exist.
        type: str
        required: true
  files:
    description:
      - Files to create, with mode C(0644). They replace other files and links. A file that a newer version of this
        collection wrote stays, with a warning.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: The file.
        type: str
        required: true
      content:
        description: The content of the file.
        type: str
        required: true
  absent:
    description:
      - Links and files to remove, after all other changes.
    type: list
    elements: str
    default: []
  root:
    description:
      - A directory to treat as the root of the system, as for M(standalone.python.build). All paths are inside it.
    type: str
  release:
    description:
      - With O(root), the time of all that this module writes, so that two runs make the same tree. It is the day of
        this release of python-build-standalone, such as V(20260814), or E(SOURCE_DATE_EPOCH) from the task's
        C(environment) or the controller.
    type: str
  unregister:
    description:
      - With O(root), alternatives to remove by C(update-alternatives --root), before all other changes.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The group.
        type: str
        required: true
      path:
        description: The path to remove from the group.
        type: str
        required: true
  register:
    description:
      - With O(root), alternatives to install by C(update-alternatives --root), after all other changes. They are
        installed even if they exist.
      - For the running system, use M(community.general.alternatives), which has no such option.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The group.
        type: str
        required: true
      link:
        description: The link of the group.
        type: str
        required: true
      path:
        description: The path that the group can point to.
        type: str
        required: true
      priority:
        description: Its priority.
        type: int
        default: 50
      subcommands:
        description: The subordinate links of the group, with name, link and path.
        type: list
        elements: dict
        default: []
        suboptions:
          name:
            description: The name of the link below C(/etc/alternatives).
            type: str
            required: true
          link:
            description: The link.
            type: str
            required: true
          path:
            description: The target of the link while the group points to O(register[].path).
            type: str
            required: true
      again:
        description: Whether to remove it first.
        type: bool
        default: false
attributes:
  async:
    support: none
    description: The controller checks and completes the answer of the host, which C(async) leaves out.
  diff_mode:
    description: Shows each link, file and directory before and after.
  idempotent:
    support: partial
    description: All but O(register) and O(unregister). M(standalone.python.links_info) reports which are missing.
requirements:
  - "Host: Python 3.9 or newer. For O(register) and O(unregister), update-alternatives of dpkg."
seealso:
  - module: standalone.python.links_info
  - module: standalone.python.build
"""

EXAMPLES = r"""
- name: Make the build available as python-app
  standalone.python.links:
    links:
      - path: /usr/local/bin/python-app
        target: /opt/python/3.13/libexec/python3.13  # starts bin/python3.13, for links
    files:
      - path: /etc/profile.d/python-app.sh
        content: |
          PYTHON_APP=/usr/local/bin/python-app
          export PYTHON_APP
"""

RETURN = r"""
paths:
  description: The paths that were changed, or would be in check mode, in this order.
  returned: success
  type: list
  elements: str
diff:
  description: Each of these before and after.
  returned: success
  type: list
  elements: dict
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._zip_imports import compile_once

compile_once()  # before the imports that it makes quicker

from ..module_utils._errors import StandaloneError
from ..module_utils._links import links


def main() -> None:
    module = AnsibleModule(argument_spec=links.LINKS_ARGUMENTS, supports_check_mode=True)
    try:
        result = links.run(module.params, check_mode=module.check_mode)
    except StandaloneError as error:
        module.fail_json(msg=str(error))
    for warning in result.pop("warnings"):
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
