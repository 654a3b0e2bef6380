# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sync killed at any instant: what clients see is consistent, and the next run fetches no finished file again."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.integration.playbooks import REPOSITORY
from tests.support.mirror_specs import TARGETS, complaints, fill_source, make_archive, named, place_of
from tests.support.servers import serve

SEED = random.SystemRandom().randrange(1_000_000)
INSTANTS = 20
SIZE = 300_000
TREE = REPOSITORY / ".collection"
OLD, NEW = ("20260101", "20260201"), ("20260201", "20260301", "20260401")

# One sync in its own process: the parameters of the module as JSON, TREE holds `ansible_collections`.
SYNC = """
import json, sys
sys.path.insert(0, sys.argv[1])
from ansible_collections.standalone.python.plugins.module_utils._mirror import apply as _mirror_sync
from ansible_collections.standalone.python.plugins.module_utils._argspec import MIRROR_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._mirror.spec import MirrorSpec
params = dict((option, spec.get("default")) for option, spec in MIRROR_ARGUMENTS.items())
params.update(json.loads(sys.argv[2]))
{before}
print("ready", flush=True)
sys.stdin.readline()
_mirror_sync.run(MirrorSpec.from_params(params))
{after}
"""


def begin(
    mirror: Path, url: str, assets: list[dict[str, Any]], *, before: str = "", after: str = ""
) -> subprocess.Popen[str]:
    """A sync that has everything imported and starts now; `before` and `after` are code around it."""
    params = {"path": str(mirror), "assets": assets, "mirror": [url], "parallel": 2}
    process = subprocess.Popen(
        [sys.executable, "-c", SYNC.format(before=before, after=after), str(TREE), json.dumps(params), str(REPOSITORY)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    process.stdout.readline()
    process.stdin.write("\n")
    process.stdin.flush()
    return process


def finish(mirror: Path, url: str, assets: list[dict[str, Any]]) -> float:
    """A sync that is not disturbed; how long it took, in seconds."""
    started = time.monotonic()
    process = begin(mirror, url, assets)
    process.communicate()
    assert process.returncode == 0
    return time.monotonic() - started


def part_of(place: str) -> str:
    return f"{place.replace('/', '-')}.part"


def finished_files(mirror: Path, assets: list[dict[str, Any]]) -> set[str]:
    """The archives that need not be fetched again."""
    whole = {place_of(asset) for asset in assets if (mirror / place_of(asset)).exists()}
    parts = mirror / ".mirror" / "parts"
    sizes = {path.name: path.stat().st_size for path in parts.glob("*.part")} if parts.exists() else {}
    return whole | {place_of(asset) for asset in assets if sizes.get(part_of(place_of(asset))) == SIZE}


@pytest.fixture
def releases(tmp_path: Path) -> dict[str, list[dict[str, Any]]]:
    made = {release: fill_source(tmp_path / "source", (release,), SIZE) for release in {*OLD, *NEW}}
    return {
        "old": [asset for release in OLD for asset in made[release]],
        "new": [asset for release in NEW for asset in made[release]],
    }


def test_killed_at_random_instants(tmp_path: Path, releases: dict[str, list[dict[str, Any]]]) -> None:
    chance = random.Random(SEED)
    with serve(tmp_path / "source", latency_s=0.005) as server:
        finish(tmp_path / "rehearsal", server.url, releases["old"])
        duration_s = finish(tmp_path / "rehearsal", server.url, releases["new"])
        for number in range(INSTANTS):
            mirror = tmp_path / f"mirror-{number}"
            finish(mirror, server.url, releases["old"])
            delay_s = duration_s * (number + chance.random()) / INSTANTS
            case = f"killed after {delay_s:.4f} of {duration_s:.4f} s, with seed {SEED}"

            process = begin(mirror, server.url, releases["new"])
            time.sleep(delay_s)
            os.kill(process.pid, signal.SIGKILL)
            process.communicate()
            assert complaints(mirror) == [], case
            assert {place for place, _digest in named(mirror)}, case
            done = finished_files(mirror, releases["new"])

            asked = len(server.requests)
            finish(mirror, server.url, releases["new"])
            transfers = [request.path for request in server.requests[asked:]]
            again = {path.replace("%2B", "+").lstrip("/") for path in transfers if transfers.count(path) > 1}
            assert not again & done, case
            assert complaints(mirror) == [], case
            assert {place for place, _digest in named(mirror)} == set(map(place_of, releases["new"])), case
            assert not (mirror / OLD[0]).exists(), case


# A look at the mirror before each change to the file system, for how often it was taken and what was wrong.
WATCHED = """
sys.path.insert(0, sys.argv[3])
from pathlib import Path
from tests.support.mirror_specs import complaints, named_by_sums, named_by_versions
looks, wrong = 0, []
def look(event, arguments):
    global looks
    if event in ("os.rename", "os.remove"):
        looks += 1
        mirror = Path(json.loads(sys.argv[2])["path"])
        found = complaints(mirror) + [f"{place} is in no SHA256SUMS" for place, digest in named_by_versions(mirror)
                                      if (place, digest) not in set(named_by_sums(mirror))]
        wrong.extend(f"before {event} {arguments[0]}: {one}" for one in found)
sys.addaudithook(look)
"""


def test_what_clients_see_before_each_change(tmp_path: Path, releases: dict[str, list[dict[str, Any]]]) -> None:
    """From one declaration to another, which adds, removes and changes archives, two of them in one release."""
    mirror, source = tmp_path / "mirror", (tmp_path / "source").as_uri()
    finish(mirror, source, releases["old"])
    changed = make_archive(tmp_path / "source", NEW[0], TARGETS[0], SIZE)
    kept = [asset for asset in releases["new"] if place_of(asset) != place_of(changed)]
    wanted = [changed, *kept[1:]]
    process = begin(mirror, source, wanted, before=WATCHED, after="print(json.dumps([looks, wrong]))")
    looks, wrong = json.loads(process.communicate()[0])
    assert wrong == []
    assert looks > len(wanted)
    assert complaints(mirror) == []
    assert {place for place, _digest in named(mirror)} == set(map(place_of, wanted))
