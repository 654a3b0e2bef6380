# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What probe.sh reports of paths in every state, under every shell of this machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._json import rendered
from tests.support import probe_runs
from tests.support.probe_runs import RECEIPT, SHELLS, age, ask, install, make_build, program, shell_cases
from tests.support.small_disks import MountRefused, small_disk

each_shell = pytest.mark.parametrize("shell", SHELLS)


def absent(path: Path) -> dict[str, Any]:
    return {"path_kind": "absent", "link_target": None, "target_exists": False, "entry": None, "receipts": {}}


def installed(path: Path) -> dict[str, Any]:
    install(path)
    return {
        "path_kind": "link",
        "link_target": ".builds/a",
        "target_exists": True,
        "entry": "a",
        "receipts": {"a": RECEIPT},
        "newer": None,
        "roots": {},
        "has_roots": True,
        "running": {},
    }


def linked_by_other_words(path: Path) -> dict[str, Any]:
    make_build(path.parent / ".builds", "a")
    (path.parent / "detour").symlink_to(path.parent / ".builds")
    path.symlink_to("detour/a")
    return {"entry": "a", "link_target": "detour/a", "receipts": {"a": RECEIPT}}


def without_receipt(path: Path) -> dict[str, Any]:
    install(path)
    (path / ".build.json").unlink()
    return {"entry": "a", "receipts": {}, "newer": None}


def with_broken_receipt(path: Path) -> dict[str, Any]:
    install(path)
    (path / ".build.json").write_text('{"format": 1,\n')
    return {"entry": "a", "receipts": {"a": None}}


def with_a_receipt_that_ends_without_line_end(path: Path) -> dict[str, Any]:
    install(path)
    content = {"back\\slash": "é = %s"}
    (path / ".build.json").write_text(rendered(content).rstrip())
    return {"receipts": {"a": content}}


def foreign_directory(path: Path) -> dict[str, Any]:
    (path / "bin").mkdir(parents=True)
    return {"path_kind": "directory", "entry": None, "receipts": {}, "newer": None}


def file(path: Path) -> dict[str, Any]:
    path.write_text("")
    return {"path_kind": "file", "entry": None}


def named_pipe(path: Path) -> dict[str, Any]:
    os.mkfifo(path)
    return {"path_kind": "other", "entry": None}


def dangling_link(path: Path) -> dict[str, Any]:
    path.symlink_to(".builds/gone")
    return {"path_kind": "link", "link_target": ".builds/gone", "target_exists": False, "entry": None}


def link_to_elsewhere(path: Path) -> dict[str, Any]:
    install(path)
    path.unlink()
    path.symlink_to("/usr")
    return {"path_kind": "link", "link_target": "/usr", "target_exists": True, "entry": None, "newer": None}


def link_into_staging(path: Path) -> dict[str, Any]:
    (path.parent / ".builds" / ".staging" / "build-1").mkdir(parents=True)
    path.symlink_to(".builds/.staging/build-1")
    return {"entry": None, "target_exists": True}


def link_to_the_store(path: Path) -> dict[str, Any]:
    (path.parent / ".builds").mkdir()
    path.symlink_to(".builds")
    return {"entry": None, "target_exists": True, "receipts": {}}


def link_into_a_build(path: Path) -> dict[str, Any]:
    install(path)
    path.unlink()
    path.symlink_to(".builds/a/bin")
    return {"entry": None, "target_exists": True, "newer": None}


def link_whose_text_forges_a_fact(path: Path) -> dict[str, Any]:
    path.symlink_to("gone\nentry=a")
    return {"link_target": "gone", "entry": None}


def beside_other_builds(path: Path) -> dict[str, Any]:
    install(path)
    make_build(path.parent / ".builds", "b*c d")
    make_build(path.parent / ".builds", "unfinished", receipt=None)
    (path.parent / ".builds" / ".roots").mkdir()
    (path.parent / ".builds" / ".roots" / "%2Fx y").write_text(rendered({"path": "…", "keep": 2}))
    (path.parent / ".builds" / ".roots" / "%2Fz").write_text("{")
    receipts = {"a": RECEIPT, "b*c d": RECEIPT}
    return {"receipts": receipts, "roots": {"%2Fx y": {"path": "…", "keep": 2}, "%2Fz": None}}


