# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible compiles when it loads a plugin, in processes that belong to them, since the finder stays."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("ansible")

COLLECTION = Path(__file__).resolve().parents[4]
PLUGINS = "ansible_collections/standalone/python/plugins"
LOADED = """
import sys
from ansible.plugins import loader

compiled = set()

def watch(event, details):
    if event == "compile" and details[1]:
        compiled.add(str(details[1]).partition("/plugins/")[2])

sys.addaudithook(watch)
loader.init_plugin_loader([sys.argv[1]])
first = type("First", (), {"find_spec": staticmethod(lambda *_: None)})()  # as that of ansible-test
sys.meta_path.insert(0, first)
assert getattr(loader, sys.argv[2] + "_loader").get("standalone.python." + sys.argv[3], class_only=True)
assert sys.meta_path[0] is first
print(*sorted(file for file in compiled if "_utils/" in file))
"""


@pytest.fixture
def collections(tmp_path: Path) -> Path:
    """A directory of collections with a copy of this one, in which no bytecode is."""
    shutil.copytree(COLLECTION / "plugins", tmp_path / PLUGINS, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("galaxy.yml", "meta/runtime.yml"):
        (tmp_path / PLUGINS).parent.joinpath(file).parent.mkdir(exist_ok=True)
        shutil.copy(COLLECTION / file, (tmp_path / PLUGINS).parent / file)
    return tmp_path


def compiled(collections: Path, kind: str, plugin: str, **environment: str) -> list[str]:
    """The files of both utils that a process compiles which loads the plugin."""
    command = [sys.executable, "-c", LOADED, str(collections), kind, plugin]
    own = {"HOME": str(collections), "PATH": os.environ["PATH"], **environment}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=own)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize(
    ("kind", "plugin"), [("action", "build"), ("filter", "interpreter_builds"), ("lookup", "release")]
)
def test_a_second_process_compiles_nothing_but_what_changed(collections: Path, kind: str, plugin: str) -> None:
    first = compiled(collections, kind, plugin)
    assert first.pop(first.index("plugin_utils/_bytecode.py"))
    assert "module_utils/_errors.py" in first
    errors = collections / PLUGINS / "module_utils" / "_errors.py"
    errors.write_text(f"{errors.read_text(encoding='utf-8')}# changed\n", encoding="utf-8")
    assert compiled(collections, kind, plugin) == ["module_utils/_errors.py", "plugin_utils/_bytecode.py"]


def test_without_leave_to_write_bytecode_all_is_compiled_as_before(collections: Path) -> None:
    first = compiled(collections, "action", "build", PYTHONDONTWRITEBYTECODE="1")
    assert compiled(collections, "action", "build", PYTHONDONTWRITEBYTECODE="1") == first
    assert not list((collections / PLUGINS / "plugin_utils").rglob("__pycache__"))
