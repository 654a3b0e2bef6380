# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host where every session has umask 077: every user can run the build and nobody can change it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fleet.conftest import BUILD_PLAY, Fleet, player

# What `find` shall not find. The lock is its owner's alone, lest others hold it.
RIGHT = ("-type l", "-type d -perm 0755", "-type f -perm 0644", "-type f -perm 0755", "-name .lock -perm 0600")


@pytest.mark.parametrize("user", ["root", "deploy"])
def test_modes_do_not_depend_on_the_umask(user: str, fleet: Fleet, transport: dict[str, str], tmp_path: Path) -> None:
    host = fleet.host("umask077")
    top = f"/srv/{tmp_path.name}"
    played = player(tmp_path, {"host": fleet.variables(host, user=user)}).play(
        BUILD_PLAY,
        variables={"wanted": "{{ sample_minor }}", "path": f"{top}/opt/python", "become": user != "root"},
        env=transport,
    )
    assert played.rc == 0, played.output
    right = " -o ".join(RIGHT).split()
    assert host.enter("find", top, "-not", "(", *right, ")").stdout == ""
    assert host.enter("find", top, "-not", "-user", "root").stdout == ""
    host.enter("runuser", "--user=deploy", "--", f"{top}/opt/python/bin/python", "-c", "import ssl, sqlite3, venv")
