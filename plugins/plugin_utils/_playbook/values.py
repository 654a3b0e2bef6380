# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of the value of one variable of a playbook: its type, as Ansible converts it, and its form."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ansible.module_utils.common.validation import check_type_bool, check_type_dict, check_type_int, check_type_list

from ansible_collections.standalone.python.plugins.module_utils._argspec import BUILD_ARGUMENTS, URL_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._builds.request import RequestedName
from ansible_collections.standalone.python.plugins.module_utils._builds.target import Target
from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._http.options import COUNTS
from ansible_collections.standalone.python.plugins.module_utils._install.rollback import require_from_build
from ansible_collections.standalone.python.plugins.module_utils._os.paths import checked_path, not_absolute

from .._documents import local_path
from .._options import age_seconds, as_absolute, nearest, parse_checksum
from .._resolve.exclusion import parse_exclude
from .spec import Setting, option_of_build

# The forms of paths that the playbook writes to, on the controller: a file, and a directory that may be missing.
_FILE, _DIRECTORY = OUTPUTS = ("output", "output_directory")
_COMMAND = "command"  # a text, since templates would fail with a number
_SHOWN = 60  # characters of a value; the user knows the rest
_LONGEST_S = 7 * 24 * 60 * 60  # a week
_WAVE = re.compile(r"[1-9][0-9]{0,5}|(?:100|[1-9][0-9]?)%")
_URL = re.compile(r"(?:https?|file)://\S+")
_UNIT = re.compile(r"[^/\s\x00-\x1f]+")

# Options that the playbook upgrade sets itself, so a value of the user would not count.
_DECIDED = (
    "asset",
    "path",
    "dest",
    "store",
    "keep",
    "owner",
    "group",
    "externally_managed",
    "provisional",
    "allow_minor_change",
)


class BadValue(Exception):
    """A variable has an impossible value; the text is the advice."""


class Fault(NamedTuple):
    """The problem, worded to follow the name of the variable, and the advice."""

    found: str
    advice: str


def fault_in(setting: Setting, value: Any) -> Fault | None:
    """The fault of a value; None when it has none. The value None means that it is not set."""
    if getattr(value, "__ENCRYPTED__", False):  # what Ansible Vault encrypted is no text before ansible-core 2.19
        value = str(value)
    if value is None or (value == "" and setting.may_be_empty):
        return None
    try:
        if value == "":
            raise BadValue("Give it a value, or leave it out.")
        _check(setting, value)
    except (BadValue, StandaloneError) as advice:
        return Fault(_shown(setting, value), str(advice))
    return None


def waves_of(value: Any) -> list[int | str]:
    """The waves as the keyword `serial` expects them, from a number, a percentage, a list, or a text with commas.

    Raises `BadValue`.
    """
    given = _split_waves(value) if isinstance(value, str) else value if isinstance(value, list) else [value]
    waves = [str(wave).strip("\"' ") for wave in given if not isinstance(wave, bool)]
    if not waves or len(waves) < len(given) or not all(_WAVE.fullmatch(wave) for wave in waves):
        raise BadValue('Write numbers of hosts from 1 and shares from 1% to 100%, such as [1, 5, "25%", "100%"].')
    return [one if one.endswith("%") else int(one) for one in waves]


def _check(setting: Setting, value: Any) -> None:
    elements = _TYPES[setting.type](setting, value)
    if setting.choices and not all(element in setting.choices for element in elements):
        raise BadValue(f"Write {_one_of(setting.choices)}.")
    if setting.form:
        for element in elements:
            _FORMS[setting.form](setting, element)


def _text(setting: Setting, value: Any) -> list[Any]:
    if isinstance(value, bool) or not isinstance(value, str if setting.form == _COMMAND else (str, int, float)):
        raise BadValue(f"Write {_one_of(setting.choices) if setting.choices else 'a text'}, in quotes.")
    return [str(value)]


def _flag(_setting: Setting, value: Any) -> list[Any]:
    try:
        return [check_type_bool(value)]
    except TypeError:
        raise BadValue("Write true or false.") from None


def _number(_setting: Setting, value: Any) -> list[Any]:
    try:
        return [check_type_int(value)]
    except (TypeError, OverflowError):  # the latter for infinity
        raise BadValue("Write a whole number.") from None


def _list(setting: Setting, value: Any) -> list[Any]:
    found = _items(setting, value)
    if setting.elements == "dict":
        if not all(isinstance(one, Mapping) for one in found):
            raise BadValue("Write a list of dictionaries.")
        for name, one in (option for item in found for option in item.items() if setting.items):
            _require_known(name, setting.items, "It has")
            _require_sound(name, setting.items[name], one)
        return found
    texts = [text for one in found for text in _text(setting, one)]
    if not all(texts):
        raise BadValue("Leave out what is empty.")
    return texts


def _items(setting: Setting, value: Any) -> list[Any]:
    """The items of a list. A text is split into words when names are wanted, which may have commas; else by Ansible."""
    if isinstance(value, list):
        return list(value)
    if isinstance(value, str) and setting.form in ("names", "services"):
        return value.split()
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return list(check_type_list(value))
    raise BadValue("Write a list.")


def _split_waves(text: str) -> list[str]:
    return re.split(r"[\s,]+", text.strip("[] "))


def _dictionary(_setting: Setting, value: Any) -> list[Any]:
    try:
        return [check_type_dict(value)]
    except TypeError:
        raise BadValue("Write a dictionary.") from None


def _anything(_setting: Setting, value: Any) -> list[Any]:
    return [value]


