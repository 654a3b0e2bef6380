# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host's side of the collection in its own process, without Ansible's way of starting modules.

    python host_part.py install '{"path": ..., "asset": {...}, "mirror": [...]}'
    python host_part.py extract ARCHIVE SHA256 DIRECTORY
    python host_part.py prepare ARCHIVE DIRECTORY

`install` takes the options of `standalone.python.build`, with its defaults, and prints the seconds that its result
has as `total_s`; `extract` takes its own time, and so does `prepare`, which makes a prepared copy as a controller does
that pushes. All print the peak of resident memory in KiB as well (VmHWM: unlike
ru_maxrss, it knows nothing of the process that started this one).
"""

from __future__ import annotations

import json
import os
import sys
import time


def install(options: str) -> float:
    """What the module does once Ansible has started it; the seconds that it took."""
    import ansible.module_utils.basic  # noqa: F401 - a module has it, and what it imports, before it begins

    from ansible_collections.standalone.python.plugins.module_utils._argspec import BUILD_ARGUMENTS
    from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
    from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec

    defaults = {option: spec.get("default") for option, spec in BUILD_ARGUMENTS.items()}
    result = run(InstallSpec.from_params({**defaults, **json.loads(options)}))
    return float(result["timings"]["total_s"])


def extract(archive: str, sha256: str, directory: str) -> float:
    """What the module does with an archive that is on the host already; the seconds that it took."""
    from ansible_collections.standalone.python.plugins.module_utils._archive.extract import extract as unpack
    from ansible_collections.standalone.python.plugins.module_utils._download.digest import verify_file

    started = time.monotonic()
    verify_file(archive, sha256)
    unpack(archive, directory)
    return time.monotonic() - started


def prepare(archive: str, directory: str) -> float:
    """A prepared copy of an archive, made in `directory`; the seconds that it took."""
    from ansible_collections.standalone.python.plugins.module_utils._install.bytecode import worker_count
    from ansible_collections.standalone.python.plugins.module_utils._prepare.compress import compressor
    from ansible_collections.standalone.python.plugins.module_utils._prepare.copy import Level, make
    from ansible_collections.standalone.python.plugins.plugin_utils._archives.prepared import _LEVEL

    scratch = os.path.join(directory, "scratch")
    os.mkdir(scratch)
    started = time.monotonic()
    make(archive, os.path.join(directory, "copy"), scratch, Level(compressor(), _LEVEL), most_workers=worker_count())
    return time.monotonic() - started


def peak_kib() -> int:
    """The most memory that was resident at once in this process."""
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


if __name__ == "__main__":
    seconds = {"install": install, "extract": extract, "prepare": prepare}[sys.argv[1]](*sys.argv[2:])
    print(json.dumps({"seconds": seconds, "peak_kib": peak_kib()}))
