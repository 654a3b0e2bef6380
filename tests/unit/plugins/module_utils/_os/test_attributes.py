# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import errno
import io
import os
import re
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StoreError
from ansible_collections.standalone.python.plugins.module_utils._os import attributes
from ansible_collections.standalone.python.plugins.module_utils._os.attributes import (
    CAPABILITY,
    attribute_of,
    attributes_differ,
    checked_capabilities,
    drop_acls,
    set_capabilities,
)
from tests.support.acls import ACL_FOR_A_USER, with_attribute

HEADER = Path("/usr/include/linux/capability.h")
EPERM = PermissionError(errno.EPERM, "Operation not permitted")


@pytest.mark.parametrize(
    ("texts", "expected", "attribute"),
    [
        ([], (), None),
        (["cap_net_raw+ep"], ("cap_net_raw+ep",), "0100000200200000000000000000000000000000"),
        (["cap_net_raw=pe"], ("cap_net_raw+ep",), "0100000200200000000000000000000000000000"),
        (["CAP_CHOWN+P"], ("cap_chown+p",), "0000000201000000000000000000000000000000"),
        (["cap_chown+i"], ("cap_chown+i",), "0000000200000000010000000000000000000000"),
        (
            ["cap_bpf,cap_net_admin+eip"],
            ("cap_net_admin+eip", "cap_bpf+eip"),
            "0100000200100000001000008000000080000000",
        ),
        (["cap_setuid+ep", "cap_setuid+ep"], ("cap_setuid+ep",), "0100000280000000000000000000000000000000"),
    ],
)
def test_capabilities_in_the_format_of_the_kernel(
    texts: list[str], expected: tuple[str, ...], attribute: str | None
) -> None:
    """The bytes are those that setcap(8) writes."""
    assert checked_capabilities(texts) == expected
    assert checked_capabilities(expected) == expected
    found = attribute_of(expected)
    assert (found.hex() if found else None) == attribute


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["cap_net_rwa+ep"], "capabilities has 'cap_net_rwa+ep', but there is no cap_net_rwa. "),
        (["net_raw+ep"], "capabilities has 'net_raw+ep', but that is not a capability and its flags. "),
        (["cap_net_raw"], "capabilities has 'cap_net_raw', but that is not a capability and its flags. "),
        (["cap_net_raw+e"], "capabilities has 'cap_net_raw+e', but that is not a capability and its flags. "),
        (["=ep"], "capabilities has '=ep', but that is not a capability and its flags. "),
        ([""], "capabilities has '', but that is not a capability and its flags. "),
    ],
)
def test_what_is_no_capability_is_refused(texts: list[str], message: str) -> None:
    with pytest.raises(InvalidName) as caught:
        checked_capabilities(texts)
    assert str(caught.value) == f"{message}Write it as for setcap, such as cap_net_raw+ep."


def test_the_flag_that_a_file_has_once_is_the_same_for_all() -> None:
    with pytest.raises(InvalidName, match="Write e for all, or leave it out"):
        checked_capabilities(["cap_net_raw+ep", "cap_chown+p"])


@pytest.mark.skipif(not HEADER.exists(), reason="this machine has no headers of Linux")
def test_the_numbers_are_those_of_the_kernel() -> None:
    numbers = re.findall(r"(?m)^#define CAP_(\w+)\s+(\d+)$", HEADER.read_text())
    assert dict(enumerate(attributes._CAPABILITIES)) == {int(number): name.lower() for name, number in numbers}


def test_a_file_gets_them_and_differs_without(tmp_path: Path) -> None:
    file = tmp_path / "python"
    file.touch()
    if os.geteuid() != 0:
        pytest.skip("only root may give a file capabilities")
    assert not attributes_differ(str(file), None)
    with io.FileIO(file) as program:
        file.rename(tmp_path / "moved")
        file.touch()  # as by a user who owns the directory by now
        set_capabilities(program, ("cap_net_raw+ep",))
    assert not attributes_differ(str(file), None)
    file = tmp_path / "moved"
    assert attributes_differ(str(file), None)
    assert not attributes_differ(str(file), attribute_of(["cap_net_raw+ep"]))
    assert attributes_differ(str(file), attribute_of(["cap_net_raw+p"]))


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (EPERM, "this process lacks cap_setfcap, as in some containers. Allow it there, or leave"),
        (
            OSError(errno.EOPNOTSUPP, "Operation not supported"),
            "its file system refuses them (Operation not supported). Remount it with attributes, choose a path and a "
            "store on another one, or leave",
        ),
        (AttributeError("setxattr"), "only Linux has them. Leave"),
    ],
)
def test_what_the_system_refuses_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, why: str
) -> None:
    def refusing(*_args: Any, **_options: Any) -> None:
        raise error

    monkeypatch.setattr(os, "setxattr", refusing, raising=False)
    file = tmp_path / "python"
    with io.FileIO(file, "w") as program, pytest.raises(StoreError) as caught:
        set_capabilities(program, ("cap_net_raw+ep",))
    assert str(caught.value) == (
        f"Cannot give the interpreter {file} the capabilities cap_net_raw+ep: {why} out `capabilities`."
    )


@pytest.mark.parametrize("name", ["system.posix_acl_access", "system.posix_acl_default"])
def test_an_access_control_list_differs_and_can_be_dropped(tmp_path: Path, name: str) -> None:
    with_attribute(tmp_path, name, ACL_FOR_A_USER)
    assert attributes_differ(str(tmp_path), None)
    drop_acls(str(tmp_path))
    assert not attributes_differ(str(tmp_path), None)
    assert CAPABILITY not in os.listxattr(tmp_path)
