# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The links, alternatives and profiles that a host should have: all options of a `links_info` task as one value."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any, NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.module_utils._os.paths import not_absolute
from ansible_collections.standalone.python.plugins.module_utils._os.target_root import TargetRoot
from ansible_collections.standalone.python.plugins.module_utils._store.store import default_store

from .commands import DEFAULT_NAMES, possible_names
from .probe import Question

RECORD = "standalone-python-requirements.txt"  # in an environment: a record of what was installed into it

_HIGHEST_PRIORITY = 2**31 - 1  # an int of update-alternatives


class LinkedBuild(NamedTuple):
    """A build that commands should point to; when `executable` is None, no command may point to it any more.

    `programs` are those that it is known to have, in addition to those found on the host. `requirements` is the text of
    `requirements_file`, which is installed into the environment at `venv`; None for no environment.
    """

    path: str
    store: str
    executable: str | None = None
    programs: frozenset[str] = frozenset()
    release: int = 0
    venv: str = ""
    requirements: str | None = None
    requirements_file: str = ""
    is_default: bool = False

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> LinkedBuild:
        """Parse an item of the option `builds`. Raises `InvalidName`."""
        path = absolute_path(params["path"], "path")
        return cls(
            path=path,
            store=absolute_path(params["store"] or default_store(path), "store"),
            executable=params["executable"],
            programs=frozenset(params["executables"] or ()),
            release=int(params["release"] or 0),
            venv=absolute_path(params["virtualenv"] or f"{path}-env", "virtualenv"),
            requirements=params["requirements"],
            requirements_file=params.get("requirements_file") or "",
            is_default=params["is_default"],
        )

    @property
    def name(self) -> str:
        """The name of its interpreter, such as python3.13t; empty when no command may point to it."""
        return (self.executable or "").rpartition("/")[2]


class LinksSpec(NamedTuple):
    """The options of a `links_info` task.

    `system` is the option `alternatives`. `default` is the path of the build that python3 points to, or None. `root` is
    the directory of the system that contains all paths, empty for the running one.
    """

    builds: tuple[LinkedBuild, ...]
    link_dir: str
    man_dir: str
    system: str = "auto"
    priority: int = 100
    default: str | None = None
    allow_system: bool = False
    root: str = ""

    @classmethod
    def from_params(cls, params: Mapping[str, Any], prefix: str = "") -> LinksSpec:
        """Parse the options. Raises `InvalidName` for impossible ones, in which `prefix` precedes the option."""
        link_dir = absolute_path(params["link_dir"], f"{prefix}link_dir")
        beside = f"{link_dir.rpartition('/')[0]}/share/man/man1"
        builds = tuple(LinkedBuild.from_params(build) for build in params["builds"])
        spec = cls(
            builds=builds,
            link_dir=link_dir,
            man_dir=absolute_path(params["man_dir"] or beside, f"{prefix}man_dir"),
            system=params["alternatives"],
            priority=params["priority"],
            default=next((build.path for build in builds if build.is_default and build.executable), None),
            allow_system=params["allow_system"],
            root=TargetRoot.of(params["root"]).root,
        )
        if not 0 <= spec.priority <= _HIGHEST_PRIORITY:
            why = (
                "community.general.alternatives does not see negative ones. Write 0 or more"
                if spec.priority < 0
                else f"update-alternatives takes none above {_HIGHEST_PRIORITY}. Write a lower one"
            )
            raise InvalidName(f"The priority is {spec.priority}, but {why}.")
        spec._require_links_outside(prefix)
        return spec

    def _require_links_outside(self, prefix: str) -> None:
        """Raise `InvalidName` when links would be created in a build, which never changes once it is published."""
        if self.system == "none" and not self.default:
            return
        for option, links in (("link_dir", self.link_dir), ("man_dir", self.man_dir)):
            for builds in (builds for build in self.builds for builds in (build.path, build.store)):
                if is_in(links, builds):
                    raise InvalidName(
                        f"{prefix}{option} is {links}, which is in {builds}, where builds are. Links there would "
                        "change a build, and go with it. Choose a directory beside it."
                    )

    @property
    def present(self) -> tuple[LinkedBuild, ...]:
        """The builds that commands should point to."""
        return tuple(build for build in self.builds if build.executable)

    @property
    def default_build(self) -> LinkedBuild | None:
        """The build that python3 points to; None when there is none."""
        return next((build for build in self.present if build.path == self.default), None)

    def question(self, files: list[str], directories: list[str]) -> Question:
        """The question for the host, with these `files` and `directories` to look at as well."""
        names = [name for build in self.present for name in possible_names(build.executable or "")]
        checked = [] if self.allow_system else [*names, *(DEFAULT_NAMES if self.default else ())]
        venvs = tuple(build.venv for build in self.builds)
        in_venvs = (f"{venv}/{file}" for venv in venvs for file in (RECORD, "pyvenv.cfg"))
        return Question(
            link_dir=self.link_dir,
            man_dir=self.man_dir,
            paths=tuple(build.path for build in self.builds),
            names=tuple(dict.fromkeys([*names, *DEFAULT_NAMES, *map(saved_name, DEFAULT_NAMES)])),
            files=(*files, *in_venvs),
            directories=(self.link_dir, self.man_dir, *directories),
            venvs=venvs,
            guarded=self._guarded,
            stores=tuple(dict.fromkeys(build.store for build in self.builds)),
            owner_names=tuple(dict.fromkeys(checked)),
            root=self.root,
        )

    @property
    def _guarded(self) -> tuple[str, ...]:
        """Environments that may be filled or removed, each followed by the interpreter that runs in it."""
        if self.root:  # in an image there is none
            return ()
        asked = [build for build in self.builds if build.requirements is not None or not build.executable]
        return tuple(word for build in asked for word in (build.venv, build.executable or build.venv))

    def is_ours(self, target: str) -> bool:
        """Whether a link with this text points into one of the builds."""
        return any(target.startswith(f"{build.path}/") for build in self.builds)


def is_in(path: str, directory: str) -> bool:
    """Whether a path is the directory or below it, judged by the texts alone."""
    return f"{path}/".startswith(f"{directory}/")


def saved_name(name: str) -> str:
    """The file name of the link that saves what our default replaced."""
    return f".{name}.before-standalone"


def absolute_path(path: str, option: str) -> str:
    """The path without needless slashes. Raises `InvalidName` for one that PATH or a login shell cannot hold."""
    clean = "/" + posixpath.normpath(path).strip("/")
    if not path.startswith("/"):
        raise InvalidName(f"{option} is {path!r}, which is {not_absolute(path)}.")
    is_below_root = path.startswith("/") and clean != "/" and ".." not in path.split("/")
    if not is_below_root or not clean.isprintable() or set(clean) & set("\"'\\$`:!*?[]{}()<>|;& #"):
        raise InvalidName(
            f"{option} is {path!r}. Give an absolute path, not the root, without spaces, `..` and characters that "
            "mean something to a shell."
        )
    return clean
