# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the table of the components of each release that comes with the collection.

    .venv/bin/python tables/make_components_table.py REPOSITORY|components_by_release.json

REPOSITORY is the address or directory of a git repository, whose tags are the releases of python-build-standalone:
`pythonbuild/downloads.py` lists the packages of each. A JSON file has the same: release -> package -> version.
Packages that only build Python are left out, and so is the tag 20250323, which was set a year later. Of a release's
packages that the argument lacks, the table has what the release's notes say.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

TABLE = Path(__file__).resolve().parents[1] / "plugins" / "plugin_utils" / "_components" / "components.json"
PACKAGES = (
    *("bdb", "bzip2", "ensurepip-pip", "expat", "libX11", "libXau", "libedit", "libffi", "libffi-3.3", "libressl"),
    *("libxcb", "mpdecimal", "musl", "musl-static", "ncurses", "openssl", "openssl-3.0", "openssl-3.5", "pip"),
    *("setuptools", "sqlite", "tcl", "tk", "uuid", "xz", "zlib", "zstd"),
)
_RELEASE = re.compile(r"20\d{6}")
_WRONG_TAGS = {"20250323"}
# docs/development/builds.md 9: what the notes of these releases say, and nothing else of them is known.
_OF_NOTES = {
    "20261021": {"pip": "26.2.2", "ensurepip-pip": "26.2.2"},
    "20261110": {"pip": "26.3", "zlib": "1.4", "expat": "2.10.0", "libedit": "20260512", "musl-static": "1.2.6"},
}

Versions = Mapping[str, str]


def table_of(releases: Mapping[str, Mapping[str, str | None]]) -> dict[str, object]:
    """The table: its releases, and for each package the version from the release on that changed it, or null."""
    tags = sorted({*_OF_NOTES, *releases} - _WRONG_TAGS)
    found = {tag: {**_OF_NOTES.get(tag, {}), **releases.get(tag, {})} for tag in tags}
    changes: dict[str, dict[str, str | None]] = {package: {} for package in PACKAGES}
    for package, of_package in changes.items():
        last: str | None = None
        for tag in tags:
            version = found[tag].get(package)
            if version != last:
                of_package[tag] = last = version
    return {"releases": tags, "changes": changes}


def releases_of(repository: str) -> dict[str, dict[str, str | None]]:
    """What `table_of` takes, from the tags of a git repository. Exits when git fails or no tag has a list."""
    with tempfile.TemporaryDirectory() as clone:
        _git("clone", "--quiet", "--bare", "--filter=blob:none", repository, clone)
        tags = [tag for tag in _git("-C", clone, "tag").split() if _RELEASE.fullmatch(tag)]
        found = {tag: versions_in(_git("-C", clone, "show", f"{tag}:pythonbuild/downloads.py")) for tag in tags}
    if not any(found.values()):
        sys.exit(f"Cannot make the table of components: no tag of {repository} lists any. Name another repository.")
    return found


def versions_in(source: str) -> dict[str, str | None]:
    """The version of each package of a `downloads.py`: DOWNLOADS is a dictionary of dictionaries; None without one."""
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "DOWNLOADS":
            return {name: package.get("version") for name, package in ast.literal_eval(statement.value).items()}
    return {}


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"Cannot make the table of components: git {arguments[-1]}: {done.stderr.strip()}")
    return done.stdout


def main(arguments: list[str]) -> None:
    if len(arguments) != 1:
        sys.exit(__doc__)
    (source,) = arguments
    is_json = source.endswith(".json")
    table = table_of(json.loads(Path(source).read_text(encoding="utf-8")) if is_json else releases_of(source))
    text = json.dumps(table, separators=(",", ":")).replace('},"', '},\n"').replace('],"', '],\n"')
    TABLE.write_text(text + "\n", encoding="ascii")
    print(f"{len(text)} bytes in {TABLE}")


if __name__ == "__main__":
    main(sys.argv[1:])
