# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at a page with Chromium, by the protocol of its developer tools: how wide it gets, what it asks for, what it
costs, and what keys do that are pressed as a person presses them.

    python -m tests.support.browser PAGE DIRECTORY

writes screenshots at 400 and 1,400 pixels, light and dark, into a directory, to be looked at.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .servers import serve

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
TIMEOUT_S = 60
WIDTHS = (400, 1400)
HEIGHT = 1600
# Keys by name: the code, the number of the key, and the text that it writes.
KEYS = {
    "Tab": ("Tab", 9, ""),
    "Enter": ("Enter", 13, "\r"),
    "Escape": ("Escape", 27, ""),
    "Space": ("Space", 32, " "),
    "ArrowUp": ("ArrowUp", 38, ""),
    "ArrowDown": ("ArrowDown", 40, ""),
    "Home": ("Home", 36, ""),
    "End": ("End", 35, ""),
}
_SHIFT = 8


class Browser:
    """A browser with one page."""

    def __init__(self, directory: str) -> None:
        self._process, self._to, self._from = _started(directory)
        self._number = 0
        self._rest = b""
        self.shown_in_ms = 0.0
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable")
        self.call("Performance.enable", timeDomain="threadTicks")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of a method of the protocol. Raises `RuntimeError` with what the browser says is wrong."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if hasattr(self, "_session"):
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._answer()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return dict(answer["result"])

    def show(self, url: str, *, width: int, height: int = HEIGHT, dark: bool = False) -> None:
        """Load a page and wait until it is there and painted."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        before_ms = self.processor_ms()
        self.call("Page.navigate", url=url)
        limit_s = time.monotonic() + TIMEOUT_S
        while self.run("document.readyState") != "complete" or self.run("location.href") != url:
            if time.monotonic() > limit_s:
                raise RuntimeError(f"{url} was not loaded in time")
            time.sleep(0.02)
        self.painted()
        self.shown_in_ms = self.processor_ms() - before_ms

    def painted(self) -> None:
        """Wait for the next two frames."""
        self.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def run(self, script: str) -> Any:
        """The value of a script, or what its promise brings."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(str(result["exceptionDetails"]))
        return result["result"].get("value")

    def press(self, *keys: str, shift: bool = False) -> None:
        """Press and release each key, as a person does."""
        for key in keys:
            code, number, text = KEYS[key]
            name = " " if key == "Space" else key
            event = {"key": name, "code": code, "windowsVirtualKeyCode": number, "modifiers": _SHIFT if shift else 0}
            down = {"type": "keyDown", "text": text} if text else {"type": "rawKeyDown"}
            self.call("Input.dispatchKeyEvent", **down, **event)
            self.call("Input.dispatchKeyEvent", type="keyUp", **event)

    def type(self, text: str) -> None:
        """Type a text into what has the focus."""
        for char in text:
            self.call("Input.dispatchKeyEvent", type="keyDown", text=char, key=char)
            self.call("Input.dispatchKeyEvent", type="keyUp", key=char)

    def expanded(self, selector: str) -> bool | None:
        """Whether an element is open, as a screen reader says it; None for one that does not open."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        (found, *_others) = self.call("Accessibility.getPartialAXTree", nodeId=node, fetchRelatives=False)["nodes"]
        states = {one["name"]: one["value"].get("value") for one in found.get("properties", ())}
        return states.get("expanded")

    def processor_ms(self) -> float:
        """The processor time of the page's main thread so far."""
        metrics = {one["name"]: one["value"] for one in self.call("Performance.getMetrics")["metrics"]}
        return float(metrics["TaskDuration"]) * 1000

    def end(self) -> None:
        """End the browser."""
        self._process.kill()
        self._process.wait()
        os.close(self._to)
        os.close(self._from)

    def _answer(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            if not select.select([self._from], [], [], TIMEOUT_S)[0]:
                raise RuntimeError("the browser does not answer")
            read = os.read(self._from, 1 << 20)
            if not read:
                raise RuntimeError("the browser has ended")
            self._rest += read
        message, _nul, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(message))


def _started(directory: str) -> tuple[subprocess.Popen[bytes], int, int]:
    """The process, and the ends of the pipes to it and from it: it has theirs as descriptors 3 and 4."""
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    flags = "--headless=new --no-sandbox --disable-gpu --hide-scrollbars --remote-debugging-pipe --no-first-run"
    command = f'exec "$0" {flags} --user-data-dir="$1" 3<&{theirs_in} 4>&{theirs_out}'
    process = subprocess.Popen(
        ["/bin/bash", "-c", command, str(CHROMIUM), directory],
        pass_fds=(theirs_in, theirs_out),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs_in)
    os.close(theirs_out)
    return process, ours_out, ours_in


@contextlib.contextmanager
def opened(page: str, *, width: int, dark: bool = False) -> Iterator[Browser]:
    """A browser that shows a page, until the block ends."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        root = Path(directory, "root")
        root.mkdir()
        (root / "page.html").write_text(page)
        (root / "empty.html").write_text("<!DOCTYPE html>")
        started = Browser(f"{directory}/profile")
        try:
            with serve(root) as server:
                started.show(f"{server.url}/empty.html", width=width)  # a browser's first page is slow
                started.show(f"{server.url}/page.html", width=width, dark=dark)
                yield started
        finally:
            started.end()


@dataclass(frozen=True)
class Seen:
    """What a browser says of a page: `width` with all that sticks out, `ms` of processor time until it was painted."""

    width: int
    ms: float
    background: str
    requests: tuple[str, ...]
    done: Any = None


def look(page: str, *, width: int, dark: bool, act: str = "") -> Seen:
    """`act` is a function's body in JavaScript, which has the document as `page`; what it returns is `done`."""
    with opened(page, width=width, dark=dark) as browser:
        return Seen(
            browser.run("document.documentElement.scrollWidth"),
            browser.shown_in_ms,
            browser.run("getComputedStyle(document.body).backgroundColor"),
            tuple(browser.run("performance.getEntriesByType('resource').map(entry => entry.name)")),
            browser.run(f"(page => {{ {act} }})(document)"),
        )


def main() -> int:
    page, directory = Path(sys.argv[1]).read_text(), Path(sys.argv[2])
    directory.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        for dark in (False, True):
            file = directory / f"{width}-{'dark' if dark else 'light'}.png"
            with opened(page, width=width, dark=dark) as browser:
                picture = browser.call("Page.captureScreenshot", captureBeyondViewport=len(sys.argv) > 3)
                file.write_bytes(base64.b64decode(picture["data"]))
            print(file, look(page, width=width, dark=dark))
    return 0


if __name__ == "__main__":
    sys.exit(main())
