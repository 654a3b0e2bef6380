# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the settings of a mirror's server before they become an nginx configuration, and read that configuration.

nginx cannot quote a dollar sign, ends a directive at a semicolon and starts a parameter at a blank. So a value with
such a character would silently configure something else, and is refused.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any

_MARK = "# Written by Ansible, role standalone.python.mirror."
_ROOT = re.compile(r'^    root "(?P<path>[^"\n]*)";$', re.MULTILINE)

_PATH = re.compile(r'/[^"\\$\x00-\x1f\x7f]*')
_NAME = re.compile(r"(?:\*\.|\.)?[A-Za-z0-9_][A-Za-z0-9_.-]*(?:\.\*)?|\[?[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\]?")
_LISTEN = re.compile(
    r"(?:(?:[A-Za-z0-9_.*-]+|\[[0-9A-Fa-f:.]+\]):)?(?P<port>[0-9]{1,9})"
    r"|[A-Za-z_*][A-Za-z0-9_.*-]*|[0-9]+(?:\.[0-9]+){3}|\[[0-9A-Fa-f:.]+\]"
    r"|unix:/[A-Za-z0-9_./-]+"
)
_LISTEN_WORD = re.compile(r"[a-z0-9_]+(?:=[A-Za-z0-9:_]+)?")
_LAST_PORT = 65535
_PATHS = (
    "absolute path without quotation marks, backslashes, dollar signs, `..` and control characters",
    "/srv/python",
)


def faults(settings: Mapping[str, Any]) -> list[str]:
    """The reasons why the role's variables cannot configure nginx, a message each; empty when they can."""
    certificate, key = settings.get("mirror_tls_certificate"), settings.get("mirror_tls_key")
    found = [
        *_fault("mirror_path", settings.get("mirror_path"), _is_path, *_PATHS, "serve"),
        *_faults(settings, "mirror_server_names", _is_name, "name or address of a server", "mirror.example.com"),
        *_faults(settings, "mirror_listen", _is_listen, "port from 1 to 65535, alone or with an address", "8080"),
        *_faults(settings, "mirror_allow", _is_network, "network or address", "10.0.0.0/8"),
    ]
    if (certificate is None) != (key is None):
        found.append(
            "Cannot serve the mirror by TLS: of mirror_tls_certificate and mirror_tls_key, one is set and one is not. "
            "Set both, or neither of them."
        )
    for name, value in (("mirror_tls_certificate", certificate), ("mirror_tls_key", key)):
        found += [] if value is None else _fault(name, value, _is_path, *_PATHS)
    for name in ("mirror_server_names", "mirror_listen"):
        if settings.get(name) == []:
            found.append(f"Cannot serve the mirror: {name} is empty. Name at least one.")
    return found


def served(configuration: str) -> str:
    """The directory that a configuration serves; "" for one that the role did not write."""
    root = _ROOT.search(configuration)
    return root["path"] if root and _MARK in configuration.splitlines()[:8] else ""


def _faults(settings: Mapping[str, Any], name: str, fits: Callable[[str], bool], what: str, example: str) -> list[str]:
    values = settings.get(name)
    if not isinstance(values, list):  # else each of its characters would be an item
        return [f"Cannot serve the mirror: {name} is {values!r}, which is no list. Write {name}: [{example}]."]
    return [fault for value in values for fault in _fault(name, value, fits, what, example)]


def _fault(
    name: str, value: object, fits: Callable[[str], bool], what: str, example: str, verb: str = "use"
) -> list[str]:
    if isinstance(value, (str, int)) and not isinstance(value, bool) and fits(str(value)):
        return []
    return [f"Cannot {verb} {value!r} of {name} with nginx: it is no {what}. Write one such as {example}."]


def _is_path(text: str) -> bool:
    return _PATH.fullmatch(text) is not None and ".." not in text.split("/")


def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def _is_listen(text: str) -> bool:
    address, *words = text.split(" ")
    found = _LISTEN.fullmatch(address)
    port_fits = found is not None and (found["port"] is None or 0 < int(found["port"]) <= _LAST_PORT)
    return port_fits and all(_LISTEN_WORD.fullmatch(word) for word in words)


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True
