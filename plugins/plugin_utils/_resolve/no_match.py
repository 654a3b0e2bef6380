# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the `NoMatch` error for a request that no asset satisfies, with the nearest builds that exist."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._builds.exact_build import short_name
from ansible_collections.standalone.python.plugins.module_utils._builds.request import BuildRequest
from ansible_collections.standalone.python.plugins.module_utils._builds.version import Version
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, NoMatch

from .._index.catalog import Catalog, Variant
from .._index.clock import Clock
from .._index.entry import IndexEntry
from .._wording import shortened
from .unusable import why_unusable

_SHOWN = 5
_OLDER_SHOWN = 3


@dataclass
class Obstacles:
    """The obstacles found: assets that are excluded, and the host's objections to the others.

    `excluding` are the entries of `exclude` that cover an asset, as keys.
    """

    excluded: list[IndexEntry] = field(default_factory=list)
    excluding: dict[str, None] = field(default_factory=dict)
    unusable: list[IndexEntry] = field(default_factory=list)
    of_future: list[IndexEntry] = field(default_factory=list)
    too_young: list[IndexEntry] = field(default_factory=list)
    without_digest: list[IndexEntry] = field(default_factory=list)
    objections: list[str] = field(default_factory=list)


class NotListed(NoMatch):
    """The index does not have what was asked for, which another or a newer index may have."""


def require_agreement(request: BuildRequest) -> None:
    """Raise `InvalidName` when an option contradicts a full name."""
    name = request.name
    for option, in_name, given in (
        ("flavor", name.flavor, request.flavor),
        ("build_options", name.build_options, request.build_options),
        ("target", name.target, request.target),
    ):
        if in_name is not None and given is not None and in_name != given:
            raise InvalidName(
                f"The name {name} has {option} {in_name!r}, but the option {option} is {given!r}. Leave one out."
            )


def refusal(
    catalog: Catalog, request: BuildRequest, targets: Sequence[str], obstacles: Obstacles, clock: Clock | None
) -> NoMatch:
    """The error for a request that the index cannot satisfy, with the nearest builds that it has."""
    variant = Variant(request.name.free_threaded, request.name.debug)
    obstacle = _obstacle(obstacles, clock)
    reason = obstacle or _reason(catalog, request, targets, variant)
    kind = NoMatch if obstacle else NotListed
    return kind(f"{request.name} for {' or '.join(targets)}: {reason}")


def _obstacle(obstacles: Obstacles, clock: Clock | None) -> str | None:
    """Why the matching assets are excluded; None when there are none."""
    if obstacles.without_digest:
        return (
            f"no digest is known of {obstacles.without_digest[0].file_name}, and nothing is installed without one. Use "
            "an index that has it, or give the digest with `checksum`."
        )
    if obstacles.too_young:
        young = _some(_releases(obstacles.too_young))
        if not obstacles.excluded:
            return f"only releases younger than `min_age` answer ({young}). Wait, or set a smaller `min_age`."
        return (
            f"only releases younger than `min_age` ({young}) and excluded builds "
            f"({_some(_short_names(obstacles.excluded))}) answer. Wait, set a smaller `min_age`, or take "
            f"{_some(list(obstacles.excluding))} out of `exclude`."
        )
    if obstacles.of_future and clock:
        return clock.why_not_yet(_some(_releases(obstacles.of_future)))
    if obstacles.excluded:
        entries = _some(list(obstacles.excluding))
        return (
            f"only excluded builds answer ({_some(_short_names(obstacles.excluded))}). `exclude` has {entries}: take "
            "one out, or ask for another build."
        )
    if obstacles.unusable:
        reason = why_unusable(obstacles.unusable[0].build)
        return (
            f"only builds that are known not to work answer ({_some(_short_names(obstacles.unusable))}): {reason}. Ask "
            "for another build. To install one nevertheless, name its release too."
        )
    return None


def _short_names(assets: Iterable[IndexEntry]) -> list[str]:
    return sorted({short_name(asset.build) for asset in assets}, reverse=True)


def _releases(assets: Iterable[IndexEntry]) -> list[str]:
    return sorted({asset.build.release for asset in assets}, reverse=True)


