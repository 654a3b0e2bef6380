# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a sample build that are written rather than copied: all that names the prefix `/install`.

Real builds were configured with that prefix by clang on another machine (docs/development/builds.md 5.2); the texts
here say so too,
so that fix-ups have the work that a real build gives them.
"""

from __future__ import annotations

import json
import pprint
import re
from typing import Any

from .source_python import SourcePython

PREFIX = "/install"
LLVM = "/tools/llvm/bin"

# What a build on Linux says about its compiler, whatever the source was compiled with.
COMPILER = {
    "AR": f"{LLVM}/llvm-ar",
    "BLDSHARED": "clang -pthread -shared -fPIC",
    "CC": "clang -pthread",
    "CONFIGURE_CPPFLAGS": f"-I/tools/deps/include -I{PREFIX}/include",
    "CXX": "clang++ -pthread",
    "LDCXXSHARED": "clang++ -pthread -shared",
    "LDSHARED": "clang -pthread -shared -fPIC",
    "LINKCC": "clang -pthread",
}

CONFIG_SCRIPT = """\
#!/bin/sh
# Prints the flags to build against this Python.
here=$(dirname -- "$(realpath -- "$0")")
prefix_build="{prefix}"
prefix_real=$(dirname -- "$here")
relocated() {{ printf '%s\\n' "$1" | sed "s#$prefix_build#$prefix_real#g"; }}
for word; do
    case $word in
        --prefix | --exec-prefix) relocated "{prefix}" ;;
        --includes | --cflags) relocated "-I{prefix}/include/python{minor}" ;;
        --libs) echo "-ldl -lpthread -lm" ;;
        --ldflags) relocated "-L{prefix}/lib -ldl -lpthread -lm" ;;
        --configdir) relocated "{prefix}/lib/python{minor}/config-{minor}-{multiarch}" ;;
        *) echo "Usage: $0 --prefix|--exec-prefix|--includes|--cflags|--libs|--ldflags|--configdir" >&2; exit 1 ;;
    esac
done
"""

PKG_CONFIG = """\
# See: man pkg-config
prefix={prefix}
exec_prefix=${{prefix}}
libdir=${{exec_prefix}}/lib
includedir=${{prefix}}/include

