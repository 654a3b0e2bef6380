# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the world calls a component: its package URL, its CPE, its supplier and its licence.

A CPE is the one under which the NVD files vulnerabilities, and None for components that it has none for.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote


class Identity(NamedTuple):
    """`purl` is without a version, `cpe` is `vendor:product`, `licence` an SPDX expression; None is unknown."""

    purl: str
    cpe: str | None
    supplier: str | None
    licence: str | None

    def purl_of(self, version: str) -> str:
        """The package URL of a version."""
        return f"{self.purl}@{quote(version, safe='')}"

    def cpe_of(self, version: str) -> str | None:
        """The CPE 2.3 name of a version."""
        return f"cpe:2.3:a:{self.cpe}:{_escaped(version)}:*:*:*:*:*:*:*" if self.cpe else None


def _escaped(version: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "._-" else f"\\{sign}" for sign in version)


_PSF, _PYPA = "Python Software Foundation", "Python Packaging Authority"
_X = "X.Org Foundation"
_IDENTITIES: dict[str, Identity] = {
    "bdb": Identity("pkg:generic/berkeley-db", "oracle:berkeley_db", "Oracle", "Sleepycat"),
    "bzip2": Identity("pkg:generic/bzip2", "bzip:bzip2", "bzip2 project", "bzip2-1.0.6"),
    "certifi": Identity("pkg:pypi/certifi", "certifi:certifi", "certifi project", "MPL-2.0"),
    "cpython": Identity("pkg:generic/python", "python:python", _PSF, "Python-2.0"),
    "ensurepip-pip": Identity("pkg:pypi/pip", "pypa:pip", _PYPA, "MIT"),
    "expat": Identity("pkg:generic/expat", "libexpat_project:libexpat", "Expat project", "MIT"),
    "gdbm": Identity("pkg:generic/gdbm", "gnu:gdbm", "GNU", "GPL-3.0-or-later"),
    "libedit": Identity("pkg:generic/libedit", None, "NetBSD", "BSD-3-Clause"),
    "libffi": Identity("pkg:generic/libffi", "libffi_project:libffi", "libffi project", "MIT"),
    "libressl": Identity("pkg:generic/libressl", "openbsd:libressl", "OpenBSD", None),
    "libuuid": Identity("pkg:generic/libuuid", None, "libuuid project", "BSD-3-Clause"),
    "libx11": Identity("pkg:generic/libx11", "x.org:libx11", _X, "MIT"),
    "libxau": Identity("pkg:generic/libxau", None, _X, "MIT"),
    "libxcb": Identity("pkg:generic/libxcb", "x:libxcb", _X, "MIT"),
    "mpdecimal": Identity("pkg:generic/mpdecimal", None, "Stefan Krah", "BSD-2-Clause"),
    "musl": Identity("pkg:generic/musl", "musl-libc:musl", "musl project", "MIT"),
    "ncurses": Identity("pkg:generic/ncurses", "gnu:ncurses", "GNU", "X11"),
    "openssl": Identity("pkg:generic/openssl", "openssl:openssl", "OpenSSL", "Apache-2.0"),
    "pip": Identity("pkg:pypi/pip", "pypa:pip", _PYPA, "MIT"),
    "readline": Identity("pkg:generic/readline", "gnu:readline", "GNU", "GPL-3.0-or-later"),
    "setuptools": Identity("pkg:pypi/setuptools", "python:setuptools", _PYPA, "MIT"),
    "sqlite": Identity("pkg:generic/sqlite", "sqlite:sqlite", "SQLite project", "blessing"),
    "tcl": Identity("pkg:generic/tcl", "tcl:tcl", "Tcl Core Team", "TCL"),
    "tk": Identity("pkg:generic/tk", None, "Tcl Core Team", "TCL"),
    "xz": Identity("pkg:generic/xz", "tukaani:xz", "Tukaani", None),
    "zlib": Identity("pkg:generic/zlib", "zlib:zlib", "zlib project", "Zlib"),
    "zlib-ng": Identity("pkg:generic/zlib-ng", "zlib-ng:zlib-ng", "zlib-ng project", "Zlib"),
    "zstd": Identity("pkg:generic/zstd", "facebook:zstandard", "Meta", "BSD-3-Clause OR GPL-2.0-only"),
}
COMPONENTS = tuple(_IDENTITIES)
"""The names of all components."""


def identity_of(component: str, version: str) -> Identity | None:
    """The identity of a component's version; None for a name that is no component.

    The licences of OpenSSL and XZ changed with 3.0 and 5.6; what is older names no SPDX licence but `OpenSSL`.
    """
    known = _IDENTITIES.get(component)
    if component == "openssl" and version.startswith(("0.", "1.")):
        return known and known._replace(licence="OpenSSL")
    if component == "xz" and [int(number) for number in re.findall(r"\d+", version)[:2]] >= [5, 6]:
        return known and known._replace(licence="0BSD")
    return known
