# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an unpacked build needs before it can be used at its path; all of it happens in staging
(docs/development/builds.md 5).

Each fix-up returns nothing and writes through `Stage`, which keeps the manifest's entries correct.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from .._errors import ArchiveError
from .._os.paths import BUILD_PREFIX, Entry
from .._store.manifest import INTERPRETER, interpreter_of, is_bytecode
from . import sysconfig

if TYPE_CHECKING:
    from .bytecode import Given

_STDLIB = re.compile(r"lib/python(?P<minor>\d+\.\d+)t?/os\.py\Z")
_WINDOWS_INTERPRETER = "python.exe"
# The rule of a file, by its path: the first alternative counts, in one pattern, since there are thousands of files.
# Scripts are programs, and what configure wrote: of the interpreter, and of libraries such as lib/tclConfig.sh.
# A file of no kind may name the prefix, such as lib/libz.la. Without it are the standard library and metadata of
# packages, whose texts are about something else, and directories of many files without paths.
_LIBRARY = r"lib/python\d+\.\d+t?/"
_KIND = re.compile(
    rf"(?P<sysconfigdata>{_LIBRARY}_sysconfigdata_[^/]*\.py\Z)"
    rf"|(?P<json>{_LIBRARY}[^/]+\.json\Z)"
    rf"|(?P<makefile>{_LIBRARY}config-[^/]*/Makefile\Z)"
    r"|(?P<pkg_config>(?:lib|share)/pkgconfig/[^/]+\.pc\Z)"
    rf"|(?P<script>bin/|{_LIBRARY}config-[^/]*/|lib/(?:[^/]+/)?[^/]+\.sh\Z)"
    rf"|(?P<without_prefix>{_LIBRARY}.*\.(?:py|pyi|pyc|txt|so|a|exe)\Z|.*\.dist-info/(?!direct_url\.json\Z)"
    r"|share/(?:terminfo|man)/|lib/(?:tcl|tk)[^/]*/(?:.*/)?(?:tzdata|msgs|encoding)/|lib/[^/]*\.(?:a|so[\d.]*|dylib)\Z)"
)
_MOST_TEXT_BYTES = 1024 * 1024  # a longer file is an interpreter or a library

EXTERNALLY_MANAGED = """\
[externally-managed]
Error=This Python is managed by the Ansible collection standalone.python,
 and the next upgrade replaces it together with what was installed into it.
 Make an environment instead: PYTHON -m venv /path/to/environment
"""

LAUNCHERS = "libexec"  # of a build: its interpreters for links elsewhere, see `_write_launcher`


