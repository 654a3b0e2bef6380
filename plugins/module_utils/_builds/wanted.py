# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task wants at its path, before any index is asked: the name and the options that narrow it."""

from __future__ import annotations

from dataclasses import dataclass

from .build import Build
from .request import Request
from .target import Target

_CPU_LEVELS = {"baseline": 1, "v2": 2, "v3": 3, "v4": 4}


@dataclass(frozen=True)
class Wanted:
    """A request with its options. None means that any value will do."""

    request: Request
    flavor: str | None = None
    build_options: str | None = None
    target: str | None = None
    cpu_level: str = "baseline"
    prerelease: bool = False

    @property
    def named_target(self) -> str | None:
        """The target that the options or the name state; None when it follows from the host."""
        return self.target or self.request.target

    def satisfied_by(self, build: Build) -> bool:
        """Whether an installed build is an answer. Says nothing about newer answers that may exist."""
        return (
            self.request.answered_by(build, prerelease=self.prerelease)
            and self.flavor in (None, build.flavor)
            and self.build_options in (None, build.build_options, build.optimization)
            and self._target_fits(build.target)
        )

    def _target_fits(self, target: str) -> bool:
        if self.named_target is not None:
            return self.named_target == target
        installed = Target.parse(target)
        has_levels = (installed.os, installed.arch) == ("linux", "x86_64")
        return not has_levels or self.cpu_level == "auto" or installed.cpu_level == _CPU_LEVELS[self.cpu_level]
