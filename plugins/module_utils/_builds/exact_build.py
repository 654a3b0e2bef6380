# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds named exactly, to leave or to exclude them: by version, release, both, or full name."""

from __future__ import annotations

import re

from .._errors import InvalidName
from .asset_name import archive_extension
from .build import Build
from .request import RequestedName

_EXACT = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(?:(?:a|b|rc)[0-9]+)?(?:\+[0-9]{8})?|[0-9]{8}|cpython-\S+")


def is_exact(text: str) -> bool:
    """Whether the text names builds exactly, unlike 3.13, which means another build every day."""
    return _EXACT.fullmatch(text) is not None


def require_exact(text: str) -> None:
    """Refuse a text that does not name builds exactly. Raises `InvalidName`."""
    if not is_exact(text):
        raise InvalidName(
            f"{text!r} does not say which build to leave. Write its whole version, 3.13.6, its release, 20250807, "
            "both, 3.13.6+20250807, or its full name."
        )
    require_whole(text)


def require_whole(text: str) -> None:
    """Refuse a part of a full name, such as cpython-3.13.6, which names no build. Raises `InvalidName`."""
    if text.startswith("cpython-"):
        RequestedName.parse(text)


def is_named(build: Build, text: str) -> bool:
    """Whether `text` names the build. A full name may include the extension of its archive."""
    names = (build.name, str(build.version), build.release, short_name(build))
    return text in names or text == build.name + archive_extension(build.name)


def short_name(build: Build) -> str:
    """The version and the release, as in 3.13.6+20250807."""
    return f"{build.version}+{build.release}"
