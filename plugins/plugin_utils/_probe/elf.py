# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts about the system that an ELF file is made for, from its first bytes. Layouts: elf(5)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_HEADER_BYTES = 64  # of 64-bit files; the 52 of 32-bit files are always followed by more
_PROGRAM_INTERPRETER = 3  # PT_INTERP


@dataclass(frozen=True)
class _Layout:
    """The layout of the fields read from an ELF header and program headers: `struct` formats without byte order."""

    bits: int
    header: str  # e_phoff, e_phentsize, e_phnum, from byte 24 on
    program_type_and_offset: str  # p_type, p_offset


# (e_entry), e_phoff, (e_shoff, e_flags, e_ehsize), e_phentsize, e_phnum; those in parentheses are skipped
_LAYOUTS = {
    1: _Layout(bits=32, header="4xI10xHH", program_type_and_offset="II"),
    2: _Layout(bits=64, header="8xQ14xHH", program_type_and_offset="I4xQ"),
}


@dataclass(frozen=True)
class Elf:
    """The facts. `machine` is e_machine; `interpreter` is the loader's path, None if static or named further on."""

    bits: int
    big_endian: bool
    machine: int
    interpreter: str | None

    @classmethod
    def parse(cls, start: bytes) -> Elf | None:
        """Parse the start of a file; 1 KiB is enough. None when it is not an ELF file, or truncated in its header."""
        if len(start) < _HEADER_BYTES or start[:4] != b"\x7fELF" or start[4] not in _LAYOUTS:
            return None
        layout = _LAYOUTS[start[4]]
        spec = ">" if start[5] == 2 else "<"
        (machine,) = struct.unpack_from(spec + "H", start, 18)
        headers_at, header_size, count = struct.unpack_from(spec + layout.header, start, 24)
        positions = range(headers_at, headers_at + count * header_size, header_size) if header_size else ()
        return cls(
            bits=layout.bits,
            big_endian=spec == ">",
            machine=machine,
            interpreter=_interpreter(start, positions, spec + layout.program_type_and_offset),
        )


def _interpreter(start: bytes, positions: range | tuple[()], header: str) -> str | None:
    for position in positions:
        if position + struct.calcsize(header) > len(start):
            return None
        kind, offset = struct.unpack_from(header, start, position)
        if kind == _PROGRAM_INTERPRETER:
            name, end, _rest = start[offset:].partition(b"\0")
            return name.decode(errors="replace") if name and end else None
    return None
