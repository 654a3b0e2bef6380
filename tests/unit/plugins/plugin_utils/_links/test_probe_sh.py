# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What probe.sh reports of a host, under every shell of this machine, and what is made of its answer."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StandaloneError
from ansible_collections.standalone.python.plugins.plugin_utils._links.alternatives import Alternative, Group
from ansible_collections.standalone.python.plugins.plugin_utils._links.probe import (
    File,
    LinksState,
    Owner,
    Question,
    parse,
)
from tests.support.probe_runs import LOGIN_SHELLS, SHELLS, command_in, program, quoted, run, tools_on_path

each_shell = pytest.mark.parametrize("shell", SHELLS)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A host's directories: a build with two programs and a page, and nothing that points to it."""
    for directory in ("bin", "man", "records", "chosen", "opt/3.13/bin", "opt/3.13/share/man/man1"):
        (tmp_path / directory).mkdir(parents=True)
    for file in ("bin/python3.13", "bin/pip3.13", "share/man/man1/python3.13.1"):
        (tmp_path / "opt/3.13" / file).touch(mode=0o755)
    return tmp_path


def question(root: Path, **options: Any) -> Question:
    question = Question(
        link_dir=f"{root}/bin",
        man_dir=f"{root}/man",
        paths=(f"{root}/opt/3.13",),
        names=("python3.13", "pip3.13", "python3"),
        records=(f"{root}/nowhere", f"{root}/records"),
        chosen_dir=f"{root}/chosen",
    )
    return question._replace(**options)


def ask(asked: Question, shell: str = "dash") -> LinksState:
    """Asks as a user of this machine whose /bin/sh is `shell`; the probe must not complain about anything."""
    done = run([*program(shell), "-c", asked.command()])
    assert done.stderr == ""
    return parse(done.stdout, rc=done.returncode)


@each_shell
def test_links_are_reported_that_are_wanted_or_point_to_a_build(root: Path, shell: str) -> None:
    links = {
        "bin/pip3.13": f"{root}/opt/3.13/bin/pip3.13",
        "bin/python3": "python3.11",
        "bin/httpie": f"{root}/opt/3.13/bin/httpie",
        "man/python3.12.1": f"{root}/opt/3.13/share/man/man1/python3.12.1",
        "chosen/python3.13": "/usr/bin/python3.13",
    }
    others = {"bin/perl": "/usr/bin/perl", "bin/other": f"{root}/opt/3.13t/bin/python", "chosen/vi": "/usr/bin/vim"}
    for link, target in (links | others).items():
        (root / link).symlink_to(target)
    (root / "bin" / "python3.13").mkdir()
    state = ask(question(root), shell)
    assert state.links == {f"{root}/{link}": target for link, target in links.items()}
    assert state.occupied == {f"{root}/bin/python3.13"}


@each_shell
def test_no_name_of_a_file_is_mistaken_for_a_wanted_link(root: Path, shell: str) -> None:
    build = f"{root}/opt/3.13/bin/pip3.13"
    (root / "bin" / "python3").symlink_to("python3.11")
    (root / "bin" / "my pip3.13").symlink_to(build)
    (root / "bin" / "my python3").symlink_to(build)
    (root / "bin" / "pip3.13 -> python3.9").symlink_to(build)
    (root / "bin" / "python3 -> x").symlink_to(build)
    (root / "bin" / "x\nl 1 python3 -> y\nl 1 pip3.13 -> y\nlink=").symlink_to(build)
    (root / "bin" / "python3.13").symlink_to("a -> b")
    state = ask(question(root), shell)
    assert state.links == {f"{root}/bin/python3": "python3.11", f"{root}/bin/python3.13": "a -> b"}


@each_shell
def test_no_link_has_another_file_read(root: Path, shell: str) -> None:
    (root / "secret").write_text("s3cret\n")
    (root / "env").mkdir()
    (root / "env" / "pyvenv.cfg").symlink_to(root / "secret")
    (root / "env" / "other.cfg").write_text("home = /usr/bin\n")
    files = (f"{root}/env/other.cfg", f"{root}/env/pyvenv.cfg", f"{root}/env/*.cfg")
    state = ask(question(root, venvs=(f"{root}/env",), files=files), shell)
    assert {path: file.content for path, file in state.files.items()} == {files[0]: "home = /usr/bin\n"}
    assert state.answer.malformed == []


