# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import ArchiveError
from ansible_collections.standalone.python.plugins.module_utils._install.sysconfig import (
    rewrite_json,
    rewrite_makefile,
    rewrite_pkg_config,
    rewrite_script,
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
        ("INCLUDES", "-I/install/include /install/x", f"-I{PREFIX}/include {PREFIX}/x"),
        ("LDFLAGS", "-L/install/lib -Wl,-rpath,/install/lib", f"-L{PREFIX}/lib -Wl,-rpath,{PREFIX}/lib"),
        ("OTHERS", "/installed /opt/install a/install", "/installed /opt/install a/install"),
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
    text = (
        "prefix=/install\nexec_prefix=${prefix}\nlibdir=/install/lib\nLibs.private: -L/install/lib -lm /install/l.a\n"
    )
    assert rewrite_pkg_config(text) == (
        "prefix=${pcfiledir}/../..\nexec_prefix=${prefix}\nlibdir=${pcfiledir}/../../lib\n"
        "Libs.private: -L${pcfiledir}/../../lib -lm ${pcfiledir}/../../l.a\n"
    )


@pytest.mark.parametrize(
    ("file", "content", "expected"),
    [
        (
            "_sysconfig_vars__linux_x86_64-linux-gnu.json",
            {"AR": "/tools/llvm-ar", "CC": "clang -pthread", "LIBDIR": "/install/lib", "SIZE": 8},
            {"AR": "ar", "CC": "cc -pthread", "LIBDIR": f"{PREFIX}/lib", "SIZE": 8, "PYTHON_BUILD_STANDALONE": 1},
        ),
        (
            "build-details.json",
            {"base_prefix": "/install", "c_api": {"headers": "/install/include"}, "suffixes": [".so", "/install/x"]},
            {"base_prefix": PREFIX, "c_api": {"headers": f"{PREFIX}/include"}, "suffixes": [".so", f"{PREFIX}/x"]},
        ),
    ],
)
def test_json(file: str, content: dict[str, object], expected: dict[str, object]) -> None:
    once = rewrite_json(json.dumps(content), PREFIX, f"lib/python3.14/{file}")
    assert json.loads(once) == expected
    assert rewrite_json(once, PREFIX, f"lib/python3.14/{file}") == once


@pytest.mark.parametrize("text", ['{"a":   "/usr"}', "[1]", "{", ""])
def test_other_json_stays_as_it_is(text: str) -> None:
    assert rewrite_json(text, PREFIX, "lib/python3.14/build-details.json") == text


UPSTREAM = """#!/bin/sh
\'\'\'exec' "$(dirname -- "$(realpath -- "$0")")/python3.13" "$0" "$@"
' \'\'\'
"""
LONG = "/opt/" + "long/" * 30 + "3.13"


def of_sh(path: str, options: str = "") -> str:
    return f"#!/bin/sh\n'''exec' '{path}'{options} \"$0\" \"$@\"\n' '''\n"


@pytest.mark.parametrize("body", ["import sys\n", ""])
@pytest.mark.parametrize(
    ("head", "prefix", "expected"),
    [
        (UPSTREAM, PREFIX, f"#!{PREFIX}/bin/python3.13\n"),
        ('#!/bin/sh\n"exec" "$(dirname $0)/python3.13" "$0" "$@"\n', PREFIX, f"#!{PREFIX}/bin/python3.13\n"),
        ("#!/install/bin/python3.13\n", PREFIX, f"#!{PREFIX}/bin/python3.13\n"),
        ("#!/install/bin/python3\n", PREFIX, f"#!{PREFIX}/bin/python3\n"),
        ("#! /usr/bin/env python3.13\n", PREFIX, f"#!{PREFIX}/bin/python3.13\n"),
        ("#!/install/bin/python3.9 -E\n", PREFIX, f"#!{PREFIX}/bin/python3.13 -E\n"),
        ("#!/opt/python/3.12/bin/python3.12\n", PREFIX, f"#!{PREFIX}/bin/python3.13\n"),
        ("#!/usr/bin/env -S python3.13 -E -s\n", PREFIX, of_sh(f"{PREFIX}/bin/python3.13", " -E -s")),
        (of_sh("/opt/a python/bin/python3.13", " -I"), PREFIX, f"#!{PREFIX}/bin/python3.13 -I\n"),
        (of_sh(f"{LONG}/bin/python3.13").replace(f"'{LONG}", LONG).replace("3.13' ", "3.13 "), LONG, None),
        (UPSTREAM, "/opt/my $python", of_sh("/opt/my $python/bin/python3.13")),
        (UPSTREAM, "/opt/it's", of_sh("/opt/it's/bin/python3.13").replace("'/opt", '"/opt').replace("13'", '13"')),
        (UPSTREAM, "/opt/back\\slash", UPSTREAM),
        ("#!/bin/sh\necho python3.13\n", PREFIX, "#!/bin/sh\necho python3.13\n"),
        ("#!/usr/bin/perl\n", PREFIX, "#!/usr/bin/perl\n"),
        ("#!/install/bin/python3.13-config\n", PREFIX, f"#!{PREFIX}/bin/python3.13-config\n"),
    ],
)
def test_launchers(head: str, prefix: str, expected: str | None, body: str) -> None:
    def program(name: str) -> str:
        return name if name in ("python3", "python3.13") else "python3.13"

    once = rewrite_script(head + body, prefix, program)
    assert once == (of_sh(f"{LONG}/bin/python3.13") if expected is None else expected) + body
    assert rewrite_script(once, prefix, program) == once


@pytest.mark.parametrize("name", ["3.13", "my python's", "my $HOME", "l" * 130])
def test_a_launcher_starts_the_interpreter_at_the_path(tmp_path: Path, name: str) -> None:
    """The one beside the launcher is that of one build, which an upgrade removes."""
    prefix, store = tmp_path / name, tmp_path / "store"
    for directory, answer in ((prefix / "bin", "path"), (store, "store")):
        directory.mkdir(parents=True)
        (directory / "python3.13").write_text(f'#!/bin/sh\necho {answer} "$@"\n')
        (directory / "python3.13").chmod(0o755)
    script = store / "pip3.13"
    script.write_text(rewrite_script(UPSTREAM, str(prefix), lambda name: name))
    script.chmod(0o755)
    run = subprocess.run([script, "a b"], capture_output=True, text=True, check=True)
    assert run.stdout == f"path {script} a b\n"
    compiled = subprocess.run([sys.executable, "-W", "error", script], capture_output=True, text=True, check=False)
    assert (compiled.returncode, compiled.stderr) == (0, "")


def test_the_config_script_names_the_path() -> None:
    text = 'installed_prefix() { readlink -f "$1"; }\nprefix_build="/install"\nprefix_real=$(installed_prefix "$0")\n'
    assert rewrite_script(text, PREFIX, str) == (
        f'installed_prefix() {{ readlink -f "$1"; }}\nprefix_build="{PREFIX}"\nprefix_real=\'{PREFIX}\'\n'
    )


@pytest.mark.parametrize(
    "line",
    [
        "#!" + "python " * 100_000,
        "#!/bin/sh\n'''exec' " + "python " * 100_000,
        "#!/bin/sh\n'''exec' " + "python " * 100_000 + '"$0" "$@"',
    ],
    ids=["of an interpreter", "of a shell", "of a shell with arguments"],
)
def test_a_forged_head_is_read_in_no_time(line: str) -> None:
    """Each word could begin a name and options, which an unbounded expression tries one by one, for half an hour."""
    assert rewrite_script(line, PREFIX, str) == line


@pytest.mark.parametrize("depth", [100, 700, 2000, 5000])
@pytest.mark.parametrize("name", ["build-details.json", "_sysconfig_vars_.json"])
def test_json_of_any_depth(depth: int, name: str) -> None:
    """A reader goes deeper than a writer, by another depth with each version of Python."""
    value = "[" * depth + '"/install"' + "]" * depth
    assert PREFIX in rewrite_json(f'{{"a": {value}, "b": "/install"}}', PREFIX, name)
