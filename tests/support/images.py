# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""System roots that images are made of, and what is in them to the last bit."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

from .probe_roots import minimal_elf

PASSWD = "root:x:0:0:root:/root:/bin/sh\napp:x:4321:8765::/srv:/bin/false\nbroken\n"
GROUP = "root:x:0:\napps:x:8765:\n"
_LIBRARY = re.compile(r"(?:=> )?(/\S+) \(0x")


def make_root(root: Path, *, machine: int = 62, bits: int = 64, loader: str = "/lib64/ld-linux-x86-64.so.2") -> Path:
    """A root with users and a shell that shows its machine (e_machine) and loader, and that runs nowhere."""
    for directory in ("bin", "etc"):
        (root / directory).mkdir(parents=True)
    (root / "bin" / "sh").write_bytes(minimal_elf(machine, bits, interpreter=loader))
    (root / "bin" / "sh").chmod(0o755)
    (root / "etc" / "passwd").write_text(PASSWD)
    (root / "etc" / "group").write_text(GROUP)
    return root


def make_runnable_root(root: Path, *programs: str) -> Path:
    """A root in which these programs of this machine run, and the shell: they and all libraries that they load."""
    for program in ("/bin/sh", *programs):
        for file in (program, *libraries_of(program)):
            place = root / file.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, place)
    return root


def libraries_of(program: str) -> list[str]:
    done = subprocess.run(["ldd", program], capture_output=True, text=True, check=False)
    return _LIBRARY.findall(done.stdout)


def everything(root: Path) -> dict[str, tuple[object, ...]]:
    """Each name below a root, and the root itself: kind and mode, owner, time, and content or the link's target."""
    return {str(item.relative_to(root)): _described(item) for item in [root, *sorted(root.rglob("*"))]}


def _described(item: Path) -> tuple[object, ...]:
    status = item.lstat()
    content = ""
    if item.is_symlink():
        content = os.readlink(item)
    elif item.is_file():
        content = hashlib.sha256(item.read_bytes()).hexdigest()
    return (stat.filemode(status.st_mode), status.st_uid, status.st_gid, status.st_mtime_ns, content)
