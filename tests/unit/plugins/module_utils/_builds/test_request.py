# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every form of a name, what answers to it, and what is shown for a name of no form."""

from __future__ import annotations

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.asset_name import AssetName
from ansible_collections.standalone.python.plugins.module_utils._builds.build import Build
from ansible_collections.standalone.python.plugins.module_utils._builds.request import RequestedName
from ansible_collections.standalone.python.plugins.module_utils._builds.version import Specifier, Version
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName

LINUX = "x86_64-unknown-linux-gnu"
COMMON = f"cpython-3.13.5+20250723-{LINUX}"


def build(rest: str, release: str | None = None) -> Build:
    return Build.from_asset_name(AssetName.from_stem(f"cpython-{rest}"), release)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.13", RequestedName("3.13", specifier=Specifier.parse("==3.13.*"))),
        (" 3.13\n", RequestedName("3.13", specifier=Specifier.parse("==3.13.*"))),
        ("3", RequestedName("3", specifier=Specifier.parse("==3.*"))),
        ("3.13t", RequestedName("3.13t", specifier=Specifier.parse("==3.13.*"), free_threaded=True)),
        ("3.13d", RequestedName("3.13d", specifier=Specifier.parse("==3.13.*"), debug=True)),
        ("3.13td", RequestedName("3.13td", specifier=Specifier.parse("==3.13.*"), free_threaded=True, debug=True)),
        (
            "3.13+freethreaded+debug",
            RequestedName(
                "3.13+freethreaded+debug", specifier=Specifier.parse("==3.13.*"), free_threaded=True, debug=True
            ),
        ),
        ("3.13+debug", RequestedName("3.13+debug", specifier=Specifier.parse("==3.13.*"), debug=True)),
        ("3.13.5", RequestedName("3.13.5", version=Version(3, 13, 5))),
        ("3.13.5t", RequestedName("3.13.5t", version=Version(3, 13, 5), free_threaded=True)),
        ("3.13.5+20250723", RequestedName("3.13.5+20250723", version=Version(3, 13, 5), release="20250723")),
        ("3.13.5%2B20250723", RequestedName("3.13.5+20250723", version=Version(3, 13, 5), release="20250723")),
        (
            "3.13.5t+20250723",
            RequestedName("3.13.5t+20250723", version=Version(3, 13, 5), release="20250723", free_threaded=True),
        ),
        (
            "3.13.5+freethreaded+20250723",
            RequestedName(
                "3.13.5+freethreaded+20250723", version=Version(3, 13, 5), release="20250723", free_threaded=True
            ),
        ),
        ("3.15.0rc1", RequestedName("3.15.0rc1", version=Version(3, 15, 0, ("rc", 1)))),
        ("3.15rc1", RequestedName("3.15rc1", version=Version(3, 15, 0, ("rc", 1)))),
        (">=3.12,<3.14", RequestedName(">=3.12,<3.14", specifier=Specifier.parse(">=3.12,<3.14"))),
        ("latest", RequestedName("latest")),
    ],
)
def test_a_short_name_parses(text: str, expected: RequestedName) -> None:
    assert RequestedName.parse(text) == expected
    assert str(RequestedName.parse(text)) == expected.text


@pytest.mark.parametrize("extension", ["", ".tar.zst"])
def test_a_full_name_states_everything(extension: str) -> None:
    name = f"cpython-3.15.0a1+20251014-{LINUX}-freethreaded+debug-full"
    assert RequestedName.parse(name + extension) == RequestedName(
        name + extension,
        version=Version(3, 15, 0, ("a", 1)),
        release="20251014",
        free_threaded=True,
        debug=True,
        target=LINUX,
        flavor="full",
        build_options="freethreaded+debug",
        file_name=f"{name}.tar.zst",
        is_full_name=True,
    )


def test_a_full_name_of_before_2022_leaves_the_release_to_the_index() -> None:
    name = RequestedName.parse("cpython-3.7.3-linux64-20190618T0324")
    assert (name.release, name.target, name.flavor, name.build_options) == (None, LINUX, "full", "")
    assert name.file_name == "cpython-3.7.3-linux64-20190618T0324.tar.zst"


def test_a_full_name_may_be_written_as_in_urls() -> None:
    name = f"{COMMON}-pgo+lto-full.tar.zst"
    assert RequestedName.parse(name.replace("+", "%2B")) == RequestedName.parse(name)


def test_the_names_of_the_manual_are_translated() -> None:
    name = "cpython-3.13.5+20250801-x86_64-pc-windows-msvc-install_pgo+lto.tar.zst"
    assert RequestedName.parse(name) == RequestedName(
        name,
        version=Version(3, 13, 5),
        release="20250801",
        target="x86_64-pc-windows-msvc",
        flavor="full",
        build_options="pgo",
        file_name=name,
    )
    assert RequestedName.parse(f"{COMMON}-install_debug").debug


