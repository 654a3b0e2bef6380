# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mirrors that misbehave: an upgrade fails with one sentence and changes nothing, or gets over it."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._download import download
from ansible_collections.standalone.python.plugins.module_utils._errors import (
    DigestMismatch,
    DownloadError,
    StandaloneError,
)
from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
from tests.integration.playbooks import Player
from tests.support import fake_builds
from tests.support.fake_builds import MINOR, FakeBuild
from tests.support.host_view import PathView
from tests.support.install_specs import spec
from tests.support.misbehaviours import HTML_PAGE, break_off, html_page, raw, stall, wrong_length
from tests.support.sample_mirror import SampleMirror
from tests.support.servers import Behaviour, files, redirect, serve, status

OLD, NEW = "20260101", "20260201"
HOST = "127.0.0.1"
TRIES = 4
REDIRECTS = 11
ALL_FAILED = (
    "The archive could not be downloaded. {url}: {why}. {remedy}, or fetch the file elsewhere and give it as "
    "`archive`.{push}"
)
PUSH = " If this host has no way out, let the controller send it with `delivery: push`."
REACH = "Check that this host reaches the address, through a proxy if need be, or set `mirror` to one that it reaches"
ABSENT = "The server was reached but has no such file: sync the mirror, or correct its address in `mirror`"
ILL = "The server was reached: look at its log or try again later, or set `mirror` to another address"
CORRECT = "Correct that, or set `mirror` to another address"
REMEDIES = {"404": ABSENT, "403": CORRECT, "500": ILL, "redirects in a circle": CORRECT}
WEB_PAGE = "What came looks like a web page (a proxy or login page?): open that address from this host and see."
OTHER_FILE = (
    "It is another file than the pinned one, or a damaged copy: compare with `checksum` or the index, and ask the "
    "owner of that copy."
)


@pytest.fixture
def view(tmp_path: Path, mirror: Path) -> PathView:
    """A path with the old build at it."""
    view = PathView(tmp_path / "opt" / MINOR)
    run(spec(view.path, fake_builds.make(mirror, OLD), health_imports=[]))
    return view


