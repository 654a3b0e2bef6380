# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The attestations of an archive: in a file beside it, or at GitHub, which finds them by the archive's digest.

A file `NAME.sigstore.json` beside the archive `NAME` has one bundle, or several, one on each line, as
`gh attestation download` writes them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._download.bundles import BUNDLE_SUFFIX, url_of_bundle
from ansible_collections.standalone.python.plugins.module_utils._download.mirrors import candidate_urls, public_file
from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.module_utils._http.urls import shown_url
from ansible_collections.standalone.python.plugins.module_utils._os.flock import Limit

from .._documents import MAX_BYTES, read_document
from .._http.errors import FetchError
from .._http.fetch import Validators, fetch

_GITHUB = "https://github.com/"
_MOST_BUNDLES = 100
_GITHUB_API = "https://api.github.com/repos"
_MISSING_IN_MIRROR = frozenset({403, 404, 410})  # object stores answer 403 for a missing file
_TOO_MANY_QUESTIONS = frozenset({403, 429})


class NoBundle(StandaloneError):
    """An archive has no attestation in the places searched."""


class NoAttestation(NoBundle):
    """GitHub has no attestation of an archive."""


class Bundle(NamedTuple):
    """The JSON of a Sigstore bundle; `where` is the name of its source in messages."""

    content: str
    where: str


class BundleSources(NamedTuple):
    """The first source that applies: beside `archive`, a file on the controller; else beside the archive in `mirrors`;
    else beside an archive with a separate URL, or at the GitHub `repository` that built it.
    """

    repository: str
    archive: str | None = None
    mirrors: Sequence[str] = ()
    options: UrlOptions = UrlOptions()

    def bundles_of(self, asset: Asset) -> list[Bundle]:
        """The bundles of an asset, at least one. Raises `NoBundle` that names the sources, and `FetchError`."""
        if self.archive:
            found, looked = _beside_file(self.archive), [self.archive + BUNDLE_SUFFIX]
        elif asset.url and (self.mirrors or not public_file(asset.url)):
            urls = [url_of_bundle(url) for url in candidate_urls(asset.url, self.mirrors)]
            found, looked = self._first_of(urls), [shown_url(url) for url in urls]
        else:
            return self._from_github(asset)
        if not found:
            raise NoBundle(
                f"The provenance of {asset.file_name} cannot be checked: there is no bundle at {', '.join(looked)}. "
                "Put it there, or leave out verify_provenance."
            )
        return found

    def _first_of(self, urls: Sequence[str]) -> list[Bundle]:
        whole = _limit(self.options)
        for url in urls:
            if urlsplit(url).scheme == "file":
                bundles = _beside_file(unquote(urlsplit(url).path).removesuffix(BUNDLE_SUFFIX))
            else:
                content = _fetched(url, self.options, whole, missing=_MISSING_IN_MIRROR)
                bundles = _split(content, shown_url(url)) if content is not None else []
            if bundles:
                return bundles
        return []

    def _from_github(self, asset: Asset) -> list[Bundle]:
        if not self.repository.startswith(_GITHUB):
            raise NoBundle(
                f"The provenance of {asset.file_name} cannot be checked: {self.repository} is not on GitHub, which "
                "alone can be asked for attestations. Put the bundle beside the archive in a mirror."
            )
        url = f"{_GITHUB_API}/{self.repository.removeprefix(_GITHUB).strip('/')}/attestations/sha256:{asset.sha256}"
        without_credentials = self.options.without_credentials()
        try:
            whole = _limit(without_credentials)
            answer = _fetched(url, without_credentials, whole)
            bundles = _of_answer(answer, url, without_credentials, whole) if answer is not None else ()
            found = _few(bundles, shown_url(url))
        except FetchError as error:
            if error.status not in _TOO_MANY_QUESTIONS:
                raise
            raise NoBundle(
                f"The provenance of {asset.file_name} cannot be checked now: GitHub answers a limited number of "
                f"questions an hour from one address, and {error.status} says that it is used up. Wait, or put the "
                "bundle beside the archive in a mirror."
            ) from None
        if not found:
            raise NoAttestation(
                f"{self.repository} has no attestation of {asset.file_name}, whose digest is {asset.sha256}. Releases "
                "before 20250205 have none, or not for every file; that of a release which is minutes old may be yet "
                "to come. Wait, or choose another release."
            )
        return found


