# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an archive reaches a host, and which arguments the module gets for it: no more than that run needs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._argspec import (CREDENTIALS, URL_ARGUMENTS)
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._errors import DownloadError
from ansible_collections.standalone.python.plugins.module_utils._download.mirrors import options_for
from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec
from ansible_collections.standalone.python.plugins.module_utils._install.plan import Plan
from ansible_collections.standalone.python.plugins.module_utils._store.state import State
from ansible_collections.standalone.python.plugins.module_utils._http.urls import shown_url

from .._archives.cache import cached_archive
from .._archives.recompress import (PackedArchive, recompressed)
from .progress import fetching

# Arguments that the host needs to fetch an archive itself. Any can hold a secret, so no other module run gets them.
_FOR_FETCHING = ("mirror", *(option for option in URL_ARGUMENTS if option != "lock_timeout"))


@dataclass(frozen=True)
class Delivery:
    """How one host gets its archive. `arguments` are the module's arguments for a run that fetches.

    `trusted` returns the asset that task, lock or index have for a build that the host describes; it raises when they
    have none. `own_archive` returns the path of the task's own archive on the controller, checked against the asset's
    digest; it is None when the task has no archive there. `reads_zstd` is whether the host can read zstandard, and
    `is_for_many` whether enough hosts need archives for recompressing to pay.
    """

    spec: InstallSpec
    state: State
    arguments: Mapping[str, Any]
    trusted: Callable[[Asset], Asset]
    own_archive: Callable[[Asset], str] | None
    reads_zstd: bool
    is_for_many: bool

    @property
    def way(self) -> str:
        """Who may fetch: the host (`pull`), the controller (`push`), or the controller if the host cannot (`auto`)."""
        return str(self.arguments["delivery"])

    def certain(self, decided: Plan) -> Asset | None:
        """The asset whose archive the controller certainly has to send; else None."""
        return self.spec.asset if decided.needs_asset and self.way == "push" else None

    def certain_there(self, decided: Plan) -> Asset | None:
        """The asset whose archive the host certainly has to fetch itself; else None."""
        is_fetched = decided.needs_asset and self.way != "push" and "archive" not in self.arguments
        return self.spec.asset if is_fetched else None

    def to_work(self) -> dict[str, Any]:
        """The module's arguments for a run without an archive or with one that was sent: no mirror and no login.

        If the module needs an archive nevertheless, it asks for it in its result.
        """
        arguments = {option: value for option, value in self.arguments.items() if option not in _FOR_FETCHING}
        if "asset" in arguments:
            arguments["asset"] = {**arguments["asset"], "url": shown_url(arguments["asset"]["url"])}
        return {**arguments, "delivery": "push"}

    def to_fetch(self, asset: Asset) -> dict[str, Any]:
        """The module's arguments for a host that fetches the archive of `asset`; a login only for the server it uses."""
        options = options_for(asset.url, self.spec.mirrors or self.arguments.get("mirror", ()), self.spec.url)
        unused = CREDENTIALS if options != self.spec.url else ()
        arguments = {option: value for option, value in self.arguments.items() if option not in unused}
        return {**arguments, "asset": asset.as_dict()}

    def asked_for(self, result: Mapping[str, Any]) -> Asset | None:
        """The asset whose archive the module asks for by digest and name: the spec's, or that of a changed build.

        None when it asks for nothing, or for an archive that is unrelated to this spec. Raises what `trusted` raises.
        """

        def is_it(asset: Asset) -> bool:
            named = result.get("build_needed", asset.build.name)
            return asset.sha256 == result.get("archive_needed") and asset.build.name == named

        if self.spec.asset and is_it(self.spec.asset):
            return self.spec.asset
        request = self.spec.request
        described = (receipt.asset for receipt in self.state.stored.values() if is_it(receipt.asset))
        asset = next((one for one in described if request and request.satisfied_by(one.build)), None)
        return self.trusted(asset) if asset else None

    @contextmanager
    def archive(
        self, asset: Asset, *, why: str, warn: Callable[[str], None], say: Callable[[str], None]
    ) -> Iterator[PackedArchive]:
        """The asset's archive on the controller, as a context manager.

        `why` is the module's message when it asked for the archive. `say` receives progress lines of a slow download.
        Raises what `cached_archive` raises.
        """
        if self.own_archive:
            yield PackedArchive(self.own_archive(asset))
            return
        with ExitStack() as stack:
            try:
                with fetching(asset.file_name, say) as progress:
                    path = stack.enter_context(
                        cached_archive(
                            asset,
                            mirrors=self.arguments["mirror"],
                            url_options=self.spec.url,
                            environ=os.environ,
                            warn=warn,
                            watch=progress.update,
                        )
                    )
            except DownloadError as error:
                raise DownloadError(f"{why} {error}".lstrip()) from error
            yield recompressed(path, os.environ, may_make=self.is_for_many) if self.reads_zstd else PackedArchive(path)
