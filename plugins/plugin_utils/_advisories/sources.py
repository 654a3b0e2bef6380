# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Advisories from files, directories, archives and addresses, in the OSV format or in the short form.

Whatever cannot be read is an error that names it: an audit without an advisory says that nothing is affected. The short
form is YAML, for advisories that an operator writes:

    - id: pip-october
      component: pip
      below: "26.2.2"
      why: a wheel could write outside of its environment
      url: https://example.com/pip-october
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.module_utils._http.urls import shown_url
from ansible_collections.standalone.python.plugins.module_utils._json import Fields

from .._components.identity import COMPONENTS
from .._documents import DamagedDocument, read_document, strict_yaml, unpacked
from .._http.fetch import Document, Validators, fetch
from .._index.address import Address
from .._options import nearest
from .._wording import shortened
from . import osv
from .advisory import BEGINNING, Advisory, AffectedComponent, Event, InvalidAdvisory, joined, newest_of
from .identity import by_name
from .versions import UnknownVersion, order_of

ADVISORIES = "file of advisories"
_WHAT = f"The {ADVISORIES}"
_KEYS = ("id", "component", "below", "versions", "why", "url")
_SUFFIXES = (".json", ".yml", ".yaml")
_ARCHIVES = (".zip", ".gz")
_OF_RECORDS = ("affected", "modified", "withdrawn", "schema_version")
_SHOWN = 5  # ids in a note