@each_shell
def test_groups_are_reported_that_are_wanted_or_point_to_a_build(root: Path, shell: str) -> None:
    executable = f"{root}/opt/3.13/bin/python3.13"
    for name, path in {"python3.12": executable, "python3.13": "/x/python3.13", "vi": "/usr/bin/vim"}.items():
        (root / "records" / name).write_text(f"auto\n/bin/{name}\n\n{path}\n-5\n\n")
    assert ask(question(root), shell).groups == {
        "python3.12": Group("python3.12", "/bin/python3.12", (Alternative(executable, -5),)),
        "python3.13": Group("python3.13", "/bin/python3.13", (Alternative("/x/python3.13", -5),)),
    }


@each_shell
def test_builds_and_environments_are_reported(root: Path, shell: str) -> None:
    (root / "opt/.builds/.roots").mkdir(parents=True)
    (root / "opt/.builds/.roots/a%2Fb").touch()
    (root / "opt/env/lib/python3.13").mkdir(parents=True)
    (root / "opt/env/bin").mkdir()
    (root / "opt/env/bin/python").symlink_to(f"{root}/opt/3.13/bin/python3.13")
    (root / "opt/broken").mkdir()
    (root / "opt/3.13/libexec").mkdir()
    (root / "opt/3.13/libexec/python3.13").touch()
    asked = question(
        root,
        stores=(f"{root}/opt/.builds", f"{root}/nowhere"),
        venvs=(f"{root}/opt/env", f"{root}/opt/broken", f"{root}/nowhere"),
        directories=(f"{root}/bin", f"{root}/nowhere"),
    )
    state = ask(asked, shell)
    build = f"{root}/opt/3.13"
    files = ("bin/python3.13", "bin/pip3.13", "libexec/python3.13", "share/man/man1/python3.13.1")
    assert state.has == {f"{build}/{file}" for file in files}
    assert state.roots == {"a%2Fb"}
    assert state.directories == {f"{root}/bin"}
    assert state.running_venvs == {f"{root}/opt/env"}
    assert state.venvs[f"{root}/opt/env"] == {"python3.13"}
    assert set(state.venvs) == {f"{root}/opt/env", f"{root}/opt/broken"}


@each_shell
def test_files_are_reported_with_mode_and_content(root: Path, shell: str) -> None:
    texts = {
        "a.sh": 'case x in *) ;; esac\n\n  PATH="$PATH:/b\\\\n" # it\'s = so\n',
        "u1.d/x": "no line end",
        "u2.d/x": "",
        "u2.d/y": "another",
    }
    for name, text in texts.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    (root / "u1.d/x").chmod(0o600)
    (root / "a.sh").chmod(0o644)
    (root / "u2.d/x").chmod(0o644)
    asked = question(root, files=(f"{root}/a.sh", f"{root}/*.d/x", f"{root}/nowhere"))
    assert ask(asked, shell).files == {
        f"{root}/a.sh": File("-rw-r--r--", texts["a.sh"]),
        f"{root}/u1.d/x": File("-rw-------", "no line end\n"),
        f"{root}/u2.d/x": File("-rw-r--r--", ""),
    }


DPKG = """#!/bin/sh
case $2 in
    */late/python3 | */bin/idle3.13) echo "diversion by a from: $2"; echo "minimal, other: $2" ;;
    *) exit 1 ;;
esac
"""
RPM = """#!/bin/sh
case $4 in
    */real/pip3.13) echo python3-pip ;;
    *) echo "file $4 is not owned by any package"; exit 1 ;;
esac
"""


def owners(root: Path, shell: str, tools: dict[str, str]) -> dict[str, Owner]:
    """Those below `root` with these package managers, when the links' directory is in the middle of the PATH."""
    for directory in ("early", "late", "real"):
        (root / directory).mkdir()
    for file in ("early/python3.13", "late/python3", "late/pydoc3.13", "bin/idle3.13", "real/pip3.13"):
        (root / file).touch()
    (root / "late" / "pip3.13").symlink_to(f"{root}/real/pip3.13")
    names = ("python3.13", "python3", "pip3.13", "pydoc3.13", "idle3.13", "python")
    with tools_on_path(root / "tools", tools), pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{root}/tools:{root}/early:{root}/bin:{root}/late:{os.environ['PATH']}")
        said = ask(question(root, names=names, owner_names=names), shell)
    return {name: owner for name, owner in said.owners.items() if owner.file.startswith(str(root))}


