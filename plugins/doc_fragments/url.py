# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the URL options, for every plugin that fetches files."""

from __future__ import annotations


class ModuleDocFragment:
    """Names and meanings are those of M(ansible.builtin.get_url) and M(ansible.builtin.uri).

    In another variant, the internal argument that carries secrets to the module.
    """

    DOCUMENTATION = r"""
options:
  timeout:
    description:
      - The seconds to wait for a connection, for the headers of a response, and for each further piece of data. It does
        not limit a whole download.
      - All redirects together, up to the headers of the last response, may take three times as long.
    type: int
    default: 30
  index_timeout:
    description:
      - The seconds that fetching an index may take, with all redirects and retries. The same limit applies to each
        attestation that the controller fetches.
    type: int
    default: 600
    version_added: 0.1.0
  min_rate:
    description:
      - The minimum rate, in bytes a second, at which a server must send an index or an archive. A server that is slower
        over O(timeout) seconds of waiting counts as failed, and the next address or retry follows. V(0) allows any
        rate.
      - This and O(timeout) work like C(minrate) and C(timeout) of C(dnf).
    type: int
    default: 1024
    version_added: 0.1.0
  lock_timeout:
    description:
      - The seconds to wait while another run holds the lock of the same store, mirror, index or archive. While the
        other run fetches the archive, the wait continues as long as data arrive.
    type: int
    default: 900
    version_added: 0.1.0
  validate_certs:
    description:
      - Whether to verify the certificates of https servers. With either value, an archive is installed only if its
        digest is the expected one.
    type: bool
    default: true
  ca_path:
    description:
      - A file in PEM format with the certificates of the authorities to trust, instead of the system's. Use it for a
        mirror whose certificate a private authority signed.
    type: path
  use_proxy:
    description:
      - Whether to use the environment variables C(http_proxy), C(https_proxy), C(all_proxy) and C(no_proxy). Set them
        with the keyword C(environment) of a task or play.
      - A proxy is an C(http://), C(socks5://) or C(socks5h://) URL. C(no_proxy) has names of hosts and domains,
        addresses, networks such as C(10.0.0.0/8), each with a port or without, or C(*).
    type: bool
    default: true
  headers:
    description:
      - Headers to add to each request, as a dictionary.
      - They are treated as credentials, like O(url_username), O(url_password), O(client_cert) and O(client_key). They
        are sent to the servers of O(index) and O(mirror), and of an asset whose address is not public. They are never
        sent to the public servers, unless such an option or its default names these, or to another server after a
        redirect.
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
      - Whether to send O(url_username) and O(url_password) with the first request, instead of only when the server asks
        for them. Some servers respond that the file does not exist instead of asking.
    type: bool
    default: false
  use_netrc:
    description:
      - Whether a login in C($NETRC) or C(~/.netrc) counts where O(url_username) is not given. It is sent with the first
        request, and only to the servers that would get O(url_username).
    type: bool
    default: true
    version_added: 0.1.0
  client_cert:
    description:
      - A file in PEM format with a client certificate, and optionally its key.
    type: path
  client_key:
    description:
      - A file in PEM format with the key of O(client_cert). Not needed if O(client_cert) has the key.
    type: path
"""

    SEALED = r"""
options:
  sealed:
    description:
      - An internal argument, which tasks cannot set. The action plugin puts into it all options that hold a secret, so
        that Ansible keeps them out of its logs and yet leaves the results as they are.
    type: str
"""
