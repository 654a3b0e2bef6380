# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints as JSON which files of this collection Ansible ships with each of its modules, with their bytes.

The answer is that of ansible-core's finder, which also follows imports inside functions and those for type checkers.
Run as a program, since the finder needs Ansible's loader of collections, which stays installed in a process:

    python shipped.py COLLECTIONS MODULES [MODULE ZIP]

With a module and a path, the zip with everything that the module needs is written there instead.
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
    packed = io.BytesIO()
    pack(module, directory, packed)
    entries = {entry.filename: entry.file_size for entry in zipfile.ZipFile(packed).infolist()}
    of_ours = ((name.partition("/standalone/python/")[2], size) for name, size in entries.items())
    return {name: size for name, size in of_ours if name and size}


def pack(module: str, directory: Path, to: Path | io.BytesIO) -> None:
    """Write the zip that Ansible sends with `module`, apart from the module itself."""
    from ansible.executor import module_common

    extra = {}
    parameters = inspect.signature(module_common.recursive_finder).parameters
    if "extension_manager" in parameters:
        from ansible._internal._ansiballz._builder import ExtensionManager

        extra["extension_manager"] = ExtensionManager()
    source = (directory / f"{module}.py").read_bytes()
    when = dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)
    if parameters["date_time"].default is None:  # before ansible-core 2.19 it is what a zip has
        when = when.timetuple()[:6]
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        module_common.recursive_finder(module, f"{MODULES}.{module}", source, archive, when, **extra)


def main() -> None:
    from ansible.plugins.loader import init_plugin_loader

    collections, directory = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    init_plugin_loader([str(collections)])
    if sys.argv[3:]:
        pack(sys.argv[3], directory, Path(sys.argv[4]))
        return
    modules = sorted(file.stem for file in directory.glob("*.py"))
    print(json.dumps({module: shipped_with(module, directory) for module in modules}))


if __name__ == "__main__":
    main()
