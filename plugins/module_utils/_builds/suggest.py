# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nearest name that parses, for a request, target or asset name that does not."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

# Tried in this order, each on the result of those before.
_REWRITES = (
    (r"^[\"'](.*)[\"']$", r"\1"),  # quotes that YAML did not remove
    (r"\s+", " "),
    (r"^(?:newest|stable|current|latest.*)$", "latest"),
    (r"^(?:c?python|py|version|v)[-@ =_]?(?=[0-9<>=!~])", ""),
    (r"^([0-9])([0-9]{1,2})(?=[td]*$)", r"\1.\2"),  # 313
    (r"\.tar(\.[a-z]+)?$", ""),
    (r"\.[x*](?:\.[x*])?$", ""),  # 3.13.x
    (r"[-_.](?=(?:t|d|td)$)", ""),  # 3.13-t
    (r"dt(?=\+|$)", "td"),
    (r"(?<=[0-9])[-_. ]?(?:alpha|a)[-_. ]?(?=[0-9])", "a"),
    (r"(?<=[0-9])[-_. ]?(?:beta|b)[-_. ]?(?=[0-9])", "b"),
    (r"(?<=[0-9])[-_. ]?(?:preview|pre|rc|c)[-_. ]?(?=[0-9])", "rc"),
    (r"[-_+ ](?:free-threaded|free_threaded|freethreaded|nogil)", "+freethreaded"),
    (r"[-_+ ]debug", "+debug"),
    (r"\+debug\+freethreaded", "+freethreaded+debug"),
    (r"[-_@ ](?=[0-9]{8})", "+"),  # 3.13.5-20250723
    (r"(\+[0-9]{8})([td]+|\+freethreaded(?:\+debug)?|\+debug)$", r"\2\1"),  # 3.13.5+20250723t
    (r"=([<>])", r"\1="),
    (r"(?<![<>=!~])=(?![=])", "=="),
    (r"\^|~>|~(?!=)", "~="),
    (r"(?<=[0-9*]),? (?:and )?(?=[<>=!~])", ","),  # >=3.12 <3.14
    (r"^[=~]=([0-9.]+\+[0-9]{8})$", r"\1"),  # ==3.13.5+20250723
    (r"^[=~]=([0-9.]+[td]+)$", r"\1"),
    (r",$", ""),
)


def nearest_request(name: str, is_valid: Callable[[str], bool]) -> str | None:
    """A name similar to `name` for which `is_valid` holds; None when there is none."""
    candidate = name.rpartition("/")[2]
    if is_valid(candidate):
        return candidate
    candidate = candidate.lower()
    for pattern, replacement in _REWRITES:
        candidate = re.sub(pattern, replacement, candidate)
        if is_valid(candidate):
            return candidate
    return None


# What others call architectures, systems and C libraries: Debian, Docker, uv, Go, wheels.
_ARCHITECTURES = {
    r"x86_64_v[234]": "",
    r"x86_64|x86-64|amd64|x64": "x86_64",
    r"aarch64|arm64": "aarch64",
    r"armv7|armv7l|armhf|arm": "armv7",
    r"ppc64le|ppc64el|powerpc64le": "ppc64le",
    r"riscv64|riscv64gc": "riscv64",
    r"s390x": "s390x",
    r"i[3456]86|x86": "i686",
}
_SYSTEMS = {
    r"alpine|musl\w*": "unknown-linux-musl",
    r"gnueabi|armel": "unknown-linux-gnueabi",
    r"linux|manylinux\w*|gnu|gnueabihf|glibc": "unknown-linux-gnu",
    r"darwin|macos|macosx|osx|apple": "apple-darwin",
    r"windows|win|win32|win64|msvc": "pc-windows-msvc",
}
_HARD_FLOAT = {"armv7-unknown-linux-gnu": "armv7-unknown-linux-gnueabihf"}


@dataclass(frozen=True)
class Vocabulary:
    """The vocabulary of names, passed in by the files that parse them, since those files call this one.

    `targets` are all known triples, `legacy_platforms` the words of 2018 to 2020 with their triples. `is_asset_name` is
    whether a text parses, and `archive_extension` returns the extension for a name without one.
    """

    targets: Sequence[str]
    legacy_platforms: Mapping[str, str]
    is_asset_name: Callable[[str], bool]
    archive_extension: Callable[[str], str]


def nearest_target(
    text: str, targets: Sequence[str], legacy_platforms: Mapping[str, str], *, legacy: bool = True
) -> str | None:
    """The known target most like `text`, or with `legacy` the old platform word; None when none is similar."""
    lowered = text.lower()
    known = [*targets, *legacy_platforms] if legacy else list(targets)
    if lowered in known:
        return lowered
    if lowered in legacy_platforms:
        return legacy_platforms[lowered]
    meant = _by_words(lowered, targets)
    if meant:
        return meant
    close = difflib.get_close_matches(lowered, known, n=5, cutoff=0.7)
    return next((target for target in close if _same_machine(lowered, target)), None)


