# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which unit tests reach what by their imports, and so can tell one version of it from another."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from paths import REPOSITORY

COLLECTION = "ansible_collections.standalone.python"
ANSIBLE = "ansible"
# Where code of the controller is; hosts have `module_utils`, and of `modules` what comes with ansible.
CONTROLLER = tuple(f"{COLLECTION}.plugins.{folder}" for folder in ("plugin_utils", "action", "lookup", "filter"))


# The one file of the host side that imports ansible: for the trust of https. What asks it by other schemes, as tests
# outside of its package do, runs the same with each ansible-core.
CLIENT = f"{COLLECTION}.plugins.module_utils._http.client"


def reaching(*modules: str, repository: Path = REPOSITORY) -> list[Path]:
    """The files of unit tests that import one of `modules` or what is below it, themselves or through what they import.

    Imports inside functions count, and so do those of each conftest.py that has a fixture for the test. `CLIENT` is a
    way for the tests of that package alone.
    """
    tests = sorted((repository / "tests" / "unit").rglob("test_*.py"))
    return [test for test in tests if any(_is_below(name, modules) for name in _reached(test, repository))]


def _is_below(name: str, modules: tuple[str, ...]) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def _reached(test: Path, repository: Path) -> set[str]:
    """The full names of all modules that a test can come to import."""
    fixtures = [folder / "conftest.py" for folder in test.parents if folder.is_relative_to(repository)]
    waiting = [test, *(file for file in fixtures if file.exists() and _is_used(file, test))]
    reached = set() if test.parent.name == "_http" else {CLIENT}
    while waiting:
        found = _imports(waiting.pop(), repository) - reached
        reached |= found
        waiting += [file for name in found if (file := _file_of(name, repository))]
    return reached


def _is_used(conftest: Path, test: Path) -> bool:
    """Whether a test names a fixture of `conftest`, or gets one that it need not name."""
    text = conftest.read_text()
    names = {node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)}
    return "autouse" in text or not names.isdisjoint(re.findall(r"\w+", test.read_text()))


def _file_of(name: str, repository: Path) -> Path | None:
    """The file of a module of this repository; None for any other, and for a name that stands in a module."""
    parts = name.removeprefix(f"{COLLECTION}.").split(".")
    bases = [repository.joinpath(*parts), repository / "tests" / "tools" / name]
    files = [file for base in bases for file in (base.with_suffix(".py"), base / "__init__.py")]
    return next((file for file in files if file.is_file()), None)


@cache
def _imports(file: Path, repository: Path) -> frozenset[str]:
    package = file.relative_to(repository).parts[:-1]
    if package[0] == "plugins":
        package = (*COLLECTION.split("."), *package)
    return frozenset(name for node in ast.walk(ast.parse(file.read_text())) for name in _imported(node, package))


def _imported(node: ast.AST, package: tuple[str, ...]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        above = package[: len(package) + 1 - node.level] if node.level else ()
        base = ".".join([*above, *filter(None, [node.module])])
        yield from (base, *(f"{base}.{alias.name}" for alias in node.names))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "importorskip":
        yield from (argument.value for argument in node.args if isinstance(argument, ast.Constant))
