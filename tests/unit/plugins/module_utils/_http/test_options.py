# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._argspec import URL_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions

NOT_GIVEN = {option: argument.get("default") for option, argument in URL_ARGUMENTS.items()}


@pytest.mark.parametrize(
    ("params", "options"),
    [
        ({}, UrlOptions()),
        (NOT_GIVEN, UrlOptions()),
        ({"path": "/opt/python/3.13", "timeout": 5}, UrlOptions(timeout=5)),
        ({"headers": {"X-Count": 1, "X-Flag": True}}, UrlOptions(headers={"X-Count": "1", "X-Flag": "True"})),
        ({"validate_certs": False, "use_proxy": False}, UrlOptions(validate_certs=False, use_proxy=False)),
        (
            {"url_username": "u", "url_password": "p", "force_basic_auth": True, "ca_path": "/ca.pem"},
            UrlOptions(url_username="u", url_password="p", force_basic_auth=True, ca_path="/ca.pem"),
        ),
        ({"client_cert": "/c.pem", "client_key": "/k.pem"}, UrlOptions(client_cert="/c.pem", client_key="/k.pem")),
    ],
)
def test_options_of_a_task(params: dict[str, Any], options: UrlOptions) -> None:
    assert UrlOptions.from_params(params) == options


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"timeout": 0}, "timeout is 0, but it counts the seconds to wait: write 1 or more."),
        *(
            ({option: -1}, f"{option} is -1, but it counts {meaning}: write {least} or more.")
            for option, meaning, least in [
                ("index_timeout", "the seconds that a whole index may take", 1),
                ("min_rate", "bytes a second", 0),
                ("lock_timeout", "the seconds to wait for another run", 0),
            ]
        ),
        (
            {"timeout": 99999999999},
            "timeout is 99999999999, but it counts the seconds to wait: write 100000000 or less.",
        ),
        ({"timeout": -1}, "timeout is -1, but it counts the seconds to wait: write 1 or more."),
        (
            {"client_key": "/k.pem"},
            "client_key is given without client_cert. Give client_cert too: the key belongs to it.",
        ),
        *(
            (
                params,
                f"{option} has a line break or another control character, which no request can carry. Remove it, as by "
                "the filter trim.",
            )
            for option, params in {
                "headers[X-Token]": {"headers": {"X-Token": "s3cret\n"}},
                "url_username": {"url_username": "s3cret\x00"},
                "url_password": {"url_username": "u", "url_password": "s3cret\r\n"},
            }.items()
        ),
    ],
)
def test_options_that_no_request_can_be_made_with(params: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidName) as caught:
        UrlOptions.from_params(params)
    assert str(caught.value) == message


SECRETIVE = UrlOptions(
    timeout=7,
    ca_path="/ca.pem",
    use_proxy=False,
    headers={"X-Token": "secret"},
    url_username="u",
    url_password="secret",
    force_basic_auth=True,
    client_cert="/c.pem",
    client_key="/k.pem",
)


def test_secrets_are_not_shown() -> None:
    assert "secret" not in repr(SECRETIVE)


def test_other_servers_get_nothing_that_identifies_the_user() -> None:
    assert SECRETIVE.without_credentials() == UrlOptions(
        timeout=7, ca_path="/ca.pem", use_proxy=False, force_basic_auth=True, use_netrc=False
    )
