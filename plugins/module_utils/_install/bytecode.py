# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compiles a staged build with its own interpreter, one worker for each processor.

The bytecode is what `compileall` would write (checked by source time and size), but names the files by their final
path. The bytecode directories are made even when nothing is compiled: a run as root then adds files below them alone.

In an image, bytecode is checked by the source's hash (PEP 552): programs that pack images change times.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .._os.target_root import RUNNING, TargetRoot
from .._store.manifest import BYTECODE_DIRECTORY

if TYPE_CHECKING:
    import subprocess

_MOST_WORKERS = 8
_LEAST_FILES = 32  # of a worker: fewer take less time than its start
# A build needs seconds, or minutes on an emulated processor. The rest is compiled when it is used.
_TIMEOUT_S = 15 * 60

# Runs under the staged interpreter: argv has the staged directory and the final prefix, standard input the files.
# A file that does not compile (some test data is broken on purpose) is left without bytecode, as compileall does.
# Workers take files from one shared pipe, a line of fixed width at a time, so that no worker idles.
# The header is written last: Python ignores a file without it, but fails on a truncated one.
# The output of marshal depends on an object's other references at that time. So for images and prepared copies, a
# separate child compiles each file, in the worker's initial state; the seed, which orders sets, is in the environment.
_WORKER = """
import sys
sys.path[:] = [path for path in sys.path if path]
import os
from importlib._bootstrap_external import _code_to_hash_pyc, _code_to_timestamp_pyc, cache_from_source
stage, prefix, width, mode = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
is_alike, by_hash = mode != 'quick', mode == 'by hash'
if by_hash:
    from importlib.util import source_hash

def write_bytecode(path):
    source = os.path.join(stage, path)
    try:
        status = os.stat(source)
        with open(source, 'rb', buffering=0) as stream:
            text = stream.read()
        code = compile(text, os.path.join(prefix, path), 'exec', dont_inherit=True, optimize=0)
        if by_hash:
            data = _code_to_hash_pyc(code, source_hash(text), True)
        else:
            data = _code_to_timestamp_pyc(code, int(status.st_mtime), status.st_size & 0xFFFFFFFF)
        handle = os.open(cache_from_source(source, optimization=''), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        with open(handle, 'wb', buffering=0):
            if os.pwrite(handle, data[16:], 16) == len(data) - 16:
                os.pwrite(handle, data[:16], 0)
    except Exception:
        pass

while True:
    path = os.read(0, width).decode().rstrip()
    if not path:
        break
    child = os.fork() if is_alike else None
    if child:
        os.waitpid(child, 0)
        continue
    write_bytecode(path)
    if child == 0:
        os._exit(0)
"""


class Given(NamedTuple):
    """Bytecode that was unpacked with a build: the digest of each source that has some, and how Python identifies it.

    `magic` are its first bytes, and `tag` is in the names of its files, such as cpython-313.
    """

    sources: Mapping[str, str]
    magic: bytes
    tag: str


def make_directories(stage_directory: str, sources: Iterable[str]) -> None:
    """Make a `__pycache__` beside each source; `sources` are paths relative to the build."""
    for directory in sorted({os.path.dirname(path) for path in sources}):
        cache = os.path.join(stage_directory, directory, BYTECODE_DIRECTORY)
        with contextlib.suppress(FileExistsError):
            os.mkdir(cache, 0o755)
        os.chmod(cache, 0o755)


def complete(
    stage_directory: str,
    interpreter: str,
    prefix: str,
    sources: Mapping[str, str],
    given: Given | None,
    system: TargetRoot = RUNNING,
) -> None:
    """Write the bytecode that is not there yet. `sources` are their digests by path, `given` what was unpacked.

    Sources that were changed since are compiled, and all of them if the interpreter has another magic number.
    """
    kept = {path for path, sha256 in sources.items() if given and given.sources.get(path) == sha256}
    rest = [path for path in sources if path not in kept]
    if given:
        for path in given.sources.keys() - kept:  # it could have the size and time for which its bytecode is valid
            with contextlib.suppress(FileNotFoundError):
                os.unlink(_bytecode_of(stage_directory, path, given))
    compile_all(stage_directory, interpreter, prefix, rest, system)
    if given and kept and not _is_of_this_python(stage_directory, rest, given):
        compile_all(stage_directory, interpreter, prefix, list(sources), system)


