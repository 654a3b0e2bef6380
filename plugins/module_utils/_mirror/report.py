# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a mirror task, the same in check mode and after a real run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from .._download.bundles import BUNDLE_SUFFIX
from .._readable import readable
from .index_files import UV_CATALOGUE, VERSIONS_INDEX
from .plan import MirrorPlan
from .spec import MirrorSpec
from .state import MirrorState


def report(
    spec: MirrorSpec,
    state: MirrorState,
    decided: MirrorPlan,
    sizes: Mapping[str, int | None],
    new_bundles: Iterable[str] = (),
    copies: Mapping[str, int | None] | None = None,
) -> dict[str, Any]:
    """The task's result, as in the module's RETURN.

    `sizes` are the bytes of the files that were or would be fetched, by path below the mirror; None when the source
    does not report them. `copies` are those of the copies that were or would be made; None before that.
    """
    known = [size for size in sizes.values() if size is not None]
    bundles = sorted(new_bundles)
    without = [place for place in decided.ask if place + BUNDLE_SUFFIX not in bundles]
    return {
        "changed": bool(decided.fetch or decided.prepare or decided.remove or decided.rewrite or bundles),
        "path": spec.path,
        "indexes": {
            "versions": os.path.join(spec.path, VERSIONS_INDEX),
            "uv": os.path.join(spec.path, UV_CATALOGUE),
        },
        "archives": sorted(spec.assets),
        "fetched": [{"file": place, "size_bytes": sizes[place]} for place in sorted(sizes)],
        "fetched_bytes": sum(known),
        "sizes_unknown": len(sizes) - len(known),
        "prepared": sorted(copies or ()),
        "repaired": [place for place in state.damaged if place in {*decided.fetch, *(copies or ())}],
        "bundles": bundles,
        "without_bundle": without,
        "removed": list(decided.remove),
        "rewritten": list(decided.rewrite),
        "diff": _diff(state, decided, {**sizes, **(copies or {})}, bundles),
        **({"warnings": [_warning(state.damage)]} if state.damage else {}),
    }


def _warning(damage: str) -> str:
    return readable(
        f"{damage} Each file that is wanted is read and recorded again. Files of the mirror that are not wanted any "
        "longer stay, since nothing says which these are: remove them by hand."
    )


def _diff(
    state: MirrorState, decided: MirrorPlan, sizes: Mapping[str, int | None], bundles: Iterable[str]
) -> dict[str, str]:
    held = {place: item.size_bytes for place, item in (state.recorded or {}).items() if item.size_bytes is not None}
    before = {**held, **{place: item.size_bytes for place, item in state.intact.items()}}
    for place in decided.fetch:
        before.pop(place, None)
    after = {place: size for place, size in before.items() if place not in decided.remove}
    after.update(sizes)
    return {"before": _listing(before), "after": _listing(after) + "".join(f"{bundle}\n" for bundle in bundles)}


def _listing(files: Mapping[str, int | None]) -> str:
    return "".join(
        f"{place} {'of unknown size' if files[place] is None else f'{files[place]} bytes'}\n" for place in sorted(files)
    )
