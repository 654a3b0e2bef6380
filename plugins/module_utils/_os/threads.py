# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Threads with a sufficient stack, whatever the C library gives to each by default."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

# glibc's default, where a process may have as much. musl's 128 KiB are too few for an import in a build of Python
# without optimisation, which then dies of a segmentation fault.
_STACK_BYTES = 8 << 20


@contextmanager
def with_stack_size() -> Iterator[None]:
    """Give threads that are started in the block a stack of the size that they have on most hosts."""
    before = threading.stack_size(_STACK_BYTES)
    try:
        yield
    finally:
        threading.stack_size(before)
