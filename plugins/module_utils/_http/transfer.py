# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes on their way to a part file, and the one error for a source that fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .._errors import REACH, DownloadError


@dataclass(frozen=True)
class Body:
    """What a source sends: the whole file from byte `offset` on.

    `total_bytes` is the size of the whole file, None when the source does not say. Taking from `chunks` raises
    `TransferFailure` when the source fails; never an error of the disk that they are written to.
    """

    offset: int
    total_bytes: int | None
    chunks: Iterator[bytes | memoryview]


class TransferFailure(DownloadError):
    """One source failed. `str(error)` is a clause that follows the source's URL.

    `may_pass` is whether the same request can succeed in a moment; `wait_s` are the seconds that the source asks to
    wait, or None. `is_local` is whether the cause is this machine's network or disk: another machine can succeed with
    the same request. `remedy` is what helps, without a full stop; "" when the reason says it.
    """

    def __init__(
        self,
        reason: str,
        *,
        may_pass: bool = False,
        wait_s: int | None = None,
        is_local: bool = False,
        remedy: str = REACH,
    ) -> None:
        super().__init__(reason)
        self.remedy = remedy
        self.may_pass = may_pass
        self.is_local = is_local
        self.wait_s = wait_s
