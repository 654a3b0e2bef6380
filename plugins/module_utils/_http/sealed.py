# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How secrets reach a module: in one argument, which Ansible neither shows nor logs.

Ansible overwrites each value of a `no_log` argument wherever it occurs in a module's result. A password such as `p` or
`3.1` would change paths and names there, and the playbook uses those results as data. So the action plugin seals the
secrets: the only value that Ansible overwrites is then one long text, which no result contains.

A seal is no encryption. It keeps secrets out of logs, and Ansible's connection keeps them from the network.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from .urls import shown_url

SEALED = "sealed"
_URL = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]*:")
SEALED_ARGUMENTS: dict[str, dict[str, Any]] = {SEALED: {"type": "str", "no_log": True}}


def sealed(arguments: Mapping[str, Any], argument_spec: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The arguments for a module whose spec is `argument_spec`, with those that contain a secret in a seal.

    These are the arguments that the spec marks with `no_log`, and any with a URL that has a login, a query or a
    fragment. Without such arguments there is no seal.
    """
    secret = {
        option: value
        for option, value in arguments.items()
        if value and (argument_spec.get(option, {}).get("no_log") or has_secret_url(value))
    }
    if not secret:
        return dict(arguments)
    text = json.dumps(secret, default=str)  # str decrypts what Ansible Vault encrypted
    open_ones = {option: value for option, value in arguments.items() if option not in secret}
    return {**open_ones, SEALED: b64encode(text.encode()).decode()}


def unsealed(params: Mapping[str, Any]) -> dict[str, Any]:
    """The module's parameters, with the sealed ones restored and without the seal."""
    rest = {option: value for option, value in params.items() if option != SEALED}
    seal = params.get(SEALED)
    return {**rest, **json.loads(b64decode(seal))} if seal else rest


def has_secret_url(value: Any) -> bool:
    """Whether a text in the value, at any depth, is a URL that messages show only in part."""
    if isinstance(value, str):
        return _URL.match(value) is not None and shown_url(value) != value
    if isinstance(value, Mapping):
        return any(map(has_secret_url, value.values()))
    return isinstance(value, Iterable) and not isinstance(value, bytes) and any(map(has_secret_url, value))
