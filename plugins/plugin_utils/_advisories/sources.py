# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Advisories from files, directories and addresses, in the OSV format or in the short form.

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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.module_utils._http.urls import shown_url
from ansible_collections.standalone.python.plugins.module_utils._json import Fields

from .._components.identity import COMPONENTS
from .._documents import read_document, strict_yaml
from .._http.fetch import Validators, fetch
from .._index.address import Address
from .._options import nearest
from . import osv
from .advisory import BEGINNING, Advisory, AffectedComponent, Event
from .identity import by_name
from .osv import InvalidAdvisory
from .versions import UnknownVersion, order_of

_WHAT = "The file of advisories"
_KEYS = ("id", "component", "below", "versions", "why", "url")
_SUFFIXES = (".json", ".yml", ".yaml")


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
    names: Iterable[str], *, directories: Sequence[str] = (), options: UrlOptions | None = None
) -> Advisories:
    """The advisories of files, directories of files, and URLs.

    A relative path is looked for in `directories` in turn, and begins in the current directory without any. Raises
    `StandaloneError` for what cannot be read, is damaged or is empty.
    """
    found: dict[str, Advisory] = {}
    notes: list[str] = []
    for name in names:
        for text, source in _texts(name, directories, options or UrlOptions()):
            kept, note = _parsed(text, source)
            notes += [note] if note else []
            for advisory in kept:
                found[advisory.id] = _merged(found.get(advisory.id), advisory)
    return Advisories(tuple(found.values()), tuple(notes))


def _parsed(text: str, source: str) -> tuple[list[Advisory], str | None]:
    """The advisories of one text that concern components of builds, and a note about the others."""
    if not text.strip():
        raise InvalidAdvisory(f"Cannot read the advisories in {source}: it is empty. Fetch it again, or leave it out.")
    if text.lstrip()[0] in "{[":
        every = [
            osv.parse(record, where, source)
            for number, document in enumerate(osv.documents_in(text, source))
            for record, where in osv.records_in(document, source if number == 0 else f"{source}: document {number + 1}")
        ]
    else:
        every = list(_short_form_in(text, source, source))
    if not every:
        raise InvalidAdvisory(f"Cannot read the advisories in {source}: it has none. Fetch it again, or leave it out.")
    kept = [one for one in every if one and one.affected]
    withdrawn, foreign = every.count(None), sum(1 for one in every if one and not one.affected)
    said = [f"{withdrawn} withdrawn"] if withdrawn else []
    said += [f"{foreign} about nothing that builds carry"] if foreign else []
    return kept, f"{source} has {len(every)} advisories: {len(kept)} count, {', '.join(said)}." if said else None


def _merged(earlier: Advisory | None, advisory: Advisory) -> Advisory:
    """Of two advisories with one id, the later; they are the same if the files are copies of one database."""
    if earlier is None or earlier.affected == advisory.affected:
        return advisory
    raise InvalidAdvisory(
        f"Cannot read the advisories: {earlier.source} and {advisory.source} disagree about {advisory.id}. Keep the "
        "right one."
    )


def _texts(name: str, directories: Sequence[str], options: UrlOptions) -> Iterator[tuple[str, str]]:
    """Each text with the name of its source. Raises `StandaloneError`."""
    try:
        address = Address.parse(_found(name, directories))
    except InvalidName:
        raise InvalidAdvisory(
            f"{_WHAT} {shown_url(name)} cannot be read: give an http:// or https:// URL, a file:/// URL or a path."
        ) from None
    if address.kind == "http":
        document = fetch(address.location, options=options, validators=Validators(), what=_WHAT)
        yield _decoded(document.body if document else b"", str(address)), str(address)
    elif os.path.isdir(address.location):
        files = sorted(one for one in os.listdir(address.location) if one.endswith(_SUFFIXES))
        if not files:
            raise InvalidAdvisory(
                f"The directory {address.location} has no advisories: give one with files that end in "
                f"{', '.join(_SUFFIXES)}."
            )
        for file in files:
            path = os.path.join(address.location, file)
            yield _read(path), path
    else:
        yield _read(address.location), address.location


def _found(name: str, directories: Sequence[str]) -> str:
    if "://" in name or os.path.isabs(os.path.expanduser(name)):
        return name
    candidates = [os.path.join(directory, name) for directory in directories]
    found = next((path for path in candidates if os.path.exists(path)), None)
    if found is None and directories:
        raise InvalidAdvisory(
            f"{_WHAT} {name} cannot be read: there is no such file in {' or '.join(directories)}. Correct the path."
        )
    return found or name


def _read(path: str) -> str:
    try:
        return _decoded(read_document(path), path)
    except OSError as error:
        raise InvalidAdvisory(f"{_WHAT} {path} cannot be read: {error.strerror}. Correct its address.") from None


def _decoded(content: bytes, source: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidAdvisory(f"{_WHAT} {source} is no text in UTF-8. Fetch it again.") from None


def _short_form_in(text: str, where: str, source: str) -> Iterator[Advisory]:
    """The advisories of a YAML text: a list of them, or one. Raises `InvalidAdvisory`."""
    content = _yaml(text, where)
    if not isinstance(content, list):
        yield _advisory(content, where, source)
        return
    for number, one in enumerate(content):
        yield _advisory(one, f"{where}: [{number}]", source)


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
    identity = fields.text("id")
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
