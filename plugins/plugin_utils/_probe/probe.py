# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe: the single shell command that reports on a path and on the host's platform. `probe.sh` describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._json import parsed, unsealed
from ansible_collections.standalone.python.plugins.module_utils._platform.host import HostPlatform

from .answer import Answer, once, printed, repeated
from .platform import Facts, first, host_platform, image_platform
from .shell import probe_of

_SCRIPT = Path(__file__).with_name("probe.sh")

PathKind = Literal["absent", "link", "directory", "file", "other"]

_NAME = "standalone-python-probe"
_NEAREST = ("nearest_to_path", "nearest_to_store")
_IS_MISSING = ("No such file or directory", "Not a directory")
_KEYS = {
    "kind": once("absent|link|directory|file|other"),
    "programs": once(".*"),
    "link_target": once(".*"),
    "target_exists": once("1"),
    "entry": once("[^/]+"),
    "newer": once(".+"),
    "store_entry": repeated("[^/]+"),
    "store_receipt": repeated(".*"),
    "root_file": repeated("[^/]+"),
    "root_json": repeated(".*"),
    "roots_damaged": once("1"),
    "running": repeated("(?P<pid>[1-9][0-9]{0,9}) (?P<entry>[^/.][^/]*)"),
    "litter": repeated(".+"),
    "free_kib": once("[0-9]{0,18}"),
    "in_circles": repeated("/.*"),
    "root_is_there": once("1"),
    "root_is_running": once("1"),
    "system": once(".*"),
    "elf": once("(?: *[0-9a-f]{2})* *"),
    "libc": repeated("/[^ ]* .*"),
    "cpu_flags": once(".*"),
    "os_VERSION_ID": repeated(".*"),
    "os_ID": repeated(".*"),
    "translated": once(".*"),
    "zstandard": repeated("/.+"),
    "fips": once("[01]?"),
    "partial": once("1"),
    **{key: once("/.*") for key in _NEAREST},
    **{f"{key}_{fact}": once("1") for key in _NEAREST for fact in ("is_directory", "is_writable")},
    **{f"{key}_in_build": once("/.*") for key in _NEAREST},
    **{f"{key}_mount": once("[^ ]+ [^ ]+ /.*") for key in _NEAREST},
    "user_id": once("[0-9]{1,10}"),
    **{f"{key}_missing": once(".*") for key in _NEAREST},
}


class Mount(NamedTuple):
    """A mounted file system; str() is the subject of a clause."""

    type: str
    options: frozenset[str]
    point: str

    def __str__(self) -> str:
        return f"the file system {self.point} ({self.type})"


class NearestExisting(NamedTuple):
    """What exists of a wanted path: the file itself, else its nearest ancestor. `is_writable` by this user.

    `in_build` is the build, or the store that is not the task's, which contains it, else None. `mount` is its file
    system, None when unknown: it is asked for a first installation, and where this user may not write. `hides` is the
    system's reason why it cannot say whether the next part of the wanted path exists, else None.
    """

    path: str
    is_directory: bool
    is_writable: bool
    in_build: str | None = None
    mount: Mount | None = None
    hides: str | None = None


@dataclass(frozen=True)
class Probe:
    """The state of a path and a store, and the host's platform.

    `path_kind` is the kind of file at the path; `link_target` is the link's text, and `target_exists` whether its
    target exists. `entry` is the build in the store that the link points to, None when it points elsewhere. `receipts`
    are those of the complete builds in the store, by entry; None for one that is not JSON or whose seal is broken.
    `newer` is the first file of the build, relative to it, that is newer than the receipt or missing; None when there
    is none or it was not requested. Newer is suspicious, not yet drift.
    `nearest_to_path` is a directory above the path, and `nearest_to_store` the store or a directory above it.
    `roots` are the history files in `.roots` of the store by name; None for one that is not JSON or whose seal is
    broken. `has_roots` is false when `.roots` is not a directory.
    `running` maps each build to the numbers of its processes, which are searched only when a build may be removed.
    `has_litter` is whether an interrupted run left something in the store that this user could remove: work in staging
    other than a resumable download, or an empty store.
    `zstandard` are the paths of what the host has that reads it: the program zstd, the C library, and Python modules.
    With `root` in the command, paths and platform are those of the system in it; `has_root` is whether it exists,
    `root_is_running` whether it is the running system by another name, `platform` is None when its shell does not show
    the platform, and `in_circles` is a directory whose links form a loop.
    `distribution` is a Linux system's ID in os-release, such as debian; `is_fips` whether the system is in FIPS mode.
    `answer` is what all this was read from. `user_id` is the number of the user of the connection, None if not asked.
    `programs` are the names in `bin` of a directory at the path that look like an interpreter's.
    `is_partial` is whether what only a change needs was not asked: `link_target`, `free_bytes`, `zstandard`, `is_fips`
    and `distribution`, and mostly the platform's `cpu_level`.
    """

    path_kind: PathKind
    link_target: str | None
    target_exists: bool
    entry: str | None
    receipts: Mapping[str, Mapping[str, Any] | None]
    newer: str | None
    nearest_to_path: NearestExisting
    nearest_to_store: NearestExisting
    roots: Mapping[str, Mapping[str, Any] | None]
    running: Mapping[str, tuple[int, ...]]
    has_litter: bool
    free_bytes: int | None
    zstandard: tuple[str, ...]
    platform: HostPlatform | None
    has_root: bool = False
    root_is_running: bool = False
    in_circles: str | None = None
    distribution: str | None = None
    has_roots: bool = True
    answer: Answer | None = field(default=None, compare=False, repr=False)
    programs: tuple[str, ...] = ()
    user_id: int | None = None
    is_fips: bool = False
    is_partial: bool = False