@each_shell
def test_owners_are_reported_of_what_would_be_hidden_or_replaced(root: Path, shell: str) -> None:
    assert owners(root, shell, {"dpkg-query": DPKG}) == {
        "python3": Owner(f"{root}/late/python3", "minimal, other"),
        "idle3.13": Owner(f"{root}/bin/idle3.13", "minimal, other"),
    }


@pytest.mark.parametrize("shell", [shell for shell in SHELLS if shell != "busybox sh"])  # which has its own rpm
def test_the_owner_of_what_a_link_points_to_counts(root: Path, shell: str) -> None:
    assert owners(root, shell, {"rpm": RPM, "dpkg-query": "#!/bin/sh\nexit 1\n"}) == {
        "pip3.13": Owner(f"{root}/late/pip3.13", "python3-pip")
    }


@pytest.mark.parametrize("shell", LOGIN_SHELLS)
def test_every_login_shell_passes_the_command_on(root: Path, shell: str) -> None:
    (root / "a'b!.conf").write_text("text\n")
    asked = question(root, files=(f"{root}/a'b!.conf",))
    done = run([*program(shell), "-c", quoted(asked.command(), rounds=2)])
    assert parse(done.stdout).files == {f"{root}/a'b!.conf": File("-rw-r--r--", "text\n")}


def test_words_around_the_answer_do_not_matter(root: Path) -> None:
    answer = run(["/bin/sh", "-c", question(root).command()]).stdout.replace("\n", "\r\n")
    assert parse(f"Last login: today\n{answer}Bye.\n") == ask(question(root))


def test_no_answer_is_said_in_the_hosts_words() -> None:
    with pytest.raises(StandaloneError) as error:
        parse("", rc=127, stderr="sh: ls: not found\n")
    assert str(error.value) == (
        "Cannot look at the links of the host: /bin/sh ended with 127 and printed 'sh: ls: not found'. "
        "Check that this user can run shell commands there."
    )


def test_what_no_line_can_carry_is_refused(root: Path) -> None:
    with pytest.raises(InvalidName) as error:
        question(root, files=("/etc/a\nb",)).command()
    assert str(error.value) == ("'/etc/a\\nb' cannot be used in files: leave out line ends and control characters.")


@each_shell
def test_nothing_instead_of_a_record_stops_the_probe(root: Path, shell: str) -> None:
    os.mkfifo(root / "records" / "vi")
    os.mkfifo(root / "records" / "pip3.13")
    (root / "records" / "python3").symlink_to("python3")
    (root / "records" / "other").symlink_to(root / "secret")
    executable = f"{root}/opt/3.13/bin/python3.13"
    (root / "secret").write_text(f"s3cret\n\n{executable}\n")
    begin = f"auto\n/bin/python3.13\n\n{executable}\n1\n/x/\x1b[31m\n2\n".encode()
    (root / "records" / "python3.13").write_bytes(begin + b"standalone-python-links end\r\nx\n" * 100_000)
    state = ask(question(root), shell)
    assert "s3cret" not in str(state.answer)
    assert state.groups == {}  # it goes on with what is no priority
    assert 1000 < len(state.answer.facts["group_line"]) < 5000


@each_shell
def test_a_file_without_end_is_read_as_far_as_it_can_be_ours(root: Path, shell: str) -> None:
    (root / "env").mkdir()
    with open(root / "env" / "pyvenv.cfg", "wb") as stream:
        stream.truncate(1 << 40)
    os.mkfifo(root / "env" / "other.cfg")
    files = (f"{root}/env/pyvenv.cfg", f"{root}/env/other.cfg")
    found = ask(question(root, files=files), shell).files
    assert set(found) == {files[0]}
    assert len(found[files[0]].content) < 1 << 20  # busybox's sed makes lines of it


@each_shell
def test_what_is_at_a_path_and_is_none_of_ours_is_reported(root: Path, shell: str) -> None:
    (root / "opt/.builds/entry/bin").mkdir(parents=True)
    (root / "opt/3.12").symlink_to(".builds/entry")
    (root / "opt/3.11").symlink_to(root / "man")
    (root / "opt/3.10").symlink_to("nowhere")
    paths = tuple(f"{root}/opt/{name}" for name in ("3.13", "3.12", "3.11", "3.10", "3.9"))
    asked = question(root, paths=paths, stores=(f"{root}/opt/.builds",))
    assert ask(asked, shell).foreign == {f"{root}/opt/3.13", f"{root}/opt/3.11"}


