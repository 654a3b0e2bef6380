# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a process is killed: a kill that is left out leaves a fault unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.killed import kills


@pytest.mark.parametrize(
    ("at_most", "left"),
    [(9, [0, 1, 2, 3, 4]), (5, [0, 1, 2, 3, 4]), (3, [0, 2, 4]), (2, [0, 4]), (1, [0])],
)
def test_the_first_and_the_last_step_are_among_those_before_which_it_is_killed(
    tmp_path: Path, at_most: int, left: list[int]
) -> None:
    world = tmp_path / "world"
    world.mkdir()

    def work() -> None:
        for number in range(5):
            (world / str(number)).mkdir()

    assert [len(list(world.iterdir())) for _kill in kills(world, work, at_most=at_most)] == left
