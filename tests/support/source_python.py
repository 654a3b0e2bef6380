# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Python of this machine, described well enough to cut a sample build from it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

OLDEST_USABLE = (3, 9)

# Interpreters that carry their library with them, newest preferred. The system's own comes after these, and last the
# one that runs us: so that test sessions under different versions share the same samples.
SELF_CONTAINED = ("~/.local/share/uv/python/cpython-3.*/bin/python3", "~/.pyenv/versions/3.*/bin/python3")
SYSTEM = ("/usr/bin/python3", "/usr/local/bin/python3")

# Run inside the source: prints its description as JSON, or fails when it lacks what a build must have.
DESCRIBE = """
import json, os, sys, sysconfig
import bz2, ctypes, hashlib, lzma, sqlite3, ssl, venv, zlib
name = sysconfig._get_sysconfigdata_name()
variables = __import__(name, fromlist=["build_time_vars"]).build_time_vars
stdlib = os.path.dirname(os.__file__)
print(json.dumps({
    "version": sys.version.split()[0],
    "final": sys.version_info.releaselevel == "final",
    "prefix": sys.base_prefix,
    "executable": os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
    "stdlib": stdlib,
    "include": sysconfig.get_path("include"),
    "sysconfigdata": name,
    "variables": variables,
}))
"""


class UnusableSource(Exception):
    """This Python cannot be made into a sample build; the message says why."""


@dataclass(frozen=True)
class SourcePython:
    """A CPython found on this machine."""

    version: str  # "3.13.5" or "3.15.0rc1"
    prefix: Path
    executable: Path  # the real file, no link
    stdlib: Path
    include: Path  # may not exist: headers are a separate package on Debian
    sysconfigdata: str  # module name
    variables: dict[str, Any]  # its build_time_vars
    libpython: Path | None  # the shared library that the executable needs; None when it is linked statically

    @property
    def minor(self) -> str:
        """'3.13' of '3.13.5'."""
        return ".".join(self.version.split(".")[:2])

    @property
    def multiarch(self) -> str:
        """'x86_64-linux-gnu'."""
        return str(self.variables.get("MULTIARCH") or f"{os.uname().machine}-linux-gnu")

    @property
    def triple(self) -> str:
        """The target triple of a build that this machine runs, such as 'x86_64-unknown-linux-gnu'."""
        arch, _unused, rest = self.multiarch.partition("-")
        spelling = {"arm": "armv7", "i386": "i686", "powerpc64le": "ppc64le"}
        return f"{spelling.get(arch, arch)}-unknown-{rest}"


@cache
def find_source() -> SourcePython:
    """The Python that samples are cut from unless a caller names one.

    Raises `UnusableSource` with one line for each Python that was looked at.
    """
    objections = []
    for candidate in _candidates():
        try:
            return describe(str(candidate))
        except UnusableSource as error:
            objections.append(str(error))
    raise UnusableSource("No Python on this machine can serve as a sample build:\n" + "\n".join(objections))


@cache
def describe(interpreter: str) -> SourcePython:
    """Describe the Python at a path. Raises `UnusableSource`."""
    answer = subprocess.run(
        [os.path.realpath(interpreter), "-I", "-c", DESCRIBE],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        last = (answer.stderr.strip().splitlines() or ["it printed nothing"])[-1]
        raise UnusableSource(f"{interpreter} is not a complete CPython: {last}")
    facts = json.loads(answer.stdout)
    if tuple(int(part) for part in facts["version"].split(".")[:2]) < OLDEST_USABLE:
        raise UnusableSource(f"{interpreter} is Python {facts['version']}, which is too old.")
    executable = Path(facts["executable"])
    return SourcePython(
        version=facts["version"].rstrip("+"),
        prefix=Path(facts["prefix"]),
        executable=executable,
        stdlib=Path(facts["stdlib"]),
        include=Path(facts["include"]),
        sysconfigdata=facts["sysconfigdata"],
        variables=facts["variables"],
        libpython=_libpython_of(executable),
    )


def _candidates() -> Iterator[Path]:
    found = []
    for pattern in SELF_CONTAINED:
        anchor, _unused, rest = pattern.partition("/")
        found += [path for path in Path(anchor).expanduser().glob(rest) if path.exists()]
    yield from sorted(found, key=_version_in_path, reverse=True)
    yield from (Path(path) for path in SYSTEM if os.path.exists(path))
    yield Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}")


def _version_in_path(path: Path) -> tuple[int, ...]:
    numbers = re.search(r"3\.\d+(?:\.\d+)?", str(path))
    return tuple(int(part) for part in numbers.group().split(".")) if numbers else ()


def _libpython_of(executable: Path) -> Path | None:
    """The libpython that the dynamic loader picks for this executable, or None when it needs none."""
    listing = subprocess.run(["ldd", str(executable)], capture_output=True, text=True, check=False).stdout
    needed = re.search(r"(libpython\S+) => (not found|\S+)", listing)
    if needed is None:
        return None
    if needed.group(2) == "not found":
        raise UnusableSource(f"{executable} needs {needed.group(1)}, which the loader does not find.")
    return Path(needed.group(2))
