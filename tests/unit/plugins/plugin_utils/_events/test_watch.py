# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a look reports, against a server; what is remembered; and the pauses between looks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("requests", reason="the index is fetched with requests")

from ansible_collections.standalone.python.plugins.plugin_utils._events.spec import LONGEST_PAUSE_S, WatchSpec
from ansible_collections.standalone.python.plugins.plugin_utils._events.watch import Watch, pause_s, watch
from tests.support.index_documents import versions_index
from tests.support.servers import Server, serve, status

LINUX, ARM = "x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"
OLD, NEW = "3.13.5+20250723", "3.13.6+20250807"
ADVISORY = {"id": "PYSEC-1", "component": "pip", "below": "26.2.2"}


def stem(build: str, target: str = LINUX) -> str:
    return f"cpython-{build}-{target}-install_only_stripped"


class World:
    """A server with an index and advisories, and a place for the memory."""

    def __init__(self, server: Server, directory: Path) -> None:
        self.server, self.directory = server, directory
        self.warnings: list[str] = []
        self.publish(OLD)
        self.advise(ADVISORY)

    def publish(self, *builds: str, targets: tuple[str, ...] = (LINUX, ARM)) -> None:
        names = [f"{stem(build, target)}.tar.gz" for build in builds for target in targets]
        self._write("index", versions_index(*names).decode())

    def advise(self, *advisories: dict[str, str]) -> None:
        self._write("advisories.yml", "# in the short form\n" + "".join(f"- {json.dumps(one)}\n" for one in advisories))

    def _write(self, name: str, content: str) -> None:
        assert self.server.directory
        (self.server.directory / name).write_text(content)

    def spec(self, **args: Any) -> WatchSpec:
        where = {"index": f"{self.server.url}/index", "state": str(self.directory / "state")}
        return WatchSpec.parse({"names": ["3.13"], **where, **args})

    def watch(self, **args: Any) -> Watch:
        environ = {"ANSIBLE_STANDALONE_PYTHON_CACHE": str(self.directory / "cache")}
        return Watch(self.spec(**args), self.warnings.append, environ)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    served = tmp_path / "served"
    served.mkdir()
    with serve(served) as server:
        yield World(server, tmp_path)


def test_a_newer_build_is_reported_once(world: World) -> None:
    watched = world.watch(targets=[LINUX])
    assert watched.look() == ([], [])  # what there is when somebody begins
    world.publish(OLD, NEW)
    (event,), failures = watched.look()
    assert failures == []
    assert event == {
        "kind": "build",
        "name": "3.13",
        "version": "3.13.6",
        "release": "20250807",
        "builds": [
            {
                "target": LINUX,
                "name": stem(NEW),
                "version": "3.13.6",
                "release": "20250807",
                "previous": stem(OLD),
            }
        ],
    }
    assert watched.look() == ([], [])


def test_an_index_that_lost_its_newest_release_reports_nothing(world: World) -> None:
    watched = world.watch()
    world.publish(OLD, NEW)
    assert watched.look() == ([], [])
    world.publish(OLD)
    assert watched.look() == ([], [])
    world.publish(OLD, NEW)
    assert watched.look() == ([], [])


def test_a_target_that_comes_later_is_reported_with_the_others_as_they_were(world: World) -> None:
    watched = world.watch()
    watched.look()
    world.publish(NEW, targets=(LINUX,))
    (event,), _failures = watched.look()
    assert [build["target"] for build in event["builds"]] == [LINUX]
    world.publish(NEW)
    (event,), _failures = watched.look()
    assert [(build["target"], build["previous"]) for build in event["builds"]] == [(ARM, stem(OLD, ARM))]


def test_a_look_at_what_did_not_change_is_one_conditional_request(world: World) -> None:
    watched = world.watch(advisories=[f"{world.server.url}/advisories.yml"])
    watched.look()
    watched.look()
    first, second = world.server.requests[:2], world.server.requests[2:]
    assert [one.path for one in first] == [one.path for one in second] == ["/index", "/advisories.yml"]
    assert [one.path for one in first if "if-none-match" in one.headers] == []
    assert [one.path for one in second if "if-none-match" not in one.headers] == []


def test_an_advisory_is_reported_when_it_is_new_and_when_it_affects_others(world: World) -> None:
    watched = world.watch(names=[], advisories=[f"{world.server.url}/advisories.yml"])
    assert watched.look() == ([], [])
    later = {"id": "CVE-1", "component": "openssl", "below": "3.5.7", "why": "a reason"}
    world.advise(ADVISORY, later)
    (event,), _failures = watched.look()
    assert (event["kind"], event["id"], event["components"], event["why"]) == (
        "advisory",
        "CVE-1",
        ["openssl"],
        "a reason",
    )
    assert event["is_new"] is True
    world.advise({**ADVISORY, "below": "26.3"}, {**later, "why": "a better reason"})
    (event,), _failures = watched.look()
    assert (event["id"], event["is_new"]) == ("PYSEC-1", False)
    assert "pip" in event["components"]
    assert watched.look() == ([], [])


