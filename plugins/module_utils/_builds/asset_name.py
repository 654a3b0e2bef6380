# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file name of an asset, of any era: parsed, checked, and rendered exactly as published.

    era A   cpython-3.7.3-windows-amd64-20190618T0516.tar.zst
    era B   cpython-3.9.4-x86_64-unknown-linux-gnu-pgo+lto-20210414T1515.tar.zst
    era C   cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-freethreaded+pgo+lto-full.tar.zst

Names of era C contain their release, the tag after the `+`. The time stamps of the other eras do not give it.
A release is a date: a tag that is none was never released, and would outrank every real release.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from .._errors import InvalidName
from .target import KNOWN_TARGETS, LEGACY_PATTERN, LEGACY_PLATFORMS, TRIPLE_PATTERN, Target, suggestions
from .version import Version

EXAMPLE = "cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz"

# In the order that names use. No build is both free-threaded and static.
_OPTIMIZATION = r"(?:debug|noopt|pgo\+lto|pgo|lto)"
OPTIONS_PATTERN = rf"(?:freethreaded(?:\+{_OPTIMIZATION})?|{_OPTIMIZATION}(?:\+static)?)"

# What all published names have in common (docs/development/builds.md 1.1): a tag or a time stamp, never both; .tar.gz
# if and only if the
# flavor is an install_only; a flavor word whenever there is a tag.
_TAGGED = rf"""
    \+(?P<tag>[0-9]{{8}})-(?P<platform>{TRIPLE_PATTERN})
    (?:-(?P<options>{OPTIONS_PATTERN}))?
    -(?:(?P<full>full)\.tar\.zst|(?P<stripped>install_only(?:_stripped)?)\.tar\.gz)
"""
_STAMPED = rf"""
    -(?P<old_platform>{TRIPLE_PATTERN}|{LEGACY_PATTERN})
    (?:-(?P<old_options>{OPTIONS_PATTERN}))?
    (?:-(?P<old_stripped>install_only))?
    -(?P<stamp>[0-9]{{8}}T[0-9]{{4}})
    \.tar\.(?(old_stripped)gz|zst)
"""
_VERSION = r"[0-9]+\.[0-9]+\.[0-9]+(?:(?:a|b|rc)[0-9]+)?"
_NAME = re.compile(rf"cpython-(?P<version>{_VERSION})(?:{_TAGGED}|{_STAMPED})", re.VERBOSE)


class AssetName(NamedTuple):
    """An asset's file name, taken apart. `str()` is the file name, with a literal `+`.

    `release` is the tag after the `+`; None in names with a `stamp`. `platform` is spelled as in the name. `flavor` is
    "" in stamped names without the word, which contain what is `full` today.
    """

    version: Version
    release: str | None
    platform: str
    options: tuple[str, ...]
    flavor: str
    stamp: str | None
    compression: str

    @classmethod
    def parse(cls, file_name: str) -> AssetName:
        """Parse a name; `+` may be written `%2B`. Raises `InvalidName`, which shows the nearest valid name."""
        text = file_name.replace("%2B", "+").replace("%2b", "+")
        match = _NAME.fullmatch(text)
        if match is None:
            raise _refusal(text)
        options = match["options"] or match["old_options"]
        flavor = match["full"] or match["stripped"] or match["old_stripped"] or ""
        return cls(
            version=Version.parse(match["version"]),
            release=match["tag"],
            platform=match["platform"] or match["old_platform"],
            options=tuple(options.split("+")) if options else (),
            flavor=flavor,
            stamp=match["stamp"],
            compression="gz" if flavor.startswith("install_only") else "zst",
        )

    @classmethod
    def from_stem(cls, stem: str) -> AssetName:
        """Parse a name without `.tar.*`, which follows from the rest. Raises `InvalidName`."""
        if not is_asset_name(stem + archive_extension(stem)):
            raise _refusal(stem)
        return cls.parse(stem + archive_extension(stem))

    def __str__(self) -> str:
        return f"{self.stem}.tar.{self.compression}"

    @property
    def stem(self) -> str:
        """The name without `.tar.*`."""
        words = [
            f"cpython-{self.version}{'+' + self.release if self.release else ''}",
            self.platform,
            "+".join(self.options),
            self.flavor,
            self.stamp,
        ]
        return "-".join(word for word in words if word)

    @property
    def is_free_threaded(self) -> bool:
        """Whether it has the option."""
        return "freethreaded" in self.options

    @property
    def is_debug(self) -> bool:
        """Whether it has the option."""
        return "debug" in self.options

    @property
    def target(self) -> Target:
        """The target. Raises `InvalidName`."""
        return Target.parse(self.platform)


def is_asset_name(text: str) -> bool:
    """Whether `text` is an asset's file name."""
    return _NAME.fullmatch(text) is not None


def is_entry_name(text: str) -> bool:
    """Whether a store directory is named after a published build, with or without a number such as `.2`."""
    stem, _dot, number = text.rpartition(".")
    return any(is_asset_name(name + archive_extension(name)) for name in (text, stem if number.isdecimal() else text))


def archive_extension(stem_or_flavor: str) -> str:
    """`.tar.gz` for the install_only flavors, `.tar.zst` for the rest."""
    return ".tar.gz" if "install_only" in stem_or_flavor else ".tar.zst"


def _refusal(text: str) -> InvalidName:
    suggest = suggestions()
    if suggest is None:
        advice = f"it should look like {EXAMPLE}."
    else:
        words = suggest.Vocabulary(KNOWN_TARGETS, LEGACY_PLATFORMS, is_asset_name, archive_extension)
        advice = suggest.explain(text, EXAMPLE, words)
    return InvalidName(f"{text!r} is not the name of a build's archive: {advice}")


_TAG = re.compile(r"[0-9]{8}")


@lru_cache(maxsize=512)  # an index has tens of thousands of names, of some hundred releases
def day_of(tag: str) -> date | None:
    """The date of a release; None for text that is no tag, such as 20261399 or 99999999."""
    if _TAG.fullmatch(tag) is None:
        return None
    try:
        return date(int(tag[:4]), int(tag[4:6]), int(tag[6:]))
    except ValueError:
        return None


def checked_release(tag: str, name: AssetName | str) -> str:
    """Return the tag. Raises `InvalidName`, which quotes the whole `name`, when the tag is no date."""
    if day_of(tag) is None:
        raise InvalidName(
            f"{str(name)!r} has the release {tag}, which is no date. A release is the day it was made on, as in "
            "3.13.5+20250723."
        )
    return tag
