# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work in threads beside the main work: with a sufficient stack, some way ahead, or writing back what was written."""

from __future__ import annotations

import errno
import os
import queue
import threading
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Union

from .atomic import sync_file_system

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


# Times the size of a chunk this bounds the memory. More gains nothing: the slower side sets the pace.
_CHUNKS_AHEAD = 16

# What the thread passes on: a chunk, the error that ended its work, or None at the end.
_Item = Union[bytes, BaseException, None]


@contextmanager
def prefetch(chunks: Generator[bytes, None, None], held: int = _CHUNKS_AHEAD) -> Iterator[Iterator[bytes]]:
    """The same chunks, made in a thread up to `held` of them ahead of their use.

    An error in the thread is raised where the chunks are used. After the block, the thread has ended and `chunks` is
    closed. Raises `OSError` when this user may have no more threads.
    """
    ready: queue.Queue[_Item] = queue.Queue(held)
    stopped = threading.Event()
    thread = threading.Thread(target=_produce, args=(chunks, ready, stopped), name="read-ahead", daemon=True)
    _start(thread)
    try:
        yield _consume(ready)
    finally:
        stopped.set()
        _empty(ready)  # so that a thread that waits for room wakes up and stops
        thread.join()


def _start(thread: threading.Thread) -> None:
    try:
        with with_stack_size():
            thread.start()
    except RuntimeError:  # that is how Python reports it
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from None


def _produce(chunks: Generator[bytes, None, None], ready: queue.Queue[_Item], stopped: threading.Event) -> None:
    try:
        with closing(chunks):
            for chunk in chunks:
                ready.put(chunk)
                if stopped.is_set():
                    return
    except BaseException as error:  # noqa: BLE001 - whatever it is, the consumer must get it
        ready.put(error)
    else:
        ready.put(None)


def _consume(ready: queue.Queue[_Item]) -> Iterator[bytes]:
    while True:
        item = ready.get()
        if item is None:
            return
        if isinstance(item, BaseException):
            raise item
        yield item


def _empty(ready: queue.Queue[_Item]) -> None:
    try:
        while True:
            ready.get_nowait()
    except queue.Empty:
        return


_WRITEBACK_PAUSE_S = 0.03  # measured: half of that gains nothing more, three times as long loses a third of the gain
_MOST_WRITEBACKS = 12  # a file system has other users, and whatever they wrote is written back as well


@contextmanager
def early_writeback(directory: str) -> Iterator[None]:
    """Write back, in a thread, what the block writes, so that little is left for the final sync.

    The final sync precedes publication and reports errors; errors of the early writeback are ignored.
    """
    done = threading.Event()

    def write_back() -> None:
        with suppress(OSError):
            for _round in range(_MOST_WRITEBACKS):
                if done.wait(_WRITEBACK_PAUSE_S):
                    return
                sync_file_system(directory)

    thread = threading.Thread(target=write_back, name="early-writeback", daemon=True)
    with with_stack_size(), suppress(RuntimeError):  # when this user may have no more threads
        thread.start()
    try:
        yield
    finally:
        done.set()
        if thread.ident:  # it was started
            thread.join()
