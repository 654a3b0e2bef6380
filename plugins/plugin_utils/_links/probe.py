# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The single shell command that reports a host's links, alternatives and profiles. `probe.sh` describes it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._links.alternatives import LINKS_DIRECTORY
from ansible_collections.standalone.python.plugins.module_utils._os.target_root import in_circles, missing, not_another

from .._probe.answer import Answer, once, printed, repeated
from .._probe.shell import WAY, probe_of
from .alternatives import RECORD_DIRECTORIES, Group

_SCRIPT = Path(__file__).with_name("probe.sh")

_NAME = "standalone-python-links"
_KEYS = {
    "root_is_there": once("1"),
    "root_is_running": once("1"),
    "in_circles": repeated("/.*"),
    "link": repeated("(?P<path>/.*?/[^/]+?) -> (?P<target>.+)"),
    "occupied": repeated("/.*"),
    "group": repeated("[^/]+"),
    "group_line": repeated(".*"),
    "owned": repeated("(?P<name>[^/ ]+) (?P<file>(?:/.*?)??/(?P=name)) (?P<package>.+)"),
    "has": repeated("/.*"),
    "root": repeated("[^/]+"),
    "directory": repeated("/.*"),
    "venv": repeated("/.*"),
    "venv_runs": repeated("/.*"),
    "venv_library": repeated("(?P<venv>/.*)/lib/(?P<name>[^/]+)"),
    "foreign": repeated("/.*"),
    "user": once("[0-9]+"),
    "way_to": repeated("/.*"),
    "way": repeated("(?P<mode>[-a-zA-Z]{10})(?P<mark>[^ ]?) (?P<user>[0-9]+) (?P<group>[0-9]+) (?P<path>/.*)"),
    "certificates_in_pki": once("1"),
    "certificates": once("/.*"),
    "terminals": once("1"),
    "python_apt": repeated("1"),
    "systemd": once("1"),
    "tool": repeated("[^/]+"),
    "file": repeated("(?P<mode>[-a-zA-Z]{10})[^ ]? (?P<path>/.*)"),
    "file_line": repeated(".*"),
}


class Question(NamedTuple):
    """The paths and names to look at.

    `root` is that of another system, which contains all the other paths; empty for the running one.
    `names` are file names of links, `owner_names` those that package managers are asked about, which takes time.
    `files` are patterns of files to read. `guarded` are environments whose writers matter, each followed by the
    interpreter that fills it.
    """

    link_dir: str
    man_dir: str
    paths: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    directories: tuple[str, ...] = ()
    venvs: tuple[str, ...] = ()
    guarded: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    records: tuple[str, ...] = RECORD_DIRECTORIES
    chosen_dir: str = LINKS_DIRECTORY
    owner_names: tuple[str, ...] = ()
    root: str = ""

    def command(self) -> str:
        """The command for the host's `/bin/sh`, on one line. Raises `InvalidName` for a path that no line can hold."""
        values = {
            **{name: "\n".join(_checked(name, getattr(self, name))) for name in _LISTS},
            "link_dir": self.link_dir,
            "man_dir": self.man_dir,
            "chosen_dir": self.chosen_dir,
        }
        return probe_of(WAY, _SCRIPT, values=values, root=self.root)


_LISTS = ("paths", "names", "files", "directories", "venvs", "guarded", "stores", "records", "owner_names")


class File(NamedTuple):
    """A file on the host; `mode` as `ls` prints it, such as `-rw-r--r--`. The content ends with a newline."""

    mode: str
    content: str


class Owner(NamedTuple):
    """A package, and its file that a link would replace or shadow."""

    file: str
    package: str


@dataclass(frozen=True)
class LinksState:
    """The state of a host's links, alternatives and profiles.

    `links` maps paths of symbolic links to their text; `occupied` are paths of wanted links with something else there.
    `has` are the programs and manual pages at the builds' paths. `owners` maps names of wanted links to owners.
    `roots` are the names of the history files in `.roots` of all requested stores. `venvs` maps the existing
    environments to the names of their library directories; `running_venvs` have an interpreter that runs. `untrusted`
    maps environments to the reason why root must not work in them. `foreign` are paths of builds where something else
    exists. `certificates` is where certificates are on a host that has none where builds look, else None; releases that
    also look in /etc/pki find them there with `certificates_in_pki`.
    """

    links: Mapping[str, str] = field(default_factory=dict)
    occupied: frozenset[str] = frozenset()
    groups: Mapping[str, Group] = field(default_factory=dict)
    owners: Mapping[str, Owner] = field(default_factory=dict)
    has: frozenset[str] = frozenset()
    roots: frozenset[str] = frozenset()
    directories: frozenset[str] = frozenset()
    files: Mapping[str, File] = field(default_factory=dict)
    venvs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    running_venvs: frozenset[str] = frozenset()
    untrusted: Mapping[str, str] = field(default_factory=dict)
    foreign: frozenset[str] = frozenset()
    certificates: str | None = None
    certificates_in_pki: bool = False
    terminals: bool = True
    tools: frozenset[str] = frozenset()
    systemd: bool = False
    python_apt: bool = False
    answer: Answer | None = field(default=None, compare=False, repr=False)


