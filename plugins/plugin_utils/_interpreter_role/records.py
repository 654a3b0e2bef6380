# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that the role `interpreter` keeps about its builds: SBOMs and the local fact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ansible_collections.standalone.python.plugins.module_utils._builds.build import SAFE_NAME
from ansible_collections.standalone.python.plugins.module_utils._install import local_fact as local_facts
from ansible_collections.standalone.python.plugins.module_utils._store.receipt import MEASURED
from ansible_collections.standalone.python.plugins.module_utils._store.store import SBOM_ENDINGS

from .._build.sboms import path_of
from .._components.table import completed
from .._fleet.answer import DamagedAnswer, HostAnswer
from .._sbom.contents import Subject
from .._sbom.sbom import of_build, rendered

if TYPE_CHECKING:
    from .builds import Build


def interpreter_records(
    info: Any, builds: Sequence[Build], form: str | None, local_fact: bool | None
) -> dict[str, list[Any]]:
    """The options `files` and `absent` of `links` for SBOMs beside the builds and for the local fact.

    `info` is the result of `build_info`. `form` is the format of the SBOMs, None to keep none. The local fact is left
    as it is when `local_fact` is None. Raises `DamagedAnswer`.
    """
    answer = HostAnswer.parse(info)
    stores = {build["store"] for build in builds}
    files, absent = [], []
    for found in answer.builds if form else ():
        if found.store not in stores or not SAFE_NAME.fullmatch(found.entry):
            raise DamagedAnswer(f"{found.where} is damaged: it should be in a store of the role.")
        for other in SBOM_ENDINGS:
            path = path_of(found.store, found.entry, other)
            if other == form:
                subject = Subject(found.asset, completed(found.asset.build, found.components()))
                files.append({"path": path, "content": rendered(of_build(form, subject))})
            else:
                absent.append(path)
    paths = _fact_of(answer) if local_fact else {}
    if paths:
        files.append({"path": local_facts.FILE, "content": local_facts.rendered(paths)})
    elif local_fact is not None:
        absent.append(local_facts.FILE)
    return {"files": files, "absent": absent}


def _fact_of(answer: HostAnswer) -> dict[str, Any]:
    """The local fact as the modules write it: with what was measured."""
    paths = {}
    for path in answer.paths:
        found = answer.build_at(path.entry, path.store)
        if found:
            known = found.components().items()
            measured = {name: component["version"] for name, component in known if component["source"] == MEASURED}
            paths[path.path] = local_facts.entry(path.path, found.asset.build, measured)
    return paths
