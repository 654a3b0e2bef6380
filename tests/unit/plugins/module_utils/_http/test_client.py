# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import DownloadError
from ansible_collections.standalone.python.plugins.module_utils._http import client
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from tests.support.authority import ANOTHER_NAME, UNKNOWN_AUTHORITY, Authority
from tests.support.downloads import SHA256, Downloads
from tests.support.servers import redirect, serve, status

pytest.importorskip("ansible", reason="https is asked with the trust that Ansible sets up")
if not shutil.which("openssl"):
    pytest.skip("there is no openssl program to make certificates with", allow_module_level=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def test_a_private_authority_is_trusted_by_ca_path(authority: Authority, downloads: Downloads) -> None:
    with serve(downloads.mirror, tls=authority.server(), host="localhost") as server:
        downloads.get(f"{server.url}/file", options=UrlOptions(ca_path=authority.certificate))


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_private_authority_is_trusted_by_the_environment(
    authority: Authority, downloads: Downloads, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, authority.certificate)
    client._loaded.cache_clear()  # a variable of OpenSSL is read when authorities are loaded
    with serve(downloads.mirror, tls=authority.server(), host="localhost") as server:
        downloads.get(f"{server.url}/file")
    client._loaded.cache_clear()


def test_ca_path_outranks_the_environment(
    authority: Authority, downloads: Downloads, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "absent"))
    with serve(downloads.mirror, tls=authority.server(), host="localhost") as server:
        with pytest.raises(DownloadError, match=r"Check that REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE \(.*/absent\)"):
            downloads.get(f"{server.url}/file", options=UrlOptions())
        downloads.get(f"{server.url}/file", options=UrlOptions(ca_path=authority.certificate))


def test_no_authority_is_needed_without_validation(authority: Authority, downloads: Downloads) -> None:
    with serve(downloads.mirror, tls=authority.server(), host="127.0.0.1") as server:
        downloads.get(f"{server.url}/file", options=UrlOptions(validate_certs=False))


@pytest.mark.parametrize(
    ("host", "trusted", "words", "advice"),
    [
        ("localhost", False, "unable to get local issuer certificate", UNKNOWN_AUTHORITY),
        ("127.0.0.1", True, "IP address mismatch, certificate is not valid for '127.0.0.1'", ANOTHER_NAME),
    ],
)
def test_a_certificate_that_is_not_trusted(
    host: str, trusted: bool, words: str, advice: str, authority: Authority, downloads: Downloads
) -> None:
    options = UrlOptions(ca_path=authority.certificate if trusted else None)
    with serve(downloads.mirror, tls=authority.server(), host=host) as server:
        reasons = downloads.reasons(f"{server.url}/file", options=options, retries=3)
    assert reasons == f"{server.url}/file: the certificate of {host} could not be verified ({words}); {advice}."
    assert server.requests == []


@pytest.mark.parametrize(("content", "words"), [(None, "No such file or directory"), ("no certificate", r"\w+")])
def test_certificates_that_cannot_be_loaded(
    content: str | None, words: str, authority: Authority, downloads: Downloads
) -> None:
    file = downloads.directory / "ca.pem"
    if content:
        file.write_text(content)
    with serve(tls=authority.server()) as server, pytest.raises(DownloadError) as caught:
        downloads.get(f"{server.url}/file", options=UrlOptions(ca_path=str(file)))
    assert re.fullmatch(
        rf"The certificates for https could not be loaded \({words}\)\. Check that ca_path \({file}\) has them on this "
        r"host, in PEM form and readable\.",
        str(caught.value),
    )


def test_a_server_that_does_not_speak_tls(downloads: Downloads) -> None:
    with serve() as server:
        url = f"https://127.0.0.1:{server.port}/file"
        assert re.fullmatch(rf"{url}: TLS with 127\.0\.0\.1 fails \(\w+\)\.", downloads.reasons(url))


def test_the_client_s_certificate_goes_to_the_server_that_was_asked_only(
    authority: Authority, downloads: Downloads
) -> None:
    options = UrlOptions(ca_path=authority.certificate, client_cert=authority.issue("client"))
    tls = authority.server(wants_client=True)
    with serve(downloads.mirror, tls=tls, host="localhost") as other:
        downloads.get(f"{other.url}/file", options=options)
        downloads.part.unlink()
        with serve(script={"/a": redirect(f"{other.url}/file")}, tls=tls, host="localhost") as server:
            reasons = downloads.reasons(f"{server.url}/a", options=options)
    assert len(server.requests) == len(other.requests) == 1
    assert re.fullmatch(
        rf"{server.url}/a: (TLS with localhost fails \([\w ]+\)|the connection to localhost broke)\.", reasons
    )


def test_no_redirect_leads_from_https_to_http(authority: Authority, downloads: Downloads) -> None:
    with serve(downloads.mirror) as other:
        script = {"/a": redirect(f"{other.url}/file?token=secret")}
        with serve(script=script, tls=authority.server(), host="localhost") as server:
            reasons = downloads.reasons(f"{server.url}/a", options=UrlOptions(ca_path=authority.certificate))
    assert reasons == f"{server.url}/a: it redirects from https to http ({other.url}/file), which is refused."
    assert other.requests == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (407, "407 Proxy Authentication Required; give the proxy's URL a user and a password"),
        (403, "403 Forbidden"),
        (503, "503 Service Unavailable"),
    ],
)
def test_a_proxy_that_refuses_the_way_to_https(
    code: int, words: str, downloads: Downloads, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(script={"mirror.example:443": status(code)}) as proxy:
        monkeypatch.setenv("https_proxy", f"http://user:secret@127.0.0.1:{proxy.port}")
        reasons = downloads.reasons("https://mirror.example/file")
    assert proxy.requests[0].method == "CONNECT"
    assert reasons == f"https://mirror.example/file: the proxy 127.0.0.1:{proxy.port} answers {words}."


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_only_https_costs_the_import_of_ansible(scheme: str, downloads: Downloads) -> None:
    heavy = {"http": ["ansible"], "file": ["ansible", "ssl", "http.client", "urllib.request"]}[scheme]
    program = f"""
import sys
from ansible_collections.standalone.python.plugins.module_utils._download.download import fetch
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
fetch([sys.argv[1]], sha256={SHA256!r}, part_path={str(downloads.part)!r}, options=UrlOptions(use_proxy=False))
print(sorted(set(sys.modules) & set({heavy!r})))
"""
    with serve(downloads.mirror) as server:
        url = f"{server.url if scheme == 'http' else downloads.mirror.as_uri()}/file"
        done = subprocess.run(
            [sys.executable, "-c", program, url],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONPATH": ":".join(sys.path)},
        )
    assert done.stdout == "[]\n"
