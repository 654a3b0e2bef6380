# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which component of a build an advisory means: by the name of a package, a package URL, a CPE or a repository."""

from __future__ import annotations

import re
from fnmatch import translate
from glob import escape
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
    "liblzma": "xz", "zstandard": "zstd", "libmpdec": "mpdecimal", "cpython3": "cpython", "python3": "cpython",
}  # fmt: skip
# Ecosystems whose versions are those of the project itself. Distributions have versions of their packages instead.
_UPSTREAM = ("", "bitnami", "conancenter", "conan", "oss-fuzz", "git", "generic")

# Those that package the same sources under their own versions.
_DISTRIBUTIONS = frozenset({
    "debian", "ubuntu", "alpine", "red hat", "rocky linux", "almalinux", "suse", "opensuse", "photon os", "wolfi",
    "chainguard", "mageia", "azure linux", "openeuler", "minimos", "echo", "alpaquita", "oracle linux", "amazon linux",
    "bellsoft hardened containers", "cleanstart", "docker hardened images",
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
    "bzip2/bzip2": "bzip2", "libarchive/bzip2": "bzip2", "mirror/ncurses": "ncurses", "mirror/tcl": "tcl",
    "mirror/tk": "tk",
}  # fmt: skip
# Repositories elsewhere, by the last parts of their addresses.
_ELSEWHERE = {
    "openssl.org/openssl": "openssl", "tukaani.org/xz": "xz", "sourceware.org/git/bzip2": "bzip2",
    "gitlab.com/bzip2/bzip2": "bzip2", "musl-libc.org/musl": "musl", "savannah.gnu.org/git/readline": "readline",
    "savannah.gnu.org/git/ncurses": "ncurses", "git.gnu.org.ua/gdbm": "gdbm",
    "gitlab.freedesktop.org/xorg/lib/libx11": "libx11", "gitlab.freedesktop.org/xorg/lib/libxau": "libxau",
    "gitlab.freedesktop.org/xorg/lib/libxcb": "libxcb",
}  # fmt: skip

# Their names of sources: python3.13, tcl8.6, python3-pip, python3.12-setuptools.
_PACKAGED = re.compile(r"(python|tcl|tk)[\d.]*|python[\d.]*-(pip|setuptools|certifi)", re.IGNORECASE)

_PURL = re.compile(r"pkg:/*([A-Za-z0-9.+-]+)/([^?#]+)", re.IGNORECASE)
_REPOSITORY = re.compile(r"(?:(?:git\+)?(?:https?|git|ssh)://)?(?:[^/@]+@)?(?:www\.)?([^/:]+)[/:](.+?)(?:\.git)?/*")
_CPE_FIELD = re.compile(r"((?:[^:\\]|\\.)*)(?::|$)", re.DOTALL)
_ANY = ("*", "")
_LONGEST = 500  # characters of a CPE or an address; a longer one names nothing, and would take the patterns minutes


def by_package(ecosystem: str, name: str) -> tuple[str, ...]:
    """The components that a package of an ecosystem is, empty for another package."""
    kind = ecosystem.partition(":")[0].lower()
    if kind == "pypi":
        from packaging.utils import canonicalize_name

        return _PYPI.get(canonicalize_name(name), ())
    if kind not in _UPSTREAM:
        return ()
    return _of(_NAMES.get(name.lower())) or (by_repository(name) if "/" in name else ())


def packaged_as(ecosystem: str, name: str) -> tuple[str, ...]:
    """The components that a distribution has under its own versions by this name."""
    if ecosystem.partition(":")[0].lower() not in _DISTRIBUTIONS:
        return ()
    match = _PACKAGED.fullmatch(name)
    return by_package("", match[1] or match[2] if match else name)


def by_purl(purl: str) -> tuple[str, ...]:
    """The components that a package URL names; its version and qualifiers do not count."""
    match = _PURL.match(purl.strip())
    if match is None:
        return ()
    kind, path = match[1].lower(), unquote(match[2].partition("@")[0]).strip("/")
    if kind == "github":
        return _of(_REPOSITORIES.get(path.lower()))
    return by_package(kind, path.rpartition("/")[2])


def by_cpe(cpe: str) -> tuple[str, ...]:
    """The components that a CPE names, in the form of version 2.3 or 2.2; only vendor and product count."""
    part, vendor, product, *_version = _cpe_fields(cpe)
    if part not in ("a", *_ANY) or product in _ANY:
        return ()
    patterns = [_pattern_of(field) for field in (vendor, product)]
    found = [
        component
        for name, component in _CPES.items()
        if all(pattern.fullmatch(field) for pattern, field in zip(patterns, name.split(":")))
    ]
    return tuple(dict.fromkeys(one for component in found for one in _of(component)))


def version_of_cpe(cpe: str) -> str | None:
    """The only version that a CPE names, with its update such as rc1; None if it names several or none."""
    _part, vendor, product, version, update = _cpe_fields(cpe)
    if re.search(r"(?<!\\)[*?]", f"{version} {update.removeprefix('*')}") or version in ("", "-"):
        return None
    plain = [re.sub(r"\\(.)", r"\1", field) for field in (version, update)]
    hyphen = "-" if f"{vendor}:{product}" == "openssl:openssl" else ""
    return plain[0] + (f"{hyphen}{plain[1]}" if plain[1] not in ("-", *_ANY) else "")


def _cpe_fields(cpe: str) -> tuple[str, str, str, str, str]:
    """Part, vendor, product, version and update as version 2.3 writes them; empty fields for anything but a CPE."""
    text = cpe.strip().lower()
    if len(text) > _LONGEST:
        fields = ["none"]
    elif text.startswith("cpe:2.3:"):
        fields = _CPE_FIELD.findall(text[8:])
    elif text.startswith("cpe:/"):
        fields = [_from_uri(field) for field in text[5:].split(":")]
    else:
        fields = ["none"]
    part, vendor, product, version, update, *_rest = [*fields, "", "", "", "", ""]
    return part, vendor, product, version, update


def _from_uri(field: str) -> str:
    """A field of version 2.2: percent-encoded, with %01 and %02 for ? and *."""
    marked = field.replace("%01", "\x01").replace("%02", "\x02")
    quoted = re.sub(r"[^\w\x01\x02.-]", r"\\\g<0>", unquote(marked))
    return quoted.replace("\x01", "?").replace("\x02", "*")


def _pattern_of(field: str) -> re.Pattern[str]:
    """A field's pattern: * is any text and ? any sign, unless a backslash is before it."""
    signs = re.findall(r"\\.|[^\\]", field or "*", re.DOTALL)
    return re.compile(translate("".join(one if one in ("*", "?") else escape(one[-1]) for one in signs)))


def by_repository(url: str) -> tuple[str, ...]:
    """The components whose sources are in a repository."""
    match = _REPOSITORY.fullmatch(url.strip().lower()) if len(url) <= _LONGEST else None
    if match is None:
        return ()
    if match[1] == "github.com":
        return _of(_REPOSITORIES.get(match[2]))
    place = f"{match[1]}/{match[2]}"
    found = (component for end, component in _ELSEWHERE.items() if re.search(rf"(?:^|[./]){re.escape(end)}$", place))
    return _of(next(found, None))


def by_name(name: str) -> tuple[str, ...]:
    """The components that an operator means by a name, a package URL or a CPE; `pip` means its copies too."""
    if name.lower().startswith("pkg:"):
        return by_purl(name)
    if name.lower().startswith("cpe:"):
        return by_cpe(name)
    return by_package("", name) or _of(name if name == "ensurepip-pip" else None)


def _of(component: str | None) -> tuple[str, ...]:
    if component is None:
        return ()
    return _PYPI.get(component, (component,))