def test_a_restart_reports_what_came_in_between(world: World) -> None:
    advisories = [f"{world.server.url}/advisories.yml"]
    watched = world.watch(advisories=advisories)
    watched.look()
    watched.remember()
    world.publish(NEW)
    world.advise(ADVISORY, {**ADVISORY, "id": "PYSEC-2"})
    again = world.watch(advisories=advisories)
    events, _failures = again.look()
    assert [event.get("version", event.get("id")) for event in events] == ["3.13.6", "PYSEC-2"]
    # Not remembered, as when the process ended before the events were handed over.
    assert len(world.watch(advisories=advisories).look()[0]) == 2
    again.remember()
    assert world.watch(advisories=advisories).look() == ([], [])


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        pytest.param("[" * 200_000, id="too deep"),
        '{"format": 0, "builds": {}, "advisories": null}',
        '{"format": 1, "builds": {"3.13": {"x": "y"}}}',
    ],
)
def test_a_damaged_memory_counts_as_none(world: World, content: str) -> None:
    (world.directory / "state").write_text(content)
    assert world.watch().look() == ([], [])
    (warning,) = world.warnings
    assert warning == (f"Cannot read what was reported from {world.directory}/state, so this look counts as the first.")


def test_the_memory_of_a_newer_version_stays(world: World) -> None:
    file = world.directory / "state"
    file.write_text('{"format": 2, "seen": {}}')
    watched = world.watch()
    assert watched.look() == ([], [])
    watched.remember()
    assert file.read_text() == '{"format": 2, "seen": {}}'
    (warning,) = world.warnings
    assert warning == (
        f"Cannot read what was reported from {file}: a newer version of standalone.python wrote it. So this look "
        "counts as the first, and the file stays as it is. Upgrade the collection."
    )


def test_a_memory_that_cannot_be_written_is_a_warning(world: World) -> None:
    watched = world.watch(state=str(world.directory / "missing" / "state"))
    watched.look()
    for _look in range(2):
        watched.remember()
    (warning,) = world.warnings
    assert "No such file or directory. Make that file writable, or a restart reports it again." in warning


def test_without_a_file_the_memory_is_in_the_cache(world: World) -> None:
    world.watch(state=None).remember()
    (file,) = (world.directory / "cache" / "events").iterdir()
    assert json.loads(file.read_text())["format"] == 1


def test_all_that_there_is_can_be_reported(world: World) -> None:
    watched = world.watch(report_known=True, advisories=[f"{world.server.url}/advisories.yml"])
    events, _failures = watched.look()
    assert [event["kind"] for event in events] == ["build", "advisory"]
    assert {build["previous"] for build in events[0]["builds"]} == {""}


def test_what_cannot_be_read_stops_nothing_else(world: World) -> None:
    watched = world.watch(names=["3.13", "3.99"], advisories=[f"{world.server.url}/advisories.yml", "/nowhere"])
    watched.look()
    world.publish(NEW)
    (event,), failures = watched.look()
    assert event["version"] == "3.13.6"
    assert [failure.partition(":")[0].partition(" for ")[0] for failure in failures] == [
        "3.99",
        "The file of advisories /nowhere cannot be read",
    ]
    (failure,) = world.watch(targets=["s390x-unknown-linux-gnu"]).look()[1]
    assert failure == "Cannot watch 3.13: the index has no build of it for s390x-unknown-linux-gnu."


class Ended(Exception):
    """Ends a watch after some looks."""


def run(world: World, pauses: list[Any], **args: Any) -> tuple[list[dict[str, Any]], list[float]]:
    """The events of as many looks as there are pauses, each of which may be a function to call; how long they are."""
    events: list[dict[str, Any]] = []
    slept: list[float] = []

    async def put(event: dict[str, Any]) -> None:
        events.append(event)

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == len(pauses):
            raise Ended
        if pauses[len(slept) - 1]:
            pauses[len(slept) - 1]()

    with pytest.raises(Ended):
        asyncio.run(watch(world.spec(interval=600, **args), put, warn=world.warnings.append, sleep=sleep))
    return events, slept


def test_a_dead_server_is_one_event_and_longer_and_longer_pauses(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_STANDALONE_PYTHON_CACHE", str(world.directory / "cache"))
    dead, alive = [status(404)], world.server.script

    def recover() -> None:
        alive.pop("/index")
        world.publish(NEW)

    def die() -> None:
        alive["/index"] = dead

    events, slept = run(world, [die, None, None, recover, die, None])
    assert [event["kind"] for event in events] == ["failure", "build", "failure"]
    assert "/index" in events[0]["message"]
    factors = [int(seconds / 600) for seconds in slept]  # each is up to a tenth longer
    assert factors == [1, 2, 4, 8, 1, 2]


def test_pauses_are_spread_and_bounded() -> None:
    assert all(600 <= pause_s(600, 0) <= 660 for _time in range(100))
    assert len({pause_s(600, 0) for _time in range(100)}) > 1
    assert LONGEST_PAUSE_S <= pause_s(600, 10**6) <= 1.1 * LONGEST_PAUSE_S
