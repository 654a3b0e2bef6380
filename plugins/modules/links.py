#!/usr/bin/python
# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links and files by which a host leads to builds. Everything but the interface is in module_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: links
short_description: Set all links and files by which a host leads to builds
version_added: 0.1.0
description:
  - Does what M(standalone.python.links_info) found missing, in one remote call, where M(ansible.builtin.file) and
    M(ansible.builtin.copy) would need several for each link and file.
  - Each link and file gets its place in one step, so nobody meets one that is missing or half written.
  - Fails, before anything is changed, where something stands that the role
    P(standalone.python.interpreter#role) does not make.
author:
  - The standalone.python authors (!UNKNOWN)
options:
  directories:
    description:
      - Directories that are to be there. Those above O(links) and O(files) need not be named. What has to be made gets
        mode C(0755), whatever the umask.
    type: list
    elements: str
    default: []
  links:
    description:
      - Symbolic links that are to be there. They take the place of other links, not of anything else.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: The link.
        type: str
        required: true
      target:
        description: Where it leads. Nothing needs to be there.
        type: str
        required: true
  files:
    description:
      - Files that are to be there, with mode C(0644). They take the place of other files and links.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: The file.
        type: str
        required: true
      content:
        description: What is in it.
        type: str
        required: true
  absent:
    description:
      - Links and files that are not to be there. They are removed last.
    type: list
    elements: str
    default: []
  root:
    description:
      - A directory that is the system, as for M(standalone.python.build), in which all paths are.
    type: str
  release:
    description:
      - In a O(root), whatever this module writes is dated so that two runs make the same. That is the day of this
        release of python-build-standalone, as V(20260814), or what E(SOURCE_DATE_EPOCH) says in the task's
        C(environment) or on the controller.
    type: str
  unregister:
    description:
      - In a O(root), alternatives to remove by C(update-alternatives --root), before all else.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The group.
        type: str
        required: true
      path:
        description: What it is no longer to lead to.
        type: str
        required: true
  register:
    description:
      - In a O(root), alternatives to install by C(update-alternatives --root), after all else. They are installed
        whether they are there or not.
      - For the running system, use M(community.general.alternatives), which knows no root.
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
        description: What it may lead to.
        type: str
        required: true
      priority:
        description: Its priority.
        type: int
        default: 50
      subcommands:
        description: What goes with it, with name, link and path.
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
            description: Where it leads while its group leads to O(register[].path).
            type: str
            required: true
      again:
        description: Whether to remove it first.
        type: bool
        default: false
attributes:
  check_mode:
    support: full
    description: Reports the same result and the same diff, and changes nothing.
  diff_mode:
    support: full
    description: Shows each link, file and directory before and after.
  idempotent:
    support: partial
    description: All but O(register) and O(unregister). M(standalone.python.links_info) tells which are missing.
  platform:
    support: full
    platforms: posix
    description: Hosts with Linux or macOS.
requirements:
  - "Host: Python 3.9 or newer. For O(register) and O(unregister), update-alternatives of dpkg."
seealso:
  - module: standalone.python.links_info
  - module: standalone.python.build
"""

EXAMPLES = r"""
- name: Lead to the build by names of our own
  standalone.python.links:
    links:
      - path: /usr/local/bin/python-app
        target: /opt/python/3.13/bin/python3.13
    files:
      - path: /etc/profile.d/python-app.sh
        content: |
          PYTHON_APP=/usr/local/bin/python-app
          export PYTHON_APP
"""

RETURN = r"""
paths:
  description: What was changed, or would be in check mode, in this order.
  returned: success
  type: list
  elements: str
diff:
  description: Each of these before and after.
  returned: success
  type: list
  elements: dict
"""

import time

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argspec import LINKS_ARGUMENTS
from ..module_utils._errors import StandaloneError
from ..module_utils._links import alternatives as _image_alternatives
from ..module_utils._links import links
from ..module_utils._os.target_root import TargetRoot
from ..module_utils._os.timestamps import SourceDate


def main() -> None:
    module = AnsibleModule(argument_spec=LINKS_ARGUMENTS, supports_check_mode=True)
    params = module.params
    began_at_s = time.time()
    try:
        system = TargetRoot.of(params["root"])
        system.require()
        source_date = SourceDate.of(params["release"], system)
        alternatives = _image_alternatives.changes(params)
        steps = links.decide(links.wanted(params), system)
        if not module.check_mode:
            _image_alternatives.carry_out([one for one in alternatives if not one.comes], system)
            links.carry_out(steps, system)
            _image_alternatives.carry_out([one for one in alternatives if one.comes], system)
            places = [system.place_of(path) for one in alternatives for path in one.choice.places]
            source_date.date_around([*places, *(system.place_of(step.path) for step in steps)], system, began_at_s)
    except StandaloneError as error:
        module.fail_json(msg=str(error))
    module.exit_json(
        changed=bool(alternatives or steps),
        paths=[*(one.path for one in alternatives), *(step.path for step in steps)],
        diff=[*(one.diff() for one in alternatives), *(step.diff() for step in steps)],
    )


if __name__ == "__main__":
    main()
