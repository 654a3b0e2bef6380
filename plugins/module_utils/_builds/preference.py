# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of several builds of one version is the better one, as in BUILDS 6."""

from __future__ import annotations

from .build import FLAVORS, Build

# The best first. Builds of before 2020 do not say how they are optimized.
_RANKS = {words: rank for rank, words in enumerate(("pgo+lto", "pgo", "lto", "noopt", ""))}
_UNKNOWN_RANK = len(_RANKS)


def preference(build: Build) -> tuple[object, ...]:
    """Smaller is better: the flavor first, then how it is optimized, then the newest release."""
    words = [word for word in build.optimization.split("+") if word != "static"]
    return (
        FLAVORS.index(build.flavor),
        "static" in build.build_options,
        _RANKS.get("+".join(words), _UNKNOWN_RANK),
        -int(build.release),
    )
