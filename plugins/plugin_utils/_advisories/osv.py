# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Advisories in the OSV format, as osv.dev publishes and osv-scanner prints them, https://ossf.github.io/osv-schema/.

Only what builds carry is kept. Ranges of commits cannot be compared with versions; where the record also has the
versions that they were made from, those count.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._json import Fields

from .advisory import Advisory, AffectedComponent, Event, InvalidAdvisory, without_needless_doubts
from .identity import by_cpe, by_package, by_purl, by_repository, packaged_as, version_of_cpe
from .severity import severity_of

_KINDS = ("introduced", "fixed", "last_affected", "limit")
_COMPARED = ("ECOSYSTEM", "SEMVER")
_LISTS = ("vulns", "vulnerabilities", "packages", "results")  # of answers of osv.dev, and of osv-scanner's report
_REST = ("next_page_token", "nextPageToken")  # of an answer of osv.dev that is only the first part
_LONGEST_WHY, _LONGEST_ID = 300, 100  # characters
_DEEPEST = 50  # lists and objects within each other
_START = re.compile(r"\S")
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)(?:Z|\+00:00)")


def documents_in(text: str, where: str) -> list[Any]:
    """The JSON values of a text, which can follow each other. Raises `InvalidAdvisory`."""
    decoder = json.JSONDecoder(object_pairs_hook=_without_repetition, parse_constant=_no_number)
    found, position = [], 0
    try:
        while start := _START.search(text, position):
            value, position = decoder.raw_decode(text, start.start())
            found.append(value)
    except (ValueError, RecursionError) as error:
        raise InvalidAdvisory(
            f"Cannot read the advisories in {where}: it is damaged, {error}. Fetch it again."
        ) from None
    return found


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        count = Counter(key for key, _value in pairs)
        raise ValueError(f"the key {next(key for key in count if count[key] > 1)} comes twice")
    return content


def _no_number(constant: str) -> None:
    raise ValueError(f"{constant} is no value")


def records_in(value: Any, where: str, depth: int = 0) -> Iterator[tuple[Any, str]]:
    """Each record below a JSON value with its position: one, a list, an answer of osv.dev or the report of osv-scanner.

    Raises `InvalidAdvisory`.
    """
    if depth > _DEEPEST:
        raise InvalidAdvisory(f"{where} is damaged: it is more than {_DEEPEST} levels deep.")
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from records_in(one, f"{where}: [{number}]", depth + 1)
    elif isinstance(value, Mapping) and "id" in value:
        yield value, where
    elif isinstance(value, Mapping) and any(key in value for key in _LISTS):
        for key, below in _lists_in(value, where):
            yield from records_in(below, f"{where}: {key}", depth + 1)
    elif value != {} and not (isinstance(value, Mapping) and "package" in value):  # a package without any advisory
        raise InvalidAdvisory(
            f"{where} is damaged: an advisory in the OSV format was expected there, an object with id and affected."
        )


def _lists_in(value: Mapping[str, Any], where: str) -> Iterator[tuple[str, list[Any]]]:
    if any(value.get(key) for key in _REST):
        raise InvalidAdvisory(f"{where} is only a part of an answer: fetch its other pages too, by {_REST[0]}.")
    for key in _LISTS:
        if value.get(key) is not None:
            if not isinstance(value[key], list):
                raise InvalidAdvisory(f"{where} is damaged: {key} should be a list.")
            yield key, value[key]


def parse(record: Any, where: str, source: str) -> Advisory:
    """One record; one that was withdrawn names nothing. Raises `InvalidAdvisory`."""
    fields = Fields(record, where, InvalidAdvisory)
    identity = identity_in(fields)
    here = f"{where}: {identity}"
    modified = _time(fields, "modified", here)
    if _time(fields, "withdrawn", here):
        return Advisory(identity, (), source, modified=modified, withdrawn=True)
    if not record.get("affected"):
        raise InvalidAdvisory(
            f"{here} does not say what is affected. Give the whole record, as the addresses below "
            "https://api.osv.dev/v1/vulns/ answer."
        )
    why = fields.optional_text("summary") or (fields.optional_text("details") or "").strip().partition("\n")[0]
    return Advisory(
        id=identity,
        affected=_affected(record, here),
        source=source,
        aliases=fields.texts("aliases") if record.get("aliases") is not None else (),
        why=why[:_LONGEST_WHY],
        url=_url(record, identity),
        severity=severity_of(record),
        modified=modified,
    )


def identity_in(fields: Fields) -> str:
    """The id of an advisory. Raises `InvalidAdvisory` for none, and for one that no reader could tell from others."""
    identity = fields.text("id")
    if not identity.strip() or not identity.isprintable() or len(identity) > _LONGEST_ID:
        raise fields.damaged("id", f"a text of at most {_LONGEST_ID} visible characters, such as CVE-1")
    return identity


def _time(fields: Fields, key: str, where: str) -> str:
    """A time in UTC as a text that sorts; empty without one. Raises `InvalidAdvisory`."""
    text = fields.optional_text(key)
    match = _TIME.fullmatch(text or "")
    if text is not None and match is None:
        raise InvalidAdvisory(f"{where} is damaged: {key} should be a time such as 2026-10-01T00:00:00Z.")
    return match[1] if match else ""


