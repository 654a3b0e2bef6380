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
from ansible_collections.standalone.python.plugins.module_utils._download.mirrors import options_for
from ansible_collections.standalone.python.plugins.module_utils._errors import DownloadError
from ansible_collections.standalone.python.plugins.module_utils._http.urls import shown_url

from .. import _console
from .._archives.cache import cached_archive
from .._archives.recompress import PackedArchive, recompressed
from .decision import Decision
from .options import BuildOptions
from .progress import fetching
from .sources import trusted

# Arguments that the host needs to fetch an archive itself. Any can hold a secret, so no other module run gets them.
_FOR_FETCHING = ("mirror", *(option for option in URL_ARGUMENTS if option != "lock_timeout"))
NEEDED = "archive_needed"  # in the module's result: what identifies the archive that it asks for
_MANY_HOSTS = 20  # with this many hosts, a recompressed archive saves more time than recompressing takes


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

    def to_unpack(self, asset: Asset, archive: str) -> dict[str, Any]:
        """The same with `archive`, the path on the host to which the archive of `asset` was sent."""
        return {**self.to_work(), "archive": archive, "asset": _without_secrets(asset.as_dict())}

    def to_fetch(self, asset: Asset) -> dict[str, Any]:
        """The module's arguments for a host that fetches the archive of `asset`; a login for its server alone."""
        spec = self.decision.spec
        options = options_for(asset.url, spec.mirrors or self.arguments.get("mirror", ()), spec.url)
        unused = CREDENTIALS if options != spec.url else ()
        arguments = {option: value for option, value in self.arguments.items() if option not in unused}
        return {**arguments, "asset": asset.as_dict(), "archive_on_request": True}

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

        `why` is the module's message when it asked for the archive. The archive may be recompressed for hosts that read
        zstandard, unless it has to be `as_published`. Raises what `cached_archive` raises.
        """
        if self.options.archive:
            yield PackedArchive(self.options.checked_archive(asset))
            return
        with ExitStack() as stack:
            try:
                path = self._cached(asset, stack)
            except DownloadError as error:
                raise DownloadError(f"{why} {error}".lstrip()) from error
            if as_published or not self.decision.probe.zstandard:
                yield PackedArchive(path)
            else:
                may_make = self.options.controller.host_count >= _MANY_HOSTS
                yield recompressed(path, os.environ, may_make=may_make)

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
