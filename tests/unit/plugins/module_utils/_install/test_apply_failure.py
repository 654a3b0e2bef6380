# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders that cannot be carried out: one sentence each, and the path stays as it was."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import (
    ArchiveError,
    DigestMismatch,
    HealthError,
    StandaloneError,
    StoreError,
)
from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
from tests.support import fake_builds
from tests.support.fake_builds import MINOR, FakeBuild
from tests.support.install_specs import spec
from tests.support.installed_builds import litter, release_at

NEW = "20260201"


class TestFailure:
    def failed(self, path: Path, *, build: FakeBuild, error: type[StandaloneError], **params: object) -> str:
        before = os.readlink(path)
        with pytest.raises(error) as caught:
            run(spec(path, build, **params))
        assert os.readlink(path) == before
        assert litter(path) == []
        assert subprocess.run([path / "bin" / "python", "-c", ""], check=False).returncode == 0
        return str(caught.value)

    def test_an_unhealthy_interpreter(self, path: Path, mirror: Path, old: FakeBuild) -> None:
        run(spec(path, old))
        sick = fake_builds.make(mirror, NEW, interpreter="#!/bin/sh\necho 'libssl.so.3 not found' >&2; exit 1\n")
        message = self.failed(path, build=sick, error=HealthError)
        assert "It said: libssl.so.3 not found" in message

    def test_health_can_be_waived(self, path: Path, mirror: Path) -> None:
        run(spec(path, fake_builds.make(mirror, NEW, interpreter="#!/bin/sh\nexit 1\n"), health_imports=[]))
        assert release_at(path) == NEW

    def test_a_wrong_digest(self, path: Path, old: FakeBuild, new: FakeBuild) -> None:
        run(spec(path, old))
        new.archive.write_bytes(old.archive.read_bytes())
        assert new.sha256 in self.failed(path, build=new, error=DigestMismatch)
        assert new.sha256 in self.failed(path, build=new, error=DigestMismatch, archive=str(new.archive))

    def test_an_unknown_owner(self, path: Path, old: FakeBuild, new: FakeBuild) -> None:
        run(spec(path, old))
        message = self.failed(path, build=new, error=StoreError, owner="nobody-of-that-name")
        assert message == "There is no user nobody-of-that-name on this host. Create it first, or change `owner`."

    @pytest.mark.parametrize(
        ("without", "message"),
        [
            (f"bin/python{MINOR}", "The archive holds no interpreter (bin/pythonX.Y), so this host cannot use it."),
            (f"lib/python{MINOR}/os.py", "The archive holds no standard library (lib/pythonX.Y/os.py)"),
        ],
    )
    def test_no_python_in_the_archive(
        self, path: Path, mirror: Path, old: FakeBuild, without: str, message: str
    ) -> None:
        run(spec(path, old))
        build = fake_builds.make(mirror, NEW, without=without)
        assert message in self.failed(path, build=build, error=ArchiveError)

    def test_a_parent_that_is_a_file(self, tmp_path: Path, old: FakeBuild) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(StoreError, match="a part of that path is a file"):
            run(spec(tmp_path / "file" / "3.13", old))


@pytest.mark.parametrize("entry", ["../../precious", "/precious", "", ".", "..", ".staging", "a\0b", "\ud800"])
def test_a_history_that_names_other_places_touches_none(path: Path, old: FakeBuild, new: FakeBuild, entry: str) -> None:
    """Builds that lost their receipt are known by the history alone, and are removed by what it calls them."""
    precious = path.parents[1] / "precious"
    (precious / "lib").mkdir(parents=True)
    run(spec(path, old))
    (history,) = (path.parent / ".builds" / ".roots").iterdir()
    root = json.loads(history.read_text())
    root["uses"].append({**root["uses"][0], "entry": str(precious) if entry == "/precious" else entry})
    history.write_text(json.dumps(root))
    run(spec(path, new, keep=0))
    assert (precious / "lib").is_dir()
    assert release_at(path) == NEW
    assert litter(path) == []


def test_a_user_who_may_have_no_more_threads(
    path: Path, old: FakeBuild, new: FakeBuild, mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(spec(path, old))

    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    for source in ({"archive": str(new.archive)}, {"archive": None, "mirror": [mirror.as_uri()]}):
        with pytest.raises(StoreError) as caught:
            run(spec(path, new, **source))
        assert str(caught.value) == (
            f"Could not write {path}: no more processes and threads may run. Raise the limit, or run again when the "
            f"host is less busy. What was at {path} before is still there."
        )
        assert litter(path) == []
    monkeypatch.undo()
    run(spec(path, new))
    assert release_at(path) == NEW
