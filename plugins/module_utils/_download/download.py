# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetches an archive from the first URL that delivers it, resumed where possible, and verifies its digest."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import NamedTuple

from .._errors import NoSource
from .._http.errors import TransferFailure
from .._http.options import UrlOptions
from .._http.urls import shown_url
from .digest import PartFile, mismatch
from .source import LONGEST_SHOWN, MAX_BYTES, opened

CORRECT = "Correct that, or set `mirror` to another address"
_LONGEST_PAUSE_S = 60


class Fetched(NamedTuple):
    """A complete archive with the right digest. `url` is without secrets.

    `resumed_bytes` is how much of it an earlier run had left: all of it when nothing had to be requested.
    """

    url: str
    size_bytes: int
    resumed_bytes: int


def fetch(
    urls: Sequence[str],
    *,
    sha256: str,
    part_path: str,
    options: UrlOptions,
    retries: int = 3,
    on_length: Callable[[int], None] | None = None,
    on_bytes: Callable[[int], None] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Fetched:
    """Make `part_path` the archive with digest `sha256`, from http(s) or `file` URLs in order of preference.

    After a URL fails, the next is tried at once. Those whose failure may pass are tried again, up to `retries` times,
    after a growing pause: an address behind a closed firewall costs one timeout, not four.

    `on_length` is called once with the archive's size in bytes, if it is known, before any of it is written, and may
    end the download by an error. `on_bytes` is called with the size so far whenever that has grown.

    Raises `NoSource` when no URL delivered the archive; the part file stays, to be resumed. Raises `DigestMismatch`
    when one delivered something else, and `OSError` for the disk.
    """
    with closing(PartFile(part_path)) as part:
        download = _Download(part, sha256.lower(), options, on_length, on_bytes)
        url = download.from_first_of(urls, retries, sleep)
        return Fetched(
            url=shown_url(url),
            size_bytes=part.size_bytes,
            resumed_bytes=download.resumed_bytes,
        )


def require_files(urls: Sequence[str]) -> None:
    """Raise what `fetch` raises when all URLs name files of this host and none of them can be read."""
    sources = [_Source(url, tries=1) for url in urls]
    if not all(source.url.startswith("file:") for source in sources):
        return
    for source in sources:
        try:
            with opened(source.url, UrlOptions()):
                return
        except TransferFailure as failure:
            source.failure = failure
    raise _no_source(sources)


class _Source:
    """One URL, and why it failed the last time; None until it has been tried."""

    def __init__(self, url: str, *, tries: int = 0) -> None:
        self.url = url
        self.failure: TransferFailure | None = None
        self.tries = tries

    @property
    def is_worth_asking(self) -> bool:
        """Whether the URL has not been tried yet, or its failure may pass."""
        return self.failure is None or self.failure.may_pass

    @property
    def is_hopeless(self) -> bool:
        """Whether any other machine would get the same answer."""
        return self.failure is not None and not (self.failure.may_pass or self.failure.is_local)

    def __str__(self) -> str:
        tries = f" ({self.tries} tries)" if self.tries > 1 else ""
        return f"{shown_url(self.url)}: {self.failure}{tries}."


def _no_source(sources: Sequence[_Source]) -> NoSource:
    remedies = dict.fromkeys(source.failure.remedy for source in sources if source.failure)
    return NoSource(
        " ".join(map(str, sources)),
        is_hopeless=all(source.is_hopeless for source in sources),
        may_pass=any(source.is_worth_asking for source in sources),
        remedy=". ".join(filter(None, remedies)) or CORRECT,
    )


class _Download:
    """One run of `fetch`. `resumed_bytes` are those of an earlier run that are still used."""

    def __init__(
        self,
        part: PartFile,
        sha256: str,
        options: UrlOptions,
        on_length: Callable[[int], None] | None,
        on_bytes: Callable[[int], None] | None,
    ) -> None:
        self._part = part
        self._sha256 = sha256
        self._options = options
        self._on_length = on_length
        self._on_bytes = on_bytes
        self.resumed_bytes = part.size_bytes

    def from_first_of(self, urls: Sequence[str], retries: int, sleep: Callable[[float], None]) -> str:
        """The URL that delivered the archive; the first when it was complete."""
        if self._is_complete:  # an earlier run ended between download and unpacking
            self._announce(self._part.size_bytes)
            return urls[0]
        sources = [_Source(url) for url in urls]
        for round_number in range(retries + 1):
            asked = [source for source in sources if source.is_worth_asking]
            if not asked:
                break
            if round_number:
                sleep(_pause_s(round_number, asked))
            for source in asked:
                source.tries += 1
                try:
                    self._from(source.url)
                except TransferFailure as failure:
                    source.failure = failure
                else:
                    return source.url
        raise _no_source(sources)

    def _from(self, url: str) -> None:
        """Download from `url`. Raises `TransferFailure` when it fails, `DigestMismatch` for another file."""
        offset = self._append_rest(url)
        if offset and not self._is_complete:
            # The pieces may be of different files: from another mirror, or from before the asset was published again,
            # or a proxy's error page. Only a file in one piece shows what the URL has.
            self._start_over()
            self._append_rest(url)
        if not self._is_complete:
            self._part.remove()
            raise mismatch(
                shown_url(url),
                expected=self._sha256,
                found=self._part.sha256,
                size_bytes=self._part.size_bytes,
                head=self._part.head,
            )

    def _append_rest(self, url: str) -> int:
        """Append the rest of the file, and return the offset from which on the source delivered it."""
        with opened(url, self._options, self._part.size_bytes) as body:
            if body.offset != self._part.size_bytes:
                self._start_over()
            if body.total_bytes is not None:
                self._announce(body.total_bytes)
            for chunk in body.chunks:
                self._part.append(chunk)
                if self._part.size_bytes > MAX_BYTES:
                    self._start_over()
                    raise TransferFailure(f"it is longer than {LONGEST_SHOWN}, which no build is", remedy="")
                if self._on_bytes:
                    self._on_bytes(self._part.size_bytes)
            return body.offset

    def _announce(self, total_bytes: int) -> None:
        """Report the size only once: later, what is on the disk already would count as missing space."""
        if self._on_length:
            self._on_length(total_bytes)
            self._on_length = None

    def _start_over(self) -> None:
        self._part.start_over()
        self.resumed_bytes = 0

    @property
    def _is_complete(self) -> bool:
        return self._part.sha256 == self._sha256


def _pause_s(round_number: int, asked: Sequence[_Source]) -> float:
    """1, 2, 4 s and so on, or as long as a server asks for, up to a limit."""
    waits_s = [source.failure.wait_s for source in asked if source.failure and source.failure.wait_s is not None]
    return min(max([1 << (round_number - 1), *waits_s]), _LONGEST_PAUSE_S)
