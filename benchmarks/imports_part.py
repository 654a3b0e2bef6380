# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports a module of the collection from the zip that Ansible makes, as a host does it, under any Python.

    python -I -S imports_part.py ZIP MODULE_FILE

Prints JSON, in milliseconds of processor time: `start_ms` for what the module imports when it starts, `all_ms` for all
files in the zip. What Ansible itself needs is imported before.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
import types
import zipfile

PLUGINS = "ansible_collections.standalone.python.plugins"


def main(archive: str, module_file: str) -> None:
    """Import and print."""
    sys.dont_write_bytecode = True
    sys.path.insert(0, archive)
    importlib.import_module("ansible.module_utils.basic")
    with open(module_file, encoding="utf-8") as stream:
        source = stream.read()
    began_s = time.process_time()
    importlib.import_module(PLUGINS)
    sys.modules[f"{PLUGINS}.modules"] = types.ModuleType("modules")
    exec(compile(source, module_file, "exec"), {"__name__": "module", "__package__": f"{PLUGINS}.modules"})
    started_s = time.process_time()
    for name in zipfile.ZipFile(archive).namelist():
        if name.startswith(PLUGINS.replace(".", "/")) and not name.endswith("__init__.py"):
            importlib.import_module(name[: -len(".py")].replace("/", "."))
    ended_s = time.process_time()
    print(json.dumps({"start_ms": 1000 * (started_s - began_s), "all_ms": 1000 * (ended_s - began_s)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