def with_special_files(path: Path) -> dict[str, Any]:
    """None is opened: a pipe would never end."""
    store = path.parent / ".builds"
    install(path)
    for entry in ("b", "c", "d"):
        make_build(store, entry, receipt=None)
    (store / ".roots").mkdir()
    for folder, name in ((store / "b", ".build.json"), (store / ".roots", "%2Fb")):
        os.mkfifo(folder / name)
    for folder, name in ((store / "c", ".build.json"), (store / ".roots", "%2Fc")):
        (folder / name).mkdir()
    for folder, name in ((store / "d", ".build.json"), (store / ".roots", "%2Fd")):
        (folder / name).symlink_to(store / "a" / ".build.json")
    nothing = dict.fromkeys(("b", "c", "d"))
    return {"receipts": {"a": RECEIPT, **nothing}, "roots": {f"%2F{name}": None for name in nothing}}


def with_a_pipe_for_its_own_receipt(path: Path) -> dict[str, Any]:
    install(path)
    (path / ".build.json").unlink()
    os.mkfifo(path.resolve() / ".build.json")
    return {"entry": "a", "receipts": {"a": None}}


def with_a_broken_seal(path: Path) -> dict[str, Any]:
    install(path)
    (path / ".build.json").write_text(json.dumps({**RECEIPT, "seal": "0" * 64}))
    return {"receipts": {"a": None}}


def with_a_file_for_its_roots(path: Path) -> dict[str, Any]:
    install(path)
    (path.parent / ".builds" / ".roots").touch()
    return {"roots": {}, "has_roots": False}


def with_a_link_for_its_roots(path: Path) -> dict[str, Any]:
    install(path)
    (path.parent / ".builds" / ".roots").symlink_to("/etc/skel")
    return {"has_roots": False}


def with_a_build_that_is_half_removed(path: Path) -> dict[str, Any]:
    install(path)
    (make_build(path.parent / ".builds", "b", receipt=None) / ".build.gone").touch()
    return {"receipts": {"a": RECEIPT}, "has_litter": True}


def directory_unpacked_by_hand(path: Path) -> dict[str, Any]:
    (path / "bin").mkdir(parents=True)
    for name in ("python3.13", "python3.13t", "python3", "pip3.13"):
        (path / "bin" / name).touch()
    return {"path_kind": "directory", "programs": ("python3", "python3.13", "python3.13t")}


def directory_of_something_else(path: Path) -> dict[str, Any]:
    (path / "bin").mkdir(parents=True)
    return {"path_kind": "directory", "programs": ("python[0-9]*",)}


def with_work_in_staging(path: Path) -> dict[str, Any]:
    install(path)
    (path.parent / ".builds" / ".staging" / "removed-1-2").mkdir(parents=True)
    return {"has_litter": True}


def with_a_new_link_in_staging(path: Path) -> dict[str, Any]:
    install(path)
    (path.parent / ".builds" / ".staging").mkdir()
    (path.parent / ".builds" / ".staging" / ".3.13.new-link").symlink_to("gone")
    return {"has_litter": True}


def with_a_download_to_take_up(path: Path) -> dict[str, Any]:
    install(path)
    (path.parent / ".builds" / ".staging").mkdir()
    (path.parent / ".builds" / ".staging" / "0f.part").touch()
    return {"has_litter": False}


def without_a_build_in_the_store(path: Path) -> dict[str, Any]:
    (path.parent / ".builds" / ".roots").mkdir(parents=True)
    (path.parent / ".builds" / ".lock").touch()
    return {"has_litter": True}


def with_another_paths_history_in_the_store(path: Path) -> dict[str, Any]:
    without_a_build_in_the_store(path)
    (path.parent / ".builds" / ".roots" / "%2Fother").touch()
    return {"has_litter": False}


STATES = (
    absent,
    installed,
    linked_by_other_words,
    without_receipt,
    with_broken_receipt,
    with_special_files,
    with_a_pipe_for_its_own_receipt,
    with_a_broken_seal,
    with_a_file_for_its_roots,
    with_a_link_for_its_roots,
    with_a_build_that_is_half_removed,
    with_a_receipt_that_ends_without_line_end,
    foreign_directory,
    file,
    named_pipe,
    dangling_link,
    link_to_elsewhere,
    link_into_staging,
    link_to_the_store,
    link_into_a_build,
    link_whose_text_forges_a_fact,
    beside_other_builds,
    directory_unpacked_by_hand,
    directory_of_something_else,
    with_work_in_staging,
    with_a_new_link_in_staging,
    with_a_download_to_take_up,
    without_a_build_in_the_store,
    with_another_paths_history_in_the_store,
)


