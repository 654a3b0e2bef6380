# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Advisories in the OSV format, in the forms that databases have."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._advisories.advisory import InvalidAdvisory
from ansible_collections.standalone.python.plugins.plugin_utils._advisories.osv import documents_in, parse, records_in

FIXED = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "26.2.2"}]}]
PIP = {"package": {"ecosystem": "PyPI", "name": "pip"}, "ranges": FIXED}
GIT = {
    "type": "GIT",
    "repo": "https://github.com/openssl/openssl",
    "events": [{"introduced": "0"}, {"fixed": "a" * 40}],
}


def semver(name: str, fixed: str, **more: Any) -> dict[str, Any]:
    ranges = [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": fixed}]}]
    return {"package": {"ecosystem": "Bitnami", "name": name}, "ranges": ranges, **more}


# What one entry of `affected` says, the components that it means, and the verdict about a version of the first.
ENTRIES: dict[str, tuple[dict[str, Any], list[str], str, bool | None]] = {
    "PyPI": (PIP, ["pip", "ensurepip-pip"], "26.2.1", True),
    "PyPI, spelled otherwise": (
        {"package": {"ecosystem": "PyPI", "name": "Pip"}, "ranges": FIXED}, ["pip", "ensurepip-pip"], "26.2.2", False
    ),
    "Bitnami": (semver("openssl", "3.5.7"), ["openssl"], "3.5.6", True),
    "a package URL": (
        {"package": {"purl": "pkg:generic/openssl@3.5.6?arch=x"}, "ranges": semver("x", "3.5.7")["ranges"]},
        ["openssl"], "3.5.6", True,
    ),
    "a package URL of a repository": (
        {"package": {"purl": "pkg:github/libexpat/libexpat"}, "versions": ["R_2_6_3"]}, ["expat"], "2.6.3", True
    ),
    "CPEs of a list": (
        {"database_specific": {"cpes": ["cpe:2.3:a:sqlite:sqlite:*:*:*:*:*:*:*:*"]}, "versions": ["3.50.4"]},
        ["sqlite"], "3500400", True,
    ),
    "a CPE of the older form": (
        {"ecosystem_specific": {"cpe": "cpe:/a:tukaani:xz"}, "versions": ["5.6.1"]}, ["xz"], "5.6.1", True
    ),
    "a CPE of one version": (
        {"database_specific": {"cpe": "cpe:2.3:a:python:python:3.15.0:rc1:*:*:*:*:*:*"}}, ["cpython"], "3.15.0rc1", True
    ),
    "a CPE of another version": (
        {"database_specific": {"cpe": "cpe:2.3:a:openssl:openssl:1.1.1:pre1:*:*:*:*:*:*"}}, ["openssl"], "3.5.6", False
    ),
    "a CPE of all versions": (
        {"database_specific": {"cpe": "cpe:2.3:a:openssl:openssl:*:*:*:*:*:*:*:*"}}, ["openssl"], "3.5.6", None
    ),
    "a repository as the name of a package": (
        {"package": {"ecosystem": "GIT", "name": "github.com/openssl/openssl"}, "versions": ["openssl-3.5.6"]},
        ["openssl"], "3.5.6", True,
    ),
    "from the first version on, as some databases write it": (
        {**PIP, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0.0.0-0"}, {"fixed": "26.2.2"}]}]},
        ["pip", "ensurepip-pip"], "26.2.1", True,
    ),
    "a repository and tags": ({"ranges": [GIT], "versions": ["openssl-3.5.6"]}, ["openssl"], "3.5.6", True),
    "a repository alone": ({"ranges": [GIT]}, ["openssl"], "3.5.6", None),
    "commits with the versions that they were made from": (
        {"ranges": [{**GIT, "database_specific": {"extracted_events": [{"introduced": "3.0.0"}, {"fixed": "3.5.7"}]}}]},
        ["openssl"], "3.5.6", True,
    ),
    "a type of range that nobody knows": (
        {**PIP, "ranges": [{"type": "LUNAR", "events": [{"introduced": "0"}]}]}, ["pip", "ensurepip-pip"], "1", None
    ),
    "no versions at all": ({"package": {"ecosystem": "PyPI", "name": "pip"}}, ["pip", "ensurepip-pip"], "1", None),
    "a distribution's package": (
        {**semver("openssl", "3.0.11-1"), "package": {"ecosystem": "Debian:12", "name": "openssl"}},
        ["openssl"], "3.5.6", None,
    ),
    "the same name in another language": (
        {**PIP, "package": {"ecosystem": "npm", "name": "expat"}}, [], "", None
    ),
    "another package": ({**PIP, "package": {"ecosystem": "PyPI", "name": "requests"}}, [], "", None),
}  # fmt: skip


def record(*affected: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "CVE-2026-1", "modified": "2026-10-01T00:00:00Z", "affected": list(affected), **more}


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_means_components_and_versions(name: str) -> None:
    entry, components, version, expected = ENTRIES[name]
    advisory = parse(record(entry), "file", "file")
    assert list(advisory.components) == components
    assert [advisory.judge(component, version).affected for component in components[:1]] == [expected][
        : len(components)
    ]


def test_a_distribution_adds_no_doubt_to_what_the_project_says() -> None:
    debian = {**PIP, "package": {"ecosystem": "Debian:12", "name": "openssl"}}
    advisory = parse(record(debian, semver("openssl", "3.5.7")), "file", "file")
    assert [advisory.judge("openssl", version).affected for version in ("3.5.6", "3.5.7")] == [True, False]


def test_a_record_brings_what_a_reader_wants_to_know() -> None:
    advisory = parse(
        record(
            PIP,
            aliases=["GHSA-1"],
            summary="Bad wheels",
            references=[{"type": "WEB", "url": "https://w"}, {"type": "ADVISORY", "url": "https://a"}],
            database_specific={"severity": "HIGH"},
        ),
        "file",
        "where",
    )
    shown = (advisory.aliases, advisory.why, advisory.url, advisory.severity, advisory.source)
    assert shown == (("GHSA-1",), "Bad wheels", "https://a", "high", "where")
    plain = parse(record(PIP, details="One.\nTwo.", severity=[{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N"}]), "f", "f")
    assert (plain.why, plain.url, plain.severity) == (
        "One.", "https://osv.dev/vulnerability/CVE-2026-1", "cvss:3.1/av:n",
    )  # fmt: skip


def test_a_withdrawn_record_names_nothing() -> None:
    withdrawn = parse(record(PIP, withdrawn="2026-10-02T00:00:00Z"), "file", "file")
    assert (withdrawn.affected, withdrawn.withdrawn, withdrawn.modified) == ((), True, "2026-10-01T00:00:00")


def test_commits_add_no_doubt_to_what_another_entry_says_in_versions() -> None:
    advisory = parse(record({"ranges": [GIT]}, semver("openssl", "3.5.7")), "file", "file")
    assert [advisory.judge("openssl", version).affected for version in ("3.5.6", "3.5.7")] == [True, False]


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ({"id": "A"}, ["A"]),
        ([{"id": "A"}, {"id": "B"}], ["A", "B"]),
        ({"vulns": [{"id": "A"}]}, ["A"]),
        ({"results": [{"packages": [{"package": {}, "vulnerabilities": [{"id": "A"}]}, {"package": {}}]}]}, ["A"]),
        ({}, []),
    ],
)
def test_records_are_found_in_each_kind_of_document(value: Any, ids: list[str]) -> None:
    assert [one["id"] for one, _where in records_in(value, "file")] == ids


def test_documents_can_follow_each_other() -> None:
    assert documents_in('{"id": "A"}\n\n{"id": "B"} ', "file") == [{"id": "A"}, {"id": "B"}]


DAMAGED = {
    "file: CVE-2026-1: affected[0] is damaged: ranges should be a list of objects.": record({**PIP, "ranges": "x"}),
    "file: CVE-2026-1: affected[0]: ranges[0]: events[0] is damaged: an event has one of introduced, fixed, "
    "last_affected, limit.": record({**PIP, "ranges": [{"type": "SEMVER", "events": [{}]}]}),
    "file: CVE-2026-1: affected[0]: ranges[0] is damaged: events should say where the range begins, by introduced.": (
        record({**PIP, "ranges": [{"type": "SEMVER", "events": [{"fixed": "1"}]}]})
    ),
    "file: CVE-2026-1: affected[0]: ranges[0]: events[0] is damaged: introduced should be a text.": (
        record({**PIP, "ranges": [{"type": "SEMVER", "events": [{"introduced": 1}]}]})
    ),
    "file: CVE-2026-1: affected[0] is damaged: versions should be a list of texts.": record({**PIP, "versions": [1]}),
    "file: CVE-2026-1 is damaged: affected should be a list of objects.": record(affected={"a": 1}),
    "file: CVE-2026-1 does not say what is affected. Give the whole record, as the addresses below "
    "https://api.osv.dev/v1/vulns/ answer.": {"id": "CVE-2026-1", "modified": "2026-10-01T00:00:00Z"},
    "file: CVE-2026-1 is damaged: modified should be a time such as 2026-10-01T00:00:00Z.": record(PIP, modified="x"),
    "file: CVE-2026-1 is damaged: withdrawn should be a time such as 2026-10-01T00:00:00Z.": record(
        PIP, withdrawn="no"
    ),
    "file is damaged: id should be a text.": {"id": 1},
    "file is damaged: id should be a text of at most 100 visible characters, such as CVE-1.": record(
        PIP, id="CVE\x1b[2J"
    ),
}


@pytest.mark.parametrize("message", DAMAGED)
def test_damage_is_named_with_its_place(message: str) -> None:
    with pytest.raises(InvalidAdvisory) as error:
        parse(DAMAGED[message], "file", "file")
    assert str(error.value) == message


def deep(levels: int) -> Any:
    value: Any = {"id": "A"}
    for _level in range(levels):
        value = [value]
    return value


def test_a_part_of_an_answer_is_not_the_whole() -> None:
    with pytest.raises(InvalidAdvisory, match="file is only a part of an answer: fetch its other pages too"):
        list(records_in({"vulns": [{"id": "A"}], "next_page_token": "b"}, "file"))


@pytest.mark.parametrize("value", ["text", 1, None, [None], {"vulns": "x"}, {"name": "x"}, deep(60)])
def test_other_documents_are_refused(value: Any) -> None:
    with pytest.raises(InvalidAdvisory, match="is damaged"):
        list(records_in(value, "file"))


def test_nonsense_is_no_document() -> None:
    with pytest.raises(InvalidAdvisory, match=r"Cannot read the advisories in file: it is damaged"):
        documents_in('{"id": ', "file")
    for text in ("[" * 100_000, "[" * 5000 + "]" * 5000):
        with pytest.raises(InvalidAdvisory):
            list(records_in(documents_in(text, "file"), "file"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"id": "A", "affected": 1, "id": "B"}', "the key id comes twice"),
        (
            "{" + ", ".join(f'"{n}": 1' for n in range(200_000)) + ', "199999": 1}',
            "the key 199999 comes twice",
        ),  # at once
        ('{"id": NaN}', "NaN is no value"),
        ('{"id": "a\x00b"}', "Invalid control character at"),
    ],
)
def test_json_that_programs_read_in_different_ways_is_damaged(text: str, reason: str) -> None:
    with pytest.raises(InvalidAdvisory, match=f"Cannot read the advisories in file: it is damaged, {reason}"):
        documents_in(text, "file")
