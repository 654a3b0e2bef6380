# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server of an http(s) request: the rules for addresses, and what counts as the same server."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from .errors import explained
from .options import UrlOptions
from .transfer import TransferFailure
from .urls import shown_url

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Peer:
    """The server that is asked for one answer; a redirect makes another peer."""

    address: SplitResult
    options: UrlOptions

    @property
    def host(self) -> str:
        """The host name."""
        return self.address.hostname or ""

    @property
    def server(self) -> tuple[str, str, int]:
        """Scheme, host and port, which must be the same for credentials to be sent."""
        scheme = self.address.scheme
        return scheme, self.host, self.address.port or _DEFAULT_PORTS[scheme]

    @property
    def proxy(self) -> str | None:
        """The proxy in between as host:port, without its credentials."""
        from urllib.request import getproxies, proxy_bypass

        proxy = getproxies().get(self.address.scheme) if self.options.use_proxy else None
        if not proxy or proxy_bypass(self.address.netloc):
            return None
        return urlsplit(proxy if "://" in proxy else f"//{proxy}").netloc.rpartition("@")[2]

    def failure(self, error: Exception) -> TransferFailure:
        """The failure for an error of a request to this peer."""
        return explained(error, host=self.host, proxy=self.proxy, timeout_s=self.options.timeout)


def checked(url: str) -> SplitResult:
    """The parts of an http(s) URL without login and fragment. Raises `TransferFailure`."""
    parts = _http_parts(url)
    if parts is None:
        raise TransferFailure("it is no http://, https:// or file:// URL", remedy="")
    return parts


def redirected(here: SplitResult, location: str) -> SplitResult:
    """The target of the header `Location` in an answer from `here`."""
    target = _http_parts(location.replace(" ", "%20"), base=here.geturl())
    if target is None:
        raise TransferFailure("it redirects to what is no http:// or https:// URL", remedy="")
    if here.scheme == "https" and target.scheme == "http":
        raise TransferFailure(
            f"it redirects from https to http ({shown_url(target.geturl())}), which is refused", remedy=""
        )
    return target


def with_login_of(url: str, options: UrlOptions) -> UrlOptions:
    """The options with the login from the URL, which counts when the options have none."""
    login, at, _unused = urlsplit(url).netloc.rpartition("@")
    if not at or options.url_username:
        return options
    user, _unused, password = login.partition(":")
    return replace(options, url_username=unquote(user), url_password=unquote(password))


def _http_parts(url: str, base: str = "") -> SplitResult | None:
    try:
        parts = urlsplit(urljoin(base, url))
        valid = parts.scheme in _DEFAULT_PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets or a port that make no sense
        return None
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="") if valid else None
