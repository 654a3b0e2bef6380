# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task asks for before any index is read: a name, from vague (`3.13`) to exact, and narrowing options."""

from __future__ import annotations

import re
from typing import NamedTuple

from .._errors import InvalidName
from .asset_name import AssetName, archive_extension, checked_release
from .build import Build
from .target import Target, suggestions
from .version import Clause, Specifier, Version

_NUMBER = r"(?:0|[1-9][0-9]{0,2})"
# 3.13, 3.13.5, 3.15rc1 with the letters t and d, or with uv's words for them, and a release tag.
_SHORT = re.compile(
    rf"(?P<major>[1-9])(?:\.(?P<minor>{_NUMBER})(?:\.(?P<micro>{_NUMBER}))?(?P<pre>(?:a|b|rc){_NUMBER})?)?"
    r"(?:(?P<t>t)?(?P<d>d)?|(?P<freethreaded>\+freethreaded)?(?P<debug>\+debug)?)"
    r"(?:\+(?P<release>[0-9]{8}))?"
)
_FULL = re.compile(r"cpython-[^-]+-.+")
_FORMS = (
    "Names are 3.13, 3.13t (free-threaded), 3.13d (debug), 3.13td, 3.13.5, 3.13.5+20250723, 3.15.0rc1, a specifier "
    "such as >=3.12,<3.14, latest, or the full name of an asset."
)
_OPERATORS = ("=", "<", ">", "!", "~")


class RequestedName(NamedTuple):
    """A requested name, parsed. None means that the name does not say.

    `version` and `specifier` are both None for `latest`. `build_options` are those of the whole name, joined by `+`.
    `file_name` is the exact file that a full name asks for: with `is_full_name` a real asset, otherwise a manual's
    name, whose meaning is in the other fields, and which is used only if a mirror really has it.
    """

    text: str
    version: Version | None = None
    specifier: Specifier | None = None
    release: str | None = None
    free_threaded: bool = False
    debug: bool = False
    target: str | None = None
    flavor: str | None = None
    build_options: str | None = None
    file_name: str | None = None
    is_full_name: bool = False

    @classmethod
    def parse(cls, text: str) -> RequestedName:
        """Parse a request. Raises `InvalidName`, which shows the nearest form that would parse."""
        name = text.strip().replace("%2B", "+").replace("%2b", "+")
        try:
            return _read(name)
        except _NoForm as problem:
            suggest = suggestions()
            nearest = suggest.nearest_request(name, _is_valid) if suggest else None
            advice = f"Did you mean {nearest}?" if nearest else str(problem) or _FORMS
            raise InvalidName(f"{name!r} does not name a build. {advice}") from None

    def __str__(self) -> str:
        return self.text

    @property
    def names_prerelease(self) -> bool:
        """Whether the name itself asks for pre-releases."""
        if self.version is not None:
            return self.version.is_prerelease
        return self.specifier is not None and self.specifier.names_prerelease

    @property
    def is_exact(self) -> bool:
        """Whether no later build can be a better match: both the version and its release are pinned."""
        return self.is_full_name or (self.version is not None and self.release is not None)

    @property
    def only_minor(self) -> str | None:
        """The one minor version that can match, such as 3.13; None when the name spans several."""
        if self.version is not None:
            return self.version.minor_text
        return self.specifier.only_minor if self.specifier is not None else None

    @property
    def series(self) -> str | None:
        """The only series that can match, such as 3.13t; None when the name spans several minor versions."""
        minor = self.only_minor
        return minor and f"{minor}{'t' * self.free_threaded}{'d' * self.debug}"

    def answered_by(self, build: Build, prerelease: bool = False) -> bool:
        """Whether a build matches the name. A pre-release has to be named, or allowed by `prerelease`."""
        if self.file_name == build.name + archive_extension(build.flavor):
            return True
        return (
            not self.is_full_name
            and self.accepts_version(build.version, prerelease)
            and (build.is_free_threaded, build.is_debug) == (self.free_threaded, self.debug)
            and self.release in (None, build.release)
            and self.target in (None, build.target)
            and self.flavor in (None, build.flavor)
            and self.build_options in (None, build.build_options)
        )

    def accepts_version(self, version: Version, prerelease: bool = False) -> bool:
        """Whether a version matches; pre-releases as for `answered_by`."""
        if self.version is not None:
            return version == self.version
        if self.specifier is not None:
            return self.specifier.matches(version, prerelease)
        return prerelease or not version.is_prerelease


