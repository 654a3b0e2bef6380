# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of options, and values in the spelling of `get_url` and of periods, such as `checksum` and `min_age`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._builds.build import SHA256_OF_NOTHING, SHA256_PATTERN
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName

URL_FILES = ("ca_path", "client_cert", "client_key")
ADDRESSES = ("index", "mirror")  # options whose values are lists of them
GROUP = "group/standalone.python.python"  # in `module_defaults`
# Of the modules of the group that have no argument spec on the controller.
_OF_OTHERS = frozenset(
    {"environments", "from_build", "gather_facts", "path", "paths", "reason", "sbom", "store", "stores"}
)
# What other modules call it.
_ELSEWHERE = {"dest": "path", "prefix": "path", "src": "archive", "url": "mirror", "version": "name"}
_CHECKSUM = re.compile(rf"(?:sha256:)?(?P<digest>(?i:{SHA256_PATTERN}))")

# A variable in a path, as `os.path.expandvars` and shells know it.
VARIABLE = re.compile(r"\$(\{)?(?P<name>[A-Za-z_]\w*)(?(1)\})", re.ASCII)


def as_absolute(path: str) -> str:
    """The path with other text for `~` and variables, which have values only on the host."""
    return re.sub(r"^~", "/~", VARIABLE.sub("~", path))


def require_plain_in_root(paths: Mapping[str, Any], root: Any) -> None:
    """Raise `InvalidName` for a path, or one in a list of paths, that begins with `~` or has variables, in a root.

    Both are those of the user who runs the task, and nobody is logged in to an image.
    """
    for option, value in paths.items() if root else ():
        for path in value if isinstance(value, list) else [value]:
            if str(path).startswith("~") or VARIABLE.search(str(path)):
                raise InvalidName(
                    f"Cannot use {option} {str(path)!r} with root: ~ and variables are those of the running system. "
                    "Write the path as it is in the root."
                )


def nearest(name: str, known: Iterable[str], *, cutoff: float = 0.7) -> str | None:
    """The known name that is probably meant; None when none is similar. `cutoff` is that of difflib, 0 to 1."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, list(known), n=1, cutoff=cutoff)), None)


def of_other_modules(given: Iterable[str], own: Iterable[str], defaults: Iterable[Any]) -> set[str]:
    """The options in `given` that the `defaults` of the group set, and that others of its modules have alone.

    Ansible passes all of them to each module. `own` are the options of this one. A name that no module has is not among
    them, since it is a slip.
    """
    from ansible_collections.standalone.python.plugins.module_utils._argspec import BUILD_ARGUMENTS, MIRROR_ARGUMENTS

    of_group = {name for one in defaults if isinstance(one, Mapping) for name in one}
    return of_group.intersection(given, {*BUILD_ARGUMENTS, *MIRROR_ARGUMENTS, *_OF_OTHERS}).difference(own)


def require_known(given: Mapping[str, Any], arguments: Mapping[str, Mapping[str, Any]], whose: str, page: str) -> None:
    """Raise `InvalidName` for names, at any depth, that an argument spec does not have, with the nearest it has.

    `whose` names what has the options in the message, and `page` the arguments of ansible-doc that list them.
    """
    unknown = [
        f"{owner} has no option {name}.{f' Did you mean {meant}?' if meant else ''}"
        for owner, name, meant in _unknown(given, arguments, whose)
    ]
    if unknown:
        raise InvalidName(f"{' '.join(unknown)} See ansible-doc {page}.")


def _unknown(
    given: Mapping[str, Any], arguments: Mapping[str, Mapping[str, Any]], whose: str
) -> Iterator[tuple[str, str, str | None]]:
    """What has no such option, the option, and the nearest."""
    option_of = {alias: name for name, option in arguments.items() for alias in (name, *option.get("aliases", ()))}
    for name, value in sorted(given.items(), key=lambda item: str(item[0])):
        if name not in option_of:
            elsewhere = _ELSEWHERE.get(str(name).lower())
            yield whose, name, elsewhere if elsewhere in option_of else nearest(str(name), option_of)
            continue
        suboptions = arguments[option_of[name]].get("options")
        for part in value if isinstance(value, list) else [value]:
            if suboptions and isinstance(part, Mapping):
                yield from _unknown(part, suboptions, f"{name} of {whose}")


def addresses(given: Iterable[Any] | None) -> list[str]:
    """The addresses without the blanks around them, as block scalars and files leave them; empty ones name none."""
    return [text for text in (str(address or "").strip() for address in given or ()) if text]


def parse_checksum(text: str) -> str:
    """The SHA-256 digest in lower case, with or without `sha256:` before it.

    Raises `InvalidName` for anything else, and for the digest of an empty file.
    """
    match = _CHECKSUM.fullmatch(text.strip())
    if match is None:
        raise InvalidName(
            f"checksum is {text!r}. Write the archive's SHA-256 digest, as sha256: and 64 hexadecimal digits."
        )
    digest = match["digest"].lower()
    if digest == SHA256_OF_NOTHING:
        raise InvalidName(
            f"checksum is {text!r}, the digest of an empty file. It was computed without the archive: fetch it again."
        )
    return digest


_UNITS_S = {"h": 60 * 60, "d": 24 * 60 * 60, "w": 7 * 24 * 60 * 60}
_AGE = re.compile(r"([0-9]{1,4})([hdw]?)")


def age_seconds(text: str | int | None, option: str) -> int:
    """The seconds of `36h`, `7d`, `2w` or a number of days; None gives 0, which allows every release and every index.

    Raises `InvalidName` for anything else.
    """
    match = _AGE.fullmatch(str(text or 0).strip())
    if match is None:
        raise InvalidName(f"{option} {text!r} is no age. Write hours, days or weeks, such as 36h, 7d or 2w.")
    return int(match[1]) * _UNITS_S[match[2] or "d"]


def empty_as_unset(params: Mapping[str, Any]) -> dict[str, Any]:
    """The options, with None for an empty text where that would lift a default, which a template may leave by accident.

    It does not count for the lookups either. `0` and an empty list lift a default on purpose.
    """
    return {**params, **{option: None for option in ("index_max_age", "exclude") if params[option] == ""}}


def require_finite(value: Any, option: str) -> None:
    """Raise `InvalidName` for infinity, at any depth, which Ansible's conversion to a whole number does not expect."""
    if isinstance(value, float) and math.isinf(value):
        raise InvalidName(f"{option} is {value}, which is no number of anything. Write a whole number.")
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for one in value:
            require_finite(one, option)