class Stage:
    """A build in staging: its directory, the entries of its manifest, and the bytecode that came with it.

    `warning` is for the user of the task.
    """

    def __init__(self, directory: str, entries: dict[str, Entry], given: Given | None = None) -> None:
        self.directory = directory
        self.entries = entries
        self.given = given
        self.warning: str | None = None

    def full(self, path: str) -> str:
        """The file's full path."""
        return os.path.join(self.directory, path)

    def read(self, path: str) -> str:
        """The text of a file, with surrogates for bytes that are not UTF-8."""
        with open(self.full(path), encoding="utf-8", errors="surrogateescape", newline="") as stream:
            return stream.read()

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        """Replace or make the file `path`, keeping its modification time if it had one.

        The archive's one constant time is what makes builds of the same asset identical.
        """
        data = text.encode("utf-8", errors="surrogateescape")
        full = self.full(path)
        times = None
        earlier = self.entries.get(path)
        if earlier and earlier.kind == "file":
            mode, status = earlier.mode, os.lstat(full)
            times = (status.st_atime_ns, status.st_mtime_ns)
        if earlier:
            os.unlink(full)  # a link in the archive, hard or symbolic, must not change another file
        handle = os.open(full, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
        with open(handle, "wb") as stream:
            stream.write(data)
            os.fchmod(handle, mode)
        if times:
            os.utime(full, ns=times)
        self.entries[path] = Entry("file", mode, len(data), hashlib.sha256(data).hexdigest(), None)

    def remove(self, path: str) -> None:
        """Remove a file or link."""
        os.unlink(self.full(path))
        del self.entries[path]

    def link(self, path: str, target: str) -> None:
        """Make a symbolic link."""
        os.symlink(target, self.full(path))
        self.entries[path] = Entry("link", 0o777, 0, None, target)

    def names_prefix(self, path: str) -> bool:
        """Whether a file has the prefix of upstream in it."""
        with open(self.full(path), "rb", buffering=0) as stream:
            return BUILD_PREFIX.encode() in stream.read()


def apply(stage: Stage, prefix: str, *, externally_managed: bool, for_any_system: bool = False) -> None:
    """Apply all fix-ups to a build that will be used at `prefix`.

    Raises `ArchiveError` when it is no Python build, or a Windows build without `for_any_system`.
    """
    library = stdlib_directory(stage)
    program = interpreter(stage, for_any_system=for_any_system)
    _drop_bytecode(stage)
    if program != _WINDOWS_INTERPRETER:
        _link_python(stage)
        _write_launcher(stage, os.path.basename(program), prefix)
        program = "bin/python3"
    _rewrite(stage, prefix)
    marker = f"{library}/EXTERNALLY-MANAGED"
    if externally_managed:
        stage.write(marker, EXTERNALLY_MANAGED.replace("PYTHON", f"{prefix}/{program}"))
    elif marker in stage.entries:
        stage.remove(marker)


def stdlib_directory(stage: Stage) -> str:
    """`lib/python3.13`, `lib/python3.13t`, or `Lib` in a Windows build."""
    for path in stage.entries:
        if _STDLIB.match(path) or path == "Lib/os.py":
            return os.path.dirname(path)
    raise ArchiveError(
        "The archive holds no standard library (lib/pythonX.Y/os.py), so it is not a build of Python. "
        "Nothing was installed. Check that `archive` or the mirror holds the file that it should."
    )


def interpreter(stage: Stage, *, for_any_system: bool = False) -> str:
    """The path of the interpreter's real file: `bin/python3.13`, `bin/python3.13t`, … or `python.exe`."""
    path = interpreter_of(stage.entries)
    if path:
        return path
    if for_any_system and _WINDOWS_INTERPRETER in stage.entries:
        return _WINDOWS_INTERPRETER
    raise ArchiveError(
        "The archive holds no interpreter (bin/pythonX.Y), so this host cannot use it. Nothing was installed. "
        "Check `target`: a build for Windows has no bin folder."
    )


def executables(stage: Stage) -> tuple[str, ...]:
    """Every program in `bin`, links included, or of a Windows build; relative to the build and sorted."""
    return tuple(
        path
        for path, entry in sorted(stage.entries.items())
        if (path.startswith("bin/") and entry.kind != "dir" and entry.mode & 0o100)
        or ("/" not in path and path.endswith(".exe"))
    )


def _drop_bytecode(stage: Stage) -> None:
    """Remove bytecode. Published archives have none; that of an archived installation is for another path."""
    for path in sorted(filter(is_bytecode, stage.entries), reverse=True):  # the content of a directory precedes it
        remove = os.rmdir if stage.entries.pop(path).kind == "dir" else os.unlink
        remove(stage.full(path))


def _link_python(stage: Stage) -> None:
    """Make `bin/pythonX.Y`, `bin/python3` and `bin/python`: older archives lack some of them."""
    name = os.path.basename(interpreter(stage))
    match = INTERPRETER.match(f"bin/{name}")
    minor = f"python{match['minor']}" if match else name
    for link in (minor, "python3", "python"):
        if f"bin/{link}" not in stage.entries:
            stage.link(f"bin/{link}", name)


def _script(stage: Stage, text: str, prefix: str) -> str:
    def program(name: str) -> str:
        return name if f"bin/{name}" in stage.entries else os.path.basename(interpreter(stage))

    if "\0" not in text:
        return sysconfig.rewrite_script(text, prefix, program)
    head, end, archive = text.partition("\n")  # of a zip archive that Python runs
    return sysconfig.rewrite_script(head + end, prefix, program) + archive if text.startswith("#!") else text


def _write_launcher(stage: Stage, name: str, prefix: str) -> None:
    """Write a program that starts the interpreter by its name at the path.

    Through a link in another directory, interpreters of many releases make environments that look for their library
    beside that link (docs/development/builds.md 5.5). Every build has it, since links survive upgrades. Raises
    `ArchiveError` when the archive has something else there.
    """
    launcher = f"{LAUNCHERS}/{name}"
    above, earlier = stage.entries.get(LAUNCHERS), stage.entries.get(launcher)
    if (above and above.kind != "dir") or (earlier and earlier.kind == "dir"):
        raise ArchiveError(
            f"The archive has something else than a directory {LAUNCHERS} and a file {launcher}, where a program of "
            "this collection belongs. Nothing was installed. Use an archive of python-build-standalone."
        )
    if earlier:
        stage.remove(launcher)
    os.makedirs(stage.full(LAUNCHERS), mode=0o755, exist_ok=True)
    os.chmod(stage.full(LAUNCHERS), 0o755)
    interpreter = f"{prefix}/bin/{name}".replace("'", "'\\''")
    stage.write(launcher, f"#!/bin/sh\nexec '{interpreter}' \"$@\"\n", mode=0o755)


def _rewrite(stage: Stage, prefix: str) -> None:
    """Rewrite each text by the rule of its kind; one of no kind, if it names the prefix of upstream, as a script."""
    rules: dict[str | None, Callable[[str, str], str]] = {
        "sysconfigdata": lambda text, where: sysconfig.rewrite_sysconfigdata(text, prefix, where),
        "json": lambda text, where: sysconfig.rewrite_json(text, prefix, where),
        "makefile": lambda text, _where: sysconfig.rewrite_makefile(text, prefix),
        "pkg_config": lambda text, _where: sysconfig.rewrite_pkg_config(text),
        "script": lambda text, _where: _script(stage, text, prefix),
        None: lambda text, _where: _script(stage, text, prefix),
    }
    for path, entry in sorted(stage.entries.items()):
        match = _KIND.match(path)
        kind = match.lastgroup if match else None
        if entry.kind != "file" or kind not in rules:
            continue
        if kind in ("script", None) and entry.size_bytes > _MOST_TEXT_BYTES:
            continue
        if kind or stage.names_prefix(path):
            before = stage.read(path)
            after = rules[kind](before, path)
            if after != before:
                stage.write(path, after)
