# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module by its interface: what it returns, and one sentence for what went wrong. The work is in test__install."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible", reason="modules use ansible-core")

from ansible_collections.standalone.python.plugins.modules import build
from tests.support import fake_builds
from tests.support.fake_builds import MINOR, FakeBuild

RunModule = Callable[..., dict[str, Any]]


def documented(text: str) -> dict[str, Any]:
    import yaml

    content: dict[str, Any] = yaml.safe_load(text)
    return content


DOCUMENTED = documented(build.RETURN)
RETURNED, TIMINGS = set(DOCUMENTED), set(DOCUMENTED["timings"]["contains"])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "python" / MINOR


@pytest.fixture
def made(tmp_path: Path) -> FakeBuild:
    return fake_builds.make(tmp_path / "mirror", "20260101")


def options(path: Path, made: FakeBuild) -> dict[str, Any]:
    return {"path": str(path), "asset": made.asset(), "archive": str(made.archive), "compile_bytecode": False}


def test_an_installation(run_module: RunModule, path: Path, made: FakeBuild) -> None:
    foreseen = run_module(build, check_mode=True, **options(path, made))
    assert not path.exists()
    done = run_module(build, **options(path, made))
    again = run_module(build, **options(path, made))
    assert os.readlink(path) == f".builds/{made.name}"
    assert [result["changed"] for result in (foreseen, done, again)] == [True, True, False]
    for result in (foreseen, done, again):
        assert set(result) >= RETURNED
        assert set(result["timings"]) == TIMINGS
        assert result["build"]["name"] == made.name
    assert foreseen["diff"] == done["diff"]


def test_variables_in_a_path_are_not_expanded(
    run_module: RunModule, path: Path, made: FakeBuild, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAME", "other")
    literal = path.with_name("$NAME")
    done = run_module(build, **options(literal, made))
    assert (done["changed"], done["path"], os.readlink(literal)) == (True, str(literal), f".builds/{made.name}")


def test_an_archive_that_the_controller_has_to_send(run_module: RunModule, path: Path, made: FakeBuild) -> None:
    """Only the action plugin can send it; for anybody else its lack is a failure."""
    without = {**options(path, made), "archive": None, "delivery": "push"}
    message = f"The archive of {made.name} is needed, and is to come from the controller."
    asked = run_module(build, **without, archive_on_request=True)
    assert ("failed" in asked, "changed" in asked, asked["msg"]) == (False, False, message)
    assert asked["archive_needed"] == {"sha256": made.sha256, "build": made.name}
    refused = run_module(build, **without)
    assert (refused["failed"], refused["msg"], "archive_needed" in refused) == (True, message, False)
    assert not path.exists()
    assert run_module(build, **options(path, made), delivery="push")["changed"] is True


def test_a_removal(run_module: RunModule, path: Path, made: FakeBuild) -> None:
    run_module(build, **options(path, made))
    done = run_module(build, path=str(path), state="absent")
    assert set(done) >= RETURNED
    assert (done["changed"], done["build"], done["executable"]) == (True, None, None)
    assert not path.parent.exists() or os.listdir(path.parent) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"path": "python"}, "path is 'python', which is relative. Write it from the root: path: /opt/python/3.13"),
        (
            {"asset": None, "archive": None, "name": "3.13"},
            "No build was chosen for {path}. This module is run by the action plugin of the same name, which chooses "
            "one: call it as standalone.python.build, or give `asset`.",
        ),
        (
            {"archive": "/nowhere.tar.gz"},
            "The archive /nowhere.tar.gz cannot be read on this host: No such file or directory. Put it there, or "
            "correct `archive`.",
        ),
        (
            {"owner": "nobody-of-that-name"},
            "There is no user nobody-of-that-name on this host. Create it first, or change `owner`.",
        ),
    ],
)
def test_a_failure_is_one_message(
    run_module: RunModule, path: Path, made: FakeBuild, change: dict[str, Any], message: str
) -> None:
    result = run_module(build, **{**options(path, made), **change})
    assert (result["failed"], result["msg"]) == (True, message.format(path=path))
    assert "exception" not in result
    assert not path.exists()


def test_what_the_system_refuses_is_one_message(run_module: RunModule, tmp_path: Path, made: FakeBuild) -> None:
    (tmp_path / "file").touch()
    result = run_module(build, **options(tmp_path / "file" / "3.13", made))
    assert result["msg"] == (
        f"Could not write {tmp_path}/file/.builds: a part of that path is a file, not a directory. Move it away, or "
        f"choose another path. What was at {tmp_path}/file/3.13 before is still there."
    )
