# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An interpreter for Ansible's modules that stays on a host when links and builds are removed.

When no interpreter is set, Ansible uses the first of a list that is on the PATH and remembers it as a fact. That may
be `/usr/local/bin/python3.13`, which points to a build of ours: once that is removed, every later task would fail.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError

from .._probe.answer import Answer, Form, repeated
from .._probe.shell import command_of

_SCRIPT = Path(__file__).with_name("discovered_python.sh")

DISCOVERED = "discovered_interpreter_python"  # the fact in which Ansible remembers it
_NAME = "standalone-python-search"
# The path becomes a fact by which Ansible starts every module, so nothing in it may mean anything to a shell or a
# template.
_PLAIN = r"[\w./+@~:,=-]"
_PLAIN_PATH = re.compile(f"/{_PLAIN}+")
_DISCOVERIES = ("auto", "auto_silent", "auto_legacy", "auto_legacy_silent")


class Going(NamedTuple):
    """The paths of links and builds that are about to be removed."""

    links: tuple[str, ...] = ()
    builds: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.links or self.builds)

    def command(self, pythons: Sequence[str]) -> str:
        """The command for the host's `/bin/sh` that reports the first of `pythons`, names or paths, that stays."""
        lists = {"candidates": pythons, "links": self.links, "builds": self.builds}
        return command_of(_SCRIPT, values={name: "\n".join(words) for name, words in lists.items()})


def candidates(configured: str | None, discoverable: Sequence[str]) -> Sequence[str]:
    """The interpreters that may run modules: the configured one, else those that Ansible looks for."""
    words = [word for word in (configured or "").split() if not word.startswith("-")]
    if not words or words[-1] in _DISCOVERIES:
        return discoverable
    return words[-1:]  # python3 for "/usr/bin/env python3"


def is_plain_path(value: object) -> bool:
    """Whether it is a path without anything that a shell or a template would interpret."""
    return isinstance(value, str) and _PLAIN_PATH.fullmatch(value) is not None


def lasting_python(stdout: str, pythons: Sequence[str], warn: Callable[[str], None], where: str) -> str | None:
    """The interpreter that stays, one of `pythons`; None when the host named `where` reported none.

    Calls `warn` for unreadable output. Raises `StandaloneError` when every interpreter would be removed.
    """
    form = _form_of(pythons)
    answer = Answer.parse(stdout, _NAME, {"goes": form, "stays": form})
    if answer is None:
        return None
    answer.warn_of_malformed(warn, f"{where} to which Python stays")
    facts = answer.facts
    if "stays" in facts or "goes" not in facts:
        return facts.get("stays", [None])[0]
    raise StandaloneError(
        f"Ansible runs its modules on this host by {facts['goes'][0]}, which this run removes, and "
        "would use no other. Set ansible_python_interpreter to one that stays."
    )


def _form_of(pythons: Sequence[str]) -> Form:
    """The form of a plain path that is one of `pythons`, or whose file name is."""
    paths = (f"{'' if '/' in python else f'/(?:{_PLAIN}*/)?'}{re.escape(python)}" for python in pythons)
    return repeated(f"(?=/{_PLAIN}+\\Z)(?:{'|'.join(paths)})")
