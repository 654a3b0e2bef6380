# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._platform.host import HostPlatform
from ansible_collections.standalone.python.plugins.plugin_utils._probe.platform import host_platform, image_platform
from ansible_collections.standalone.python.plugins.plugin_utils._probe.probe import build_command, parse
from tests.support import probe_roots
from tests.support.probe_roots import ROOTS, RecordedRoot, minimal_elf
from tests.support.probe_runs import ask, run, run_in, tools_on_path

GLIBC = minimal_elf(62, interpreter="/lib64/ld-linux-x86-64.so.2").hex()
V2 = "cx16 lahf_lm popcnt pni ssse3 sse4_1 sse4_2"
V3 = "avx avx2 bmi1 bmi2 f16c fma abm movbe xsave"
MUSL = minimal_elf(62, interpreter="/lib/ld-musl-x86_64.so.1").hex()


@pytest.mark.parametrize("root", ROOTS, ids=lambda root: root.name)
def test_recorded_roots(tmp_path: Path, root: RecordedRoot) -> None:
    place = probe_roots.make(tmp_path, root)
    with tools_on_path(tmp_path / "tools", {"uname": f"#!/bin/sh\necho {root.kernel}\n"}):
        found = ask(Path("/opt/python/3.13"), Path("/opt/python/.builds"), root=place)
    is_told = root.shell.startswith(b"\x7fELF")
    assert found.has_root
    assert found.platform == (root.expected if is_told else None)


@pytest.mark.parametrize(("flags", "level"), [("fpu sse", 1), (V2, 2), (f"{V2} avx", 2), (f"{V2} {V3}", 3), ("", None)])
def test_the_level_of_the_processor(flags: str, level: int | None) -> None:
    facts = {"system": ["Linux x86_64"], "elf": [GLIBC], "cpu_flags": [f": {flags}"]}
    assert host_platform(facts).cpu_level == level


def test_a_shell_for_a_machine_that_nobody_knows_shows_nothing() -> None:
    assert image_platform({"system": ["Linux x86_64"], "elf": [minimal_elf(2, interpreter="/lib/ld.so").hex()]}) is None


@pytest.mark.parametrize(
    ("says", "elf", "version"),
    [
        ("ld.so (Debian GLIBC 2.36-9+deb12u10) stable release version 2.36.", GLIBC, (2, 36)),
        ("ld.so (Ubuntu GLIBC 2.39-0ubuntu8.4) stable release version 2.39.", GLIBC, (2, 39)),
        ("ld.so (GNU libc) stable release version 2.34.", GLIBC, (2, 34)),
        ("glibc 2.17", GLIBC, (2, 17)),
        ("ld-2.31.so", GLIBC, (2, 31)),
        ("/lib/x86_64-linux-gnu/ld-2.28.so", GLIBC, (2, 28)),
        ("Version 1.2.5", MUSL, (1, 2)),
        ("", GLIBC, None),
        ("Segmentation fault", MUSL, None),
    ],
)
def test_what_a_libc_says(says: str, elf: str, version: tuple[int, int] | None) -> None:
    loader = "/lib64/ld-linux-x86-64.so.2" if elf == GLIBC else "/lib/ld-musl-x86_64.so.1"
    platform = host_platform({"system": ["Linux x86_64"], "elf": [elf], "libc": [f"{loader} {says}"]})
    assert platform.libc_version == version


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"system": ["Darwin arm64"]}, HostPlatform("darwin", "aarch64", 64, None, None, None, None)),
        (
            {"system": ["Darwin x86_64"], "translated": ["0"], "os_VERSION_ID": ["10.15.7"]},
            HostPlatform("darwin", "x86_64", 64, None, None, None, "10.15.7"),
        ),
        (
            {"system": ["Darwin x86_64"], "translated": ["1"], "os_VERSION_ID": ["14.5"]},
            HostPlatform("darwin", "aarch64", 64, None, None, None, "14.5"),
        ),
        ({"system": ["FreeBSD amd64"]}, HostPlatform("freebsd", "x86_64", 64, None, None, None, None)),
        ({"system": ["Linux x86_64"]}, HostPlatform("linux", "x86_64", 64, None, None, None, None)),
    ],
)
def test_other_systems_and_too_few_facts(facts: dict[str, Sequence[str]], expected: HostPlatform) -> None:
    assert host_platform(facts) == expected


def test_macos_is_asked_with_its_own_tools(tmp_path: Path) -> None:
    tools = {
        "uname": "#!/bin/sh\necho Darwin x86_64\n",
        "sw_vers": '#!/bin/sh\n[ "$*" = -productVersion ] && echo 14.5\n',
        "sysctl": '#!/bin/sh\n[ "$*" = "-n sysctl.proc_translated" ] && echo 1\n',
    }
    command = build_command("/opt/python/3.13", str(tmp_path), verify="quick")
    with tools_on_path(tmp_path / "tools", tools):
        done = run(["/bin/sh", "-c", command.replace("/proc/sys/kernel/ostype", "/proc/of/no/macos")])
    platform = parse(done.stdout).platform
    assert platform == HostPlatform("darwin", "aarch64", 64, None, None, None, "14.5")


GLIBC_LOADER = "lib64/ld-linux-x86-64.so.2"
NEW_GLIBC = '#!/bin/sh\n[ "$*" = --version ] && echo "ld.so (GNU libc) stable release version 2.41."\n'
OLD_GLIBC = "#!/bin/sh\necho usage >&2\nexit 127\n"
RUNNING = {
    "new glibc": ({GLIBC_LOADER: NEW_GLIBC}, "gnu", (2, 41)),
    "old glibc with getconf": (
        {GLIBC_LOADER: OLD_GLIBC, "bin/getconf": '#!/bin/sh\n[ "$*" = GNU_LIBC_VERSION ] && echo glibc 2.31\n'},
        "gnu",
        (2, 31),
    ),
    "old glibc with a link": ({"lib64/ld-2.17.so": OLD_GLIBC, GLIBC_LOADER: "-> ld-2.17.so"}, "gnu", (2, 17)),
    "musl": (
        {"lib/ld-musl-x86_64.so.1": "#!/bin/sh\nprintf 'musl libc (x86_64)\\nVersion 1.2.5\\n' >&2\nexit 1\n"},
        "musl",
        (1, 2),
    ),
    "no libc": ({}, None, None),
}


@pytest.mark.parametrize("system", RUNNING)
def test_a_running_system_of_busybox_alone(tmp_path: Path, system: str) -> None:
    files, libc, version = RUNNING[system]
    platform = run_in(tmp_path / "root", files).platform
    assert (platform.arch, platform.bits, platform.libc, platform.libc_version) == ("x86_64", 64, libc, version)
