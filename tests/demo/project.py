# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The project that the demo leaves in `.demo/project`: a start for real hosts, which runs on this machine as it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

CONFIGURATION = """\
[defaults]
inventory = inventory.yml
collections_path = {collections}
# The project runs for users without a home directory, too: leave this out where there is one.
home = .ansible
"""

INVENTORY = """\
# Replace this machine by your hosts, such as `web1.example.com:` without anything below it.
all:
  hosts:
    localhost:
      ansible_connection: local
      ansible_python_interpreter: {python}
      ansible_remote_tmp: {remote_tmp}
"""

VARIABLES = """\
# What every host gets: docs/provision.md has all variables.
interpreter_builds:
  - name: "{minor}"
    path: {path} # leave this out on real hosts, for /opt/python/{minor}
interpreter_alternatives: none # likewise: then it is also /usr/local/bin/python{minor}
interpreter_profile: false
interpreter_lock: "{{{{ inventory_dir }}}}/python.lock.yml"

lock_names: ["{minor}"]
lock_targets: [{target}] # one for each kind of host
lock_file: "{{{{ inventory_dir }}}}/python.lock.yml"

audit_stores: [{store}] # leave this out, too
audit_dir: "{{{{ inventory_dir }}}}/audit"
"""

# Only where the public hosts do not answer.
SAMPLE_VARIABLES = """
# The sample build of the demo
lock_index: {index}
lock_sizes: false
audit_index: {index}
standalone_python_mirror: file://{mirror}
"""

COMMANDS = """
Your next step is a real project. One is in {project}, and these three commands run in it as they are:

    cd {project}
    {ansible_playbook} standalone.python.lock       # python.lock.yml: which build each host gets
    {ansible_playbook} standalone.python.install    # every host gets it; add --become for /opt/python
    {ansible_playbook} standalone.python.audit      # audit/audit.html: who has what, and what to do next

Then put your hosts into inventory.yml. docs/README.md is the guide.
"""


def write(directory: Path, repository: Path, variables: Mapping[str, str]) -> str:
    """Write the project; the message that shows what to do in it."""
    (directory / "group_vars").mkdir(parents=True)
    store = directory.parent / "hosts" / "python"
    values = {
        **variables,
        "collections": str(repository / ".collection"),
        "python": sys.executable,
        "remote_tmp": str(directory / ".ansible" / "tmp"),
        "path": str(store / variables["minor"]),
        "store": str(store / ".builds"),
    }
    (directory / "ansible.cfg").write_text(CONFIGURATION.format(**values))
    (directory / "inventory.yml").write_text(INVENTORY.format(**values))
    text = VARIABLES + (SAMPLE_VARIABLES if "index" in variables else "")
    (directory / "group_vars" / "all.yml").write_text(text.format(**values))
    shown = os.path.relpath(directory)
    program = os.path.relpath(Path(sys.executable).with_name("ansible-playbook"), directory)
    return COMMANDS.format(project=shown, ansible_playbook=program)
