# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions of what a build carries, as its own interpreter and files say them.

What they say is text from outside: only a word that looks like a version is kept of it.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable
from typing import NamedTuple

from .._store.receipt import COMPONENT, COMPONENT_VERSION

_MARK = "\x1ecomponent"
# Runs in the interpreter of the health check, after its verdict: each question can fail, and even end the process,
# without harm to others or to the verdict. Most modules are imported by then, and the rest costs a few milliseconds.
SCRIPT = f"""
def ask(module, attribute):
    return getattr(importlib.import_module(module), attribute)

def zlib():
    ng = getattr(importlib.import_module("zlib"), "ZLIBNG_VERSION", "")
    version = ask("zlib", "ZLIB_RUNTIME_VERSION")
    return ("zlib-ng", ng) if ng or "ng" in version else ("zlib", version)

def linked(library, function):
    import ctypes
    said = getattr(ctypes.CDLL(None), function)
    said.restype = ctypes.c_char_p
    return library, said().decode()

def tls():
    version = ask("_ssl", "OPENSSL_VERSION")
    return ("libressl" if version.startswith("LibreSSL") else "openssl"), version

def readline():
    version = ask("readline", "_READLINE_LIBRARY_VERSION")
    return ("libedit" if "libedit" in (ask("readline", "__doc__") or "") else "readline"), version

signal.setitimer(signal.ITIMER_REAL, 10)
for question in (
    lambda: ("cpython", sys.version.split()[0]),
    tls,
    lambda: ("sqlite", ask("_sqlite3", "sqlite_version")),
    lambda: ("expat", ask("pyexpat", "EXPAT_VERSION")),
    zlib,
    lambda: ("zstd", ask("_zstd", "zstd_version")),
    lambda: linked("bzip2", "BZ2_bzlibVersion"),
    lambda: linked("xz", "lzma_version_string"),
    lambda: linked("libffi", "ffi_get_version"),
    lambda: ("mpdecimal", ask("_decimal", "__libmpdec_version__")),
    lambda: ("ncurses", ".".join(map(str, ask("_curses", "ncurses_version")))),
    lambda: ("tcl", ask("_tkinter", "create")(None, "a", "Tk", False, True, False).eval("info patchlevel")),
    lambda: ("gdbm", ".".join(map(str, ask("_gdbm", "_GDBM_VERSION")))),
    readline,
):
    try:
        print({_MARK!r}, *question(), flush=True)
    except BaseException:
        pass
print({_MARK!r}, flush=True)
"""

_PACKAGE = re.compile(r"lib/python[^/]+/site-packages/(pip|setuptools)-([^-/]+)\.dist-info/METADATA")
_ENSUREPIP = re.compile(r"lib/python[^/]+/ensurepip/_bundled/pip-([^-/]+)-[^/]+\.whl")
# A file, and how it says the version: Tk refuses to start with another one than its scripts name.
_IN_TEXTS = (
    (
        "certifi",
        re.compile(r"lib/python[^/]+/site-packages/pip/_vendor/certifi/__init__\.py"),
        re.compile(rb'^__version__ = "(\d{4}\.\d\d\.\d\d)"', re.MULTILINE),
    ),
    (
        "tk",
        re.compile(r"lib/tk[^/]*/tk\.tcl"),
        re.compile(rb"^package require -exact [Tt]k\s+([\d.ab]+)", re.MULTILINE),
    ),
)
_ENDINGS = ("/METADATA", ".whl", "/certifi/__init__.py", "/tk.tcl")
_MOST_BYTES = 64 * 1024


class Said(NamedTuple):
    """What the interpreter printed: its own version, "nothing" without one, component -> version, and whether all
    questions were asked."""

    version: str
    components: dict[str, str]
    is_complete: bool


def heard(output: str) -> Said:
    """Parse the output of the health check. The version is the last word before the components."""
    before, *answers = output.split(_MARK)
    components: dict[str, str] = {}
    for answer in answers:
        name, _space, said = answer.strip().partition(" ")
        version = COMPONENT_VERSION.search(said)
        if COMPONENT.fullmatch(name) and version and name not in components:
            components[name] = version[0]
    return Said((before.split() or ["nothing"])[-1], components, bool(answers) and not answers[-1].strip())


def in_files(directory: str, files: Iterable[str]) -> dict[str, str]:
    """Component -> version by the names and texts of a build's files, which are relative to its directory."""
    found: dict[str, str] = {}
    for file in (file for file in files if file.endswith(_ENDINGS)):
        package, bundled = _PACKAGE.fullmatch(file), _ENSUREPIP.fullmatch(file)
        if package:
            found[package[1]] = package[2]
        if bundled:
            found["ensurepip-pip"] = bundled[1]
        for component, place, pattern in _IN_TEXTS:
            if place.fullmatch(file):
                with contextlib.suppress(OSError), open(os.path.join(directory, file), "rb") as stream:
                    said = pattern.search(stream.read(_MOST_BYTES))
                    found.update({component: said[1].decode()} if said else {})
    return {component: version for component, version in found.items() if COMPONENT_VERSION.fullmatch(version)}
