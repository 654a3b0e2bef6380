# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the table of the components of each release that comes with the collection.

    .venv/bin/python tables/make_components_table.py components_by_release.json

The argument is JSON: release -> package -> version, as `pythonbuild/downloads.py` of python-build-standalone lists
them at the release's tag. Packages that only build Python are left out, and so is the tag 20250323, which was set a
year later. Of releases that the argument lacks, the table has what their notes say.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

TABLE = Path(__file__).resolve().parents[1] / "plugins" / "plugin_utils" / "_components" / "components.json"
PACKAGES = (
    *("bdb", "bzip2", "ensurepip-pip", "expat", "libX11", "libXau", "libedit", "libffi", "libffi-3.3", "libressl"),
    *("libxcb", "mpdecimal", "musl", "musl-static", "ncurses", "openssl", "openssl-3.0", "openssl-3.5", "pip"),
    *("setuptools", "sqlite", "tcl", "tk", "uuid", "xz", "zlib", "zstd"),
)
_WRONG_TAGS = {"20250323"}
# docs/development/builds.md 9: what the notes of these releases say, and nothing else of them is known.
_OF_NOTES = {
    "20261021": {"pip": "26.2.2", "ensurepip-pip": "26.2.2"},
    "20261110": {"pip": "26.3", "zlib": "1.4", "expat": "2.10.0", "libedit": "20260512", "musl-static": "1.2.6"},
}

Versions = Mapping[str, str]


def table_of(releases: Mapping[str, Mapping[str, str | None]]) -> dict[str, object]:
    """The table: its releases, and for each package the version from the release on that changed it, or null."""
    found = {**_OF_NOTES, **{tag: packages for tag, packages in releases.items() if tag not in _WRONG_TAGS}}
    tags = sorted(found)
    changes: dict[str, dict[str, str | None]] = {package: {} for package in PACKAGES}
    for package, of_package in changes.items():
        last: str | None = None
        for tag in tags:
            version = found[tag].get(package)
            if version != last:
                of_package[tag] = last = version
    return {"releases": tags, "changes": changes}


def main(arguments: list[str]) -> None:
    if len(arguments) != 1:
        sys.exit(__doc__)
    table = table_of(json.loads(Path(arguments[0]).read_text(encoding="utf-8")))
    text = json.dumps(table, separators=(",", ":")).replace('},"', '},\n"').replace('],"', '],\n"')
    TABLE.write_text(text + "\n", encoding="ascii")
    print(f"{len(text)} bytes in {TABLE}")


if __name__ == "__main__":
    main(sys.argv[1:])
