# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's own copies of archives: fetched once for all hosts, workers and runs, verified, and bounded in size.

    with cached_archive(asset, mirrors=mirrors, url_options=options, environ=os.environ, warn=warn) as path:
        ...  # the file at `path` stays there until the end of the block

It is beside the cache of indexes, so whatever makes that one usable, as in an execution environment, serves both.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

from ansible import constants
from ansible.module_utils.common.text.formatters import human_to_bytes

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._download.digest import verify_file
from ansible_collections.standalone.python.plugins.module_utils._download.download import fetch
from ansible_collections.standalone.python.plugins.module_utils._download.mirrors import addresses_of, options_for
from ansible_collections.standalone.python.plugins.module_utils._errors import (
    DigestMismatch,
    DownloadError,
    InvalidName,
    NoSource,
    StoreError,
)
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.module_utils._http.urls import shown_url
from ansible_collections.standalone.python.plugins.module_utils._os.errors import advice

from .._cache.private_directory import has_private_file, remove_file
from .._index.cache import cache_directory, cache_folder, run_directory
from .content_cache import ContentCache, is_intact

_DIRECTORY = "archives"
_BOUND = "ANSIBLE_STANDALONE_PYTHON_CACHE_SIZE"
_DEFAULT_BOUND_BYTES = 4 * 1024**3  # more than a hundred stripped builds

# Called with the bytes fetched so far and with the total, which is None until a server reports it.
Watch = Callable[[int, "int | None"], None]


@contextmanager
def cached_archive(
    asset: Asset,
    *,
    mirrors: Sequence[str],
    url_options: UrlOptions,
    environ: Mapping[str, str],
    warn: Callable[[str], None],
    watch: Watch | None = None,
) -> Iterator[str]:
    """The path of the asset's archive on this controller, with the right digest, as a context manager.

    The archive is fetched from `mirrors` as hosts do it, so `file://` means this machine. Raises `DownloadError` when
    it cannot be fetched, `StoreError` when it has no address or cannot be kept anywhere, and `InvalidName` for an
    invalid mirror or cache size. An archive in a cache that this user cannot write to is used as it is.
    """
    directory = cache_directory(environ, _DIRECTORY, warn=warn)
    stored = _stored(directory, asset.sha256)
    if stored:
        yield stored
        return
    cache = _cache(directory, environ, warn)
    urls = addresses_of(asset, mirrors)
    path = cache.path_of(asset.sha256)
    options = options_for(asset.url, mirrors, url_options)
    held = cache.using(
        asset.sha256,
        find=lambda: path if is_intact(path, asset.sha256) else None,
        make=lambda: _fetch(cache, asset, urls, options, watch),
        way=" ".join(map(shown_url, urls)),
        lock_timeout_s=url_options.lock_timeout,
    )
    with ExitStack() as stack:
        try:
            found = stack.enter_context(held)
        except OSError as error:
            raise StoreError(
                f"The controller cannot use {error.filename}, where it keeps archives: {advice(error)} Or set "
                "ANSIBLE_STANDALONE_PYTHON_CACHE to another directory."
            ) from error
        yield found


def _fetch(cache: ContentCache, asset: Asset, urls: Sequence[str], options: UrlOptions, watch: Watch | None) -> None:
    """Fetch the archive under the lock, resuming a download that an interrupted run left."""
    part = cache.part_of(asset.sha256)
    if not has_private_file(part):
        remove_file(part)  # a symlink or FIFO of that name; usually there is nothing
    total_bytes: int | None = None

    def on_length(length: int) -> None:
        nonlocal total_bytes
        total_bytes = length  # reported by the server, so no reason to remove another archive

    try:
        fetch(
            urls,
            sha256=asset.sha256,
            part_path=part,
            options=options,
            on_length=on_length,
            on_bytes=(lambda count: watch(count, total_bytes)) if watch else None,
        )
        os.replace(part, cache.path_of(asset.sha256))
        cache.make_room(0)
    except DownloadError as error:
        said = error.without_push if isinstance(error, NoSource) else error
        raise DownloadError(f"On the controller: {said}") from error
    except OSError as error:
        raise StoreError(
            f"The controller cannot keep the archive in {cache.directory}: {advice(error, cache.directory)} Or set "
            "ANSIBLE_STANDALONE_PYTHON_CACHE to another directory."
        ) from error


def _stored(directory: str | None, sha256: str) -> str | None:
    """The path of an intact archive in a cache that cannot be written, as in a read-only image; else None."""
    if directory is None or os.access(directory, os.W_OK):
        return None
    path = os.path.join(directory, sha256)
    try:
        if has_private_file(path):
            verify_file(path, sha256)
            return path
    except (OSError, DigestMismatch):
        pass
    return None


def _cache(directory: str | None, environ: Mapping[str, str], warn: Callable[[str], None]) -> ContentCache:
    """The cache in the user's directory, else one in the directory that Ansible removes at the end of the run."""
    bound = bound_bytes(environ)
    substitute = run_directory(_DIRECTORY)
    problem: OSError | None = None
    for usable in [path for path in (directory, substitute) if path]:
        try:
            cache = ContentCache(usable, bound)
            if cache.no_locks_because:
                warn(
                    f"{cache.no_locks_because} Until then each worker of Ansible fetches a missing archive for itself; "
                    "ANSIBLE_STANDALONE_PYTHON_CACHE can name another directory."
                )
            return cache
        except OSError as error:
            problem = error
            if usable != substitute:
                warn(
                    f"Cannot keep archives in {usable} ({error.strerror}), so each run fetches them again. Set "
                    "ANSIBLE_STANDALONE_PYTHON_CACHE to a directory that can be written."
                )
    raise StoreError(
        f"Cannot keep archives on the controller: neither {cache_folder(environ)} nor {constants.DEFAULT_LOCAL_TMP} "
        f"can be used{f' ({problem.strerror})' if problem else ''}. Set ANSIBLE_STANDALONE_PYTHON_CACHE to a directory "
        "that only this user can write to."
    )


def bound_bytes(environ: Mapping[str, str]) -> int:
    """The largest size of the cache in bytes. Raises `InvalidName` when the variable is not a size."""
    text = environ.get(_BOUND)
    if not text:
        return _DEFAULT_BOUND_BYTES
    try:
        return int(human_to_bytes(text))
    except (ValueError, OverflowError):
        raise InvalidName(f"{_BOUND} is {text!r}. Write a size in bytes, or with a unit, such as 500M or 4G.") from None
