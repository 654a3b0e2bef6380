# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's configuration in a real nginx: ranges, caching, TLS, access, and many clients at once."""

from __future__ import annotations

import hashlib
import shutil
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import jinja2
import pytest

from tests.integration.playbooks import REPOSITORY
from tests.support.authority import Authority
from tests.support.mirror_specs import TARGETS, make_archive, request_path
from tests.support.nginx import NginxUnavailable, nginx
from tests.support.sample_mirror import NDJSON

TEMPLATE = REPOSITORY / "roles" / "mirror" / "templates" / "nginx.conf.j2"
RELEASE = "20260101"
CLIENTS = 50
SIZE = 4_000_000


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    directory = tmp_path / "a mirror"
    (directory / ".mirror").mkdir(parents=True)
    (directory / ".mirror" / "receipt.json").write_text("{}")
    (directory / NDJSON).write_text("an index\n")
    return directory


@contextmanager
def served(mirror: Path, **variables: object) -> Iterator[str]:
    """The base URL of the role's server, on a port of the loopback."""
    environment = jinja2.Environment(trim_blocks=True, undefined=jinja2.StrictUndefined, autoescape=False)
    template = environment.from_string(TEMPLATE.read_text())

    def block(port: int) -> str:
        given = {"mirror_path": str(mirror), "mirror_server_names": ["localhost"], "mirror_allow": [], **variables}
        return template.render(mirror_listen=[f"127.0.0.1:{port}"], **given)

    try:
        with nginx(mirror, server=block) as url:
            yield url
    except NginxUnavailable as reason:
        pytest.skip(str(reason))


def code_of(url: str) -> int:
    try:
        with urlopen(url) as response:
            return int(response.status)
    except HTTPError as error:
        return error.code


def test_archives_are_immutable_and_come_in_ranges(mirror: Path) -> None:
    asset = make_archive(mirror, RELEASE, TARGETS[0])
    with served(mirror) as url:
        with urlopen(Request(url + request_path(asset), headers={"Range": "bytes=15000-"})) as response:
            assert (response.status, len(response.read())) == (206, 5000)
            assert response.headers["Content-Range"] == "bytes 15000-19999/20000"
            assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_prepared_copies_are_asked_for_again_soon(mirror: Path) -> None:
    place = make_archive(mirror, RELEASE, TARGETS[0])["name"]
    copies = (f"{RELEASE}/{place}.tar.zst", f"{RELEASE}/{place.replace('_stripped', '')}.tar.zst")
    published = f"{RELEASE}/{place.replace('install_only_stripped', 'pgo+lto-full')}.tar.zst"
    found = {}
    for path in (*copies, published):
        (mirror / path).write_bytes(b"content")
    with served(mirror) as url:
        for path in (*copies, published):
            with urlopen(f"{url}/{path.replace('+', '%2B')}") as response:
                found[path] = response.headers["Cache-Control"]
    assert [found[copy] for copy in copies] == ["public, max-age=60"] * 2
    assert found[published] == "public, max-age=31536000, immutable"


def test_indexes_are_asked_for_again_soon(mirror: Path) -> None:
    with served(mirror) as url:
        with urlopen(f"{url}/{NDJSON}") as response:
            assert response.headers["Cache-Control"] == "public, max-age=60"
            tag = response.headers["ETag"]
        with pytest.raises(HTTPError) as unchanged:
            urlopen(Request(f"{url}/{NDJSON}", headers={"If-None-Match": tag}))
        assert unchanged.value.code == 304


@pytest.mark.parametrize("path", ["/.mirror/receipt.json", "/20260101/nothing.tar.gz", "/../etc/passwd", "/"])
def test_nothing_else_is_shown(path: str, mirror: Path) -> None:
    with served(mirror) as url:
        assert code_of(url + path) in (400, 403, 404)


def test_only_files_of_the_mirror_are_served(mirror: Path, tmp_path: Path) -> None:
    asset = make_archive(mirror, RELEASE, TARGETS[0])
    name = request_path(asset)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("")
    (mirror / RELEASE / ".x.tar.gz").write_text("")
    (mirror / RELEASE / "x.tar.gz.part").write_text("")
    (mirror / RELEASE / "link.tar.gz").symlink_to(outside / "secret")
    (mirror / "20260102").symlink_to(mirror / RELEASE)
    (mirror / "links").symlink_to(outside)
    (mirror / "index.html").write_text("")
    (mirror / RELEASE / "SHA256SUMS").write_text("")
    shown = ("link.tar.gz", ".x.tar.gz", "x.tar.gz.part", "", "../.mirror/receipt.json", "%2e%2e/.mirror/receipt.json")
    hidden = (
        *(f"/{RELEASE}/{one}" for one in shown),
        "/links/secret",
        "/index.html",
        name.replace(RELEASE, "20260102"),
    )
    with served(mirror) as url:
        assert {path: code_of(url + path) for path in hidden if code_of(url + path) not in (403, 404)} == {}
        assert (code_of(url + name), code_of(f"{url}/{RELEASE}/SHA256SUMS")) == (200, 200)


@pytest.mark.parametrize(
    ("networks", "code"), [([], 200), (["127.0.0.0/8"], 200), (["192.0.2.0/24", "2001:db8::/32"], 403)]
)
def test_access_is_by_network(networks: list[str], code: int, mirror: Path) -> None:
    with served(mirror, mirror_allow=networks) as url:
        assert code_of(f"{url}/{NDJSON}") == code


def test_tls(mirror: Path, tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl on this machine")
    authority = Authority(tmp_path)
    both = authority.issue("localhost")
    trusting = ssl.create_default_context(cafile=str(authority.certificate))
    with served(mirror, mirror_tls_certificate=both, mirror_tls_key=both) as url:
        address = url.replace("http://127.0.0.1", "https://localhost")
        with urlopen(f"{address}/{NDJSON}", context=trusting) as response:
            assert response.read() == b"an index\n"


def test_fifty_clients_at_once(mirror: Path, record_property: pytest.RecordProperty) -> None:
    asset = make_archive(mirror, RELEASE, TARGETS[0], SIZE)

    def fetch(url: str) -> str:
        with urlopen(url) as response:
            return hashlib.sha256(response.read()).hexdigest()

    with served(mirror) as url, ThreadPoolExecutor(CLIENTS) as clients:
        started = time.monotonic()
        digests = list(clients.map(fetch, [url + request_path(asset)] * CLIENTS))
        took_s = time.monotonic() - started
    assert digests == [asset["sha256"]] * CLIENTS
    record_property("megabytes_per_second", round(CLIENTS * SIZE / took_s / 1e6))
