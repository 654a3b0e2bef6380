# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verify with sigstore-python who built an archive, by its attestation (docs/development/builds.md 7).

sigstore is optional and slow to import, so it is imported only to verify an attestation, on the controller.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StandaloneError

from .._cache.private_directory import Untrusted, has_private_file, private_directory
from .._documents import local_path, read_document
from .._index.cache import run_directory
from .attestations import Bundle

_STATEMENT = "application/vnd.in-toto+json"
_PREDICATE = "https://slsa.dev/provenance/v1"
# The errors for text that is not a document, or nested beyond Python's recursion depth.
_DAMAGED = (ValueError, LookupError, TypeError, AttributeError, RecursionError)


class ProvenanceError(StandaloneError):
    """The archive could not be verified as built by the workflow that the policy names."""


def is_to_be_verified(verify_provenance: bool, provenance: Mapping[str, Any] | None) -> bool:
    """Whether to verify. Raises `InvalidName` for a policy without verification."""
    if provenance and not verify_provenance:
        raise InvalidName(
            "provenance says who must have made the build, but verify_provenance is false, so nobody would look. Set "
            "verify_provenance: true, or leave provenance out."
        )
    return verify_provenance


@dataclass(frozen=True)
class Policy:
    """The required builder of an archive. `repository` is a URL, `workflow` a file in it with `@` and a ref.

    `issuer` vouches for the identity that both form. `trusted_root` is a file on the controller with the keys of the
    Sigstore instance; None means those of the public instance that sigstore-python bundles or caches.
    """

    repository: str = "https://github.com/astral-sh/python-build-standalone"
    workflow: str = ".github/workflows/release.yml@refs/heads/main"
    issuer: str = "https://token.actions.githubusercontent.com"
    trusted_root: str | None = None

    @classmethod
    def from_params(cls, params: Mapping[str, Any] | None) -> Policy:
        """Parse the option `provenance`. Raises `InvalidName` for an invalid part."""
        given = {name: value for name, value in (params or {}).items() if value is not None}
        unknown = sorted(set(given) - {item.name for item in fields(cls)})
        if unknown:
            raise InvalidName(f"provenance has no {', '.join(unknown)}. Correct or leave it out.")
        policy = cls(**{name: str(value) for name, value in given.items()})
        if not policy.repository.startswith("https://") or "@" not in policy.workflow:
            raise InvalidName(
                f"provenance names the repository {policy.repository!r} and the workflow {policy.workflow!r}. Write "
                "the repository's https:// address, and the workflow's file in it with its ref, such as "
                f"{cls.workflow}."
            )
        return policy

    @property
    def identity(self) -> str:
        """The exact identity in the certificate of the signer."""
        return f"{self.repository.rstrip('/')}/{self.workflow}"

    def fingerprint(self) -> str:
        """A text that changes with the policy or the content of its trusted root. Raises `ProvenanceError`."""
        return json.dumps({**asdict(self), "trusted_root": self._root_content()}, sort_keys=True)

    def _root_content(self) -> str | None:
        if self.trusted_root is None:
            return None
        try:
            return read_document(local_path(self.trusted_root)).decode()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            raise ProvenanceError(
                f"The trusted root {self.trusted_root} could not be read: {reason}. Provenance was not checked; write "
                "the file with `gh attestation trusted-root`, or leave trusted_root out for the public instance."
            ) from None


def require_library() -> None:
    """Raise `ProvenanceError` when sigstore-python is missing."""
    try:
        import sigstore.verify  # noqa: F401
    except ImportError as error:
        raise ProvenanceError(
            "verify_provenance needs the Python package sigstore, which the Python that runs Ansible does not have "
            f"({error}). Run {sys.executable} -m pip install sigstore, or leave out verify_provenance."
        ) from None


def require_attested(asset: Asset, bundles: Sequence[Bundle], policy: Policy, warn: Callable[[str], None]) -> None:
    """Raise `ProvenanceError` unless one of the bundles shows that the archive was built as the policy requires.

    One is enough: full archives have two attestations, and the policy names the workflow of one.
    """
    verifier = _verifier(policy, warn)
    objections = [_objection(asset, bundle, policy, verifier) for bundle in bundles]
    if None not in objections:
        raise ProvenanceError(" ".join(map(str, objections)))


