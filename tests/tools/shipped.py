# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints as JSON which files of this collection Ansible ships with each of its modules, with their bytes.

The answer is that of ansible-core's finder, which also follows imports inside functions and those for type checkers.
Run as a program, since the finder needs Ansible's loader of collections, which stays installed in a process.
"""

from __future__ import annotations

import datetime as dt
import inspect
import io
import json
import sys
import zipfile
from pathlib import Path

MODULES = "ansible_collections.standalone.python.plugins.modules"


def shipped_with(module: str, directory: Path) -> dict[str, int]:
    """The files of the collection that go to a host with `module`, apart from the module: path -> bytes."""
    from ansible.executor import module_common

    extra = {}
    if "extension_manager" in inspect.signature(module_common.recursive_finder).parameters:
        from ansible._internal._ansiballz._builder import ExtensionManager

        extra["extension_manager"] = ExtensionManager()
    source, packed = (directory / f"{module}.py").read_bytes(), io.BytesIO()
    when = dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)
    with zipfile.ZipFile(packed, "w") as archive:
        module_common.recursive_finder(module, f"{MODULES}.{module}", source, archive, when, **extra)
        entries = {entry.filename: entry.file_size for entry in archive.infolist()}
    of_ours = ((name.partition("/standalone/python/")[2], size) for name, size in entries.items())
    return {name: size for name, size in of_ours if name and size}


def main() -> None:
    from ansible.plugins.loader import init_plugin_loader

    collections, directory = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    init_plugin_loader([str(collections)])
    modules = sorted(file.stem for file in directory.glob("*.py"))
    print(json.dumps({module: shipped_with(module, directory) for module in modules}))


if __name__ == "__main__":
    main()
