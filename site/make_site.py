# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the documentation site: the guide as it is in the repository, and the reference from the plugins.

`make site` runs it. Warnings are errors, and so are links without a target and pages that no link reaches.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import site_links

REPOSITORY = Path(__file__).resolve().parent.parent
SITE = REPOSITORY / "site"
OUTPUT = REPOSITORY / ".cache" / "site"
SOURCE, HTML = OUTPUT / "source", OUTPUT / "html"
LINK = re.compile(r"\]\((?!\w+:)(?P<target>[^)#\s]+)")
INTERNAL = "Internal to "  # how descriptions of plugins begin that serve roles and playbooks alone
INDEXED = re.compile(r"^\* :ansplugin:`(?P<name>\w+) (?P<kind>\w+) <.*-- (?P<description>.*)$", re.MULTILINE)
CONTENTS = re.compile(r"^\.\. contents::\n(?: +:.*\n)+", re.MULTILINE)
HEADING = (f"Standalone.Python\n{'=' * 17}\n", f"Plugins and roles\n{'=' * 17}\n")
INTERNAL_PAGE = """\
:orphan:

Internal plugins
================

These serve the roles and playbooks of the collection, and change with them. Do not use them in your own tasks.

"""


def main() -> None:
    """Print where the site is, or exit with what is wrong with it."""
    shutil.rmtree(OUTPUT, ignore_errors=True)
    copy_pages()
    write_reference()
    shutil.copy(SITE / "conf.py", SOURCE)
    shutil.copytree(SITE / "_static", SOURCE / "_static")
    write_first_page()
    run("sphinx-build", "--quiet", "--fail-on-warning", "--keep-going", "--builder", "html", str(SOURCE), str(HTML))
    complaints = site_links.complaints_about(HTML)
    if complaints:
        sys.exit("\n".join(complaints))
    pages = sum(1 for _page in HTML.rglob("*.html"))
    print(f"{(HTML / 'index.html').relative_to(REPOSITORY)}: {pages} pages")


def copy_pages() -> None:
    """Copy the pages of the repository, and files that they link to, each to the same path as in the repository."""
    pages = [*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md")]
    linked = (page.parent / found["target"] for page in pages for found in LINK.finditer(page.read_text()))
    for file in {*pages, *(Path(os.path.normpath(path)) for path in linked)}:
        if file.is_file():
            target = SOURCE / file.relative_to(REPOSITORY)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)


def write_first_page() -> None:
    """Write the first page, with the pages of the guide in the order of its contents, then those about the project."""
    guide = [f"docs/{found['target']}" for found in LINK.finditer((REPOSITORY / "docs" / "README.md").read_text())]
    listed = [page.removesuffix(".md") for page in guide if "../" not in page and page.endswith(".md")]
    others = {"README", "CHANGELOG", "index", "docs/README"}
    pages = sorted(str(page.relative_to(SOURCE).with_suffix("")) for page in SOURCE.rglob("*.md"))
    project = [page for page in pages if page not in {*listed, *others} and not page.startswith("roles/")]
    text = (SITE / "index.md").read_text().replace("GUIDE", "\n".join(dict.fromkeys(listed)))
    (SOURCE / "index.md").write_text(text.replace("PROJECT", "\n".join(project)))
    output = (SITE / "demo.txt").read_text()
    (SOURCE / "demo.md").write_text(f"```console\n{output}```\n")


def write_reference() -> None:
    """Write a page for each plugin and role, and an index of those that users need."""
    reference = SOURCE / "reference"
    reference.mkdir()
    options = ("--use-current", "--squash-hierarchy", "--fail-on-error", "--no-add-antsibull-docs-version")
    run("antsibull-docs", "collection", *options, "--dest-dir", str(reference), "standalone.python")
    for page in reference.glob("*.rst"):
        page.write_text(CONTENTS.sub("", page.read_text()))  # which the theme shows beside each page
    index = reference / "index.rst"
    text, internal = without_internal(index.read_text().replace(*HEADING))
    index.write_text(f"{text}\nRoles and playbooks use some more, :doc:`internal plugins <internal>`.\n")
    (reference / "internal.rst").write_text(INTERNAL_PAGE + "\n".join(internal) + "\n")


def without_internal(index: str) -> tuple[str, list[str]]:
    """The index without internal plugins, and the lines of these."""
    found = [match for match in INDEXED.finditer(index) if match["description"].startswith(INTERNAL)]
    for match in found:
        index = index.replace(f"{match[0]}\n", "").replace(f"    {match['name']}_{match['kind']}\n", "")
    # A kind of plugin of which nothing is left
    index = re.sub(r"\.\. _\w+_plugins_in_[\w.]+:\n\n.+\n~+\n\n\n*\.\. toctree::\n.*\n.*\n\n+(?=\.\. )", "", index)
    return index, [match[0] for match in found]


def run(*command: str) -> None:
    """Run a program of `.venv`, quietly unless it fails."""
    programs = str(Path(sys.executable).parent)
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([programs, os.environ["PATH"]]),
        "ANSIBLE_COLLECTIONS_PATH": str(REPOSITORY / ".collection"),
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    main()
