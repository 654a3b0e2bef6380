# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server plays ends as what `ansible-playbook` plays, and says the same."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

pytest.importorskip("ansible", reason="plays are ansible-core's")

from tests.support.play_server import PlayServer, fits_import

ARGUMENTS = ("-i", "localhost,", "-c", "local")
TASK = {
    "ansible.builtin.assert": {
        "that": ["lookup('env', 'WORD') == word", "of_group"],
        "success_msg": "{{ lookup('pipe', 'pwd') }}",
    }
}
VARIES = re.compile(r"^[0-9].*? p=[0-9]+", re.MULTILINE)  # the time, and the number of the process


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    config = tmp_path / "ansible.cfg"
    config.write_text(f"[defaults]\nhome = {tmp_path / 'home'}\n")
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    with tempfile.TemporaryDirectory() as directory:  # Ansible makes a socket in it, whose path must be short
        yield {**kept, "HOME": str(tmp_path), "TMPDIR": directory, "ANSIBLE_CONFIG": str(config), "WORD": "a"}


@pytest.fixture
def server(environment: dict[str, str]) -> Iterator[PlayServer]:
    running = PlayServer(environment)
    yield running
    running.close()


def test_a_run_is_one_of_ansible_playbook(server: PlayServer, environment: dict[str, str], tmp_path: Path) -> None:
    playbook = tmp_path / "play.yml"
    playbook.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": [TASK]}]))
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars" / "all.json").write_text('{"of_group": true}')
    program = Path(sys.executable).with_name("ansible-playbook")
    runs = {word: [*ARGUMENTS, str(playbook), "-e", f"word={word}"] for word in ("a", "b")}
    logs = [tmp_path / "logs" / name for name in ("server", "program")]
    logs[0].parent.mkdir()
    by_server, by_program = (
        {"a": {**environment, "ANSIBLE_LOG_PATH": str(log)}, "b": environment}  # a log of one run and no other
        for log in logs
    )
    with ThreadPoolExecutor(2) as threads:
        futures = {word: threads.submit(server.run, run, by_server[word], timeout_s=300) for word, run in runs.items()}
    for word, run in runs.items():
        given = {"env": by_program[word], "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        done = subprocess.run([program, *run], **given, check=False)
        assert futures[word].result() == (done.returncode, done.stdout)
    texts = [VARIES.sub("#", log.read_text()) for log in logs]
    assert texts[0] == texts[1] != ""
    assert [future.result()[0] for future in futures.values()] == [0, 2]
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["ansible.cfg", "group_vars", "home", "logs", "play.yml"]
    assert os.listdir(environment["TMPDIR"]) == []
    (_of_the_server,) = (tmp_path / "home" / "tmp").iterdir()


@pytest.mark.parametrize(
    ("change", "fits"),
    [
        ({"WORD": "b"}, True),
        ({"ANSIBLE_STANDALONE_PYTHON_CACHE": "/x"}, True),
        ({"ANSIBLE_LOG_PATH": "/x"}, True),
        ({"ANSIBLE_FORKS": "1"}, False),
        ({"PYTHONPATH": "/x"}, False),
        ({"HOME": "/x"}, False),
    ],
)
def test_what_is_read_at_import_has_to_be_the_same(change: dict[str, str], fits: bool) -> None:
    environment = {"HOME": "/home", "ANSIBLE_CONFIG": "/home/ansible.cfg", "WORD": "a"}
    assert fits_import({**environment, **change}, environment) is fits
