# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run of the role `interpreter` would change, in words: `verify` reports it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# Key of the result of `links_info` -> the finding for each thing listed there; under the others are only paths.
_WRONG = {
    "register": "The alternative {name} does not point to {path}.",
    "links": "{path} does not point to {target}.",
    "default_links": "{path} does not point to {target}.",
    "unregister": "The alternative {name} still points to {path}.",
    "profiles": "{path} does not have the content that it should have.",
    "venvs": "The environment {path} does not have the requirements.",
}
WOULD_CHANGE = "would_change"  # in the result of a task of the role that only compares, in place of `changed`
_SURPLUS = ("unlink", "default_unlink", "surplus_venvs", "surplus_profiles")


def interpreter_findings(
    look: Mapping[str, Any], installed: Sequence[Mapping[str, Any]], absent: Sequence[Mapping[str, Any]]
) -> list[str]:
    """A message for each change that a run of the role would make; without any, the host is as it should be.

    `look` is the result of `links_info`. `installed` and `absent` are the registered results of the loops over the
    module `build` in check mode, which count no change: `would_change` of those in `installed` is whether a run would.
    """
    return [
        *(f"{one['path']} is not as requested: {_difference(one)}." for one in installed if one[WOULD_CHANGE]),
        *(f"{one['path']} has a build, and must be absent." for one in absent if one["diff"]["before"].get("build")),
        *(text.format(**one) for key, text in _WRONG.items() for one in look[key]),
        *(f"{name} is no longer wanted." for key in _SURPLUS for name in look[key]),
    ]


def _difference(result: Mapping[str, Any]) -> str:
    """How a build differs from the requested one, in words without a full stop."""
    drift = "; ".join(f"{kind} {', '.join(files)}" for kind, files in (result.get("drift") or {}).items() if files)
    before = result["diff"]["before"]
    return drift or str(before.get("does not run here") or f"it would be {result['build']['name']}").rstrip(".")
