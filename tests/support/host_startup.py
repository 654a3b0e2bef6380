# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each Python of hosts in tests imports as it starts: what comes from a zip is compiled once, not in each run.

Ansible sends each module with all its imports in a zip, for which Python keeps no bytecode. To compile these takes most
of the time of a short module, and is the same each time. `tests.support.host_pythons` makes the interpreters.

Nor is garbage sought in processes so short. At their end alone Python does that several times, a fifth of the rest.
"""

import atexit
import gc
import os
import sys
import zipimport

_KEPT = os.path.join(sys.prefix, "compiled")


def _compile_source(pathname, source, _compile=zipimport._compile_source):
    import _imp
    import marshal
    import zlib

    kept = os.path.join(_KEPT, f"{os.path.basename(pathname)}-{zlib.crc32(source):08x}")
    try:
        with open(kept, "rb") as stream:
            its_source, code = marshal.loads(stream.read())
    except FileNotFoundError:
        its_source = None
    if its_source == source:
        _imp._fix_co_filename(code, pathname)
        return code
    code = _compile(pathname, source)
    partial = f"{kept}.{os.getpid()}"
    try:
        with open(partial, "wb") as stream:
            stream.write(marshal.dumps((source, code)))
        os.rename(partial, kept)
    except OSError:  # another user's, or on a disk that a test has filled
        pass
    return code


zipimport._compile_source = _compile_source
gc.set_threshold(100_000)
atexit.register(gc.freeze)
