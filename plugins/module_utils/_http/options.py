# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How to request from a server: the URL options that Ansible users know, as one value for host and controller."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from .._errors import InvalidName
from .._os.flock import DEFAULT_LOCK_TIMEOUT_S

USER_AGENT = "standalone.python (Ansible collection)"

# 10 MB, the size of the whole release history in 2026, take this long at 140 kbit/s.
DEFAULT_INDEX_TIMEOUT_S = 10 * 60
DEFAULT_MIN_RATE = 1024  # bytes a second: 8 kbit/s, less than any modem's

_MOST = 100_000_000  # seconds in three years; the limits of socket timeouts and of numbers in receipts are above
COUNTS = (
    ("timeout", 1, "the seconds to wait"),
    ("index_timeout", 1, "the seconds that a whole index may take"),
    ("min_rate", 0, "bytes a second"),
    ("lock_timeout", 0, "the seconds to wait for another run"),
)


@dataclass(frozen=True)
class UrlOptions:
    """The options of one task. Credentials are sent only to the host of the URL, never to another host after a
    redirect.

    `timeout` is in seconds, for each connection, the headers of each answer and each wait for data. `connect_timeout`
    is shorter, for a connection alone, when there is an alternative. `min_rate` is in bytes a second. `index_timeout`
    is in seconds, for a whole index with all redirects and retries, `lock_timeout` for another run that requests the
    same. None means: not given.
    """

    timeout: int = 30
    connect_timeout: int | None = None
    index_timeout: int = DEFAULT_INDEX_TIMEOUT_S
    min_rate: int = DEFAULT_MIN_RATE
    lock_timeout: int = DEFAULT_LOCK_TIMEOUT_S
    validate_certs: bool = True
    ca_path: str | None = None
    use_proxy: bool = True
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    url_username: str | None = None
    url_password: str | None = field(default=None, repr=False)
    force_basic_auth: bool = False
    use_netrc: bool = True
    client_cert: str | None = None
    client_key: str | None = None

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> UrlOptions:
        """The URL options among a plugin's validated parameters; a missing one or None gets its default.

        Raises `InvalidName` for a value that no request can be made with.
        """
        given = {item.name: params[item.name] for item in fields(cls) if params.get(item.name) is not None}
        for option, least, meaning in COUNTS:
            require_count(given.get(option, least), option, meaning, least)
        # YAML gives numbers and booleans where the header is one of those words.
        given["headers"] = {str(name): str(value) for name, value in given.get("headers", {}).items()}
        _require_sendable(given)
        if given.get("client_key") and not given.get("client_cert"):
            raise InvalidName("client_key is given without client_cert. Give client_cert too: the key belongs to it.")
        return cls(**given)

    @property
    def more_authorities(self) -> str | None:
        """The file or directory that the environment trusts beside the system's."""
        names = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE") if self.validate_certs and not self.ca_path else ()
        return next(filter(None, map(os.environ.get, names)), None)

    def without_credentials(self) -> UrlOptions:
        """The options for another server. Any header of the user can contain a secret."""
        return replace(
            self, headers={}, url_username=None, url_password=None, use_netrc=False, client_cert=None, client_key=None
        )


def _require_sendable(given: Mapping[str, Any]) -> None:
    """Refuse what HTTP libraries refuse with a message that quotes the secret."""
    texts = {f"headers[{name}]": f"{name}{value}" for name, value in given["headers"].items()}
    texts.update({option: given.get(option) or "" for option in ("url_username", "url_password")})
    for option, text in texts.items():
        if any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
            raise InvalidName(
                f"{option} has a line break or another control character, which no request can carry. Remove it, as by "
                "the filter trim."
            )


def require_count(value: int, option: str, meaning: str, least: int = 0) -> None:
    """Raise `InvalidName` for a number that cannot be one of `meaning`, such as "the seconds to wait"."""
    if not least <= value <= _MOST:
        bound = f"{least} or more" if value < least else f"{_MOST} or less"
        raise InvalidName(f"{option} is {value}, but it counts {meaning}: write {bound}.")
