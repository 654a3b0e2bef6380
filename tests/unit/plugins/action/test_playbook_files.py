# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin of `playbook_files`: the files of a report, each whole."""

from __future__ import annotations

import fcntl
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("ansible", reason="the action plugin runs on the controller")

from ansible_collections.standalone.python.plugins.action import playbook_files

FILES = [{"name": "a.json", "content": "{}"}, {"name": "sbom/b.json", "content": "é"}]


def act(directory: Path, *files: dict[str, Any], check_mode: bool = False) -> dict[str, Any]:
    args = {"directory": str(directory), "files": list(files or FILES)}
    task = SimpleNamespace(args=args, async_val=0, check_mode=check_mode, action="standalone.python.playbook_files")
    connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir="/host/tmp"))
    action = playbook_files.ActionModule(
        task, connection, play_context=None, loader=None, templar=None, shared_loader_obj=None
    )
    return dict(action.run(task_vars={}))


def test_files_are_written_whole_and_replaced(tmp_path: Path) -> None:
    directory = tmp_path / "new" / "report"
    for _run in range(2):
        result = act(directory)
        assert (result["changed"], result["files"]) == (False, [f"{directory}/a.json", f"{directory}/sbom/b.json"])
        assert {str(file.relative_to(directory)): file.read_text() for file in directory.rglob("*.json")} == {
            "a.json": "{}", "sbom/b.json": "é",
        }  # fmt: skip
    assert (directory / "a.json").stat().st_mode & 0o777 == 0o644
    assert sorted(os.listdir(directory)) == ["a.json", "sbom"]


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("kept")
    (tmp_path / "a.json").symlink_to("other")
    (tmp_path / "a.json.new").symlink_to("other")
    act(tmp_path, FILES[0])
    assert (tmp_path / "other").read_text() == "kept"
    assert (tmp_path / "a.json").read_text() == "{}"


def test_a_check_writes_nothing(tmp_path: Path) -> None:
    assert not act(tmp_path / "report", check_mode=True).get("failed")
    assert not (tmp_path / "report").exists()


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = act(tmp_path / "file")
    assert result["failed"]
    assert (
        result["msg"]
        == f"Cannot write {tmp_path}/file/a.json: {os.strerror(17)}. Choose another directory, by audit_dir."
    )


def test_runs_that_write_to_one_directory_wait_for_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an audit by cron and one by hand: each would replace or remove what the other is about to rename."""
    running: list[str] = []
    most: list[int] = []

    def replace(path: str, content: str, *, fresh: str) -> None:
        running.append(path)
        time.sleep(0.001)
        most.append(len(running))
        running.remove(path)

    monkeypatch.setattr(playbook_files, "replace_file", replace)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _run: act(tmp_path), range(8)))
    assert not any(result.get("failed") for result in results)
    assert max(most) == 1


def test_a_lock_that_another_user_holds_hides_no_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may read the directory may lock it, for ever."""
    warnings: list[str] = []
    monkeypatch.setattr(playbook_files, "_PATIENCE_S", 0.05)
    monkeypatch.setattr(playbook_files, "warn", warnings.append)
    handle = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    result = act(tmp_path, FILES[0])
    os.close(handle)
    assert not result.get("failed")
    assert (tmp_path / "a.json").read_text() == "{}"
    (warning,) = warnings
    assert warning.startswith(f"Cannot lock the directory {tmp_path}: another run has held the lock for 0.05 seconds")
    assert warning.endswith("This one writes its files without the lock.")
