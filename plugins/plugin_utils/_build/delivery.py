# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an archive reaches a host, and which arguments the module gets for it: no more than that run needs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._argspec import CREDENTIALS, URL_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._download.mirrors import options_for, public_file
from ansible_collections.standalone.python.plugins.module_utils._errors import DownloadError
from ansible_collections.standalone.python.plugins.module_utils._http.urls import shown_url

from .. import _console
from .._archives.cache import cached_archive
from .._archives.prepared import PackedArchive, prepared_copy
from .decision import Decision
from .options import BuildOptions
from .progress import fetching
from .sources import trusted

# Arguments that the host needs to fetch an archive itself. Any can hold a secret, so no other module run gets them.
_FOR_FETCHING = ("mirror", *(option for option in URL_ARGUMENTS if option != "lock_timeout"))
NEEDED = "archive_needed"  # in the module's result: what identifies the archive that it asks for
# Preparing costs the processor time that 6 hosts save, and with 5 forks as much elapsed time as 21 of them save:
# `make bench ARGS=transfer` prints both numbers.
_MANY_HOSTS = 25


@dataclass(frozen=True)
class Delivery:
    """How one host gets the archive for a decision."""

    decision: Decision
    options: BuildOptions

    @cached_property
    def arguments(self) -> Mapping[str, Any]:
        """The module's arguments for a run that fetches."""
        return self.options.module_arguments(self.decision.spec)

    @property
    def way(self) -> str:
        """Who may fetch: the host (`pull`), the controller (`push`), or the controller if the host cannot (`auto`)."""
        return str(self.arguments["delivery"])

    @property
    def certain(self) -> Asset | None:
        """The asset whose archive the controller certainly has to send; else None."""
        return self.decision.asset if self.way == "push" else None

    @property
    def certain_there(self) -> Asset | None:
        """The asset whose archive the host certainly has to fetch itself; else None."""
        return self.decision.asset if self.way != "push" and "archive" not in self.arguments else None

    def to_work(self) -> dict[str, Any]:
        """The module's arguments for a run without an archive or with one that was sent: no mirror and no login.

        If the module needs an archive nevertheless, it succeeds, and asks for it in its result.
        """
        arguments = {option: value for option, value in self.arguments.items() if option not in _FOR_FETCHING}
        if "asset" in arguments:
            arguments["asset"] = _without_secrets(arguments["asset"])
        return {**arguments, "delivery": "push", "archive_on_request": True}

    def to_unpack(self, asset: Asset, archive: str, packed: PackedArchive) -> dict[str, Any]:
        """The same with `archive`, the path on the host to which `packed`, the archive of `asset`, was sent."""
        sent = asset._replace(prepared=packed.prepared)
        arguments = {**self.to_work(), "archive": archive, "asset": _without_secrets(sent.as_dict())}
        # The digest of the file; the asset has that of the published archive.
        return {**arguments, "checksum": packed.prepared.sha256} if packed.prepared else arguments

    def to_fetch(self, asset: Asset) -> dict[str, Any]:
        """The module's arguments for a host that fetches the archive of `asset`; a login for its server alone."""
        spec = self.decision.spec
        options = options_for(asset.url, spec.mirrors or self.arguments.get("mirror", ()), spec.url)
        unused = CREDENTIALS if options != spec.url else ()
        arguments = {option: value for option, value in self.arguments.items() if option not in unused}
        return {**arguments, "asset": self.with_usable_copy(asset).as_dict(), "archive_on_request": True}

    def with_usable_copy(self, asset: Asset) -> Asset:
        """The asset, without its prepared copy if the host cannot read it or has to get what was attested.

        The address of a copy follows from that of the archive, which no public server has one beside.
        """
        is_mirrored = any(self.arguments.get("mirror", ())) or public_file(asset.url) is None
        is_usable = self.decision.probe.zstandard and is_mirrored and not self.options.is_verified
        return asset if is_usable else asset.published

    def asked_for(self, result: Mapping[str, Any]) -> Asset | None:
        """The asset whose archive the module asks for by digest and name: the spec's, or that of a changed build.

        None when it asks for nothing, or for an archive that is unrelated to this spec. Raises what `trusted` raises.
        """
        needed, spec = None if result.get("failed") else result.get(NEEDED), self.decision.spec
        if spec.asset and _identified(spec.asset) == needed:
            return spec.asset
        request, stored = spec.request, self.decision.state.stored.values()
        described = (receipt.asset for receipt in stored if _identified(receipt.asset) == needed)
        asset = next((one for one in described if request and request.satisfied_by(one.build)), None)
        return trusted(asset, spec, self.options) if asset else None

    @contextmanager
    def archive(self, asset: Asset, *, why: str = "", as_published: bool = False) -> Iterator[PackedArchive]:
        """The asset's archive on the controller, as a context manager.

        `why` is the module's message when it asked for the archive. Hosts that read zstandard may get a prepared copy,
        unless the archive has to be `as_published`. Raises what `cached_archive` raises.
        """
        if self.options.archive:
            yield PackedArchive(self.options.checked_archive(asset))
            return
        with ExitStack() as stack:
            copy = None if as_published else self._mirrored_copy(asset, stack)
            if copy:
                yield copy
                return
            try:
                path = self._cached(asset.published, stack)
            except DownloadError as error:
                raise DownloadError(f"{why} {error}".lstrip()) from error
            if as_published or not self.decision.probe.zstandard:
                yield PackedArchive(path)
            else:
                may_make = self.options.controller.host_count >= _MANY_HOSTS
                yield prepared_copy(path, os.environ, may_make=may_make)

    def _mirrored_copy(self, asset: Asset, stack: ExitStack) -> PackedArchive | None:
        """The prepared copy of a mirror, in the controller's cache; None when there is none that can be used."""
        usable = self.with_usable_copy(asset)
        if usable.copy is None:
            return None
        try:
            return PackedArchive(self._cached(usable.copy, stack), usable.prepared)
        except DownloadError as error:
            _console.warn(f"The prepared copy of {asset.build.name} is not used, but the published archive. {error}")
            return None

    def _cached(self, asset: Asset, stack: ExitStack) -> str:
        """The path of the archive in the controller's cache, where it stays until `stack` is closed."""
        with fetching(asset.file_name, _console.say) as progress:
            return stack.enter_context(
                cached_archive(
                    asset,
                    mirrors=self.arguments["mirror"],
                    url_options=self.decision.spec.url,
                    environ=os.environ,
                    warn=_console.warn,
                    watch=progress.update,
                )
            )


def _without_secrets(asset: Mapping[str, Any]) -> dict[str, Any]:
    """The asset for a run that fetches nothing: its address can have a login or a token."""
    return {**asset, "url": shown_url(asset["url"])}


def _identified(asset: Asset) -> dict[str, str]:
    return {"sha256": asset.sha256, "build": asset.build.name}
