# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible", reason="modules use ansible-core")

from ansible_collections.standalone.python.plugins.modules import links

RunModule = Callable[..., dict[str, Any]]


def test_check_mode_reports_the_same_and_changes_nothing(run_module: RunModule, tmp_path: Path) -> None:
    link = tmp_path / "bin" / "python"
    options = {"links": [{"path": str(link), "target": "/opt/python"}]}
    foreseen = run_module(links, check_mode=True, **options)
    assert not list(tmp_path.iterdir())
    done = run_module(links, **options)
    assert foreseen["changed"]
    assert foreseen["paths"] == [str(link.parent), str(link)]
    assert {**done, "invocation": None} == {**foreseen, "invocation": None}
    assert os.readlink(link) == "/opt/python"
    again = run_module(links, **options)
    assert (again["changed"], again["paths"], again["diff"]) == (False, [], [])


def test_what_stays_is_a_warning(run_module: RunModule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(links.AnsibleModule, "warn", lambda _module, text: said.append(text))
    (tmp_path / "a.fact").write_text('{"format": 2}')
    run_module(links, absent=[str(tmp_path / "a.fact")])
    assert said == [
        f"{tmp_path}/a.fact stays as it is: a newer collection wrote it. Upgrade the collection on the controller."
    ]


def test_what_goes_wrong_is_a_message(run_module: RunModule, tmp_path: Path) -> None:
    result = run_module(links, absent=[str(tmp_path)])
    assert result["msg"] == f"{tmp_path} must be absent, but there is a directory. Move it away and run again."


def test_what_is_written_into_an_image_has_one_date(
    run_module: RunModule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    (tmp_path / "etc").mkdir()
    options = {"root": str(tmp_path), "files": [{"path": "/etc/profile.d/a.sh", "content": "x\n"}]}
    run_module(links, release="20260814", links=[{"path": "/bin/python", "target": "/opt/python"}], **options)
    day = 1_786_665_600  # midnight UTC
    assert {item.lstat().st_mtime for item in [tmp_path, *tmp_path.rglob("*")]} == {day}
    refused = run_module(links, release="yesterday", **options)
    assert refused["msg"] == "The release 'yesterday' is no day. Write one as published, such as 20260814."


def test_a_root_that_is_not_there(run_module: RunModule, tmp_path: Path) -> None:
    refused = run_module(links, root=str(tmp_path / "image"), absent=["/bin/python"])
    assert refused["msg"].startswith(f"root is {tmp_path}/image, but there is no such directory on this host.")
