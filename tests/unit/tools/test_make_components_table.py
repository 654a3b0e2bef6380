# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of components: what a source gives, and that the bundled one is what the tool makes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import make_components_table
import pytest


def test_only_changes_of_what_builds_carry_are_kept() -> None:
    releases = {
        "20240107": {"openssl-3.0": "3.0.12", "cmake-linux-bin": "3.0", "tcl": None},
        "20240224": {"openssl-3.0": "3.0.13", "tcl": "8.6.12"},
        "20240415": {"openssl-3.0": "3.0.13", "tcl": "8.6.12"},
        "20250323": {"openssl-3.0": "9"},
    }
    table = make_components_table.table_of(releases)
    changes = table["changes"]
    assert isinstance(changes, dict)
    assert table["releases"] == ["20240107", "20240224", "20240415", "20261021", "20261110"]
    assert changes["openssl-3.0"] == {"20240107": "3.0.12", "20240224": "3.0.13", "20261021": None}
    assert changes["tcl"] == {"20240224": "8.6.12", "20261021": None}
    assert changes["pip"] == {"20261021": "26.2.2", "20261110": "26.3"}
    assert "cmake-linux-bin" not in changes


def test_a_repository_is_read_by_its_tags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_components_table, "TABLE", tmp_path / "components.json")
    repository = tmp_path / "repository"
    (repository / "pythonbuild").mkdir(parents=True)
    git = [
        "git",
        "-C",
        str(repository),
        "-c",
        "user.name=x",
        "-c",
        "user.email=x@localhost",
        "-c",
        "commit.gpgsign=false",
    ]
    subprocess.run(["git", "init", "--quiet", str(repository)], check=True)
    for tag, zlib, more in (("20240107", "1.3", ""), ("20261110", "1.4", '"musl": {"url": "x"},'), ("v1", "9", "")):
        source = f'import x\n\nDOWNLOADS = {{"zlib": {{"size": 1, "version": "{zlib}"}}, {more}}}\n'
        (repository / "pythonbuild" / "downloads.py").write_text(source)
        for command in (["add", "."], ["commit", "--quiet", "--message", tag], ["tag", tag]):
            subprocess.run([*git, *command], check=True)
    make_components_table.main([str(repository)])
    table = json.loads(make_components_table.TABLE.read_text())
    assert table["releases"] == ["20240107", "20261021", "20261110"]
    assert table["changes"]["zlib"] == {"20240107": "1.3", "20261021": None, "20261110": "1.4"}
    assert table["changes"]["musl"] == {}
    assert table["changes"]["expat"] == {"20261110": "2.10.0"}


def test_a_repository_that_has_no_lists_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_components_table, "TABLE", tmp_path / "components.json")
    subprocess.run(["git", "init", "--quiet", str(tmp_path / "empty")], check=True)
    for repository in ("empty", "absent"):
        with pytest.raises(SystemExit, match="Cannot make the table of components"):
            make_components_table.main([str(tmp_path / repository)])
    assert not make_components_table.TABLE.exists()


def test_the_file_is_compact_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_components_table, "TABLE", tmp_path / "components.json")
    source = tmp_path / "source.json"
    source.write_text(json.dumps({"20240107": {"zlib": "1.3"}}))
    make_components_table.main([str(source)])
    written = (tmp_path / "components.json").read_text()
    assert json.loads(written) == make_components_table.table_of({"20240107": {"zlib": "1.3"}})
    assert max(map(len, written.splitlines())) < 2000


def test_a_source_is_needed() -> None:
    with pytest.raises(SystemExit, match="REPOSITORY"):
        make_components_table.main([])


def test_the_bundled_table_is_one_that_the_tool_makes() -> None:
    """Made again from what it says itself, it is the same."""
    table = json.loads(make_components_table.TABLE.read_text())
    last: dict[str, str | None] = {}
    releases = {}
    for tag in table["releases"]:
        last.update({package: of[tag] for package, of in table["changes"].items() if tag in of})
        releases[tag] = dict(last)
    assert make_components_table.table_of(releases) == table
    assert len(table["releases"]) >= 124
