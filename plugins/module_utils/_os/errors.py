# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operating system errors as messages for the user. The system is asked for the cause before anything is advised."""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Callable
from typing import NamedTuple

from .._readable import readable
from .paths import is_writable

BECOME = "Use `--become` on the command line or `become: true` in a play"
_ELSEWHERE = "or choose a path on another file system"
_CHOOSE = "Choose a path on another file system."
_LATER = "or run again when the host is less busy."

_ADVICE = {
    errno.EXDEV: "it is on another file system than the store. Set `store` to a directory on the same one.",
    errno.EBUSY: "it is in use, perhaps as a mount point. Unmount it, or choose another path.",
    errno.ENOTDIR: "a part of that path is a file, not a directory. Move it away, or choose another path.",
    errno.ELOOP: "there is a symbolic link where none may be, or links form a loop. Remove it, or choose another path.",
    errno.EIO: "the disk reported an error. Look at the kernel's log before you try again.",
    errno.EMLINK: f"too many links. {_CHOOSE}",
    errno.EAGAIN: f"no more processes and threads may run. Raise the limit, {_LATER}",
    errno.EISDIR: "a directory is there. Move it away.",
    errno.EMFILE: f"too many files are open. Raise the limit, {_LATER}",
    errno.ENFILE: f"the host has too many open files. Raise fs.file-max, {_LATER}",
    errno.ENOMEM: "the host is out of memory. Free some, or raise the limit of this process or container.",
    errno.ETXTBSY: "a program in use cannot be written. Stop the processes that run it, then run again.",
    errno.ESTALE: "the server of this network file system no longer has it. Mount the file system again.",
    errno.ENOTCONN: "the program that serves this file system has ended. Mount the file system again.",
}
_IMMUTABLE, _APPEND_ONLY = 0x10, 0x20  # FS_IMMUTABLE_FL and FS_APPEND_FL of linux/fs.h
_READ_FLAGS = tuple(direction | struct.calcsize("l") << 16 | 0x6601 for direction in (2 << 30, 1 << 30))
# Without owners, modes and symbolic links, or with a server that may have none.
_FOREIGN_TYPES = ("vfat", "msdos", "exfat", "ntfs", "ntfs3", "fuseblk", "cifs", "smb3", "vboxsf", "9p", "hfs")


class LinksUnsupported(OSError):
    """The file system has no symbolic links."""


class Mount(NamedTuple):
    """A mounted file system; str() is the subject of a clause."""

    point: str
    type: str

    def __str__(self) -> str:
        return f"the file system {self.point} ({self.type})" if self.type else "the file system"


def write_failure(error: OSError, path: str, *, is_switched: bool | None = False) -> str:
    """What happened, to which file, what to do, and by `is_switched` what became of `path`; None leaves that open."""
    cause = f"Could not write {file_of(error) or path}: {advice(error, path)}"
    if is_switched is None:
        return readable(f"{cause} Whether {path} was switched cannot be read any more; run again when it can.")
    if is_switched:
        return readable(f"{cause} What was asked for at {path} is done; run again to remove what is left of the rest.")
    return readable(f"{cause} What was at {path} before is still there.")


def read_failure(error: OSError, path: str) -> str:
    """The same for reading."""
    is_denied = error.errno == errno.EACCES and os.geteuid() != 0
    cause = f"permission was denied. {BECOME}." if is_denied else advice(error, path)
    return readable(f"Could not read {file_of(error) or path}: {cause}")


def advice(error: OSError, path: str = "/") -> str:
    """What happened and what to do. `path` is what was written when the error names no file."""
    number, place = error.errno or 0, existing(file_of(error) or path)
    if isinstance(error, LinksUnsupported):
        return f"{mount_of(place)} has no symbolic links, which builds need. Choose a path on one that has them."
    ask = _CAUSES.get(number)
    if ask:
        try:
            return ask(place, error)
        except OSError:  # the system does not say: the directory is gone by now, or its server
            pass
    return _ADVICE.get(number, f"{(error.strerror or str(error)).rstrip('.')}.")


def why_not_writable(directory: str) -> str | None:
    """Why this user cannot change what an existing directory contains, and what to do; else None."""
    if is_writable(directory):
        return None
    if os.statvfs(directory).f_flag & os.ST_RDONLY:
        number = errno.EROFS
    else:  # no mode keeps root out, only what the system forbids everybody, such as an immutable directory
        number = errno.EACCES if os.geteuid() else errno.EPERM
    return advice(OSError(number, "", directory))


def mount_of(place: str) -> Mount:
    """The mounted file system of an existing path; one without a type where the system does not say."""
    real, found = os.path.realpath(place), Mount("/", "")
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                fields, _dash, rest = line.partition(" - ")
                point = fields.split(" ")[4].replace("\\040", " ")
                if f"{real}/".startswith(point.rstrip("/") + "/") and len(point) >= len(found.point):
                    found = Mount(point, rest.partition(" ")[0])
    except (OSError, IndexError):
        pass
    return found


def immutable_of(place: str) -> str | None:
    """The path, or its directory, if it is immutable or append-only; None for neither."""
    return next((one for one in (place, os.path.dirname(place)) if _flags_of(one) & (_IMMUTABLE | _APPEND_ONLY)), None)


