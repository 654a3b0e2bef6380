# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that the role `mirror` derives from its variables. Everything but the interface is in plugin_utils."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.standalone.python.plugins.plugin_utils._bytecode import keep_bytecode

keep_bytecode()  # before the imports that it makes quicker

from ansible_collections.standalone.python.plugins.plugin_utils._mirror import nginx


def mirror_faults(settings: Mapping[str, Any]) -> list[str]:
    return nginx.faults(settings)


def mirror_served(configuration: str) -> str:
    return nginx.served(configuration)


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"mirror_faults": mirror_faults, "mirror_served": mirror_served}
