# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command that unpacks an archive for one run, under every shell here, and what its answer is taken for."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StandaloneError
from ansible_collections.standalone.python.plugins.plugin_utils._bootstrap.interpreter import (
    TemporaryInterpreter,
    Unpacking,
    checking_command,
)
from tests.support import fake_builds
from tests.support.fake_builds import FakeBuild
from tests.support.probe_runs import SHELLS, applets, is_static, program, shell_cases

TOOLS = ("cat", "chmod", "gzip", "id", "ls", "mkdir", "printf", "rm", "sh", "tar", "tr")
DIGEST_TOOLS = ("sha256sum", "openssl", "shasum")


@dataclass(frozen=True)
class PathView:
    store: Path
    build: FakeBuild

    @property
    def left(self) -> list[str]:
        staging = self.store / ".staging"
        return os.listdir(staging) if staging.exists() else []

    def unpack(
        self, shell: str = "dash", *, data: bytes | None = None, archive: Path | None = None, tools: Path | None = None
    ) -> TemporaryInterpreter:
        asset = Asset.from_dict(self.build.asset(), where="asset", error=InvalidName)
        unpacking = Unpacking(str(self.store), asset, str(archive) if archive else None)
        given = b"" if archive else self.build.archive.read_bytes() if data is None else data
        environment = {**os.environ, "PATH": str(tools)} if tools else None
        done = subprocess.run(
            [*program(shell), "-c", unpacking.command()], input=given, capture_output=True, check=False, env=environment
        )
        return unpacking.parse(done.stdout.decode(), rc=done.returncode, stderr=done.stderr.decode())


@pytest.fixture
def view(tmp_path: Path) -> PathView:
    return PathView(tmp_path / 'it\'s a "store" $x' / ".builds", fake_builds.make(tmp_path / "mirror", "20260101"))


def folder_of_tools(directory: Path, *names: str) -> Path:
    directory.mkdir()
    for name in names:
        found = shutil.which(name)
        if found is None:
            pytest.skip(f"{name} is not installed here")
        (directory / name).symlink_to(found)
    return directory


# Owner and group -> the message of a host that has no such one.
OWNERS: dict[tuple[str | None, str | None], str | None] = {
    ("root", "root"): None,
    ("0", "0"): None,
    ("4711", "4711"): None,
    ("nobody-here", None): "There is no user nobody-here on this host. Create it first, or change owner.",
    ("roo.", None): "There is no user roo. on this host. Create it first, or change owner.",
    (None, "roo."): "There is no group roo. on this host. Create it first, or change group.",
    ("-u", None): "There is no user -u on this host. Create it first, or change owner.",
    (None, "nobody-here"): "There is no group nobody-here on this host. Create it first, or change group.",
}


@pytest.mark.parametrize(
    ("shell", "given"), shell_cases(OWNERS, {("root", "root"), ("4711", "4711"), ("-u", None), (None, "roo.")})
)
def test_an_owner_is_known_before_anything_is_written(
    shell: str, view: PathView, given: tuple[str | None, str | None]
) -> None:
    (owner, group), message = given, OWNERS[given]
    asset = Asset.from_dict(view.build.asset(), where="asset", error=InvalidName)
    for command in (
        checking_command(str(view.store), owner, group),
        Unpacking(str(view.store), asset, "/nowhere", owner, group).command(),
    ):
        done = subprocess.run([*program(shell), "-c", command], capture_output=True, text=True, check=False)
        if message:
            assert f"failed={message}\n" in done.stdout
            assert not view.store.exists()
        else:
            assert "There is no" not in done.stdout


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs root and setpriv")
def test_only_root_gives_a_build_to_others(view: PathView) -> None:
    command = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "dash", "-c"]
    for owner, group, message in (
        ("root", None, "Cannot give the build to the user root: only root can. Use --become, or leave out owner."),
        (None, "root", "Cannot give the build to the group root: only root can. Use --become, or leave out group."),
        ("65534", "65534", None),
    ):
        script = checking_command("/nonexistent/.builds", owner, group)
        said = subprocess.run([*command, script], capture_output=True, text=True, check=False).stdout
        assert (f"failed={message}" in said) if message else "possible=1" in said


