# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._probe.platform import Elf
from tests.support.probe_roots import minimal_elf

X86_64 = minimal_elf(62, interpreter="/lib64/ld-linux-x86-64.so.2")


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (X86_64, Elf(64, False, 62, "/lib64/ld-linux-x86-64.so.2")),
        (minimal_elf(62), Elf(64, False, 62, None)),
        (minimal_elf(22, big_endian=True, interpreter="/lib/ld64.so.1"), Elf(64, True, 22, "/lib/ld64.so.1")),
        (minimal_elf(3, 32, interpreter="/lib/ld-linux.so.2"), Elf(32, False, 3, "/lib/ld-linux.so.2")),
        (minimal_elf(8, 32, big_endian=True, interpreter="/lib/ld.so.1"), Elf(32, True, 8, "/lib/ld.so.1")),
    ],
)
def test_parse(start: bytes, expected: Elf) -> None:
    assert Elf.parse(start) == expected


def test_a_real_program() -> None:
    with open("/proc/self/exe", "rb") as stream:
        elf = Elf.parse(stream.read(1024))
    assert elf is not None
    assert elf.machine > 0


@pytest.mark.parametrize(
    "start", [b"", b"\x7fELF", b"#!/bin/sh\n" * 100, b"\x7fELF\x03" + bytes(1000), X86_64[:63]], ids=len
)
def test_what_is_no_elf_file_or_cut_off(start: bytes) -> None:
    assert Elf.parse(start) is None


@pytest.mark.parametrize("length", [64, 100, 120, 130], ids=str)
def test_a_loader_that_is_out_of_sight_is_not_known(length: int) -> None:
    assert Elf.parse(X86_64[:length]) == Elf(64, False, 62, None)
