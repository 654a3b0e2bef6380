# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the body of an http answer: exactly the promised bytes, after headers that do not contradict themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .patience import Patience
from .peer import Peer
from .transfer import Body, TransferFailure

_CHUNK_BYTES = 512 * 1024


def body_of(response: Any, offset: int, peer: Peer, patience: Patience) -> Body | None:
    """The body, from byte `offset` on or whole; None when the answer is neither the whole file nor the requested rest.

    Raises `TransferFailure` for an impossible length.
    """
    length = _length(response, peer)
    if response.code == 200:
        return Body(0, length, _chunks(response, length, peer, patience))
    if response.code == 206 and offset:
        found = re.fullmatch(
            r"bytes ([0-9]{1,15})-[0-9]+/([0-9]{1,15})", response.headers.get("Content-Range", "").strip()
        )
        if found and int(found[1]) == offset < int(found[2]):
            return Body(offset, int(found[2]), _chunks(response, int(found[2]) - offset, peer, patience))
    return None


def _length(response: Any, peer: Peer) -> int | None:
    """The bytes of the body; None when the answer does not say, as one in chunks.

    `http.client` parses a length like a Python number, and uses the first of several.
    """
    said = {value.strip() for value in response.headers.get_all("Content-Length", ())}
    if not said or response.chunked:
        return None
    if len(said) > 1 or not re.fullmatch("[0-9]{1,18}", min(said), re.ASCII):
        raise TransferFailure(f"{peer.host} gives a Content-Length that is no length")
    return int(min(said))


def _chunks(response: Any, expected_bytes: int | None, peer: Peer, patience: Patience) -> Iterator[bytes]:
    from http.client import HTTPException

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
        patience.count(len(chunk))
        yield chunk
    if expected_bytes is not None and received < expected_bytes:
        raise TransferFailure(
            f"the connection to {peer.host} broke off after {received} of {expected_bytes} bytes", may_pass=True
        )
