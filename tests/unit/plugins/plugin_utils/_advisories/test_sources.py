# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Advisories read from files, directories and servers, and the short form. Whatever is wrong has a name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

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


def ids(*names: str, **options: Any) -> list[str]:
    return [one.id for one in read_advisories(names, **options).all]


def test_files_and_directories_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps([RECORD, OTHER, {**RECORD, "id": "X", "withdrawn": "2026"}]))
    (tmp_path / "b.yml").write_text(SHORT)
    (tmp_path / "README").write_text("no advisory")
    found = read_advisories([str(tmp_path)])
    assert [one.id for one in found.all] == ["GHSA-1", "october", "letters"]
    assert found.notes == (
        f"{tmp_path}/a.json has 3 advisories: 1 count, 1 withdrawn, 1 about nothing that builds carry.",
    )
    october, letters = found.all[1:]
    assert (october.why, october.url) == ("bad wheels", "https://example.com/october")
    assert [october.judge(component, "26.2.1").affected for component in october.components] == [True, True]
    assert [letters.judge("openssl", version).affected for version in ("1.1.1w", "3.5.6", "3.5.7")] == [
        True,
        True,
        False,
    ]


def test_a_relative_path_is_looked_for_in_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("command", "inventory"):
        (tmp_path / name).mkdir()
    (tmp_path / "inventory" / "a.json").write_text(json.dumps(RECORD))
    directories = [str(tmp_path / "command"), str(tmp_path / "inventory")]
    assert ids("a.json", directories=directories) == ["GHSA-1"]
    with pytest.raises(StandaloneError, match=f"no such file in {directories[0]} or {directories[1]}"):
        ids("b.json", directories=directories)
    monkeypatch.chdir(tmp_path / "inventory")
    assert ids("a.json") == ["GHSA-1"]


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
    "<html>": "{file} is damaged: an object was expected there.",
    "a: ]": "Cannot read the advisories in {file}: it is damaged in line 1. Correct it.",
    "{id: a, id: b}": "Cannot read the advisories in {file}: it is damaged, Expecting property name enclosed in double "
    "quotes: line 1 column 2 (char 1). Fetch it again.",
    "id: a\nid: b": "Cannot read the advisories in {file}: it is damaged in line 2: the key id comes twice. "
    "Correct it.",
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


@pytest.mark.parametrize("content", DAMAGED)
def test_a_file_that_says_nothing_is_an_error_that_names_it(tmp_path: Path, content: str) -> None:
    file = tmp_path / "advisories"
    file.write_text(content)
    with pytest.raises(StandaloneError) as error:
        ids(str(file))
    assert str(error.value) == DAMAGED[content].format(file=file)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.json", "The file of advisories none.json cannot be read: there is no such file in {directory}. "),
        ("empty", "The directory {directory}/empty has no advisories: give one with files that end in .json, .yml, "),
        ("latin", "The file of advisories {directory}/latin is no text in UTF-8."),
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
        ids(name, directories=[str(tmp_path)])
    assert str(error.value).startswith(message.format(directory=tmp_path))
