# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Advisories: which versions of which components have a known flaw, and the verdict about one version."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError

from .versions import UnknownVersion, order_of

BEGINNING = "0"  # the version before all others, in events
_BEGINNING = re.compile(r"0(?:\.0)*(?:-0)?")  # as databases write it
ANY = "*"  # a limit that limits nothing

# Every build has one of each of these. One that is not known was not measured.
_EVERYWHERE: tuple[tuple[str, ...], ...] = (
    ("cpython",), ("openssl", "libressl"), ("sqlite",), ("expat",), ("zlib", "zlib-ng"), ("bzip2",), ("xz",),
    ("libffi",),
)  # fmt: skip
# And these too, unless somebody removed them, which a measurement finds out.
_UNLESS_REMOVED = frozenset(("pip", "ensurepip-pip", "certifi"))


class InvalidAdvisory(StandaloneError):
    """A file of advisories is not what it should be, or two disagree; the message names them."""


class Verdict(NamedTuple):
    """Whether a version is affected. None means that it cannot be judged, and `why` is the reason, as a clause."""

    affected: bool | None
    why: str = ""


class Event(NamedTuple):
    """One boundary of a range. `kind` is introduced, fixed, last_affected or limit."""

    kind: str
    version: str


@dataclass(frozen=True)
class AffectedComponent:
    """The affected versions of one component: those in one of the `ranges`, and those that `versions` lists.

    `unread` says as a clause what there is that cannot be read, such as ranges of commits; empty without any.
    """

    component: str
    ranges: tuple[tuple[Event, ...], ...] = ()
    versions: tuple[str, ...] = ()
    unread: str = ""

    def judge(self, version: str) -> Verdict:
        """The verdict about a version. What cannot be compared is never a reason to call it unaffected."""
        doubts = [self.unread] if self.unread else []
        for found in self._verdicts(version):
            if found.affected:
                return found
            doubts += [found.why] if found.affected is None else []
        return Verdict(None, doubts[0]) if doubts else Verdict(False)

    def _verdicts(self, version: str) -> Iterator[Verdict]:
        if version in self.versions:
            yield Verdict(True)
        try:
            key = order_of(self.component, version)
        except UnknownVersion as error:
            yield Verdict(None, str(error))
            return
        for events in self.ranges:
            try:
                yield Verdict(_is_within(self.component, key, events))
            except UnknownVersion as error:
                yield Verdict(None, str(error))
        yield self._listed(key)

    def _listed(self, key: Any) -> Verdict:
        """Whether the list has the version. Tags that are no versions do not count, unless there is nothing else."""
        doubt = ""
        readable = bool(self.ranges) or not self.versions
        for listed in self.versions:
            try:
                if order_of(self.component, listed) == key:
                    return Verdict(True)
                readable = True
            except UnknownVersion as error:
                doubt = str(error)
        return Verdict(False) if readable else Verdict(None, doubt)

    def fixes_after(self, version: str) -> Iterator[tuple[Any, str]]:
        """The later versions that a range names as fixed, each after its key; none if one cannot be compared."""
        try:
            key = order_of(self.component, version)
            fixes = {event.version for events in self.ranges for event in events if event.kind == "fixed"}
            keys = [(order_of(self.component, fix), fix) for fix in sorted(fixes)]
        except UnknownVersion:
            return
        yield from ((of_fix, fix) for of_fix, fix in keys if of_fix > key)


def _is_within(component: str, key: Any, events: tuple[Event, ...]) -> bool:
    """The rule of the OSV schema: go through the events in the order of their versions."""
    limits = [event.version for event in events if event.kind == "limit"]
    if limits and ANY not in limits and not any(key < order_of(component, limit) for limit in limits):
        return False
    within = False
    for event in sorted(
        (event for event in events if event.kind != "limit"), key=lambda event: _position(component, event)
    ):
        if _BEGINNING.fullmatch(event.version):
            within = event.kind == "introduced" or within
            continue
        bound = order_of(component, event.version)
        if event.kind == "introduced" and key >= bound:
            within = True
        elif (event.kind == "fixed" and key >= bound) or (event.kind == "last_affected" and key > bound):
            within = False
    return within


def _position(component: str, event: Event) -> tuple[int, Any]:
    if _BEGINNING.fullmatch(event.version):
        return 0, ""
    return 1, order_of(component, event.version)


