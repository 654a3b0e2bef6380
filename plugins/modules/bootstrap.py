#!/usr/bin/python
# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin, which has the module build do the work on the host."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: bootstrap
short_description: Install a named build on a host that has no usable Python
version_added: 0.1.0
description:
  - Does what M(standalone.python.build) does, on hosts that have no Python, or one that ansible-core no longer runs on.
    The host needs a POSIX shell, C(tar) and C(gzip); those of busybox are enough.
  - The controller fetches the archive into its cache, verifies it and sends it over the connection. On the host it is
    unpacked in the store's staging, and the interpreter in it runs the module M(standalone.python.build) with the same
    archive. So what is there afterwards is what that module makes anywhere, and it takes over from there.
  - A second run with nothing to do is one shell command on the host, and reads no index.
  - The role P(standalone.python.bootstrap#role) does this and lets the rest of the play use the new interpreter.
author:
  - The standalone.python authors (!UNKNOWN)
extends_documentation_fragment:
  - standalone.python.asset
  - standalone.python.provenance
  - standalone.python.url
options:
  name:
    description:
      - Which build, as for O(standalone.python.build#module:name). Write it in quotes.
      - It must be one of Python 3.9 or newer that is published as C(.tar.gz), as all are but debug builds.
      - Required unless O(asset) says what is wanted.
    type: str
  path:
    description: Where the interpreter is wanted, as for O(standalone.python.build#module:path).
    type: str
    required: true
    aliases: [dest]
  store:
    description:
      - The directory that holds the builds, C(.builds) beside O(path) by default.
      - The archive is unpacked here and nowhere else, so programs in it must be allowed to run. C(/tmp) need not be.
    type: str
  flavor:
    description: Which form of the build. Without it, the first of these that exists.
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
    description: Whether names that do not state a pre-release may be answered by one.
    type: bool
    default: false
  min_age:
    description: Refuses releases younger than this, for example V(7d).
    type: str
  index:
    description: Where names and digests come from, as for O(standalone.python.build#module:index).
    type: list
    elements: str
  index_max_age:
    description: Refuses an index whose newest release is older, as for O(standalone.python.build#module:index_max_age).
    type: str
  lock:
    description:
      - A lock file on the controller that says which asset answers, as for O(standalone.python.build#module:lock).
    type: path
  mirror:
    description:
      - Where the controller gets archives from, with the defaults of O(standalone.python.build#module:mirror).
      - A V(file://) mirror is on the controller.
    type: list
    elements: str
  archive:
    description: An archive on the controller to send instead of one that is fetched. Requires O(name) and O(checksum).
    type: path
  checksum:
    description: The SHA-256 digest that the archive must have.
    type: str
  keep:
    description: How many earlier builds of this path stay in the store, to go back to.
    type: int
    default: 1
  owner:
    description: The user that owns the build's files, by name or number. Without it, whoever runs the task.
    type: str
  group:
    description: The group of the build's files, by name or number, likewise.
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
    description: How closely to look at a build that is there, as for O(standalone.python.build#module:verify).
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
attributes:
  check_mode:
    support: full
    description: Reports the same result and the same diff, and changes nothing. Of a build that may have drifted it
      says so, and does not compare its content, since that takes an interpreter.
  diff_mode:
    support: full
    description: Shows the build at the path before and after.
  action:
    support: full
    description: An action plugin does this. There is nothing to run on the host but what the action plugin sends.
  async:
    support: none
    description: An installation takes seconds.
  platform:
    support: full
    platforms: posix
    description: Hosts with Linux or macOS.
requirements:
  - "Controller: the requests library, to fetch an index. For O(verify_provenance) sigstore, and cramjam where GitHub is
    asked."
  - "Host: a POSIX shell, C(tar) and C(gzip)."
notes:
  - Turn pipelining on. The archive then goes straight into the store, by the input of one command. Without pipelining
    it goes as a file through Ansible's temporary directory, which costs more commands.
seealso:
  - module: standalone.python.build
  - plugin: standalone.python.release
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Python 3.13 on a host that has none
  standalone.python.bootstrap:
    name: "3.13"
    path: /opt/python/3.13
  register: python

- name: Let everything that follows use it
  ansible.builtin.set_fact:
    ansible_python_interpreter: "{{ python.path }}/bin/python3"
  when: not ansible_check_mode

- name: The same, with an archive that is at hand
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
  description: Every program of the build. In check mode, before it was ever unpacked, only the interpreter's names.
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
  description: What in the build at the path was not as published, in the lists C(changed), C(missing) and C(added).
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
health:
  description: How the new interpreter was found. Null when this task made no new build.
  returned: success
  type: dict
timings:
  description: How long the parts of an installation took on the host, in seconds.
  returned: success
  type: dict
"""
