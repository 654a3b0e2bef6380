# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("ansible", reason="locks are read on the controller")

from ansible_collections.standalone.python.plugins.module_utils._builds.request import BuildRequest, RequestedName
from ansible_collections.standalone.python.plugins.module_utils._errors import NoMatch
from ansible_collections.standalone.python.plugins.plugin_utils._lock.file import InvalidLock
from ansible_collections.standalone.python.plugins.plugin_utils._lock.lock import Lock
from tests.support.locks import GNU, MUSL, V3, asset, lock_of, stripped

ON_GNU, ON_MUSL = stripped("3.13.5+20250723"), stripped("3.13.5+20250723", MUSL)
EARLY = stripped("3.15.0a1+20251014")
LOCK = Lock(lock_of({"3.13": [ON_GNU, ON_MUSL], "3.15": [EARLY]}), "The lock /l.yml")


def request(name: str, **options: str) -> BuildRequest:
    return BuildRequest(RequestedName.parse(name), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "targets", "file_name"),
    [
        ("3.13", [GNU], ON_GNU),
        ("3.13", [V3, GNU], ON_GNU),
        ("3.13", [MUSL, GNU], ON_MUSL),
        ("3.15", [GNU], EARLY),
    ],
)
def test_the_first_target_that_is_locked_counts(name: str, targets: list[str], file_name: str) -> None:
    assert LOCK.asset(request(name), targets) == asset(file_name)


def test_all_targets_of_a_name() -> None:
    assert LOCK.assets(request("3.13")) == (asset(ON_GNU), asset(ON_MUSL))
    assert LOCK.assets(request("3.13", target=MUSL)) == (asset(ON_MUSL),)


@pytest.mark.parametrize(
    ("asked", "targets", "message"),
    [
        (
            request("3.14"),
            [GNU],
            "The lock /l.yml has no entry 3.14. It has 3.13, 3.15. Ask for one that it has, or add the name to "
            "lock_names and make the lock again.",
        ),
        (
            request("3.15"),
            [V3, MUSL],
            f"The lock /l.yml has no build of 3.15 for {V3} or {MUSL}. It has {GNU}. Add the target to lock_targets "
            "and make the lock again.",
        ),
        (
            request("3.13", flavor="full"),
            [GNU],
            f"The lock /l.yml has {ON_GNU[:-7]} for 3.13, and flavor or build_options ask for another build. Leave "
            "these out, or make a lock with lock_flavor and lock_build_options.",
        ),
    ],
)
def test_what_is_not_locked_is_said(asked: BuildRequest, targets: list[str], message: str) -> None:
    with pytest.raises(NoMatch) as error:
        LOCK.asset(asked, targets)
    assert str(error.value) == message


def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "lock.yml"
    file.write_text(LOCK.content.render())
    assert Lock.read(str(file)) == Lock(LOCK.content, f"The lock {file}")


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "could not be read: No such file or directory. Correct the path."), (b"\xff", "is no text.")],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None, message: str) -> None:
    file = tmp_path / "lock.yml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InvalidLock, match=f"^The lock {file} {message}"):
        Lock.read(str(file))
