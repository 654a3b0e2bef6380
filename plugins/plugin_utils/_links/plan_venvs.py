# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide about environments for requirements, and about variables that login shells need for the builds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from .probe import LinksState
from .spec import RECORD, LinkedBuild, LinksSpec

# The first release whose ssl module also looks in /etc/pki/tls, says the history of python-build-standalone.
_LOOKS_IN_PKI = 20260320


@dataclass(frozen=True)
class VenvPlan:
    """An environment that differs: whether it must be created, and whether it replaces an old one of ours.

    `requirements` names the file on the controller, since its text can hold the login of an index and plans are shown.
    `record` is written into the environment once all is installed; it is readable too, so it has a digest of the text.
    """

    path: str
    executable: str
    requirements: str
    record: str
    create: bool
    over: bool


def plan_venvs(spec: LinksSpec, state: LinksState) -> tuple[VenvPlan, ...]:
    """The environments to create or to fill, in the order of the builds."""
    plans = []
    for build in spec.present:
        if build.requirements is None:
            continue
        fits = _fits(build, state)
        found, record = state.files.get(f"{build.venv}/{RECORD}"), _record_of(build.requirements)
        if not fits or found is None or found.content.rstrip() != record:
            over = not fits and found is not None
            file, executable = build.requirements_file, build.executable or ""
            plans.append(VenvPlan(build.venv, executable, file, record, create=not fits, over=over))
    return tuple(plans)


def refused_venvs(spec: LinksSpec, state: LinksState) -> tuple[str, ...]:
    """Errors about directories in the way of an environment, which are neither ours nor this build's."""
    if spec.root:
        return _refused_in_root(spec, state)
    untrusted = tuple(
        f"Cannot install requirements into {plan.path}: {state.untrusted[plan.path]}, so another user could have this "
        "task run programs and change files. Set interpreter_virtualenv to a place that only root may "
        "change, or install them as that user, with ansible.builtin.pip."
        for plan in plan_venvs(spec, state)
        if plan.path in state.untrusted
    )
    return untrusted + tuple(
        f"Cannot make the environment {build.venv} of {build.path}: something that this role did not make exists "
        "there. Move it away, or set interpreter_virtualenv."
        for build in spec.present
        if build.requirements is not None
        and build.venv in state.venvs
        and f"{build.venv}/{RECORD}" not in state.files
        and not _is_of(build, state)
    )


def _refused_in_root(spec: LinksSpec, state: LinksState) -> tuple[str, ...]:
    """Errors about environments in an image: the build itself creates and fills them, and it may not run here."""
    touched = [build.venv for build in spec.present if build.requirements is not None] + [*surplus_venvs(spec, state)]
    return tuple(
        f"{venv} is an environment with requirements, which cannot be made or removed in the directory {spec.root}. "
        "Use the chroot connection for this image, or leave out interpreter_requirements."
        for venv in touched
    )


def surplus_venvs(spec: LinksSpec, state: LinksState) -> tuple[str, ...]:
    """The environments that we created from builds that must be absent. Others stay, since services may run from them.

    An environment that two builds got in turn belongs to the later one, whatever becomes of the earlier.
    """
    return tuple(venv for venv in _left_venvs(spec, state) if venv not in state.untrusted)


def kept_venvs(spec: LinksSpec, state: LinksState) -> tuple[str, ...]:
    """Warnings about environments that are no longer wanted, but whose removal could be redirected to other files."""
    return tuple(
        f"{venv} is wanted no longer, but was not removed: {state.untrusted[venv]}, so another user could have this "
        "task remove other files. Remove it as that user."
        for venv in _left_venvs(spec, state)
        if venv in state.untrusted
    )


def _left_venvs(spec: LinksSpec, state: LinksState) -> tuple[str, ...]:
    used = {build.venv for build in spec.present}
    going = [build for build in spec.builds if not build.executable and build.venv not in used]
    ours = (build.venv for build in going if f"{build.venv}/{RECORD}" in state.files and _is_of(build, state))
    return tuple(dict.fromkeys(ours))


def needed_variables(spec: LinksSpec, state: LinksState) -> dict[str, str]:
    """The variables that builds need to find files that the host has elsewhere, or lacks: name -> value."""
    if not spec.present:
        return {}
    variables = {}
    oldest = min(build.release for build in spec.present)
    if state.certificates and not (state.certificates_in_pki and oldest >= _LOOKS_IN_PKI):
        variables["SSL_CERT_FILE"] = state.certificates
    if not state.terminals:
        build = spec.default_build or spec.present[0]
        variables["TERMINFO_DIRS"] = f":{build.path}/share/terminfo"  # the empty entry means the usual directories
    return variables


def _fits(build: LinkedBuild, state: LinksState) -> bool:
    """Whether the environment runs, and belongs to this build and its minor version."""
    libraries = {build.name, build.name.rstrip("td")}
    return (
        _is_of(build, state)
        and build.venv in state.running_venvs
        and not libraries.isdisjoint(state.venvs.get(build.venv, ()))
    )


def _is_of(build: LinkedBuild, state: LinksState) -> bool:
    """Whether an environment was created from the build, through its path."""
    settings = state.files.get(f"{build.venv}/pyvenv.cfg")
    return settings is not None and f"home = {build.path}/bin" in settings.content.splitlines()


def _record_of(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.rstrip().encode()).hexdigest()}"
