#!/usr/bin/python
# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin, which does all of it from the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: links_info
short_description: Tell what leads to builds on a host, and what should
version_added: 0.1.0
description:
  - Looks at the links, alternatives, environments and profiles by which a host leads to builds of
    M(standalone.python.build), and compares them with what is wanted. Changes nothing.
  - Fails when what is wanted cannot be, because it would take the place of something that others made.
  - The role P(standalone.python.interpreter#role) uses it to know with one shell command whether it has anything to do.
author:
  - The standalone.python authors (!UNKNOWN)
options:
  builds:
    description:
      - The builds that the host is to lead to, or no longer.
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
          - Without it, nothing is to lead to the build.
        type: str
      executables:
        description: Programs that the build has, as M(standalone.python.build) returns them.
        type: list
        elements: str
      release:
        description: The release tag of the build.
        type: str
      venv:
        description: The environment for the requirements. Without it, the path and C(-env).
        type: str
      requirements:
        description: A file on the controller with the requirements that are to be in the environment.
        type: str
      is_default:
        description: Whether C(python3) and C(python) are to lead to the build.
        type: bool
        default: false
  alternatives:
    description:
      - V(alternatives) or plain V(links), or V(none) of both. V(auto) takes alternatives where the host has
        C(update-alternatives).
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
    description: Whether links may stand before, or take the place of, what a package owns.
    type: bool
    default: false
  root:
    description:
      - A directory that is the system, as for M(standalone.python.build), in which all paths are. Nothing in it is run.
        Alternatives are those of Debian, where the host has C(update-alternatives) with C(--root). Environments are for
        running systems.
    type: str
  profile:
    description: Whether login shells are to have O(link_dir) on their PATH.
    type: bool
    default: false
  profile_dir:
    description: The directory for profiles of POSIX shells and csh. They are not wanted where it does not exist.
    type: str
    default: /etc/profile.d
  csh_dir:
    description: Where csh of Debian looks, which does not read O(profile_dir). Not wanted where it does not exist.
    type: str
    default: /etc/csh/login.d
  fish_dir:
    description: The directory for the profile of fish. It is not wanted where the parent of this does not exist.
    type: str
    default: /etc/fish/conf.d
  environment_d:
    description: Whether the service managers of users are to have it.
    type: bool
    default: false
  environment_dir:
    description: The directory for settings of users' service managers.
    type: str
    default: /etc/environment.d
  systemd_units:
    description: Services that are to have it, with suffix.
    type: list
    elements: str
    default: []
  systemd_dir:
    description: The directory for drop-ins of units.
    type: str
    default: /etc/systemd/system
attributes:
  check_mode:
    support: full
    description: Changes nothing in any mode.
  facts:
    support: partial
    description: >-
      Where something that is no longer wanted is the Python that Ansible discovered on the host, the fact
      C(discovered_interpreter_python) becomes the one that it would discover afterwards.
  diff_mode:
    support: none
    description: There is nothing to change.
  action:
    support: full
    description: One shell command on the host, which needs no Python there.
  async:
    support: none
    description: It takes no time.
  platform:
    support: full
    platforms: posix
    description: Hosts with Linux or macOS.
seealso:
  - module: standalone.python.build
  - module: standalone.python.links
  - module: community.general.alternatives
"""

EXAMPLES = r"""
- name: The build
  standalone.python.build:
    name: "3.13"
    path: /opt/python/3.13
  register: python

- name: What is missing for it to be reached as python3.13
  standalone.python.links_info:
    builds:
      - path: "{{ python.path }}"
        executable: "{{ python.executable }}"
        executables: "{{ python.executables }}"
  register: wiring

- name: Is there a package whose python3.13 would be hidden
  ansible.builtin.debug:
    var: wiring.left_out
"""

RETURN = r"""
differs:
  description: The names of those of the following lists that are not empty, apart from what is informative only.
  returned: success
  type: list
  elements: str
default_links:
  description: Links to set for the default interpreter, in this order, with path and target.
  returned: success
  type: list
  elements: dict
default_unlink:
  description: Links to remove after those were set.
  returned: success
  type: list
  elements: str
default_before:
  description: What these links are now, with path and target, to be set again should the change turn out badly.
  returned: success
  type: list
  elements: dict
unregister:
  description: Alternatives to remove, with name and link of the group, and their own path and priority.
  returned: success
  type: list
  elements: dict
unlink:
  description: Links to remove.
  returned: success
  type: list
  elements: str
surplus_profiles:
  description: Profiles to remove. None while nothing but builds that were not asked about use the same stores.
  returned: success
  type: list
  elements: str
surplus_venvs:
  description: Environments with requirements, of builds that nothing is to lead to.
  returned: success
  type: list
  elements: str
absent:
  description: The paths of builds that nothing is to lead to.
  returned: success
  type: list
  elements: str
register:
  description: Alternatives to install, as options of M(community.general.alternatives) and a word more.
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
      description: What it is to lead to.
      type: str
    priority:
      description: Its priority.
      type: int
    subcommands:
      description: What goes with it.
      type: list
      elements: dict
    again:
      description: Whether it has to be removed first, since what is wrong with it is nothing that the module sees.
      type: bool
links:
  description: Links to set, with path and target.
  returned: success
  type: list
  elements: dict
profiles:
  description:
    - Profiles to write, with path and content. They also set C(SSL_CERT_FILE) and C(TERMINFO_DIRS) on hosts that have
      certificates or terminal descriptions only where the builds do not look.
  returned: success
  type: list
  elements: dict
venvs:
  description: Environments to make or to install requirements into.
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: The environment.
      type: str
    executable:
      description: The interpreter to make it from.
      type: str
    requirements:
      description: The file with the requirements, on the controller.
      type: str
    record:
      description: What says in the environment that these requirements are installed.
      type: str
    create:
      description: Whether it has to be made.
      type: bool
    over:
      description: Whether it has to be made over one that does not fit the build.
      type: bool
foreseen:
  description:
    - The links of those of these groups whose program is not there yet, with path and target. That is so in check mode
      before the first run, where the module would refuse them. Empty in a O(root).
  returned: success
  type: list
  elements: dict
missing_directories:
  description: Directories that have to be made before alternatives can be registered.
  returned: success
  type: list
  elements: str
left_out:
  description: Sentences about commands that are left to the system. They are warnings as well.
  returned: success
  type: list
  elements: str
refused:
  description: Sentences about what is wanted and cannot be.
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
  description: Whether the system's own Python has the bindings of apt.
  returned: success
  type: bool
"""
