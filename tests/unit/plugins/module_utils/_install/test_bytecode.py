# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compiles with the Python that runs the tests, reached through a script as a staged build's own interpreter."""

from __future__ import annotations

import importlib.util
import marshal
import os
import stat
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import NoReturn

import pytest

from ansible_collections.standalone.python.plugins.module_utils._install import bytecode
from tests.support.receipts import fill

PREFIX = "/opt/my pythön/3.13"
INTERPRETER = f'exec "{os.path.realpath(sys.executable)}" "$@"\n'
GOOD = {
    "lib/a.py": "def who():\n    return __file__\n",
    "lib/json/__init__.py": "",
    "lib/with space.py": "X = 1\n",
    "lib/naïve.py": "X = 'é'\n",
    "top.py": "X = 1\n",
}
BROKEN = {
    "lib/bad_syntax.py": "print 'old'\n",
    "lib/bad_encoding.py": "# coding: no-such-encoding\n",
    "lib/null.py": "X = '\0'\n",
    "lib/deep.py": f"X = {'(' * 5000}{')' * 5000}\n",
    "lib/deep_sum.py": f"X = {'-' * 100_000}1\n",
}


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    return make_stage(tmp_path / "stage")


def make_stage(directory: Path, start: str = INTERPRETER) -> Path:
    return fill(directory, {"bin/python3": "#!/bin/sh\n" + start, **GOOD})


def compile_all(stage: Path, sources: dict[str, str] | None = None) -> None:
    sources = GOOD if sources is None else sources
    bytecode.make_directories(str(stage), sources)
    bytecode.compile_all(str(stage), "bin/python3", PREFIX, list(sources))


def cached(stage: Path, source: str | Path) -> Path:
    return Path(importlib.util.cache_from_source(str(stage / source), optimization=""))


def code_of(file: Path) -> CodeType:
    code = marshal.loads(file.read_bytes()[16:])
    assert isinstance(code, CodeType)
    return code


def compiled(stage: Path) -> list[str]:
    """The sources that have bytecode."""
    return sorted(str(path.relative_to(stage)) for path in stage.rglob("*.py") if cached(stage, path).exists())


def test_every_source_is_compiled_for_its_final_place(stage: Path) -> None:
    compile_all(stage)
    assert compiled(stage) == sorted(GOOD)
    for source in GOOD:
        code = code_of(cached(stage, source))
        assert code.co_filename == f"{PREFIX}/{source}"
    inner = next(const for const in code_of(cached(stage, "lib/a.py")).co_consts if isinstance(const, CodeType))
    assert inner.co_filename == f"{PREFIX}/lib/a.py"


def test_it_is_checked_by_the_time_and_size_of_its_source(stage: Path) -> None:
    os.utime(stage / "lib/a.py", (1704067200, 1704067200))
    compile_all(stage)
    magic, flags, mtime, size = struct.unpack("<4sIII", cached(stage, "lib/a.py").read_bytes()[:16])
    assert (magic, flags) == (importlib.util.MAGIC_NUMBER, 0)
    assert (mtime, size) == (1704067200, len(GOOD["lib/a.py"]))


def load(stage: Path) -> None:
    """Imports each source as Python does, but fails where that would compile it."""

    def refuse(loader: SourceFileLoader, *_arguments: object, **_options: object) -> NoReturn:
        raise AssertionError(f"{loader.path} has no valid bytecode")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SourceFileLoader, "source_to_code", refuse)
        for source in GOOD:
            SourceFileLoader("x", str(stage / source)).get_code("x")


def test_later_runs_use_it_and_leave_it(stage: Path) -> None:
    compile_all(stage)
    before = {item: item.lstat().st_mtime_ns for item in sorted(stage.rglob("*"))}
    load(stage)
    subprocess.run([stage / "bin/python3", "-c", "import a, json"], env={"PYTHONPATH": str(stage / "lib")}, check=True)
    assert {item: item.lstat().st_mtime_ns for item in sorted(stage.rglob("*"))} == before


