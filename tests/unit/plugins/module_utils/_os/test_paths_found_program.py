# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs are searched where the probes search them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._os.paths import found_program


def test_a_program_is_searched_on_the_path_and_then_among_those_of_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_sbin = shutil.which("chroot", path="/usr/sbin:/sbin")
    if in_sbin is None:
        pytest.skip("this machine has no chroot in /usr/sbin")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert found_program("chroot") == in_sbin
    (tmp_path / "chroot").touch(mode=0o755)
    assert found_program("chroot") == str(tmp_path / "chroot")
    assert found_program("no-such-program") is None
