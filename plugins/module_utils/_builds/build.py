# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A published build, the asset that contains it, and the order of preference among builds of one version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from .._errors import InvalidName, StandaloneError, StoreError
from .._json import Fields
from .asset_name import OPTIONS_PATTERN, AssetName, archive_extension, checked_release, day_of
from .target import Target
from .version import Version

# A build's name becomes a store directory, its archive's name a file in a mirror, its release a part of URLs.
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
_RELEASE = re.compile(r"[0-9]{8}")
SHA256_PATTERN = "[0-9a-f]{64}"
SHA256 = re.compile(SHA256_PATTERN)
_OPTIONS = re.compile(OPTIONS_PATTERN)
SHA256_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

_OTHER_IMPLEMENTATIONS = ("graalpy", "pypy", "pyodide")  # by the first word of a build's name
FLAVORS = ("install_only_stripped", "install_only", "full")
# The first releases, by minor versions of Python 3, whose interpreters make environments that start when a link from
# another directory called them (docs/development/builds.md 5.5); earlier minor versions have none.
_FIRST_FOR_LINKS = {11: 20251217, 12: 20251217, 13: 20251217, 14: 20251205}


def starts_by_links(minor: int, release: int) -> bool:
    """Whether the environments start that an interpreter of Python 3 makes when a link from elsewhere called it."""
    first = _FIRST_FOR_LINKS.get(min(minor, max(_FIRST_FOR_LINKS)))
    return first is not None and release >= first


class Build(NamedTuple):
    """A published build.

    `name` is the asset's name without `.tar.*`, and the store entry's. `release` is a tag, taken from the index where
    the name has none. `target` is a triple. `build_options` are joined by `+`; "" when the name has none.
    """

    name: str
    version: Version
    release: str
    target: str
    flavor: str
    build_options: str

    @classmethod
    def from_asset_name(cls, asset_name: AssetName, release: str | None = None) -> Build:
        """The build of an asset name. `release` is an index's tag, for a name without. Raises `InvalidName` without
        either.
        """
        tag = checked_release(asset_name.release, asset_name) if asset_name.release else release
        if tag is None:
            raise InvalidName(
                f"The name {asset_name} does not say its release, since it is older than 2022. An index does: "
                "use one that lists it."
            )
        return cls(
            name=asset_name.stem,
            version=asset_name.version,
            release=tag,
            target=str(asset_name.target),
            flavor=asset_name.flavor or "full",
            build_options="+".join(asset_name.options),
        )

    @property
    def recency(self) -> tuple[int, int]:
        """A sort key: greater for a newer version, and for a newer release of the same version."""
        return self.version.sort_key, int(self.release)

    @property
    def optimization(self) -> str:
        """The build options that the interpreter's name does not show: "pgo+lto", "lto+static", ""."""
        return "+".join(word for word in self.build_options.split("+") if word not in ("freethreaded", "debug"))

    @property
    def is_free_threaded(self) -> bool:
        """Whether it is free-threaded."""
        return "freethreaded" in self.build_options.split("+")

    @property
    def is_debug(self) -> bool:
        """Whether it is a debug build."""
        return "debug" in self.build_options.split("+")

    @property
    def interpreter(self) -> str:
        """The file name of the interpreter: python3.13, python3.13t, python3.13d, python3.13td."""
        letters = f"{'t' if self.is_free_threaded else ''}{'d' if self.is_debug else ''}"
        return f"python{self.version.minor_text}{letters}"

    @property
    def series(self) -> str:
        """The builds that can share environments and extension modules: 3.13, 3.13t, 3.13d, 3.13td.

        The series of another implementation starts with its name: pypy 3.11.
        """
        implementation = self.name.partition("-")[0]
        prefix = f"{implementation} " if implementation in _OTHER_IMPLEMENTATIONS else ""
        return prefix + self.interpreter.replace("python", "", 1)

    @property
    def is_for_windows(self) -> bool:
        """Whether it runs on Windows."""
        return Target.parse(self.target).os == "windows"

    @property
    def program(self) -> str:
        """The interpreter's path in the build: bin/python3.13, or python.exe."""
        return "python.exe" if self.is_for_windows else f"bin/{self.interpreter}"

    def as_dict(self) -> dict[str, Any]:
        """The build as JSON."""
        return {
            "name": self.name,
            "version": str(self.version),
            "release": self.release,
            "target": self.target,
            "flavor": self.flavor,
            "build_options": self.build_options,
        }

    @classmethod
    def from_dict(
        cls, mapping: Mapping[str, Any], where: str = "receipt", error: type[StandaloneError] = StoreError
    ) -> Build:
        """Read JSON. Raises `error`, naming the missing, mistyped or impossible field inside `where`."""
        fields = Fields(mapping, where, error)
        name = fields.matching("name", SAFE_NAME, "the name of an asset without .tar.*")
        release = fields.matching("release", _RELEASE, "a release tag, such as 20250723")
        if day_of(release) is None:
            raise error(f"{where} is damaged: release is {release!r}, which is no date.")
        try:
            version = Version.parse(fields.text("version"))
            target = str(Target.parse(fields.text("target")))
        except InvalidName as problem:
            raise error(f"{where} is damaged: {problem}") from None
        flavor = fields.text("flavor")
        if flavor not in FLAVORS:
            raise error(f"{where} is damaged: flavor is {flavor!r}, and should be one of {', '.join(FLAVORS)}.")
        options = fields.text("build_options")
        if options:
            fields.matching("build_options", _OPTIONS, "as in names, such as pgo+lto")
        return cls(name, version, release, target, flavor, options)


