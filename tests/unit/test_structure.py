# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the structure: imports go down only, host code is light, packages are small, modules ship little.

modules -> module_utils; action, lookup -> plugin_utils -> module_utils; roles, playbooks -> plugins by full name
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PLUGINS = REPOSITORY / "plugins"
COLLECTION = "ansible_collections.standalone.python.plugins"

# Folder of plugins/ -> the folders of plugins/ that its files may import from.
MAY_IMPORT = {
    "module_utils": {"module_utils"},
    "plugin_utils": {"module_utils", "plugin_utils"},
    "modules": {"module_utils"},
    "action": {"module_utils", "plugin_utils"},
    "lookup": {"module_utils", "plugin_utils"},
    "filter": {"module_utils", "plugin_utils"},
    "doc_fragments": set(),
}
THE_ONE_DOOR_TO_ANSIBLE = "_http/client.py"
NEVER_ON_HOSTS = {"tarfile"}
# Costly to import, so host code does it inside the function that needs it.
ONLY_WHEN_NEEDED = {"compileall", "lzma", "ssl", "subprocess", "tempfile", "urllib.request"}
OPTIONAL_ON_HOSTS = {"compression", "zstandard"}


class Import(NamedTuple):
    """One module that a file imports, by its full name, and whether that happens as soon as the file is."""

    module: str
    line: int
    at_top: bool


def imports_of(source: str, package: str) -> list[Import]:
    """All imports of a file of `package`, also those inside functions; relative ones by their full name."""
    tree = ast.parse(source)
    late = {id(node) for block in ast.walk(tree) if _runs_late(block) for node in ast.walk(block)}
    return [
        Import(module=module, line=node.lineno, at_top=id(node) not in late)
        for node in ast.walk(tree)
        for module in _modules_of(node, package)
    ]


def _runs_late(block: ast.AST) -> bool:
    """Whether what is in `block` does not run on import: a function's body, or what only type checkers read."""
    if isinstance(block, ast.If):
        return isinstance(block.test, ast.Name) and block.test.id == "TYPE_CHECKING"
    return isinstance(block, (ast.FunctionDef, ast.AsyncFunctionDef))


