# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task costs a host, counted: a no-op is one shell command, a change one module run more.

Where a build is replaced, what only a change needs is asked for by one command more.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.integration.conftest import NEW, OLD
from tests.integration.playbooks import Player
from tests.support.sample_mirror import SampleMirror
from tests.support.servers import Server

HERE = Path(__file__).parent
PROBE = Counter(exec_command=1)
ONE_COMMAND = (
    "no-op {version}+{old}", "no-op {version}", "no-op latest", "foreseen no-op", "no-op of latest", "no-op of absent",
)  # fmt: skip
ONE_MODULE_MORE = ("foreseen installation", "installation", "removal")
REPLACED = ("foreseen upgrade", "upgrade", "return")


@pytest.mark.parametrize("pipelining", ["true", "false"])
def test_what_is_done_to_the_host(
    pipelining: str, player: Player, samples: SampleMirror, server: Server, tmp_path: Path
) -> None:
    old, _with_symbols, new, _sick = samples.samples
    names = {"version": old.version, "old": OLD, "new": NEW}
    logs = tmp_path / "logs"
    logs.mkdir()
    variables = {
        **names,
        "work": str(tmp_path / "host"),
        "logs": str(logs),
        "index": f"{server.url}/{samples.index.name}",
        "mirror": server.url,
        "ansible_pipelining": pipelining,
    }
    played = player.play(HERE / "counted_tasks.yml", variables=variables)
    assert played.rc == 0, played.output

    costs = {log.name: Counter(log.read_text().split()) for log in logs.iterdir()}
    module = costs.pop("any module")
    expected = {name.format(**names): PROBE for name in ONE_COMMAND}
    expected |= dict.fromkeys(ONE_MODULE_MORE, PROBE + module)
    assert costs == {**expected, **dict.fromkeys(REPLACED, PROBE + PROBE + module)}
    if pipelining == "true":
        assert module == Counter(exec_command=1)
    archives = [f"/{sample.spec.release}/{sample.file_name.replace('+', '%2B')}" for sample in (old, new)]
    assert server.paths() == [f"/{samples.index.name}", *archives]
