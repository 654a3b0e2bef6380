# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tree of a sample build, in the layout of docs/development/builds.md 3.2."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from . import sample_texts as texts
from .sample_archive import Member
from .sample_filler import as_large_as_real, build_ballast, terminfo
from .source_files import copied_members, without_debug_sections
from .source_python import SourcePython

# The module that shows which release an installed sample is: `python -c "import _sample; print(_sample.RELEASE)"`.
RELEASE_MODULE = "_sample.py"

# Program of bin/ -> the file that it needs below the standard library, and its body.
SCRIPTS = {
    "pydoc": ("pydoc.py", "import pydoc\npydoc.cli()\n"),
    "idle": ("idlelib/pyshell.py", "from idlelib.pyshell import main\nmain()\n"),
    "2to3": ("lib2to3/main.py", "import sys\nfrom lib2to3.main import main\nsys.exit(main('lib2to3.fixes'))\n"),
    "pip": (
        "site-packages/pip/__init__.py",
        "import sys\nfrom pip._internal.cli.main import main\nsys.exit(main())\n",
    ),
}


def prefix_members(
    source: SourcePython, *, release: str, abi_suffix: str, real_size: bool, ensurepip: bool, pip: bool, strip: bool
) -> list[Member]:
    """All members of a Python prefix, sorted; names are relative to the prefix. Raises `UnusableSource`."""
    members = list(copied_members(source, abi_suffix=abi_suffix, everything=real_size, ensurepip=ensurepip, pip=pip))
    if strip:
        members = without_debug_sections(members)
    members += _written(source, release)
    members += _scripts(source.minor, {member.name for member in members})
    if real_size:
        members += as_large_as_real(members, _machine_code(members))
    else:
        members += terminfo(files=3, links=12)
    return _sorted(members)


def full_members(source: SourcePython, prefix: list[Member], *, facts: bytes, ballast_bytes: int) -> list[Member]:
    """All members of a full archive, `PYTHON.json` first, around those of its prefix."""
    licence = next((member.content for member in prefix if member.name.endswith("LICENSE.txt")), b"PSF-2.0\n")
    others = [replace(member, name=f"install/{member.name}") for member in prefix]
    others += build_ballast(_machine_code(prefix), ballast_bytes)
    others += [Member(f"licenses/LICENSE.{name}.txt", licence) for name in ("cpython", "openssl-3", "sqlite")]
    return [Member("PYTHON.json", facts), *_sorted(others)]


def with_broken_import(members: list[Member], minor: str, module: str) -> list[Member]:
    """The same members, but importing `module` fails as it does when a library of the system is missing."""
    stdlib = f"lib/python{minor}"
    places = (f"{stdlib}/{module}/__init__.py", f"{stdlib}/{module}.py")
    place = next((name for name in places if any(member.name == name for member in members)), places[-1])
    library = f"lib{module}.so.3: cannot open shared object file: No such file or directory"
    others = [member for member in members if member.name != place]
    return _sorted([*others, Member(place, f"raise ImportError({library!r})\n".encode())])


def _written(source: SourcePython, release: str) -> Iterator[Member]:
    minor, lib = source.minor, f"lib/python{source.minor}"
    variables = texts.build_time_vars(source, release)
    yield Member(f"{lib}/{source.sysconfigdata}.py", texts.sysconfigdata(variables))
    yield Member(f"{lib}/config-{minor}-{source.multiarch}/Makefile", texts.makefile(variables))
    yield Member(
        f"{lib}/config-{minor}-{source.multiarch}/python-config.py", texts.python_config(source), executable=True
    )
    yield Member(
        f"{lib}/{source.sysconfigdata.replace('configdata', 'config_vars')}.json", texts.sysconfig_vars(variables)
    )
    yield Member(f"{lib}/build-details.json", texts.build_details(source))
    yield Member("lib/tclConfig.sh", texts.tcl_config())
    yield Member(f"{lib}/{RELEASE_MODULE}", f'RELEASE = "{release}"\n'.encode())
    yield Member(f"{lib}/lib-dynload/.empty")
    yield Member(f"{lib}/site-packages/README.txt", b"This directory is for packages that are installed later.\n")
    yield Member(f"bin/python{minor}-config", texts.config_script(source), executable=True)
    yield Member("bin/python3-config", link=f"python{minor}-config")
    yield Member(f"lib/pkgconfig/python-{minor}.pc", texts.pkg_config(source, embed=False))
    yield Member(f"lib/pkgconfig/python-{minor}-embed.pc", texts.pkg_config(source, embed=True))
    yield Member("lib/pkgconfig/python3.pc", link=f"python-{minor}.pc")
    yield Member("lib/pkgconfig/python3-embed.pc", link=f"python-{minor}-embed.pc")
    yield Member(f"share/man/man1/python{minor}.1", b'.TH PYTHON "1"\n.SH NAME\npython \\- an interpreter\n')
    yield Member("share/man/man1/python3.1", link=f"python{minor}.1")


def _scripts(minor: str, present: set[str]) -> Iterator[Member]:
    """The polyglot programs whose module is in the tree, under the names that upstream gives them."""
    for program, (needed, body) in SCRIPTS.items():
        if f"lib/python{minor}/{needed}" not in present:
            continue
        script = texts.polyglot_script(minor, body)
        if program == "pip":
            yield from (Member(f"bin/{name}", script, executable=True) for name in ("pip", "pip3", f"pip{minor}"))
            continue
        versioned, plain = (f"2to3-{minor}", "2to3") if program == "2to3" else (f"{program}{minor}", f"{program}3")
        yield Member(f"bin/{versioned}", script, executable=True)
        yield Member(f"bin/{plain}", link=versioned)


def _machine_code(members: list[Member]) -> bytes:
    return max((member.content for member in members), key=len)


def _sorted(members: list[Member]) -> list[Member]:
    return sorted(members, key=lambda member: member.name)