def file_of(error: OSError) -> str:
    """The file that the error is about, or ""."""
    file = (error.errno == errno.EISDIR and error.filename2) or error.filename  # of a rename
    return os.fsdecode(file) if isinstance(file, (str, bytes)) else ""


def existing(path: str) -> str:
    """The path, or the nearest that exists above, as for a link without a target."""
    while not os.path.exists(path) and os.path.dirname(path) != path:
        path = os.path.dirname(path)
    return path or "."


def _flags_of(place: str) -> int:
    import fcntl  # not on Windows, where this file is imported by the controller only

    try:
        handle = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return 0
    try:
        for request in _READ_FLAGS:
            try:
                return int(struct.unpack_from("i", fcntl.ioctl(handle, request, bytes(struct.calcsize("l"))))[0])
            except OSError:  # this file system has no flags, or the request has another number here
                continue
        return 0
    finally:
        os.close(handle)


def _no_space(place: str, _error: OSError) -> str:
    status = os.statvfs(place)
    if status.f_files and not status.f_favail:
        return (
            f"{mount_of(place)} has no inodes left: all {status.f_files} are used. Remove files that nothing needs, "
            f"{_ELSEWHERE}."
        )
    return f"the disk is full. Free some space, {_ELSEWHERE}."


def _no_quota(_place: str, _error: OSError) -> str:
    return f"the disk quota is used up, for space or for the number of files. Free some, raise it, {_ELSEWHERE}."


def _read_only(place: str, _error: OSError) -> str:
    if os.statvfs(place).f_flag & os.ST_RDONLY:
        return f"{mount_of(place)} is mounted read-only. Remount it, or choose another path."
    return f"{mount_of(place)} refuses it, although it is not mounted read-only. Choose a path on a local file system."


def _denied(place: str, _error: OSError, said: str = "permission was denied") -> str:
    if os.geteuid() != 0:
        return f"{said}. {BECOME}, or choose a path that this user may write to."
    return f"{said} to root: {_policy(place)}, or choose another path."


def _not_permitted(place: str, error: OSError) -> str:
    target = existing(os.fsdecode(error.filename2)) if error.filename2 else place  # of a rename
    immutable = immutable_of(place) or immutable_of(target)
    if immutable:
        return f"{immutable} is immutable or append-only. Remove the flag: chattr -ia {immutable}"
    mount = mount_of(place)
    if mount.type in _FOREIGN_TYPES:
        return f"{mount} cannot keep owners, modes or links as a build needs them. Choose a path on another one."
    return _denied(place, error, "it is not permitted")


def _policy(place: str) -> str:
    """What can forbid something to root, and the beginning of the advice."""
    mount = mount_of(place)
    if mount.type.startswith(("nfs", "cifs", "smb3", "fuse")):
        return f"the server of {mount} refuses it. Allow it there, as with no_root_squash"
    confined = _confinement()
    if confined:
        return f"{confined} refuses it. Allow it there"
    return (
        "a capability that this process lacks, a seccomp filter or another access policy forbids it. Look at the "
        "kernel's log, allow it"
    )


def _confinement() -> str | None:
    """The access policy that confines this process: SELinux while it enforces, or an AppArmor profile."""
    enforcing = _first_line("/sys/fs/selinux/enforce")
    if enforcing == "1":
        return "SELinux (see ausearch -m AVC)"
    profile = _first_line("/proc/self/attr/current")
    return f"the AppArmor profile {profile}" if profile.endswith("(enforce)") else None


def _first_line(file: str) -> str:
    try:
        with open(file, encoding="utf-8", errors="replace") as stream:
            return stream.readline().strip("\0\n ")
    except OSError:
        return ""


def _too_long(place: str, error: OSError) -> str:
    name = os.path.basename(file_of(error))
    directory = place if os.path.isdir(place) else os.path.dirname(place)
    most = os.pathconf(directory, "PC_NAME_MAX")
    if len(os.fsencode(name)) > most:
        return (
            f"its name has {len(os.fsencode(name))} bytes, and {mount_of(place)} allows {most}. Choose a shorter one."
        )
    return "the name is too long. Choose a shorter path."


def _too_large(_place: str, _error: OSError) -> str:
    import resource  # not on Windows

    limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    if limit == resource.RLIM_INFINITY:
        return f"the file would be larger than this file system allows. {_CHOOSE}"
    return f"the file would be larger than {limit} bytes, the limit of this user (ulimit -f). Raise the limit."


def _unsupported(place: str, error: OSError) -> str:
    return f"{mount_of(place)} does not support it ({error.strerror}). {_CHOOSE}"


_CAUSES: dict[int, Callable[[str, OSError], str]] = {
    errno.ENOSPC: _no_space,
    errno.EDQUOT: _no_quota,
    errno.EROFS: _read_only,
    errno.EACCES: _denied,
    errno.EPERM: _not_permitted,
    errno.ENAMETOOLONG: _too_long,
    errno.EFBIG: _too_large,
    errno.EOPNOTSUPP: _unsupported,
    errno.ENOSYS: _unsupported,
}
