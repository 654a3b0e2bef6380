#!/usr/bin/python
# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin, which has the module build do the work on the host."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: bootstrap
short_description: Install Python on a host that has none for Ansible
version_added: 0.1.0
description:
  - Does what M(standalone.python.build) does, on hosts that have no Python, or one that ansible-core no longer runs on.
    The host needs a POSIX shell, C(tar) and C(gzip); those of busybox are enough.
  - The controller fetches the archive into its cache, verifies it and sends it over the connection. On the host it is
    unpacked in the staging directory of the store, and its interpreter runs the module M(standalone.python.build) with
    the same archive. So the result is the same as that of the module on any host, and later tasks can use the module
    itself.
  - A run that changes nothing is one shell command on the host, and reads no index.
  - The role P(standalone.python.bootstrap#role) does this and lets the rest of the play use the new interpreter.
author:
  - The standalone.python authors (!UNKNOWN)
extends_documentation_fragment:
  - standalone.python.asset
  - standalone.python.attributes
  - standalone.python.attributes.changes
  - standalone.python.provenance
  - standalone.python.url
options:
  name:
    description:
      - The name of the build, as for O(standalone.python.build#module:name). Write it in quotes.
      - It must be one of Python 3.9 or newer that is published as C(.tar.gz), as all are but debug builds.
      - Required unless O(asset) is given.
    type: str
  path:
    description: The path to install the interpreter at, as for O(standalone.python.build#module:path).
    type: str
    required: true
    aliases: [dest]
  store:
    description:
      - The directory that holds the builds, C(.builds) beside O(path) by default.
      - The archive is unpacked here and nowhere else, so its file system must allow programs to run. C(/tmp) may be
        mounted with C(noexec).
    type: str
  flavor:
    description: The form of the build. Without it, the first of these that exists.
    type: str
    choices: [install_only_stripped, install_only]
  target:
    description: The triple of the build. Without it, the host's own.
    type: str
  cpu_level:
    description: The x86-64 level of the build, as for O(standalone.python.build#module:cpu_level).
    type: str
    choices: [baseline, auto, v2, v3, v4]
    default: baseline
  prerelease:
    description: Whether a name that does not state a pre-release may resolve to one.
    type: bool
    default: false
  min_age:
    description: Leaves out releases younger than this, for example V(7d).
    type: str
  exclude:
    description: Builds that must not be chosen, as for O(standalone.python.build#module:exclude).
    type: raw
  index:
    description: The indexes to read names and digests from, as for O(standalone.python.build#module:index).
    type: list
    elements: str
  index_max_age:
    description: Refuses an index whose newest release is older, as for O(standalone.python.build#module:index_max_age).
    type: str
  lock:
    description:
      - A lock file on the controller that pins the asset for O(name), as for O(standalone.python.build#module:lock).
    type: path
  mirror:
    description:
      - The base URLs that the controller fetches archives from, with the defaults of
        O(standalone.python.build#module:mirror).
      - A V(file://) mirror is on the controller.
    type: list
    elements: str
  archive:
    description: An archive on the controller to send instead of fetching one. Requires O(name) and O(checksum).
    type: path
  checksum:
    description: The SHA-256 digest that the archive must have.
    type: str
  keep:
    description: How many earlier builds of this path to keep in the store for a rollback.
    type: int
    default: 1
  owner:
    description: The user that owns the build's files, by name or number. The default is the user that runs the task.
    type: str
  group:
    description: The group of the build's files, by name or number. The default is the group of the user that runs the
      task.
    type: str
  compile_bytecode:
    description: Whether to compile the standard library when the build is installed.
    type: bool
    default: true
  externally_managed:
    description: Whether to mark the build as managed, so that pip installs into environments only.
    type: bool
    default: true
  verify:
    description: How closely to check an installed build, as for O(standalone.python.build#module:verify).
    type: str
    choices: [quick, full, none]
    default: quick
  health_imports:
    description: Modules that the new interpreter must be able to import on this host before it is used.
    type: list
    elements: str
    default: [ssl, sqlite3, ctypes, zlib, lzma, bz2, hashlib, venv]
  allow_minor_change:
    description:
      - Whether a build of another minor version may replace the one at O(path), as for
        O(standalone.python.build#module:allow_minor_change).
    type: bool
    default: false
  fips:
    description: What to do on a host in FIPS mode, as for O(standalone.python.build#module:fips).
    type: str
    choices: [warn, refuse, ignore]
    default: warn
attributes:
  check_mode:
    description: Reports the same result and the same diff, and changes nothing. For a build that may have drifted it
      reports that, and does not compare the content, since this needs an interpreter.
  diff_mode:
    description: Shows the build at the path before and after.
  action:
    support: full
    description: An action plugin does all of it. The host runs only what the action plugin sends.
  async:
    support: none
    description: An installation takes seconds.
requirements:
  - "Controller: the requests library, to fetch an index. For O(verify_provenance) sigstore, and cramjam where GitHub is
    asked."
  - "Host: a POSIX shell, C(tar) and C(gzip)."
notes:
  - Turn pipelining on. The archive is then written straight into the store, through the standard input of one command.
    Without pipelining it is copied as a file through Ansible's temporary directory, which takes more commands.
seealso:
  - module: standalone.python.build
  - plugin: standalone.python.release
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Install Python 3.13 on a host that has none
  standalone.python.bootstrap:
    name: "3.13"
    path: /opt/python/3.13
  register: python

- name: Use it for all later tasks
  ansible.builtin.set_fact:
    ansible_python_interpreter: "{{ python.path }}/bin/python3"
  when: not ansible_check_mode

- name: Install it from an archive on the controller
  standalone.python.bootstrap:
    name: 3.13.5+20250723
    archive: files/python.tar.gz
    checksum: sha256:4b8fbd0de1a7c0ac8e0b1a6bd3ec8b0d3e7dd0a0d4cfb0a8c4a1e4f4cbcf7f50
    path: /opt/python/3.13.5
"""

RETURN = r"""
build:
  description: The build at the path after the task, as M(standalone.python.build) returns it.
  returned: success
  type: dict
  sample:
    name: cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-install_only_stripped
    version: 3.13.5
    release: "20250723"
    target: x86_64-unknown-linux-gnu
    flavor: install_only_stripped
    build_options: ""
previous:
  description: The build that this task replaced. Null when it replaced none.
  returned: success
  type: dict
path:
  description: The path, absolute and without a slash at its end.
  returned: success
  type: str
  sample: /opt/python/3.13
executable:
  description: The interpreter, reached through the path.
  returned: success
  type: str
  sample: /opt/python/3.13/bin/python3.13
executables:
  description: Every program of the build. In check mode before the first installation, only the names of the
    interpreter.
  returned: success
  type: list
  elements: str
  sample: [/opt/python/3.13/bin/pip3, /opt/python/3.13/bin/python3.13]
store:
  description: The directory that holds the builds.
  returned: success
  type: str
  sample: /opt/python/.builds
drift:
  description: The differences between the build at the path and the published one, in the lists C(changed), C(missing)
    and C(added).
  returned: success
  type: dict
pruned:
  description: The builds that were removed from the store.
  returned: success
  type: list
  elements: str
in_use:
  description: Earlier builds of this path that processes still run, with their C(build) and C(pids).
  returned: success
  type: list
  elements: dict
diff:
  description: The path before and after.
  returned: success
  type: dict
components:
  description: What the build carries, as M(standalone.python.build) returns it.
  returned: success
  type: dict
health:
  description: The result of the health check. Null when this task made no new build.
  returned: success
  type: dict
timings:
  description: How long the parts of an installation took on the host, in seconds.
  returned: success
  type: dict
"""
