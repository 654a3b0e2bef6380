# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the URL options, for every plugin that fetches something."""

from __future__ import annotations


class ModuleDocFragment:
    """Names and meanings are those of M(ansible.builtin.get_url) and M(ansible.builtin.uri)."""

    DOCUMENTATION = r"""
options:
  timeout:
    description:
      - How many seconds to wait for a connection, and for data once it stands. It does not limit a whole download.
    type: int
    default: 30
  validate_certs:
    description:
      - Whether the certificates of https servers are verified. Whatever it is set to, an archive is installed only
        when its digest is the expected one.
    type: bool
    default: true
  ca_path:
    description:
      - A file in PEM form with the certificates of the authorities to trust, in place of the system's. Use it for a
        mirror whose certificate a private authority signed.
    type: path
  use_proxy:
    description:
      - Whether the environment variables C(http_proxy), C(https_proxy) and C(no_proxy) count. Set them with the
        keyword C(environment) of a task or play.
    type: bool
    default: true
  headers:
    description:
      - Headers to add to each request, as a dictionary.
      - They are taken for credentials, and so are O(url_username), O(url_password), O(client_cert) and O(client_key).
        They go to the servers of O(index) and O(mirror), and of an asset that is not a public one. The public servers
        never get them where no such option or its default names these, nor does another server that one redirects to.
    type: dict
    default: {}
  url_username:
    description:
      - The user for HTTP authentication, basic or digest.
    type: str
  url_password:
    description:
      - The password for HTTP authentication.
    type: str
  force_basic_auth:
    description:
      - Whether O(url_username) and O(url_password) are sent with the first request, instead of only when the server
        asks for them. Some servers answer that there is no such file instead of asking.
    type: bool
    default: false
  client_cert:
    description:
      - A file in PEM form with a certificate to show to the server, and perhaps its key as well.
    type: path
  client_key:
    description:
      - A file in PEM form with the key of O(client_cert). Not needed when O(client_cert) holds the key.
    type: path
"""