Name: Python
Description: {description}
Requires:
Version: {minor}
Libs.private: -L{prefix}/lib -ldl -lpthread -lm
Libs: -L${{libdir}}{libraries}
Cflags: -I${{includedir}}/python{minor}
"""

# From 20241206 on: sh sees an exec, Python sees a string.
POLYGLOT = """\
#!/bin/sh
'''exec' "$(dirname -- "$(realpath -- "$0")")/python{minor}" "$0" "$@"
' \'\'\'
"""


def polyglot_script(minor: str, body: str) -> bytes:
    """A script of `bin/` that finds its interpreter beside itself, wherever the tree is."""
    return (POLYGLOT.format(minor=minor) + body).encode()


def build_time_vars(source: SourcePython, release: str) -> dict[str, Any]:
    """The source's variables as a build at `/install`, compiled by clang, would have them."""
    here = re.compile(r"(?:(?<![\w./-])|(?<=-[IL]))" + re.escape(str(source.prefix)) + r"(?=/|\s|$|['\":])")
    values = {
        key: here.sub(PREFIX, value) if isinstance(value, str) else value for key, value in source.variables.items()
    }
    places = {
        "prefix": PREFIX,
        "exec_prefix": PREFIX,
        "BINDIR": f"{PREFIX}/bin",
        "INCLUDEPY": f"{PREFIX}/include/python{source.minor}",
        "LIBDIR": f"{PREFIX}/lib",
        "LIBPC": f"{PREFIX}/lib/pkgconfig",
        "LIBPL": f"{PREFIX}/lib/python{source.minor}/config-{source.minor}-{source.multiarch}",
    }
    said = {"CONFIG_ARGS": f"'--prefix={PREFIX}' '--with-openssl=/tools/deps' 'SAMPLE_RELEASE={release}'"}
    return {**values, **places, **COMPILER, **said}


def sysconfigdata(variables: dict[str, Any]) -> bytes:
    """`_sysconfigdata_*.py` as CPython's own generator writes it: long strings become implicit concatenations."""
    head = "# system configuration generated and used by the sysconfig module\nbuild_time_vars = "
    return (head + pprint.pformat(variables) + "\n").encode()


def makefile(variables: dict[str, Any]) -> bytes:
    """The `Makefile` of the config directory, as far as sysconfig and extension builders read it."""
    lines = [f"{key}=\t{value}" for key, value in sorted(variables.items()) if "\n" not in str(value)]
    return ("# Generated automatically from Makefile.pre by makesetup.\n" + "\n".join(lines) + "\n\nall:\n").encode()


def sysconfig_vars(variables: dict[str, Any]) -> bytes:
    """`_sysconfig_vars_*.json` of 3.14 and later: sysconfigdata again."""
    return json.dumps(variables, indent=2, sort_keys=True).encode()


def build_details(source: SourcePython) -> bytes:
    """`build-details.json` (PEP 739) of 3.14 and later, as far as it names paths."""
    lib = f"{PREFIX}/lib"
    return json.dumps(
        {
            "schema_version": "1.0",
            "base_prefix": PREFIX,
            "base_interpreter": f"{PREFIX}/bin/python{source.minor}",
            "platform": f"linux-{source.multiarch.partition('-')[0]}",
            "language": {"version": source.minor},
            "libpython": {"dynamic": f"{lib}/libpython{source.minor}.so.1.0", "link_extensions": True},
            "c_api": {"headers": f"{PREFIX}/include/python{source.minor}", "pkgconfig_path": f"{lib}/pkgconfig"},
        },
        indent=2,
    ).encode()


def python_config(source: SourcePython) -> bytes:
    """`config-*/python-config.py`."""
    return (
        f"#!{PREFIX}/bin/python{source.minor}\nimport sysconfig\nprint(sysconfig.get_config_var('prefix'))\n".encode()
    )


def tcl_config() -> bytes:
    """A file that no rule names: what configure wrote for another library."""
    return f"TCL_PREFIX='{PREFIX}'\nTCL_LIB_SPEC='-L{PREFIX}/lib -ltcl8.6'\n".encode()


def config_script(source: SourcePython) -> bytes:
    """`python3.X-config`."""
    return CONFIG_SCRIPT.format(prefix=PREFIX, minor=source.minor, multiarch=source.multiarch).encode()


def pkg_config(source: SourcePython, embed: bool) -> bytes:
    """A `.pc` file, in the form of releases before 20250205, which is the one that needs a fix-up."""
    return PKG_CONFIG.format(
        prefix=PREFIX,
        minor=source.minor,
        description="Embed Python into an application" if embed else "Build a C extension for Python",
        libraries=f" -lpython{source.minor}" if embed else "",
    ).encode()


def python_json(source: SourcePython, target: str, options: str, suffix: str) -> bytes:
    """The first member of a full archive. `suffix` is the ABI tag: '', 't', 'd' or 'td'.

    The facts: docs/development/builds.md 3.1.
    """
    stdlib = f"install/lib/python{source.minor}"
    facts = {
        "version": "8",
        "target_triple": target,
        "build_options": options,
        "crt_features": ["glibc-dynamic", "glibc-max-symbol-version:2.17"],
        "libpython_link_mode": "shared" if source.libpython else "static",
        "license_path": "licenses/LICENSE.cpython.txt",
        "licenses": ["Python-2.0", "CNRI-Python"],
        "python_abi_tag": suffix,
        "python_exe": f"install/bin/python{source.minor}{suffix}",
        "python_extension_module_loading": ["builtin", "shared-library"],
        "python_implementation_name": "cpython",
        "python_paths": {
            "data": "install",
            "include": f"install/include/python{source.minor}",
            "platinclude": f"install/include/python{source.minor}",
            "platlib": f"{stdlib}/site-packages",
            "platstdlib": stdlib,
            "purelib": f"{stdlib}/site-packages",
            "scripts": "install/bin",
            "stdlib": stdlib,
        },
        "python_platform_tag": "linux-" + source.multiarch.partition("-")[0],
        "python_stdlib_test_packages": ["idlelib.idle_test", "test", "test.test_tools", "unittest.test"],
        "python_tag": "cp" + source.minor.replace(".", ""),
        "python_version": source.version,
    }
    return json.dumps(facts, indent=4, sort_keys=True).encode()
