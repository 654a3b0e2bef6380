# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetches missing files of a mirror: several at a time, each verified; a failure does not stop the others."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from .._builds.build import Asset
from .._download import download
from .._download.bundles import BUNDLE_SUFFIX, bundle_beside
from .._download.content_length import Sizes
from .._download.mirrors import candidate_urls, options_for
from .._errors import NoSource, StandaloneError
from .._http.options import UrlOptions
from .._os.errors import advice, file_of
from .._os.threads import with_stack_size
from .spec import MirrorSpec

_CAUSES_SHOWN = 5


@dataclass(frozen=True)
class Failures:
    """The reasons why files could not be fetched or prepared, by path below the mirror."""

    causes: Mapping[str, str]
    asked: int
    what: str = "files of the mirror could not be fetched."

    def __str__(self) -> str:
        places = sorted(self.causes)
        shown = " ".join(f"{place}: {self.causes[place]}" for place in places[:_CAUSES_SHOWN])
        rest = f" Also failed: {', '.join(places[_CAUSES_SHOWN:])}." if places[_CAUSES_SHOWN:] else ""
        return f"{len(places)} of {self.asked} {self.what} {shown}{rest}"


class Fetcher:
    """Fetches for one spec, into part files below `parts`. A `place` is a path below the mirror."""

    def __init__(self, spec: MirrorSpec, parts: str) -> None:
        self._spec = spec
        self._parts = parts

    def sizes(self, places: Iterable[str]) -> dict[str, int | None]:
        """The size of each archive in bytes; None when its source does not report it, or cannot be reached."""
        ordered = list(places)
        sizes = Sizes(self._spec.mirrors, self._spec.url)
        with with_stack_size(), ThreadPoolExecutor(self._spec.parallel) as pool:
            return dict(zip(ordered, pool.map(lambda place: sizes.size_of(self._asset(place).url), ordered)))

    def missing_bytes(self, sizes: Mapping[str, int | None]) -> int:
        """The bytes still to be fetched, as far as known; earlier runs may have fetched some of them."""
        return sum(max(size - self._bytes_here(place), 0) for place, size in sizes.items() if size is not None)

    def archives(self, places: Iterable[str], arrived: Callable[[str, str], None] | None = None) -> Failures:
        """Fetch archives; call `arrived` with place and part file as soon as each is verified."""

        def one(place: str) -> None:
            part, sha256 = self.part_of(place), self._asset(place).sha256
            download.fetch(self._urls(place), sha256=sha256, part_path=part, options=self._options(place))
            if arrived:
                arrived(place, part)

        return self._each(places, one)

    def bundles(self, places: Iterable[str], arrived: Callable[[str, str], None]) -> Failures:
        """The same for the bundles of the archives at `places`, if their source has any."""

        def one(place: str) -> None:
            given = self._spec.attestations.get(self._asset(place).sha256)
            content = given.encode() if given else bundle_beside(self._urls(place), self._options(place))
            if content is not None:
                part = self.part_of(place) + BUNDLE_SUFFIX
                with open(part, "wb") as stream:
                    stream.write(content)
                arrived(place + BUNDLE_SUFFIX, part)

        return self._each(places, one)

    def part_of(self, place: str) -> str:
        """The part file of an archive."""
        return os.path.join(self._parts, f"{place.replace('/', '-')}.part")

    def _each(self, places: Iterable[str], do: Callable[[str], None]) -> Failures:
        ordered = list(places)

        def cause(place: str) -> str | None:
            try:
                do(place)
            except NoSource as error:
                return error.causes
            except StandaloneError as error:
                return str(error)
            except OSError as error:
                return f"could not write {file_of(error) or place}: {advice(error, self._spec.path)}"
            return None

        with with_stack_size(), ThreadPoolExecutor(self._spec.parallel) as pool:
            causes = dict(zip(ordered, pool.map(cause, ordered)))
        return Failures({place: cause for place, cause in causes.items() if cause}, len(ordered))

    def _bytes_here(self, place: str) -> int:
        try:
            return os.stat(self.part_of(place)).st_size
        except OSError:
            return 0

    def _urls(self, place: str) -> tuple[str, ...]:
        return candidate_urls(self._asset(place).url, self._spec.mirrors)

    def _options(self, place: str) -> UrlOptions:
        return options_for(self._asset(place).url, self._spec.mirrors, self._spec.url)

    def _asset(self, place: str) -> Asset:
        return self._spec.assets[place]
