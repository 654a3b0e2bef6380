# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs for a task that names a `root`: the platform that counts, and the date of all files."""

from __future__ import annotations

import os
from dataclasses import replace

from ansible_collections.standalone.python.plugins.module_utils._errors import UnsupportedHost
from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec
from ansible_collections.standalone.python.plugins.module_utils._os.target_root import (
    TargetRoot,
    in_circles,
    missing,
    not_another,
)
from ansible_collections.standalone.python.plugins.module_utils._os.timestamps import EPOCH_VARIABLE

from .._probe.probe import Probe

# Distributions whose ELF headers look like those of ARMv7 systems: Debian's armhf with its loader, rebuilt for ARMv6.
_FOR_ARMV6 = ("raspbian",)


def described(probe: Probe, spec: InstallSpec) -> Probe:
    """The probe, with the name of the image's platform for messages.

    Raises `StoreError` when the root does not exist or its links form a loop, `UnsupportedHost` when nothing shows
    which build it needs.
    """
    root = spec.system.root
    if not root:
        return probe
    if not probe.has_root:
        raise missing(root)
    if probe.root_is_running:
        raise not_another(root)
    if probe.in_circles:
        raise in_circles(probe.in_circles, root)
    names_no_target = bool(spec.request and not spec.request.named_target)
    if probe.platform:
        if names_no_target and probe.platform.arch == "armv7" and probe.distribution in _FOR_ARMV6:
            raise UnsupportedHost(
                f"The system in {root} is {probe.distribution}, made for ARMv6 and later processors, and there are no "
                "builds for ARMv6. If a later one will run it, give `target: armv7-unknown-linux-gnueabihf`."
            )
        return replace(probe, platform=replace(probe.platform, called=f"the system in {root}"))
    if names_no_target:
        raise UnsupportedHost(
            f"The system in {root} does not say which build it needs, since it has no /bin/sh that is a program for "
            "Linux. Give `target`, such as x86_64-unknown-linux-gnu."
        )
    return probe


def exported_epoch(system: TargetRoot) -> dict[str, str]:
    """The controller's SOURCE_DATE_EPOCH as environment of a module that works in an image; else nothing."""
    epoch = os.environ.get(EPOCH_VARIABLE)
    return {EPOCH_VARIABLE: epoch} if epoch and system.is_image else {}
