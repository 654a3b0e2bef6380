# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which component of a build an advisory means: by the name of a package, a package URL, a CPE or a repository."""

from __future__ import annotations

import re
from urllib.parse import unquote

from .._components.identity import COMPONENTS, identity_of

# The copy of pip that `python -m venv` installs is a pip as well.
_PYPI = {"pip": ("pip", "ensurepip-pip"), "setuptools": ("setuptools",), "certifi": ("certifi",)}

_IDENTITIES = {
    component: known
    for component in COMPONENTS
    if component != "ensurepip-pip" and (known := identity_of(component, "")) is not None
}
# The names of the components here, in package URLs, and in the lists of Bitnami and Conan.
_NAMES = {
    **{component: component for component in _IDENTITIES},
    **{known.purl.rpartition("/")[2]: component for component, known in _IDENTITIES.items()},
    "libpython": "cpython", "sqlite3": "sqlite", "libexpat": "expat", "xz-utils": "xz", "xz_utils": "xz",
    "liblzma": "xz", "zstandard": "zstd", "libmpdec": "mpdecimal",
}  # fmt: skip
# Ecosystems whose versions are those of the project itself. Distributions have versions of their packages instead.
_UPSTREAM = ("", "bitnami", "conancenter", "conan", "oss-fuzz", "git", "generic")

# Those that package the same sources under their own versions.
_DISTRIBUTIONS = frozenset({
    "debian", "ubuntu", "alpine", "red hat", "rocky linux", "almalinux", "suse", "opensuse", "photon os", "wolfi",
    "chainguard", "mageia", "azure linux", "openeuler", "minimos", "echo", "alpaquita",
})  # fmt: skip

_CPES = {
    **{known.cpe: component for component, known in _IDENTITIES.items() if known.cpe},
    "python_software_foundation:python": "cpython", "gnu:zlib": "zlib", "python:pip": "pip", "tcl:tk": "tk",
    "pypa:setuptools": "setuptools", "kennethreitz:certifi": "certifi", "bytereef:mpdecimal": "mpdecimal",
    "thrysoee:libedit": "libedit",
}  # fmt: skip

_REPOSITORIES = {
    "python/cpython": "cpython", "openssl/openssl": "openssl", "libressl/portable": "libressl",
    "sqlite/sqlite": "sqlite", "libexpat/libexpat": "expat", "madler/zlib": "zlib", "zlib-ng/zlib-ng": "zlib-ng",
    "tukaani-project/xz": "xz", "libffi/libffi": "libffi", "facebook/zstd": "zstd", "tcltk/tcl": "tcl",
    "tcltk/tk": "tk", "pypa/pip": "pip", "pypa/setuptools": "setuptools", "certifi/python-certifi": "certifi",
}  # fmt: skip

_PURL = re.compile(r"pkg:/*([A-Za-z0-9.+-]+)/([^?#]+)")
_CPE = re.compile(r"cpe:(?:2\.3:|/)a:([^:]+):([^:]+)")
_REPOSITORY = re.compile(r"(?:https?|git)://(?:www\.)?github\.com/([^/]+/[^/]+?)(?:\.git)?/*")


def by_package(ecosystem: str, name: str) -> tuple[str, ...]:
    """The components that a package of an ecosystem is, empty for another package."""
    kind = ecosystem.partition(":")[0].lower()
    if kind == "pypi":
        from packaging.utils import canonicalize_name

        return _PYPI.get(canonicalize_name(name), ())
    return _of(_NAMES.get(name.lower())) if kind in _UPSTREAM else ()


def packaged_as(ecosystem: str, name: str) -> tuple[str, ...]:
    """The components that a distribution has under its own versions by this name."""
    of_distribution = ecosystem.partition(":")[0].lower() in _DISTRIBUTIONS
    return by_package("", name) if of_distribution else ()


def by_purl(purl: str) -> tuple[str, ...]:
    """The components that a package URL names; its version and qualifiers do not count."""
    match = _PURL.match(purl)
    if match is None:
        return ()
    kind, path = match[1].lower(), unquote(match[2].partition("@")[0]).strip("/")
    if kind == "github":
        return _of(_REPOSITORIES.get(path.lower()))
    return by_package(kind, path.rpartition("/")[2])


def by_cpe(cpe: str) -> tuple[str, ...]:
    """The components that a CPE names, in the form of version 2.3 or 2.2; only vendor and product count."""
    match = _CPE.match(cpe.lower())
    return _of(_CPES.get(f"{match[1]}:{match[2]}")) if match else ()


def by_repository(url: str) -> tuple[str, ...]:
    """The components whose sources are in a repository."""
    match = _REPOSITORY.fullmatch(url)
    return _of(_REPOSITORIES.get(match[1].lower())) if match else ()


def by_name(name: str) -> tuple[str, ...]:
    """The components that an operator means by a name; `pip` means its copies too."""
    return by_package("", name) or _of(name if name == "ensurepip-pip" else None)


def _of(component: str | None) -> tuple[str, ...]:
    if component is None:
        return ()
    return _PYPI.get(component, (component,))
