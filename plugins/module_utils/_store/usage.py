# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who uses the builds: processes by their command lines, and virtual environments with what pip they have.

Nothing is run, and nothing is read but names and `pyvenv.cfg`. Searches have bounds, and say where they stopped.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from .._errors import StoreError
from .._os.permissions import is_open, way_to
from .._os.regular_file import read_regular
from .._os.target_root import RUNNING, TargetRoot
from .receipt import COMPONENT_VERSION, MEASURED

_DEEPEST = 6  # below a directory that is searched: ~/.local/share/pipx/venvs/NAME is that far below /home
_MOST_DIRECTORIES = 100_000
_MOST_ENVIRONMENTS = 500
_MOST_PACKAGES = 10_000  # names in one site-packages
_MOST_LIBRARIES = 5  # of one environment, such as lib/python3.13
_MOST_UNSEARCHED = 20
_CONFIGURATION = "pyvenv.cfg"
_MOST_CONFIGURATION_BYTES = 64 * 1024
# Where container engines keep the files of images and containers, which are no environments of the host.
_OF_CONTAINERS = frozenset(
    f"/var/lib/{name}" for name in ("docker", "containers", "containerd", "kubelet", "lxc", "machines")
)
_PASSED = frozenset((".git", ".hg", ".builds", "node_modules", "proc", "sys", "dev"))

_INSTALLED = re.compile(r"(pip|setuptools)-([^-]+)(?:-py[^-]*)?\.(?:dist-info|egg-info)", re.IGNORECASE)
_BUNDLED = re.compile(r"(pip)-([^-]+)-[^/]+\.whl")
_PLACES = (("site-packages", _INSTALLED), (os.path.join("ensurepip", "_bundled"), _BUNDLED))
_LONGEST_VERSION = 64  # characters

_LONGEST_COMMAND = 1000  # bytes that are read, and so characters
_SECRET = re.compile(r"pass|secret|token|credential|api.?key|auth", re.IGNORECASE)
_LOGIN = re.compile(r"(://)[^/@\s]+@")


def command_of(pid: int, proc: str = "/proc") -> str | None:
    """The command line of a process, without what looks like a secret; None once it has ended."""
    try:
        with open(os.path.join(proc, str(pid), "cmdline"), "rb") as stream:
            content = stream.read(_LONGEST_COMMAND)
    except OSError:
        return None
    words = os.fsdecode(content).rstrip("\0").split("\0")
    if len(content) == _LONGEST_COMMAND:
        words[-1] = "..."  # maybe half a login, without its @
    return " ".join(_without_secrets(words))


def _without_secrets(words: Sequence[str]) -> Iterator[str]:
    """The words, without the values of options that are named like a secret and logins in addresses."""
    is_secret = False
    for word in words:
        name = re.split("[=:]", word, maxsplit=1)[0]
        mark = word[len(name) : len(name) + 1]
        if is_secret and not word.startswith("-"):
            yield "***"
        elif mark and _SECRET.search(name):
            yield f"{name}{mark}***"
        else:
            yield _LOGIN.sub(r"\1***@", word)
        is_secret = word.startswith("-") and not mark and _SECRET.search(word) is not None


def describe_environments(
    directories: Iterable[str], pids: Iterable[int], stores: Sequence[str], system: TargetRoot = RUNNING
) -> dict[str, list[Any]]:
    """`environments` and `unsearched`, as in the RETURN of `build_info`: below the directories, and where the processes
    say that they were started from.
    """
    search = _Search(system)
    for directory in directories:
        search.below(directory)
    for pid in pids:
        search.of_process(pid)
    described = [_describe(path, stores, system) for path in sorted(search.found)]
    return {"environments": [one for one in described if one], "unsearched": search.unsearched}