def _reason(catalog: Catalog, request: BuildRequest, targets: Sequence[str], variant: Variant) -> str:
    versions = catalog.versions(targets, variant)
    if not versions:
        return _no_such_target(catalog, targets, variant)
    answers = [version for version in versions if request.name.accepts_version(version, request.prerelease)]
    if not answers:
        return _no_such_version(request, versions, variant)
    return _no_such_build(
        catalog,
        request,
        [asset for version in answers for target in targets for asset in catalog.assets(version, target, variant)],
    )


def _no_such_target(catalog: Catalog, targets: Sequence[str], variant: Variant) -> str:
    known = catalog.targets()
    if set(targets).isdisjoint(known):
        return (
            f"the index has no builds for that target. It has some for {', '.join(known)}. Correct the target, or use "
            "an index that has it."
        )
    kind = str(variant) or "builds that are neither free-threaded nor debug"
    return f"the index has no {kind} for that target."


def _no_such_version(request: BuildRequest, versions: Sequence[Version], variant: Variant) -> str:
    early = [version for version in versions if request.name.accepts_version(version, prerelease=True)]
    if early:
        return f"only pre-releases answer ({_some(early)}). Name one outright, or set `prerelease: true`."
    among = f" among the {variant}" if str(variant) else ""
    near = _nearest(request, versions)
    return f"there is no such version{among}. The nearest {'is' if len(near) == 1 else 'are'} {_some(near)}."


def _nearest(request: BuildRequest, versions: Sequence[Version]) -> list[Version]:
    """Some of `versions`, which are newest first, around the requested one."""
    name = request.name
    about = name.version or (name.specifier.clauses[0].version if name.specifier else versions[0])
    useful = [version for version in versions if not version.is_prerelease or version.numbers == about.numbers]
    older = [version for version in useful if version < about][:_OLDER_SHOWN]
    newer = [version for version in useful if version > about][-(_SHOWN - len(older)) :]
    return newer + older


class _Property(NamedTuple):
    """A property of a build that a request may fix: its name in `Build`, the requested value, None for any."""

    name: str
    value: str | None
    message: Callable[[Sequence[IndexEntry]], str]  # for the assets that have another one

    def matches(self, asset: IndexEntry) -> bool:
        return self.value in (None, getattr(asset.build, self.name))


def _no_such_build(catalog: Catalog, request: BuildRequest, assets: Sequence[IndexEntry]) -> str:
    """The message with the first property of the request that none of `assets`, those of the matching versions, has."""
    release, flavor, options = _properties(catalog, request)
    of_release = list(filter(release.matches, assets))
    of_flavor = list(filter(flavor.matches, of_release))
    for fixed, among in ((release, assets), (flavor, of_release), (options, of_flavor)):
        if not any(map(fixed.matches, among)):
            return fixed.message(among)
    return f"the index does not list that file. It lists {_some(sorted({asset.file_name for asset in of_flavor}))}."


def _properties(catalog: Catalog, request: BuildRequest) -> tuple[_Property, _Property, _Property]:
    name = request.name
    flavor = request.flavor or name.flavor
    options = request.build_options if request.build_options is not None else name.build_options
    return (
        _Property("release", name.release, lambda others: _no_such_release(catalog, str(name.release), others)),
        _Property("flavor", flavor, lambda others: f"there is no {flavor} of it. There is {_some(_kinds(others))}."),
        _Property(
            "build_options",
            options,
            lambda others: f"there is none with the build options {options!r}. There is {_some(_kinds(others))}.",
        ),
    )


def _no_such_release(catalog: Catalog, release: str, assets: Sequence[IndexEntry]) -> str:
    others = sorted({asset.build.release for asset in assets}, key=lambda tag: (abs(int(tag) - int(release)), tag))
    what = f"it is not in {release}" if catalog.has_release(release) else f"there is no release {release}"
    return f"{what}. The nearest that have it are {_some(others)}."


def _kinds(assets: Iterable[IndexEntry]) -> list[str]:
    """The flavors with their build options, as in `full (pgo+lto)`."""
    kinds = {(asset.build.flavor, asset.build.build_options) for asset in assets}
    return [f"{flavor} ({options})" if options else flavor for flavor, options in sorted(kinds)]


def _some(things: Sequence[object]) -> str:
    return shortened([*map(str, things)], _SHOWN)
