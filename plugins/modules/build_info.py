#!/usr/bin/python
# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is installed on a host. Everything but the interface is in module_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: build_info
short_description: List the Python builds on a host
version_added: 0.1.0
description:
  - Lists the paths and builds of one or several stores of M(standalone.python.build), from the receipts on the host,
    with their history, their disk use, whether they are intact, and the processes that run them.
author:
  - The standalone.python authors (!UNKNOWN)
extends_documentation_fragment:
  - standalone.python.attributes.host
  - standalone.python.attributes.info
  - standalone.python.stores
  - standalone.python.stores.root
options:
  paths:
    description:
      - Paths as given to O(standalone.python.build#module:path). The whole stores beside them are listed.
  verify:
    description:
      - V(none) compares no content. V(quick) compares files that are newer than the receipt of their build, V(full)
        every file.
    type: str
    choices: [none, quick, full]
    default: none
  environments:
    description:
      - Directories below which virtual environments are looked for, six levels deep, on their own file systems and
        without following links. The directories of container engines below C(/var/lib) are left out. Environments that
        processes of the builds were started from are found wherever they are.
      - Nothing is run. Without directories, no environment is looked for.
    type: list
    elements: path
  sbom:
    description:
      - Also returns an SBOM of each build, in CycloneDX 1.6 or SPDX 2.3. The controller makes it, from the components.
    type: str
    choices: [cyclonedx, spdx]
  gather_facts:
    description:
      - Whether to also set the fact C(ansible_facts.standalone_python). Its C(paths) have C(executable), C(version),
        C(release), C(build), the name of the build, and C(components), component and version, of each path with a
        build. A path with characters other than letters, digits and C(._/+@~:,=-) is left out.
    type: bool
    default: false
attributes:
  async:
    support: none
    description: The controller checks and completes the answer of the host, which C(async) leaves out.
  platform:
    description: Hosts with Linux or macOS. Processes are known on Linux only.
seealso:
  - module: standalone.python.build
  - module: standalone.python.build_confirm
"""

EXAMPLES = r"""
- name: List what is installed below /opt/python
  standalone.python.build_info:
  register: python

- name: Show the processes that still run an earlier build
  ansible.builtin.debug:
    msg: "{{ python.builds | rejectattr('paths') | selectattr('pids') | map(attribute='pids') | flatten }}"

- name: Show each build with its OpenSSL
  ansible.builtin.debug:
    msg: "{{ item.name }} has OpenSSL {{ item.components.openssl.version | default('of an unknown version') }}"
  loop: "{{ python.builds }}"
  loop_control:
    label: "{{ item.name }}"

- name: Gather facts, and use them
  standalone.python.build_info:
    gather_facts: true

- name: Show what each path has
  ansible.builtin.debug:
    msg: "{{ item.key }} is Python {{ item.value.version }} with OpenSSL {{ item.value.components.openssl }}"
  loop: "{{ ansible_facts.standalone_python.paths | dict2items }}"

- name: List the builds with an SBOM of each
  standalone.python.build_info:
    sbom: cyclonedx
  register: with_sbom

- name: Save an SBOM of each build on the controller
  ansible.builtin.copy:
    content: "{{ item.sbom | to_nice_json }}"
    dest: "{{ playbook_dir }}/{{ inventory_hostname }}-{{ item.entry }}.cdx.json"
    mode: "0644"
  loop: "{{ with_sbom.builds }}"
  loop_control:
    label: "{{ item.entry }}"
  delegate_to: localhost

- name: Check that every build is as it was published
  standalone.python.build_info:
    paths:
      - /opt/python/3.13
      - /srv/app/python
    verify: full
  register: verified
  failed_when: verified.builds | selectattr('intact', 'false') | length > 0
"""

RETURN = r"""
paths:
  description: Every path that uses one of the stores.
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: The path.
      type: str
    store:
      description: Its store.
      type: str
    entry:
      description: The store entry that the path links to. Null when its link is missing or points to something else.
      type: str
    build:
      description: The build of that entry. Null when there is none, or its receipt cannot be read.
      type: dict
    executable:
      description: The interpreter, reached through the path.
      type: str
    keep:
      description: How many earlier builds the path keeps.
      type: int
    left:
      description:
        - The builds from which M(standalone.python.build_rollback) or the playbook C(standalone.python.upgrade) rolled
          the path back, newest first, until they are installed at the path again. Each has C(build), the name of its
          asset, C(since), the time, and C(reason), which may be empty.
      type: list
      elements: dict
    fallback:
      description: The store entry that the path is rolled back to if its provisional build does not work. Null when no
        build is provisional.
      type: str
    history:
      description: The builds of this path, newest first.
      type: list
      elements: dict
      contains:
        entry:
          description: The store entry.
          type: str
        since:
          description: When the path was switched to it (UTC).
          type: str
        stored:
          description: Whether the store still has it for a rollback.
          type: bool
builds:
  description: Every complete build in the stores.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The asset's name.
      type: str
    version:
      description: The version of Python.
      type: str
    release:
      description: The release tag.
      type: str
    target:
      description: The triple.
      type: str
    flavor:
      description: The form of the build.
      type: str
    build_options:
      description: The build options.
      type: str
    url:
      description: Where the archive is published. Empty for a local archive.
      type: str
    sha256:
      description: The archive's digest.
      type: str
    prerelease:
      description: Whether the version is a pre-release.
      type: bool
    entry:
      description: The directory in the store.
      type: str
    store:
      description: The store.
      type: str
    prefix:
      description: The path that it was installed for.
      type: str
    owner:
      description: The requested owner.
      type: str
    group:
      description: The requested group.
      type: str
    externally_managed:
      description: Whether the build is marked so that pip refuses to install into it.
      type: bool
    capabilities:
      description: The file capabilities of its interpreter.
      type: list
      elements: str
    installed_at:
      description: When it was installed (UTC).
      type: str
    components:
      description:
        - What the build carries, by name, each with C(version) and C(source). V(measured) is what its interpreter and
          files said when it was installed, V(table) what the collection's table has for its release and name.
        - A component is absent if neither has its version.
      type: dict
      sample:
        openssl:
          version: 3.5.6
          source: measured
        bzip2:
          version: 1.0.8
          source: table
    executables:
      description: Its programs, relative to the build.
      type: list
      elements: str
    files:
      description: The number of published files, without bytecode.
      type: int
    size_bytes:
      description: The size of these files.
      type: int
    disk_bytes:
      description: Its current size on disk, with bytecode.
      type: int
    intact:
      description: Whether it is as published. Null with O(verify=none).
      type: bool
    drift:
      description: The differences from the published build. Null with O(verify=none).
      type: dict
    paths:
      description: The paths that link to it.
      type: list
      elements: str
    pids:
      description: The processes that run it.
      type: list
      elements: int
    processes:
      description:
        - The same processes, each with its C(pid) and its C(command), which is null once it has ended. Logins in
          addresses and the values of options that are named like a secret are left out.
      type: list
      elements: dict
    sbom:
      description: The SBOM of the build, as data for JSON. Only with O(sbom).
      type: dict
    does_not_run:
      description: Why the machine and processor of this host cannot run the build. Null if they can, and with O(root).
      type: str
environments:
  description: The virtual environments that were found, of any interpreter. Empty without O(environments).
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: The directory of the environment.
      type: str
    home:
      description: The directory of the interpreter that it was made with, as its C(pyvenv.cfg) has it.
      type: str
    version:
      description: The version of Python that it was made with, as its C(pyvenv.cfg) has it.
      type: str
    store:
      description: The store that its interpreter is in. Null for another interpreter.
      type: str
    entry:
      description: The store entry that its interpreter is in. Null for another interpreter.
      type: str
    owner:
      description: The user to whom it belongs. Null if other users could exchange it, and with O(root).
      type: str
    components:
      description: Its pip and setuptools, by the names of their metadata, each with C(version) and C(source).
      type: dict
unsearched:
  description: Directories that were not searched, since they cannot be read or there are too many. At most 20.
  returned: success
  type: list
  elements: str
fips:
  description: Whether the host is in FIPS mode, in which no build uses the validated module of the host. Null with
    O(root), and where that cannot be read.
  returned: success
  type: bool
damaged:
  description: Files in the stores that contradict their name, their link, their store or themselves, or that are not
    regular files. Nothing is pruned from a store that has such files.
  returned: success
  type: list
  elements: dict
  contains:
    file:
      description: The file.
      type: str
    problem:
      description: A description of the damage.
      type: str
    remedy:
      description: How to rebuild the file.
      type: str
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._zip_imports import compile_once

compile_once()  # before the imports that it makes quicker

from ..module_utils._errors import StandaloneError
from ..module_utils._store import inventory


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "paths": {"type": "list", "elements": "path", "aliases": ["path"]},
            "stores": {"type": "list", "elements": "path", "aliases": ["store"]},
            "root": {"type": "path"},
            "verify": {"type": "str", "choices": ["none", "quick", "full"], "default": "none"},
            "environments": {"type": "list", "elements": "path"},
            # For the action plugin of this name:
            "sbom": {"type": "str", "choices": ["cyclonedx", "spdx"]},
            "gather_facts": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    try:
        result = inventory.run(module.params)
    except StandaloneError as error:
        module.fail_json(msg=str(error))
    for warning in result.pop("warnings"):
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
