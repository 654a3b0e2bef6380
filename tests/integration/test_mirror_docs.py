# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plays of the page on mirrors are run from the first to the last, each with what those before it have made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.conftest import OLD
from tests.integration.playbooks import REPOSITORY, Player
from tests.support.mirror_specs import complaints
from tests.support.sample_builds import Sample
from tests.support.sample_mirror import NDJSON, SampleMirror
from tests.support.servers import serve

_SHOWN = re.compile(r"<!-- play: (?P<name>[\w-]+) -->\n\n```yaml\n(?P<content>.*?)```", re.DOTALL)
PLAYS = {found["name"]: found["content"] for found in _SHOWN.finditer((REPOSITORY / "docs" / "mirror.md").read_text())}


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Where the page's mirror is, and its address."""
    directory = tmp_path / "srv" / "python"
    with serve(directory) as server:
        yield directory, server.url


def here(content: str, folder: Path, url: str, sample: Sample) -> list[dict[str, Any]]:
    """A play of the page with places, names and targets of this machine; tasks become a play."""
    text = content.replace("https://mirror.example.com", url)
    for place in ("/srv/", "/media/", "/opt/"):
        text = text.replace(place, f"{folder}{place}")
    minor = sample.version.rpartition(".")[0]
    text = text.replace('["3.12", "3.13"]', f'["{minor}"]').replace('"3.13"', f'"{minor}"')
    text = text.replace(", aarch64-unknown-linux-gnu", "").replace("x86_64-unknown-linux-gnu", sample.spec.target)
    text = re.sub(r"hosts: \w+", "hosts: localhost", text).replace("become: true", "become: false")
    plays: list[dict[str, Any]] = yaml.safe_load(text)
    if "hosts" not in plays[0]:
        return [{"hosts": "localhost", "gather_facts": False, "tasks": plays}]
    return plays


def test_the_page_is_run(player: Player, samples: SampleMirror, mirror: tuple[Path, str], tmp_path: Path) -> None:
    directory, url = mirror
    # Of the role, all but nginx; and the public sources are those of the samples.
    variables = {
        "mirror_serve": False,
        "mirror_index": [str(samples.index)],
        "mirror_source": [samples.directory.as_uri()],
    }
    assert list(PLAYS) == ["serve", "prepare", "directory", "use", "stick", "from-stick"]
    for name, shown in PLAYS.items():
        # A mirror that feeds on the first one is another one.
        content = shown.replace("/srv/python", "/srv/second") if name in ("directory", "from-stick") else shown
        playbook = tmp_path / f"{name}.yml"
        playbook.write_text(yaml.safe_dump(here(content, tmp_path, url, samples.samples[0])))
        played = player.play(playbook, variables=variables if name in ("serve", "prepare") else None)
        assert played.rc == 0, f"{name}: {played.output}"
    for made in (directory, tmp_path / "media" / "stick" / "python"):
        assert complaints(made) == []
        assert (made / NDJSON).exists()
        assert (made / OLD).exists()
    installed = tmp_path / "opt" / "python" / "3.13"
    (bytecode,) = installed.glob("lib/python3*/__pycache__/os.cpython-*.pyc")
    assert b"/install/lib/python3" in bytecode.read_bytes()  # it came with the prepared copy
