# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Extended attributes by which a file gives more rights than its mode says: capabilities and access control lists.

Capabilities are written in the kernel's own format, since hosts may lack libcap and its setcap.
"""

from __future__ import annotations

import io
import os
import re
import struct
from collections.abc import Iterable

from .._errors import InvalidName, StoreError

CAPABILITY = "security.capability"
ACLS = frozenset({"system.posix_acl_access", "system.posix_acl_default"})

# In the order of their numbers in linux/capability.h, from 0 on.
_CAPABILITIES = (
    "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
    "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner",
    "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
    "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap",
    "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf",
    "checkpoint_restore",
)  # fmt: skip
_CLAUSE = re.compile(r"(?P<names>cap_[a-z_]+(?:,cap_[a-z_]+)*)[+=](?P<flags>[eip]{1,3})")
# struct vfs_cap_data of linux/capability.h: VFS_CAP_REVISION_2 and VFS_CAP_FLAGS_EFFECTIVE in a first word, then the
# permitted and the inheritable capabilities, 0 to 31 and 32 to 63, all little-endian.
_REVISION, _EFFECTIVE = 0x02000000, 0x000001
_ELSEWHERE = "choose a path and a store on another one, or leave"
LACKS_SETFCAP = "this process lacks cap_setfcap, as in some containers. Allow it there, or leave"


def checked_capabilities(texts: Iterable[str]) -> tuple[str, ...]:
    """One text for each capability, such as cap_net_raw+ep, in the order of the kernel's numbers.

    `texts` are clauses as setcap(8) takes them, such as `cap_net_raw,cap_net_admin=ep`. Raises `InvalidName`.
    """
    found: dict[int, str] = {}
    for text in texts:
        match = _CLAUSE.fullmatch(text.strip().lower())
        names = [name[len("cap_") :] for name in match["names"].split(",")] if match else []
        unknown = next((name for name in names if name not in _CAPABILITIES), None)
        if match is None or unknown or not {"i", "p"} & set(match["flags"]):
            what = f"there is no cap_{unknown}" if unknown else "that is not a capability and its flags"
            raise InvalidName(f"capabilities has {text!r}, but {what}. Write it as for setcap, such as cap_net_raw+ep.")
        found.update((_CAPABILITIES.index(name), "".join(sorted(set(match["flags"])))) for name in names)
    if len({"e" in flags for flags in found.values()}) > 1:
        raise InvalidName(
            "capabilities has some with the flag e and some without, but a file has that flag for all of them or for "
            "none. Write e for all, or leave it out."
        )
    return tuple(f"cap_{_CAPABILITIES[number]}+{found[number]}" for number in sorted(found))


def attribute_of(capabilities: Iterable[str]) -> bytes | None:
    """The attribute of a file with these checked capabilities; None when there are none."""
    masks, effective = {"p": 0, "i": 0}, 0
    for text in capabilities:
        name, _plus, flags = text[len("cap_") :].partition("+")
        effective = _EFFECTIVE if "e" in flags else 0
        for flag in set(flags) & set(masks):
            masks[flag] |= 1 << _CAPABILITIES.index(name)
    words = [mask >> shift & 0xFFFFFFFF for shift in (0, 32) for mask in (masks["p"], masks["i"])]
    return struct.pack("<5I", _REVISION | effective, *words) if any(words) else None


def set_capabilities(file: io.FileIO, capabilities: Iterable[str]) -> None:
    """Give an open file these checked capabilities. Raises `StoreError` when the system refuses, or would ignore them.

    By its handle, since the owner of a directory can exchange what has a name there.
    """
    attribute = attribute_of(capabilities)
    if attribute is None:
        return
    try:
        os.setxattr(file.fileno(), CAPABILITY, attribute)
        is_ignored = os.fstatvfs(file.fileno()).f_flag & os.ST_NOSUID
        why = f"its file system is mounted with nosuid. Remount it, {_ELSEWHERE}" if is_ignored else ""
    except AttributeError:
        why = "only Linux has them. Leave"
    except PermissionError:
        why = LACKS_SETFCAP
    except OSError as error:
        why = f"its file system refuses them ({error.strerror}). Remount it with attributes, {_ELSEWHERE}"
    if why:
        names = ", ".join(capabilities)
        raise StoreError(
            f"Cannot give the interpreter {file.name!s} the capabilities {names}: {why} out `capabilities`."
        )


def attributes_differ(path: str, expected: bytes | None) -> bool:
    """Whether something has another capability attribute than `expected`, or an access control list."""
    try:
        names = set(os.listxattr(path, follow_symlinks=False))
        found = os.getxattr(path, CAPABILITY, follow_symlinks=False) if CAPABILITY in names else None
    except (AttributeError, OSError):  # a system or a file system without them
        names, found = set(), None
    return found != expected or bool(names & ACLS)


def drop_acls(directory: str) -> None:
    """Take from a new directory the access control lists that it would hand down."""
    for name in sorted(ACLS):
        try:
            os.removexattr(directory, name)
        except (AttributeError, OSError):
            continue  # it has none