class _NoForm(InvalidName):
    """The name has none of the known forms, so a similar one may have been meant; the message may be empty."""


def _read(name: str) -> RequestedName:
    if name == "latest":
        return RequestedName(name)
    if name.startswith(_OPERATORS):
        return _from_specifier(name)
    if _FULL.fullmatch(name):
        return _from_full_name(name)
    match = _SHORT.fullmatch(name)
    if match is None:
        raise _NoForm
    return _from_short(name, match)


def _is_valid(name: str) -> bool:
    try:
        _read(name)
    except InvalidName:
        return False
    return True


def _from_short(name: str, match: re.Match[str]) -> RequestedName:
    if name == "3.1":
        raise InvalidName(
            "There is no build of Python 3.1. YAML takes 3.10 without quotes for the number 3.1: if you mean that, "
            'write it in quotes: "3.10".'
        )
    major, minor, micro, pre, release = match.group("major", "minor", "micro", "pre", "release")
    is_whole = micro is not None or pre is not None
    if release and not is_whole:
        raise InvalidName(
            f"{name!r} pins a release of more than one version. Write the whole version before it, such as "
            f"{major}.{minor or 13}.5+{release}."
        )
    numbers = [number for number in (major, minor) if number is not None]
    return RequestedName(
        name,
        version=Version.parse(f"{major}.{minor}.{micro or 0}{pre or ''}") if is_whole else None,
        specifier=None if is_whole else Specifier((Clause("==", tuple(map(int, numbers)), is_prefix=True),)),
        release=checked_release(release, name) if release else None,
        free_threaded=bool(match["t"] or match["freethreaded"]),
        debug=bool(match["d"] or match["debug"]),
    )


def _from_specifier(name: str) -> RequestedName:
    try:
        return RequestedName(name, specifier=Specifier.parse(name))
    except InvalidName as problem:
        raise _NoForm(str(problem)) from None


def _from_full_name(name: str) -> RequestedName:
    from .legacy_name import ManualName

    manual = ManualName.parse(name)
    if manual is not None:
        return RequestedName(
            name,
            version=manual.version,
            release=manual.release,
            debug=manual.build_options == "debug",
            target=manual.target,
            flavor=manual.flavor,
            build_options=manual.build_options,
            file_name=manual.file_name,
        )
    asset = AssetName.parse(name) if name.endswith((".tar.gz", ".tar.zst")) else AssetName.from_stem(name)
    return RequestedName(
        name,
        version=asset.version,
        release=checked_release(asset.release, name) if asset.release else None,
        free_threaded=asset.is_free_threaded,
        debug=asset.is_debug,
        target=str(asset.target),
        flavor=asset.flavor or "full",
        build_options="+".join(asset.options),
        file_name=str(asset),
        is_full_name=True,
    )


_CPU_LEVELS = {"baseline": 1, "v2": 2, "v3": 3, "v4": 4}


class BuildRequest(NamedTuple):
    """A request with its options. None means that any value will do."""

    name: RequestedName
    flavor: str | None = None
    build_options: str | None = None
    target: str | None = None
    cpu_level: str = "baseline"
    prerelease: bool = False

    @property
    def named_target(self) -> str | None:
        """The target that the options or the name give; None when it follows from the host."""
        return self.target or self.name.target

    def satisfied_by(self, build: Build) -> bool:
        """Whether an installed build matches. There may be newer builds that match as well."""
        return (
            self.name.answered_by(build, prerelease=self.prerelease)
            and self.flavor in (None, build.flavor)
            and self.build_options in (None, build.build_options, build.optimization)
            and self._target_fits(build.target)
        )

    def _target_fits(self, target: str) -> bool:
        if self.named_target is not None:
            return self.named_target == target
        installed = Target.parse(target)
        has_levels = (installed.os, installed.arch) == ("linux", "x86_64")
        return not has_levels or self.cpu_level == "auto" or installed.cpu_level == _CPU_LEVELS[self.cpu_level]
