# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`standalone.python.mirror` as a task: 24 real sample builds mirrored, installed from there, and by uv as well."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks.peers import NoPeer, find_uv, uv_install, uv_prefix
from tests.integration.playbooks import QUICK, Played, Player
from tests.support.mirror_specs import complaints, named
from tests.support.sample_builds import SampleSpec
from tests.support.sample_mirror import NDJSON, SampleMirror, make_mirror
from tests.support.servers import Server, serve
from tests.support.source_python import find_source

RELEASES = ("20260101", "20260201", "20260301", "20260401")
TARGETS = (
    "aarch64-unknown-linux-gnu",
    "aarch64-apple-darwin",
    "ppc64le-unknown-linux-gnu",
    "riscv64-unknown-linux-gnu",
    "s390x-unknown-linux-gnu",
)
RELEASES_HELD = 3


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> SampleMirror:
    """24 builds: four releases for six targets, this machine's own among them."""
    targets = (find_source().triple, *TARGETS)
    specs = [SampleSpec(release=release, target=target, pip=False) for release in RELEASES for target in targets]
    return make_mirror(tmp_path_factory.mktemp("source"), specs)


@pytest.fixture
def server(source: SampleMirror) -> Iterator[Server]:
    with serve(source.directory) as running:
        yield running


def declared(source: SampleMirror, mirror: Path, url: str, **options: Any) -> dict[str, Any]:
    """The task's options: everything that the source has, unless `options` say otherwise."""
    minor = source.samples[0].version.rpartition(".")[0]
    builds = [{"names": [minor], "releases": len(RELEASES)}]
    return {"path": str(mirror), "index": f"{url}/{NDJSON}", "mirror": url, "builds": builds, **options}


def play(player: Player, options: dict[str, Any], *arguments: str) -> tuple[Played, dict[str, Any]]:
    """The run, and the task's result: what a copy of it in a file says."""
    kept = player.directory / "result.json"
    kept.unlink(missing_ok=True)
    tasks = [
        {"name": "The mirror", "standalone.python.mirror": options, "register": "mirrored"},
        {
            "name": "Keep the result",
            "ansible.builtin.copy": {"dest": str(kept), "content": "{{ mirrored | to_json }}", "mode": "0600"},
            "check_mode": False,
        },
    ]
    playbook = player.directory / "playbook.yml"
    playbook.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    played = player.play(playbook, *arguments)
    return played, json.loads(kept.read_text()) if kept.exists() else {}


def test_24_builds_mirrored_and_mirrored_again(
    source: SampleMirror, server: Server, player: Player, tmp_path: Path
) -> None:
    mirror = tmp_path / "mirror"
    options = declared(source, mirror, server.url)
    _played, foreseen = play(player, options, "--check")
    assert not mirror.exists()
    played, result = play(player, options)
    assert played.rc == 0, played.output
    sizes = [source.archive(sample).stat().st_size for sample in source.samples]
    assert (len(sizes), foreseen["fetched_bytes"], result["fetched_bytes"]) == (24, sum(sizes), sum(sizes))
    assert foreseen["diff"] == result["diff"]
    assert "invocation" not in result
    assert len(set(named(mirror))) == len(source.samples)
    assert complaints(mirror) == []

    for archive in mirror.glob("*/*.tar.gz"):  # a client that read one now would notice
        archive_status = archive.stat()
        archive.write_bytes(bytes(archive_status.st_size))
        os.utime(archive, ns=(archive_status.st_atime_ns, archive_status.st_mtime_ns))
    asked = len(server.requests)
    played, result = play(player, options)
    assert (played.rc, result["changed"]) == (0, False), played.output
    assert server.requests[asked:] == []  # the index is fresh in the cache, and nothing else is asked for


def test_a_smaller_declaration_prunes_and_a_host_installs_from_what_is_left(
    source: SampleMirror, server: Server, player: Player, tmp_path: Path
) -> None:
    mirror, own = tmp_path / "mirror", source.samples[0]
    minor = own.version.rpartition(".")[0]
    play(player, declared(source, mirror, server.url))
    less = [{"names": [minor], "targets": [own.spec.target], "releases": RELEASES_HELD}]
    played, result = play(player, declared(source, mirror, server.url, builds=less), "--diff")
    assert played.rc == 0, played.output
    assert len(result["archives"]) == RELEASES_HELD
    assert len(result["removed"]) == len(source.samples) - RELEASES_HELD
    assert f"-{result['removed'][0]} " in played.output
    assert sorted(path.name for path in mirror.iterdir() if path.is_dir()) == [".mirror", *RELEASES[1:]]
    assert complaints(mirror) == []

    build = {
        "name": minor,
        "path": str(tmp_path / "opt" / minor),
        "index": str(mirror / NDJSON),
        "mirror": mirror.as_uri(),
        **QUICK,
    }
    playbook = tmp_path / "install.yml"
    playbook.write_text(
        yaml.safe_dump(
            [{"hosts": "localhost", "gather_facts": False, "tasks": [{"name": "x", "standalone.python.build": build}]}]
        )
    )
    played = player.play(playbook)
    assert played.rc == 0, played.output
    said = subprocess.run(
        [str(tmp_path / "opt" / minor / "bin" / "python3"), "-c", "import _sample; print(_sample.RELEASE)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == RELEASES[-1]


@pytest.mark.parametrize("served", [True, False], ids=["http", "file"])
def test_uv_installs_from_a_mirror(served: bool, source: SampleMirror, player: Player, tmp_path: Path) -> None:
    try:
        find_uv()
    except NoPeer as reason:
        pytest.skip(str(reason))
    mirror = tmp_path / "mirror"
    played, _result = play(player, declared(source, mirror, source.directory.as_uri(), index=str(source.index)))
    assert played.rc == 0, played.output
    with serve(mirror) as mirrored:
        uv_install(tmp_path / "uv", mirrored.url if served else mirror.as_uri())
        assert any(path.endswith(".tar.gz") for path in mirrored.paths()) == served
    assert (uv_prefix(tmp_path / "uv") / "BUILD").read_text() == RELEASES[-1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"builds": []},
            ": builds and assets are empty. Declare what it should hold, or remove it with state: absent.",
        ),
        ({"builds": [{"names": ["3.1"]}]}, "There is no build of Python 3.1."),
        ({"path": "srv/python"}, "path is 'srv/python', which is relative."),
        ({"parallel": 0}, "parallel is 0, but it counts downloads at a time: write 1 or more."),
    ],
)
def test_what_cannot_be_is_one_message(
    options: dict[str, Any], message: str, source: SampleMirror, player: Player, tmp_path: Path
) -> None:
    given = declared(source, tmp_path / "mirror", source.directory.as_uri(), index=str(source.index), **options)
    played, _result = play(player, given)
    assert played.rc != 0
    assert message in played.output
    assert "Traceback" not in played.output
    assert not (tmp_path / "mirror").exists()
