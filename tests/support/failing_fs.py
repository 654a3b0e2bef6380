# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real file system, by FUSE, that fails or hangs where a test says so. It needs root, /dev/fuse, libfuse2 and fusepy.

    with mounted(directory) as disk:
        disk.path                                    # in which everything works
        disk.fails("readlink", r"/3\\.13$", errno.EIO)
        disk.hangs("rename", r"/\\.staging/")
        disk.works()

As a program it is the server: `python failing_fs.py SOURCE MOUNT_POINT RULES`.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ANSWERS_S = 10
_POLL_S = 0.02


class NoFuse(Exception):
    """This machine has no FUSE, for the reason in the message."""


@dataclass(frozen=True)
class Disk:
    """The mounted file system. `source` has its files, too, where nothing fails."""

    path: Path
    source: Path
    rules: Path
    server: subprocess.Popen[bytes]

    def works(self) -> None:
        """Nothing fails or hangs from now on, and what hung goes on."""
        self._rule()

    def notes(self) -> None:
        """The same, and each operation is noted for `noted`."""
        self._rule(note=True)

    def noted(self) -> list[tuple[str, str]]:
        """The operations since `notes`, with their paths."""
        return [tuple(line.split("\t")) for line in self._log.read_text().splitlines()]  # type: ignore[misc]

    def fails(self, operation: str, path: str, error: int) -> None:
        """An operation of FUSE fails from now on, where the whole path in the file system matches the expression."""
        self._rule(operation=operation, path=path, error=error)

    def hangs(self, operation: str, path: str) -> None:
        """The same without an answer, until `works`."""
        self._rule(operation=operation, path=path, error=None)

    def is_hung(self) -> bool:
        """Whether an operation waits for `works`."""
        return self._log.exists() and self._log.read_text().endswith("hung\n")

    def ends(self) -> None:
        """The server is gone, and the mount stays: everything fails with ENOTCONN."""
        self.server.kill()
        self.server.wait()

    @property
    def _log(self) -> Path:
        return self.rules.with_suffix(".log")

    def _rule(self, **rule: Any) -> None:
        self._log.unlink(missing_ok=True)
        fresh = self.rules.with_suffix(".fresh")
        fresh.write_text(json.dumps(rule))
        fresh.rename(self.rules)


@contextlib.contextmanager
def mounted(directory: Path) -> Iterator[Disk]:
    """Mount it below an empty directory. Raises `NoFuse`."""
    source, path, rules = directory / "source", directory / "disk", directory / "rules"
    source.mkdir()
    path.mkdir()
    rules.write_text("{}")
    if not os.access("/dev/fuse", os.W_OK) or os.geteuid() != 0:
        raise NoFuse("only root can mount a FUSE, with /dev/fuse")
    server = subprocess.Popen([sys.executable, __file__, str(source), str(path), str(rules)], stderr=subprocess.PIPE)
    try:
        _await(path, server)
        yield Disk(path, source, rules, server)
    finally:
        rules.write_text("{}")
        server.kill()
        server.wait()
        subprocess.run(["umount", "--lazy", str(path)], check=False, stderr=subprocess.DEVNULL)


def _await(path: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _ANSWERS_S
    while not os.path.ismount(path):
        if server.poll() is not None or time.monotonic() > deadline:
            said = server.stderr.read().decode() if server.stderr and server.poll() is not None else "it is too slow"
            raise NoFuse(said.strip().rpartition("\n")[2])
        time.sleep(_POLL_S)


class _Operations:
    """What fusepy asks for, done in `source` unless a rule says otherwise."""

    use_ns = True  # times are in nanoseconds

    def __init__(self, source: str, rules: str) -> None:
        self._source = source
        self._rules = Path(rules)
        self._log = self._rules.with_suffix(".log")

    def __call__(self, operation: str, path: str | None, *arguments: Any) -> Any:
        rule = self._rule()
        if rule.get("note"):
            with self._log.open("a") as log:
                log.write(f"{operation}\t{path}\n")
        while rule.get("operation") == operation and re.fullmatch(rule["path"], path or ""):
            if rule["error"]:
                raise OSError(rule["error"], os.strerror(rule["error"]))
            self._log.write_text("hung\n")
            time.sleep(_POLL_S)
            rule = self._rule()
        function: Callable[..., Any] | None = getattr(self, operation, None)
        if function is None:
            raise OSError(errno.ENOSYS, operation)
        return function(path if path is None else self._source + path, *arguments)

    def _rule(self) -> dict[str, Any]:
        rule: dict[str, Any] = json.loads(self._rules.read_text())
        return rule

    def init(self, _path: str) -> None:
        """There is nothing to begin with."""

    destroy = init

    def getattr(self, path: str, _handle: int | None = None) -> dict[str, int]:
        status = os.lstat(path)
        fields = {name: getattr(status, name) for name in ("st_mode", "st_nlink", "st_size", "st_uid", "st_gid")}
        times = {f"st_{name}": getattr(status, f"st_{name}_ns") for name in ("atime", "mtime", "ctime")}
        return {**fields, "st_blocks": status.st_blocks, **times}

    def readdir(self, path: str, _handle: int) -> list[str]:
        return [".", "..", *os.listdir(path)]

    def readlink(self, path: str) -> str:
        return os.readlink(path)

    def symlink(self, path: str, target: str) -> None:
        os.symlink(target, path)

    def rename(self, path: str, new: str) -> None:
        os.rename(path, self._source + new)

    def link(self, path: str, old: str) -> None:
        os.link(self._source + old, path)

    def mkdir(self, path: str, mode: int) -> None:
        os.mkdir(path, mode)

    def rmdir(self, path: str) -> None:
        os.rmdir(path)

    def unlink(self, path: str) -> None:
        os.unlink(path)

    def chmod(self, path: str, mode: int) -> None:
        os.chmod(path, mode)

    def chown(self, path: str, uid: int, gid: int) -> None:
        os.lchown(path, uid, gid)

    def open(self, path: str, flags: int) -> int:
        return os.open(path, flags)

    def create(self, path: str, mode: int, _info: object = None) -> int:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, mode)

    def read(self, _path: str, size: int, offset: int, handle: int) -> bytes:
        return os.pread(handle, size, offset)

    def write(self, _path: str, data: bytes, offset: int, handle: int) -> int:
        return os.pwrite(handle, data, offset)

    def truncate(self, path: str, length: int, _handle: int | None = None) -> None:
        os.truncate(path, length)

    def utimens(self, path: str, times: tuple[int, int]) -> None:
        os.utime(path, ns=times, follow_symlinks=False)

    def statfs(self, path: str) -> dict[str, int]:
        status = os.statvfs(path)
        return {name: getattr(status, name) for name in ("f_bsize", "f_frsize", "f_blocks", "f_bfree", "f_bavail")}

    def opendir(self, _path: str) -> int:
        return 0

    def releasedir(self, _path: str, *_arguments: object) -> int:
        return 0

    flush = fsyncdir = releasedir

    def fsync(self, _path: str, _only_data: int, handle: int) -> None:
        os.fsync(handle)

    def release(self, _path: str, handle: int) -> None:
        os.close(handle)


def _serve(source: str, mount_point: str, rules: str) -> None:
    import fuse

    uncached = {"attr_timeout": 0, "entry_timeout": 0}
    options = {"foreground": True, "allow_other": True, "default_permissions": True, **uncached}
    fuse.FUSE(_Operations(source, rules), mount_point, **options)


if __name__ == "__main__":
    _serve(*sys.argv[1:])
