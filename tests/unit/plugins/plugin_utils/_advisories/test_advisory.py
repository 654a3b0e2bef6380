# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict of an advisory about one version."""

from __future__ import annotations

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._advisories.advisory import (
    Advisory,
    AffectedComponent,
    Event,
    InvalidAdvisory,
    Verdict,
    joined,
    newest_of,
)


def ranged(text: str) -> tuple[Event, ...]:
    """Events such as `introduced 3.0.0, fixed 3.0.7`."""
    return tuple(Event(*one.split()) for one in text.split(", "))


RANGES = [
    ("pip", "introduced 0, fixed 26.2.2", {"26.2.1": True, "26.2.2": False, "26.2.2rc1": True, "9.0": True}),
    ("openssl", "introduced 0, fixed 1.1.1w", {"1.1.1v": True, "1.1.1w": False, "1.0.2zk": True, "3.0.0": False}),
    (
        "openssl",
        "fixed 3.0.7, introduced 3.0.0, introduced 3.5.0, fixed 3.5.7",
        {"1.1.1w": False, "3.0.0": True, "3.0.6": True, "3.0.7": False, "3.4.9": False, "3.5.6": True, "3.5.7": False},
    ),
    ("sqlite", "introduced 3.40.0, last_affected 3500400", {"3.39.9": False, "3.50.4": True, "3.50.5": False}),
    ("xz", "introduced 5.6.0, fixed 5.6.2, limit 6", {"5.6.1": True, "5.4.9": False, "6.0.1": False}),
    ("xz", "introduced 5.6.0, limit *", {"5.6.1": True, "6.0.1": True}),
    ("expat", "introduced 0", {"2.8.2": True}),
]


@pytest.mark.parametrize(("component", "events", "expected"), RANGES)
def test_a_range_is_gone_through_as_the_schema_says(component: str, events: str, expected: dict[str, bool]) -> None:
    affected = AffectedComponent(component, (ranged(events),))
    assert {version: affected.judge(version).affected for version in expected} == expected


@pytest.mark.parametrize(
    ("affected", "version", "verdict"),
    [
        (AffectedComponent("openssl", (ranged("introduced 0, fixed 3.x"),)), "3.5.6", "'3.x' is no version of openssl"),
        (AffectedComponent("openssl", (ranged("introduced 0, fixed 3.0.7"),)), "3.5.6+quic", "'3.5.6+quic' is no ver"),
        (AffectedComponent("openssl", unread="it names commits and no versions"), "3.5.6", "it names commits"),
        (AffectedComponent("openssl", versions=("3.x",)), "3.5.6", "'3.x' is no version of openssl"),
        (AffectedComponent("cmake", (ranged("introduced 0"),)), "1.18", "the order of versions of cmake is unkn"),
    ],
)
def test_what_cannot_be_compared_is_never_unaffected(affected: AffectedComponent, version: str, verdict: str) -> None:
    judged = affected.judge(version)
    assert judged.affected is None
    assert judged.why.startswith(verdict)


def test_one_certain_answer_outweighs_a_doubt() -> None:
    affected = AffectedComponent(
        "openssl", (ranged("introduced x"), ranged("introduced 3.5.0, fixed 3.5.7")), ("odd", "3.0.1+quic")
    )
    assert affected.judge("3.5.6") == Verdict(True)
    assert affected.judge("3.0.1+quic") == Verdict(True)
    assert affected.judge("3.5.7").affected is None


def test_a_list_of_tags_names_versions() -> None:
    affected = AffectedComponent("cpython", versions=("v3.12.0", "v3.9-docs", "v3.13.0rc1"))
    assert [affected.judge(version).affected for version in ("3.12.0", "3.13.0rc1", "3.13.0")] == [True, True, False]