@dataclass(frozen=True)
class Advisory:
    """One advisory. `why` is its summary, `severity` for the reader, `source` the file or address.

    `modified` is the time of its last change in UTC, empty for one that has none. One that was withdrawn counts for
    nothing, and neither do older ones with its id.
    """

    id: str
    affected: tuple[AffectedComponent, ...]
    source: str
    aliases: tuple[str, ...] = ()
    why: str = ""
    url: str = ""
    severity: str = ""
    modified: str = ""
    withdrawn: bool = False

    def judge(self, component: str, version: str) -> Verdict:
        """The verdict about a component; unaffected if the advisory does not name it."""
        verdicts = [one.judge(version) for one in self.affected if one.component == component]
        decided = next((verdict for verdict in verdicts if verdict.affected), None)
        return decided or next((verdict for verdict in verdicts if verdict.affected is None), Verdict(False))

    def fixed_in(self, component: str, version: str) -> str | None:
        """The version of the component with the fix; None if the advisory names none."""
        later = [fix for one in self.affected if one.component == component for fix in one.fixes_after(version)]
        fixes = (fix for _key, fix in sorted(later) if self.judge(component, fix).affected is False)
        return next(fixes, None)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, from which `from_dict` makes the same value."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Advisory:
        """The value of which `as_dict` made plain data, through JSON or not."""
        affected = tuple(
            AffectedComponent(
                one["component"],
                tuple(tuple(Event(*event) for event in events) for events in one["ranges"]),
                tuple(one["versions"]),
                one["unread"],
            )
            for one in content["affected"]
        )
        return cls(**{**content, "affected": affected, "aliases": tuple(content["aliases"])})

    @property
    def components(self) -> tuple[str, ...]:
        """The names of the affected components."""
        return tuple(dict.fromkeys(one.component for one in self.affected))


def newest_of(records: Iterable[Advisory]) -> tuple[list[Advisory], list[str]]:
    """Each id once, and the ids of which there were older versions.

    Of records that differ the one that was changed last counts, withdrawn or not. Raises `InvalidAdvisory` if nothing
    says which that is.
    """
    found: dict[str, Advisory] = {}
    outdated: dict[str, None] = {}
    for record in records:
        earlier = found.setdefault(record.id, record)
        if (earlier.affected, earlier.withdrawn) != (record.affected, record.withdrawn):
            _require_order(earlier, record)
            outdated[record.id] = None
        if earlier.modified <= record.modified:
            found[record.id] = record
    return list(found.values()), list(outdated)


def _require_order(one: Advisory, other: Advisory) -> None:
    if one.modified and other.modified and one.modified != other.modified:
        return
    where = f"{one.source} and {other.source} disagree"
    if one.source == other.source:
        where = f"two entries of {one.source} disagree"
    raise InvalidAdvisory(f"Cannot read the advisories: {where} about {one.id}. Keep the right one.")


def joined(advisories: Iterable[Advisory]) -> list[Advisory]:
    """One advisory for all that name the same flaw, by the id or an alias of another. The first gives its id.

    A version is affected if one of them says so.
    """
    every = list(advisories)
    same: dict[str, str] = {}

    def root(name: str) -> str:
        while same.setdefault(name, name) != name:
            same[name] = same[same[name]]  # shorter each time, or a chain of many would take hours
            name = same[name]
        return name

    for one in every:
        for alias in one.aliases:
            same[root(alias)] = root(one.id)
    groups: dict[str, list[Advisory]] = {}
    for one in every:
        groups.setdefault(root(one.id), []).append(one)
    return [_one_of(group) for group in groups.values()]


def _one_of(group: list[Advisory]) -> Advisory:
    first = group[0]
    if len(group) == 1:
        return first
    names = dict.fromkeys(name for one in group for name in (one.id, *one.aliases) if name != first.id)
    why, url, severity = (
        next(filter(None, (getattr(one, key) for one in group)), "") for key in ("why", "url", "severity")
    )
    return replace(
        first,
        affected=without_needless_doubts(part for one in group for part in one.affected),
        aliases=tuple(names),
        source=", ".join(dict.fromkeys(one.source for one in group)),
        why=why,
        url=url,
        severity=severity,
        modified=max(one.modified for one in group),
    )


def without_needless_doubts(affected: Iterable[AffectedComponent]) -> tuple[AffectedComponent, ...]:
    """Each once, and what names no versions only where nothing else names versions of its component."""
    every = tuple(dict.fromkeys(affected))
    known = {one.component for one in every if one.ranges or one.versions}
    return tuple(one for one in every if one.ranges or one.versions or one.component not in known)


def may_have(component: str, components: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether a build may have a component of which no version is known."""
    if not set(components) - {"cpython"}:
        return True
    if component in _UNLESS_REMOVED:
        return all(known["source"] != "measured" for known in components.values())
    return any(component in kinds and not set(kinds) & set(components) for kinds in _EVERYWHERE)