# Between them they reach each line of the script that any state reaches.
ONE_FOR_EACH_BRANCH = {
    absent,
    installed,
    with_special_files,
    foreign_directory,
    file,
    dangling_link,
    link_to_elsewhere,
    link_whose_text_forges_a_fact,
    directory_unpacked_by_hand,
    with_work_in_staging,
    without_a_build_in_the_store,
}


@pytest.mark.parametrize(
    ("shell", "arrange"), shell_cases(STATES, ONE_FOR_EACH_BRANCH), ids=lambda value: getattr(value, "__name__", value)
)
def test_state_of_a_path(tmp_path: Path, shell: str, arrange: Callable[[Path], dict[str, Any]]) -> None:
    path = tmp_path / "3.13"
    expected = arrange(path)
    probe = ask(path, tmp_path / ".builds", shell=shell)
    assert {name: getattr(probe, name) for name in expected} == expected


SETTLED = (installed, with_a_receipt_that_ends_without_line_end)


@pytest.mark.parametrize(
    ("shell", "arrange"),
    shell_cases((*SETTLED, absent, without_receipt, foreign_directory, file, dangling_link), (installed, absent)),
    ids=lambda value: getattr(value, "__name__", value),
)
def test_only_of_a_path_with_a_build_an_answer_can_be_partial(
    tmp_path: Path, shell: str, arrange: Callable[[Path], dict[str, Any]]
) -> None:
    path = tmp_path / "3.13"
    arrange(path)
    whole, asked = (ask(path, tmp_path / ".builds", shell=shell, complete=complete) for complete in (True, False))
    assert (whole.is_partial, asked.is_partial) == (False, arrange in SETTLED)
    if arrange in SETTLED:
        assert (asked.link_target, asked.free_bytes, asked.zstandard, asked.distribution) == (None, None, (), None)
        whole = replace(
            whole, link_target=None, free_bytes=None, zstandard=(), distribution=None, is_fips=False, is_partial=True
        )
    without_rest = [
        replace(probe.platform, os_version=None, cpu_level=None) for probe in (whole, asked) if probe.platform
    ]
    assert without_rest[0] == without_rest[1]
    assert replace(whole, platform=None, free_bytes=0) == replace(asked, platform=None, free_bytes=0)


@pytest.mark.parametrize(
    ("cpu_level", "other_build", "is_asked"),
    [("baseline", "b", False), ("auto", "b", True), ("baseline", "3.13-x86_64_v3-unknown-linux-gnu", True)],
)
@each_shell
def test_without_a_change_the_processor_is_asked_where_a_level_matters(
    tmp_path: Path, shell: str, cpu_level: str, other_build: str, is_asked: bool
) -> None:
    path, store = tmp_path / "3.13", tmp_path / ".builds"
    install(path)
    make_build(store, other_build)
    whole = ask(path, store, shell=shell).platform
    asked = ask(path, store, shell=shell, complete=False, cpu_level=cpu_level).platform
    assert whole is not None
    assert asked is not None
    assert asked.cpu_level == (whole.cpu_level if is_asked else None)


@each_shell
def test_a_place_inside_a_build_is_reported(tmp_path: Path, shell: str) -> None:
    install(tmp_path / "3.13")
    (tmp_path / "3.13" / ".build.manifest").touch()
    (tmp_path / ".build.json").touch()  # somebody else's
    inside, beside = tmp_path / "3.13" / "lib", tmp_path / "3.14"
    probe = ask(inside / "app" / "3.12", inside / ".builds", shell=shell)
    assert probe.nearest_to_path.in_build == probe.nearest_to_store.in_build == str(tmp_path / ".builds" / "a")
    assert ask(beside, tmp_path / ".builds", shell=shell).nearest_to_path.in_build is None


