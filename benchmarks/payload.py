# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the program that Ansible sends to a host for one task.

    python payload.py COLLECTIONS MODULE ARGUMENTS FILE

`MODULE` is a full name, `ARGUMENTS` are JSON. This is a separate program, since Ansible's loader of collections stays
installed in a process.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ansible.executor.module_common import modify_module
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader, module_loader
from ansible.template import Templar


def main(collections: str, module: str, arguments: str, file: str) -> None:
    """Write the program into `file`."""
    init_plugin_loader([collections])
    built = modify_module(
        module_name=module,
        module_path=module_loader.find_plugin(module),
        module_args=json.loads(arguments),
        templar=Templar(DataLoader()),
        task_vars={"ansible_python_interpreter": sys.executable},  # not asked: the program is run with any
        module_compression="ZIP_DEFLATED",
    )
    Path(file).write_bytes(built.b_module_data)


if __name__ == "__main__":
    main(*sys.argv[1:])
