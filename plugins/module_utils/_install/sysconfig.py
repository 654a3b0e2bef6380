# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rewrites what a build records about how it was built: `/install` becomes the real prefix, clang becomes `cc`.

The rules are those of docs/development/builds.md 5.2 (what uv does to `_sysconfigdata`), applied to the config
Makefile as well, which uv
leaves wrong. Extension builds, `sysconfig` and `python3-config` read these files.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

from .._errors import ArchiveError
from .._os.paths import BUILD_PREFIX

MARKER = "PYTHON_BUILD_STANDALONE"  # uv recognises its own builds by it

_GNU_TRIPLETS = (
    "aarch64-linux-gnu", "arm-linux-gnueabi", "arm-linux-gnueabihf", "loongarch64-linux-gnu", "mips-linux-gnu",
    "mipsel-linux-gnu", "powerpc64le-linux-gnu", "riscv64-linux-gnu", "s390x-linux-gnu", "x86_64-linux-gnu",
)  # fmt: skip
_C_COMPILERS = {"clang", "musl-clang", "/usr/bin/riscv64-linux-gnu-clang"}
_C_COMPILERS |= {f"/usr/bin/{triplet}-gcc" for triplet in _GNU_TRIPLETS}
_CXX_COMPILERS = {"clang++"}
_CXX_COMPILERS |= {f"/usr/bin/{triplet}-{word}" for triplet in _GNU_TRIPLETS for word in ("g++", "clang++")}

_COMPILER_WORDS = {
    **{key: dict.fromkeys(_C_COMPILERS, "cc") for key in ("CC", "LDSHARED", "BLDSHARED", "LINKCC")},
    **{key: dict.fromkeys(_CXX_COMPILERS, "c++") for key in ("CXX", "LDCXXSHARED")},
}
_ASSIGNMENT = re.compile(r"(?P<head>(?P<key>[A-Za-z_][A-Za-z0-9_]*)=[ \t]*)(?P<value>.*)")
_PREFIX_IN_TEXT = re.compile(r"(?<![\w./-])" + BUILD_PREFIX + r"(?![\w.-])")


def rewrite_sysconfigdata(text: str, prefix: str, where: str) -> str:
    """The text of `_sysconfigdata_*.py` for a build at `prefix`; rewriting it again changes nothing.

    Raises `ArchiveError` naming `where` when the file does not contain exactly one literal.
    """
    variables = dict(_build_time_vars(text, where))
    for key, value in variables.items():
        if isinstance(value, str):
            variables[key] = _rewrite_value(key, value, prefix)
    variables[MARKER] = 1
    lines = "".join(f"    {key!r}: {variables[key]!r},\n" for key in sorted(variables))
    return f"# system configuration generated and used by the sysconfig module\nbuild_time_vars = {{\n{lines}}}\n"


def rewrite_makefile(text: str, prefix: str) -> str:
    """The config Makefile for a build at `prefix`: assignments by the same rules, any other `/install` replaced."""
    return "\n".join(_rewrite_make_line(line, prefix) for line in text.split("\n"))


def rewrite_pkg_config(text: str) -> str:
    """The text of a `.pc` file whose `NAME=/install` becomes relative to the file (docs/development/builds.md 5.3)."""
    return re.sub(rf"(?m)^(\w+)={BUILD_PREFIX}[ \t]*$", r"\1=${pcfiledir}/../..", text)


def _build_time_vars(text: str, where: str) -> Mapping[str, Any]:
    try:
        for statement in ast.parse(text).body:
            if isinstance(statement, ast.Assign) and getattr(statement.targets[0], "id", "") == "build_time_vars":
                variables = ast.literal_eval(statement.value)
                if isinstance(variables, dict) and all(isinstance(name, str) for name in variables):
                    return variables
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        pass
    raise ArchiveError(f"{where} in the archive does not hold build_time_vars as a plain dictionary.")


def _rewrite_value(key: str, value: str, prefix: str) -> str:
    if key == "AR":  # it was a path below /tools of the build machine
        return "ar"
    if "/" not in value and key not in _COMPILER_WORDS and "-isysroot" not in value:
        return value
    compilers = _COMPILER_WORDS.get(key, {})
    words = []
    skip_next = False
    for word in value.split():
        if skip_next:
            skip_next = False
        elif word == "-isysroot":
            skip_next = True
        elif word.startswith(BUILD_PREFIX):
            words.append(prefix + word[len(BUILD_PREFIX) :])
        else:
            words.append(compilers.get(word, word))
    return " ".join(words)


def _rewrite_make_line(line: str, prefix: str) -> str:
    match = _ASSIGNMENT.fullmatch(line)
    if match and (match["key"] in _COMPILER_WORDS or match["key"] == "AR"):
        line = match["head"] + _rewrite_value(match["key"], match["value"], prefix)
    # A function, since a prefix may contain what a replacement text would interpret as a group.
    return _PREFIX_IN_TEXT.sub(lambda _match: prefix, line)
