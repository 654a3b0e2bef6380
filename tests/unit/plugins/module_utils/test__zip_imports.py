# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often Python compiles a file of the zip, in processes that belong to them, since the change stays."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils import _zip_imports

COUNTED = """
import sys, zipimport

compiled, original = [], zipimport._compile_source

def counted(path, source):
    compiled.append(path.rpartition("/")[2])
    return original(path, source)

zipimport._compile_source = counted
"""
IMPORTS = """
sys.path.insert(0, sys.argv[1])
import package.first
print(sorted(compiled), package.first.__file__ == sys.argv[1] + "/package/first.py", package.first.TEXT)
"""


def run(tmp_path: Path, program: str) -> str:
    archive = tmp_path / "module.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("package/__init__.py", "")
        packed.writestr("package/first.py", "from .second import TEXT\n")
        packed.writestr("package/second.py", "TEXT = 'second'\n")
    command = [sys.executable, "-c", program, str(archive)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PYTHONPATH": ":".join(sys.path)})
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("calls", [1, 2])
def test_each_file_is_compiled_once(tmp_path: Path, calls: int) -> None:
    call = f"from {_zip_imports.__name__} import compile_once\n" + "compile_once()\n" * calls
    assert run(tmp_path, COUNTED + call + IMPORTS) == "['__init__.py', 'first.py', 'second.py'] True second\n"


def test_a_python_without_that_function_works_as_before(tmp_path: Path) -> None:
    call = f"import zipimport\nfrom {_zip_imports.__name__} import compile_once\ndel zipimport._get_module_code\n"
    assert run(tmp_path, f"{call}compile_once()\nprint('started')") == "started\n"
