# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Advisories read from files, directories and servers, and the short form. Whatever is wrong has a name."""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.plugin_utils._advisories.sources import read_advisories
from tests.support.servers import serve

RECORD = {
    "id": "GHSA-1",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "pip"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "26.2.2"}]}],
        }
    ],
}
OTHER = {**RECORD, "id": "GHSA-2", "affected": [{"package": {"ecosystem": "npm", "name": "left-pad"}}]}
SHORT = """
- id: october
  component: pip
  below: "26.2.2"
  why: bad wheels
  url: https://example.com/october
- {id: letters, component: openssl, versions: [1.1.1w, 3.5.6]}
"""


def ids(*names: str) -> list[str]:
    return [one.id for one in read_advisories(names).all]


def test_files_and_directories_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(
        json.dumps([RECORD, OTHER, {**RECORD, "id": "X", "withdrawn": "2026-10-01T00:00:00Z"}])
    )
    (tmp_path / "b.yml").write_text(SHORT)
    (tmp_path / "README").write_text("no advisory")
    found = read_advisories([str(tmp_path)])
    assert [one.id for one in found.all] == ["GHSA-1", "october", "letters"]
    assert found.notes == (f"{tmp_path} has 5 advisories: 3 count, 1 withdrawn, 1 about nothing that builds carry.",)
    october, letters = found.all[1:]
    assert (october.why, october.url) == ("bad wheels", "https://example.com/october")
    assert [october.judge(component, "26.2.1").affected for component in october.components] == [True, True]
    assert [letters.judge("openssl", version).affected for version in ("1.1.1w", "3.5.6", "3.5.7")] == [
        True,
        True,
        False,
    ]


def test_a_server_is_asked(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(RECORD))
    with serve(tmp_path) as server:
        assert ids(f"{server.url}/a.json") == ["GHSA-1"]
        with pytest.raises(StandaloneError, match=f"The file of advisories {server.url}/b.json"):
            ids(f"{server.url}/b.json")


def test_one_id_counts_once_and_never_means_two_things(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(RECORD))
    (tmp_path / "b.json").write_text(json.dumps({**RECORD, "summary": "the same"}))
    assert ids(str(tmp_path)) == ["GHSA-1"]
    (tmp_path / "c.yml").write_text("id: GHSA-1\ncomponent: pip\nbelow: '26.3'")
    with pytest.raises(StandaloneError, match=r"a?b\.json and .*c\.yml disagree about GHSA-1\. Keep the right one"):
        ids(str(tmp_path))


DAMAGED = {
    "": "Cannot read the advisories in {file}: it is empty. Fetch it again, or leave it out.",
    " \n": "Cannot read the advisories in {file}: it is empty. Fetch it again, or leave it out.",
    "[]": "Cannot read the advisories in {file}: it has none. Fetch it again, or leave it out.",
    "{}": "Cannot read the advisories in {file}: it has none. Fetch it again, or leave it out.",
    '{"vulns": []}': "Cannot read the advisories in {file}: it has none. Fetch it again, or leave it out.",
    "# only a comment": "{file} is damaged: an object was expected there.",
    "<html>": "Cannot read the advisories in {file}: it looks like an HTML page, probably from a proxy or login "
    "portal. Give the address of the file itself.",
    "\0\0\0": "Cannot read the advisories in {file}: it is no YAML. Correct it.",
    "a: &a [1]\nb: *a": "Cannot read the advisories in {file}: it is damaged in line 1: an alias refers to another "
    "place. Correct it.",
    '{"id": "A", "modified": "2026-10-01T00:00:00Z"}': "{file}: A does not say what is affected. Give the whole "
    "record, as the addresses below https://api.osv.dev/v1/vulns/ answer.",
    "a: ]": "Cannot read the advisories in {file}: it is damaged in line 1. Correct it.",
    "{id: a, id: b}": "Cannot read the advisories in {file}: it is damaged, Expecting property name enclosed in double "
    "quotes: line 1 column 2 (char 1). Fetch it again.",
    "id: a\nid: b": "Cannot read the advisories in {file}: it is damaged in line 2: the key id comes twice. "
    "Correct it.",
    f"id: a\nbelow: 1{':59' * 1_000_000}": "Cannot read the advisories in {file}: it is damaged in line 2: a number is "
    "too long. Correct it.",  # at once
    f"id: a\nbelow: 0x{'f' * 5000}": "Cannot read the advisories in {file}: it is damaged in line 2: a number is too "
    "long. Correct it.",
    "- id: a\n  component: opensll\n  below: '3'": "{file}: [0]: a: opensll is no component of a build. Did you mean "
    "openssl?",
    "id: a\ncomponent: pip\nbelow: 26.2": "{file}: a: write the version 26.2 in quotes, since YAML reads a number "
    "there.",
    "id: a\ncomponent: pip\nversions: [26.2]": "{file}: a: write the version 26.2 in quotes, since YAML reads a number "
    "there.",
    "id: a\ncomponent: pip": "{file}: a: say what is affected, by below or by versions, and not by both.",
    "id: a\ncomponent: pip\nbelow: '1'\nversions: ['1']": "{file}: a: say what is affected, by below or by versions, "
    "and not by both.",
    "id: a\ncomponent: pip\nversions: []": "{file}: a: versions is empty. Name the affected versions.",
    "id: a\ncomponent: openssl\nbelow: 3.x": "{file}: a: '3.x' is no version of openssl. Write it as the project does.",
    "id: a\ncomponent: pip\nabove: '3'": "{file} is damaged: 'above' is unknown there.",
    "component: pip": "{file} is damaged: id should be a text.",
}


