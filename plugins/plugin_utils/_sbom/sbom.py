# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SBOMs of builds, hosts and fleets in the formats that scanners read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from . import cyclonedx, spdx
from .contents import Contents, Environment, Subject

FORMATS: Mapping[str, Callable[[Contents], dict[str, Any]]] = {
    "cyclonedx": cyclonedx.document,
    "spdx": spdx.document,
}


def of_build(form: str, subject: Subject) -> dict[str, Any]:
    """The document of one build; `form` is one of `FORMATS`."""
    return FORMATS[form](Contents.of([subject]))


def of_host(
    form: str, subjects: Iterable[Subject], name: str, environments: Iterable[Environment] = ()
) -> dict[str, Any]:
    """The document of a host or a fleet with that name, which may have no build."""
    return FORMATS[form](Contents.of(subjects, name, environments))


def rendered(document: Mapping[str, Any]) -> str:
    """The text of a file with the document: ASCII, so that no text from a host can hide or reverse another."""
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"
