# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways in which a server, or something in between, can fail to give a file. See `servers` for their use."""

from __future__ import annotations

from .servers import Answering, Behaviour, files, status

HTML_PAGE = b"<!DOCTYPE html>\n<html><head><title>Log in</title></head><body>Who are you?</body></html>\n"


def html_page() -> Behaviour:
    """What a captive portal or a proxy's login page answers, with status 200."""
    return status(200, {"Content-Type": "text/html"}, HTML_PAGE)


def break_off(after_bytes: int) -> Behaviour:
    """Promises the file, or the range asked for, and hangs up after the first bytes of it."""

    def behave(answering: Answering) -> None:
        _start_of_file(answering, after_bytes)
        answering.hang_up()

    return behave


def wrong_length(extra_bytes: int) -> Behaviour:
    """Says that the file is longer than it is, sends all of it, and hangs up."""

    def behave(answering: Answering) -> None:
        content = answering.file().read_bytes()
        answering.start(200, {"Content-Length": len(content) + extra_bytes})
        answering.wfile.write(content)
        answering.hang_up()

    return behave


def stall(after_bytes: int = 0) -> Behaviour:
    """Sends the first bytes of the file, then nothing until the test ends. With 0, not even a status."""

    def behave(answering: Answering) -> None:
        if after_bytes:
            _start_of_file(answering, after_bytes)
        answering.origin.stopping.wait(60)
        answering.hang_up()

    return behave


def drip(bytes_per_s: float) -> Behaviour:
    """Sends the file byte by byte, so that no single wait is long."""

    def behave(answering: Answering) -> None:
        content = answering.file().read_bytes()
        answering.start(200, {"Content-Length": len(content)})
        for position in range(len(content)):
            answering.wfile.write(content[position : position + 1])
            if answering.origin.stopping.wait(1 / bytes_per_s):
                return

    return behave


def chunked(*, complete: bool = True) -> Behaviour:
    """The file in chunks, without a length; not `complete`: hangs up half way."""

    def behave(answering: Answering) -> None:
        content = answering.file().read_bytes()
        answering.start(200, {"Transfer-Encoding": "chunked"})
        sent = content if complete else content[: len(content) // 2]
        for start in range(0, len(sent), 1000):
            piece = sent[start : start + 1000]
            answering.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        if complete:
            answering.wfile.write(b"0\r\n\r\n")
        else:
            answering.hang_up()

    return behave


def raw(answer: bytes) -> Behaviour:
    """Sends these bytes, which need not be HTTP, and hangs up."""

    def behave(answering: Answering) -> None:
        answering.wfile.write(answer)
        answering.hang_up()

    return behave


def early(*answers: str, then: Behaviour | None = None) -> Behaviour:
    """Sends informational answers, such as "103 Early Hints", before the file or another answer."""

    def behave(answering: Answering) -> None:
        for answer in answers:
            answering.wfile.write(f"HTTP/1.1 {answer}\r\nLink: </style.css>; rel=preload\r\n\r\n".encode())
        (then or files())(answering)

    return behave


INFORMATIONAL = ("100 Continue", "102 Processing", "103 Early Hints", "103 Early Hints", "199 Any")


def _start_of_file(answering: Answering, size_bytes: int) -> None:
    content = answering.file().read_bytes()
    offset = answering.offset()
    headers: dict[str, object] = {"Content-Length": len(content) - offset}
    if offset:
        headers["Content-Range"] = f"bytes {offset}-{len(content) - 1}/{len(content)}"
    answering.start(206 if offset else 200, headers)
    answering.wfile.write(content[offset : offset + size_bytes])
