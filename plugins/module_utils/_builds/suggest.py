# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For an asset name that does not parse: what is wrong with it, and the nearest name that would parse."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from .asset_name import archive_extension, is_asset_name
from .nearest_target import nearest_target

EXAMPLE = "cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz"

_OPTIONS = ("freethreaded", "debug", "noopt", "pgo", "lto", "static")
_FLAVORS = ("full", "install_only", "install_only_stripped")
_KNOWN_WORDS = (*_OPTIONS, *_FLAVORS, "stripped")
_EXTENSION = re.compile(r"\.(?:tar(?:\.[a-z0-9]+)?|tgz|tzst|zst|gz|zip|sha256)\Z")
_LOOSE = re.compile(
    r"(?:c?python)?[-@_]?v?(?P<version>[0-9]+(?:\.[0-9]+){0,2}(?:(?:a|b|rc)[0-9]+)?)"
    r"(?:[+_@-](?P<tag>[0-9]{8})(?![0-9t]))?-(?P<rest>.+?)(?:[-+](?P<stamp>[0-9]{8}t[0-9]{4}))?"
)


@dataclass(frozen=True)
class _Parts:
    """What can be made out. `target` is None when nothing is like `platform`; `extension` is None when not written."""

    version: str
    tag: str | None
    stamp: str | None
    platform: str
    target: str | None
    words: tuple[str, ...]
    extension: str | None

    @property
    def options(self) -> list[str]:
        return [word for word in _OPTIONS if word in self.words]

    @property
    def is_old(self) -> bool:
        """Whether the name is of the time of stamps, which had no tag and needed no flavor."""
        return self.stamp is not None and self.tag is None

    @property
    def flavor(self) -> str | None:
        """The one written; else the one that goes with the options, if the name needs one."""
        if "stripped" in self.words:
            return "install_only_stripped"
        written = next((word for word in self.words if word in _FLAVORS), None)
        if self.is_old:
            return None if written == "full" else written
        if written:
            return written
        return "full" if self.options else "install_only_stripped"

    def nearest(self) -> str:
        """The name with everything at its place. What cannot be known stands as TAG or as an X in the version."""
        numbers = self.version.count(".")
        version = self.version + ".X" * (2 - numbers)
        if not self.is_old:
            version = f"{version}+{self.tag or 'TAG'}"
        stamp = self.stamp.upper() if self.stamp and self.is_old else None
        parts = (f"cpython-{version}", self.target, "+".join(self.options), self.flavor, stamp)
        stem = "-".join(part for part in parts if part)
        return stem + archive_extension(stem)

    def faults(self) -> list[str]:
        faults = []
        if self.version.count(".") < 2:
            faults.append("the version is not whole")
        if not self.tag and not self.stamp:
            faults.append("the release tag is missing after the version")
        if self.tag and self.stamp:
            faults.append("a name has a release tag or a time stamp, never both")
        if self.target != self.platform:
            faults.append(f"{self.platform} is not a target")
        if [word for word in self.words if word in _OPTIONS] != self.options:
            faults.append(f"build options come in the order {', '.join(_OPTIONS)}")
        if not self.is_old and not any(word in _FLAVORS for word in self.words):
            faults.append(f"names with a release tag end in {', '.join(_FLAVORS[:-1])} or {_FLAVORS[-1]}")
        if self.is_old and "full" in self.words:
            faults.append("names with a time stamp leave out the word full")
        wanted = archive_extension(self.flavor or "")
        if self.extension not in (None, wanted):
            faults.append(f"{self.flavor or 'such'} archives are {wanted}")
        return faults


def explain(text: str) -> str:
    """The faults and the nearest name, or an example when `text` is too far from any name."""
    parts = _take_apart(text.strip().lower().rpartition("/")[2])
    if parts is None:
        return f"it should look like {EXAMPLE}."
    if parts.target is None:
        return f"{parts.platform} is not a target of any build. It should look like {EXAMPLE}."
    nearest = parts.nearest()
    if not is_asset_name(nearest.replace("+TAG", "+20250723").replace(".X", ".0")):
        return f"no build has the options {'+'.join(parts.options)} in a name like this. It should look like {EXAMPLE}."
    return f"{'; '.join(parts.faults()) or 'it is not spelled as names are'}: did you mean {nearest}?"


def _take_apart(text: str) -> _Parts | None:
    extension = _EXTENSION.search(text)
    match = _LOOSE.fullmatch(text[: extension.start()] if extension else text)
    if match is None:
        return None
    platform, words = _split(match["rest"])
    return _Parts(
        version=match["version"],
        tag=match["tag"],
        stamp=match["stamp"],
        platform=platform,
        target=nearest_target(platform, legacy=match["tag"] is None and match["stamp"] is not None),
        words=words,
        extension=extension[0] if extension else None,
    )


def _split(rest: str) -> tuple[str, tuple[str, ...]]:
    """The platform, and the options and flavor words after it, each corrected to the word that it is most like."""
    rest = re.sub(r"install[-_]?only", "install_only", rest)
    rest = re.sub(r"install_only[-_]?stripped", "install_only_stripped", rest)
    tokens = rest.split("-")
    words: list[str] = []
    while len(tokens) > 1:
        close = [difflib.get_close_matches(word, _KNOWN_WORDS, n=1, cutoff=0.75) for word in tokens[-1].split("+")]
        if not all(close):
            break
        tokens.pop()
        words[:0] = [matches[0] for matches in close]
    return "-".join(tokens), tuple(words)
