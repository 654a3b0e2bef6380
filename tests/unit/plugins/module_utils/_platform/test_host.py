# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts: their targets, what they cannot run and why, and what facts show of them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.asset_name import AssetName
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Build
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, UnsupportedHost
from ansible_collections.standalone.python.plugins.module_utils._platform.facts import platform_of_facts
from ansible_collections.standalone.python.plugins.module_utils._platform.host import CPU_LEVEL_FLAGS, HostPlatform

DEBIAN = HostPlatform("linux", "x86_64", 64, "gnu", (2, 36), 3, "12")
ALPINE = HostPlatform("linux", "x86_64", 64, "musl", (1, 2), 1, "3.20.1")
CENTOS_6 = HostPlatform("linux", "x86_64", 64, "gnu", (2, 12), 1, "6.10")
THIRTY_TWO = HostPlatform("linux", "i686", 32, "gnu", (2, 36), None, "12")
RASPBIAN = HostPlatform("linux", "armv7", 32, "gnueabihf", (2, 31), None, "11")
ARMEL = HostPlatform("linux", "armv7", 32, "gnueabi", (2, 31), None, "11")
RISCV = HostPlatform("linux", "riscv64", 64, "gnu", (2, 27), None, "1")
APPLE = HostPlatform("darwin", "aarch64", 64, None, None, None, "14.5")
INTEL_MAC = HostPlatform("darwin", "x86_64", 64, None, None, None, "10.14.6")
ODD = HostPlatform("linux", "armv6", 32, "gnueabihf", (2, 31), None, "11")
UNKNOWN_LIBC = HostPlatform("linux", "x86_64", 64, None, None, 1, None)


def build(target: str, rest: str = "install_only", release: str = "20260814") -> Build:
    return Build.from_asset_name(AssetName.from_stem(f"cpython-3.13.5+{release}-{target}-{rest}"))


@pytest.mark.parametrize(
    ("host", "cpu_level", "targets"),
    [
        (DEBIAN, "baseline", ["x86_64-unknown-linux-gnu"]),
        (
            DEBIAN,
            "auto",
            ["x86_64_v3-unknown-linux-gnu", "x86_64_v2-unknown-linux-gnu", "x86_64-unknown-linux-gnu"],
        ),
        (DEBIAN, "v4", ["x86_64_v4-unknown-linux-gnu"]),
        (ALPINE, "baseline", ["x86_64-unknown-linux-musl"]),
        (ALPINE, "auto", ["x86_64-unknown-linux-musl"]),
        (ALPINE, "v2", ["x86_64_v2-unknown-linux-musl"]),
        (RASPBIAN, "v3", ["armv7-unknown-linux-gnueabihf"]),
        (ARMEL, "baseline", ["armv7-unknown-linux-gnueabi"]),
        (THIRTY_TWO, "auto", ["i686-unknown-linux-gnu"]),
        (APPLE, "auto", ["aarch64-apple-darwin"]),
    ],
)
def test_a_host_has_targets_in_order_of_preference(host: HostPlatform, cpu_level: str, targets: list[str]) -> None:
    assert list(host.targets(cpu_level)) == targets


@pytest.mark.parametrize(
    ("host", "message"),
    [
        (
            ODD,
            "There are no builds for this host (Linux armv6 32-bit glibc with hard float 2.31). Use the Python of its "
            "system.",
        ),
        (
            HostPlatform("linux", "x86_64", 32, "gnu", None, 1),
            "There are no builds for this host (Linux x86_64 32-bit glibc). Use the Python of its system.",
        ),
        (
            HostPlatform("freebsd", "x86_64", 64, None, None, None),
            "There are no builds for this host (freebsd x86_64 64-bit). Use the Python of its system.",
        ),
        (
            UNKNOWN_LIBC,
            "The C library of this host (Linux x86_64 64-bit) is not known, so its target is not either. "
            "Give `target`.",
        ),
    ],
)
def test_a_host_without_targets_is_said_to_be_so(host: HostPlatform, message: str) -> None:
    with pytest.raises(UnsupportedHost) as error:
        host.targets()
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("host", "runs"),
    [
        (DEBIAN, build("x86_64-unknown-linux-gnu")),
        (DEBIAN, build("x86_64_v3-unknown-linux-gnu")),
        (DEBIAN, build("x86_64-unknown-linux-musl", "lto+static-full")),
        (DEBIAN, build("x86_64-unknown-linux-musl", release="20250212")),
        (CENTOS_6, build("x86_64-unknown-linux-musl", "lto+static-full")),
        (ALPINE, build("x86_64-unknown-linux-musl")),
        (ALPINE, build("x86_64-unknown-linux-musl", release="20240107")),
        (RASPBIAN, build("armv7-unknown-linux-gnueabihf")),
        (HostPlatform("linux", "riscv64", 64, "gnu", (2, 28), None), build("riscv64-unknown-linux-gnu")),
        (APPLE, build("aarch64-apple-darwin")),
        (APPLE, build("x86_64-apple-darwin")),
        (INTEL_MAC, build("x86_64-apple-darwin", release="20241219")),
        # What is not known is not held against a build.
        (UNKNOWN_LIBC, build("x86_64-unknown-linux-musl")),
        (HostPlatform("linux", "x86_64", 64, "gnu", None, None), build("x86_64_v4-unknown-linux-gnu")),
        (HostPlatform("darwin", "x86_64", 64, None, None, None), build("x86_64-apple-darwin")),
        (HostPlatform("darwin", "x86_64", 64, None, None, None, "9" * 5000), build("x86_64-apple-darwin")),
    ],
)
def test_a_host_runs_what_fits_it(host: HostPlatform, runs: Build) -> None:
    assert host.objection_to(runs) is None