def _beside_file(archive: str) -> list[Bundle]:
    path = archive + BUNDLE_SUFFIX
    try:
        return _split(read_document(path), path)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise NoBundle(f"The bundle {path} could not be read: {error.strerror}. Let this user read it.") from None


def _limit(options: UrlOptions) -> Limit:
    """The time limit for all documents about one archive: that of an index."""
    return Limit(options.index_timeout, "index_timeout")


def _fetched(url: str, options: UrlOptions, whole: Limit, missing: frozenset[int] = frozenset({404})) -> bytes | None:
    """The document, or None when the server answers with one of the statuses `missing`.

    Raises `FetchError`.
    """
    try:
        document = fetch(url, options=options, validators=Validators(), what="The bundle", whole=whole)
    except FetchError as error:
        if error.status in missing:
            return None
        raise
    return document.body if document else None


def _split(content: bytes, where: str) -> list[Bundle]:
    text = content.decode("utf-8", "replace").strip()
    lines = text.splitlines()
    is_one_a_line = len(lines) > 1 and lines[0].rstrip().endswith("}")
    return _few((Bundle(part, where) for part in (lines if is_one_a_line else [text]) if part.strip()), where)


def _few(bundles: Iterable[Bundle], where: str) -> list[Bundle]:
    """The bundles as a list. Raises `NoBundle` for more than can be fetched and checked in reasonable time."""
    found = list(islice(bundles, _MOST_BUNDLES + 1))
    if len(found) > _MOST_BUNDLES:
        raise NoBundle(
            f"The bundles at {where} cannot be used: there are more than {_MOST_BUNDLES}, and an archive has one or "
            "two. Put the right one there."
        )
    return found


def _of_answer(answer: bytes, url: str, options: UrlOptions, whole: Limit) -> Iterator[Bundle]:
    """The bundles that GitHub has: in its answer, or at a URL in it, which needs no login."""
    try:
        attestations = json.loads(answer)["attestations"]
        found = [(attestation.get("bundle"), attestation.get("bundle_url")) for attestation in attestations]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise FetchError.of(url, "the answer is not a list of attestations", "never", what="The bundle") from None
    for bundle, bundle_url in found:
        if bundle:
            yield Bundle(json.dumps(bundle), url)
        elif bundle_url:
            packed = _fetched(str(bundle_url), options, whole)
            if packed is not None:
                yield Bundle(_unpacked(packed), shown_url(str(bundle_url)))


def _unpacked(packed: bytes) -> str:
    """The JSON in a single block of snappy, as GitHub stores it. Verifying the bundle detects a damaged one."""
    if packed.lstrip()[:1] == b"{" and packed.rstrip()[-1:] == b"}":
        return packed.decode("utf-8", "replace")
    try:
        import cramjam
    except ImportError as error:
        raise NoBundle(
            "Unpacking the attestations that GitHub has needs the Python package cramjam, which the Python that runs "
            f"Ansible does not have ({error}). Run {sys.executable} -m pip install cramjam, or put the bundle beside "
            "the archive in a mirror."
        ) from None
    snappy: Any = cramjam.snappy
    try:
        if snappy.decompress_raw_len(packed) > MAX_BYTES:  # memory is allocated before a byte is unpacked
            return ""
        return bytes(snappy.decompress_raw(packed)).decode("utf-8", "replace")
    except (cramjam.DecompressionError, ValueError):
        return ""
