# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a sample build takes over from its source Python: interpreter, libpython, standard library, pip, headers."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path

from .elf_runpath import FixedRunpath, relocatable
from .sample_archive import Member
from .source_python import SourcePython, UnusableSource

# In no build: caches, other packages' places, tests, what a distribution put there.
NEVER = frozenset(
    {"__pycache__", "site-packages", "dist-packages", "test", "tests", "idle_test"}
    | {"EXTERNALLY-MANAGED", "sitecustomize.py"}
)
# Test extensions, static libraries and objects, and what is written again.
NEVER_NAMED = re.compile(
    r"_test|_ctypes_test|_xxtestfuzz|xxlimited|xxsubtype|libpython|_sysconfigdata_|_sysconfig_vars_|build-details|python-config|Makefile$|.*\.[ao]$"
)

# What the small size leaves out besides: nothing that the modules of a health check, pip or a module of Ansible import,
# and most headers.
NOT_SMALL = frozenset({"idlelib", "tkinter", "turtledemo", "turtle.py", "lib2to3", "pydoc_data", "internal", "cpython"})
NOT_SMALL |= {"asyncio", "curses", "dbm", "dom", "etree", "sax", "unittest", "wsgiref"}
NOT_SMALL |= {"_pydatetime.py", "_pydecimal.py", "_pyio.py"}  # what stands in for modules in C
NOT_SMALL |= {"bdb.py", "difflib.py", "doctest.py", "ftplib.py", "imaplib.py", "mailbox.py", "pdb.py", "pickletools.py"}
NOT_SMALL |= {"poplib.py", "profile.py", "pstats.py", "smtplib.py", "statistics.py", "symtable.py", "trace.py"}
NOT_SMALL_NAMED = re.compile(
    r"_codecs_|_multibytecodec"
    r"|(big5|cp(?!437|1252)|euc_|gb|hp_|hz|iso|johab|koi8|kz|mac_|palmos|ptcp|shift_|tis_)\w*\.py$"  # of encodings
    r"|(?!Python|py|patchlevel)\w+\.h$"
)
WHEELS_OF_ENSUREPIP = "_bundled"

ELF = b"\x7fELF"
BESIDE_BIN = "$ORIGIN/../lib"


def copied_members(
    source: SourcePython, *, abi_suffix: str, everything: bool, ensurepip: bool = False, pip: bool = True
) -> Iterator[Member]:
    """The source's own files at their places below a prefix. Raises `UnusableSource`."""
    yield from _interpreter(source, abi_suffix)
    lib = f"lib/python{source.minor}"
    left_out = NEVER if everything else NEVER | NOT_SMALL
    unnamed = NEVER_NAMED if everything else re.compile(f"{NEVER_NAMED.pattern}|{NOT_SMALL_NAMED.pattern}")
    if not (everything or ensurepip):
        left_out |= {WHEELS_OF_ENSUREPIP}
    yield from _files_below(source.stdlib, lib, left_out, unnamed)
    packages = source.stdlib / "site-packages"
    for package in [packages / "pip", *packages.glob("pip-*.dist-info")] if pip else []:
        yield from _files_below(package, f"{lib}/site-packages/{package.name}", {"__pycache__", "RECORD"})
    yield from _files_below(source.include, f"include/python{source.minor}", left_out, unnamed)


def without_debug_sections(members: list[Member]) -> list[Member]:
    """The same members, ELF files stripped as install_only_stripped has them. As they are when there is no `strip`."""
    program = shutil.which("strip")
    elf = {str(number): member for number, member in enumerate(members) if member.content.startswith(ELF)}
    if program is None or not elf:
        return members
    with tempfile.TemporaryDirectory(prefix="sample-strip-") as directory:
        for name, member in elf.items():
            Path(directory, name).write_bytes(member.content)
        subprocess.run([program, "--strip-debug", *elf], cwd=directory, check=True)
        stripped = {int(name): Path(directory, name).read_bytes() for name in elf}
    return [
        Member(member.name, stripped.get(number, member.content), member.link, member.executable)
        for number, member in enumerate(members)
    ]


def _interpreter(source: SourcePython, abi_suffix: str) -> Iterator[Member]:
    real_name = f"python{source.minor}{abi_suffix}"
    executable = source.executable.read_bytes()
    if source.libpython is not None:
        yield from _libpython(source.minor, source.libpython)
        try:
            executable = relocatable(executable, str(source.libpython.parent), BESIDE_BIN)
        except FixedRunpath as error:
            raise UnusableSource(f"{source.executable} would not find its libpython elsewhere. {error}") from error
    yield Member(f"bin/{real_name}", executable, executable=True)
    for alias in {f"python{source.minor}", "python3", "python"} - {real_name}:
        yield Member(f"bin/{alias}", link=real_name)


def _libpython(minor: str, library: Path) -> Iterator[Member]:
    yield Member(f"lib/{library.name}", library.read_bytes(), executable=True)
    if library.name != f"libpython{minor}.so":
        yield Member(f"lib/libpython{minor}.so", link=library.name)


def _files_below(
    directory: Path, name: str, left_out: AbstractSet[str], unnamed: re.Pattern[str] = NEVER_NAMED
) -> Iterator[Member]:
    """Every regular file below a directory but those that `unnamed` matches.

    No links: the few that a source has lead out of its tree.
    """
    for top, directories, files in os.walk(directory):
        directories[:] = set(directories) - left_out
        inside = Path(name, Path(top).relative_to(directory))
        for file in set(files) - left_out:
            path = Path(top, file)
            if not unnamed.match(file) and not path.is_symlink():
                yield Member(str(inside / file), path.read_bytes(), executable=os.access(path, os.X_OK))