@pytest.mark.parametrize(
    ("text", "names_prerelease", "is_exact"),
    [
        ("3.13", False, False),
        ("latest", False, False),
        ("3.13.5", False, False),
        ("3.13.5+20250723", False, True),
        ("3.15.0rc1", True, False),
        ("3.15.0rc1+20260814", True, True),
        (">=3.15.0rc1", True, False),
        (">=3.15,!=3.15.0rc1", False, False),
        (f"{COMMON}-install_only", False, True),
        (f"cpython-3.9.4-{LINUX}-pgo+lto-20210414T1515", False, True),
        (f"{COMMON}-install_shared", False, True),
    ],
)
def test_a_request_knows_how_much_it_pins(text: str, names_prerelease: bool, is_exact: bool) -> None:
    name = RequestedName.parse(text)
    assert (name.names_prerelease, name.is_exact) == (names_prerelease, is_exact)


PLAIN = f"3.13.5+20250723-{LINUX}-install_only_stripped"
THREADED = f"3.14.7+20260814-{LINUX}-freethreaded-install_only"
DEBUG = f"3.13.5+20250723-{LINUX}-debug-full"
OPTIMIZED = f"3.13.5+20250723-{LINUX}-pgo+lto-full"
CANDIDATE = f"3.15.0rc1+20260814-{LINUX}-install_only"


@pytest.mark.parametrize(
    ("text", "installed", "answered"),
    [
        ("3.13", PLAIN, True),
        ("3", PLAIN, True),
        ("latest", PLAIN, True),
        (">=3.12,<3.14", PLAIN, True),
        ("3.13.5", PLAIN, True),
        ("3.13.5+20250723", PLAIN, True),
        ("3.13.5+20250807", PLAIN, False),
        ("3.13.6", PLAIN, False),
        ("3.12", PLAIN, False),
        (">=3.12,<3.13", PLAIN, False),
        # Free-threaded and debug builds are other interpreters, whichever way round.
        ("3.14", THREADED, False),
        ("3.14t", THREADED, True),
        ("3.14td", THREADED, False),
        ("latest", THREADED, False),
        ("3.13t", PLAIN, False),
        ("3.13", DEBUG, False),
        ("3.13d", DEBUG, True),
        # Pre-releases only when named.
        ("3.15", CANDIDATE, False),
        ("latest", CANDIDATE, False),
        (">=3.14", CANDIDATE, False),
        ("3.15.0", CANDIDATE, False),
        ("3.15.0rc1", CANDIDATE, True),
        ("3.15rc1", CANDIDATE, True),
        (">=3.15.0rc1", CANDIDATE, True),
        # A full name means that one build.
        (f"cpython-{PLAIN}", PLAIN, True),
        (f"cpython-{PLAIN}.tar.gz", PLAIN, True),
        (f"{COMMON}-install_only", PLAIN, False),
        (f"{COMMON}-pgo+lto-full", OPTIMIZED, True),
        (f"{COMMON}-pgo+lto-full", PLAIN, False),
        (f"{COMMON}-freethreaded+pgo+lto-full", OPTIMIZED, False),
        # The manual's names mean the builds that they describe.
        (f"{COMMON}-install_pgo+lto", OPTIMIZED, True),
        (f"{COMMON}-install_pgo+lto", PLAIN, False),
        (f"{COMMON}-install_debug", DEBUG, True),
        (f"{COMMON}-install_shared", PLAIN, True),
        (f"{COMMON}-install_shared", DEBUG, False),
        ("cpython-3.13.5+20250723-aarch64-unknown-linux-gnu-install_shared", PLAIN, False),
    ],
)
def test_a_build_answers_or_does_not(text: str, installed: str, answered: bool) -> None:
    assert RequestedName.parse(text).answered_by(build(installed)) is answered


@pytest.mark.parametrize("text", ["3.15", "latest", ">=3.14"])
def test_prereleases_answer_where_they_are_welcome(text: str) -> None:
    assert RequestedName.parse(text).answered_by(build(CANDIDATE), prerelease=True)


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("3.13", "3.13"),
        ("3.13t", "3.13"),
        ("3.13.5", "3.13"),
        ("3.15.0rc1", "3.15"),
        ("3.13.5+20250723", "3.13"),
        (f"{COMMON}-install_only.tar.gz", "3.13"),
        ("==3.13.*", "3.13"),
        ("~=3.13.1", "3.13"),
        ("===3.13.5", "3.13"),
        (">3.13,<3.14", "3.13"),
        (">=3.13.2,<3.14", "3.13"),
        (">=3.12,<3.15,!=3.13.*,!=3.14.*", "3.12"),
        ("==3.10.*,<=3.10,!=3.10", "3.10"),  # its pre-releases alone
        # several
        ("latest", None),
        ("3", None),
        ("~=3.13", None),
        (">=3.12,<3.14", None),
        (">=3.13,<=3.14", None),
        (">=3.13.5", None),
        ("<3.10", None),
        ("!=3.13.*", None),
        (">=3.9,<3.14,!=3.10.*,!=3.11.*,!=3.12.*", None),
    ],
)
def test_a_request_knows_whether_one_minor_version_alone_can_answer(text: str, minor: str | None) -> None:
    assert RequestedName.parse(text).only_minor == minor


