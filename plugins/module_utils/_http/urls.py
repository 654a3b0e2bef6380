# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""URLs as messages may show them, and the two spellings of `+` in them."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

MALFORMED = "(a malformed URL)"
_PORT = re.compile(r":[^\]]*$")


def split_url(url: str) -> SplitResult | None:
    """The parts of the URL; None when it cannot be split, as when a bracket does not close."""
    try:
        return urlsplit(url)
    except ValueError:
        return None


def shown_url(url: str) -> str:
    """The URL for a message or a log: without user, password, query and fragment, any of which can contain a secret.

    A text that is no URL is a path, and shown whole unless it looks like a mistyped URL.
    """
    parts = split_url(url)
    if parts is None or _may_hide_a_login(parts):
        return MALFORMED
    if parts.netloc:
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    if url.startswith(("/", ".", "~")) or parts.scheme == "file":
        return url
    host, slash, path = url.partition("?")[0].partition("/")
    return host.rpartition("@")[2] + slash + path


def _may_hide_a_login(parts: SplitResult) -> bool:
    """Whether part of a login may be in an unusual position.

    Examples are a password with an unescaped `/`, and a missing slash of `https://`.
    """
    if parts.scheme == "file":
        return False
    rest = parts.path + parts.query + parts.fragment
    if parts.netloc:
        return "@" in rest and ("@" in parts.netloc or _PORT.search(parts.netloc) is not None)
    return "@" in rest and bool(parts.scheme)


def with_escaped_plus(url: str) -> str:
    """The URL as it is requested: `%2B` for each `+` in its path, since object stores read a bare `+` as a space.

    A `file:` URL names a file on a disk, where the `+` is literal.
    """
    parts = urlsplit(url)
    escaped = escaped_plus(parts.path)
    path = escaped.replace("%2B", "+") if parts.scheme == "file" else escaped
    return urlunsplit(parts._replace(path=path))


def escaped_plus(path: str) -> str:
    """The path of a URL with `%2B` for each `+`, escaped or not."""
    return path.replace("%2b", "%2B").replace("+", "%2B")


def file_name_of(url: str) -> str:
    """The last part of the URL's path as a file name: `+` for `%2B`."""
    return unquote(urlsplit(url).path.rpartition("/")[2])
