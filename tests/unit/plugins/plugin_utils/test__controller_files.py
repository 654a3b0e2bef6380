# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where files of the controller are found that options name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible", reason="files are searched as Ansible searches them")

from ansible.parsing.dataloader import DataLoader

from ansible_collections.standalone.python.plugins.plugin_utils._controller_files import ControllerFiles, MissingFile

COLLECTION = Path(__file__).resolve().parents[4]
MADE_BY = " To make it, run ansible-playbook standalone.python.lock."
PLACES = ("role/files", "play/files", "play", "inventory", "command")  # first to last


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ControllerFiles:
    """Those of a task in a role, of a play, with an inventory elsewhere; the command runs in a fourth directory."""
    for directory in ("role/tasks", *PLACES, "inventory/files", "command/files"):
        (tmp_path / directory).mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(tmp_path / "command")
    monkeypatch.setenv("PWD", "/nonexistent")  # a variable like any other
    return at(tmp_path, search_path=[str(tmp_path / "role"), str(tmp_path / "role" / "tasks")])


def at(tmp_path: Path, *, basedir: Path | None = None, search_path: Any = (), **variables: Any) -> ControllerFiles:
    loader = DataLoader()
    loader.set_basedir(str(basedir or tmp_path / "play"))
    given = variables or {"inventory_dir": str(tmp_path / "inventory")}
    return ControllerFiles(loader, search_path, given)


@pytest.mark.parametrize("name", ["python.lock.yml", "sub/python.lock.yml"])
def test_the_nearest_to_the_task_counts(files: ControllerFiles, tmp_path: Path, name: str) -> None:
    for place in reversed(PLACES):
        file = tmp_path / place / name
        file.parent.mkdir(exist_ok=True)
        file.touch()
        assert files.find(name, "lock") == str(file)


@pytest.mark.parametrize("place", ["play", "inventory", "command"])
def test_a_directory_in_the_name(files: ControllerFiles, tmp_path: Path, place: str) -> None:
    (tmp_path / place / "files" / "requirements.txt").touch()
    assert files.find("files/requirements.txt", "file") == str(tmp_path / place / "files" / "requirements.txt")


def test_own_playbooks_and_roles_have_no_files_of_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    role = COLLECTION / "roles" / "interpreter"
    search_path = [str(role), str(role / "tasks")]
    own = at(tmp_path, basedir=COLLECTION / "playbooks", search_path=search_path)
    for name in ("lock.yml", "tasks/main.yml", "builds.yml"):
        assert (COLLECTION / "playbooks" / name).exists() or (role / name).exists() or (role / "tasks" / name).exists()
        with pytest.raises(MissingFile) as error:
            own.find(name, "lock")
        assert str(error.value) == (
            f"Cannot read the lock {name}: the controller has no such file in {tmp_path}/inventory, {tmp_path}. "
            f"Correct the path, or write it from the root.{MADE_BY}"
        )
    (tmp_path / "lock.yml").touch()
    assert own.find("lock.yml", "lock") == str(tmp_path / "lock.yml")


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"inventory_dir": None, "groups": {}}, ""),
        ({"groups": {"all": ["web1"]}, "hostvars": {"web1": {"inventory_dir": "{}/inventory"}}}, "inventory"),
        ({"groups": {"all": ["web1"]}, "hostvars": {"web1": {"inventory_dir": None}}}, ""),
    ],
)
def test_a_localhost_that_no_inventory_names_has_that_of_the_others(
    tmp_path: Path, variables: dict[str, Any], expected: str
) -> None:
    (tmp_path / "inventory").mkdir()
    (tmp_path / "inventory" / "root.json").touch()
    for host in variables.get("hostvars", {}).values():
        host["inventory_dir"] = host["inventory_dir"] and str(tmp_path / "inventory")
    found = at(tmp_path, **variables).located("root.json")
    assert found == (str(tmp_path / expected / "root.json") if expected else "root.json")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("/nowhere", f"Cannot read the lock /nowhere: the controller has no such file. Correct the path.{MADE_BY}"),
        ("~/nowhere", f"Cannot read the lock ~/nowhere: the controller has no such file. Correct the path.{MADE_BY}"),
        (
            "~nobody-such/x",
            "Cannot read the lock ~nobody-such/x: the home directory that it names is unknown. Write its path from the "
            "root.",
        ),
    ],
)
def test_what_is_missing(files: ControllerFiles, name: str, message: str) -> None:
    with pytest.raises(MissingFile) as error:
        files.find(name, "lock")
    assert str(error.value) == message


def test_options_of_the_controller(files: ControllerFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    for name in ("ca.pem", "root.json"):
        (tmp_path / "inventory" / name).touch()
    given = {
        "ca_path": "ca.pem", "client_cert": "~/c.pem", "client_key": None, "path": "~/python", "timeout": 3,
        "provenance": {"trusted_root": "root.json", "workflow": "w@r"},
    }  # fmt: skip
    assert files.located_in(given) == {
        **given,
        "ca_path": str(tmp_path / "inventory" / "ca.pem"),
        "client_cert": "/home/me/c.pem",
        "provenance": {"trusted_root": str(tmp_path / "inventory" / "root.json"), "workflow": "w@r"},
    }


def test_an_index_may_be_a_file(files: ControllerFiles, tmp_path: Path) -> None:
    for name in ("index.ndjson", "bundled"):
        (tmp_path / "inventory" / name).touch()
    for given in ("bundled", "https://index.example.com/index.ndjson", "other.ndjson"):
        assert files.located_index(given) == given
    assert files.located_index("index.ndjson") == str(tmp_path / "inventory" / "index.ndjson")


def test_text_that_is_not_utf_8(files: ControllerFiles, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"a\xff\n")
    assert files.read(str(tmp_path / "x")) == "a\udcff\n"
