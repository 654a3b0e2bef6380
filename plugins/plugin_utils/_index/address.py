# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The address of an index: `bundled`, an http(s) URL, or a file by URL or path."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from typing import Literal, NamedTuple
from urllib.parse import unquote, urlsplit

from ansible_collections.standalone.python.plugins.module_utils._download.mirrors import ASTRAL_HOST
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.module_utils._http.urls import shown_url, split_url

from .._documents import local_path
from .bundled import BUNDLED_PATH

_ON_ASTRAL = "/github/versions/main/v1/python-build-standalone.ndjson"
_ORIGIN = "https://raw.githubusercontent.com/astral-sh/versions/main/v1/python-build-standalone.ndjson"


class Address(NamedTuple):
    """The address of an index. `location` is the URL for http and the absolute path for the other kinds."""

    kind: Literal["http", "file", "bundled"]
    location: str

    @classmethod
    def parse(cls, text: str) -> Address:
        """Parse an address. Raises `InvalidName` for an unsupported scheme or an unknown `~`."""
        if text == "bundled":
            return cls("bundled", BUNDLED_PATH)
        if "://" not in text:
            try:
                return cls("file", os.path.abspath(local_path(text)))
            except OSError as error:
                raise InvalidName(
                    f"The index {text} cannot be read: {error.strerror}. Write its path from the root."
                ) from None
        parts = split_url(text)
        if parts and parts.scheme in ("http", "https") and parts.hostname:
            return cls("http", text)
        if parts and parts.scheme == "file" and parts.netloc in ("", "localhost"):
            return cls("file", os.path.abspath(unquote(parts.path)))
        raise InvalidName(
            f"The index {shown_url(text)} cannot be read: give an http:// or https:// URL, a file:/// URL, a path, "
            "or the word bundled."
        )

    def __str__(self) -> str:
        """The address for messages, without secrets."""
        return {"http": shown_url(self.location), "file": self.location, "bundled": "bundled"}[self.kind]

    @property
    def directory(self) -> str:
        """The name of the directory that holds the document."""
        path = urlsplit(self.location).path if self.kind == "http" else self.location
        return path.rpartition("/")[0].rpartition("/")[2]

    @property
    def cache_key(self) -> str:
        """The file name for the cached data of this address."""
        return hashlib.sha256(f"{self.kind} {self.location}".encode("utf-8", "surrogatepass")).hexdigest()[:24]


def default_addresses(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The addresses used when the user names none: uv's variables, else the two public URLs of one document."""
    catalogue = environ.get("UV_PYTHON_DOWNLOADS_JSON_URL")
    if catalogue:
        return (catalogue,)
    mirror_of_astral = environ.get("UV_ASTRAL_MIRROR_URL")
    if mirror_of_astral:
        return (mirror_of_astral.rstrip("/") + _ON_ASTRAL,)
    return (ASTRAL_HOST + _ON_ASTRAL, _ORIGIN)