def _same_machine(text: str, target: str) -> bool:
    """Whether the first words are alike, too: all triples have most of their letters in common."""
    return difflib.SequenceMatcher(a=text.partition("-")[0], b=target.partition("-")[0]).ratio() >= 0.6


def _by_words(text: str, targets: Sequence[str]) -> str | None:
    arch = _named(_ARCHITECTURES, text)
    system = _named(_SYSTEMS, text)
    target = f"{arch}-{system}"
    target = _HARD_FLOAT.get(target, target)
    return target if target in targets else None


def _named(names: dict[str, str], text: str) -> str | None:
    for pattern, meaning in names.items():
        match = re.search(rf"(?:^|[-_./ ])({pattern})(?=$|[-_./ 0-9])", text)
        if match:
            return meaning or match[1]
    return None


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
    """The recognizable parts of a name.

    `target` is None when no target is like `platform`; `extension` is None when the name has none.
    """

    version: str
    tag: str | None
    stamp: str | None
    platform: str
    target: str | None
    words: tuple[str, ...]
    extension: str | None
    archive_extension: Callable[[str], str]

    @property
    def options(self) -> list[str]:
        return [word for word in _OPTIONS if word in self.words]

    @property
    def is_old(self) -> bool:
        """Whether the name is from the era of time stamps, which had no tag and needed no flavor."""
        return self.stamp is not None and self.tag is None

    @property
    def flavor(self) -> str | None:
        """The flavor in the name; else the one that fits the options, if the name needs one."""
        if "stripped" in self.words:
            return "install_only_stripped"
        written = next((word for word in self.words if word in _FLAVORS), None)
        if self.is_old:
            return None if written == "full" else written
        if written:
            return written
        return "full" if self.options else "install_only_stripped"

    def nearest(self) -> str:
        """The name with each part in its position. Unknown parts appear as TAG, or as an X in the version."""
        numbers = self.version.count(".")
        version = self.version + ".X" * (2 - numbers)
        if not self.is_old:
            version = f"{version}+{self.tag or 'TAG'}"
        stamp = self.stamp.upper() if self.stamp and self.is_old else None
        parts = (f"cpython-{version}", self.target, "+".join(self.options), self.flavor, stamp)
        stem = "-".join(part for part in parts if part)
        return stem + self.archive_extension(stem)

    def faults(self) -> list[str]:
        """What is wrong with the name, in the order of its parts."""
        extension = self.archive_extension(self.flavor or "")
        has_flavor = any(word in _FLAVORS for word in self.words)
        checks = (
            (self.version.count(".") < 2, "the version is not whole"),
            (not (self.tag or self.stamp), "the release tag is missing after the version"),
            (self.tag and self.stamp, "a name has a release tag or a time stamp, never both"),
            (self.target != self.platform, f"{self.platform} is not a target"),
            (
                [word for word in self.words if word in _OPTIONS] != self.options,
                f"build options come in the order {', '.join(_OPTIONS)}",
            ),
            (
                not (self.is_old or has_flavor),
                f"names with a release tag end in {', '.join(_FLAVORS[:-1])} or {_FLAVORS[-1]}",
            ),
            (self.is_old and "full" in self.words, "names with a time stamp leave out the word full"),
            (self.extension not in (None, extension), f"{self.flavor or 'such'} archives are {extension}"),
        )
        return [fault for applies, fault in checks if applies]


def explain(text: str, example: str, words: Vocabulary) -> str:
    """The faults and the nearest name, or the `example` when `text` is too far from any name."""
    parts = _take_apart(text.strip().lower().rpartition("/")[2], words)
    if parts is None:
        return f"it should look like {example}."
    if parts.target is None:
        return f"{parts.platform} is not a target of any build. It should look like {example}."
    nearest = parts.nearest()
    if not words.is_asset_name(nearest.replace("+TAG", "+20250723").replace(".X", ".0")):
        return f"no build has the options {'+'.join(parts.options)} in a name like this. It should look like {example}."
    return f"{'; '.join(parts.faults()) or 'it is not spelled as names are'}: did you mean {nearest}?"


def _take_apart(text: str, vocabulary: Vocabulary) -> _Parts | None:
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
        target=nearest_target(
            platform,
            vocabulary.targets,
            vocabulary.legacy_platforms,
            legacy=match["tag"] is None and match["stamp"] is not None,
        ),
        words=words,
        extension=extension[0] if extension else None,
        archive_extension=vocabulary.archive_extension,
    )


def _split(rest: str) -> tuple[str, tuple[str, ...]]:
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
