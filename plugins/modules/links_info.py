#!/usr/bin/python
# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin, which does all of it from the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: links_info
short_description: Internal to the role interpreter, compares links, alternatives and profiles with the desired state
version_added: 0.1.0
description:
  - Serves the role P(standalone.python.interpreter#role). Compares the links, alternatives, environments and profiles
    that point to builds of M(standalone.python.build) with the desired state. Changes nothing.
  - Fails if the desired state would overwrite something that the role did not create.
  - With it, the role knows after one shell command whether it has anything to do.
author:
  - The standalone.python authors (!UNKNOWN)
extends_documentation_fragment:
  - standalone.python.attributes
  - standalone.python.attributes.info
options:
  builds:
    description:
      - The builds that links, alternatives and profiles must point to, or must no longer point to.
    type: list
    elements: dict
    required: true
    suboptions:
      path:
        description: The path of the build.
        type: str
        required: true
      store:
        description: The store of the build. Without it, C(.builds) beside the path.
        type: str
      executable:
        description:
          - The interpreter, reached through the path, as M(standalone.python.build) returns it.
          - Without it, nothing must point to the build.
        type: str
      executables:
        description: The programs of the build, as M(standalone.python.build) returns them.
        type: list
        elements: str
      release:
        description: The release tag of the build.
        type: str
      virtualenv:
        description: The environment for the requirements. Without it, the path followed by C(-env).
        type: str
      requirements:
        description: A file on the controller with the requirements to install into the environment.
        type: str
      is_default:
        description: Whether C(python3) and C(python) must point to the build.
        type: bool
        default: false
  alternatives:
    description:
      - How builds are made reachable by their names. V(alternatives) registers them, V(links) creates plain links, and
        V(none) does neither.
      - V(auto) means V(alternatives) if the host has C(update-alternatives), whatever the PATH, or if a build is
        registered already, and else V(links).
    type: str
    choices: [auto, alternatives, links, none]
    default: auto
  priority:
    description: The priority of the alternatives.
    type: int
    default: 100
  link_dir:
    description: The directory for links to programs.
    type: str
    default: /usr/local/bin
  man_dir:
    description: The directory for links to manual pages. Without it, C(share/man/man1) beside O(link_dir).
    type: str
  allow_system:
    description: Whether links may shadow or replace files owned by a package.
    type: bool
    default: false
  root:
    description:
      - A directory to treat as the root of the system, as for M(standalone.python.build). All paths are inside it, and
        no program in it is run. Alternatives are supported for Debian, if the host has C(update-alternatives) with
        C(--root). Environments are supported for running systems only.
    type: str
  profile:
    description: Whether login shells have O(link_dir) on their PATH.
    type: bool
    default: false
  profile_dir:
    description: The directory for profiles of POSIX shells and csh. Without this directory, none are written.
    type: str
    default: /etc/profile.d
  csh_dir:
    description: The directory for the profile of csh on Debian, which does not read O(profile_dir). Without this
      directory, none is written.
    type: str
    default: /etc/csh/login.d
  fish_dir:
    description: The directory for the profile of fish. Without its parent directory, none is written.
    type: str
    default: /etc/fish/conf.d
  environment_d:
    description: Whether the systemd user managers have O(link_dir) on their PATH.
    type: bool
    default: false
  environment_dir:
    description: The directory for settings of systemd user managers.
    type: str
    default: /etc/environment.d
  systemd_units:
    description: Units that have O(link_dir) on their PATH, with suffix.
    type: list
    elements: str
    default: []
  systemd_dir:
    description: The directory for drop-ins of units.
    type: str
    default: /etc/systemd/system
attributes:
  facts:
    support: partial
    description: >-
      If the role removes the Python that Ansible discovered on the host, the fact C(discovered_interpreter_python) is
      set to the one that Ansible would discover afterwards.
  action:
    support: full
    description: An action plugin runs one shell command on the host, which needs no Python.
  async:
    support: none
    description: The task is a single short command.
seealso:
  - module: standalone.python.build
  - module: standalone.python.links
  - module: community.general.alternatives
"""

EXAMPLES = r"""
- name: Install a build
  standalone.python.build:
    name: "3.13"
    path: /opt/python/3.13
  register: python

- name: Find the links that are missing for python3.13
  standalone.python.links_info:
    builds:
      - path: "{{ python.path }}"
        executable: "{{ python.executable }}"
        executables: "{{ python.executables }}"
  register: python_links

- name: Show whether a package owns a python3.13 that the link would shadow
  ansible.builtin.debug:
    var: python_links.left_out
"""

RETURN = r"""
differs:
  description: The names of the following lists that are not empty, except for those that are only informative.
  returned: success
  type: list
  elements: str
unwritable:
  description:
    - Why the user of the task cannot make these changes, or should not as root, as a message. Empty if nothing is known
      to prevent them, and with O(root).
  returned: success
  type: str
default_links:
  description: Links to set for the default interpreter, in this order, with path and target.
  returned: success
  type: list
  elements: dict
default_unlink:
  description: Links to remove after RV(default_links) were set.
  returned: success
  type: list
  elements: str
default_before:
  description: The current state of these links, with path and target, to restore them if the change fails.
  returned: success
  type: list
  elements: dict
unregister:
  description: Alternatives to remove, with name and link of the group, and with path and priority of the alternative.
  returned: success
  type: list
  elements: dict
unlink:
  description: Links to remove.
  returned: success
  type: list
  elements: str
surplus_profiles:
  description: Profiles to remove. Empty while builds that are not in O(builds) use the same stores.
  returned: success
  type: list
  elements: str
surplus_venvs:
  description: Environments with requirements of builds that nothing must point to.
  returned: success
  type: list
  elements: str
absent:
  description: The paths of builds that nothing must point to.
  returned: success
  type: list
  elements: str
register:
  description: Alternatives to install, as options of M(community.general.alternatives), and RV(register[].again).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The group.
      type: str
    link:
      description: The link of the group.
      type: str
    path:
      description: The path that the group must point to.
      type: str
    priority:
      description: Its priority.
      type: int
    subcommands:
      description: The subordinate links of the group.
      type: list
      elements: dict
    again:
      description: Whether it must be removed first, because the module cannot detect what is wrong with it.
      type: bool
links:
  description: Links to set, with path and target.
  returned: success
  type: list
  elements: dict
profiles:
  description:
    - Profiles to write, with path and content. They also set C(SSL_CERT_FILE) and C(TERMINFO_DIRS) on hosts whose
      certificates or terminal descriptions are in directories that the builds do not search.
  returned: success
  type: list
  elements: dict
venvs:
  description: Environments to create or to install requirements into.
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: The environment.
      type: str
    executable:
      description: The interpreter to create it with.
      type: str
    requirements:
      description: The file with the requirements, on the controller.
      type: str
    record:
      description: The record in the environment that these requirements are installed.
      type: str
    create:
      description: Whether it must be created.
      type: bool
    over:
      description: Whether it replaces one that does not fit the build.
      type: bool
foreseen:
  description:
    - The links of groups in RV(register) whose program does not exist yet, with path and target. This happens in check
      mode before the first run, when the module would refuse them. Empty with O(root).
  returned: success
  type: list
  elements: dict
missing_directories:
  description: Directories to create before alternatives can be registered.
  returned: success
  type: list
  elements: str
left_out:
  description: Messages about commands that are left to the system. They are also shown as warnings.
  returned: success
  type: list
  elements: str
refused:
  description: Messages about desired links and files that cannot be created.
  returned: failure
  type: list
  elements: str
tools:
  description: Which of C(update-alternatives), C(apt-get) and C(dnf) the host has.
  returned: success
  type: list
  elements: str
systemd:
  description: Whether systemd runs the host.
  returned: success
  type: bool
python_apt:
  description: Whether the system's own Python has the Python bindings of apt.
  returned: success
  type: bool
"""