def _modules_of(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        kept = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
        base = ".".join([*kept, *filter(None, [node.module])])
        # `from package import module` names a module only in its list, so what is listed belongs to the name.
        yield from (f"{base}.{alias.name}" for alias in node.names)


def files_of(folder: str) -> list[Path]:
    return sorted((PLUGINS / folder).rglob("*.py"))


@cache
def imports_in(folder: str) -> tuple[tuple[Path, Import], ...]:
    found = []
    for file in files_of(folder):
        package = ".".join([COLLECTION, *file.relative_to(PLUGINS).parts[:-1]])
        found += [(file, one) for one in imports_of(file.read_text(encoding="utf-8"), package)]
    return tuple(found)


def imports_in_extensions() -> list[tuple[Path, Import]]:
    """Those of the plugins for other programs than Ansible, such as event sources, which are edges as well."""
    files = sorted((REPOSITORY / "extensions").rglob("*.py"))
    return [(file, one) for file in files for one in imports_of(file.read_text(encoding="utf-8"), "")]


def at(file: Path, found: Import) -> str:
    return f"{file.relative_to(REPOSITORY)}:{found.line} imports {found.module}"


@pytest.mark.parametrize("folder", sorted(MAY_IMPORT))
def test_plugins_import_downwards_only(folder: str) -> None:
    within = re.compile(rf"{re.escape(COLLECTION)}\.(\w+)")
    wrong = [
        at(file, found)
        for file, found in imports_in(folder)
        if (match := within.match(found.module)) and match[1] not in MAY_IMPORT[folder]
    ]
    assert wrong == []


def test_extensions_are_thin() -> None:
    """They import what they need of the controller's code when they are started, and their program's own libraries."""
    found = [(file, one) for file, one in imports_in_extensions() if one.module.startswith("ansible_collections")]
    assert found
    assert [at(file, one) for file, one in found if one.at_top] == []
    assert [at(file, one) for file, one in found if not one.module.startswith(f"{COLLECTION}.plugin_utils.")] == []


def test_the_action_of_build_is_thin() -> None:
    """It had 250 lines once: what it decides is in plugin_utils."""
    assert len((PLUGINS / "action" / "build.py").read_text(encoding="utf-8").splitlines()) < 60


def test_every_directory_of_plugins_has_its_rule() -> None:
    assert {file.relative_to(PLUGINS).parts[0] for file in PLUGINS.rglob("*.py")} <= set(MAY_IMPORT)


def test_one_file_of_host_code_knows_ansible() -> None:
    knowing = {
        file.relative_to(PLUGINS / "module_utils").as_posix()
        for file, found in imports_in("module_utils")
        if found.module.split(".")[0] in ("ansible", "ansible_collections") and not found.module.startswith(COLLECTION)
    }
    assert knowing <= {THE_ONE_DOOR_TO_ANSIBLE}


@pytest.mark.skipif(sys.version_info < (3, 10), reason="sys.stdlib_module_names came with Python 3.10")
def test_host_code_needs_only_the_standard_library() -> None:
    known = {*sys.stdlib_module_names, *OPTIONAL_ON_HOSTS, "ansible", "ansible_collections"}
    foreign = [at(file, found) for file, found in imports_in("module_utils") if found.module.split(".")[0] not in known]
    assert foreign == []


def test_host_code_never_imports_what_is_too_slow_or_unsafe() -> None:
    wrong = [
        at(file, found)
        for folder in ("module_utils", "modules")
        for file, found in imports_in(folder)
        if found.module.split(".")[0] in NEVER_ON_HOSTS
    ]
    assert wrong == []


def test_host_code_imports_heavy_modules_when_needed() -> None:
    wrong = [
        at(file, found)
        for folder in ("module_utils", "modules")
        for file, found in imports_in(folder)
        if found.at_top and any(f"{found.module}.".startswith(f"{heavy}.") for heavy in ONLY_WHEN_NEEDED)
    ]
    assert wrong == []


def test_only_one_file_writes_to_the_terminal() -> None:
    """So that no warning can be shown that was not made readable first."""
    display = re.compile(r"\bDisplay\(|\b_?display\.|\bprint\(")
    shown = {
        file.relative_to(PLUGINS).as_posix()
        for folder in MAY_IMPORT
        for file in files_of(folder)
        if display.search(file.read_text())
    }
    elsewhere = {f"module_utils/_install/{name}.py" for name in ("health", "measured")}  # scripts for a new interpreter
    assert shown - elsewhere == {"plugin_utils/_console.py"}, "use _console.warn or _console.say"


def packages() -> list[Path]:
    """The private packages of both kinds of utilities, and the directories that hold them."""
    tops = [PLUGINS / "module_utils", PLUGINS / "plugin_utils"]
    return [
        *tops,
        *(
            path
            for top in tops
            for path in sorted(top.iterdir())
            if path.is_dir() and path.name[0] == "_" != path.name[1]
        ),
    ]


@pytest.mark.parametrize("package", packages(), ids=lambda path: str(path.relative_to(PLUGINS)))
def test_a_package_is_small_and_has_one_file_or_directory_for_a_name(package: Path) -> None:
    """Ansible's finder would choose by chance between `x.py` and `x/`, and ship a façade whole."""
    files = [path for path in package.iterdir() if path.suffix == ".py"]
    assert len(files) <= 15
    assert not (package / "__init__.py").exists()
    assert [path.name for path in files if path.with_suffix("").is_dir()] == []


def imported_files() -> dict[str, set[str]]:
    """Each file of the utilities, by its dotted name below plugins/, with those that it imports, if only for types."""
    utilities = ("module_utils", "plugin_utils")
    names = {
        file: ".".join(file.relative_to(PLUGINS).with_suffix("").parts) for top in utilities for file in files_of(top)
    }
    imports: dict[str, set[str]] = {name: set() for name in names.values()}
    for file, found in (pair for top in utilities for pair in imports_in(top)):
        module = found.module.removeprefix(f"{COLLECTION}.")
        imports[names[file]] |= {module, module.rpartition(".")[0]} & set(imports) - {names[file]}
    return imports


def package_of(name: str) -> str:
    """The package of a file; a file beside the packages counts as one."""
    return ".".join(name.split(".")[:2])


def circle_in(imports: dict[str, set[str]]) -> list[str]:
    """What is left when everything that imports nothing else is taken away, again and again."""
    left = {name: set(imported) for name, imported in imports.items()}
    while free := [name for name, imported in left.items() if not imported & set(left)]:
        for name in free:
            del left[name]
    return sorted(left)


def test_no_files_import_each_other() -> None:
    assert circle_in(imported_files()) == []


def test_no_packages_import_each_other() -> None:
    packages_imported: dict[str, set[str]] = {}
    for name, imported in imported_files().items():
        here = packages_imported.setdefault(package_of(name), set())
        here |= {package_of(other) for other in imported} - {package_of(name)}
    assert circle_in(packages_imported) == []


def test_a_circle_is_found() -> None:
    assert circle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == ["a", "b", "c"]


@pytest.mark.parametrize("package", packages(), ids=lambda path: str(path.relative_to(PLUGINS)))
def test_the_map_names_every_file(package: Path) -> None:
    architecture = (REPOSITORY / "docs" / "development" / "architecture.md").read_text(encoding="utf-8")
    part = architecture.partition(f"`plugins/{package.relative_to(PLUGINS).parts[0]}`\n")[2].partition("\n## ")[0]
    row = f"| `{package.name}` |" if package.parent != PLUGINS else "Beside the packages:"
    (line,) = [line for line in part.splitlines() if line.startswith(row)]
    named = re.findall(r"`(\w+)`", line.rpartition("|")[0].rpartition("|")[2] if package.parent != PLUGINS else line)
    assert sorted(named) == sorted(file.stem for file in package.glob("*.py"))


# The files and KiB of this collection that Ansible ships with a module. Each is a cost of every run: lower them.
SHIPPED = {
    "build": (69, 443),
    "build_confirm": (27, 160),
    "build_info": (30, 192),
    "build_rollback": (43, 264),
    "links": (12, 58),
    "mirror": (58, 340),
}


def shipped() -> dict[str, dict[str, int]]:
    """What Ansible ships with each module: module -> file below the collection -> bytes."""
    tool, collections = REPOSITORY / "tests" / "support" / "shipped.py", REPOSITORY / ".collection"
    command = [sys.executable, str(tool), str(collections), str(PLUGINS / "modules")]
    found: dict[str, dict[str, int]] = json.loads(
        subprocess.run(command, capture_output=True, text=True, check=True).stdout
    )
    return found


# What only a module that fetches and unpacks needs, and what only the controller needs.
_FETCHING = re.compile(r"plugins/module_utils/(_archive|_download|_http/(?!options|urls))")
_CONTROLLERS = re.compile(r"plugins/(plugin_utils|module_utils/_builds/suggest)")


def test_modules_ship_no_more_than_they_did() -> None:
    pytest.importorskip("ansible")
    found = shipped()
    measured = {module: (len(found[module]), sum(found[module].values()) // 1024) for module in SHIPPED}
    assert {
        module: now for module, now in measured.items() if now > SHIPPED[module] or now[1] > SHIPPED[module][1]
    } == {}
    others = [file for module in found if module not in ("build", "mirror") for file in found[module]]
    assert list(filter(_FETCHING.match, others)) == []
    assert [file for files in found.values() for file in files if _CONTROLLERS.match(file)] == []


def test_modules_ask_for_quick_imports_first() -> None:
    """Before any other file of the collection is imported from the zip."""
    late = []
    for file in files_of("modules"):
        source = file.read_text(encoding="utf-8")
        ours = [line for line in source.splitlines() if line.startswith(("from ..module_utils", "compile_once()"))]
        expected = ["from ..module_utils._zip_imports import compile_once", "compile_once()"]
        if ours and [line.partition("  #")[0] for line in ours[:2]] != expected:
            late.append(file.name)
    assert late == []


@pytest.mark.parametrize("kind", ["action", "filter", "lookup"])
def test_plugins_ask_for_bytecode_first(kind: str) -> None:
    """Before any other file of the collection is imported, which Ansible's loader would compile each time."""
    late = []
    for file in files_of(kind):
        lines = file.read_text(encoding="utf-8").splitlines()
        ours = [line for line in lines if line.startswith(("from ansible_collections.", "keep_bytecode()"))]
        expected = [f"from {COLLECTION}.plugin_utils._bytecode import keep_bytecode", "keep_bytecode()"]
        if ours and [line.partition("  #")[0] for line in ours[:2]] != expected:
            late.append(file.name)
    assert late == []


def test_few_files_are_imported_by_one_other_only() -> None:
    """Files that are one idea are one file: each is one more to ship, to open and to find.

    What only a plugin or module imports does not count, since each of them makes one call.
    """
    importers: dict[str, list[str]] = {}
    for name, imported in imported_files().items():
        for other in imported:
            importers.setdefault(other, []).append(name)
    edges = [
        pair for folder in sorted(set(MAY_IMPORT) - {"module_utils", "plugin_utils"}) for pair in imports_in(folder)
    ]
    for file, found in [*edges, *imports_in_extensions()]:
        module = found.module.removeprefix(f"{COLLECTION}.")
        for other in {module, module.rpartition(".")[0]} & set(importers):
            importers[other].append(file.stem)
    only_one = sorted(name for name, others in importers.items() if len(others) == 1)
    assert len(only_one) < 30, only_one


def test_roles_and_playbooks_use_full_names() -> None:
    """No folder of a role or of playbooks holds private plugins, which would be found without their full name."""
    private = [
        path.relative_to(REPOSITORY) for top in ("roles", "playbooks") for path in (REPOSITORY / top).rglob("*.py")
    ]
    assert private == []


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("import os.path", ["os.path"]),
        ("from . import _errors", ["c.module_utils._errors"]),
        ("from ._errors import ArchiveError", ["c.module_utils._errors.ArchiveError"]),
        ("from ..plugin_utils import _x", ["c.plugin_utils._x"]),
        ("def f():\n    import ssl", ["ssl"]),
    ],
)
def test_imports_are_found_by_their_full_name(source: str, modules: list[str]) -> None:
    assert [found.module for found in imports_of(source, "c.module_utils")] == modules


@pytest.mark.parametrize(
    ("source", "at_top"),
    [
        ("import ssl", True),
        ("class A:\n    import ssl", True),
        ("def f():\n    import ssl", False),
        ("if TYPE_CHECKING:\n    import ssl", False),
        ("try:\n    import ssl\nexcept ImportError:\n    pass", True),
    ],
)
def test_imports_at_top_are_told_from_those_inside_functions(source: str, at_top: bool) -> None:
    assert [found.at_top for found in imports_of(source, "c.module_utils")] == [at_top]
