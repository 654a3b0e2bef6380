# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at a page with Chromium, without a screen: how wide it gets, what it asks for, how long it takes.

    python -m tests.support.browser PAGE DIRECTORY

writes screenshots at 400 and 1,400 pixels, light and dark, into a directory, to be looked at.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .servers import serve

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
TIMEOUT_S = 60
WIDTHS = (400, 1400)
HEIGHT = 1600
# The first page of a browser is slow whatever it holds, so an empty one comes first. A browser's window is 500 pixels
# wide at least, so the page is in a frame.
WRAPPER = """<!DOCTYPE html><meta name="color-scheme" content="light dark"><body style="margin:0">
<iframe id="page" src="empty.html" style="border:0;width:{width}px;height:{height}px"></iframe><script>
const frame = document.getElementById("page");
frame.onload = () => {{
  const started = performance.now();
  frame.onload = () => {{
    const root = frame.contentDocument.documentElement, width = root.scrollWidth;
    const page = frame.contentDocument;
    const answer = {{width, ms: performance.now() - started, background:
      frame.contentWindow.getComputedStyle(frame.contentDocument.body).backgroundColor,
      requests: frame.contentWindow.performance.getEntriesByType("resource").map(entry => entry.name),
      done: (() => {{ {act} }})()}};
    document.body.append(Object.assign(document.createElement("output"), {{textContent: JSON.stringify(answer)}}));
  }};
  frame.src = "page.html";
}};
</script>"""


@dataclass(frozen=True)
class Seen:
    """What a browser says of a page: `width` with all that sticks out, `ms` until it is laid out, what was `done`."""

    width: int
    ms: float
    background: str
    requests: tuple[str, ...]
    done: Any = None


def look(page: str, *, width: int, dark: bool, act: str = "") -> Seen:
    """`act` is a function's body in JavaScript, which has the document as `page`; what it returns is `done`.

    Raises `RuntimeError` with what the browser printed when it gave no answer.
    """
    printed = _browse(page, width, dark, "--dump-dom", "--virtual-time-budget=10000", act=act)
    answer = re.search(r"<output>(.*?)</output>", printed)
    if answer is None:
        raise RuntimeError(f"The browser gave no answer: {printed[-500:]}")
    values = json.loads(html.unescape(answer[1]))
    return Seen(values["width"], values["ms"], values["background"], tuple(values["requests"]), values.get("done"))


def _browse(page: str, width: int, dark: bool, *arguments: str, act: str = "") -> str:
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory, "root")
        root.mkdir()
        (root / "page.html").write_text(page)
        (root / "empty.html").write_text("<!DOCTYPE html>")
        (root / "index.html").write_text(WRAPPER.format(width=width, height=HEIGHT, act=act))
        with serve(root) as server:
            command = [str(CHROMIUM), "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
            command += [f"--user-data-dir={directory}/profile", f"--window-size={max(500, width)},{HEIGHT}"]
            command += ["--blink-settings=preferredColorScheme=0"] if dark else []
            command += [*arguments, f"{server.url}/index.html"]
            done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
            return done.stdout


def main() -> int:
    page, directory = Path(sys.argv[1]).read_text(), Path(sys.argv[2])
    directory.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        for dark in (False, True):
            file = directory / f"{width}-{'dark' if dark else 'light'}.png"
            _browse(page, width, dark, f"--screenshot={file}", "--virtual-time-budget=10000")
            print(file, look(page, width=width, dark=dark))
    return 0


if __name__ == "__main__":
    sys.exit(main())
