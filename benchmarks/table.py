# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was measured against what was promised, as lines of one table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from benchmarks.rounds import Seconds


@dataclass(frozen=True)
class Line:
    """One promise: the figure that was measured in each round must have a median of at most `must`.

    Without a `must` it is no promise, but a figure to see beside one.
    """

    what: str
    detail: str  # the two figures that a ratio is made of, or what an absolute one counts
    figures: Sequence[float]  # one for each round, two at least
    must: float | None
    unit: str = ""

    @property
    def is_noisy(self) -> bool:
        """Whether the quartiles are further apart than a third of the median, so that the median proves nothing."""
        low, middle, high = quantiles(self.figures, method="inclusive")
        return high - low > middle / 3

    @property
    def kept(self) -> bool:
        """Whether nothing was measured that breaks the promise; noise breaks none."""
        return self.must is None or self.is_noisy or median(self.figures) <= self.must

    @property
    def verdict(self) -> str:
        """The promise in a word; empty without one."""
        if self.must is None:
            return ""
        return "too noisy to judge" if self.is_noisy else "ok" if self.kept else "MISSED"


def ratio(
    what: str, seconds: Seconds, ours: str, peer: str, *, must: float | None, empty: str = "", per: int = 1
) -> Line:
    """Ours by the peer's, round by round, less the round's `empty`; `per` hosts share the figures that are shown."""
    nothing = seconds[empty] if empty else [0.0] * len(seconds[ours])
    own = [spent - base for spent, base in zip(seconds[ours], nothing)]
    other = [spent - base for spent, base in zip(seconds[peer], nothing)]
    detail = f"{_shown(median(own) / per)} / {_shown(median(other) / per)}  {peer}"
    return Line(what, detail, [mine / theirs for mine, theirs in zip(own, other)], must)


def render(lines: Iterable[Line]) -> str:
    """The table: what, median, quartiles, the promise and whether it was kept, then the figures behind a ratio."""
    rows = [("", "median", "quartiles", "must", "", "")]
    for line in lines:
        low, middle, high = quantiles(line.figures, method="inclusive")
        rows.append(
            (
                line.what,
                f"{middle:.3g}{line.unit}",
                f"{low:.3g} to {high:.3g}",
                "" if line.must is None else f"{line.must:g}{line.unit}",
                line.verdict,
                line.detail,
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _shown(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"