@pytest.fixture
def public() -> Iterator[Path]:
    """A directory that every user may enter, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        yield Path(directory)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_another_user_finds_it_valid(public: Path) -> None:
    stage = make_stage(public / "stage")
    compile_all(stage)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setgid(65534)
            os.setuid(65534)
            load(stage)
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0


def test_anyone_may_read_it(stage: Path) -> None:
    compile_all(stage)
    directories = list(stage.rglob("__pycache__"))
    assert len(directories) == 3
    for folder in directories:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o755
        assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o644}


def test_a_broken_source_is_left_out(stage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0}, raising=False)  # one worker meets them all
    fill(stage, BROKEN)
    compile_all(stage, {**GOOD, **BROKEN})
    assert set(GOOD) <= set(compiled(stage))
    assert not {"lib/bad_syntax.py", "lib/bad_encoding.py", "lib/deep.py"} & set(compiled(stage))


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8"])
def test_the_callers_locale_does_not_matter(stage: Path, monkeypatch: pytest.MonkeyPatch, locale: str) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    compile_all(stage)
    assert compiled(stage) == sorted(GOOD)


def test_the_callers_environment_does_not_reach_the_workers(stage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(stage / "elsewhere"))
    monkeypatch.setenv("PYTHONOPTIMIZE", "2")
    compile_all(stage)
    assert compiled(stage) == sorted(GOOD)
    assert not (stage / "elsewhere").exists()


@pytest.mark.parametrize("processors", [None, 1, 64])
def test_any_number_of_processors_will_do(stage: Path, monkeypatch: pytest.MonkeyPatch, processors: int | None) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)  # macOS has none
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    compile_all(stage)
    assert compiled(stage) == sorted(GOOD)


def test_without_sources_nothing_is_made(stage: Path) -> None:
    before = sorted(stage.rglob("*"))
    compile_all(stage, {})
    assert sorted(stage.rglob("*")) == before


class TestDeath:
    """Bytecode is a convenience: without it the build works all the same."""

    @pytest.mark.parametrize(
        "start",
        ["kill -9 $$\n", "exit 1\n", "head -c 20 >/dev/null; kill -9 $$\n", "echo '{\"noise\": 1}'; exit 3\n"],
        ids=["at once", "with an error", "in the middle", "with words"],
    )
    def test_workers_that_die_leave_files_without(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str], start: str
    ) -> None:
        stage = make_stage(tmp_path / "stage", start)
        compile_all(stage)
        assert compiled(stage) == []
        assert capfd.readouterr() == ("", "")

    def test_one_that_dies_leaves_the_rest_to_the_others(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1, 2}, raising=False)
        once = tmp_path / "once"
        stage = make_stage(tmp_path / "stage", f"mkdir '{once}' 2>/dev/null && kill -9 $$\n{INTERPRETER}")
        many = {f"lib/of_many_{number}.py": "" for number in range(64)}  # a few are compiled by one worker
        fill(stage, many)
        compile_all(stage, {**GOOD, **many})
        assert compiled(stage) == sorted({**GOOD, **many})

    def test_an_interpreter_that_cannot_start_compiles_nothing(self, stage: Path) -> None:
        (stage / "bin/python3").unlink()
        compile_all(stage)
        assert compiled(stage) == []

    def test_a_file_that_could_not_be_written_whole_is_no_bytecode(self, tmp_path: Path) -> None:
        """A limit cuts the file as a full disk does. Python would not get over such bytecode by itself."""
        stage = make_stage(tmp_path / "stage", f"ulimit -f 8\n{INTERPRETER}")
        large = {"lib/large.py": "".join(f"def f{number}():\n    return {number}\n" for number in range(500))}
        fill(stage, large)
        compile_all(stage, {**GOOD, **large})
        done = subprocess.run(
            [sys.executable, "-B", "-c", "import large; print(large.f7())"],
            env={"PYTHONPATH": str(stage / "lib")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.stdout, done.stderr) == ("7\n", "")
        assert set(GOOD) <= set(compiled(stage))


@pytest.mark.parametrize("start", ["exec sleep 60\n", "sleep 60\n"], ids=["itself", "what it starts"])
def test_an_interpreter_that_hangs_costs_only_the_bytecode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: str
) -> None:
    """Also with more files than the pipe to the workers holds, so that handing them out waits as well."""
    monkeypatch.setattr(bytecode, "_TIMEOUT_S", 0.3)
    many = {f"lib/{'long' * 40}{number}.py": "" for number in range(600)}
    stage = fill(tmp_path / "stage", {"bin/python3": "#!/bin/sh\n" + start, **many})
    compile_all(stage, many)
    assert list(stage.rglob("*.pyc")) == []
