# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controller has to send to a host, and where it has that from: a file of the task's own, or its cache."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._builds import Asset
from ansible_collections.standalone.python.plugins.module_utils._errors import DownloadError
from ansible_collections.standalone.python.plugins.module_utils._order import Order
from ansible_collections.standalone.python.plugins.module_utils._plan import Plan
from ansible_collections.standalone.python.plugins.module_utils._state import State

from ._archive_cache import cached_archive
from ._packed_anew import Parcel, packed_anew
from ._progress import fetching


@dataclass(frozen=True)
class Delivery:
    """How one host gets its archive. `arguments` are the module's.

    `own_archive` gives the path of the task's own archive on the controller, checked against the asset's digest; None
    when the task has none there. `reads_zstd` says that the host can read it, and `is_for_many` that so many hosts need
    archives that it pays to pack them anew.
    """

    order: Order
    state: State
    arguments: Mapping[str, Any]
    own_archive: Callable[[Asset], str] | None
    reads_zstd: bool
    is_for_many: bool

    def certain(self, decided: Plan) -> Asset | None:
        """The asset whose archive the host certainly needs from the controller."""
        return self.order.asset if decided.needs_asset and self.arguments["delivery"] == "push" else None

    def asked_for(self, result: Mapping[str, Any]) -> Asset | None:
        """The asset whose archive the module asks for, by its digest: the order's, or that of a build that drifted."""
        known = [self.order.asset, *(receipt.asset for receipt in self.state.stored.values())]
        return next((asset for asset in known if asset and asset.sha256 == result.get("archive_wanted")), None)

    @contextmanager
    def archive(
        self, asset: Asset, *, why: str, warn: Callable[[str], None], say: Callable[[str], None]
    ) -> Iterator[Parcel]:
        """The asset's archive on the controller.

        `why` is what the module said when it asked for it. `say` takes a line about a download that takes its time.
        """
        if self.own_archive:
            yield Parcel(self.own_archive(asset))
            return
        with ExitStack() as stack:
            try:
                with fetching(asset.file_name, say) as progress:
                    path = stack.enter_context(
                        cached_archive(
                            asset,
                            mirrors=self.arguments["mirror"],
                            url_options=self.order.url,
                            environ=os.environ,
                            warn=warn,
                            watch=progress.update,
                        )
                    )
            except DownloadError as error:
                raise DownloadError(f"{why} {error}".lstrip()) from error
            yield packed_anew(path, os.environ, may_make=self.is_for_many) if self.reads_zstd else Parcel(path)
