# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides about environments for requirements, and about variables that login shells need for the builds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from .probe import Wiring
from .spec import RECORD, WiredBuild, Wish

# The first release whose ssl module also looks in /etc/pki/tls, says the history of python-build-standalone.
_LOOKS_IN_PKI = 20260320


@dataclass(frozen=True)
class VenvPlan:
    """An environment that differs: whether it has to be made, and whether over an old one of ours.

    `requirements` names the file on the controller. Its text can hold the login of an index, and plans are shown; so
    can records be read, and `record`, what is written when all is installed, has a digest of the text.
    """

    path: str
    executable: str
    requirements: str
    record: str
    create: bool
    over: bool


def plan_venvs(wish: Wish, wiring: Wiring) -> tuple[VenvPlan, ...]:
    plans = []
    for build in wish.present:
        if build.requirements is None:
            continue
        fits = _fits(build, wiring)
        found, record = wiring.files.get(f"{build.venv}/{RECORD}"), _record_of(build.requirements)
        if not fits or found is None or found.content.rstrip() != record:
            over = not fits and found is not None
            file, executable = build.requirements_file, build.executable or ""
            plans.append(VenvPlan(build.venv, executable, file, record, create=not fits, over=over))
    return tuple(plans)


def refused_venvs(wish: Wish, wiring: Wiring) -> tuple[str, ...]:
    """Sentences about what stands where an environment is wanted: none of ours, and none of this build's either."""
    if wish.root:
        return _refused_in_root(wish, wiring)
    untrusted = tuple(
        f"Cannot install requirements into {plan.path}: {wiring.untrusted[plan.path]}, so another user could have this "
        "task run programs and change files of its own user. Set interpreter_venv to a place that only root may "
        "change, or install them as that user, with ansible.builtin.pip."
        for plan in plan_venvs(wish, wiring)
        if plan.path in wiring.untrusted
    )
    return untrusted + tuple(
        f"{build.venv} is wanted for an environment of {build.path} with the requirements, but there is something else "
        "that this role did not make. Move it away, or set interpreter_venv."
        for build in wish.present
        if build.requirements is not None
        and build.venv in wiring.venvs
        and f"{build.venv}/{RECORD}" not in wiring.files
        and not _is_of(build, wiring)
    )


def _refused_in_root(wish: Wish, wiring: Wiring) -> tuple[str, ...]:
    """Environments are made and filled by the build itself, which may not run here, with the image's own libraries."""
    touched = [build.venv for build in wish.present if build.requirements is not None] + [*surplus_venvs(wish, wiring)]
    return tuple(
        f"{venv} is an environment with requirements, which cannot be made or removed in the directory {wish.root}. "
        "Use the chroot connection for this image, or leave out interpreter_requirements."
        for venv in touched
    )


def surplus_venvs(wish: Wish, wiring: Wiring) -> tuple[str, ...]:
    """Environments that we made from builds that are to go. Others stay, since services may run from them.

    An environment that a build was given after another is that of the later one, whatever the former is to be.
    """
    return tuple(venv for venv in _left_venvs(wish, wiring) if venv not in wiring.untrusted)


def kept_venvs(wish: Wish, wiring: Wiring) -> tuple[str, ...]:
    """Warnings about environments that are wanted no longer, but that a removal could be led elsewhere from."""
    return tuple(
        f"{venv} is wanted no longer, but was not removed: {wiring.untrusted[venv]}, so another user could have this "
        "task remove other files. Remove it as that user."
        for venv in _left_venvs(wish, wiring)
        if venv in wiring.untrusted
    )


def _left_venvs(wish: Wish, wiring: Wiring) -> tuple[str, ...]:
    used = {build.venv for build in wish.present}
    going = [build for build in wish.builds if not build.executable and build.venv not in used]
    ours = (build.venv for build in going if f"{build.venv}/{RECORD}" in wiring.files and _is_of(build, wiring))
    return tuple(dict.fromkeys(ours))


def needed_variables(wish: Wish, wiring: Wiring) -> dict[str, str]:
    """Variables without which the builds would not find what the host has elsewhere, or has not at all."""
    if not wish.present:
        return {}
    variables = {}
    oldest = min(build.release for build in wish.present)
    if wiring.certificates and not (wiring.certificates_in_pki and oldest >= _LOOKS_IN_PKI):
        variables["SSL_CERT_FILE"] = wiring.certificates
    if not wiring.terminals:
        build = wish.default_build or wish.present[0]
        variables["TERMINFO_DIRS"] = f":{build.path}/share/terminfo"  # the empty entry stands for the usual places
    return variables


def _fits(build: WiredBuild, wiring: Wiring) -> bool:
    """Whether the environment can be run, and is of this build and its minor version."""
    libraries = {build.name, build.name.rstrip("td")}
    return (
        _is_of(build, wiring)
        and build.venv in wiring.running_venvs
        and not libraries.isdisjoint(wiring.venvs.get(build.venv, ()))
    )


def _is_of(build: WiredBuild, wiring: Wiring) -> bool:
    """Whether an environment was made from the build, through its path."""
    settings = wiring.files.get(f"{build.venv}/pyvenv.cfg")
    return settings is not None and f"home = {build.path}/bin" in settings.content.splitlines()


def _record_of(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.rstrip().encode()).hexdigest()}"
