# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._argspec import (
    BUILD_ARGUMENTS,
    MIRROR_ARGUMENTS,
    SEALED,
    sealed,
    unsealed,
)

OPEN = {"path": "/opt/python/3.13", "keep": 0, "mirror": ["https://m.example.org/python", "file:///srv"], "headers": {}}


@pytest.mark.parametrize(
    "secret",
    [
        {"url_password": "p"},
        {"url_username": "token"},
        {"headers": {"X-Tenant": "1", "X-Count": 1}},
        {"mirror": ["https://m.example.org", "https://user:secret@m.example.org"]},
        {"mirror": [" https://m.example.org?token=secret"]},
        {"asset": {"name": "x", "url": "https://m.example.org/x.tar.gz?sig=secret"}},
    ],
)
def test_what_holds_a_secret_is_sealed_and_comes_back(secret: dict[str, Any]) -> None:
    arguments = {**OPEN, **secret}
    handed = sealed(arguments, BUILD_ARGUMENTS)
    assert set(handed) == set(arguments) - set(secret) | {SEALED}
    assert "secret" not in json.dumps(handed)
    assert unsealed({**dict.fromkeys(secret), **handed}) == arguments


def test_a_list_of_assets_is_sealed_for_one_of_them() -> None:
    assets = [{"url": "https://m.example.org/x"}, {"url": "https://user:secret@m.example.org/x"}]
    handed = sealed({"path": "/srv", "assets": assets}, MIRROR_ARGUMENTS)
    assert set(handed) == {"path", SEALED}
    assert unsealed(handed)["assets"] == assets


def test_without_secrets_there_is_no_seal() -> None:
    assert sealed(OPEN, BUILD_ARGUMENTS) == OPEN
    assert unsealed({**OPEN, SEALED: None}) == OPEN


def test_what_is_no_text_of_json_is_sealed_as_its_text() -> None:
    class Vaulted:
        def __str__(self) -> str:
            return "decrypted"

    handed = sealed({"headers": {"Authorization": Vaulted()}}, BUILD_ARGUMENTS)
    assert unsealed(handed) == {"headers": {"Authorization": "decrypted"}}
