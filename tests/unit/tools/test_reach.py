# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A test that depends on ansible-core is always recognized."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import reach

HOST = "plugins/module_utils/_http/client.py"
TEST_OF_HTTP = "tests/unit/plugins/module_utils/_http/test_x.py"
WAYS = {
    "at the top": {"tests/unit/test_x.py": "from ansible.errors import AnsibleError"},
    "by its name": {"tests/unit/test_x.py": "import ansible"},
    "in a function": {"tests/unit/test_x.py": "def f():\n    import ansible.constants"},
    "where it may be missing": {"tests/unit/test_x.py": "import pytest\npytest.importorskip('ansible', reason='')"},
    "in a fixture": {
        "tests/unit/plugins/test_x.py": "def test_it(place): ...",
        "tests/unit/conftest.py": "def place():\n    import ansible",
    },
    "in a fixture of every test": {
        "tests/unit/test_x.py": "",
        "tests/unit/conftest.py": "import ansible\n@fixture(autouse=True)\ndef place(): ...",
    },
    "through a plugin": {
        TEST_OF_HTTP: f"from {reach.COLLECTION}.plugins.module_utils._http.client import get",
        HOST: "def get():\n    from ansible.module_utils import urls",
    },
    "through a module named by its package": {
        TEST_OF_HTTP: f"from {reach.COLLECTION}.plugins.module_utils._http import (\n    client,\n)",
        HOST: "import ansible.module_utils.urls",
    },
    "through two that import relatively": {
        "tests/unit/plugins/test_x.py": "from tests.support.one import f",
        "tests/support/one.py": "from .two import f",
        "tests/support/two.py": f"import {reach.COLLECTION}.plugins.plugin_utils._action",
        "plugins/plugin_utils/_action.py": "def f():\n    from ._lookup import g",
        "plugins/plugin_utils/_lookup.py": "import ansible.errors",
    },
    "through a package": {
        "tests/unit/test_x.py": "from tests.support import f",
        "tests/support/__init__.py": "import ansible",
    },
    "through a tool": {"tests/unit/test_x.py": "import artifact", "tests/tools/artifact.py": "import ansible"},
}
NO_WAYS = {
    "nothing": "",
    "the collection": f"import {reach.COLLECTION}.plugins.module_utils._builds.request",
    "another": "import ansible_test, ansiblelint",
}


def write(repository: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).write_text(text)


@pytest.mark.parametrize("way", WAYS)
def test_each_way_to_import_counts(way: str, tmp_path: Path) -> None:
    write(tmp_path, WAYS[way])
    assert [test.name for test in reach.reaching(reach.ANSIBLE, repository=tmp_path)] == ["test_x.py"]


def test_a_fixture_of_other_tests_is_no_way(tmp_path: Path) -> None:
    conftest = "import ansible\ndef place(): ..."
    write(tmp_path, {"tests/unit/test_x.py": "def test_it(): ...", "tests/unit/conftest.py": conftest})
    assert reach.reaching(reach.ANSIBLE, repository=tmp_path) == []


@pytest.mark.parametrize("what", NO_WAYS)
def test_what_reaches_something_else_is_left_out(what: str, tmp_path: Path) -> None:
    write(tmp_path, {"tests/unit/test_x.py": NO_WAYS[what]})
    assert reach.reaching(reach.ANSIBLE, repository=tmp_path) == []


def test_the_client_is_a_way_for_the_tests_of_its_package_alone(tmp_path: Path) -> None:
    imported = f"from {reach.COLLECTION}.plugins.module_utils._http import client"
    beside = "tests/unit/plugins/module_utils/_install/test_y.py"
    write(tmp_path, {HOST: "import ansible", TEST_OF_HTTP: imported, beside: imported})
    assert [test.name for test in reach.reaching(reach.ANSIBLE, repository=tmp_path)] == ["test_x.py"]


def test_only_the_client_of_the_host_side_knows_ansible() -> None:
    """Else `reach` would leave out what depends on ansible-core."""
    files = (reach.REPOSITORY / "plugins" / "module_utils").rglob("*.py")
    knowing = [file for file in files if re.search(r"^\s*(from|import) ansible\b", file.read_text(), re.MULTILINE)]
    assert [str(file.relative_to(reach.REPOSITORY)) for file in knowing] == [HOST]


def test_tests_of_what_ansible_calls_reach_it() -> None:
    found = set(reach.reaching(reach.ANSIBLE))
    for directory in ("action", "lookup", "modules"):
        tests = set((reach.REPOSITORY / "tests" / "unit" / "plugins" / directory).rglob("test_*.py"))
        assert tests, directory
        assert tests <= found, directory
