# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An interpreter on a host for a single module run. `interpreter.sh` describes how it is unpacked and removed."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.standalone.python.plugins.module_utils._archive.decompress import is_gzip
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._errors import (
    ArchiveError,
    InvalidName,
    StandaloneError,
)
from ansible_collections.standalone.python.plugins.module_utils._store.store import STAGING_DIRECTORY, TEMPORARY_PREFIX

from .._probe.answer import Answer, once, printed
from .._probe.shell import WAY_OF_ROOT, command_of

_SCRIPT = Path(__file__).with_name("interpreter.sh")

_NAME = "standalone-python-bootstrap"
_OLDEST = (3, 9, 0)  # oldest Python for this collection's modules and ansible-core


@dataclass(frozen=True)
class TemporaryInterpreter:
    """A program that runs one module on the host and then removes itself. `archive` is the archive's path there."""

    program: str
    archive: str


def require_suitable(asset: Asset) -> None:
    """Raise `InvalidName` for a build that gzip cannot unpack, or that cannot run a module."""
    build = asset.build
    if build.flavor == "full":
        raise InvalidName(
            f"{build.name} is published as .tar.zst only, and hosts are bootstrapped by what every host has, gzip. "
            "Bootstrap the host with another build, then install this one with standalone.python.build."
        )
    if build.version.numbers < _OLDEST:
        raise InvalidName(
            f"{build.name} cannot run Ansible's modules, which need Python 3.9 or newer. "
            "Bootstrap the host with another build, then install this one with standalone.python.build."
        )


def require_gzip(local: str) -> None:
    """Raise `ArchiveError` when the file on the controller is not gzip, whatever its name."""
    if not is_gzip(local):
        raise ArchiveError(
            f"{local} is no .tar.gz, and hosts are bootstrapped by what every host has, gzip. Give such an archive."
        )


def checking_command(store: str, owner: str | None = None, group: str | None = None) -> str:
    """The command that answers whether an archive could be unpacked in a store, for an owner; it writes nothing."""
    values = dict.fromkeys(("prefix", "token", "archive", "sha256", "program"), "")
    values = {"store": store, **values, "owner": owner or "", "group": group or ""}
    return command_of(*WAY_OF_ROOT, _SCRIPT, values=values)


def require_possible(stdout: str, *, rc: int, stderr: str) -> None:
    """Raise `StandaloneError` with the reason unless that command answered that it is possible."""
    answer = Answer.parse(stdout, _NAME, {"possible": once("1"), "failed": once(".+")})
    if answer is None or "possible" not in answer.facts:
        raise _failure(answer, stdout, rc=rc, stderr=stderr)


def _failure(answer: Answer | None, stdout: str, *, rc: int, stderr: str) -> StandaloneError:
    failed = answer.facts.get("failed") if answer else None
    if failed:
        return StandaloneError(f"{failed[0].strip()} Nothing was installed.")
    return StandaloneError(
        f"Cannot unpack the archive: the host's /bin/sh ended with {rc} and printed "
        f"{printed(stdout, stderr)}. Nothing was installed; run again when the host is well."
    )


@dataclass(frozen=True)
class Unpacking:
    """One archive that is unpacked in one store. `archive` is its path on the host; None when it is the input."""

    store: str
    asset: Asset
    archive: str | None = None
    owner: str | None = None
    group: str | None = None
    token: str = field(default_factory=lambda: secrets.token_hex(8))

    def command(self) -> str:
        """The command for the host's `/bin/sh`, on one line."""
        values = {
            "store": self.store,
            "prefix": TEMPORARY_PREFIX,
            "token": self.token,
            "archive": self.archive or "",
            "sha256": self.asset.sha256,
            "program": f"python/bin/{self.asset.build.interpreter}",
            "owner": self.owner or "",
            "group": self.group or "",
        }
        return command_of(*WAY_OF_ROOT, _SCRIPT, values=values)

    def parse(self, stdout: str, *, rc: int, stderr: str) -> TemporaryInterpreter:
        """The interpreter from the command's output, ignoring what login scripts print around it.

        Only a program that this very command can have created is accepted, since Ansible is about to start it. Raises
        `StandaloneError` when the command failed.
        """
        begin = re.escape(f"{self.store}/{STAGING_DIRECTORY}/{TEMPORARY_PREFIX}{self.token}-")
        forms = {"runs": once(f"(?P<directory>{begin}[0-9]{{1,10}})/run-once"), "failed": once(".+")}
        answer = Answer.parse(stdout, _NAME, forms)
        facts = answer.facts if answer else {}
        if answer and "runs" in facts:
            (parts,) = answer.parts("runs")
            return TemporaryInterpreter(facts["runs"][0], self.archive or f"{parts['directory']}/archive")
        raise _failure(answer, stdout, rc=rc, stderr=stderr)
