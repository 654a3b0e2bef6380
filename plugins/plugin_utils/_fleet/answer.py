# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answer of one host to `build_info`, which may be damaged or forged like any other input from outside.

An unusable answer is an error for that host alone. Reports and waves combine the answers of a fleet, and there one host
must neither hide the others nor be reported under another's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._builds.asset_name import AssetName
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset, Build
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._json import Fields
from ansible_collections.standalone.python.plugins.module_utils._readable import message
from ansible_collections.standalone.python.plugins.module_utils._store.receipt import MEASURED, components_in

_ANSWER = "The answer of the host"
SOURCES = (MEASURED, "table")  # of the version of a component
_SILENCE = "The host gave no answer."
_LONGEST_TEXT = 4096  # characters; as long as a path may be
_MOST_VALUES = 2_000_000  # ten builds in which every file drifted; an archive has at most 200,000 members
_MOST_BUILDS = 1000  # and paths; each is a line of the report
_DEEPEST = 8
_PIDS = range(1, 2**22 + 1)  # what Linux hands out (proc(5), pid_max)


class DamagedAnswer(StandaloneError):
    """A host returned something that the module never returns."""


class FoundBuild(NamedTuple):
    """A build in a store of the host. `answer` describes it; `where` is the name of that description in messages."""

    asset: Asset
    entry: str
    store: str
    answer: Mapping[str, Any]
    where: str

    @property
    def fields(self) -> Fields:
        """The description, for checked access to its keys."""
        return Fields(self.answer, self.where, DamagedAnswer)

    def pids(self) -> list[int]:
        """The numbers of the processes that run it. Raises `DamagedAnswer`."""
        return _pids(self.answer, self.where)

    def processes(self) -> list[dict[str, Any]]:
        """The same processes with their `command`, None for one that has ended. Raises `DamagedAnswer`."""
        commands = {}
        for fields in self.fields.items("processes") if "processes" in self.answer else ():
            commands[fields.number("pid")] = fields.optional_text("command")
        return [{"pid": pid, "command": commands.get(pid)} for pid in self.pids()]

    def components(self) -> dict[str, dict[str, str]]:
        """Component -> `version` and `source`. Raises `DamagedAnswer`."""
        return components_in(self.fields, SOURCES)

    def drift(self) -> dict[str, list[str]]:
        """File names by kind of change; empty when nothing was compared. Raises `DamagedAnswer`."""
        drift = self.fields.optional(self.fields.object, "drift") or {}
        fields = Fields(drift, f"{self.where}: drift", DamagedAnswer)
        return {str(kind): list(fields.texts(kind)) for kind in drift}


class FoundEnvironment(NamedTuple):
    """A virtual environment of the host. `store` and `entry` are None if another interpreter made it."""

    path: str
    store: str | None
    entry: str | None
    version: str | None
    owner: str | None
    components: dict[str, dict[str, str]]


class LeftBuild(NamedTuple):
    """A build that a path was rolled back from, when (UTC, ISO 8601), and why."""

    build: Build
    since: str
    reason: str


class FoundPath(NamedTuple):
    """A path of the host that uses a store.

    `entry` is the store entry that it names now, and `is_stored` whether its directory is there, although perhaps with
    damage. `fallback` is the entry that it would return to, and `left` are the builds that it was rolled back from.
    """

    path: str
    store: str
    entry: str | None
    fallback: str | None
    left: tuple[LeftBuild, ...]
    is_stored: bool
    fields: Fields


class HostAnswer(NamedTuple):
    """The builds and paths that a host reports. `fips` is whether it is in FIPS mode, None if it did not say.

    `damaged` are messages about files of stores that could not be read, of which builds and paths say nothing.
    """

    paths: tuple[FoundPath, ...]
    builds: tuple[FoundBuild, ...]
    environments: tuple[FoundEnvironment, ...] = ()
    unsearched: tuple[str, ...] = ()
    fips: bool | None = None
    damaged: tuple[str, ...] = ()

    @classmethod
    def parse(cls, info: Any) -> HostAnswer:
        """Parse `info`, the registered result of the module. Raises `DamagedAnswer`, also when there is no answer."""
        if not isinstance(info, Mapping) or "builds" not in info:
            raise DamagedAnswer(_said(info))
        _require_bounded(
            [info[key] for key in ("builds", "paths", "environments", "unsearched", "damaged") if key in info]
        )
        paths = (_path(one, f"{_ANSWER}: paths[{number}]") for number, one in enumerate(_list(info, "paths")))
        builds = (_build(one, f"{_ANSWER}: builds[{number}]") for number, one in enumerate(_list(info, "builds")))
        environments = (
            _environment(one, f"{_ANSWER}: environments[{number}]")
            for number, one in enumerate(_list(info, "environments") if "environments" in info else ())
        )
        fields = Fields(info, _ANSWER, DamagedAnswer)
        unsearched = fields.texts("unsearched") if "unsearched" in info else ()
        fips = fields.optional(fields.flag, "fips")
        found = fields.items("damaged") if "damaged" in info else ()
        damaged = tuple(f"{one.text('problem')} {one.text('remedy')}" for one in found)
        return cls(tuple(paths), tuple(builds), tuple(environments), unsearched, fips, damaged)

    @property
    def gone(self) -> tuple[FoundPath, ...]:
        """The paths whose link names a build that the store no longer has, so that no Python is there."""
        linked = (path for path in self.paths if path.entry and not path.is_stored)
        return tuple(path for path in linked if self.build_at(path.entry, path.store) is None)

    def build_at(self, entry: str | None, store: str) -> FoundBuild | None:
        """The build of a store entry; None when there is none."""
        return next((build for build in self.builds if (build.entry, build.store) == (entry, store)), None)