def build_command(
    path: str,
    store: str,
    *,
    verify: str,
    will_remove: bool = False,
    root: str = "",
    complete: bool = True,
    cpu_level: str = "baseline",
) -> str:
    """The command for the host's `/bin/sh`, on one line that any login shell passes on unchanged.

    `path` and `store` are absolute. Only with `verify="quick"` the build is searched for files newer than its receipt.
    With `will_remove` every build may be removed, so the processes of a single one are searched as well. `root` is that
    of another system, which contains `path` and `store`. Unless `complete`, the answer for a path that is a link to a
    build leaves out what only a change needs, and the level of the processor where `cpu_level`, the option, is baseline
    and all builds of the store are. Raises `InvalidName` for a path that no command line can hold.
    """
    for what, value in (("path", path), ("store", store), ("root", root or "/")):
        if not value.startswith("/") or any(character in value for character in "\0\n\r"):
            raise InvalidName(f"The {what} {value!r} cannot be used: give an absolute path without line ends in it.")
    values = {
        "path": path,
        "store": store,
        "check_newer": "1" if verify == "quick" else "0",
        "builds_kept": "0" if will_remove else "1",
        "omit": "" if complete else "2" if cpu_level == "baseline" else "1",
    }
    return probe_of(_SCRIPT, values=values, root=root)


build_command("/", "/", verify="quick")  # reads the scripts, which each process that Ansible forks would do again


def parse(stdout: str, *, rc: int = 0, stderr: str = "") -> Probe:
    """Parse the command's output, whatever login scripts print around it. `rc` is its exit status.

    Raises `StandaloneError` with the host's output when the answer is incomplete.
    """
    answer = Answer.parse(stdout, _NAME, _KEYS)
    if answer is None or not answer.facts.keys() >= {"kind", *_NEAREST}:
        raise StandaloneError(
            f"Cannot probe the host: /bin/sh ended with {rc} and printed {printed(stdout, stderr)}. "
            "Check that this user can run shell commands there, with `ansible.builtin.raw`."
        )
    facts = answer.facts
    free_kib = first(facts, "free_kib")
    has_root = "root_is_there" in facts
    return Probe(
        path_kind=cast(PathKind, first(facts, "kind")),
        link_target=first(facts, "link_target") or None,
        target_exists="target_exists" in facts,
        entry=first(facts, "entry") or None,
        receipts=_contents(answer, "store_entry", "store_receipt"),
        newer=first(facts, "newer") or None,
        nearest_to_path=_nearest(facts, "nearest_to_path"),
        nearest_to_store=_nearest(facts, "nearest_to_store"),
        roots=_contents(answer, "root_file", "root_json"),
        running=_running(answer),
        has_litter="litter" in facts,
        free_bytes=int(free_kib) * 1024 if free_kib else None,
        zstandard=tuple(facts.get("zstandard", ())),
        platform=image_platform(facts) if has_root else host_platform(facts),
        has_root=has_root,
        root_is_running="root_is_running" in facts,
        in_circles=first(facts, "in_circles") or None,
        has_roots="roots_damaged" not in facts,
        distribution=first(facts, "os_ID").strip("\"'") or None,
        answer=answer,
        programs=tuple(first(facts, "programs").split()),
        user_id=int(first(facts, "user_id")) if "user_id" in facts else None,
        is_fips=first(facts, "fips") == "1" and not has_root,
        is_partial="partial" in facts,
    )


def _nearest(facts: Facts, key: str) -> NearestExisting:
    kind, options, point = (first(facts, f"{key}_mount") or "  ").split(" ", 2)
    mount = Mount(kind, frozenset(options.split(",")), point) if point else None
    return NearestExisting(
        path=first(facts, key),
        is_directory=f"{key}_is_directory" in facts,
        # Busybox asks for the mode only.
        is_writable=f"{key}_is_writable" in facts and not (mount and "ro" in mount.options),
        in_build=next(iter(facts.get(f"{key}_in_build", ())), None),
        mount=mount,
        hides=_why_hidden(first(facts, f"{key}_missing")),
    )


def _why_hidden(complaint: str) -> str | None:
    """The reason in what ls said about a file that seems to be missing; None if it is, or if there is no ls."""
    reason = complaint.rpartition(": ")[2]
    return reason if complaint.startswith("ls: ") and reason not in _IS_MISSING else None


def _contents(answer: Answer, header: str, line: str) -> dict[str, Mapping[str, Any] | None]:
    """The JSON that follows each name; None for a name without exactly one."""
    found: dict[str, Mapping[str, Any] | None] = {}
    for name, texts in answer.sections(header, line):
        found[name] = _json_object(texts[0]) if len(texts) == 1 and name not in found else None
    return found


def _running(answer: Answer) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for process in answer.parts("running"):
        found.setdefault(process["entry"], []).append(int(process["pid"]))
    return {entry: tuple(sorted(pids)) for entry, pids in found.items()}


def _json_object(text: str) -> Mapping[str, Any] | None:
    try:
        content = unsealed(parsed(text), "")
    except StandaloneError:
        return None
    return content if isinstance(content, dict) else None