class Prepared(NamedTuple):
    """A prepared copy of an archive: the digest of that file, and of the members of the published archive in it."""

    sha256: str
    members_sha256: str


_PUBLISHED_SUFFIX, _COPY_SUFFIX = ".tar.gz", ".tar.zst"


def copy_of(published: str) -> str:
    """The name or path of the prepared copy of a published archive; "" for one that is not compressed with gzip."""
    stem = published.removesuffix(_PUBLISHED_SUFFIX)
    return "" if stem == published else stem + _COPY_SUFFIX


class Asset(NamedTuple):
    """The archive of a build. `url` is "" when it came from a local file; `sha256` is in lower case.

    `prepared` is a copy that may be used instead. It is no part of the asset's identity, and in no receipt.
    """

    build: Build
    url: str
    sha256: str
    file_name: str
    prepared: Prepared | None = None

    @classmethod
    def from_build(cls, build: Build, url: str, sha256: str) -> Asset:
        """The asset of a build. The file name is the URL's, or without a URL the published one."""
        in_url = url.partition("?")[0].rpartition("/")[2]
        in_url = in_url.replace("%2B", "+")  # which most have
        if "%" in in_url:
            from urllib.parse import unquote  # with Python 3.13, the import costs a host several milliseconds

            in_url = unquote(in_url)
        file_name = in_url if in_url.endswith((".tar.gz", ".tar.zst")) else build.name + archive_extension(build.flavor)
        return cls(build=build, url=url, sha256=sha256, file_name=file_name)

    def is_same_as(self, other: Asset) -> bool:
        """Whether both are the same published archive: the same digest and build, whatever the file is called.

        Two releases, or two flavors of one, can be the same bytes. They are different builds nevertheless, or an older
        one in the store would count as the newest.
        """
        return self.sha256 == other.sha256 and self.build == other.build._replace(name=self.build.name)

    @property
    def published(self) -> Asset:
        """The same without its prepared copy."""
        return self._replace(prepared=None)

    @property
    def copy(self) -> Asset | None:
        """The prepared copy with its own address and digest; None when there is none."""
        path, mark, query = self.url.partition("?")
        url = copy_of(path)
        if not self.prepared or not url:
            return None
        return self._replace(
            url=url + mark + query, sha256=self.prepared.sha256, file_name=copy_of(self.file_name), prepared=None
        )

    def as_dict(self) -> dict[str, Any]:
        """What the `release` lookup returns and the `asset` option accepts."""
        return {
            **self.build.as_dict(),
            "url": self.url,
            "sha256": self.sha256,
            "prerelease": self.build.version.is_prerelease,
            **({"prepared": self.prepared._asdict()} if self.prepared else {}),
        }

    @classmethod
    def from_dict(
        cls, mapping: Mapping[str, Any], where: str = "asset", error: type[StandaloneError] = StoreError
    ) -> Asset:
        """Read JSON. Raises `error`, naming the missing, mistyped or impossible field inside `where`."""
        build = Build.from_dict(mapping, where, error)
        fields = Fields(mapping, where, error)
        sha256 = fields.digest("sha256")
        if sha256 == SHA256_OF_NOTHING:
            raise error(f"{where} is damaged: sha256 is {sha256}, the digest of an empty file, which no build is.")
        copy = fields.optional(fields.within, "prepared")
        prepared = Prepared(*map(copy.digest, Prepared._fields)) if copy else None
        return cls.from_build(build, fields.line("url"), sha256)._replace(prepared=prepared)


# Best first. Builds from before 2020 do not say how they are optimized.
_RANKS = {words: rank for rank, words in enumerate(("pgo+lto", "pgo", "lto", "noopt", ""))}
_UNKNOWN_RANK = len(_RANKS)


def preference(build: Build) -> tuple[object, ...]:
    """A sort key; smaller is better: by flavor, then by optimization, then the newest release first."""
    words = [word for word in build.optimization.split("+") if word != "static"]
    return (
        FLAVORS.index(build.flavor),
        "static" in build.build_options,
        _RANKS.get("+".join(words), _UNKNOWN_RANK),
        -int(build.release),
    )
