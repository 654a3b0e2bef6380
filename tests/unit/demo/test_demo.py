# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo on a machine behind a proxy."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.demo import demo


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "127.0.0.1"),
        ({"NO_PROXY": "intranet.example"}, "intranet.example,127.0.0.1"),
        ({"no_proxy": "a.example", "NO_PROXY": "b.example"}, "a.example,127.0.0.1"),  # urllib prefers the former
    ],
)
def test_its_server_is_not_asked_for_through_the_proxy(given: dict[str, str], expected: str) -> None:
    environment = demo.environment({**given, "https_proxy": "http://proxy.example:3128"})
    assert (environment["no_proxy"], environment["https_proxy"]) == (expected, "http://proxy.example:3128")