def _is_of_this_python(stage_directory: str, compiled: Iterable[str], given: Given) -> bool:
    """Whether one of these sources has bytecode of the same magic number and tag; each build has sources to compile."""
    for path in compiled:
        try:
            with open(_bytecode_of(stage_directory, path, given), "rb", buffering=0) as stream:
                return stream.read(len(given.magic)) == given.magic
        except FileNotFoundError:
            continue
    return False


def _bytecode_of(stage_directory: str, source: str, given: Given) -> str:
    directory, name = os.path.split(source[: -len(".py")])
    return os.path.join(stage_directory, directory, BYTECODE_DIRECTORY, f"{name}.{given.tag}.pyc")


def compile_all(
    stage_directory: str,
    interpreter: str,
    prefix: str,
    sources: Sequence[str],
    system: TargetRoot = RUNNING,
    *,
    alike: bool = False,
    most_workers: int = _MOST_WORKERS,
) -> bool:
    """Write bytecode for each of `sources`, largest first; `interpreter` is relative to the build.

    With `alike`, the same sources give the same bytes. Returns whether all workers came to their end. Bytecode is
    optional: Python compiles what a worker that dies leaves without it.
    """
    sizes = {path: os.lstat(os.path.join(stage_directory, path)).st_size for path in sources}
    most_workers = min(worker_count(), most_workers, 1 + len(sources) // _LEAST_FILES)
    width = max((len(os.fsencode(path)) for path in sources), default=0) + 1
    reader, writer = os.pipe()
    with open(writer, "wb", buffering=0) as stream:
        workers: list[subprocess.Popen[bytes]] = []
        # The image's own libraries first; with this host's, if they work, the bytecode is the same.
        for surroundings in (system, RUNNING):
            seen = surroundings.seen_inside(stage_directory)
            mode = "by hash" if system.is_image else "alike" if alike else "quick"
            arguments = [seen, prefix, str(width), mode]
            command = [os.path.join(seen, interpreter), "-s", "-S", "-B", "-c", _WORKER, *arguments]
            workers = workers or _start_workers(command, reader, surroundings, most_workers)
        os.close(reader)
        with _limited(workers):
            with contextlib.suppress(BrokenPipeError):  # no worker is left
                stream.writelines(
                    os.fsencode(path).ljust(width) for path in sorted(sizes, key=lambda path: -sizes[path])
                )
            stream.close()
            codes = [worker.wait() for worker in workers]
    return bool(codes) and not any(codes)


@contextlib.contextmanager
def _limited(workers: Sequence[subprocess.Popen[bytes]]) -> Iterator[None]:
    from threading import Timer  # only for runs that change something

    def kill_all() -> None:
        for worker in workers:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGKILL)

    timer = Timer(_TIMEOUT_S, kill_all)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _start_workers(command: list[str], reader: int, system: TargetRoot, count: int) -> list[subprocess.Popen[bytes]]:
    import subprocess  # only for runs that change something

    quiet = subprocess.DEVNULL
    workers: list[subprocess.Popen[bytes]] = []
    with contextlib.suppress(OSError, subprocess.SubprocessError):  # the latter for users who may not change the root
        while len(workers) < count:
            # pylint: disable-next=ansible-bad-function,subprocess-popen-preexec-fn # no module object, and no threads
            worker = subprocess.Popen(
                command,
                stdin=reader,
                stdout=quiet,
                stderr=quiet,
                env={"PATH": os.defpath, "PYTHONHASHSEED": "0", **system.variables_for(command[0])},
                start_new_session=True,
                preexec_fn=system.entering,  # noqa: PLW1509
            )
            workers.append(worker)
    return workers


def worker_count() -> int:
    """The number of processors that this process may use, up to a bound."""
    try:
        processors = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS
        processors = os.cpu_count() or 1
    return min(processors, _MOST_WORKERS)
