# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The local fact: what the paths of a host have, as static JSON that every later fact gathering reads.

The role creates the file. From then on each run that changes a path brings its entry up to date, so that a rollback or
an upgrade by a playbook does not leave it wrong.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from .._builds.build import Build
from .._errors import StoreError
from .._json import parsed
from .._os.atomic import replace_file
from .._os.errors import advice
from .._os.paths import kind_of
from .._os.regular_file import read_regular
from .._os.target_root import TargetRoot
from .._store.receipt import Receipt

FILE = "/etc/ansible/facts.d/standalone_python.fact"
_MOST_BYTES = 1024 * 1024


def entry(path: str, build: Build, components: Mapping[str, str]) -> dict[str, Any]:
    """What the fact says of a path; `components` is component -> version as measured."""
    return {
        "executable": f"{path}/{build.program}",
        "version": str(build.version),
        "release": build.release,
        "build": build.name,
        "components": dict(components),
    }


def rendered(paths: Mapping[str, Any]) -> str:
    """The text of the file."""
    return json.dumps({"paths": paths}, indent=2, sort_keys=True) + "\n"


def refresh(path: str, receipt: Receipt | None, system: TargetRoot) -> str | None:
    """Bring the path's entry up to date, if the host has the file. With no path left, the file goes.

    Returns a warning when that is not possible: what was done at the path stays.
    """
    place = system.place_of(FILE)
    try:
        if kind_of(place) != "file":
            return None
        before = read_regular(place, most_bytes=_MOST_BYTES)
        content = parsed(before)
        paths = content.get("paths") if isinstance(content, Mapping) else None
        found = {name: paths[name] for name in paths if name != path} if isinstance(paths, Mapping) else {}
        if receipt:
            found[path] = entry(path, receipt.asset.build, receipt.components)
        if not found:
            os.unlink(place)
        elif rendered(found).encode() != before:
            replace_file(place, rendered(found), fresh=f"{place}.new")
    except OSError as error:
        return f"The local fact {FILE} still says what was at {path} before: {advice(error, place)}"
    except StoreError as error:
        return f"The local fact {FILE} still says what was at {path} before: {error} Remove it, and run the role again."
    return None
