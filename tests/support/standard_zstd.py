# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`compression.zstd`, which Python has from 3.14 on, for tests with an older one: the same module from `backports`."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

import pytest


def provide_compression_zstd(monkeypatch: pytest.MonkeyPatch) -> bool:
    """Let `from compression import zstd` work during a test; returns whether it does."""
    if importlib.util.find_spec("compression"):
        return True
    try:
        from backports import zstd
    except ImportError:
        return False
    package = ModuleType("compression")
    package.zstd = zstd  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "compression", package)
    monkeypatch.setitem(sys.modules, "compression.zstd", zstd)
    return True