@pytest.mark.parametrize("content", DAMAGED, ids=lambda content: content[:40])
def test_a_file_that_says_nothing_is_an_error_that_names_it(tmp_path: Path, content: str) -> None:
    file = tmp_path / "advisories"
    file.write_text(content)
    with pytest.raises(StandaloneError) as error:
        ids(str(file))
    assert str(error.value) == DAMAGED[content].format(file=file)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("{directory}/none", "The file of advisories {directory}/none cannot be read: No such file or directory. "),
        (
            "{directory}/empty",
            "The directory {directory}/empty has no advisories: give one with files that end in .json, .yml, ",
        ),
        ("{directory}/latin", "The file of advisories {directory}/latin is no text in UTF-8."),
        (
            "ftp://example.com/x",
            "The file of advisories ftp://example.com/x cannot be read: give an http:// or https://",
        ),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "latin").write_bytes(b"\xff\xfe{")
    with pytest.raises(StandaloneError) as error:
        ids(name.format(directory=tmp_path))
    assert str(error.value).startswith(message.format(directory=tmp_path))


def zipped(*members: tuple[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members:
            archive.writestr(name, text)
    return stream.getvalue()


def test_an_export_of_a_database_is_read_as_it_is(tmp_path: Path) -> None:
    """The archive that osv.dev has for each ecosystem, a packed file, and the YAML of PyPI's own database."""
    members = [("GHSA-1.json", json.dumps(RECORD)), ("GHSA-2.json", json.dumps(OTHER)), ("__MACOSX/._x.json", "\0")]
    (tmp_path / "all.zip").write_bytes(zipped(*members, ("README", "no advisory")))
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(json.dumps({**RECORD, "id": "GHSA-3"}).encode()))
    below = tmp_path / "vulns" / "pip"
    below.mkdir(parents=True)
    (below / "PYSEC-1.YAML").write_text(
        "id: PYSEC-1\nmodified: 2026-10-01T00:00:00.5Z\naffected:\n- package: {ecosystem: PyPI, name: pip}\n"
        "  ranges: [{type: ECOSYSTEM, events: [{introduced: '0'}, {fixed: 26.2.2}]}]\n"
    )
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.json").write_text("no JSON")
    found = read_advisories([str(tmp_path)])
    assert [(one.id, one.modified) for one in found.all] == [
        ("GHSA-1", ""), ("GHSA-3", ""), ("PYSEC-1", "2026-10-01T00:00:00.500000")
    ]  # fmt: skip
    assert found.notes == (f"{tmp_path} has 4 advisories: 3 count, 1 about nothing that builds carry.",)
    with serve(tmp_path) as server:
        assert ids(f"{server.url}/all.zip") == ["GHSA-1"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (zipped(("a.json", json.dumps(RECORD)))[:-40], "cannot be read: it is damaged, as its zip directory or a"),
        (zipped(("a.json", json.dumps(RECORD))).replace(b"GHSA", b"GHSB", 1), ""),
        (zipped(("README", "x")), "has no advisories: give one with files that end in .json, .yml, .yaml."),
        (zipped(), "has no advisories: give one with files that end in .json, .yml, .yaml."),
        (zipped(("a.json", "")), ": a.json: it is empty. Fetch it again, or leave it out."),
        (zipped(("../\x1b[2Ja.json", "x: ]")), r": ../\x1b[2Ja.json: it is damaged in line 1."),
        (gzip.compress(b"[]", mtime=0)[:-5], "cannot be read: it is damaged, as gzip says"),
        (gzip.compress(b"\0" * (101 * 2**20), mtime=0), "it is larger than 100 MiB when it is unpacked"),
        (b"\xef\xbb\xbf", "it is empty"),
        ('{"id": "A"}'.encode("utf-16"), "is no text in UTF-8"),
    ],
)
def test_a_damaged_archive_is_an_error_that_names_it(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "all.zip"
    file.write_bytes(content)
    if not reason:  # still the same archive
        assert ids(str(file)) == ["GHSA-1"]
        return
    with pytest.raises(StandaloneError) as error:
        ids(str(file))
    assert str(file) in str(error.value)
    assert reason in str(error.value)


def test_a_checksum_of_an_archive_counts(tmp_path: Path) -> None:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        archive.writestr("a.json", json.dumps(RECORD))
    file = tmp_path / "all.zip"
    file.write_bytes(stored.getvalue().replace(b"26.2.2", b"26.2.0"))
    with pytest.raises(StandaloneError, match="it is damaged, as its zip directory or a checksum says"):
        ids(str(file))


def test_a_byte_order_mark_is_no_damage(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(RECORD).encode())
    assert ids(str(tmp_path / "a.json")) == ["GHSA-1"]


def test_the_newest_of_two_copies_counts_and_the_report_says_so(tmp_path: Path) -> None:
    other = [{**RECORD["affected"][0], "versions": ["26.9"]}]
    (tmp_path / "a.json").write_text(json.dumps({**RECORD, "modified": "2026-11-01T00:00:00Z"}))
    (tmp_path / "b.json").write_text(json.dumps({**RECORD, "affected": other, "modified": "2026-10-01T00:00:00Z"}))
    found = read_advisories([str(tmp_path)])
    assert [one.judge("pip", "26.9").affected for one in found.all] == [False]
    assert found.notes == ("Of GHSA-1 there are different versions: the one that was changed last counts.",)
    (tmp_path / "c.json").write_text(
        json.dumps({"id": "GHSA-1", "modified": "2026-12-01T00:00:00Z", "withdrawn": "2026-12-01T00:00:00Z"})
    )
    assert ids(str(tmp_path)) == []


def test_a_flaw_with_two_names_is_one_advisory(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps([RECORD, {**RECORD, "id": "CVE-1", "aliases": ["GHSA-1"]}]))
    (one,) = read_advisories([str(tmp_path / "a.json")]).all
    assert (one.id, one.aliases) == ("GHSA-1", ("CVE-1",))


def test_a_server_that_answers_something_else_is_named(tmp_path: Path) -> None:
    (tmp_path / "login.json").write_text("<!DOCTYPE html><title>Sign in</title>")
    with serve(tmp_path) as server:
        with pytest.raises(StandaloneError, match=rf"{server.url}/login.json: it looks like an HTML page"):
            ids(f"{server.url}/login.json")


def test_a_link_to_nothing_in_a_directory_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(RECORD))
    os.symlink("gone.json", tmp_path / "b.json")
    with pytest.raises(StandaloneError, match=rf"{tmp_path}/b.json cannot be read: No such file"):
        ids(str(tmp_path))
