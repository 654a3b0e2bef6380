# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the module for a decision: once where it is certain who fetches the archive, else again with the archive."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._errors import UnsupportedHost

from .. import _console
from .._archives.prepared import PackedArchive
from .._host import Host
from .._module_result import lacks_interpreter
from .delivery import Delivery
from .image import exported_epoch
from .preflight import preflight
from .progress import installing, sending


def apply(delivery: Delivery, host: Host) -> dict[str, Any]:
    """The module's result. An archive that is certainly needed is sent first, any other on request.

    Raises `StoreError` when the host has no space for the archive, `UnsupportedHost` when it cannot run modules, and
    what `Delivery.archive` raises.
    """
    asset, why = delivery.certain, ""
    if asset is None:
        asset, result = _left_to_send(delivery, host)
        why = str(result.get("msg", ""))
        if asset is None:
            return result
    with delivery.archive(asset, why=why) as packed:
        result = _sent(delivery, host, asset, packed)
    if not packed.prepared or delivery.asked_for(result) is None:
        return result
    _console.warn(f"{result.get('msg', '')} It gets the published archive.".lstrip())
    with delivery.archive(asset, as_published=True) as published:  # the probe cannot know what its Python can call
        return _sent(delivery, host, asset, published)


def _sent(delivery: Delivery, host: Host, asset: Asset, packed: PackedArchive) -> dict[str, Any]:
    """The module's result after the archive was sent to the host."""
    decision = delivery.decision
    size_bytes = os.path.getsize(packed.path)
    preflight(decision.spec, decision.plan, decision.probe, archive_bytes=size_bytes)
    with sending(f"{host.name}: {asset.file_name}", size_bytes, _console.say):
        arguments = delivery.to_unpack(asset, host.send_file(packed.path), packed)
    return _run_module(delivery, host, arguments)


def _left_to_send(delivery: Delivery, host: Host) -> tuple[Asset | None, dict[str, Any]]:
    """The module's result and, where it needs one, the asset whose archive the controller has to send.

    Only the module can find a changed build. The controller then fetches what it knows itself about that build.
    """
    fetched = delivery.certain_there
    result = _fetch_there(delivery, host, fetched) if fetched else _run_module(delivery, host, delivery.to_work())
    asset = delivery.asked_for(result)
    if asset and not fetched and delivery.way != "push":
        result = _fetch_there(delivery, host, asset)
        asset = delivery.asked_for(result)
    return (asset if delivery.way != "pull" else None), result


def _fetch_there(delivery: Delivery, host: Host, asset: Asset) -> dict[str, Any]:
    """The result of a module run that fetches the archive on the host."""
    with installing(f"{host.name}: {asset.file_name}", _console.say):
        return _run_module(delivery, host, delivery.to_fetch(asset), fetches=True)


def _run_module(
    delivery: Delivery, host: Host, arguments: Mapping[str, Any], *, fetches: bool = False
) -> dict[str, Any]:
    environment = exported_epoch(delivery.decision.spec.system)
    result = host.run_module("build", arguments, fetches=fetches, environment=environment)
    if lacks_interpreter(result):
        raise UnsupportedHost(str(result.get("msg")))
    return result