@pytest.mark.parametrize(
    ("host", "refused", "reason"),
    [
        (
            DEBIAN,
            build("aarch64-apple-darwin"),
            "needs macOS with 64-bit aarch64 programs, but this host is Linux with 64-bit x86_64 programs. "
            "Ask for x86_64-unknown-linux-gnu, which is what it runs.",
        ),
        (
            DEBIAN,
            build("x86_64-pc-windows-msvc"),
            "needs Windows with 64-bit x86_64 programs, but this host is Linux with 64-bit x86_64 programs. "
            "Ask for x86_64-unknown-linux-gnu, which is what it runs.",
        ),
        (
            THIRTY_TWO,
            build("x86_64-unknown-linux-gnu"),
            "needs Linux with 64-bit x86_64 programs, but this host is Linux with 32-bit i686 programs, whatever its "
            "kernel is. Ask for i686-unknown-linux-gnu, which is what it runs.",
        ),
        (
            RASPBIAN,
            build("aarch64-unknown-linux-gnu"),
            "needs Linux with 64-bit aarch64 programs, but this host is Linux with 32-bit armv7 programs, whatever "
            "its kernel is. Ask for armv7-unknown-linux-gnueabihf, which is what it runs.",
        ),
        (
            ODD,
            build("armv7-unknown-linux-gnueabihf"),
            "needs Linux with 32-bit armv7 programs, but this host is Linux with 32-bit armv6 programs, whatever its "
            "kernel is. There are no builds for this host (Linux armv6 32-bit glibc with hard float 2.31). Use the "
            "Python of its system.",
        ),
        (
            DEBIAN,
            build("x86_64-unknown-linux-musl", release="20250311"),
            "needs musl, but this host has glibc 2.36. Ask for x86_64-unknown-linux-gnu, which is what it runs.",
        ),
        (
            ALPINE,
            build("x86_64-unknown-linux-gnu"),
            "needs glibc, but this host has musl 1.2. Ask for x86_64-unknown-linux-musl, which is what it runs.",
        ),
        (
            ARMEL,
            build("armv7-unknown-linux-gnueabihf"),
            "needs glibc with hard float, but this host has glibc with soft float 2.31. "
            "Ask for armv7-unknown-linux-gnueabi, which is what it runs.",
        ),
        (
            CENTOS_6,
            build("x86_64-unknown-linux-gnu"),
            "needs glibc 2.17 or later, but this host has glibc 2.12. A static build runs here: "
            "`target: x86_64-unknown-linux-musl` with `build_options: lto+static`.",
        ),
        (
            RISCV,
            build("riscv64-unknown-linux-gnu"),
            "needs glibc 2.28 or later, but this host has glibc 2.27. Use a newer system.",
        ),
        (
            HostPlatform("linux", "x86_64", 64, "musl", (1, 1), 1),
            build("x86_64-unknown-linux-musl"),
            "needs musl 1.2.2 or later, but this host has musl 1.1. A static build runs here: "
            "`target: x86_64-unknown-linux-musl` with `build_options: lto+static`.",
        ),
        (
            DEBIAN,
            build("x86_64_v4-unknown-linux-gnu"),
            "needs a processor of x86-64 level v4, but this host has one of level v3. "
            "Ask for `cpu_level: baseline` or `auto`.",
        ),
        (
            ALPINE,
            build("x86_64_v2-unknown-linux-musl", "lto+static-full"),
            "needs a processor of x86-64 level v2, but this host has one of level v1. "
            "Ask for `cpu_level: baseline` or `auto`.",
        ),
        (
            INTEL_MAC,
            build("x86_64-apple-darwin", release="20250106"),
            "needs macOS 10.15 or later, but this host has macOS 10.14.6. Ask for an older release.",
        ),
        (
            INTEL_MAC,
            build("aarch64-apple-darwin"),
            "needs macOS with 64-bit aarch64 programs, but this host is macOS with 64-bit x86_64 programs. "
            "Ask for x86_64-apple-darwin, which is what it runs.",
        ),
    ],
)
def test_the_objection_has_both_figures(host: HostPlatform, refused: Build, reason: str) -> None:
    assert host.objection_to(refused) == f"{refused.name} {reason}"


