# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Labels through a substitute for libselinux, which writes down what it is asked for and answers as the test wants."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._os import selinux
from tests.support.receipts import fill

COMPILER = shutil.which("cc") or shutil.which("gcc")
FINAL = "/opt/python/.builds/x"

STAND_IN = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void note(const char *what, const char *first, const char *second) {
    FILE *log = fopen(getenv("STAND_IN_LOG"), "a");
    fprintf(log, "%s\t%s\t%s\n", what, first, second);
    fclose(log);
}

int is_selinux_enabled(void) { return atoi(getenv("STAND_IN_ENABLED")); }

int matchpathcon(const char *path, mode_t mode, char **context) {
    const char *kind = S_ISDIR(mode) ? "dir" : S_ISLNK(mode) ? "link" : (mode & 0100) ? "program" : "file";
    if (strstr(path, "no wish")) return -1;
    return asprintf(context, "%s of %s", kind, path) < 0 ? -1 : 0;
}

int lsetfilecon(const char *path, const char *context) {
    int problem = atoi(getenv("STAND_IN_ERROR"));
    if (problem && strstr(path, "a.py")) { errno = problem; return -1; }
    note("label", path, context);
    return 0;
}

void freecon(char *context) { note("free", context, ""); free(context); }
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> str:
    if COMPILER is None:
        pytest.skip("there is no C compiler for the substitute")
    directory = tmp_path_factory.mktemp("selinux")
    (directory / "stand_in.c").write_text(STAND_IN)
    library = directory / "libselinux.so.1"
    subprocess.run([COMPILER, "-shared", "-fPIC", "-o", library, directory / "stand_in.c"], check=True)
    return str(library)


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "log"
    file.touch()
    for name, value in {"LOG": str(file), "ENABLED": "1", "ERROR": "0"}.items():
        monkeypatch.setenv(f"STAND_IN_{name}", value)
    return file


@pytest.fixture
def stage(tmp_path: Path) -> str:
    files = {"bin/python3.13": "", "lib/a.py": "", "lib/no wish": "", "lib/__pycache__/b.pyc": ""}
    links = {"bin/python3": "python3.13", "lib/up": "/etc"}
    return str(fill(tmp_path / ".staging" / "build-1", files, links))


def noted(log: Path, what: str) -> list[list[str]]:
    return [line.split("\t")[1:] for line in log.read_text().splitlines() if line.startswith(f"{what}\t")]


def test_all_is_labelled_for_its_final_place(library: str, log: Path, stage: str) -> None:
    assert selinux.relabel(stage, FINAL, library) == 9
    assert dict(map(tuple, noted(log, "label"))) == {  # type: ignore[arg-type]
        stage: f"dir of {FINAL}",
        f"{stage}/bin": f"dir of {FINAL}/bin",
        f"{stage}/bin/python3.13": f"program of {FINAL}/bin/python3.13",
        f"{stage}/bin/python3": f"link of {FINAL}/bin/python3",
        f"{stage}/lib": f"dir of {FINAL}/lib",
        f"{stage}/lib/a.py": f"file of {FINAL}/lib/a.py",
        f"{stage}/lib/up": f"link of {FINAL}/lib/up",
        f"{stage}/lib/__pycache__": f"dir of {FINAL}/lib/__pycache__",
        f"{stage}/lib/__pycache__/b.pyc": f"file of {FINAL}/lib/__pycache__/b.pyc",
    }


@pytest.mark.parametrize("problem", [0, errno.EOPNOTSUPP, errno.EPERM])
def test_every_context_is_given_back(
    library: str, log: Path, stage: str, monkeypatch: pytest.MonkeyPatch, problem: int
) -> None:
    monkeypatch.setenv("STAND_IN_ERROR", str(problem))
    try:
        selinux.relabel(stage, FINAL, library)
    except OSError:
        pass
    labelled = Counter(context for _path, context in noted(log, "label"))
    freed = Counter(context for context, _nothing in noted(log, "free"))
    assert freed - labelled == Counter([f"file of {FINAL}/lib/a.py"] if problem else [])
    assert labelled - freed == Counter()


def test_a_file_system_without_labels_needs_none(
    library: str, log: Path, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAND_IN_ERROR", str(errno.EOPNOTSUPP))
    assert selinux.relabel(stage, FINAL, library) == 8


def test_any_other_failure_names_the_file(library: str, log: Path, stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAND_IN_ERROR", str(errno.EPERM))
    with pytest.raises(PermissionError) as caught:
        selinux.relabel(stage, FINAL, library)
    assert (caught.value.errno, caught.value.filename) == (errno.EPERM, f"{stage}/lib/a.py")


@pytest.mark.parametrize("answer", ["0", "-1"])
def test_without_selinux_nothing_is_done(
    library: str, log: Path, stage: str, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setenv("STAND_IN_ENABLED", answer)
    assert selinux.relabel(stage, FINAL, library) == 0
    assert log.read_text() == ""


def test_without_the_library_nothing_is_done(stage: str) -> None:
    assert selinux.relabel(stage, FINAL, os.path.join(stage, "libselinux.so.1")) == 0