def parse(stdout: str, *, rc: int = 0, stderr: str = "", root: str = "") -> LinksState:
    """Parse the command's output. `rc` is its exit status.

    Raises `StandaloneError` with the host's output when the answer is incomplete, `StoreError` when `root` does not
    exist or its links form a loop.
    """
    answer = Answer.parse(stdout, _NAME, _KEYS)
    if answer is None:
        raise StandaloneError(
            f"Cannot look at the links of the host: /bin/sh ended with {rc} and printed "
            f"{printed(stdout, stderr)}. Check that this user can run shell commands there."
        )
    facts = answer.facts
    _require_root(facts, root)
    return LinksState(
        links={link["path"]: link["target"] for link in answer.parts("link")},
        occupied=frozenset(facts.get("occupied", ())),
        groups=_groups(answer),
        owners={owned["name"]: Owner(owned["file"], owned["package"]) for owned in answer.parts("owned")},
        has=frozenset(facts.get("has", ())),
        roots=frozenset(facts.get("root", ())),
        directories=frozenset(facts.get("directory", ())),
        files=_files(answer),
        venvs=_venvs(answer),
        running_venvs=frozenset(facts.get("venv_runs", ())),
        untrusted=_untrusted(answer),
        foreign=frozenset(facts.get("foreign", ())),
        certificates=facts.get("certificates", [None])[0],
        certificates_in_pki="certificates_in_pki" in facts,
        terminals="terminals" in facts,
        tools=frozenset(facts.get("tool", ())),
        systemd="systemd" in facts,
        python_apt="python_apt" in facts,
        answer=answer,
    )


def _checked(name: str, values: Iterable[str]) -> Iterable[str]:
    for value in values:
        if not value.isprintable():
            raise InvalidName(f"{value!r} cannot be used in {name}: leave out line ends and control characters.")
    return values


def _require_root(facts: Mapping[str, list[str]], root: str) -> None:
    """Raise `StoreError` for a root that does not exist, is the running system or has links that form a loop."""
    if root and "root_is_there" not in facts:
        raise missing(root)
    if "root_is_running" in facts:
        raise not_another(root)
    if "in_circles" in facts:
        raise in_circles(facts["in_circles"][0], root)


def _venvs(answer: Answer) -> dict[str, frozenset[str]]:
    """The environments with the names of their library directories."""
    found: dict[str, set[str]] = {venv: set() for venv in answer.facts.get("venv", ())}
    for library in answer.parts("venv_library"):
        if library["venv"] in found:
            found[library["venv"]].add(library["name"])
    return {venv: frozenset(names) for venv, names in found.items()}


def _groups(answer: Answer) -> dict[str, Group]:
    groups = ((name, Group.parse(name, lines)) for name, lines in answer.sections("group", "group_line"))
    return {name: group for name, group in groups if group}


def _untrusted(answer: Answer) -> dict[str, str]:
    """Why root must not work in environments; empty when another user runs the task, who has no privilege to lose."""
    if answer.facts.get("user") != ["0"]:
        return {}
    reasons = ((venv, _who_may_change(lines)) for venv, lines in answer.sections("way_to", "way"))
    return {venv: reason for venv, reason in reasons if reason}


def _who_may_change(way: list[str]) -> str | None:
    """The first file or directory on a way that a user other than root may change, and who; None without one."""
    files = [_KEYS["way"].parts(line) for line in way]
    paths = sorted(file["path"] for file in files)
    for file in files:
        mode, path = file["mode"], file["path"]
        if file["user"] != "0":
            return f"{path} belongs to another user (number {file['user']})"
        # In a directory such as /tmp no user can replace another's file, but any user can create a missing one.
        is_safe = mode[9] in "tT" and _has_below(path, paths)
        if _is_writable_by_others(**file) and not is_safe:
            return f"{path} may be written to by others ({mode}{file['mark'].strip('.')})"
    return None


def _has_below(path: str, paths: Sequence[str]) -> bool:
    """Whether one of the sorted paths is below a path."""
    position = bisect_left(paths, f"{path}/")
    return position < len(paths) and paths[position].startswith(f"{path}/")


def _is_writable_by_others(mode: str, mark: str, group: str, **_rest: str) -> bool:
    """Whether the mode says so. With an access control list (+), what it says of the group holds for users, too."""
    return mode[0] != "l" and (mode[8] == "w" or (mode[5] == "w" and (group != "0" or mark == "+")))


def _files(answer: Answer) -> dict[str, File]:
    files = {}
    for header, lines in answer.sections("file", "file_line"):
        parts = _KEYS["file"].parts(header)
        files[parts["path"]] = File(parts["mode"], "".join(f"{line}\n" for line in lines))
    return files
