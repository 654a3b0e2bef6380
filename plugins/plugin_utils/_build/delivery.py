# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who brings an archive to a host, and what the module there gets for it: no more than that run needs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._argspec import (CREDENTIALS, URL_ARGUMENTS)
from ansible_collections.standalone.python.plugins.module_utils._builds.build import (Asset)
from ansible_collections.standalone.python.plugins.module_utils._errors import DownloadError
from ansible_collections.standalone.python.plugins.module_utils._download.mirrors import (options_for)
from ansible_collections.standalone.python.plugins.module_utils._install.spec import (InstallSpec)
from ansible_collections.standalone.python.plugins.module_utils._install.plan import (Plan)
from ansible_collections.standalone.python.plugins.module_utils._store.state import (State)
from ansible_collections.standalone.python.plugins.module_utils._http.urls import (shown_url)

from .._archives.cache import (cached_archive)
from .._archives.recompress import (PackedArchive, recompressed)
from .progress import (fetching)

# By what the host fetches an archive itself. Any of them can hold a secret, so no other run of the module gets them.
_FOR_FETCHING = ("mirror", *(option for option in URL_ARGUMENTS if option != "lock_timeout"))


@dataclass(frozen=True)
class Delivery:
    """How one host gets its archive. `arguments` are the module's for a run that fetches.

    `trusted` gives the asset of a build that the host describes, by task, lock or index; it raises where these have
    none. `own_archive` gives the path of the task's own archive on the controller, checked against the asset's digest;
    None when the task has none there. `reads_zstd` says that the host can read it, and `is_for_many` that so many hosts
    need archives that it pays to pack them anew.
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
        """Who may fetch: the host (pull), the controller (push), or the controller where the host cannot (auto)."""
        return str(self.arguments["delivery"])

    def certain(self, decided: Plan) -> Asset | None:
        """The asset whose archive the host certainly needs from the controller."""
        return self.spec.asset if decided.needs_asset and self.way == "push" else None

    def certain_there(self, decided: Plan) -> Asset | None:
        """The asset whose archive the host certainly has to fetch itself."""
        is_fetched = decided.needs_asset and self.way != "push" and "archive" not in self.arguments
        return self.spec.asset if is_fetched else None

    def to_work(self) -> dict[str, Any]:
        """The module's arguments where it needs no archive, or gets it: no mirror, no login, nothing to fetch with.

        Should it need one nevertheless, it asks for it.
        """
        arguments = {option: value for option, value in self.arguments.items() if option not in _FOR_FETCHING}
        if "asset" in arguments:
            arguments["asset"] = {**arguments["asset"], "url": shown_url(arguments["asset"]["url"])}
        return {**arguments, "delivery": "push"}

    def to_fetch(self, asset: Asset) -> dict[str, Any]:
        """The module's arguments where the host fetches the archive of `asset`, with a login if its server is asked."""
        options = options_for(asset.url, self.spec.mirrors or self.arguments.get("mirror", ()), self.spec.url)
        unused = CREDENTIALS if options != self.spec.url else ()
        arguments = {option: value for option, value in self.arguments.items() if option not in unused}
        return {**arguments, "asset": asset.as_dict()}

    def asked_for(self, result: Mapping[str, Any]) -> Asset | None:
        """The asset whose archive the module asks for by its digest: the order's, or that of a build that changed.

        None where it asks for nothing, or for what this order has nothing to do with. Raises what `trusted` raises.
        """
        digest = result.get("archive_needed")
        if self.spec.asset and self.spec.asset.sha256 == digest:
            return self.spec.asset
        request = self.spec.request
        described = (receipt.asset for receipt in self.state.stored.values() if receipt.asset.sha256 == digest)
        asset = next((one for one in described if request and request.satisfied_by(one.build)), None)
        return self.trusted(asset) if asset else None

    @contextmanager
    def archive(
        self, asset: Asset, *, why: str, warn: Callable[[str], None], say: Callable[[str], None]
    ) -> Iterator[PackedArchive]:
        """The asset's archive on the controller.

        `why` is what the module said when it asked for it. `say` takes a line about a download that takes its time.
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
