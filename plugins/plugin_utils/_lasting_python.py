# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Python for Ansible's modules that is still on a host after links and builds went.

Where no interpreter is set, Ansible takes the first of a list that is on the PATH and remembers it as a fact. That may
well be `/usr/local/bin/python3.13`, which leads to a build of ours. Without it, every later task would fail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError

from ._one_line import command_of

DISCOVERED = "discovered_interpreter_python"  # the fact that Ansible remembers it by
_END = "standalone-python-search end"
_DISCOVERIES = ("auto", "auto_silent", "auto_legacy", "auto_legacy_silent")


@dataclass(frozen=True)
class Going:
    """The paths of links and builds that are about to be removed."""

    links: tuple[str, ...] = ()
    builds: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.links or self.builds)

    def command(self, pythons: Sequence[str]) -> str:
        """The command for the host's `/bin/sh` that tells the first of `pythons` that stays; names are on the PATH."""
        lists = {"pythons": pythons, "links": self.links, "builds": self.builds}
        return command_of("lasting_python.sh", values={name: "\n".join(words) for name, words in lists.items()})


def candidates(configured: str | None, discoverable: Sequence[str]) -> Sequence[str]:
    """The Pythons that modules may be run by: the one that is set, else those that Ansible looks for."""
    words = [word for word in (configured or "").split() if not word.startswith("-")]
    if not words or words[-1] in _DISCOVERIES:
        return discoverable
    return words[-1:]  # of "/usr/bin/env python3", too


def lasting_python(answer: str) -> str | None:
    """The Python that stays; None when the host did not tell one.

    Raises `StandaloneError` when there is none but those that go.
    """
    lines = [line.strip() for line in answer.splitlines()]
    found = [line.partition("=") for line in lines if line.startswith(("goes=/", "stays=/"))]
    stays = [path for word, _unused, path in found if word == "stays"]
    if stays or not found or _END not in lines:
        return stays[0] if stays else None
    raise StandaloneError(
        f"Ansible runs its modules on this host by {found[0][2]}, which goes with what is to be removed, and no other "
        "Python was found. Set ansible_python_interpreter to one that stays."
    )
