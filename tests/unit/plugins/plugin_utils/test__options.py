# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
import math
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.plugin_utils._options import (
    parse_checksum,
    require_finite,
    require_known,
)

DIGEST = "0123456789abcdef" * 4
ARGUMENTS = {
    "path": {"aliases": ["dest"]},
    "builds": {"aliases": ["wanted"], "options": {"names": {}, "targets": {"options": {"triple": {}}}}},
    "headers": {},
}


@pytest.mark.parametrize(
    ("given", "unknown"),
    [
        ({}, ""),
        ({"dest": "/x", "builds": [{"names": 1}, "text"], "headers": {"any": 1}}, ""),
        ({"builds": {"names": 1}, "wanted": "text"}, ""),
        ({"pth": "/x"}, "m has no option pth. Did you mean path?"),
        ({"Path": "/x"}, "m has no option Path. Did you mean path?"),
        ({"prefix": "/x"}, "m has no option prefix. Did you mean path?"),
        ({"version": "3.13"}, "m has no option version."),  # there is no name
        ({"zzz": 1, "hedaers": 1}, "m has no option hedaers. Did you mean headers? m has no option zzz."),
        ({"builds": [{"names": 1}, {"nams": 1}]}, "builds of m has no option nams. Did you mean names?"),
        ({"wanted": {"targets": {3: 1, "tripel": 1}}}, "targets of wanted of m has no option 3. targets of wanted of m "
         "has no option tripel. Did you mean triple?"),
    ],
)  # fmt: skip
def test_unknown_options_get_the_nearest(given: dict[str, Any], unknown: str) -> None:
    if not unknown:
        require_known(given, ARGUMENTS, "m", "m")
        return
    with pytest.raises(InvalidName) as caught:
        require_known(given, ARGUMENTS, "m", "-t lookup m")
    assert str(caught.value) == f"{unknown} See ansible-doc -t lookup m."


@pytest.mark.parametrize("text", [DIGEST, f"sha256:{DIGEST}", f"  sha256:{DIGEST}\n", f"sha256:{DIGEST.upper()}"])
def test_every_way_to_write_a_digest(text: str) -> None:
    assert parse_checksum(text) == DIGEST


@pytest.mark.parametrize(
    "text",
    ["", "sha256:", DIGEST[:-1], f"{DIGEST}0", f"sha512:{DIGEST}{DIGEST}", f"SHA256:{DIGEST}", f"md5:{DIGEST[:32]}"],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidName) as caught:
        parse_checksum(text)
    assert str(caught.value) == (
        f"checksum is {text!r}. Write the archive's SHA-256 digest, as sha256: and 64 hexadecimal digits."
    )


def test_the_digest_of_nothing_is_refused() -> None:
    nothing = hashlib.sha256().hexdigest()
    with pytest.raises(InvalidName) as caught:
        parse_checksum(nothing)
    assert str(caught.value) == (
        f"checksum is {nothing!r}, the digest of an empty file. It was computed without the archive: fetch it again."
    )


@pytest.mark.parametrize("value", [math.inf, [-math.inf], {"a": [{"b": math.inf}]}])
def test_infinity_is_no_number(value: Any) -> None:
    with pytest.raises(InvalidName, match=r"^keep is -?inf, which is no number of anything\. Write a whole number\.$"):
        require_finite(value, "keep")
    require_finite({"a": [1, 1.5, "inf", None]}, "keep")
