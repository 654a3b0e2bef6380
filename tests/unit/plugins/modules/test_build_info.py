# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("ansible", reason="modules use ansible-core")

from ansible_collections.standalone.python.plugins.module_utils._os.errors import BECOME
from ansible_collections.standalone.python.plugins.module_utils._store import history, inventory, store
from ansible_collections.standalone.python.plugins.module_utils._store.history import HistoryEntry, PathHistory
from ansible_collections.standalone.python.plugins.modules import build_confirm, build_info, build_rollback
from tests.support.receipts import make_entry, receipt

RunModule = Callable[..., dict[str, Any]]


def documented(text: str) -> dict[str, Any]:
    import yaml

    content: dict[str, Any] = yaml.safe_load(text)
    return content


DOCUMENTED = documented(build_info.RETURN)


def install(directory: Path, store: str = ".builds") -> Path:
    """A path in the folder, and its store."""
    path = directory / "3.13"
    make_entry(directory / store, "x", receipt(str(path)))
    path.symlink_to(f"{store}/x")
    history.write(str(directory / store), PathHistory(str(path), 1, (HistoryEntry("x", "2026-01-01T00:00:00Z"),)))
    return path


def found(result: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The paths and the stores of the builds."""
    return [path["path"] for path in result["paths"]], [build["store"] for build in result["builds"]]


def test_what_is_returned_is_what_is_documented(run_module: RunModule, tmp_path: Path) -> None:
    path = install(tmp_path)
    result = run_module(build_info, paths=[str(path)], verify="quick")
    assert result["changed"] is False
    (one_path,), (one_build,) = result["paths"], result["builds"]
    assert set(one_path) == set(DOCUMENTED["paths"]["contains"])
    assert set(one_path["history"][0]) == set(DOCUMENTED["paths"]["contains"]["history"]["contains"])
    assert set(one_build) == set(DOCUMENTED["builds"]["contains"]) - {"sbom"}  # the action plugin adds it
    assert one_build["intact"] is True
    assert result["fips"] in (True, False)


@pytest.mark.parametrize(("text", "fips"), [("1\n", True), ("0\n", False), ("", False), (None, False), ("/", None)])
def test_fips_is_null_where_it_cannot_be_read(
    run_module: RunModule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, fips: bool | None
) -> None:
    file = tmp_path / "fips_enabled"
    monkeypatch.setattr(inventory, "_FIPS_FILE", str(file))
    if text == "/":
        file.mkdir()
    elif text is not None:
        file.write_text(text)
    assert run_module(build_info, paths=[str(tmp_path / "3.13")])["fips"] is fips


@pytest.mark.parametrize("check_mode", [False, True])
def test_nothing_is_changed(run_module: RunModule, tmp_path: Path, check_mode: bool) -> None:
    install(tmp_path)
    before = {item: (item.lstat().st_mtime_ns, item.lstat().st_ctime_ns) for item in tmp_path.rglob("*")}
    run_module(build_info, stores=[str(tmp_path / ".builds")], verify="full", check_mode=check_mode)
    assert {item: (item.lstat().st_mtime_ns, item.lstat().st_ctime_ns) for item in tmp_path.rglob("*")} == before


def test_stores_are_listed_once_however_they_are_named(run_module: RunModule, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = install(tmp_path / "a"), install(tmp_path / "b", store="builds")
    result = run_module(
        build_info,
        paths=[str(first), f"{first}/", str(first.with_name("another"))],
        stores=[str(tmp_path / "b" / "builds"), str(tmp_path / "a" / ".builds/")],
    )
    assert found(result) == (
        [str(second), str(first)],
        [str(tmp_path / "b" / "builds"), str(tmp_path / "a" / ".builds")],
    )


def test_the_default_is_the_usual_store(run_module: RunModule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert store.USUAL_STORE == "/opt/python/.builds"
    path = install(tmp_path)
    monkeypatch.setattr(store, "USUAL_STORE", str(tmp_path / ".builds"))
    assert found(run_module(build_info)) == ([str(path)], [str(tmp_path / ".builds")])


def test_where_nothing_is_installed_both_lists_are_empty(run_module: RunModule, tmp_path: Path) -> None:
    assert found(run_module(build_info, paths=[str(tmp_path / "3.13")])) == ([], [])


@pytest.mark.parametrize(
    ("option", "name", "example"),
    [
        ("paths", "paths", "/opt/python/3.13"),
        ("path", "paths", "/opt/python/3.13"),
        ("stores", "stores", "/opt/python/.builds"),
        ("store", "stores", "/opt/python/.builds"),
    ],
)
@pytest.mark.parametrize("module", [build_confirm, build_info, build_rollback])
def test_a_relative_path_is_refused(
    run_module: RunModule, module: ModuleType, option: str, name: str, example: str
) -> None:
    others = {"from_build": "any"} if module is build_rollback else {}
    result = run_module(module, **others, **{option: ["python"]})
    assert result["msg"] == f"{name} is 'python', which is relative. Write it from the root: {name}: {example}"


def test_a_damaged_root_is_listed(run_module: RunModule, tmp_path: Path) -> None:
    path = install(tmp_path)
    file = tmp_path / ".builds" / ".roots" / history.file_name(str(path))
    file.write_text("{")
    result = run_module(build_info, paths=[str(path)])
    assert [damage["file"] for damage in result["damaged"]] == [str(file)]
    assert [one["path"] for one in result["paths"]] == [str(path)]


def test_what_the_system_refuses_is_one_message(
    run_module: RunModule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = install(tmp_path)
    assert stat.S_ISDIR((tmp_path / ".builds").stat().st_mode)

    def refuse(_path: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path / ".builds"))

    monkeypatch.setattr(os, "scandir", refuse)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    result = run_module(build_info, paths=[str(path)])
    assert result["msg"] == f"Could not read {tmp_path}/.builds: permission was denied. {BECOME}."