_TYPES: Mapping[str, Callable[[Setting, Any], list[Any]]] = {
    "str": _text,
    "path": _text,
    "bool": _flag,
    "int": _number,
    "list": _list,
    "dict": _dictionary,
    "raw": _anything,
}


def _is_duration(_setting: Setting, value: int) -> None:
    if not 0 <= value <= _LONGEST_S:
        raise BadValue(f"Write a number of seconds, 0 for none and at most {_LONGEST_S}.")


def _is_path(setting: Setting, value: str) -> None:
    path = as_absolute(value)
    if not path.startswith("/"):
        raise BadValue(f"That is {not_absolute(value)}.")
    checked_path(path, setting.name)


def _is_output(setting: Setting, value: str) -> None:
    try:
        path = local_path(value.rstrip("/") or "/")
    except OSError as error:
        reason = str(error.strerror)
        raise BadValue(f"{reason[0].upper()}{reason[1:]}. Write the path from the root.") from None
    if os.path.lexists(path) and os.path.isdir(path) is (setting.form == _FILE):
        wanted, found = ("file", "directory") if setting.form == _FILE else ("directory", "file")
        found = found if os.path.exists(path) else "link to nothing"
        raise BadValue(f"That is a {found} on the controller. Choose the path of a {wanted}.")
    above = os.path.dirname(path)
    while not os.path.lexists(above) and setting.form == _DIRECTORY:
        above = os.path.dirname(above)
    if not os.path.isdir(above):
        raise BadValue(f"{above} is no directory on the controller. Make it, or choose another path.")
    if not os.access(above, os.W_OK | os.X_OK) and not os.path.exists(local_path(value)):
        raise BadValue(f"This user may not write to {above} on the controller. Choose another path.")


def _is_count(meaning: str, least: int) -> Callable[[Setting, Any], None]:
    def check(_setting: Setting, value: int) -> None:
        if value < least:
            raise BadValue(f"It counts {meaning}: write {least} or more.")

    return check


def _is_pattern(_setting: Setting, value: Any) -> None:
    parts = value if isinstance(value, list) else [value]
    if not parts or not all(isinstance(part, str) and part.strip(" ,:") for part in parts):
        raise BadValue("Write a pattern of hosts, such as web or web:!web3.")


def _is_url(_setting: Setting, value: str) -> None:
    if not _URL.fullmatch(value):
        raise BadValue("Write an address that begins with https:// or file://.")


def _is_unit(_setting: Setting, value: str) -> None:
    if not _UNIT.fullmatch(value):
        raise BadValue("Write names of services, such as web.service.")


def _are_options(known: Mapping[str, Any], decided: tuple[str, ...], whose: str) -> Callable[[Setting, Any], None]:
    def check(_setting: Setting, value: Mapping[str, Any]) -> None:
        for name in value:
            if name in decided:
                raise BadValue(f"The playbook decides about {name} itself. Leave it out.")
            _require_known(name, known, whose)
            _require_sound(name, option_of_build(name), value[name])

    return check


def _require_known(name: Any, known: Mapping[str, Any], whose: str) -> None:
    if name not in known:
        meant = nearest(str(name), known)
        raise BadValue(f"{whose} no option {name}. {f'Did you mean {meant}?' if meant else 'Leave it out.'}")


def _require_sound(name: str, setting: Setting, value: Any) -> None:
    """Raise `BadValue` for the fault of one option among others; an empty text is none."""
    fault = fault_in(setting, value) if value != "" else None
    if fault:
        raise BadValue(f"Its {name} {fault.found}. {fault.advice}")


_FORMS: Mapping[str, Callable[[Setting, Any], None]] = {
    "name": lambda _setting, value: _discard(RequestedName.parse(value)),
    "names": lambda _setting, value: _discard(RequestedName.parse(value)),
    "builds": lambda setting, value: _discard(parse_exclude(value, setting.name)),
    "build_to_roll_back_from": lambda _setting, value: require_from_build(value),
    "age": lambda setting, value: _discard(age_seconds(value, setting.name)),
    "path": _is_path,
    "seconds": _is_duration,
    "checksum": lambda _setting, value: _discard(parse_checksum(value)),
    "target": lambda _setting, value: _discard(Target.parse(value)),
    **{option: _is_count(meaning, least) for option, least, meaning in (("keep", 0, "builds"), *COUNTS)},
    _FILE: _is_output,
    _DIRECTORY: _is_output,
    _COMMAND: lambda _setting, _value: None,
    "pattern": _is_pattern,
    "waves": lambda _setting, value: _discard(waves_of(value)),
    "url": _is_url,
    "services": _is_unit,
    "build_options": _are_options(BUILD_ARGUMENTS, _DECIDED, "standalone.python.build has"),
    "url_options": _are_options(URL_ARGUMENTS, (), "Requests have"),
}


def _discard(_value: object) -> None:
    """Ignore a parsed value: the check only needs to know that it can be parsed."""


def _one_of(choices: tuple[Any, ...]) -> str:
    names = [str(choice) for choice in choices]
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _shown(setting: Setting, value: Any) -> str:
    """The value for a message. Dictionaries may always hold secrets, so they are not shown."""
    if setting.secret:
        return "has a wrong value"
    if isinstance(value, Mapping):
        return "is a dictionary"
    if isinstance(value, list) and any(isinstance(one, (Mapping, list)) for one in value):
        return "has a wrong item"
    text = ascii(value) if not isinstance(value, str) or not value.isprintable() else f"'{value}'"
    return f"is {text}" if len(text) <= _SHOWN else f"is {text[:_SHOWN]}…"