def linux(architecture: str = "x86_64", **facts: Any) -> dict[str, Any]:
    return {"system": "Linux", "architecture": architecture, "distribution": "Debian", **facts}


V2_FLAGS = [*CPU_LEVEL_FLAGS[2].split(), "fpu", "sse2"]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (
            linux(userspace_bits="64", distribution_version="12.11", os_family="Debian", flags=V2_FLAGS),
            HostPlatform("linux", "x86_64", 64, "gnu", None, 2, "12.11"),
        ),
        (linux(), HostPlatform("linux", "x86_64", 64, "gnu", None, None)),
        (linux(userspace_bits="32", flags=V2_FLAGS), HostPlatform("linux", "i686", 32, "gnu", None, None)),
        (linux("i386", userspace_bits="32"), HostPlatform("linux", "i686", 32, "gnu", None, None)),
        (linux("aarch64", userspace_bits="64"), HostPlatform("linux", "aarch64", 64, "gnu", None, None)),
        (linux("aarch64", userspace_bits="32"), HostPlatform("linux", "armv7", 32, "gnueabihf", None, None)),
        (linux("armv7l"), HostPlatform("linux", "armv7", 32, "gnueabihf", None, None)),
        (linux("s390x"), HostPlatform("linux", "s390x", 64, "gnu", None, None)),
        (linux(distribution="Alpine"), HostPlatform("linux", "x86_64", 64, "musl", None, None)),
        (
            linux(distribution="Adelie Linux", os_family="Adelie"),
            HostPlatform("linux", "x86_64", 64, "musl", None, None),
        ),
        (
            {
                "system": "Darwin",
                "architecture": "arm64",
                "userspace_bits": "64",
                "distribution": "MacOSX",
                "distribution_version": "14.5",
            },
            HostPlatform("darwin", "aarch64", 64, None, None, None, "14.5"),
        ),
    ],
)
def test_facts_show_what_a_host_is(facts: dict[str, Any], expected: HostPlatform) -> None:
    assert platform_of_facts(facts) == expected


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (
            {},
            "The target of this host is not known: its facts lack system and architecture. "
            "Gather facts (`gather_facts: true`), or give `target`.",
        ),
        (
            {"system": "Linux", "architecture": "x86_64"},
            "The target of this host is not known: its facts lack distribution. "
            "Gather facts (`gather_facts: true`), or give `target`.",
        ),
        (
            linux(distribution="Void"),
            "Void comes with glibc or with musl, and facts do not say which. Give `target`.",
        ),
        (
            {"system": "FreeBSD", "architecture": "amd64"},
            "No target follows from the facts of a host with FreeBSD. Give `target`.",
        ),
    ],
)
def test_facts_that_say_too_little_are_named(facts: dict[str, Any], message: str) -> None:
    with pytest.raises(UnsupportedHost) as error:
        platform_of_facts(facts)
    assert str(error.value) == message


@pytest.mark.parametrize("host", [DEBIAN, ALPINE, THIRTY_TWO, APPLE, UNKNOWN_LIBC])
def test_a_platform_reaches_the_module_as_it_is(host: HostPlatform) -> None:
    sent = json.loads(json.dumps(replace(host, called="the system in /mnt").as_dict()))
    found = HostPlatform.from_dict(sent)
    assert (found, found.called) == (host, "the system in /mnt")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("os", None, "host_platform is damaged: os should be a text."),
        ("bits", "64", "host_platform is damaged: bits should be a whole number."),
        ("libc_version", "2.36", "host_platform is damaged: libc_version should be a list."),
        ("libc_version", [2, "36"], "host_platform is damaged: libc_version should be a list of whole numbers."),
        ("libc_version", [2], "host_platform is damaged: libc_version should be two numbers."),
        ("cpu_level", "v3", "host_platform is damaged: cpu_level should be a whole number."),
    ],
)
def test_a_platform_that_cannot_be_is_refused(field: str, value: object, message: str) -> None:
    with pytest.raises(InvalidName) as caught:
        HostPlatform.from_dict({**DEBIAN.as_dict(), field: value})
    assert str(caught.value) == message
