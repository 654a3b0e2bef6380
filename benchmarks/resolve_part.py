# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A name resolved in a fresh process: the first time with an empty cache, then for more hosts.

    XDG_CACHE_HOME=EMPTY python resolve_part.py INDEX

Prints JSON: `first_s`, from before the imports to the answer, and `again_s`, a list of seconds, one for each more host.
"""

from __future__ import annotations

import json
import sys
import time

NAMES = ("3.13", "3.12", "3.11.9", "3.14t", "3.10d", ">=3.11,<3.13", "latest")
ROUNDS_OF_NAMES = 5


def main(index: str) -> None:
    """Resolve each name for a usual host, all but the first from the cache."""
    started = time.perf_counter()
    from ansible_collections.standalone.python.plugins.module_utils._builds.request import BuildRequest, RequestedName
    from ansible_collections.standalone.python.plugins.module_utils._platform.host import HostPlatform
    from ansible_collections.standalone.python.plugins.plugin_utils._index.reader import IndexOptions
    from ansible_collections.standalone.python.plugins.plugin_utils._resolve.resolve import resolve

    host = HostPlatform(os="linux", arch="x86_64", bits=64, libc="gnu", libc_version=(2, 36), cpu_level=3)

    def ask(name: str) -> None:
        wanted = BuildRequest(RequestedName.parse(name), cpu_level="auto")
        resolve(wanted, platform=host, index=IndexOptions(index=(index,)), warn=sys.exit)

    ask(NAMES[0])
    first_s = time.perf_counter() - started
    again_s = []
    for name in NAMES * ROUNDS_OF_NAMES:
        started = time.perf_counter()
        ask(name)
        again_s.append(time.perf_counter() - started)
    print(json.dumps({"first_s": first_s, "again_s": again_s}))


if __name__ == "__main__":
    main(sys.argv[1])