@each_shell
def test_who_may_change_what_is_on_the_way_to_an_environment_is_reported(root: Path, shell: str) -> None:
    (root / "real/env/lib/python3.13/site-packages").mkdir(parents=True)
    (root / "real/env/lib").chmod(0o775)
    (root / "app").symlink_to("x/../real")
    (root / "x").mkdir()
    (root / "circle").symlink_to("circle")
    executable = f"{root}/opt/3.13/bin/python3.13"
    state = ask(question(root, guarded=(f"{root}/app/env", executable, f"{root}/circle/env", f"{root}/no")), shell)
    said: dict[str, set[str]] = {}
    for venv, lines in state.answer.sections("way_to", "way"):
        said.setdefault(venv, set()).update(lines)
    ids = f"{os.getuid()} {os.getgid()}"
    assert state.answer.facts["user"] == [str(os.getuid())]
    assert {
        f"drwxrwxr-x {ids} {root}/real/env/lib",
        f"drwxr-xr-x {ids} {root}/real/env/lib/python3.13/site-packages",
        f"lrwxrwxrwx {ids} {root}/app",
        f"-rwxr-xr-x {ids} {executable}",
    } < said[f"{root}/app/env"]
    assert {line.split()[-1] for line in said[f"{root}/circle/env"]} >= {"/", str(root), f"{root}/circle"}


ROOTS = "drwxr-xr-x 0 0 /"
WAYS: dict[str, tuple[list[str], str | None]] = {
    "root's alone": ([ROOTS, "drwxr-xr-x 0 0 /srv", "lrwxrwxrwx 0 0 /srv/env"], None),
    "a user's": ([ROOTS, "drwxr-xr-x 1000 0 /srv"], "/srv belongs to another user (number 1000)"),
    "a user's link": ([ROOTS, "lrwxrwxrwx 1000 0 /srv/env"], "/srv/env belongs to another user (number 1000)"),
    "a group's": ([ROOTS, "drwxrwsr-x. 0 50 /srv"], "/srv may be written to by others (drwxrwsr-x)"),
    "root's group's": ([ROOTS, "drwxrwxr-x. 0 0 /srv"], None),
    "a user's by an access list": (
        [ROOTS, "drwxrwxr-x+ 0 0 /srv"],
        "/srv may be written to by others (drwxrwxr-x+)",
    ),
    "nobody's by an access list": ([ROOTS, "drwxr-xr-x+ 0 0 /srv"], None),
    "everybody's": ([ROOTS, "drwxr-xrwx 0 0 /srv", ROOTS + "srv/env"], "/srv may be written to by others (drwxr-xrwx)"),
    "in /tmp": ([ROOTS, "drwxrwxrwt 0 0 /tmp", "drwxr-xr-x 0 0 /tmp/env"], None),
    "very many": (["drwxr-xr-t 0 0 /tmp"] * 200_000, None),  # judged at once
    "in /tmp, but not yet": ([ROOTS, "drwxrwxrwt 0 0 /tmp"], "/tmp may be written to by others (drwxrwxrwt)"),
}


@pytest.mark.parametrize("case", WAYS)
def test_an_environment_is_untrusted_that_others_may_change(case: str) -> None:
    way, reason = WAYS[case]
    lines = ["way_to=/e", *(f"way={line}" for line in way), "way_to=/e", f"way={ROOTS}"]
    for user, untrusted in (("0", {"/e": reason} if reason else {}), ("1000", {})):
        text = "\n".join(["standalone-python-links 1", f"user={user}", *lines, "standalone-python-links end", ""])
        assert parse(text).untrusted == untrusted


def test_any_number_of_environments_is_read_at_once() -> None:
    lines = (f"venv=/{number}\nvenv_library=/{number}/lib/python3.13" for number in range(100_000))
    state = parse("\n".join(["standalone-python-links 1", *lines, "standalone-python-links end"]))
    assert len(state.venvs) == 100_000
    assert state.venvs["/7"] == {"python3.13"}


@pytest.mark.parametrize("directory", ["bin", "sbin", "usr/sbin", "usr/local/sbin"])
def test_programs_of_root_are_found_whatever_the_path(tmp_path: Path, directory: str) -> None:
    tools = {f"{directory}/update-alternatives": "#!/bin/sh\n", f"{directory}/dnf": "#!/bin/sh\n"}
    done = command_in(tmp_path / "root", tools, Question("/usr/local/bin", "/usr/local/man").command())
    assert parse(done.stdout, rc=done.returncode, stderr=done.stderr).tools >= {"update-alternatives", "dnf"}
