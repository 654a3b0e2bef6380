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
      - How many seconds a server has for a connection, for the headers of an answer, and for the next data after that.
        It does not limit a whole download.
      - A server and all that it redirects to have three times as long until the headers of the last answer.
    type: int
    default: 30
  index_timeout:
    description:
      - How many seconds a whole index may take, with all redirects and retries. The same holds for each attestation
        that the controller fetches.
    type: int
    default: 600
    version_added: 0.1.0
  min_rate:
    description:
      - The least rate, in bytes a second, at which a server has to send an index or an archive. One that sends less
        over O(timeout) seconds of waiting has failed, and the next address or try follows. V(0) allows any rate.
      - With O(timeout), this means what C(minrate) and C(timeout) mean to C(dnf).
    type: int
    default: 1024
    version_added: 0.1.0
  lock_timeout:
    description:
      - How many seconds to wait while another run holds the lock of the same store, mirror, index or archive. A run
        that fetches the archive at that time is waited for as long as data arrive.
    type: int
    default: 900
    version_added: 0.1.0
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
