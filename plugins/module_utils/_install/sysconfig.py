# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rewrites what a build records about how it was built: `/install` becomes the real prefix, clang becomes `cc`.

The rules are those of docs/development/builds.md 5.2 (what uv does to `_sysconfigdata`), for every other text that
records it, too. Extension builds, `sysconfig` and `python3-config` read these. Launchers name the path's interpreter
instead of the one beside them, which is that of one build.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any

from .._errors import ArchiveError
from .._json import parsed
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
_RECORD = "CONFIG_ARGS"  # how the build was configured, which stays true
_ASSIGNMENT = re.compile(r"(?P<head>(?P<key>[A-Za-z_][A-Za-z0-9_]*)=[ \t]*)(?P<value>.*)")
_PREFIX_IN_TEXT = re.compile(r"(?:(?<![\w./-])|(?<=-[A-Z]))" + BUILD_PREFIX + r"(?![\w.-])")
# The heads of launchers: a line for the kernel, or one for sh that is a string to Python (docs/development/builds.md,
# section 3.5, and what pip's distlib writes for a path that is too long or has spaces). With bounds: without them, a
# forged line of a megabyte takes half an hour.
_NAME = r"(?<![\w.-])(?P<{0}name>python[\d.]*t?d?)(?![\w.-])"
_HEAD = re.compile(
    r"#![ \t]*/bin/sh[ \t]*\n(?:'''exec'|\"exec\") [^\n]{0,4096}"
    + _NAME.format("")
    + r"""["']?(?P<options>[^\n]{0,256}?) "\$0" "\$@"\n(?:' '''\n)?"""
    + r"|#![^\n]{0,4096}"
    + _NAME.format("kernel_")
    + r"(?P<kernel_options>[ \t][^\n]{0,256})?\n"
)
_PLAIN = re.compile(r"[\w./+@%,:=-]+")
_LONGEST_HEAD = 127  # bytes that every Linux reads after `#!` (linux/binfmts.h, BINPRM_BUF_SIZE before 5.1)
_REAL_PREFIX = re.compile(r"(?m)^prefix_real=.*$")  # of python3-config, which would follow the link into the store


def rewrite_sysconfigdata(text: str, prefix: str, where: str) -> str:
    """The text of `_sysconfigdata_*.py` for a build at `prefix`; rewriting it again changes nothing.

    Raises `ArchiveError` naming `where` when the file does not contain exactly one literal.
    """
    variables = dict(_build_time_vars(text, where))
    for key, value in variables.items():
        variables[key] = _rewrite_value(key, value, prefix)
    variables[MARKER] = 1
    lines = "".join(f"    {key!r}: {variables[key]!r},\n" for key in sorted(variables))
    return f"# system configuration generated and used by the sysconfig module\nbuild_time_vars = {{\n{lines}}}\n"


def rewrite_makefile(text: str, prefix: str) -> str:
    """The config Makefile for a build at `prefix`: assignments by the same rules, any other `/install` replaced."""
    return "\n".join(_rewrite_make_line(line, prefix) for line in text.split("\n"))


def rewrite_json(text: str, prefix: str, where: str) -> str:
    """`_sysconfig_vars_*.json` or `build-details.json` for a build at `prefix`; rewriting it again changes nothing.

    A file that is not a JSON object, or nests too deep, is rewritten like any other text.
    """
    import json  # only for runs that change something

    content = parsed(text)
    if not isinstance(content, dict):
        return rewrite_text(text, prefix)
    try:
        if "_sysconfig_vars_" in where:
            after = {**{key: _rewrite_value(key, value, prefix) for key, value in content.items()}, MARKER: 1}
        else:
            after = _rewrite_paths(content, prefix)
        return text if after == content else json.dumps(after, indent=2) + "\n"
    except RecursionError:
        return rewrite_text(text, prefix)


def rewrite_text(text: str, prefix: str) -> str:
    """A text for a build at `prefix`: every path below `/install` is replaced, also one after an option such as -L."""
    if BUILD_PREFIX not in text:  # several times faster than the pattern, and true for most
        return text
    # A function, since a prefix may contain what a replacement text would interpret as a group.
    return _PREFIX_IN_TEXT.sub(lambda _match: prefix, text)


def rewrite_script(text: str, prefix: str, program: Callable[[str], str]) -> str:
    """A script for a build at `prefix`: a launcher of an interpreter starts the one at the path.

    `program` returns the name in `bin` of the interpreter that a launcher calls, such as `python3.13`. The head of a
    launcher stays when no shell and Python could both read the path, as with quotes or backslashes.
    """
    text = rewrite_text(text, prefix)
    match = _HEAD.match(text)
    if match:
        interpreter = f"{prefix}/bin/{program(match['name'] or match['kernel_name'])}"
        options = (match["options"] or match["kernel_options"] or "").rstrip()
        head = _head(interpreter, f" {options.strip()}" if options else "")
        return head + text[match.end() :] if head else text
    quoted = _quoted(prefix)
    return _REAL_PREFIX.sub(lambda _match: f"prefix_real={quoted}", text) if quoted else text


def rewrite_pkg_config(text: str) -> str:
    """The text of a `.pc` file that is relative to the file itself (docs/development/builds.md 5.3)."""
    return rewrite_text(text, "${pcfiledir}/../..")


def _head(interpreter: str, options: str) -> str | None:
    line = f"#!{interpreter}{options}\n"
    if _PLAIN.fullmatch(interpreter) and len(line.encode()) <= _LONGEST_HEAD and options.count(" ") < 2:
        return line
    quoted = _quoted(interpreter)
    return f"#!/bin/sh\n'''exec' {quoted}{options} \"$0\" \"$@\"\n' '''\n" if quoted else None


def _quoted(path: str) -> str | None:
    """The path in quotes that sh takes off and that are harmless in a string of Python; None when there are none."""
    if "\\" in path:
        return None
    if "'" not in path:
        return f"'{path}'"
    return None if re.search(r"[\"$`]|'''", path) else f'"{path}"'


def _rewrite_paths(value: Any, prefix: str) -> Any:
    """The JSON value with each text that is a path below `/install` replaced."""
    if isinstance(value, dict):
        return {key: _rewrite_paths(item, prefix) for key, item in value.items()}
    if isinstance(value, list):
        return [_rewrite_paths(item, prefix) for item in value]
    return rewrite_text(value, prefix) if isinstance(value, str) else value


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


def _rewrite_value(key: str, value: Any, prefix: str) -> Any:
    if not isinstance(value, str):
        return _rewrite_paths(value, prefix)
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
        elif word in compilers:
            words.append(compilers[word])
        else:
            words.append(word if key == _RECORD else rewrite_text(word, prefix))
    return " ".join(words)


def _rewrite_make_line(line: str, prefix: str) -> str:
    match = _ASSIGNMENT.fullmatch(line)
    if match and (match["key"] in _COMPILER_WORDS or match["key"] == "AR"):
        line = match["head"] + _rewrite_value(match["key"], match["value"], prefix)
    return rewrite_text(line, prefix)
