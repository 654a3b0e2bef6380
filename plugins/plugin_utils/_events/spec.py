# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of the event source, checked: Ansible does not check those of a rulebook."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from ansible_collections.standalone.python.plugins.module_utils._argspec import URL_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._builds.request import RequestedName
from ansible_collections.standalone.python.plugins.module_utils._builds.target import Target
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions

from .._documents import local_path
from .._options import age_seconds
from .._wording import suggestion

OPTIONS = ("names", "targets", "index", "min_age", "advisories", "url_options", "interval", "report_known", "state")
_OF_RULEBOOK = ("eda_feedback_queue",)
_T = TypeVar("_T")

LONGEST_PAUSE_S = 24 * 60 * 60


class InvalidWatch(StandaloneError):
    """An argument of the event source is unknown, missing, or of another type."""


@dataclass(frozen=True)
class WatchSpec:
    """What to look at, and how often: the arguments of the event source."""

    names: tuple[str, ...]
    targets: tuple[str, ...]
    index: tuple[str, ...] | None
    min_age_s: int
    advisories: tuple[str, ...]
    url: UrlOptions
    interval_s: float
    report_known: bool
    state: str | None

    @classmethod
    def parse(cls, args: Mapping[str, Any]) -> WatchSpec:
        """The spec in the arguments of a rulebook. Raises `InvalidWatch`."""
        given = {name: value for name, value in args.items() if name not in _OF_RULEBOOK and value is not None}
        for name in given:
            if name not in OPTIONS:
                raise InvalidWatch(
                    _refusal(name, f"there is no such argument.{suggestion(name, OPTIONS) or ' Leave it out.'}")
                )
        spec = cls(
            names=_texts(given, "names"),
            targets=_texts(given, "targets"),
            index=_texts(given, "index") or None,
            min_age_s=_checked("min_age", lambda: age_seconds(given.get("min_age"), "min_age")),
            advisories=_texts(given, "advisories"),
            url=_url_options(given.get("url_options", {})),
            interval_s=_seconds(given.get("interval", 60 * 60)),
            report_known=_flag(given.get("report_known", False), "report_known"),
            state=_file(given.get("state")),
        )
        if not spec.names and not spec.advisories:
            raise InvalidWatch("Cannot watch builds: say what to watch, by names, by advisories, or by both.")
        for name in spec.names:
            _checked("names", partial(RequestedName.parse, name))
        for target in spec.targets:
            _checked("targets", partial(Target.parse, target))
        return spec

    @property
    def key(self) -> str:
        """A text that other watches do not share."""
        return hashlib.sha256(repr((self.names, self.targets, self.index, self.advisories)).encode()).hexdigest()[:16]


def _refusal(name: str, why: str) -> str:
    return f"Cannot watch builds: {name}: {why}"


def _checked(name: str, parse: Callable[[], _T]) -> _T:
    try:
        return parse()
    except InvalidName as error:
        raise InvalidWatch(_refusal(name, str(error))) from None


def _texts(given: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A text, or a list of texts, that are not empty."""
    value = given.get(name, [])
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) and one for one in values):
        raise InvalidWatch(_refusal(name, 'write texts in quotes, such as "3.13".'))
    return tuple("".join(one) for one in values)


def _seconds(value: Any) -> float:
    try:
        seconds = 0.0 if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        seconds = 0.0
    if not 0 < seconds <= LONGEST_PAUSE_S:
        raise InvalidWatch(_refusal("interval", "write the seconds between two looks, up to those of a day."))
    return seconds


def _flag(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidWatch(_refusal(name, "write true or false."))
    return value


def _file(given: Any) -> str | None:
    """The absolute path, since a later look may have another working directory; None without one."""
    if not given:
        return None
    if not isinstance(given, str):
        raise InvalidWatch(_refusal("state", "write the path of one file."))
    try:
        return local_path(given)
    except OSError as error:
        raise InvalidWatch(_refusal("state", f"{error.strerror}. Write the path from the root.")) from None


def _url_options(given: Any) -> UrlOptions:
    types: Mapping[str, tuple[type, ...]] = {"bool": (bool,), "int": (int,), "dict": (dict,)}
    if not isinstance(given, Mapping):
        raise InvalidWatch(_refusal("url_options", "write a dictionary, such as {ca_path: /etc/pki/house-ca.pem}."))
    for name, value in given.items():
        if name not in URL_ARGUMENTS:
            advice = suggestion(str(name), URL_ARGUMENTS)
            raise InvalidWatch(_refusal("url_options", f"there is no option {name}.{advice}"))
        kind = URL_ARGUMENTS[name].get("type", "str")
        if not isinstance(value, types.get(kind, (str,))) or (kind == "int" and isinstance(value, bool)):
            raise InvalidWatch(_refusal("url_options", f"{name} must be of the type {kind}."))
    return _checked("url_options", lambda: UrlOptions.from_params(given))