def _affected(record: Mapping[str, Any], where: str) -> tuple[AffectedComponent, ...]:
    """The affected components. Packages of distributions count where nothing else names the component."""
    common = _cpes(record.get("database_specific"))
    found: list[AffectedComponent] = []
    packaged: dict[str, str] = {}
    for part, here in _objects(record, "affected", where):
        ranges = _objects(part, "ranges", here)
        cpes = _cpes_of(part, ranges) or common
        ecosystem, components = _components(part, ranges, cpes, here)
        if components:
            found += _of_components(components, part, ranges, cpes, here)
        else:
            name = _package(part, here).optional_text("name") or ""
            packaged.update(dict.fromkeys(packaged_as(ecosystem, name), ecosystem.partition(":")[0]))
    named = {one.component for one in found}
    found += [
        AffectedComponent(component, unread=f"it names only versions of packages of {distribution}")
        for component, distribution in packaged.items()
        if component not in named
    ]
    return without_needless_doubts(found)


def _of_components(
    components: tuple[str, ...],
    part: Mapping[str, Any],
    ranges: list[tuple[Mapping[str, Any], str]],
    cpes: tuple[str, ...],
    where: str,
) -> list[AffectedComponent]:
    fields = Fields(part, where, InvalidAdvisory)
    versions = fields.texts("versions") if part.get("versions") is not None else ()
    compared, unread = [], "it names no versions"
    for one, here in ranges:
        kind = Fields(one, here, InvalidAdvisory).text("type")
        events = _events(one, "events", here)
        extracted = () if kind in _COMPARED else _extracted(one, here)
        if kind in _COMPARED or extracted:
            compared.append(extracted or events)
        else:
            unread = f"it names {'commits' if kind == 'GIT' else f'a range of the type {kind}'} and no versions"
    found = []
    for component in components:
        listed = versions
        if not (ranges or versions):
            listed = tuple(filter(None, (version_of_cpe(cpe) for cpe in cpes if component in by_cpe(cpe))))
        found.append(AffectedComponent(component, tuple(compared), listed, "" if compared or listed else unread))
    return found


def _package(part: Mapping[str, Any], where: str) -> Fields:
    return Fields(part.get("package") or {}, f"{where}: package", InvalidAdvisory)


def _components(
    part: Mapping[str, Any], ranges: list[tuple[Mapping[str, Any], str]], cpes: tuple[str, ...], where: str
) -> tuple[str, tuple[str, ...]]:
    """The ecosystem and the components of an entry: by its package, else by CPEs, else by repositories."""
    package = _package(part, where)
    ecosystem, name = package.optional_text("ecosystem") or "", package.optional_text("name") or ""
    if ecosystem or name:
        return ecosystem, by_package(ecosystem, name) or by_purl(package.optional_text("purl") or "")
    of_purl = by_purl(package.optional_text("purl") or "")
    of_cpes = [component for cpe in cpes for component in by_cpe(cpe)]
    urls = [Fields(one, here, InvalidAdvisory).optional_text("repo") or "" for one, here in ranges]
    of_repositories = [component for url in urls for component in by_repository(url)]
    return "", of_purl or tuple(dict.fromkeys(of_cpes or of_repositories))


def _cpes_of(part: Mapping[str, Any], ranges: list[tuple[Mapping[str, Any], str]]) -> tuple[str, ...]:
    specific = [part.get("database_specific"), part.get("ecosystem_specific")]
    specific += [one.get("database_specific") for one, _where in ranges]
    return tuple(cpe for one in specific for cpe in _cpes(one))


def _objects(mapping: Mapping[str, Any], key: str, where: str) -> list[tuple[Mapping[str, Any], str]]:
    """The objects of a list with their positions; empty without the key. Raises `InvalidAdvisory`."""
    values = mapping.get(key) or []
    if not isinstance(values, list) or not all(isinstance(value, Mapping) for value in values):
        raise InvalidAdvisory(f"{where} is damaged: {key} should be a list of objects.")
    return [(value, f"{where}: {key}[{number}]") for number, value in enumerate(values)]


def _events(one: Mapping[str, Any], key: str, where: str) -> tuple[Event, ...]:
    found = []
    for event, here in _objects(one, key, where):
        kinds = [kind for kind in _KINDS if kind in event]
        if len(kinds) != 1:
            raise InvalidAdvisory(f"{here} is damaged: an event has one of {', '.join(_KINDS)}.")
        found.append(Event(kinds[0], Fields(event, here, InvalidAdvisory).text(kinds[0])))
    if not any(event.kind == "introduced" for event in found):
        raise InvalidAdvisory(f"{where} is damaged: {key} should say where the range begins, by introduced.")
    return tuple(found)


def _extracted(one: Mapping[str, Any], where: str) -> tuple[Event, ...]:
    """The versions from which osv.dev made a range of commits; empty without any."""
    specific = one.get("database_specific")
    if not isinstance(specific, Mapping):
        return ()
    for key in ("extracted_events", "versions"):
        if specific.get(key):
            return _events(specific, key, f"{where}: database_specific")
    return ()


def _cpes(specific: Any) -> tuple[str, ...]:
    if not isinstance(specific, Mapping):
        return ()
    found = [specific.get("cpe"), *(specific["cpes"] if isinstance(specific.get("cpes"), list) else [])]
    return tuple(cpe for cpe in found if isinstance(cpe, str))


def _url(record: Mapping[str, Any], identity: str) -> str:
    """The first reference that is the advisory itself, else its page at osv.dev."""
    references = record.get("references")
    for one in references if isinstance(references, list) else ():
        if isinstance(one, Mapping) and one.get("type") == "ADVISORY" and isinstance(one.get("url"), str):
            return str(one["url"])
    return f"https://osv.dev/vulnerability/{identity}"