def pids_in(entries: Iterable[Any]) -> list[int]:
    """The process numbers of all entries that have `pids`, such as builds of `build_info` and `in_use` of `build`.

    Raises `DamagedAnswer` for anything but lists of process numbers.
    """
    if not isinstance(entries, (list, tuple)):
        raise DamagedAnswer(f"{_ANSWER} is damaged: a list of builds was expected. Look at it on the host itself.")
    return [pid for one in entries for pid in _pids(one, _ANSWER)]


def _pids(mapping: Any, where: str) -> list[int]:
    pids = mapping.get("pids") if isinstance(mapping, Mapping) else None
    if not isinstance(pids, list) or not all(map(_is_pid, pids)):
        raise DamagedAnswer(f"{where} is damaged: pids should be a list of process numbers.")
    return list(pids)


def _is_pid(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value in _PIDS


def _said(info: Any) -> str:
    """The message that a host's result has instead of an answer, such as that it could not be reached."""
    said = info.get("msg") if isinstance(info, Mapping) else None
    return message(said.strip() if isinstance(said, str) else "") or _SILENCE


def _list(info: Mapping[str, Any], key: str) -> list[Any]:
    values = info.get(key)
    if not isinstance(values, list) or len(values) > _MOST_BUILDS:
        raise DamagedAnswer(f"{_ANSWER} is damaged: {key} should be a list of at most {_MOST_BUILDS} entries.")
    return values


def _build(found: Any, where: str) -> FoundBuild:
    fields = Fields(found, where, DamagedAnswer)
    asset = Asset.from_dict(found, where, DamagedAnswer)
    return FoundBuild(asset, fields.text("entry"), fields.text("store"), found, where)


def _path(found: Any, where: str) -> FoundPath:
    fields = Fields(found, where, DamagedAnswer)
    entry = fields.optional_text("entry")
    uses = fields.items("history") if "history" in fields else ()
    return FoundPath(
        path=fields.text("path"),
        store=fields.text("store"),
        entry=entry,
        is_stored=any(use.flag("stored") for use in uses if use.text("entry") == entry),
        fallback=fields.optional_text("fallback"),
        left=tuple(_left(one) for one in fields.items("left")) if "left" in found else (),
        fields=fields,
    )


def _environment(found: Any, where: str) -> FoundEnvironment:
    fields = Fields(found, where, DamagedAnswer)
    texts = {key: fields.optional_text(key) for key in ("store", "entry", "version", "owner")}
    return FoundEnvironment(path=fields.text("path"), components=components_in(fields), **texts)


def _left(fields: Fields) -> LeftBuild:
    try:
        build = Build.from_asset_name(AssetName.from_stem(fields.text("build")))
    except InvalidName:
        raise DamagedAnswer(f"{_ANSWER} is damaged: left should name builds that a path had.") from None
    return LeftBuild(build, fields.text("since"), fields.text("reason"))


def _require_bounded(value: Any) -> None:
    """Raise `DamagedAnswer` for texts, lists and depths beyond what any host has."""
    level, count = [value], 0
    for _depth in range(_DEEPEST):
        count += len(level)
        if count > _MOST_VALUES:
            raise DamagedAnswer(f"{_ANSWER} is damaged: it has more than {_MOST_VALUES} values.")
        if any(isinstance(one, str) and len(one) > _LONGEST_TEXT for one in level):
            raise DamagedAnswer(f"{_ANSWER} is damaged: it has a text of more than {_LONGEST_TEXT} characters.")
        level = list(_below(level))
    if level:
        raise DamagedAnswer(f"{_ANSWER} is damaged: it is more than {_DEEPEST} levels deep.")


def _below(level: Iterable[Any]) -> Iterator[Any]:
    for one in level:
        if isinstance(one, Mapping):
            yield from one
            yield from one.values()
        elif isinstance(one, (list, tuple)):
            yield from one
