#!/usr/bin/python
# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes paths back to builds that they had. Everything but the interface is in module_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: build_rollback
short_description: Roll hosts back to their previous Python builds
version_added: 0.1.0
description:
  - Switches paths of M(standalone.python.build) back to their previous build, from their store. Needs no index and no
    network, and takes one remote call for any number of paths.
  - A provisional build is replaced by its fallback.
  - Paths whose build is not O(from_build), and hosts without any build, are not changed.
  - Never switches to a newer build. The history of a path records each build that it was rolled back from, until
    another task installs that build again. Until then, a rollback skips it.
  - Fails before anything is changed if the store has no earlier build for such a path that the host can run, or if that
    build changed since it was installed. A rollback fetches nothing, so it cannot repair a build.
  - Warns if links elsewhere to the interpreter no longer serve, since the earlier build is of a release whose
    interpreters make environments that do not start when a link called them.
author:
  - The standalone.python authors (!UNKNOWN)
extends_documentation_fragment:
  - standalone.python.attributes.host
  - standalone.python.attributes.changes
  - standalone.python.stores
  - standalone.python.stores.lock
  - standalone.python.stores.root
options:
  from_build:
    description:
      - The build to roll back from, by its version, V(3.13.6), its release, V(20250807), both, V(3.13.6+20250807), or
        its full name. Since this names the build to replace, a second run changes nothing.
      - V(any) matches every build. Each run then rolls back by one more build, and fails where there is none.
    type: str
    required: true
  reason:
    description:
      - The reason for the rollback. It is recorded in the path's history. M(standalone.python.build_info) and the
        playbooks C(audit) and C(upgrade) show it. Do not put secrets in it.
    type: str
    default: ''
attributes:
  async:
    support: none
    description: The controller checks and completes the answer of the host, which C(async) leaves out.
  diff_mode:
    description: Shows each path before and after.
  idempotent:
    support: partial
    description: If O(from_build) names a build. With V(any), each run rolls back by one more build.
seealso:
  - module: standalone.python.build
  - module: standalone.python.build_info
"""

EXAMPLES = r"""
- name: Roll back a build that does not work, at every path that has it
  standalone.python.build_rollback:
    from_build: 3.13.6+20250807

- name: Roll back one path, with a reason
  standalone.python.build_rollback:
    from_build: "20250807"
    paths: [/opt/python/3.13]
    reason: The payment service does not start with it.

- name: Roll back one path from any build
  standalone.python.build_rollback:
    from_build: any
    paths: [/opt/python/3.13]
"""

RETURN = r"""
results:
  description: For each path that is rolled back, the result as M(standalone.python.build) returns it, with measured
    components only.
  returned: success
  type: list
  elements: dict
others:
  description: The paths that are not changed, with their builds.
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: The path.
      type: str
      sample: /opt/python/3.13
    build:
      description: The build at the path, as version and release. Null if there is none.
      type: str
      sample: 3.13.5+20250723
diff:
  description: Each path that is rolled back, before and after.
  returned: success
  type: list
  elements: dict
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._zip_imports import compile_once

compile_once()  # before the imports that it makes quicker

from ..module_utils._errors import StandaloneError
from ..module_utils._install import rollback


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "from_build": {"type": "str", "required": True},
            "reason": {"type": "str", "default": ""},
            "paths": {"type": "list", "elements": "path", "aliases": ["path"]},
            "stores": {"type": "list", "elements": "path", "aliases": ["store"]},
            "root": {"type": "path"},
            "lock_timeout": {"type": "int", "default": 900},
        },
        supports_check_mode=True,
    )
    try:
        result = rollback.run(module.params, check_mode=module.check_mode)
    except StandaloneError as error:
        module.fail_json(msg=str(error))
    for warning in result.pop("warnings"):
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