@dataclass(frozen=True)
class Advisories:
    """All advisories, each id once, and notes for the reader about those that count for nothing."""

    all: tuple[Advisory, ...] = ()
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain data, from which `from_dict` makes the same value."""
        return {"all": [one.as_dict() for one in self.all], "notes": list(self.notes)}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Advisories:
        """The value of which `as_dict` made plain data."""
        return cls(tuple(Advisory.from_dict(one) for one in content["all"]), tuple(content["notes"]))


def read_advisories(
    names: Iterable[str],
    *,
    options: UrlOptions | None = None,
    kept: MutableMapping[str, Document] | None = None,
) -> Advisories:
    """The advisories of files, directories of files, and URLs.

    `kept` has the documents of earlier calls by URL, which servers need not send again, and gets those of this one.
    Raises `StandaloneError` for what cannot be read, is damaged or is empty.
    """
    records: list[Advisory] = []
    notes: list[str] = []
    for name in names:
        before = len(records)
        for text, source in _texts(name, options or UrlOptions(), {} if kept is None else kept):
            records += _parsed(text, source)
        notes += _without_effect(records[before:], shown_url(name))
    newest, outdated = newest_of(records)
    if outdated:
        shown = shortened(outdated, _SHOWN)
        notes.append(f"Of {shown} there are different versions: the one that was changed last counts.")
    return Advisories(tuple(joined(one for one in newest if one.affected)), tuple(notes))


def _parsed(text: str, source: str) -> list[Advisory]:
    """The advisories of one text. Raises `InvalidAdvisory`, also for one without any."""
    if not text.strip():
        raise InvalidAdvisory(f"Cannot read the advisories in {source}: it is empty. Fetch it again, or leave it out.")
    if text.lstrip()[0] == "<":
        raise InvalidAdvisory(
            f"Cannot read the advisories in {source}: it looks like an HTML page, probably from a proxy or login "
            "portal. Give the address of the file itself."
        )
    if text.lstrip()[0] in "{[":
        found = [
            osv.parse(record, where, source)
            for number, document in enumerate(osv.documents_in(text, source))
            for record, where in osv.records_in(document, source if number == 0 else f"{source}: document {number + 1}")
        ]
    else:
        found = list(_yaml_in(text, source))
    if not found:
        raise InvalidAdvisory(f"Cannot read the advisories in {source}: it has none. Fetch it again, or leave it out.")
    return found


def _without_effect(records: Sequence[Advisory], source: str) -> list[str]:
    """A note about the advisories that count for nothing; none without any."""
    kept = sum(1 for one in records if one.affected)
    withdrawn = sum(1 for one in records if one.withdrawn)
    foreign = len(records) - kept - withdrawn
    said = [f"{withdrawn} withdrawn"] if withdrawn else []
    said += [f"{foreign} about nothing that builds carry"] if foreign else []
    entries = "advisory" if len(records) == 1 else "advisories"
    return [f"{source} has {len(records)} {entries}: {kept} count, {', '.join(said)}."] if said else []


def _texts(name: str, options: UrlOptions, kept: MutableMapping[str, Document]) -> Iterator[tuple[str, str]]:
    """Each text with the name of its source. Raises `StandaloneError`."""
    try:
        address = Address.parse(name)
    except InvalidName:
        raise InvalidAdvisory(
            f"{_WHAT} {shown_url(name)} cannot be read: give an http:// or https:// URL, a file:/// URL or a path."
        ) from None
    if address.kind == "http":
        earlier = kept.get(address.location)
        validators = earlier.validators if earlier else Validators()
        document = fetch(address.location, options=options, validators=validators, what=_WHAT) or earlier
        if document:
            kept[address.location] = document
        yield from _decoded(document.body if document else b"", str(address))
    elif os.path.isdir(address.location):
        files = sorted(_files_below(address.location))
        if not files:
            raise InvalidAdvisory(
                f"The directory {address.location} has no advisories: give one with files that end in "
                f"{', '.join((*_SUFFIXES, *_ARCHIVES))}."
            )
        for path in files:
            yield from _read(path)
    else:
        yield from _read(address.location)


def _files_below(directory: str) -> Iterator[str]:
    """The files of advisories in a directory and those below it, but hidden ones. Raises `InvalidAdvisory`."""

    def refuse(error: OSError) -> None:
        raise InvalidAdvisory(f"{_WHAT} {error.filename} cannot be read: {error.strerror}. Correct its address.")

    for where, inside, files in os.walk(directory, onerror=refuse):
        inside[:] = [name for name in inside if not name.startswith(".")]
        for name in files:
            if name.lower().endswith((*_SUFFIXES, *_ARCHIVES)) and not name.startswith("."):
                yield os.path.join(where, name)


def _read(path: str) -> Iterator[tuple[str, str]]:
    try:
        content = read_document(path)
    except OSError as error:
        raise InvalidAdvisory(f"{_WHAT} {path} cannot be read: {error.strerror}. Correct its address.") from None
    yield from _decoded(content, path)


def _decoded(content: bytes, source: str) -> Iterator[tuple[str, str]]:
    """The texts of a file: one, or those in an archive."""
    count = 0
    try:
        for name, body in unpacked(content, _SUFFIXES):
            count += 1
            where = f"{source}: {name}" if name else source
            try:
                yield body.decode("utf-8-sig"), where
            except UnicodeDecodeError:
                raise InvalidAdvisory(f"{_WHAT} {where} is no text in UTF-8. Fetch it again.") from None
    except DamagedDocument as error:
        raise InvalidAdvisory(f"{_WHAT} {source} cannot be read: {error}. Fetch it again.") from None
    if not count:
        raise InvalidAdvisory(
            f"The archive {source} has no advisories: give one with files that end in {', '.join(_SUFFIXES)}."
        )


def _yaml_in(text: str, source: str) -> Iterator[Advisory]:
    """The advisories of a YAML text: a list of them, or one, in the short form or as OSV records."""
    content = _yaml(text, source)
    for number, one in enumerate(content if isinstance(content, list) else [content]):
        where = f"{source}: [{number}]" if isinstance(content, list) else source
        if isinstance(one, Mapping) and "component" not in one and any(key in one for key in _OF_RECORDS):
            yield osv.parse(_as_json(one), where, source)
        else:
            yield _advisory(one, where, source)


def _as_json(value: Any) -> Any:
    """The value as JSON has it: YAML reads times."""
    if isinstance(value, Mapping):
        return {key: _as_json(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_as_json(one) for one in value]
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, date) else value


def _yaml(text: str, where: str) -> Any:
    import yaml

    try:
        return strict_yaml(text)
    except yaml.MarkedYAMLError as error:
        position = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        reason = f": {error.note}" if error.note else ""
        raise InvalidAdvisory(
            f"Cannot read the advisories in {where}: it is damaged{position}{reason}. Correct it."
        ) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise InvalidAdvisory(f"Cannot read the advisories in {where}: it is no YAML. Correct it.") from None


def _advisory(entry: Any, where: str, source: str) -> Advisory:
    fields = Fields(entry, where, InvalidAdvisory)
    fields.require_only(*_KEYS)
    identity = osv.identity_in(fields)
    where = f"{where}: {identity}"
    component = fields.text("component")
    components = by_name(component)
    if not components:
        close = nearest(component, COMPONENTS)
        meant = f"Did you mean {close}?" if close else f"Builds carry {', '.join(COMPONENTS)}."
        raise InvalidAdvisory(f"{where}: {component} is no component of a build. {meant}")
    _require_text_versions(entry, where)
    if ("below" in fields) == ("versions" in fields):
        raise InvalidAdvisory(f"{where}: say what is affected, by below or by versions, and not by both.")
    below = fields.optional_text("below")
    versions = fields.texts("versions") if "versions" in fields else ()
    if not (below or versions):
        raise InvalidAdvisory(f"{where}: versions is empty. Name the affected versions.")
    for version in (below, *versions) if below else versions:
        try:
            order_of(components[0], version)
        except UnknownVersion as error:
            raise InvalidAdvisory(f"{where}: {error}. Write it as the project does.") from None
    ranges = ((Event("introduced", BEGINNING), Event("fixed", below)),) if below else ()
    affected = tuple(AffectedComponent(name, ranges, versions) for name in components)
    why, url = fields.optional_text("why") or "", fields.optional_text("url") or ""
    return Advisory(identity, affected, source, why=why, url=url)


def _require_text_versions(entry: Any, where: str) -> None:
    """YAML reads 3.10 without quotes as the number 3.1."""
    versions = entry.get("versions")
    for value in (entry.get("below"), *(versions if isinstance(versions, list) else ())):
        if value is not None and not isinstance(value, str):
            raise InvalidAdvisory(f"{where}: write the version {value} in quotes, since YAML reads a number there.")
