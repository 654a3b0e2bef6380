# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SBOMs that a store keeps beside its builds: the controller writes them, since a host has no table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._builds.build import SAFE_NAME, Asset
from ansible_collections.standalone.python.plugins.module_utils._install.report import SBOMS
from ansible_collections.standalone.python.plugins.module_utils._json import Fields
from ansible_collections.standalone.python.plugins.module_utils._store.receipt import components_in
from ansible_collections.standalone.python.plugins.module_utils._store.store import SBOM_DIRECTORY, SBOM_ENDINGS

from .. import _console
from .._components.table import completed
from .._fleet.answer import DamagedAnswer
from .._host import Host
from .._sbom.contents import Subject
from .._sbom.sbom import of_build, rendered


def path_of(store: str, entry: str, form: str) -> str:
    """The file of an SBOM on the host."""
    return f"{store}/{SBOM_DIRECTORY}/{entry}{SBOM_ENDINGS[form]}"


def with_sboms(
    result: Mapping[str, Any],
    host: Host,
    root: str | None,
    interpreter: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The module's result about one path, once a store that keeps SBOMs has that of the path's build.

    If it cannot be written there is a warning, and what was done at the path stays. Raises `DamagedAnswer`.
    """
    rest = {key: value for key, value in result.items() if key != SBOMS}
    if not result.get(SBOMS) or result.get("failed"):
        return rest
    asset, files = _files(result)
    options = {"files": files, **({"root": root, "release": asset.build.release} if root else {})}
    written = host.run_module("links", options, interpreter=interpreter, environment=environment)
    if written.get("failed"):
        _console.warn(
            f"{host.name}: the SBOM {files[0]['path']} was not written: {written.get('msg')} Run the role "
            "standalone.python.interpreter with interpreter_sbom to write it."
        )
    return rest


def _files(result: Mapping[str, Any]) -> tuple[Asset, list[dict[str, str]]]:
    where = f"The answer of the host: {SBOMS}"
    fields = Fields(result[SBOMS], where, DamagedAnswer)
    entry, forms = fields.text("entry"), fields.texts("formats")
    asset = Asset.from_dict(fields.object("asset"), f"{where}: asset", DamagedAnswer)
    if not SAFE_NAME.fullmatch(entry) or not set(forms) <= set(SBOM_ENDINGS):
        raise DamagedAnswer(f"{where} is damaged: it should name an entry of the store and formats of SBOMs.")
    measured = components_in(Fields(result, where, DamagedAnswer))
    subject = Subject(asset, completed(asset.build, measured))
    store = str(result.get("store"))
    return asset, [
        {"path": path_of(store, entry, form), "content": rendered(of_build(form, subject))} for form in forms
    ]