def test_builds_that_differ_in_their_stamp_alone_are_different() -> None:
    old = build(f"3.9.4-{LINUX}-pgo+lto-20210414T1515", "20210415")
    assert RequestedName.parse(old.name).answered_by(old)
    assert not RequestedName.parse(old.name.replace("1515", "1516")).answered_by(old)


def test_a_file_that_a_mirror_really_holds_answers_to_its_name() -> None:
    name = f"{COMMON}-install_shared"
    held = Build(name, Version(3, 13, 5), "20250723", LINUX, "full", "shared")
    assert RequestedName.parse(name).answered_by(held)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("3.13.5-20250723", "3.13.5+20250723"),
        ("3.13.5@20250723", "3.13.5+20250723"),
        ("3.13.5+20250723t", "3.13.5t+20250723"),
        ("python3.13", "3.13"),
        ("Python 3.13", "3.13"),
        ("cpython-3.13", "3.13"),
        ("cpython@3.13.5", "3.13.5"),
        ("python>=3.12", ">=3.12"),
        ("v3.13", "3.13"),
        ("py313", "3.13"),
        ("313", "3.13"),
        ("313t", "3.13t"),
        ("3.13T", "3.13t"),
        ("3.13dt", "3.13td"),
        ("3.13-freethreaded", "3.13+freethreaded"),
        ("3.13+debug+freethreaded", "3.13+freethreaded+debug"),
        ("3.13-nogil", "3.13+freethreaded"),
        ("3.13.x", "3.13"),
        ("3.13.*", "3.13"),
        ("3.15.0-rc1", "3.15.0rc1"),
        ("3.15.0-alpha.3", "3.15.0a3"),
        ("3.15.0c1", "3.15.0rc1"),
        ("'3.13'", "3.13"),
        ("LATEST", "latest"),
        ("stable", "latest"),
        ("latestt", "latest"),
        ("=>3.12", ">=3.12"),
        ("=3.13.5", "==3.13.5"),
        ("^3.12", "~=3.12"),
        ("~3.12", "~=3.12"),
        (">=3.12 <3.14", ">=3.12,<3.14"),
        (">=3.12 and <3.14", ">=3.12,<3.14"),
        (">=3.12,", ">=3.12"),
        ("==3.13.5+20250723", "3.13.5+20250723"),
        ("==3.13t", "3.13t"),
        (f"https://mirror.example/{COMMON}-install_only.tar.gz", f"{COMMON}-install_only.tar.gz"),
    ],
)
def test_the_message_shows_the_nearest_form(text: str, nearest: str) -> None:
    with pytest.raises(InvalidName) as error:
        RequestedName.parse(text)
    assert str(error.value) == f"{text!r} does not name a build. Did you mean {nearest}?"
    RequestedName.parse(nearest)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "3.1",
            "There is no build of Python 3.1. YAML takes 3.10 without quotes for the number 3.1: if you mean that, "
            'write it in quotes: "3.10".',
        ),
        (
            "3.13+20250723",
            "'3.13+20250723' pins a release of more than one version. Write the whole version before it, such as "
            "3.13.5+20250723.",
        ),
        (
            "",
            "'' does not name a build. Names are 3.13, 3.13t (free-threaded), 3.13d (debug), 3.13td, 3.13.5, "
            "3.13.5+20250723, 3.15.0rc1, a specifier such as >=3.12,<3.14, latest, or the full name of an asset.",
        ),
        (
            "pypy",
            "'pypy' does not name a build. Names are 3.13, 3.13t (free-threaded), 3.13d (debug), 3.13td, 3.13.5, "
            "3.13.5+20250723, 3.15.0rc1, a specifier such as >=3.12,<3.14, latest, or the full name of an asset.",
        ),
        (
            ">=3.13t",
            "'>=3.13t' does not name a build. '>=3.13t' is not a version clause. Write an operator "
            "(== != < <= > >= ~= ===) and a version, such as >=3.12, ==3.13.* or >=3.15.0rc1.",
        ),
        (
            f"{COMMON}-install_only.tar.zst",
            f"'{COMMON}-install_only.tar.zst' is not the name of a build's archive: install_only archives are "
            f".tar.gz: did you mean {COMMON}-install_only.tar.gz?",
        ),
        (
            "cpython-3.13.5-linux-x86_64-gnu",
            "'cpython-3.13.5-linux-x86_64-gnu' is not the name of a build's archive: the release tag is missing after "
            "the version; linux-x86_64-gnu is not a target; names with a release tag end in full, install_only or "
            f"install_only_stripped: did you mean cpython-3.13.5+TAG-{LINUX}-install_only_stripped.tar.gz?",
        ),
    ],
)
def test_the_message_says_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(InvalidName) as error:
        RequestedName.parse(text)
    assert str(error.value) == message
