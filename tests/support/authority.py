# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A private certificate authority, for servers that only some clients trust. Needs the program openssl."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

# Python 3.13 and newer want to see it in an authority's certificate, which openssl's own configuration makes of each.
_KEY_USAGE = ("-addext", "keyUsage=critical,keyCertSign,digitalSignature")

# What helps against a certificate of an authority that a client does not know, and against one for another name.
UNKNOWN_AUTHORITY = (
    "if a proxy that inspects TLS or a private authority signed it, add that authority to the system's certificates or "
    "name its file in ca_path"
)
ANOTHER_NAME = "use a name or an address that the certificate has"


class Authority:
    """Lives in a directory; `certificate` is the file that `ca_path` names."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.certificate = self._issue("ca", "-x509", *_KEY_USAGE)

    def server(self, name: str = "localhost", *, wants_client: bool = False) -> ssl.SSLContext:
        """For a server with this name or address alone: `localhost` has no certificate for its address."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.issue(name))
        if wants_client:
            context.load_verify_locations(self.certificate)
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def issue(self, name: str) -> str:
        """A file with a certificate for `name` and its key."""
        kind = "IP" if name.replace(".", "").isdecimal() else "DNS"
        authority = ("-CA", self.certificate, "-CAkey", self.certificate)
        return self._issue(name, "-x509", *authority, *_KEY_USAGE, "-addext", f"subjectAltName={kind}:{name}")

    def _issue(self, name: str, *arguments: str) -> str:
        file = self._directory / f"{name}.pem"
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(file))
        made = subprocess.run(
            ["openssl", "req", *arguments, *key, "-subj", f"/CN={name}", "-days", "2"],
            capture_output=True,
            check=True,
        )
        with file.open("ab") as stream:
            stream.write(made.stdout)
        return str(file)
