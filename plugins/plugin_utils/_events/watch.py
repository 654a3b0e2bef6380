# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""New builds and advisories since the last look, as events for ansible-rulebook.

A look asks the index which build answers to each name, for each target, and reads the advisories. What differs from
what was reported before becomes an event, and is remembered in a file once the events were handed over.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._builds.asset_name import AssetName
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._builds.request import BuildRequest, RequestedName
from ansible_collections.standalone.python.plugins.module_utils._builds.target import Target
from ansible_collections.standalone.python.plugins.module_utils._builds.version import Version
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, NoMatch, StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._json import parsed
from ansible_collections.standalone.python.plugins.module_utils._os.atomic import replace_file

from .._advisories.sources import read_advisories
from .._documents import read_document
from .._http.fetch import Document
from .._index.cache import cache_directory
from .._index.reader import IndexOptions
from .._resolve.resolve import resolve_for_all_targets
from .spec import LONGEST_PAUSE_S, WatchSpec

Event = dict[str, Any]
Warn = Callable[[str], None]

_SPREAD = 0.1  # of a pause, so that many controllers do not ask at once
_FORMAT = 1


@dataclass
class Watch:
    """What was reported so far: name -> target -> build, and advisory -> digest. `warn` gets messages, each once."""

    spec: WatchSpec
    warn: Warn
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    _builds: dict[str, dict[str, str]] = field(default_factory=dict)
    _advisories: dict[str, str] | None = None
    _documents: dict[str, Document] = field(default_factory=dict)
    _said: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        directory = cache_directory(self.environ, "events", warn=self._warn) if self.spec.state is None else None
        self._file = self.spec.state or (os.path.join(directory, f"{self.spec.key}.json") if directory else None)
        self._recall()

    def look(self) -> tuple[list[Event], list[str]]:
        """The events since the last look, and what could not be read, as messages."""
        events: list[Event] = []
        failures: list[str] = []
        for name in self.spec.names:
            try:
                events += self._new_builds(name)
            except StandaloneError as error:
                failures.append(str(error))
        try:
            events += self._new_advisories()
        except StandaloneError as error:
            failures.append(str(error))
        return events, failures

    def remember(self) -> None:
        """Write what was reported to the file, which a later process reads."""
        if self._file is None:
            return
        content = {"format": _FORMAT, "builds": self._builds, "advisories": self._advisories}
        try:
            replace_file(self._file, json.dumps(content), fresh=f"{self._file}.new")
        except OSError as error:
            self._warn(
                f"Cannot remember in {self._file} what was reported: {error.strerror}. Make that file writable, or a "
                "restart reports it again."
            )

    def _recall(self) -> None:
        if self._file is None:
            return
        try:
            content = parsed(read_document(self._file))
            if isinstance(content["format"], int) and content["format"] > _FORMAT:
                self._warn(
                    f"Cannot read what was reported from {self._file}: a newer version of standalone.python wrote it. "
                    "So this look counts as the first, and the file stays as it is. Upgrade the collection."
                )
                self._file = None
                return
            builds, advisories = content["builds"], content["advisories"]
            if content["format"] != _FORMAT or not isinstance(advisories, (dict, type(None))):
                raise ValueError("another format")
            for build in (one for of_targets in builds.values() for one in of_targets.values()):
                _age(build)
        except FileNotFoundError:
            return
        except (OSError, ValueError, LookupError, TypeError, AttributeError, InvalidName):
            self._warn(f"Cannot read what was reported from {self._file}, so this look counts as the first.")
            return
        self._builds, self._advisories = builds, advisories

    def _warn(self, message: str) -> None:
        if message not in self._said:
            self._said.add(message)
            self.warn(message)

    # --- builds ------------------------------------------------------------------------------------------------------

    def _new_builds(self, name: str) -> Iterator[Event]:
        index = IndexOptions(
            index=self.spec.index, url_options=self.spec.url, max_age_s=0, only_current=True, environ=self.environ
        )
        request = BuildRequest(RequestedName.parse(name))
        assets = resolve_for_all_targets(request, index=index, warn=self._warn, min_age_s=self.spec.min_age_s)
        wanted = {str(Target.parse(target)) for target in self.spec.targets}
        found = {asset.build.target: asset for asset in assets if not wanted or asset.build.target in wanted}
        if not found:
            raise NoMatch(f"Cannot watch {name}: the index has no build of it for {', '.join(sorted(wanted))}.")
        known = self._builds.get(name)
        newer = [asset for target, asset in found.items() if _age(asset.build.name) > _age((known or {}).get(target))]
        self._builds[name] = {**(known or {}), **{asset.build.target: asset.build.name for asset in newer}}
        if newer and (known is not None or self.spec.report_known):
            yield _build_event(name, newer, known or {})

    # --- advisories --------------------------------------------------------------------------------------------------

    def _new_advisories(self) -> Iterator[Event]:
        if not self.spec.advisories:
            return
        found = read_advisories(self.spec.advisories, options=self.spec.url, kept=self._documents).all
        known, self._advisories = self._advisories, {**(self._advisories or {})}
        for advisory in found:
            affected = json.dumps(advisory.as_dict()["affected"], sort_keys=True)
            digest = hashlib.sha256(affected.encode()).hexdigest()
            earlier = self._advisories.get(advisory.id)
            self._advisories[advisory.id] = digest
            if earlier != digest and (known is not None or self.spec.report_known):
                yield {
                    "kind": "advisory",
                    "id": advisory.id,
                    "components": sorted({one.component for one in advisory.affected}),
                    "why": advisory.why,
                    "url": advisory.url,
                    "source": advisory.source,
                    "is_new": earlier is None,
                }


def _age(name: str | None) -> tuple[Version, str]:
    """By which the names of builds are ordered; None is before all others. Raises `InvalidName`."""
    if name is None:
        return Version(0, 0, 0), ""
    build = AssetName.from_stem(name)
    return build.version, build.release or build.stamp or ""


def _build_event(name: str, newer: list[Asset], known: Mapping[str, str]) -> Event:
    newest = max((asset.build for asset in newer), key=lambda build: (build.version, build.release))
    return {
        "kind": "build",
        "name": name,
        "version": str(newest.version),
        "release": newest.release,
        "builds": [
            {
                "target": asset.build.target,
                "name": asset.build.name,
                "version": str(asset.build.version),
                "release": asset.build.release,
                "previous": known.get(asset.build.target, ""),
            }
            for asset in newer
        ],
    }


def pause_s(interval_s: float, failures: int) -> float:
    """The seconds until the next look, after so many failed ones in a row: twice as long each time, up to a day."""
    whole: float = min(interval_s * 2 ** min(failures, 32), max(interval_s, LONGEST_PAUSE_S))
    return whole * (1 + _SPREAD * random.random())  # noqa: S311  (no secret)


async def watch(
    spec: WatchSpec,
    put: Callable[[Event], Awaitable[None]],
    *,
    warn: Warn,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Look, hand over the events, and wait, for ever. An outage is one event, however long it lasts."""
    watched = Watch(spec, warn)
    failed = 0
    while True:
        events, failures = await asyncio.to_thread(watched.look)
        for event in events:
            await put(event)
        await asyncio.to_thread(watched.remember)
        if failures and not failed:
            await put({"kind": "failure", "message": " ".join(failures)})
        failed = failed + 1 if failures else 0
        await sleep(pause_s(spec.interval_s, failed))
