# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the renewal of a lock brings: the components that change with each build, and the advisories that this closes.

The versions are those of the table of releases, so nothing is fetched. What the table does not know is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Build
from ansible_collections.standalone.python.plugins.module_utils._builds.exact_build import short_name
from ansible_collections.standalone.python.plugins.module_utils._readable import readable

from .._advisories.advisory import Advisory, may_have
from .._components.identity import COMPONENTS
from .._components.table import components_of
from .._wording import shortened
from .file import LockFile

_TITLES = {
    "cpython": "Python", "openssl": "OpenSSL", "libressl": "LibreSSL", "sqlite": "SQLite", "tcl": "Tcl", "tk": "Tk",
}  # fmt: skip
_NEVER_IN_TABLE = ("certifi", "ensurepip-pip")
_COPIES = ("ensurepip-pip",)  # pip itself decides
_SHOWN = 4  # of many components that are not known
_LONGEST_MARKDOWN = 30_000  # characters; GitHub takes 65,536, and Linux 131,071 bytes as an argument, such as of git
_NOT_IN_CODE = str.maketrans("`[]", "'()")
_FIRST = ("cpython", "openssl", "libressl", "pip")  # what readers look for


class _Step(NamedTuple):
    """One name's change from a build to another; None for a name that the lock did not have, or has no more."""

    name: str
    former: Build | None
    now: Build | None

    def components(self) -> list[dict[str, str]]:
        """Each component whose version changes, as `component`, `from` and `to`."""
        old, new = _versions(self.former), _versions(self.now)
        return [
            {"component": name, "from": old[name], "to": new[name]}
            for name in sorted(set(old) & set(new), key=lambda name: (_rank(name), name))
            if old[name] != new[name]
        ]

    def unknown(self) -> list[str]:
        """The components that the new build may have, in a version that the table does not say."""
        versions = components_of(self.now) if self.now else {}
        asked = [name for name in COMPONENTS if self.now and name not in (*versions, *_NEVER_IN_TABLE)]
        return [name for name in asked if may_have(name, versions)]

    def verdicts(self, advisories: Iterable[Advisory]) -> dict[str, list[str]]:
        """The ids of the advisories that the step `closes`, `opens` and leaves `open`, and of those `unjudged`."""
        found: dict[str, list[str]] = {"closes": [], "open": [], "opens": [], "unjudged": []}
        for advisory in advisories:
            before, after = _judge(advisory, self.former), _judge(advisory, self.now)
            if after is None:
                found["unjudged"].append(advisory.id)
            elif after:
                found["open" if before is not False or self.former is None else "opens"].append(advisory.id)
            elif before:
                found["closes"].append(advisory.id)
        return found


def changes(former: LockFile, now: LockFile, advisories: Iterable[Advisory] = ()) -> list[dict[str, Any]]:
    """The changes between two locks, in the order of the names; the keys are those of docs/lock.md."""
    known = list(advisories)
    targets: dict[_Step, list[str]] = {}
    for name in {**former.builds, **now.builds}:
        old, new = former.builds.get(name, {}), now.builds.get(name, {})
        for target in {**old, **new}:
            step = _Step(name, _build_of(old.get(target)), _build_of(new.get(target)))
            if step.former is None or step.now is None or step.former.name != step.now.name:
                targets.setdefault(step, []).append(target)
    described = [_described(step, of, known) for step, of in targets.items()]
    return _merged(described)


def as_lines(found: Iterable[Mapping[str, Any]]) -> list[str]:
    """The changes as lines for a reader."""
    return [readable(_line(change, str)) for change in found]


def as_markdown(found: Iterable[Mapping[str, Any]]) -> str:
    """The changes as a list for a merge request, in which no name and no id is markup or mentions somebody.

    It is no longer than a request can be.
    """
    text = "".join(f"- {_line(change, _as_code)}\n" for change in found)
    if len(text) <= _LONGEST_MARKDOWN:
        return text
    kept = text[: max(text.rfind(end, 0, _LONGEST_MARKDOWN) for end in ("`, `", "\n")) + 1]
    return f"{kept.rstrip()} … ({len(text) - len(kept)} characters more)\n"


def _as_code(text: str) -> str:
    """The text as code; in a message of a commit, `[skip ci]` would have an effect there, too."""
    return f"`{readable(text).translate(_NOT_IN_CODE)}`"


def _described(step: _Step, targets: list[str], advisories: list[Advisory]) -> dict[str, Any]:
    return {
        "name": step.name,
        "targets": sorted(targets),
        "from": short_name(step.former) if step.former else None,
        "to": short_name(step.now) if step.now else None,
        "components": step.components(),
        "unknown": step.unknown(),
        **(step.verdicts(advisories) if step.now else {"closes": [], "open": [], "opens": [], "unjudged": []}),
    }


def _merged(described: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One entry for the targets of a name that change alike."""
    found: list[dict[str, Any]] = []
    for change in described:
        rest = {key: value for key, value in change.items() if key != "targets"}
        like = next((one for one in found if {**one, "targets": None} == {**rest, "targets": None}), None)
        if like:
            like["targets"] = sorted([*like["targets"], *change["targets"]])
        else:
            found.append(change)
    return found


def _line(change: Mapping[str, Any], shown: Callable[[str], str]) -> str:
    name, targets = shown(change["name"]), ", ".join(map(shown, change["targets"]))
    if change["to"] is None:
        return f"{name} ({targets}): {change['from']} is removed."
    parts = [f"{name} ({targets}): {change['from'] or 'new,'} → {change['to']}".replace("new, →", "new,")]
    brought = [_component_line(one) for one in change["components"]]
    if brought:
        parts.append(f"brings {', '.join(brought)}")
    if change["unknown"]:
        parts.append(f"not known: {_some(change['unknown'])}")
    words = {"closes": "closes", "open": "still has", "opens": "opens", "unjudged": "cannot be judged for"}
    parts += [f"{word} {', '.join(map(shown, change[key]))}" for key, word in words.items() if change[key]]
    return "; ".join(parts) + "."


def _some(components: Sequence[str]) -> str:
    """The components that readers look for first, and how many more there are."""
    return shortened([_title(name) for name in sorted(components, key=_rank)], _SHOWN)


def _component_line(one: Mapping[str, str]) -> str:
    return f"{_title(one['component'])} {one['from']} → {one['to']}"


def _title(component: str) -> str:
    return _TITLES.get(component, component)


def _rank(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def _versions(build: Build | None) -> dict[str, str]:
    return {name: one["version"] for name, one in components_of(build).items()} if build else {}


def _judge(advisory: Advisory, build: Build | None) -> bool | None:
    """Whether a build is affected; None if that cannot be said, also for a component whose version is not known."""
    if build is None:
        return False
    components = components_of(build)
    verdicts = {
        advisory.judge(name, components[name]["version"]).affected if name in components else None
        for name in advisory.components
        if name in components or (may_have(name, components) and name not in _COPIES)
    }
    return True if True in verdicts else None if None in verdicts else False


def _build_of(locked: Any) -> Build | None:
    return locked.asset.build if locked else None
