# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Argument specs that a module and its action plugin share, and how secrets reach a module.

Ansible overwrites each value of a `no_log` argument wherever it occurs in a result, so a password such as `p` or `3.1`
would change paths and names there. So the action plugin seals the secrets in one argument: one long text, which no
result contains. A seal is no encryption. It keeps secrets out of logs, and Ansible's connection keeps them from the
network.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from typing import Any

URL_ARGUMENTS: dict[str, dict[str, Any]] = {
    "timeout": {"type": "int", "default": 30},
    "index_timeout": {"type": "int", "default": 600},
    "min_rate": {"type": "int", "default": 1024},
    "lock_timeout": {"type": "int", "default": 900},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "use_proxy": {"type": "bool", "default": True},
    "headers": {"type": "dict", "default": {}, "no_log": True},
    "url_username": {"type": "str", "no_log": True},  # for some servers this is a token
    "url_password": {"type": "str", "no_log": True},
    "force_basic_auth": {"type": "bool", "default": False},
    "use_netrc": {"type": "bool", "default": True},
    "client_cert": {"type": "path"},
    "client_key": {"type": "path", "no_log": False},
}

# What identifies the user to a server. Any header can contain a login.
CREDENTIALS = ("headers", "url_username", "url_password", "force_basic_auth", "client_cert", "client_key")

# Options that can hold a secret: by their nature, or in a URL with a login or a token.
SECRET_OPTIONS = frozenset(
    {"index", "mirror", "asset", "assets", *(option for option, one in URL_ARGUMENTS.items() if one.get("no_log"))}
)

ASSET_ARGUMENTS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "version": {"type": "str", "required": True},
    "release": {"type": "str", "required": True},
    "target": {"type": "str", "required": True},
    "flavor": {"type": "str", "required": True},
    "build_options": {"type": "str", "default": ""},
    "url": {"type": "str", "required": True},
    "sha256": {"type": "str", "required": True},
    "prerelease": {"type": "bool"},
    "prepared": {
        "type": "dict",
        "options": {
            "sha256": {"type": "str", "required": True},
            "members_sha256": {"type": "str", "required": True},
        },
    },
}

PROVENANCE_ARGUMENTS: dict[str, dict[str, Any]] = {
    "repository": {"type": "str"},
    "workflow": {"type": "str"},
    "issuer": {"type": "str"},
    "trusted_root": {"type": "path"},
}

_DEFAULT_HEALTH_IMPORTS = ("ssl", "sqlite3", "ctypes", "zlib", "lzma", "bz2", "hashlib", "venv")
BUILD_ARGUMENTS: dict[str, dict[str, Any]] = {
    "name": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "latest", "absent"], "default": "present"},
    "path": {"type": "str", "required": True, "aliases": ["dest"]},
    "store": {"type": "str"},
    "root": {"type": "str"},
    "flavor": {"type": "str", "choices": ["install_only_stripped", "install_only", "full"]},
    "build_options": {"type": "str"},
    "target": {"type": "str"},
    "cpu_level": {"type": "str", "choices": ["baseline", "auto", "v2", "v3", "v4"], "default": "baseline"},
    "prerelease": {"type": "bool", "default": False},
    "min_age": {"type": "str"},
    "exclude": {"type": "raw"},
    "index": {"type": "list", "elements": "str"},
    "index_max_age": {"type": "str"},
    "lock": {"type": "path"},
    "mirror": {"type": "list", "elements": "str"},
    "archive": {"type": "path"},
    "remote_src": {"type": "bool", "default": False},
    "checksum": {"type": "str"},
    "asset": {"type": "dict", "options": ASSET_ARGUMENTS},
    "delivery": {"type": "str", "choices": ["pull", "push", "auto"], "default": "pull"},
    "verify_provenance": {"type": "bool", "default": False},
    "provenance": {"type": "dict", "options": PROVENANCE_ARGUMENTS},
    "keep": {"type": "int", "default": 1},
    "owner": {"type": "str"},
    "group": {"type": "str"},
    "capabilities": {"type": "list", "elements": "str"},
    "compile_bytecode": {"type": "bool", "default": True},
    "externally_managed": {"type": "bool", "default": True},
    "verify": {"type": "str", "choices": ["quick", "full", "none"], "default": "quick"},
    "health_imports": {"type": "list", "elements": "str", "default": list(_DEFAULT_HEALTH_IMPORTS)},
    "adopt": {"type": "bool", "default": False},
    "provisional": {"type": "bool", "default": False},
    "allow_minor_change": {"type": "bool", "default": False},
    "fips": {"type": "str", "choices": ["warn", "refuse", "ignore"], "default": "warn"},
    **URL_ARGUMENTS,
}

# Internal: a result may ask for an archive
REQUEST_ARGUMENTS: dict[str, dict[str, Any]] = {"archive_on_request": {"type": "bool"}}

# The options that the controller resolves to assets; the module never receives them.
MIRROR_ENTRY_ARGUMENTS: dict[str, dict[str, Any]] = {
    "names": {"type": "list", "elements": "str", "required": True},
    "targets": {"type": "list", "elements": "str"},
    "flavors": {"type": "list", "elements": "str", "choices": ["install_only_stripped", "install_only", "full"]},
    "build_options": {"type": "str"},
    "prerelease": {"type": "bool", "default": False},
    "releases": {"type": "int", "default": 2},
}

MIRROR_ARGUMENTS: dict[str, dict[str, Any]] = {
    "path": {"type": "str", "required": True, "aliases": ["dest"]},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "builds": {"type": "list", "elements": "dict", "options": MIRROR_ENTRY_ARGUMENTS},
    "assets": {"type": "list", "elements": "dict", "options": ASSET_ARGUMENTS},
    "index": {"type": "list", "elements": "str"},
    "mirror": {"type": "list", "elements": "str"},
    "min_age": {"type": "str"},
    "exclude": {"type": "raw"},
    "index_max_age": {"type": "str"},
    "bundles": {"type": "bool", "default": False},
    "attestations": {"type": "dict", "default": {}},
    "parallel": {"type": "int", "default": 4},
    "prepare": {"type": "bool", "default": False},
    "prepare_level": {"type": "int", "default": 12},
    "verify": {"type": "str", "choices": ["quick", "full"], "default": "quick"},
    **URL_ARGUMENTS,
}


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
    from ._http.urls import shown_url

    if isinstance(value, str):
        return _URL.match(value) is not None and shown_url(value) != value
    if isinstance(value, Mapping):
        return any(map(has_secret_url, value.values()))
    return isinstance(value, Iterable) and not isinstance(value, bytes) and any(map(has_secret_url, value))