def test_a_path_of_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with a `secure_path` of sudo that does not exist: the system's own directories count nevertheless."""
    usual = ask(tmp_path / "3.13", tmp_path / ".builds", shell="/bin/sh")
    monkeypatch.setenv("PATH", "/nonexistent")
    assert ask(tmp_path / "3.13", tmp_path / ".builds", shell="/bin/sh").platform == usual.platform


@each_shell
def test_a_place_inside_another_store_is_reported(tmp_path: Path, shell: str) -> None:
    install(tmp_path / "3.13")
    store = tmp_path / ".builds"
    (store / ".roots").mkdir(exist_ok=True)
    (store / "deeper").mkdir()
    for place in (store, store / "deeper" / "below"):
        probe = ask(place / "3.12", place / ".builds", shell=shell)
        assert probe.nearest_to_path.in_build == probe.nearest_to_store.in_build == str(store)
    own = ask(tmp_path / "3.14", store, shell=shell)
    assert (own.nearest_to_path.in_build, own.nearest_to_store.in_build) == (None, None)


@each_shell
def test_the_first_answer_of_a_host_has_no_malformed_line(tmp_path: Path, shell: str) -> None:
    """Each would be reported to the operator."""
    answer = ask(tmp_path / "3.13", tmp_path / "builds", shell=shell).answer
    assert answer is not None
    assert answer.malformed == []


@each_shell
def test_a_file_system_without_a_size(tmp_path: Path, shell: str) -> None:
    """For /proc, df prints a dash where the percentage of others is."""
    probe = ask(tmp_path / "3.13", Path("/proc/store"), shell=shell)
    assert probe.answer is not None
    assert (probe.free_bytes or 0, probe.answer.malformed) == (0, [])  # busybox says 0 %


@each_shell
def test_what_cannot_be_looked_at_is_hidden(tmp_path: Path, shell: str) -> None:
    """Links in a circle hide what is below even from root; others may not search a directory."""
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "file").touch()
    probe = ask(tmp_path / "circle" / "3.13", tmp_path / ".builds", shell=shell)
    assert (probe.nearest_to_path.hides, probe.nearest_to_store.hides) == ("Too many levels of symbolic links", None)
    assert ask(tmp_path / "file" / "3.13", tmp_path / "file" / ".builds", shell=shell).nearest_to_path.hides is None


def file_changed(build: Path) -> None:
    age(build / "lib" / "os.py")


def file_added(build: Path) -> None:
    (build / "lib" / "new.py").write_text("")
    age(build / "lib" / "new.py", build / "lib")


def file_deleted(build: Path) -> None:
    (build / "lib" / "os.py").unlink()
    age(build / "lib")


def deleted_at_the_top(build: Path) -> None:
    shutil.rmtree(build / "lib")
    age(build)


def link_changed(build: Path) -> None:
    (build / "bin" / "python").unlink()
    (build / "bin" / "python").symlink_to("./python3")
    age(build / "bin" / "python")


def interpreter_link_dangles(build: Path) -> None:
    (build / "bin" / "python3").rename(build / "bin" / "python4")


def opened_to_a_group(build: Path) -> None:
    build.chmod(0o775)  # which is also how an access control list shows


NEWER: dict[Callable[[Path], None], set[str]] = {
    file_changed: {"lib/os.py"},
    file_added: {"lib", "lib/new.py"},
    file_deleted: {"lib"},
    deleted_at_the_top: {"."},
    opened_to_a_group: {"."},
    link_changed: {"bin", "bin/python"},
    interpreter_link_dangles: {"bin/python"},
}


@pytest.mark.parametrize(
    ("shell", "change"),
    shell_cases(NEWER, (file_changed, interpreter_link_dangles)),
    ids=lambda value: getattr(value, "__name__", value),
)
def test_what_is_newer_than_the_receipt(tmp_path: Path, shell: str, change: Callable[[Path], None], tools: str) -> None:
    change(install(tmp_path / "3.13"))
    assert ask(tmp_path / "3.13", tmp_path / ".builds", shell=shell).newer in NEWER[change]


def bytecode_added(build: Path) -> None:
    (build / "lib" / "json" / "__pycache__" / "more.pyc").write_bytes(b"\0")
    age(build / "lib" / "json" / "__pycache__" / "more.pyc", build / "lib" / "json" / "__pycache__")


def published(build: Path) -> None:
    build.rename(build.with_name("b"))
    build.with_name("b").rename(build)


