# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetching an index over TLS: whom to trust, and who gets the client's certificate."""

from __future__ import annotations

import shutil
import ssl
from pathlib import Path

import pytest
import urllib3

from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.plugin_utils._http.errors import FetchError
from ansible_collections.standalone.python.plugins.plugin_utils._http.fetch import Document, Validators, fetch
from tests.support.authority import ANOTHER_NAME, UNKNOWN_AUTHORITY, Authority
from tests.support.servers import redirect, serve

if not shutil.which("openssl"):
    pytest.skip("there is no openssl program to make certificates with", allow_module_level=True)


# By OpenSSL, or by urllib3 1.26 itself.
WRONG_NAME = (
    "hostname '127.0.0.1' doesn't match 'localhost'"
    if urllib3.__version__.startswith("1.")
    else "IP address mismatch, certificate is not valid for '127.0.0.1'"
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "index").write_bytes(b"content")
    return tmp_path


def get(url: str, options: UrlOptions) -> Document | None:
    return fetch(url, options=options, validators=Validators())


def test_a_private_authority_is_trusted_by_ca_path(authority: Authority, directory: Path) -> None:
    with serve(directory, tls=authority.server(), host="localhost") as server:
        assert get(f"{server.url}/index", UrlOptions(ca_path=authority.certificate))


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_private_authority_is_trusted_by_the_environment(
    authority: Authority, directory: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, authority.certificate)
    with serve(directory, tls=authority.server(), host="localhost") as server:
        assert get(f"{server.url}/index", UrlOptions())


@pytest.mark.parametrize("bundle", ["", "/no/such/bundle"])
def test_no_authority_is_needed_without_validation(
    authority: Authority, directory: Path, monkeypatch: pytest.MonkeyPatch, bundle: str
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    with serve(directory, tls=authority.server(), host="127.0.0.1") as server:
        assert get(f"{server.url}/index", UrlOptions(validate_certs=False))


@pytest.mark.parametrize(
    ("host", "trusted", "words", "advice"),
    [
        ("localhost", False, "unable to get local issuer certificate", UNKNOWN_AUTHORITY),
        ("127.0.0.1", True, WRONG_NAME, ANOTHER_NAME),
    ],
)
def test_a_certificate_that_does_not_verify_is_a_message(
    authority: Authority, directory: Path, host: str, trusted: bool, words: str, advice: str
) -> None:
    options = UrlOptions(ca_path=authority.certificate if trusted else None)
    with serve(directory, tls=authority.server(), host=host) as server, pytest.raises(FetchError) as caught:
        get(f"{server.url}/index", options)
    assert str(caught.value) == (
        f"The index {server.url}/index could not be read: the certificate of {host} could not be verified ({words}); "
        f"{advice}."
    )
    assert not caught.value.is_unreachable


def test_the_system_s_authorities_do_not_vouch_for_another_name(
    authority: Authority, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", authority.certificate)
    with serve(directory, tls=authority.server(), host="127.0.0.1") as server, pytest.raises(FetchError) as caught:
        get(f"{server.url}/index", UrlOptions())
    assert f"the certificate of 127.0.0.1 could not be verified ({WRONG_NAME})" in str(caught.value)


def test_the_system_s_authorities_vouch_for_an_address(
    authority: Authority, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", authority.certificate)
    with serve(directory, tls=authority.server("127.0.0.1"), host="127.0.0.1") as server:
        assert get(f"{server.url}/index", UrlOptions())


def test_without_tls_no_authorities_are_read(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which takes longer than the whole answer of a mirror."""
    monkeypatch.setattr(ssl, "create_default_context", pytest.fail)
    with serve(directory) as server:
        assert get(f"{server.url}/index", UrlOptions())


def test_a_missing_ca_path_is_a_message(directory: Path) -> None:
    with pytest.raises(FetchError, match="/no/such/bundle"):
        get("https://localhost:1/index", UrlOptions(ca_path="/no/such/bundle"))


def test_a_redirect_to_http_is_refused(authority: Authority, directory: Path) -> None:
    with serve(directory) as plain:
        moved = redirect(f"{plain.url}/index")
        with serve(script={"/index": moved}, tls=authority.server(), host="localhost") as server:
            with pytest.raises(FetchError) as caught:
                get(f"{server.url}/index", UrlOptions(ca_path=authority.certificate))
    assert str(caught.value) == (
        f"The index {server.url}/index could not be read: the server redirects from https to http, where nobody "
        "vouches for the digests."
    )
    assert plain.requests == []


def test_a_client_shows_its_certificate_to_the_host_that_was_asked_only(authority: Authority, directory: Path) -> None:
    options = UrlOptions(ca_path=authority.certificate, client_cert=authority.issue("client"))
    with serve(directory, tls=authority.server(wants_client=True), host="localhost") as server:
        assert get(f"{server.url}/index", options)
        moved = redirect(f"{server.url}/index")
        with serve(script={"/index": moved}, tls=authority.server(), host="localhost") as first:
            with pytest.raises(FetchError):
                get(f"{first.url}/index", options)
    assert len(server.requests) == 1
