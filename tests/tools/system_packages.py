# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that some tests want and pip cannot bring: shells to run the probe under, real servers, linters.

They are installed where that is possible without asking (root on a Debian-like system). Elsewhere the tests that
want them skip and say so.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

PACKAGES = (
    # shells that the probe must run under, and login shells that it must survive
    "busybox-static",
    "dash",
    "fish",
    "ksh",
    "mksh",
    "tcsh",
    "zsh",
    # logging in over SSH, and becoming root
    "openssh-server",
    "sudo",
    # a real web server for the tests of downloads, and the program that unpacks .tar.zst without Python's help
    "nginx-light",
    "zstd",
    # a forward proxy that asks for a login
    "tinyproxy-bin",
    "shellcheck",
    # the far end of Ansible's connections, for the benchmarks
    "openssh-server",
)

# For `make fleet` alone: what makes the hosts' system roots, also for another architecture, packs them and logs in.
FLEET_PACKAGES = (
    *("mmdebstrap", "arch-test", "qemu-user-static", "binfmt-support", "zstd", "openssh-client", "podman"),
    # what makes a CPython for musl of its source, and a host for it
    *("musl-tools", "gcc", "libc6-dev", "libffi-dev", "make", "xz-utils", "busybox-static"),
    "libfuse2",  # a file system that fails
)


def install_missing(packages: Iterable[str] = PACKAGES) -> str:
    """Install what is missing of the packages; return what was done, as words that follow a colon."""
    if not shutil.which("dpkg-query"):
        return "skipped, this is not a Debian-like system; tests that need them skip"
    missing = [package for package in packages if not _is_installed(package)]
    if not missing:
        return "up to date"
    if os.geteuid() != 0:
        return f"skipped, only root can install {' '.join(missing)}; tests that need them skip"
    install = ["install", "--yes", "--no-install-recommends", *missing]
    with _no_services_started():
        for arguments in (["update"], install):
            complaint = _apt_get(*arguments)
            if complaint:
                return f"failed, so tests that need {' '.join(missing)} skip; apt-get said: {complaint}"
    return f"installed {' '.join(missing)}"


@contextlib.contextmanager
def _no_services_started() -> Iterator[None]:
    """Keep packages from starting their services, a web server on port 80 among them: Debian asks this file first."""
    policy = Path("/usr/sbin/policy-rc.d")
    if policy.exists():  # the machine has its own rule
        yield
        return
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()


def _apt_get(*arguments: str) -> str | None:
    """Run apt-get; return None, or what it said when it failed."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "--quiet=2", *arguments]
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return finished.stderr.strip() if finished.returncode else None


def _is_installed(package: str) -> bool:
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
    return subprocess.run(query, capture_output=True, text=True, check=False).stdout == "installed"