@pytest.mark.parametrize(("version", "fix"), [("3.0.1", "3.0.7"), ("3.5.1", "3.5.7"), ("3.5.7", None), ("3.x", None)])
def test_the_first_version_with_the_fix_is_named(version: str, fix: str | None) -> None:
    events = ranged("introduced 3.0.0, fixed 3.0.7, introduced 3.5.0, fixed 3.5.7")
    advisory = Advisory("A", (AffectedComponent("xz"), AffectedComponent("openssl", (events,))), "file")
    assert advisory.fixed_in("openssl", version) == fix


def test_an_advisory_judges_the_components_that_it_names() -> None:
    advisory = Advisory("A", (AffectedComponent("pip", (ranged("introduced 0, fixed 26.2.2"),)),), "file")
    assert advisory.judge("pip", "26.2.1") == Verdict(True)
    assert advisory.judge("setuptools", "26.2.1") == Verdict(False)
    assert advisory.components == ("pip",)


def below(fixed: str, component: str = "pip") -> tuple[AffectedComponent, ...]:
    return (AffectedComponent(component, (ranged(f"introduced 0, fixed {fixed}"),)),)


def test_of_two_records_with_one_id_the_one_that_was_changed_last_counts() -> None:
    old = Advisory("A", below("26.2.1"), "old", modified="2026-10-01T00:00:00")
    new = Advisory("A", below("26.2.2"), "new", modified="2026-10-01T00:00:00.5")
    for records in ([old, new], [new, old], [old, old, new]):
        assert newest_of(records) == ([new], ["A"])
    gone = Advisory("A", (), "gone", modified="2026-11-01T00:00:00", withdrawn=True)
    assert newest_of([new, gone, old]) == ([gone], ["A"])
    assert newest_of([new, new]) == ([new], [])


@pytest.mark.parametrize(("one", "other"), [("", ""), ("2026-10-01T00:00:00", ""), ("2026", "2026")])
def test_without_an_order_two_records_disagree(one: str, other: str) -> None:
    records = [Advisory("A", below("1"), "here", modified=one), Advisory("A", below("2"), "there", modified=other)]
    with pytest.raises(InvalidAdvisory, match=r"here and there disagree about A\. Keep the right one"):
        newest_of(records)
    with pytest.raises(InvalidAdvisory, match=r"two entries of here disagree about A"):
        newest_of([records[0], Advisory("A", below("2"), "here")])


def test_advisories_about_one_flaw_are_one() -> None:
    found = joined([
        Advisory("CVE-1", (AffectedComponent("pip", unread="it names commits and no versions"),), "a"),
        Advisory("X", below("1"), "a"),
        Advisory("GHSA-1", below("26.2.1"), "b", aliases=("CVE-1",), why="bad", severity="high"),
        Advisory("PYSEC-1", below("26.2.2"), "c", aliases=("BIT-1", "GHSA-1"), url="https://c", modified="2026"),
    ])  # fmt: skip
    flaw, other = found
    assert (flaw.id, flaw.aliases, flaw.why, flaw.url, flaw.severity, flaw.source, flaw.modified) == (
        "CVE-1", ("GHSA-1", "PYSEC-1", "BIT-1"), "bad", "https://c", "high", "a, b, c", "2026",
    )  # fmt: skip
    assert [flaw.judge("pip", version).affected for version in ("26.2.0", "26.2.1", "26.2.2")] == [True, True, False]
    assert flaw.fixed_in("pip", "26.2.0") == "26.2.2"
    assert other.id == "X"


def test_records_that_a_third_ties_together_are_one() -> None:
    found = joined([
        Advisory("A", below("1"), "a"), Advisory("B", below("2"), "b"), Advisory("C", below("3"), "c", ("B", "A"))
    ])  # fmt: skip
    assert [(one.id, one.aliases) for one in found] == [("A", ("B", "C"))]


def test_a_chain_of_names_is_followed_at_once() -> None:
    found = joined(Advisory(f"A-{n}", below("1"), "a", (f"A-{n - 1}",)) for n in range(100_000))
    assert [(one.id, len(one.aliases)) for one in found] == [("A-0", 100_000)]
