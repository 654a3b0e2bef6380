# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import ast

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import ArchiveError
from ansible_collections.standalone.python.plugins.module_utils._install.sysconfig import (
    rewrite_makefile,
    rewrite_pkg_config,
    rewrite_sysconfigdata,
)

PREFIX = "/opt/python/3.13"


def rewritten(variables: dict[str, object], prefix: str = PREFIX) -> dict[str, object]:
    text = rewrite_sysconfigdata(f"# generated\nbuild_time_vars = {variables!r}\n", prefix, "the file")
    return ast.literal_eval(text.split("build_time_vars = ")[1])


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("prefix", "/install", PREFIX),
        ("LIBDIR", "/install/lib", f"{PREFIX}/lib"),
        ("CONFIG_ARGS", "'--prefix=/install'  -O2", "'--prefix=/install' -O2"),
        ("INCLUDES", "-I/install/include /install/x", f"-I/install/include {PREFIX}/x"),
        ("CFLAGS", "-isysroot /Applications/SDK -O3 -fPIC", "-O3 -fPIC"),
        ("CC", "clang -pthread", "cc -pthread"),
        ("CC", "/usr/bin/aarch64-linux-gnu-gcc", "cc"),
        ("CC", "/usr/bin/riscv64-linux-gnu-clang", "cc"),
        ("LDSHARED", "musl-clang -shared", "cc -shared"),
        ("CXX", "clang++ -pthread", "c++ -pthread"),
        ("LDCXXSHARED", "/usr/bin/x86_64-linux-gnu-g++ -shared", "c++ -shared"),
        ("AR", "/tools/clang/bin/llvm-ar", "ar"),
        ("NOT_A_COMPILER", "clang", "clang"),
        ("HAVE_THREADS", 1, 1),
    ],
)
def test_each_rule(key: str, value: object, expected: object) -> None:
    assert rewritten({key: value})[key] == expected


def test_uv_recognises_the_build() -> None:
    assert rewritten({})["PYTHON_BUILD_STANDALONE"] == 1


def test_rewriting_twice_changes_nothing_more() -> None:
    once = rewrite_sysconfigdata("build_time_vars = {'prefix': '/install', 'CC': 'clang'}", PREFIX, "the file")
    assert rewrite_sysconfigdata(once, PREFIX, "the file") == once


def test_old_files_with_joined_literals() -> None:
    text = "build_time_vars = {'LIBS': '/install/lib '\n  '/install/share'}"
    assert f"'{PREFIX}/lib {PREFIX}/share'" in rewrite_sysconfigdata(text, PREFIX, "the file")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "build_time_vars = dict()",
        "build_time_vars = {",
        "build_time_vars = [1]",
        "build_time_vars = {1: 2, 'CC': 'clang'}",
        "build_time_vars = {[]: 1}",
        "\0",
    ],
)
def test_what_is_no_dictionary_is_refused(text: str) -> None:
    with pytest.raises(ArchiveError) as caught:
        rewrite_sysconfigdata(text, PREFIX, "lib/python3.13/_sysconfigdata__linux_.py")
    assert str(caught.value) == (
        "lib/python3.13/_sysconfigdata__linux_.py in the archive does not hold build_time_vars as a plain dictionary."
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("prefix=\t\t/install", f"prefix=\t\t{PREFIX}"),
        ("LIBPL=\t\t$(prefix)/lib", "LIBPL=\t\t$(prefix)/lib"),
        ("CC=\t\tclang -pthread", "CC=\t\tcc -pthread"),
        ("AR=\t\t/tools/bin/llvm-ar", "AR=\t\tar"),
        ("\t/install/bin/python3 -m this", f"\t{PREFIX}/bin/python3 -m this"),
        ("INSTALL=\t/usr/bin/install -c", "INSTALL=\t/usr/bin/install -c"),
        ("x=/installed/y", "x=/installed/y"),
    ],
)
def test_makefile(line: str, expected: str) -> None:
    assert rewrite_makefile(f"{line}\n", PREFIX) == f"{expected}\n"


def test_a_prefix_may_hold_what_looks_like_a_group() -> None:
    assert rewrite_makefile("prefix=/install\n", r"/opt/\1 x") == "prefix=/opt/\\1 x\n"


def test_pkg_config_follows_its_own_place() -> None:
    text = "prefix=/install\nexec_prefix=${prefix}\nlibdir=/install/lib\n"
    assert rewrite_pkg_config(text) == "prefix=${pcfiledir}/../..\nexec_prefix=${prefix}\nlibdir=/install/lib\n"
