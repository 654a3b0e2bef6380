# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What probe.sh reports of a system in a directory, whose absolute links point elsewhere on this machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.plugin_utils._links.alternatives import Alternative, Group
from ansible_collections.standalone.python.plugins.plugin_utils._links.probe import (
    File,
    LinksState,
    Owner,
    Question,
    parse,
)
from tests.support.probe_runs import SHELLS, program, run, tools_on_path

BUILD = "/opt/python/3.13"
EXECUTABLE = f"{BUILD}/bin/python3.13"
NAMES = ("python3.13", "pip3.13", "python3")
UPDATE_ALTERNATIVES = "#!/bin/sh\necho '  --root <directory>       change the filesystem root directory.'\n"
# What this machine could be mistaken for the image by.
TOOLS = {"dpkg-query": "#!/bin/sh\necho 'of-the-host: x'\n", "rpm": "#!/bin/sh\nexit 1\n"}


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """Debian with /usr/local and /opt on another disk, a build, its alternatives, and a python3 of the system."""
    for directory in (
        "data/opt/python/.builds/x/bin",
        "data/opt/python/.builds/.roots",
        "data/local/bin",
        "etc/ssl/certs",
        "var/lib/dpkg/alternatives",
        "var/lib/dpkg/info",
        "usr/bin",
        "etc/alternatives",
        "usr/share/ca",
        "etc/systemd/system/a.service.d",
        "etc/profile.d",
    ):
        (tmp_path / directory).mkdir(parents=True)
    for link, target in {
        "opt": "/data/opt",
        "usr/local": "/data/local",
        "data/opt/python/3.13": ".builds/x",
        "data/local/bin/python3.13": "/etc/alternatives/python3.13",
        "etc/alternatives/python3.13": EXECUTABLE,
        "usr/bin/python3": "python3.11",
        "bin": "usr/bin",
        "etc/ssl/certs/0a0b0c0d.0": "/usr/share/ca/one.crt",
    }.items():
        (tmp_path / link).symlink_to(target)
    for file, text in {
        "data/opt/python/.builds/x/bin/python3.13": "",
        "data/opt/python/.builds/.roots/a%2Fb": "",
        "data/local/bin/pip3.13": "",
        "usr/bin/python3.11": "",
        "usr/bin/apt-get": "",
        "usr/share/ca/one.crt": "",
        "var/lib/dpkg/alternatives/python3.13": f"auto\n/usr/local/bin/python3.13\n\n{EXECUTABLE}\n100\n\n",
        "var/lib/dpkg/info/python3-minimal.list": "/.\n/usr/bin/python3\n",
        "var/lib/dpkg/info/another.list": "/usr/bin/python3-config\n",
        "etc/systemd/system/a.service.d/x.conf": "a\n",
        "etc/profile.d/x.sh": "b\n",
    }.items():
        (tmp_path / file).write_text(text)
        (tmp_path / file).chmod(0o644)
    return tmp_path


def question(image: Path) -> Question:
    return Question(
        link_dir="/usr/local/bin",
        man_dir="/usr/local/share/man/man1",
        paths=(BUILD,),
        names=NAMES,
        files=("/etc/profile.d/x.sh", "/etc/systemd/system/*.d/x.conf", "/etc/nowhere"),
        directories=("/usr/local/bin", "/usr/local/share/man/man1", "/etc/profile.d"),
        stores=("/opt/python/.builds",),
        owner_names=NAMES,
        root=str(image),
    )


def ask(image: Path, tools: Path, shell: str = "dash", **more_tools: str) -> LinksState:
    with tools_on_path(tools, {**TOOLS, **more_tools}):
        done = run([*program(shell), "-c", question(image).command()])
    assert done.stderr == ""
    return parse(done.stdout, rc=done.returncode, root=str(image))


@pytest.mark.parametrize("shell", SHELLS)
def test_all_has_the_paths_of_the_image(image: Path, tmp_path_factory: pytest.TempPathFactory, shell: str) -> None:
    alternatives = {"update-alternatives": UPDATE_ALTERNATIVES}
    assert ask(image, tmp_path_factory.mktemp("host") / "tools", shell, **alternatives) == LinksState(
        links={
            "/usr/local/bin/python3.13": "/etc/alternatives/python3.13",
            "/etc/alternatives/python3.13": EXECUTABLE,
        },
        occupied=frozenset({"/usr/local/bin/pip3.13"}),
        groups={"python3.13": Group("python3.13", "/usr/local/bin/python3.13", (Alternative(EXECUTABLE, 100),))},
        owners={"python3": Owner("/usr/bin/python3", "python3-minimal")},
        has=frozenset({EXECUTABLE}),
        roots=frozenset({"a%2Fb"}),
        directories=frozenset({"/usr/local/bin", "/etc/profile.d"}),
        files={
            "/etc/profile.d/x.sh": File("-rw-r--r--", "b\n"),
            "/etc/systemd/system/a.service.d/x.conf": File("-rw-r--r--", "a\n"),
        },
        terminals=False,
        tools=frozenset({"apt-get", "update-alternatives"}),
    )


@pytest.mark.parametrize(
    "said", ["#!/bin/sh\nexit 1\n", "#!/bin/sh\necho 'usage: alternatives --install <link> <name> <path> <priority>'\n"]
)
def test_alternatives_need_a_program_that_knows_a_root(
    image: Path, tmp_path_factory: pytest.TempPathFactory, said: str
) -> None:
    state = ask(image, tmp_path_factory.mktemp("host") / "tools", **{"update-alternatives": said})
    assert state.tools == {"apt-get"}


def test_a_root_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="but there is no such directory on this host"):
        ask(tmp_path / "image", tmp_path / "tools")


def test_links_that_go_in_circles(image: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (image / "etc" / "profile.d" / "x.sh").unlink()
    (image / "etc" / "profile.d").rmdir()
    (image / "etc" / "profile.d").symlink_to("/etc/profile.d")
    with pytest.raises(StoreError) as error:
        ask(image, tmp_path_factory.mktemp("host") / "tools")
    assert str(error.value) == (f"The links on the way to /etc/profile.d in {image} go in circles. Remove one of them.")


@pytest.mark.parametrize("shell", SHELLS)
def test_what_is_no_file_of_the_image_is_not_read(
    image: Path, tmp_path_factory: pytest.TempPathFactory, shell: str
) -> None:
    secret = tmp_path_factory.mktemp("host") / "secret"
    secret.write_text(f"auto\n/usr/local/bin/pip3.13\n\n{EXECUTABLE}\n1\n\n")
    records = image / "var/lib/dpkg/alternatives"
    for link in (records / "pip3.13", records / "another", image / "etc/profile.d/link.sh"):
        link.symlink_to(secret)
    for pipe in (records / "python3", records / "a", image / "var/lib/dpkg/info/a.list", image / "etc/profile.d/y.sh"):
        os.mkfifo(pipe)
    state = ask(image, tmp_path_factory.mktemp("host") / "tools", shell)
    assert set(state.groups) == {"python3.13"}
    assert state.owners == {"python3": Owner("/usr/bin/python3", "python3-minimal")}
    assert "/etc/profile.d/link.sh" not in state.files


def test_the_running_system_by_another_name(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/")
    with pytest.raises(StoreError, match="it is the root directory of the running system, by another name"):
        ask(tmp_path / "link", tmp_path / "tools")
