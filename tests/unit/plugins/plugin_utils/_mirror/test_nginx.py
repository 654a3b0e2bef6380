# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._mirror.nginx import faults, served

TEMPLATE = Path(__file__).parents[5] / "roles" / "mirror" / "templates" / "nginx.conf.j2"
SETTINGS: dict[str, Any] = {
    "mirror_path": "/srv/a mirror; {with} # 'marks'",
    "mirror_server_names": ["mirror.example.com", "*.example.com", ".example.com", "www.*", "_", "127.0.0.1", "[::1]"],
    "mirror_listen": [
        80,
        "8080",
        "127.0.0.1:80",
        "[::]:80 ipv6only=on",
        "80 default_server",
        "unix:/run/a.sock",
        "*:80",
    ],
    "mirror_allow": ["10.0.0.0/8", "10.0.0.1/8", "2001:db8::/32", "127.0.0.1"],
}
REMEDIES = {
    "mirror_path": "/srv/python",
    "mirror_tls_certificate": "/srv/python",
    "mirror_server_names": "mirror.example.com",
    "mirror_listen": "8080",
    "mirror_allow": "10.0.0.0/8",
}
PEM = {"mirror_tls_certificate": "/etc/a b.pem", "mirror_tls_key": "/etc/a b.key"}


@pytest.mark.parametrize("more", [{}, PEM, {"mirror_allow": []}])
def test_what_nginx_can_have_has_no_fault(more: dict[str, Any]) -> None:
    assert faults({**SETTINGS, **more}) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            (name, value)
            for name in ("mirror_path", "mirror_tls_certificate")
            for value in (
                "/srv/$host",
                '/srv/"',
                "/srv/a\\nb",
                "/srv/a\nb",
                "srv",
                "~/x",
                "",
                "/srv/../x",
                None,
                7,
                True,
            )
            if (name, value) != ("mirror_tls_certificate", None)
        ),
        *(
            ("mirror_server_names", [value])
            for value in ("a; autoindex on", "a b", "~^(.*)$", "$hostname", "", "a{", "a}", "a\nb", '"a"', "a#b", None)
        ),
        *(
            ("mirror_listen", [value])
            for value in (
                "80; root /",
                "0",
                "65536",
                "9" * 5000,
                "80\n",
                "a:b",
                "",
                "80 ssl;",
                "$x",
                "80  x",
                True,
                None,
            )
        ),
        *(
            ("mirror_allow", [value])
            for value in ("10.0.0.0/8; allow all", "all", "10.0.0.0/33", "a.example", "", None)
        ),
        *(
            (name, value)
            for name in ("mirror_server_names", "mirror_listen", "mirror_allow")
            for value in ("80", 80, None)
        ),
        ("mirror_server_names", []),
        ("mirror_listen", []),
    ],
)
def test_what_would_configure_something_else_is_a_fault(name: str, value: object) -> None:
    (fault,) = faults({**SETTINGS, **(PEM if "tls" in name else {}), name: value})
    assert fault.startswith("Cannot ")
    assert name in fault
    assert REMEDIES[name] in fault or fault.endswith("is empty. Name at least one.")


@pytest.mark.parametrize("name", list(PEM))
def test_a_certificate_has_its_key(name: str) -> None:
    assert faults({**SETTINGS, name: PEM[name]}) == [
        "Cannot serve the mirror by TLS: of mirror_tls_certificate and mirror_tls_key, one is set and one is not. Set "
        "both, or neither of them."
    ]


@pytest.mark.parametrize(
    ("configuration", "directory"),
    [
        (TEMPLATE.read_text().replace("{{ mirror_path }}", "/srv/a b"), "/srv/a b"),
        ("", ""),
        ('server {\n    root "/srv/x";\n}\n', ""),
        ("# Written by Ansible, role standalone.python.mirror.\nserver {\n}\n", ""),
    ],
)
def test_a_configuration_of_the_role_names_its_directory(configuration: str, directory: str) -> None:
    assert served(configuration) == directory