def receipt_touched(build: Path) -> None:
    (build / ".build.json").chmod(0o640)


@pytest.mark.parametrize(
    ("shell", "change"),
    shell_cases((bytecode_added, published, receipt_touched), (published,)),
    ids=lambda value: getattr(value, "__name__", value),
)
def test_what_does_not_count_as_newer(tmp_path: Path, shell: str, change: Callable[[Path], None], tools: str) -> None:
    change(install(tmp_path / "3.13"))
    assert ask(tmp_path / "3.13", tmp_path / ".builds", shell=shell).newer is None


@pytest.mark.parametrize("change", ["mode", "content with its old time", "link"])
def test_changes_that_only_the_ctime_shows(tmp_path: Path, change: str) -> None:
    build = install(tmp_path / "3.13")
    file = build / "lib" / "os.py"
    before = file.stat()
    if change == "mode":
        file.chmod(0o600)
    elif change == "link":
        link, directory = build / "lib" / "sh.py", file.parent.stat()
        link.symlink_to("/bin/sh")
        os.utime(link, (0, 0), follow_symlinks=False)
        os.utime(file.parent, ns=(directory.st_atime_ns, directory.st_mtime_ns))
    else:
        file.write_text("other")
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert ask(tmp_path / "3.13", tmp_path / ".builds").newer == ("lib" if change == "link" else "lib/os.py")


def test_a_link_in_place_of_a_directory_of_the_build(tmp_path: Path) -> None:
    build = install(tmp_path / "3.13")
    before = build.stat()
    (build / "lib").rename(tmp_path / "lib")
    (build / "lib").symlink_to(tmp_path / "lib")
    os.utime(build / "lib", (0, 0), follow_symlinks=False)
    os.utime(build, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert ask(tmp_path / "3.13", tmp_path / ".builds").newer == "lib"


@pytest.mark.parametrize("verify", ["none", "full"])
def test_nothing_is_searched_unless_asked(tmp_path: Path, verify: str) -> None:
    file_changed(install(tmp_path / "3.13"))
    assert ask(tmp_path / "3.13", tmp_path / ".builds", verify=verify).newer is None


@pytest.fixture(scope="module")
def busyboxs_tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of busybox's tools, and of the other shells."""
    busybox = program("busybox")[0]
    directory = tmp_path_factory.mktemp("busybox")
    for applet in ("busybox", *probe_runs.applets(busybox)):
        (directory / applet).symlink_to(busybox)
    for shell in {shell.split()[0] for shell in SHELLS} - {"busybox"}:
        found = shutil.which(shell)
        if found:
            (directory / shell).symlink_to(found)
    return directory


@pytest.fixture(params=["the tools of this machine", "busybox's tools"])
def tools(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """PATH has the machine's own tools, or busybox's and the shells alone."""
    if request.param != "the tools of this machine":
        monkeypatch.setenv("PATH", str(request.getfixturevalue("busyboxs_tools")))
    return str(request.param)


@pytest.mark.parametrize(("shell", "option"), shell_cases(("noexec", "ro"), ("ro",)))
def test_the_mount_of_a_first_installation(tmp_path: Path, shell: str, option: str) -> None:
    try:
        with small_disk(tmp_path / "disk", 1_000_000) as disk:
            subprocess.run(["mount", "-o", f"remount,{option}", disk.directory], check=True)
            probe = ask(disk.directory / "opt" / "3.13", disk.directory / "opt" / ".builds", shell=shell)
    except MountRefused as refusal:
        pytest.skip(str(refusal))
    for place in (probe.nearest_to_path, probe.nearest_to_store):
        assert place.is_writable == (option != "ro")
        assert place.mount
        assert (place.mount.type, place.mount.point) == ("tmpfs", str(tmp_path / "disk"))
        assert option in place.mount.options
    assert probe.user_id == os.geteuid()


@each_shell
def test_the_mount_is_not_asked_for_where_a_build_is(tmp_path: Path, shell: str) -> None:
    path = tmp_path / "opt" / "3.13"
    path.parent.mkdir()
    install(path)
    probe = ask(path, path.parent / ".builds", shell=shell)
    assert (probe.nearest_to_path.mount, probe.nearest_to_store.mount, probe.user_id) == (None, None, None)