def _verifier(policy: Policy, warn: Callable[[str], None]) -> Any:
    from sigstore.errors import Error
    from sigstore.models import TrustedRoot
    from sigstore.verify import Verifier

    logging.getLogger("sigstore").setLevel(logging.ERROR)  # else it reports at each verification that it does no update
    # Offline, also for the public instance: the keys that sigstore-python bundles or caches must suffice.
    name = policy.trusted_root or "of the public Sigstore instance"
    try:
        if policy.trusted_root is None:
            with _trusted_cache(warn):
                return Verifier.production(offline=True)
        return Verifier(trusted_root=TrustedRoot.from_file(local_path(policy.trusted_root)))
    except (Error, OSError, *_DAMAGED) as error:
        raise ProvenanceError(
            f"The trusted root {name} cannot be used: {_first_line(error)}. Provenance was not checked; give a "
            "trusted_root, as `gh attestation trusted-root` writes it."
        ) from None


@contextmanager
def _trusted_cache(warn: Callable[[str], None]) -> Iterator[None]:
    """Give sigstore-python, within the block, a cache that no other user can have written.

    Offline, it trusts the root that it finds there without a check. When its own cache is not safe, the run has another
    one, in which sigstore-python puts its bundled trusted root. Raises `ProvenanceError`.
    """
    import platformdirs

    cache = platformdirs.user_cache_dir("sigstore-python", "sigstore")
    try:
        if not os.path.isabs(cache):  # HOME is unknown, or XDG_CACHE_HOME invalid
            raise Untrusted(cache, "is no absolute path")
        _require_private_tree(cache)
    except OSError as error:
        substitute = run_directory("sigstore")
        if substitute is None or os.name != "posix":
            raise ProvenanceError(
                f"Cannot check provenance: the cache of sigstore-python cannot be trusted, since {error.filename} "
                f"{error.strerror}. Give it to this user alone, or name a trusted_root."
            ) from None
        warn(
            f"Cannot use the cache of sigstore-python: {error.filename} {error.strerror}. The trusted root that comes "
            "with sigstore-python is used. Give the directory to this user alone, or name a trusted_root."
        )
        before = os.environ.get("XDG_CACHE_HOME")
        os.environ["XDG_CACHE_HOME"] = substitute
        try:
            yield
        finally:
            os.environ.pop("XDG_CACHE_HOME")
            os.environ.update({} if before is None else {"XDG_CACHE_HOME": before})
    else:
        yield


def _require_private_tree(directory: str) -> None:
    """Raise `OSError` when another user can have written anything in the directory."""
    for parent, directories, files in os.walk(private_directory(directory)):
        for name in directories:
            private_directory(os.path.join(parent, name))
        for name in files:
            if not has_private_file(os.path.join(parent, name)):
                raise Untrusted(os.path.join(parent, name), "is no file that only this user can write")


def _objection(asset: Asset, bundle: Bundle, policy: Policy, verifier: Any) -> str | None:
    """Why the bundle does not vouch for the archive; None when it does."""
    from cryptography.x509 import ExtensionNotFound
    from sigstore import models
    from sigstore.errors import Error
    from sigstore.verify import policy as rules

    required = rules.AllOf(
        [
            rules.OIDCIssuerV2(policy.issuer),
            rules.Identity(identity=policy.identity),
            rules.OIDCSourceRepositoryURI(policy.repository.rstrip("/")),
        ]
    )
    try:
        kind, payload = verifier.verify_dsse(models.Bundle.from_json(bundle.content), required)
    except (Error, ExtensionNotFound, *_DAMAGED) as error:
        return (
            f"The bundle {bundle.where} does not show that {asset.file_name} was built by {policy.identity}: "
            f"{_first_line(error)}. Find out who built it before you use it."
        )
    return _objection_to_statement(asset, bundle, kind, payload)


def _objection_to_statement(asset: Asset, bundle: Bundle, kind: str, payload: bytes) -> str | None:
    """Why the statement, though genuine, is not about the archive; None when it is.

    Names in it are not those of assets, so only digests are compared.
    """
    try:
        statement = json.loads(payload) if kind == _STATEMENT else {}
        predicate = statement.get("predicateType")
        digests = {subject["digest"].get("sha256") for subject in statement.get("subject", ())}
    except _DAMAGED:
        predicate, digests = None, set()
    if predicate != _PREDICATE:
        return f"The bundle {bundle.where} is genuine, but says nothing about how anything was built."
    if asset.sha256 not in digests:
        return (
            f"The bundle {bundle.where} is genuine, but of {len(digests)} other files: none has the digest "
            f"{asset.sha256} of {asset.file_name}. Get the bundle that belongs to the archive, and find "
            "out whether the archive was exchanged."
        )
    return None


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
