# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `build_info` says, as facts and as SBOMs: made by the controller from the validated answer of a host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._components.table import completed
from .._links.discovered_python import is_plain_path
from .._sbom import sbom
from .._sbom.contents import Subject
from .answer import FoundBuild, HostAnswer

FACTS = "standalone_python"


def described(found: FoundBuild, form: str | None) -> dict[str, Any]:
    """A build of the answer with all its components, and with its SBOM when one is asked for."""
    components = completed(found.asset.build, found.components())
    document = sbom.of_build(form, Subject(found.asset, components)) if form else None
    return {**found.answer, "components": components, **({"sbom": document} if document else {})}


def facts_of(answer: HostAnswer) -> dict[str, Any]:
    """The facts: for each path with a build what it is. Facts become variables, so a path is one without any mark of a
    shell or template; others are left out.
    """
    paths: dict[str, Mapping[str, Any]] = {}
    for found in answer.paths:
        build = answer.build_at(found.entry, found.store)
        if build and is_plain_path(found.path):
            known = completed(build.asset.build, build.components())
            paths[found.path] = {
                "executable": f"{found.path}/{build.asset.build.program}",
                "version": str(build.asset.build.version),
                "release": build.asset.build.release,
                "build": build.asset.build.name,
                "components": {name: component["version"] for name, component in known.items()},
            }
    return {"paths": paths}