@pytest.fixture
def new(mirror: Path) -> FakeBuild:
    """The new build, with some kilobytes in it so that half of its archive is something."""
    return fake_builds.make(mirror, NEW, extra={"share/noise": os.urandom(20_000).hex()})


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between tries, which are not made."""
    made: list[float] = []
    monkeypatch.setitem(download.fetch.__kwdefaults__, "sleep", made.append)
    return made


def address(build: FakeBuild) -> str:
    return f"/{build.release}/{build.archive.name.replace('+', '%2B')}"


def upgrade(view: PathView, build: FakeBuild, *urls: str) -> dict[str, Any]:
    mirrors = {"archive": None, "mirror": list(urls), "timeout": 1}
    return run(spec(view.path, build, health_imports=["zlib"], **mirrors))


def refusal(view: PathView, build: FakeBuild, *urls: str, error: type[StandaloneError] = DownloadError) -> str:
    """The sentence of an upgrade that fails and leaves path and store as they were, a part file apart."""
    before = view.contents()
    with pytest.raises(error) as caught:
        upgrade(view, build, *urls)
    assert {name: item for name, item in view.contents().items() if not name.endswith(".part")} == before
    assert view.runs()
    return str(caught.value)


# What the server does each time; why that is no success (N is any number); the requests; whether a part is kept.
FAILURES: dict[str, tuple[Behaviour, str, int, bool]] = {
    "breaks off": (break_off(5000), f"the connection to {HOST} broke off after N of N bytes (4 tries)", TRIES, True),
    "promises more than it has": (
        wrong_length(7), f"the connection to {HOST} broke off after N of N bytes (4 tries)", TRIES, True,
    ),
    "stalls at once": (stall(), f"{HOST} sent nothing for 1 s (4 tries)", TRIES, False),
    "stalls half way": (stall(after_bytes=5000), f"{HOST} sent nothing for 1 s (4 tries)", TRIES, True),
    "404": (status(404), f"{HOST} answers 404 Not Found", 1, False),
    "403": (status(403), f"{HOST} answers 403 Forbidden; check url_username, url_password and headers", 1, False),
    "500": (status(500), f"{HOST} answers 500 Internal Server Error (4 tries)", TRIES, False),
    "redirects in a circle": (redirect("?again"), "it redirects more than N times", REDIRECTS, False),
    "redirects to nobody": (redirect("http://127.0.0.1:9/"), f"{HOST} refuses the connection (4 tries)", TRIES, False),
    "is no web server": (raw(b"220 mail ESMTP\r\n"), f"{HOST} answers something that is not HTTP", 1, False),
}  # fmt: skip


@pytest.mark.parametrize("case", FAILURES)
def test_a_mirror_that_gives_nothing_whole(case: str, view: PathView, mirror: Path, new: FakeBuild) -> None:
    behaviour, why, requests, keeps_part = FAILURES[case]
    with serve(mirror, script={address(new): behaviour}) as server:
        message = refusal(view, new, server.url)
        assert len(server.requests) == requests
    push = PUSH if requests == TRIES else ""  # where another machine may get another answer
    expected = ALL_FAILED.format(url=server.url + address(new), why=why, remedy=REMEDIES.get(case, REACH), push=push)
    assert re.fullmatch(re.sub(r"\bN\b", "[0-9]+", re.escape(expected)), message), message
    assert os.listdir(view.store / ".staging") == ([f"{new.sha256}.part"] if keeps_part else [])


def flip_a_bit(archive: Path) -> None:
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 1
    archive.write_bytes(content)


def cut(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-100])


def exchange(archive: Path) -> None:
    (other,) = archive.parent.parent.glob(f"{OLD}/*")
    archive.write_bytes(other.read_bytes())


def replace_by_a_web_page(archive: Path) -> None:
    archive.write_bytes(HTML_PAGE)


@pytest.mark.parametrize(
    ("spoil", "advice"),
    [(flip_a_bit, OTHER_FILE), (cut, OTHER_FILE), (exchange, OTHER_FILE), (replace_by_a_web_page, WEB_PAGE)],
)
def test_wrong_bytes_are_not_unpacked_and_no_other_mirror_is_asked(
    spoil: Callable[[Path], None], advice: str, view: PathView, mirror: Path, new: FakeBuild
) -> None:
    with serve(mirror) as good, serve(mirror.with_name("bad")) as bad:
        shutil.copytree(mirror, mirror.with_name("bad"))
        spoilt = mirror.with_name("bad") / new.release / new.archive.name
        spoil(spoilt)
        message = refusal(view, new, bad.url, good.url, error=DigestMismatch)
        assert (len(bad.requests), good.requests) == (1, [])
    assert message == (
        f"The digest of {bad.url}{address(new)} is not the expected one, so nothing was unpacked. Expected sha256 "
        f"{new.sha256}, found {hashlib.sha256(spoilt.read_bytes()).hexdigest()} in {spoilt.stat().st_size} bytes. "
        + advice
    )
    assert os.listdir(view.store / ".staging") == []


def test_a_download_that_broke_off_is_resumed_by_the_next_run(view: PathView, mirror: Path, new: FakeBuild) -> None:
    with serve(mirror, script={address(new): [break_off(5000)] * TRIES + [files()]}) as server:
        refusal(view, new, server.url)
        assert upgrade(view, new, server.url)["build"]["release"] == NEW
        ranges = [request.headers.get("range") for request in server.requests]
    assert ranges == [None, *(f"bytes={5000 * tries}-" for tries in range(1, TRIES + 1))]
    assert view.litter() == []


@pytest.mark.parametrize(
    "behaviours",
    [[break_off(5000), files()], [status(500), files()], [stall(after_bytes=5000), files()], [redirect("/elsewhere")]],
    ids=["breaks off once", "500 once", "stalls once", "redirects"],
)
def test_what_passes_is_got_over(behaviours: list[Behaviour], view: PathView, mirror: Path, new: FakeBuild) -> None:
    shutil.copyfile(new.archive, mirror / "elsewhere")
    with serve(mirror, script={address(new): behaviours}) as server:
        assert upgrade(view, new, server.url)["build"]["release"] == NEW
    assert view.runs()
    assert view.litter() == []


def test_a_mirror_that_fails_gives_way_to_the_next(view: PathView, mirror: Path, new: FakeBuild) -> None:
    with serve(mirror, script={address(new): status(404)}) as first, serve(mirror) as second:
        assert upgrade(view, new, first.url, second.url)["build"]["release"] == NEW
        assert (len(first.requests), len(second.requests)) == (1, 1)


BROKEN = {
    "page": (html_page(), WEB_PAGE),
    "gone": (status(404), "127.0.0.1 answers 404 Not Found."),
    "else": (redirect(f"/{OLD}/"), "127.0.0.1 answers 404 Not Found."),
    "junk": (status(200, body=b"not the archive"), OTHER_FILE),
}


def test_an_operator_sees_one_message(player: Player, samples: SampleMirror, tmp_path: Path) -> None:
    """The same through `ansible-playbook`: what is shown, and what is at the path afterwards."""
    sample = samples.samples[2]
    file = f"{NEW}/{sample.file_name.replace('+', '%2B')}"
    with serve(
        samples.directory, script={f"/{name}/{file}": behaviour for name, (behaviour, _unused) in BROKEN.items()}
    ) as server:
        variables = {
            "path": str(tmp_path / "opt" / "python"),
            "version": sample.version,
            "index": f"{server.url}/{samples.index.name}",
            "mirror": server.url,
            "old": OLD,
            "new": NEW,
            "broken": [{"mirror": f"{server.url}/{name}", "says": says} for name, (_unused, says) in BROKEN.items()],
        }
        played = player.play(Path(__file__).with_name("broken_mirrors.yml"), variables=variables)
    assert played.rc == 0, played.output
    assert "Traceback" not in played.output
    for _behaviour, says in BROKEN.values():
        assert says in " ".join(played.output.split())
