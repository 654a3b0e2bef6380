# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors of the collection, as types.

Every message is complete for an operator: what was asked, what was found, what to do. Plugins translate these errors
once, at their outermost level: a module into `fail_json`, a lookup and an action into their own error type.
"""

from __future__ import annotations

from ._readable import message


class StandaloneError(Exception):
    """Base of all errors that this collection raises on purpose.

    `str(error)` is the message, on one line of bounded length. It contains no character that a terminal would obey or
    hide, whatever the host, server, index or file name that it quotes contains.
    """

    def __str__(self) -> str:
        return message(super().__str__())


class InvalidName(StandaloneError):
    """A name, version, target or option value does not parse."""


class NoMatch(StandaloneError):
    """The name is well formed, but no known build matches it."""


class UnsupportedHost(StandaloneError):
    """The host cannot run the requested build, or too little is known about the host to say."""


class IndexUnavailable(StandaloneError):
    """No index could be read, neither from its address nor from the cache."""


class DownloadError(StandaloneError):
    """The archive could not be fetched completely."""


_PUSH = "If this host has no way out, let the controller send it with `delivery: push`."
REACH = "Check that this host reaches the address, through a proxy if need be, or set `mirror` to one that it reaches"


class NoSource(DownloadError):
    """No address delivered the archive.

    `causes` are messages, one for each address; `is_hopeless` is whether any other machine would get the same answers,
    and `may_pass` whether this one would get another answer later. `remedy` is what helps against them, without a full
    stop. `without_push` is the message for where the controller fetches, or will: it does not suggest that.
    """

    def __init__(self, causes: str, *, is_hopeless: bool, may_pass: bool = False, remedy: str = REACH) -> None:
        self.without_push = (
            f"The archive could not be downloaded. {causes} {remedy}, or fetch the file elsewhere and give it as "
            "`archive`."
        )
        super().__init__(self.without_push if is_hopeless else f"{self.without_push} {_PUSH}")
        self.causes = causes
        self.is_hopeless = is_hopeless
        self.may_pass = may_pass


class DigestMismatch(DownloadError):
    """The bytes are not those of the pinned build. No other address is tried after it."""


class ArchiveNeeded(DownloadError):
    """The controller has to send the archive of the build named `build`: the host may not or cannot fetch it.

    Two releases can have one digest.
    """

    def __init__(self, message: str, sha256: str, build: str) -> None:
        super().__init__(message)
        self.sha256 = sha256
        self.build = build


class ArchiveError(StandaloneError):
    """The archive is damaged, or contains something that no build contains. `reason` says so in a clause, if it can."""

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason or message


class StoreError(StandaloneError):
    """The store or the path cannot be used: foreign content, no space, no permission."""


class LockUnsupported(StoreError):
    """The file system has no locks."""


class HealthError(StandaloneError):
    """The staged interpreter does not work on this host."""
