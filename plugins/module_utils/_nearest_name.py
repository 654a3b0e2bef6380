# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For an asset name that does not parse: what is wrong with it, and the nearest name that would parse."""

from __future__ import annotations

import difflib
import re

from ._asset_name import archive_extension, is_asset_name
from ._targets import KNOWN_TARGETS, nearest_target

EXAMPLE = "cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz"

_OPTIONS = ("freethreaded", "debug", "noopt", "pgo", "lto", "static")
_FLAVORS = ("full", "install_only", "install_only_stripped")
_EXTENSION = re.compile(r"\.(?:tar(?:\.[a-z0-9]+)?|tgz|tzst|zst|gz|zip|sha256)\Z")
_LOOSE = re.compile(
    r"(?:c?python)?[-@_]?v?(?P<version>[0-9]+\.[0-9]+\.[0-9]+(?:(?:a|b|rc)[0-9]+)?)"
    r"(?:[+_@-](?P<tag>[0-9]{8})(?![0-9t]))?-(?P<rest>.+?)(?:[-+](?P<stamp>[0-9]{8}t[0-9]{4}))?"
)


def explain(text: str) -> str:
    """The faults and the nearest name, or an example when `text` is too far from any name."""
    base = text.strip().lower().rpartition("/")[2]
    extension = _EXTENSION.search(base)
    match = _LOOSE.fullmatch(base[: extension.start()] if extension else base)
    if match is None:
        return f"it should look like {EXAMPLE}."
    platform, words = _split(match["rest"])
    target = nearest_target(platform)
    if target is None:
        return f"{platform!r} is not a target of any build. Targets are triples, such as {KNOWN_TARGETS[0]}."
    flavor = next((word for word in words if word in _FLAVORS), None)
    options = [word for word in _OPTIONS if word in words]
    tag, stamp = match["tag"], match["stamp"]
    faults = [f"{platform} is not a target"] if target != platform else []
    faults += _faults(words, options, flavor, tag, stamp)
    if flavor is None and not (stamp and not tag):
        flavor = "full" if options else "install_only_stripped"
    version = f"{match['version']}+{tag or 'TAG'}" if tag or not stamp else match["version"]
    parts = [f"cpython-{version}", target, "+".join(options), flavor, None if tag or not stamp else stamp.upper()]
    nearest = "-".join(part for part in parts if part)
    wanted = archive_extension(nearest)
    if extension is None or extension[0] != wanted:
        faults.append(f"{flavor or 'such'} archives are {wanted}")
    nearest += wanted
    if not is_asset_name(nearest.replace("+TAG", "+20250723")):
        return f"it should look like {EXAMPLE}."
    return f"{'; '.join(faults) or 'it is not spelled as names are'}: did you mean {nearest}?"


def _split(rest: str) -> tuple[str, list[str]]:
    """The platform, and the options and flavor words after it."""
    rest = re.sub(r"install[-_]?only", "install_only", rest)
    rest = re.sub(r"install_only[-_]?stripped", "install_only_stripped", rest)
    tokens = rest.split("-")
    words: list[str] = []
    while len(tokens) > 1:
        known = [difflib.get_close_matches(word, (*_OPTIONS, *_FLAVORS), n=1, cutoff=0.75) for word in tokens[-1].split("+")]
        if not all(known):
            break
        tokens.pop()
        words[:0] = [close[0] for close in known]
    return "-".join(tokens), words


def _faults(words: list[str], options: list[str], flavor: str | None, tag: str | None, stamp: str | None) -> list[str]:
    faults = []
    if [word for word in words if word not in _FLAVORS] != options:
        faults.append("build options come in the order " + ", ".join(_OPTIONS))
    if tag and stamp:
        faults.append("a name has a release tag or a time stamp, never both")
    elif not tag and not stamp:
        faults.append("the release tag is missing after the version")
    if flavor is None and not stamp:
        faults.append("such names end in full, install_only or install_only_stripped")
    return faults
