# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The local fact: what the paths of a host have, as static JSON that every later fact gathering reads.

The role creates it, and each run that changes a path of its stores updates it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

from .._builds.build import Build
from .._errors import StoreError
from .._json import UPGRADE, Fields, NewerFormat, parsed
from .._os.atomic import replace_file
from .._os.paths import kind_of
from .._os.regular_file import read_regular
from .._store import link
from .._store.receipt import Receipt
from .._store.store import Store

FILE = "/etc/ansible/facts.d/standalone_python.fact"
_MOST_BYTES = 1024 * 1024


def entry(path: str, build: Build, components: Mapping[str, str]) -> dict[str, Any]:
    """What the fact says of a path; `components` are the measured ones."""
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


def refresh(path: str, receipt: Receipt | None, store: Store) -> str | None:
    """Bring the path's entry up to date, if the host has the file. Returns a warning if it cannot."""
    place = store.system.place_of(FILE)
    try:
        if kind_of(place) != "file":
            return None
        before = read_regular(place, most_bytes=_MOST_BYTES)
        content = parsed(before)
        if isinstance(content, Mapping) and "format" in content:
            Fields(content, FILE).require_format(1)
        listed = content.get("paths") if isinstance(content, Mapping) else None
        found = dict(listed) if isinstance(listed, Mapping) else {}
        is_ours = path in found or _is_covered(store, found)
        found.pop(path, None)
        if receipt and is_ours:
            found[path] = entry(path, receipt.asset.build, receipt.components)
        if not found:
            os.unlink(place)
        elif rendered(found).encode() != before:
            replace_file(place, rendered(found), fresh=f"{place}.new")
    except OSError as error:
        from .._os.errors import advice

        why = advice(error, place)
    except StoreError as error:
        why = f"{error} {UPGRADE if isinstance(error, NewerFormat) else 'Remove it, and run the role again.'}"
    else:
        return None
    return f"The local fact {FILE} still says what was at {path} before: {why}"


def _is_covered(store: Store, paths: Iterable[str]) -> bool:
    """Whether it is one of the role's stores."""
    links = [path for path in paths if kind_of(store.system.place_of(path)) == "link"]
    return not links or any(link.entry_behind(path, store) for path in links)
