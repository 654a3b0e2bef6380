# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Sigstore instance of the tests' own: it attests files without a network, and has a trusted root to check that with.

Of the real thing it has what a bundle needs: a certificate authority (Fulcio), the log of certificates that signs their
timestamps, and the transparency log (Rekor) with the one entry. What is attested is an in-toto statement.

Needs the packages cryptography and rfc8785, which come with sigstore.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import rfc8785
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

REPOSITORY = "https://github.com/astral-sh/python-build-standalone"
WORKFLOW = ".github/workflows/release.yml@refs/heads/main"
ISSUER = "https://token.actions.githubusercontent.com"
STATEMENT = "application/vnd.in-toto+json"
SLSA = "https://slsa.dev/provenance/v1"

_ISSUER_V2 = ObjectIdentifier("1.3.6.1.4.1.57264.1.8")
_SOURCE_REPOSITORY = ObjectIdentifier("1.3.6.1.4.1.57264.1.12")
_SIGNED_TIMESTAMPS = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")


def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _public(key: ec.EllipticCurvePrivateKey) -> bytes:
    encoding, kind = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(encoding, kind)


def _key_id(key: ec.EllipticCurvePrivateKey) -> bytes:
    return hashlib.sha256(_public(key)).digest()


def _sign(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _utf8_string(text: str) -> bytes:
    """In DER; for texts of less than 128 bytes."""
    return b"\x0c" + bytes([len(text.encode())]) + text.encode()


def _key_usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(signs, False, False, False, False, not signs, not signs, False, False)


@dataclass(frozen=True)
class SigstoreInstance:
    """Keys and the authority's certificate, made for each instance, so that two do not trust each other."""

    authority_key: ec.EllipticCurvePrivateKey = field(default_factory=_key)
    timestamp_key: ec.EllipticCurvePrivateKey = field(default_factory=_key)
    log_key: ec.EllipticCurvePrivateKey = field(default_factory=_key)
    now: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.timezone.utc).replace(microsecond=0))

    def bundle(
        self,
        digests: Iterable[str],
        *,
        repository: str = REPOSITORY,
        workflow: str = WORKFLOW,
        issuer: str = ISSUER,
        predicate: str = SLSA,
        source: str | None = None,
    ) -> str:
        """The JSON of an attestation of files with these SHA-256 digests. Their names are not those of assets.

        `source` is the repository that was built, where it only uses the workflow of `repository`.
        """
        subjects = [{"name": f"build-{n}.tar", "digest": {"sha256": digest}} for n, digest in enumerate(digests)]
        statement = {"_type": "https://in-toto.io/Statement/v1", "subject": subjects, "predicateType": predicate}
        payload = json.dumps({**statement, "predicate": {}}).encode()
        leaf_key = _key()
        certificate = self._certificate(leaf_key, f"{repository}/{workflow}", issuer, source or repository)
        signature = _sign(leaf_key, b"DSSEv1 %d %s %d %s" % (len(STATEMENT), STATEMENT.encode(), len(payload), payload))
        body = self._log_body(payload, signature, certificate)
        return json.dumps(
            {
                "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
                "verificationMaterial": {
                    "certificate": {"rawBytes": _base64(certificate.public_bytes(serialization.Encoding.DER))},
                    "tlogEntries": [self._log_entry(body)],
                },
                "dsseEnvelope": {
                    "payload": _base64(payload),
                    "payloadType": STATEMENT,
                    "signatures": [{"sig": _base64(signature)}],
                },
            }
        )

    def trusted_root(self) -> str:
        """The JSON of the file that says whom to trust."""
        valid = {"start": (self.now - dt.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")}
        certificate = _base64(self._authority().public_bytes(serialization.Encoding.DER))
        return json.dumps(
            {
                "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
                "tlogs": [self._known_log(self.log_key, "https://rekor.example", valid)],
                "ctlogs": [self._known_log(self.timestamp_key, "https://ct.example", valid)],
                "certificateAuthorities": [
                    {
                        "subject": {"organization": "tests", "commonName": "fulcio.example"},
                        "uri": "https://fulcio.example",
                        "certChain": {"certificates": [{"rawBytes": certificate}]},
                        "validFor": valid,
                    }
                ],
                "timestampAuthorities": [],
            }
        )

    @property
    def _name(self) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fulcio.example")])

    def _authority(self) -> x509.Certificate:
        key = self.authority_key.public_key()
        builder = x509.CertificateBuilder(self._name, self._name, key, 1)
        return (
            builder.not_valid_before(self.now - dt.timedelta(days=1))
            .not_valid_after(self.now + dt.timedelta(days=3650))
            .add_extension(x509.BasicConstraints(True, 0), True)
            .add_extension(_key_usage(signs=False), True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), False)
            .sign(self.authority_key, hashes.SHA256())
        )

    def _certificate(
        self, key: ec.EllipticCurvePrivateKey, identity: str, issuer: str, repository: str
    ) -> x509.Certificate:
        """Of the signer, with the timestamp of the log of certificates, which signs what all the rest of it is."""
        serial, when_ms = x509.random_serial_number(), int(self.now.timestamp() * 1000)

        def made(signature: bytes) -> x509.Certificate:
            head = struct.pack("!B32sQHBBH", 0, _key_id(self.timestamp_key), when_ms, 0, 4, 3, len(signature))
            listed = struct.pack("!H", len(head + signature)) + head + signature
            stamps = struct.pack("!H", len(listed)) + listed
            size = bytes([len(stamps)]) if len(stamps) < 128 else b"\x81" + bytes([len(stamps)])
            authority_key, public_key = self.authority_key.public_key(), key.public_key()
            return (
                x509.CertificateBuilder(self._name, x509.Name([]), public_key, serial)
                .not_valid_before(self.now - dt.timedelta(minutes=1))
                .not_valid_after(self.now + dt.timedelta(minutes=10))
                .add_extension(_key_usage(signs=True), True)
                .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False)
                .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), False)
                .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key), False)
                .add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(identity)]), True)
                .add_extension(x509.UnrecognizedExtension(_ISSUER_V2, _utf8_string(issuer)), False)
                .add_extension(x509.UnrecognizedExtension(_SOURCE_REPOSITORY, _utf8_string(repository)), False)
                .add_extension(x509.UnrecognizedExtension(_SIGNED_TIMESTAMPS, b"\x04" + size + stamps), False)
                .sign(self.authority_key, hashes.SHA256())
            )

        unstamped = made(bytes(70)).tbs_precertificate_bytes
        issuer_and_rest = _key_id(self.authority_key) + struct.pack("!I", len(unstamped))[1:] + unstamped
        stamped = struct.pack("!BBQH", 0, 0, when_ms, 1) + issuer_and_rest + struct.pack("!H", 0)
        return made(_sign(self.timestamp_key, stamped))

    def _log_body(self, payload: bytes, signature: bytes, certificate: x509.Certificate) -> bytes:
        verifier = _base64(certificate.public_bytes(serialization.Encoding.PEM))
        spec = {
            "envelopeHash": {"algorithm": "sha256", "value": hashlib.sha256(payload).hexdigest()},
            "payloadHash": {"algorithm": "sha256", "value": hashlib.sha256(payload).hexdigest()},
            "signatures": [{"signature": _base64(signature), "verifier": verifier}],
        }
        return rfc8785.dumps({"apiVersion": "0.0.1", "kind": "dsse", "spec": spec})

    def _log_entry(self, body: bytes) -> dict[str, Any]:
        """The first and only entry of the transparency log, so that its own hash is the root of the tree."""
        root, when_s, log_id = hashlib.sha256(b"\0" + body).digest(), int(self.now.timestamp()), _key_id(self.log_key)
        note = f"rekor.example - 1\n1\n{_base64(root)}\n"
        signed_note = f"{note}\n\u2014 rekor.example {_base64(log_id[:4] + _sign(self.log_key, note.encode()))}\n"
        promise = {"body": _base64(body), "integratedTime": when_s, "logID": log_id.hex(), "logIndex": 0}
        return {
            "logIndex": "0",
            "logId": {"keyId": _base64(log_id)},
            "kindVersion": {"kind": "dsse", "version": "0.0.1"},
            "integratedTime": str(when_s),
            "inclusionPromise": {"signedEntryTimestamp": _base64(_sign(self.log_key, rfc8785.dumps(promise)))},
            "inclusionProof": {
                "logIndex": "0",
                "rootHash": _base64(root),
                "treeSize": "1",
                "hashes": [],
                "checkpoint": {"envelope": signed_note},
            },
            "canonicalizedBody": _base64(body),
        }

    @staticmethod
    def _known_log(key: ec.EllipticCurvePrivateKey, url: str, valid: dict[str, str]) -> dict[str, Any]:
        known = {"rawBytes": _base64(_public(key)), "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": valid}
        log_id = {"keyId": _base64(_key_id(key))}
        return {"baseUrl": url, "hashAlgorithm": "SHA2_256", "publicKey": known, "logId": log_id}
