# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How to ask a server: the URL options that Ansible's users know, as one value for host and controller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class UrlOptions:
    """The options of one task. Credentials go to the host that was asked only, never to a redirect's other host.

    `timeout` is in seconds, for each connection and each wait for data. None means: not given.
    """

    timeout: int = 30
    validate_certs: bool = True
    ca_path: str | None = None
    use_proxy: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)
    url_username: str | None = None
    url_password: str | None = field(default=None, repr=False)
    force_basic_auth: bool = False
    client_cert: str | None = None
    client_key: str | None = None
