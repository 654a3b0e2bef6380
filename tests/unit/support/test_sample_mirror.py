# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample mirror has the public layout, and both servers deliver it."""

from __future__ import annotations

import hashlib
import json
from urllib.request import urlopen

import pytest

from tests.support import nginx as nginx_server
from tests.support import sample_mirror
from tests.support.sample_builds import SampleSpec
from tests.support.sample_indexes import GITHUB
from tests.support.source_python import UnusableSource, find_source

try:
    VERSION = find_source().version
except UnusableSource as error:
    pytest.skip(str(error), allow_module_level=True)

RELEASES = ("20260101", "20260201")


@pytest.fixture(scope="module")
def mirror(tmp_path_factory):
    specs = [SampleSpec(release=release) for release in RELEASES]
    specs.append(SampleSpec(release=RELEASES[0], flavor="install_only"))
    return sample_mirror.make_mirror(tmp_path_factory.mktemp("mirror"), specs)


def test_index_has_a_line_for_each_version_and_release(mirror):
    lines = [json.loads(line) for line in mirror.index.read_text().splitlines()]
    assert [line["version"] for line in lines] == [f"{VERSION}+20260201", f"{VERSION}+20260101"]
    assert [artifact["variant"] for artifact in lines[1]["artifacts"]] == ["install_only", "install_only_stripped"]
    assert all(
        artifact["url"].startswith(f"{GITHUB}/2026") and "%2B2026" in artifact["url"] and "+" not in artifact["url"]
        for line in lines
        for artifact in line["artifacts"]
    )


def test_digests_are_those_of_the_files(mirror):
    for release in RELEASES:
        folder = mirror.directory / release
        rows = [line.split("  ") for line in (folder / "SHA256SUMS").read_text().splitlines()]
        assert [name for _unused, name in rows] == sorted(path.name for path in folder.glob("cpython-*"))
        for digest, name in rows:
            assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_uv_catalog_keeps_the_newest_of_the_best_flavor(mirror):
    (entry,) = json.loads(mirror.uv_catalog.read_text()).values()
    assert entry["build"] == "20260201"
    assert entry["url"].endswith("-install_only_stripped.tar.gz")


@pytest.mark.parametrize("serve", [sample_mirror.serving, nginx_server.nginx], ids=["python", "nginx"])
def test_servers_decode_the_plus_sign(mirror, serve):
    sample = mirror.samples[0]
    try:
        with serve(mirror.directory) as url:
            with urlopen(f"{url}/{sample.spec.release}/{sample.file_name.replace('+', '%2B')}") as response:
                assert hashlib.sha256(response.read()).hexdigest() == sample.sha256
    except nginx_server.NginxUnavailable as error:
        pytest.skip(str(error))


def test_command_line(tmp_path, capsys):
    assert sample_mirror.main([str(tmp_path), "--release", "20260101"]) == 0
    assert capsys.readouterr().out.startswith(f"{tmp_path}/20260101/cpython-{VERSION}+20260101-")
    assert sample_mirror.main([str(tmp_path), "--release", "2026"]) == 1
    assert capsys.readouterr().err == "sample_mirror: A release tag has eight digits, not '2026'.\n"
