#!/usr/bin/python
# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links and files by which a host leads to builds. Everything but the interface is in module_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: wiring
short_description: Set all links and files by which a host leads to builds
version_added: 0.1.0
description:
  - Does what M(standalone.python.wiring_info) found missing, in one remote call, where M(ansible.builtin.file) and
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
attributes:
  check_mode:
    support: full
    description: Reports the same result and the same diff, and changes nothing.
  diff_mode:
    support: full
    description: Shows each link, file and directory before and after.
  idempotent:
    support: full
    description: A second run changes nothing.
  platform:
    support: full
    platforms: posix
    description: Hosts with Linux or macOS.
requirements:
  - "Host: Python 3.9 or newer."
seealso:
  - module: standalone.python.wiring_info
  - module: standalone.python.build
"""

EXAMPLES = r"""
- name: Lead to the build by names of our own
  standalone.python.wiring:
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

from ansible.module_utils.basic import AnsibleModule

from ..module_utils import _wiring
from ..module_utils._errors import StandaloneError


def main() -> None:
    path = {"type": "str", "required": True}
    module = AnsibleModule(
        argument_spec={
            "directories": {"type": "list", "elements": "str", "default": []},
            "links": _list_of({"path": path, "target": path}),
            "files": _list_of({"path": path, "content": path}),
            "absent": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    try:
        steps = _wiring.decide(_wiring.wanted(module.params))
        if not module.check_mode:
            _wiring.carry_out(steps)
    except StandaloneError as error:
        module.fail_json(msg=str(error))
    module.exit_json(
        changed=bool(steps),
        paths=[step.path for step in steps],
        diff=[step.diff() for step in steps],
    )


def _list_of(options: dict[str, dict[str, object]]) -> dict[str, object]:
    return {"type": "list", "elements": "dict", "default": [], "options": options}


if __name__ == "__main__":
    main()
