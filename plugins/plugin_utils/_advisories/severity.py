# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How severe an advisory is, in a word and a number for the reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_LONGEST = 300  # characters
_WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    **{key: {"H": 0.56, "L": 0.22, "N": 0.0} for key in ("C", "I", "A")},
}
_RIGHTS = {"U": {"N": 0.85, "L": 0.62, "H": 0.27}, "C": {"N": 0.85, "L": 0.68, "H": 0.5}}  # by the scope


def severity_of(record: Mapping[str, Any]) -> str:
    """The word of the database, such as high, with the score of a CVSS vector; the vector itself where it has none."""
    parts = [record, *(part for part in record["affected"] if isinstance(part, Mapping))]
    word = next(filter(None, (_word(part.get("database_specific")) for part in parts)), "")
    scores = [
        one["score"]
        for part in parts
        for one in (part["severity"] if isinstance(part.get("severity"), list) else ())
        if isinstance(one, Mapping) and isinstance(one.get("score"), str)
    ]
    rated = next(filter(None, map(_base_score, scores)), None)
    if rated:
        number = f"{rated // 10}.{rated % 10}"
        return f"{word or _rating(rated)} (CVSS {number})"
    return word or (scores[-1][:_LONGEST].lower() if scores else "")


def _word(specific: Any) -> str:
    word = specific.get("severity") if isinstance(specific, Mapping) else None
    return word[:_LONGEST].lower() if isinstance(word, str) else ""


def _base_score(vector: str) -> int | None:
    """Ten times the base score of a vector of CVSS 3, by https://www.first.org/cvss/v3.1/specification-document 7.1;
    None for another or a damaged one.
    """
    metrics = dict(pair.split(":", 1) for pair in vector.split("/") if ":" in pair)
    try:
        if metrics["CVSS"] not in ("3.0", "3.1"):
            return None
        weights = {name: of_name[metrics[name]] for name, of_name in _WEIGHTS.items()}
        rights, is_changed = _RIGHTS[metrics["S"]][metrics["PR"]], metrics["S"] == "C"
    except KeyError:
        return None
    base = 1 - (1 - weights["C"]) * (1 - weights["I"]) * (1 - weights["A"])
    impact = 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 if is_changed else 6.42 * base
    exploitability = 8.22 * weights["AV"] * weights["AC"] * rights * weights["UI"]
    if impact <= 0:
        return 0
    score = min((1.08 if is_changed else 1.0) * (impact + exploitability), 10.0)
    return -(-round(score * 100_000) // 10_000)  # rounded up to a tenth, as that document does it


def _rating(score: int) -> str:
    return "critical" if score >= 90 else "high" if score >= 70 else "medium" if score >= 40 else "low"