@pytest.mark.parametrize("shell", SHELLS)
def test_it_runs_once_and_goes(shell: str, view: PathView) -> None:
    before = os.umask(0o077)
    try:
        made = view.unpack(shell)
    finally:
        os.umask(before)
    assert Path(made.archive).read_bytes() == view.build.archive.read_bytes()
    assert [oct(directory.stat().st_mode & 0o777) for directory in (view.store.parent, view.store)] == ["0o755"] * 2
    assert oct(Path(made.program).parent.stat().st_mode & 0o777) == "0o700"
    done = subprocess.run(
        [made.program, "-c", "import sys; print(sys.stdin.read(), *sys.argv[1:]); sys.exit(3)", "a b"],
        input="from the input", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (3, "from the input a b\n")
    assert view.left == []


@pytest.mark.parametrize("shell", SHELLS)
def test_variables_for_another_python_do_not_count(
    shell: str, view: PathView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('another json')\n")
    monkeypatch.setenv("PYTHONHOME", "/nonexistent")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    made = view.unpack(shell)
    for path in ("", "/nonexistent"):
        monkeypatch.setenv("PATH", path)
        done = subprocess.run([made.program, "-c", "import json"], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert view.left == []
        monkeypatch.undo()
        made = view.unpack(shell)


def test_an_archive_that_is_there_stays_there(view: PathView) -> None:
    made = view.unpack(archive=view.build.archive)
    assert made.archive == str(view.build.archive)
    assert not (Path(made.program).parent / "archive").exists()


@pytest.mark.parametrize("tool", [*DIGEST_TOOLS, "busybox", None])
def test_what_knows_digests(tool: str | None, view: PathView, tmp_path: Path) -> None:
    tools = folder_of_tools(tmp_path / "tools", *TOOLS, *([tool, "env", "perl"] if tool else []))
    data = view.build.archive.read_bytes()
    if tool:
        with pytest.raises(StandaloneError, match=r"The archive did not arrive whole: its digest is [0-9a-f]{64}, and"):
            view.unpack(tools=tools, data=data[:-8] + bytes(8))
        assert view.left == []
    view.unpack(tools=tools)


def test_without_any_the_checksum_of_gzip_shows(view: PathView, tmp_path: Path) -> None:
    tools = folder_of_tools(tmp_path / "tools", *TOOLS)
    with pytest.raises(StandaloneError, match="The archive did not arrive whole: .*gzip"):
        view.unpack(tools=tools, data=view.build.archive.read_bytes()[:-8])
    assert view.left == []


@pytest.mark.parametrize("missing", ["tar", "gzip"])
def test_a_host_that_cannot_unpack(missing: str, view: PathView, tmp_path: Path) -> None:
    tools = folder_of_tools(tmp_path / "tools", *(tool for tool in TOOLS if tool != missing))
    with pytest.raises(StandaloneError) as error:
        view.unpack(tools=tools, data=bytes(1_000_000))  # more than a pipe holds
    assert str(error.value) == (
        f"This host has no {missing}, which unpacks the archive. Install it by the package manager. "
        "Nothing was installed."
    )


@pytest.mark.parametrize(
    ("interpreter", "words"),
    [
        (
            "#!/bin/sh\necho no such library >&2; exit 9\n",
            "does not run in .*: no such library. Put that right, or choose another path. Nothing was",
        ),
        (
            "#!/bin/sh\nexit 9\n",
            "does not run in .*: it ended with 9 and said nothing. Put that right, or choose another path. Nothing was",
        ),
    ],
)
def test_an_interpreter_that_does_not_run(interpreter: str, words: str, tmp_path: Path) -> None:
    sick = PathView(tmp_path / ".builds", fake_builds.make(tmp_path / "mirror", "20260101", interpreter=interpreter))
    with pytest.raises(StandaloneError, match=words):
        sick.unpack()
    assert sick.left == []


def test_an_archive_without_an_interpreter(tmp_path: Path) -> None:
    without = f"bin/python{fake_builds.MINOR}"
    odd = PathView(tmp_path / ".builds", fake_builds.make(tmp_path / "mirror", "20260101", without=without))
    with pytest.raises(StandaloneError, match="The archive has no python/bin/python"):
        odd.unpack()
    assert odd.left == []


def test_a_store_that_others_may_write_to(view: PathView) -> None:
    view.store.mkdir(parents=True)
    view.store.chmod(0o777)
    with pytest.raises(StandaloneError, match="may be written to by others"):
        view.unpack()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_store_of_another_user(view: PathView) -> None:
    (view.store / ".staging").mkdir(parents=True)
    os.chown(view.store / ".staging", 12345, -1)
    with pytest.raises(StandaloneError, match=r"belongs to another user \(number 12345\)"):
        view.unpack()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
@pytest.mark.parametrize("shell", SHELLS)
def test_a_store_below_what_another_user_can_exchange(shell: str, view: PathView, tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    os.chown(tmp_path / "theirs", 12345, -1)
    (tmp_path / "link").symlink_to("theirs")
    (tmp_path / "ours").mkdir()
    (tmp_path / "theirs" / "back").symlink_to(tmp_path / "ours")
    (tmp_path / "far").symlink_to("link/./../theirs/back")
    for directory in ("theirs", "link", "far"):
        elsewhere = PathView(tmp_path / directory / "python" / ".builds", view.build)
        with pytest.raises(StandaloneError, match=r"theirs belongs to another user \(number 12345\), so another user"):
            elsewhere.unpack(shell)
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o1777)
    with pytest.raises(StandaloneError, match="open may be written to by everybody"):
        PathView(tmp_path / "open" / "python" / ".builds", view.build).unpack(shell)
    (tmp_path / "open" / "python").mkdir()
    assert PathView(tmp_path / "open" / "python" / ".builds", view.build).unpack(shell)


def test_a_staging_that_leads_elsewhere(view: PathView, tmp_path: Path) -> None:
    view.store.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (view.store / ".staging").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StandaloneError, match="is a link or a file where a directory of the store belongs"):
        view.unpack()
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_store_that_cannot_be_made(view: PathView, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        StandaloneError,
        match=r"Cannot make the directory .*: Not a directory\. Put that right, or choose another path\. ",
    ):
        PathView(tmp_path / "file" / ".builds", view.build).unpack()


def test_in_a_root_of_nothing_but_busybox_and_musl(tmp_path: Path) -> None:
    """The tools are busybox's; the interpreter is a program of the shell, since no CPython for musl is at hand."""
    busybox = program("busybox")[0]
    if os.geteuid() != 0 or not is_static(busybox):
        pytest.skip("this wants root, and a busybox that is static")
    root = tmp_path / "root"
    for directory in ("bin", "dev", "opt"):
        (root / directory).mkdir(parents=True)
    shutil.copy2(busybox, root / "bin" / "busybox")
    for applet in applets(busybox):
        (root / "bin" / applet).symlink_to("busybox")
    build = fake_builds.make(tmp_path / "mirror", "20260101", interpreter="#!/bin/sh\n")
    asset = Asset.from_dict(build.asset(), where="asset", error=InvalidName)
    chroot = [shutil.which("chroot", path="/usr/sbin:/sbin:/usr/bin") or "chroot", str(root), "/bin/sh", "-c"]
    unpacking = Unpacking("/opt/.builds", asset)
    done = subprocess.run(
        [*chroot, unpacking.command()], input=build.archive.read_bytes(), capture_output=True,
        env={"PATH": "/bin"}, check=False,
    )  # fmt: skip
    made = unpacking.parse(done.stdout.decode(), rc=done.returncode, stderr=done.stderr.decode())
    assert (root / made.archive[1:]).read_bytes() == build.archive.read_bytes()
    assert subprocess.run([*chroot, made.program], env={"PATH": "/bin"}, check=False).returncode == 0
    assert list((root / "opt" / ".builds" / ".staging").iterdir()) == []


def answer(line: str) -> str:
    return f"standalone-python-bootstrap 1\r\n{line}\r\nstandalone-python-bootstrap end\r\n"


@pytest.mark.parametrize(
    ("stdout", "rc", "stderr", "message"),
    [
        ("", 255, "", "ended with 255 and printed nothing."),
        ("motd\n", 1, "sh: broken", "ended with 1 and printed 'sh: broken motd'."),
        (answer("failed=There is no room."), 1, "", "There is no room. Nothing was installed."),
        (answer("failed=There is no room.").replace("end", "and"), 1, "", "ended with 1 and printed 'standalone-py"),
    ],
)
def test_answers_that_are_none(stdout: str, rc: int, stderr: str, message: str, unpacking: Unpacking) -> None:
    with pytest.raises(StandaloneError) as error:
        unpacking.parse(stdout, rc=rc, stderr=stderr)
    assert message in str(error.value)


@pytest.fixture
def unpacking(tmp_path: Path) -> Unpacking:
    asset = Asset.from_dict(fake_builds.make(tmp_path / "mirror", "20260101").asset(), where="asset", error=InvalidName)
    return Unpacking("/opt/.builds", asset, token="0f0f")


def test_noise_around_the_answer(unpacking: Unpacking) -> None:
    directory = "/opt/.builds/.staging/bootstrap-0f0f-12"
    stdout = f"Welcome\r\n{answer(f'runs={directory}/run-once')}Bye\r\n"
    assert unpacking.parse(stdout, rc=0, stderr="") == TemporaryInterpreter(
        f"{directory}/run-once", f"{directory}/archive"
    )


@pytest.mark.parametrize(
    "program",
    [
        "/tmp/evil",
        "/opt/.builds/.staging/bootstrap-0f0f-12/run-once --evil",
        "/opt/.builds/.staging/bootstrap-ffff-12/run-once",
        "/opt/.builds/.staging/bootstrap-0f0f-{{ 7 * 7 }}/run-once",
        "/opt/.builds/.staging/bootstrap-0f0f-12/../../../../tmp/run-once",
        "/opt/.builds/.staging/bootstrap-0f0f-12\x0b/run-once",
    ],
)
def test_a_program_that_the_command_cannot_have_made_is_not_run(program: str, unpacking: Unpacking) -> None:
    with pytest.raises(StandaloneError, match="Cannot unpack the archive: .* ended with 0 and printed"):
        unpacking.parse(answer(f"runs={program}"), rc=0, stderr="")
