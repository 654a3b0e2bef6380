# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the body of an http answer: the bytes that were promised, and no slower than a stalled server."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

from ._http_peer import Peer
from ._transfer import Body, TransferFailure

_CHUNK_BYTES = 512 * 1024
# A server that sends a byte now and then never runs into the timeout. What is slower than this has stalled.
_SLOWEST_BYTES_PER_S = 1024


def body_of(response: Any, offset: int, peer: Peer) -> Body | None:
    """None when the answer is neither the whole file nor the rest that was asked for."""
    if response.code == 200:
        return Body(0, response.length, _chunks(response, response.length, peer))
    if response.code == 206 and offset:
        found = re.fullmatch(
            r"bytes ([0-9]{1,15})-[0-9]+/([0-9]{1,15})", response.headers.get("Content-Range", "").strip()
        )
        if found and int(found[1]) == offset:
            return Body(offset, int(found[2]), _chunks(response, int(found[2]) - offset, peer))
    return None


def _chunks(response: Any, expected_bytes: int | None, peer: Peer) -> Iterator[bytes]:
    from http.client import HTTPException

    pace = _Pace(peer)
    received = 0
    while expected_bytes is None or received < expected_bytes:
        room = _CHUNK_BYTES if expected_bytes is None else min(_CHUNK_BYTES, expected_bytes - received)
        try:
            chunk = response.read1(room)
        except (OSError, HTTPException, ValueError) as error:
            raise peer.failure(error) from error
        if not chunk:
            break
        received += len(chunk)
        yield chunk
        pace.count(len(chunk))
    if expected_bytes is not None and received < expected_bytes:
        raise TransferFailure(
            f"the connection to {peer.host} broke off after {received} of {expected_bytes} bytes", may_pass=True
        )


class _Pace:
    """Raises `TransferFailure` when too little arrived in the time that a wait for data may take."""

    def __init__(self, peer: Peer) -> None:
        self._host = peer.host
        self._window_s = peer.options.timeout
        self._since = time.monotonic()
        self._bytes = 0

    def count(self, size_bytes: int) -> None:
        self._bytes += size_bytes
        now = time.monotonic()
        if now - self._since < self._window_s:
            return
        if self._bytes < _SLOWEST_BYTES_PER_S * self._window_s:
            raise TransferFailure(f"{self._host} sent only {self._bytes} bytes in {self._window_s} s", may_pass=True)
        self._since, self._bytes = now, 0
