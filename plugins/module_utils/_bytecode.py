# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compiles a staged build with its own interpreter, one worker for each processor.

The bytecode is what `compileall` would write (checked by source time and size, which later runs and other users find
valid), but names the files by their final place, since that is where tracebacks must point. The folders for bytecode
are made even where nothing is compiled: a run as root then adds files below them without touching any other folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from ._manifest import BYTECODE_FOLDER

_MOST_WORKERS = 8

# Runs under the staged interpreter: argv holds the staged folder and the final prefix, standard input the files.
# A file that does not compile (some test data is broken on purpose) is left without bytecode, as compileall does.
# Files are handed out by taking lines from one shared pipe, a block of fixed width at a time, so that no worker idles.
_WORKER = """
import os, sys
from importlib._bootstrap_external import _code_to_timestamp_pyc, cache_from_source
stage, prefix, width = sys.argv[1], sys.argv[2], int(sys.argv[3])
while True:
    path = os.read(0, width).decode().rstrip()
    if not path:
        break
    source = os.path.join(stage, path)
    try:
        status = os.stat(source)
        with open(source, 'rb', buffering=0) as stream:
            text = stream.read()
        code = compile(text, os.path.join(prefix, path), 'exec', dont_inherit=True, optimize=0)
    except (SyntaxError, ValueError, RecursionError):
        continue
    data = _code_to_timestamp_pyc(code, int(status.st_mtime), status.st_size & 0xFFFFFFFF)
    handle = os.open(cache_from_source(source, optimization=''), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    with open(handle, 'wb', buffering=0) as stream:
        stream.write(data)
"""


def make_folders(stage_directory: str, sources: Iterable[str]) -> None:
    """An empty `__pycache__` beside each source; `sources` are paths relative to the build."""
    for folder in sorted({os.path.dirname(path) for path in sources}):
        cache = os.path.join(stage_directory, folder, BYTECODE_FOLDER)
        os.mkdir(cache, 0o755)
        os.chmod(cache, 0o755)


def compile_all(stage_directory: str, interpreter: str, prefix: str, sources: Sequence[str]) -> None:
    """Writes bytecode for each of `sources`, largest first; `interpreter` is relative to the build.

    Bytecode is a convenience: a worker that dies leaves files without it, which Python compiles when it needs them.
    """
    import subprocess  # not for a run that changes nothing

    sizes = {path: os.lstat(os.path.join(stage_directory, path)).st_size for path in sources}
    width = max((len(os.fsencode(path)) for path in sources), default=0) + 1
    reader, writer = os.pipe()
    command = [os.path.join(stage_directory, interpreter), "-I", "-S", "-B", "-c", _WORKER]
    command += [stage_directory, prefix, str(width)]
    workers = [
        subprocess.Popen(command, stdin=reader, stderr=subprocess.DEVNULL)  # pylint: disable=ansible-bad-function
        for _worker in range(_worker_count())
    ]
    os.close(reader)
    try:
        with open(writer, "wb", buffering=0) as stream:
            stream.writelines(os.fsencode(path).ljust(width) for path in sorted(sizes, key=lambda path: -sizes[path]))
    except BrokenPipeError:  # every worker died; what is not compiled now is compiled when it is needed
        pass
    for worker in workers:
        worker.wait()


def _worker_count() -> int:
    try:
        processors = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS
        processors = os.cpu_count() or 1
    return min(processors, _MOST_WORKERS)
