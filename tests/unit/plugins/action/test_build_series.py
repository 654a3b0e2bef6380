# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A path with Python 3.8, and tasks of every kind that would put another minor version there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible", reason="the action plugin runs on the controller")

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.plugin_utils._lock.file import LockedBuild, LockFile
from tests.support.action_host import OLD, Host, act, bootstrap_on, failure
from tests.support.fake_builds import MINOR, TARGET, VERSION, FakeBuild
from tests.support.receipts import asset, make_entry, receipt

PRESENT = asset("3.8.19", "20240814")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "opt" / "app"
    make_entry(path.parent / ".builds", PRESENT.build.name, receipt(str(path), PRESENT))
    path.symlink_to(f".builds/{PRESENT.build.name}")
    return path


@pytest.fixture
def lock(tmp_path: Path, old: FakeBuild) -> str:
    """A lock that answers to a name of one minor version and to one that spans several."""
    locked = {TARGET: LockedBuild(Asset.from_dict(old.asset()))}
    file = tmp_path / "lock.yml"
    file.write_text(LockFile({MINOR: locked, "latest": locked}).render())
    return str(file)


def asked(kind: str, old: FakeBuild, lock: str, index: str) -> dict[str, Any]:
    return {
        "name": {"name": MINOR, "index": ["/nowhere"]},
        "latest": {"name": MINOR, "state": "latest", "index": ["/nowhere"]},
        "exact name": {"name": old.name, "index": ["/nowhere"]},
        "asset": {"asset": old.asset()},
        "lock": {"name": MINOR, "lock": lock},
        "archive": {"name": f"{VERSION}+{OLD}", "archive": str(old.archive), "checksum": old.sha256},
        "free-threaded": {"name": "3.8t", "index": ["/nowhere"]},
    }[kind]


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("kind", ["name", "latest", "exact name", "asset", "lock", "archive", "free-threaded"])
def test_it_is_refused_by_one_look_at_the_host(
    host: Host, path: Path, old: FakeBuild, lock: str, index: str, kind: str, check_mode: bool
) -> None:
    """The index is not read, and no module runs."""
    wanted = "3.8t" if kind == "free-threaded" else MINOR
    assert failure(host, path, check_mode=check_mode, **asked(kind, old, lock, index)) == (
        f"Cannot install Python {wanted} at {path}: Python 3.8 is installed there, and environments and extension "
        f"modules made with it would stop working. Choose another path, such as {path.with_name(wanted)}, or set "
        "`allow_minor_change: true`."
    )
    assert len(host.commands) == 1


def test_bootstrap_refuses_it_as_well(host: Host, path: Path) -> None:
    result = bootstrap_on(host, path, name=MINOR)
    assert (result["failed"], host.modules) == (True, [])
    assert "`allow_minor_change: true`" in result["msg"]


@pytest.mark.parametrize(
    "args",
    [{"name": MINOR, "allow_minor_change": True}, {"name": "latest", "state": "latest"}, {"name": ">=3.9"}],
)
def test_the_module_gets_what_is_allowed(host: Host, path: Path, index: str, args: dict[str, Any]) -> None:
    act(host, path, index=index, **args)
    (module,) = host.modules
    assert (module["asset"]["version"], module["name"]) == (VERSION, args["name"])


def test_a_locked_name_that_spans_minor_versions_allows_it_in_the_module_too(host: Host, path: Path, lock: str) -> None:
    """The module gets the asset and no name that it could know this by."""
    act(host, path, name="latest", lock=lock)
    (module,) = host.modules
    assert ("name" in module, module["allow_minor_change"]) == (False, True)


def test_a_directory_of_another_minor_version_is_not_adopted(host: Host, tmp_path: Path) -> None:
    (tmp_path / "python" / "bin").mkdir(parents=True)
    (tmp_path / "python" / "bin" / "python3.8").touch()
    assert failure(host, tmp_path / "python", name=MINOR, adopt=True, index=["/nowhere"]) == (
        f"Cannot adopt the directory {tmp_path / 'python'} as Python {MINOR}: it holds Python 3.8. Ask for the build "
        "that it holds, or move it away."
    )