class _Search:
    """The environments found, and directories not searched, as the system sees them."""

    def __init__(self, system: TargetRoot) -> None:
        self.system = system
        self.found: set[str] = set()
        self.unsearched: list[str] = []
        self._left = _MOST_DIRECTORIES

    def below(self, directory: str) -> None:
        """Search one directory, breadth first, on its own file system and without following links."""
        place = self.system.followed(directory)
        try:
            device = os.stat(place).st_dev
        except OSError:
            return  # most hosts lack some of the usual ones
        level = [(place, directory.rstrip("/"))]
        for _depth in range(_DEEPEST + 1):
            level = [below for one in level for below in self._visit(*one, device)]

    def _visit(self, place: str, path: str, device: int) -> Iterator[tuple[str, str]]:
        """The directories in one that may have environments; itself if it is one."""
        if self._left <= 0 or len(self.found) >= _MOST_ENVIRONMENTS:
            self._note(path)
            return
        self._left -= 1
        try:
            if os.stat(place).st_dev != device:
                return
            if os.path.isfile(os.path.join(place, _CONFIGURATION)):
                self.found.add(path)
                return
            with os.scandir(place) as entries:
                names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
        except OSError:
            self._note(path)
            return
        yield from (
            (os.path.join(place, name), f"{path}/{name}")
            for name in sorted({*names} - _PASSED)
            if f"{path}/{name}" not in _OF_CONTAINERS
        )

    def _note(self, path: str) -> None:
        if len(self.unsearched) < _MOST_UNSEARCHED:
            self.unsearched.append(path or "/")

    def of_process(self, pid: int) -> None:
        """The environment whose interpreter a process was started as, if it is one."""
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as stream:
                program = os.fsdecode(stream.read(os.pathconf("/", "PC_PATH_MAX")).split(b"\0", 1)[0])
        except OSError:
            return
        environment = os.path.dirname(os.path.dirname(program))
        if os.path.isabs(program) and os.path.isfile(os.path.join(environment, _CONFIGURATION)):
            self.found.add(os.path.normpath(environment))


def _describe(path: str, stores: Sequence[str], system: TargetRoot) -> dict[str, Any] | None:
    place = system.followed(path)
    try:
        content = read_regular(os.path.join(place, _CONFIGURATION), most_bytes=_MOST_CONFIGURATION_BYTES)
    except (OSError, StoreError):
        return None
    lines = (line.partition("=") for line in content.decode(errors="replace").split("\n"))
    settings = {name.strip().lower(): value.strip() for name, _equals, value in lines}
    store, entry = _build_of(os.path.join(path, "bin", "python"), settings.get("home", ""), stores, system)
    return {
        "path": path,
        "home": settings.get("home"),
        "version": settings.get("version", settings.get("version_info")),
        "store": store,
        "entry": entry,
        "owner": None if system.is_image else _only_user_of(place),
        "components": installed_in(place),
    }


def _build_of(program: str, home: str, stores: Sequence[str], system: TargetRoot) -> tuple[str | None, str | None]:
    """Store and entry of the environment's interpreter; None for another."""
    for way in (program, os.path.join(home, "python3")):
        real = system.followed(way) if system.is_image else os.path.realpath(way)
        for store in stores:
            prefix = (system.followed(store) if system.is_image else os.path.realpath(store)) + "/"
            if real.startswith(prefix):
                return store, real[len(prefix) :].split("/", 1)[0]
    return None, None


def installed_in(place: str) -> dict[str, dict[str, str]]:
    """pip, setuptools and the pip of ensurepip below a directory, by the names of files: component -> version, source.

    Where an interrupted upgrade left two, the text has both.
    """
    found: dict[str, set[str]] = {}
    for library in _libraries(place)[:_MOST_LIBRARIES]:
        for directory, pattern in _PLACES:
            for name in _names_in(os.path.join(library, directory)):
                match = pattern.fullmatch(name)
                if match:
                    version = match[2] if COMPONENT_VERSION.fullmatch(match[2]) else "0_unreadable"
                    component = match[1].lower() if directory == "site-packages" else "ensurepip-pip"
                    found.setdefault(component, set()).add(version)
    return {
        component: {"version": "_or_".join(sorted(versions))[:_LONGEST_VERSION], "source": MEASURED}
        for component, versions in sorted(found.items())
    }


def _libraries(place: str) -> list[str]:
    return [f"{place}/lib/{name}" for name in _names_in(f"{place}/lib") if name.startswith("python")]


def _names_in(directory: str) -> list[str]:
    try:
        with os.scandir(directory) as entries:
            return [entry.name for _number, entry in zip(range(_MOST_PACKAGES), entries)]
    except OSError:
        return []


def _only_user_of(place: str) -> str | None:
    """The name of an environment's user; None if others could exchange what a command in it runs."""
    import pwd

    libraries = _libraries(place)
    paths = [place, f"{place}/bin/python", *(f"{library}/site-packages" for library in libraries)]
    try:
        owner = os.stat(place).st_uid
        if len(libraries) <= _MOST_LIBRARIES and all(_is_only_of(owner, path) for path in paths):
            return pwd.getpwuid(owner).pw_name
    except (OSError, KeyError):
        pass
    return None


def _is_only_of(owner: int, path: str) -> bool:
    """Whether only the owner and root can change a file, and exchange it or a link on its way."""
    file = os.stat(path)
    return not file.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and all(
        one.st_uid in (0, owner) and not is_open(one) for one in (file, *(os.lstat(way) for way, _name in way_to(path)))
    )
