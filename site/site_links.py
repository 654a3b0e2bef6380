# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The links of pages.

Those among the pages of a site are checked: each has a target, and from the first page all are reached. Those of the
pages that Galaxy shows become absolute, since Galaxy has no other page of the repository.
"""

from __future__ import annotations

import os
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml

GENERATED = {"genindex.html", "search.html", "404.html"}  # by Sphinx, which links them by scripts or not at all


class Page(HTMLParser):
    """The links of a page and its anchors."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag links to, and the anchors that it makes."""
        for name, value in attrs:
            if value and name == "id":
                self.anchors.add(value)
            elif value and (tag, name) in {("a", "href"), ("img", "src")}:
                self.links.add(value)


def complaints_about(directory: Path) -> list[str]:
    """Links without a target, and pages that no link reaches, as messages."""
    pages = {file: Page(file) for file in directory.rglob("*.html")}
    complaints, reached, left = [], {directory / "index.html"}, [directory / "index.html"]
    targets: dict[Path, set[Path]] = {}
    for file, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            targets.setdefault(file, set()).add(target)
            if not target.exists():
                complaints.append(f"{file.relative_to(directory)} links to {link}, which does not exist.")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
                complaints.append(f"{file.relative_to(directory)} links to {link}, a page without that anchor.")
    while left:
        found = targets.get(left.pop(), set()) & set(pages) - reached
        reached |= found
        left += found
    missed = sorted(str(file.relative_to(directory)) for file in set(pages) - reached if file.name not in GENERATED)
    return sorted(complaints) + [f"No link reaches {name}." for name in missed]


def make_absolute(copy: Path) -> None:
    """Let the pages of a copy of the collection that Galaxy shows link to the repository, at the tag of its version."""
    galaxy = yaml.safe_load((copy / "galaxy.yml").read_text())
    base = f"{galaxy['repository']}/blob/{galaxy['version']}"
    for page in [copy / "README.md", *copy.glob("roles/*/README.md")]:
        text = page.read_text()
        for link in set(re.findall(r"\]\((?!\w+:|#)([^)]+)\)", text)):
            target = os.path.normpath(page.parent.relative_to(copy) / link)
            text = text.replace(f"]({link})", f"]({base}/{target})")
        page.write_text(text)
