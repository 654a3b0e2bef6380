#!/usr/bin/python
# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin, which decides on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: upgrade_plan
short_description: Internal to the playbook upgrade, decides what to do on a host
version_added: 0.1.0
description:
  - Internal. The playbook C(standalone.python.upgrade) runs it on each host.
  - Runs M(standalone.python.build_info) on the host, and compares the build at a path with the builds that were chosen
    for the run. Changes nothing.
  - Fails if no path follows from O(name), and if the chosen build is of another minor version, or free-threaded or
    debug in exchange for one that is not, and that is not allowed.
author:
  - The standalone.python authors (!UNKNOWN)
extends_documentation_fragment:
  - standalone.python.attributes.host
  - standalone.python.attributes.info
options:
  name:
    description:
      - The name that the chosen builds satisfy. A name that spans minor versions, such as V(latest), allows another
        minor version at the path.
    type: str
    required: true
  path:
    description: The path to upgrade. Without it, V(/opt/python/3.13) for a name of Python 3.13, and so on.
    type: str
  store:
    description: The store of the path. Without it, C(.builds) beside the path.
    type: str
  assets:
    description: The chosen builds, one for each target, as P(standalone.python.release#lookup) returns them.
    type: list
    elements: dict
    required: true
  allow_minor_change:
    description: Whether a build of another minor version may replace the one at the path, regardless of the name.
    type: bool
    default: false
attributes:
  action:
    support: full
    description: An action plugin runs one module on the host and decides on the controller.
  async:
    support: none
    description: The task is short.
seealso:
  - module: standalone.python.build_info
"""

EXAMPLES = r"""
- name: Compare the installed build with the chosen one
  standalone.python.upgrade_plan:
    name: "3.13"
    assets: "{{ query('standalone.python.release', '3.13', all_targets=true) | first }}"
  register: step
"""

RETURN = r"""
action:
  description:
    - V(upgrade), V(current), V(provisional) if the chosen build is installed and provisional, V(newer), V(absent), or
      V(no build) if no build was chosen for the target of the installed one.
  returned: success
  type: str
  sample: upgrade
note:
  description: The reason why nothing is done, or what happened with the chosen build in earlier runs. Else empty.
  returned: success
  type: str
started:
  description: When the decision began, in seconds since 1970, by the clock of the controller.
  returned: success
  type: float
path:
  description: The path.
  returned: if the path has a build
  type: str
  sample: /opt/python/3.13
store:
  description: The store of the path.
  returned: if the path has a build
  type: str
  sample: /opt/python/.builds
previous:
  description: The name of the build to roll back to. This is the one at the path, or its fallback if it is provisional.
  returned: if the path has a build
  type: str
  sample: cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-install_only_stripped
asset:
  description: The build that was chosen for the target of the installed one, without a login in its address, or null.
  returned: if the path has a build
  type: dict
keep:
  description: How many earlier builds of the path to keep, at least one.
  returned: if the path has a build
  type: int
  sample: 1
owner:
  description: The owner to install with. May be null.
  returned: if the path has a build
  type: str
group:
  description: The group to install with. May be null.
  returned: if the path has a build
  type: str
externally_managed:
  description: Whether to mark the build so that pip refuses to install into it.
  returned: if the path has a build
  type: bool
  sample: true
"""
