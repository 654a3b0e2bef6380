# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives that mean harm, with the right digest: refused with a reason, and nothing of them gets out of staging."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import ArchiveError
from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
from tests.support import fake_builds
from tests.support.fake_builds import MINOR, TARGET, VERSION, FakeBuild
from tests.support.host_view import PathView, contents
from tests.support.hostile_archives import HOSTILE
from tests.support.install_specs import spec

# Where archives of `hostile_archives` want to write or link to; what is there must not be another afterwards.
COVETED = ("/etc/cron.d/x", "/etc/x", "/etc/passwd", "/etc/shadow", "/tmp/x")
NAME = f"cpython-{VERSION}+20260201-{TARGET}-install_only_stripped"


def state(name: str) -> tuple[int, ...] | None:
    try:
        found = os.lstat(name)
    except FileNotFoundError:
        return None
    return (found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns, found.st_nlink)


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> PathView:
    """A path with a build at it, and files of somebody else around it."""
    machine = tmp_path_factory.mktemp("machine")
    view = PathView(machine / "opt" / MINOR)
    run(spec(view.path, fake_builds.make(machine / "mirror", "20260101"), health_imports=[]))
    for directory in (machine, view.path.parent):
        (directory / "x").write_text("somebody else's")
    return view


@pytest.mark.parametrize("way", ["archive", "mirror"])
@pytest.mark.parametrize("case", [case for case in HOSTILE if case != "empty file"])  # which its digest shows
def test_it_is_refused_and_nothing_is_touched(case: str, way: str, view: PathView, tmp_path: Path) -> None:
    hostile = HOSTILE[case]
    build = FakeBuild(
        archive=tmp_path / "20260201" / f"{NAME}.tar.gz",
        name=NAME,
        release="20260201",
        sha256=hashlib.sha256(hostile.data).hexdigest(),
    )
    build.archive.parent.mkdir()
    build.archive.write_bytes(hostile.data)
    before, coveted_before = contents(view.path.parents[1]), [state(name) for name in COVETED]
    archive = str(build.archive) if way == "archive" else None
    with pytest.raises(ArchiveError) as caught:
        run(spec(view.path, build, archive=archive, mirror=[tmp_path.as_uri()]))
    assert hostile.reason in str(caught.value)
    (view.store / ".staging" / f"{build.sha256}.part").unlink(missing_ok=True)  # of a download, which was right
    assert contents(view.path.parents[1]) == before
    assert [state(name) for name in COVETED] == coveted_before


def test_the_build_at_the_path_has_survived_them_all(view: PathView) -> None:
    assert view.runs()
