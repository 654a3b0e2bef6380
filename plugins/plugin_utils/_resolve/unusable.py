# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Releases that are known not to work, and why."""

from __future__ import annotations

from typing import NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Build


class UnusableRelease(NamedTuple):
    """A release whose builds for some targets do not work; `target_part` is what these targets contain."""

    release: str
    target_part: str
    reason: str


_EXECUTABLE_STACK = "its libpython asks for an executable stack, which glibc 2.39 and later refuse to load"
# Releases that nobody should get by a name that allows others (docs/development/builds.md 9, docs/names.md).
UNUSABLE = (
    UnusableRelease("20260320", "-linux-gnu", _EXECUTABLE_STACK),
    UnusableRelease("20260325", "-linux-gnu", _EXECUTABLE_STACK),
)


def why_unusable(build: Build) -> str | None:
    """Why the build is known not to work; None when nothing is known against it."""
    found = (one for one in UNUSABLE if one.release == build.release and one.target_part in build.target)
    return next((one.reason for one in found), None)
