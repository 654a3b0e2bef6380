# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of several assets answers, and the sentence when none does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.request import BuildRequest, RequestedName
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, NoMatch, UnsupportedHost
from ansible_collections.standalone.python.plugins.module_utils._platform.host import HostPlatform
from ansible_collections.standalone.python.plugins.plugin_utils._index.catalog import Catalog, Origin
from ansible_collections.standalone.python.plugins.plugin_utils._index.entry import IndexEntry
from ansible_collections.standalone.python.plugins.plugin_utils._resolve.exclusion import parse_exclude
from ansible_collections.standalone.python.plugins.plugin_utils._resolve.select import Scope, choose
from tests.support.index_documents import digest_of, url_of

GNU = "x86_64-unknown-linux-gnu"
V3 = "x86_64_v3-unknown-linux-gnu"
MUSL = "x86_64-unknown-linux-musl"
WINDOWS = "x86_64-pc-windows-msvc"
MANUAL = f"cpython-3.12.9+20250212-{GNU}-install_pgo+lto.tar.zst"
WITHOUT_DIGEST = f"cpython-3.11.9+20240415-{GNU}-install_only.tar.gz"
NAMES = [
    f"cpython-3.15.0rc1+20260814-{GNU}-install_only_stripped.tar.gz",
    f"cpython-3.15.0a9+20260814-{GNU}-install_only_stripped.tar.gz",
    # An older release has the better flavor; 3.9 sorts after 3.14 as text.
    f"cpython-3.14.2+20260127-{GNU}-pgo+lto-full.tar.zst",
    f"cpython-3.14.2+20260127-{GNU}-debug-full.tar.zst",
    f"cpython-3.14.2+20260127-{GNU}-freethreaded+debug-full.tar.zst",
    f"cpython-3.14.2+20260127-{GNU}-freethreaded+pgo+lto-full.tar.zst",
    f"cpython-3.14.2+20260114-{GNU}-install_only_stripped.tar.gz",
    f"cpython-3.14.2+20260114-{GNU}-install_only.tar.gz",
    f"cpython-3.14.2+20251209-{GNU}-install_only_stripped.tar.gz",
    f"cpython-3.14.1+20260127-{GNU}-install_only_stripped.tar.gz",
    f"cpython-3.14.1+20260127-{V3}-install_only_stripped.tar.gz",
    f"cpython-3.13.5+20250723-{GNU}-install_only_stripped.tar.gz",
    f"cpython-3.13.5+20250723-{V3}-install_only_stripped.tar.gz",
    f"cpython-3.13.5+20250702-{GNU}-install_only_stripped.tar.gz",
    f"cpython-3.13.4+20250610-{GNU}-noopt-full.tar.zst",
    f"cpython-3.13.4+20250610-{GNU}-lto-full.tar.zst",
    f"cpython-3.13.4+20250610-{GNU}-pgo-full.tar.zst",
    f"cpython-3.12.9+20250212-{GNU}-pgo+lto-full.tar.zst",
    f"cpython-3.13.4+20250610-{MUSL}-lto-full.tar.zst",
    f"cpython-3.13.4+20250610-{MUSL}-lto+static-full.tar.zst",
    f"cpython-3.13.4+20250610-{MUSL}-noopt-full.tar.zst",
    f"cpython-3.9.25+20251031-{GNU}-install_only.tar.gz",
    f"cpython-3.9.4-{GNU}-pgo+lto-20210414T1515.tar.zst",
    "cpython-3.7.3-linux64-20190618T0324.tar.zst",
    f"cpython-3.14.2+20260127-{WINDOWS}-install_only_stripped.tar.gz",
    MANUAL,
]


@pytest.fixture(scope="module")
def catalog() -> Iterator[Catalog]:
    listed = [IndexEntry.from_url(url_of(name), bytes.fromhex(digest_of(name))) for name in NAMES]
    listed.append(IndexEntry.from_url(url_of(WITHOUT_DIGEST), None))
    made = Catalog.create(":memory:", listed, Origin())
    yield made
    made.close()


def chosen(catalog: Catalog, name: str, *targets: str, **rest: Any) -> str:
    """The file name of the answer. `rest` are fields of Wanted and Scope."""
    scope = {key: rest.pop(key) for key in ("platform", "newest_release", "exclude") if key in rest}
    if "exclude" in scope:
        scope["exclude"] = parse_exclude(scope["exclude"])
    name = RequestedName.parse(name)
    named = rest.get("target") or name.target
    answer = choose(catalog, BuildRequest(name, **rest), Scope((named,) if named else targets or (GNU,), **scope))
    assert (answer.sha256, answer.url) == (digest_of(answer.file_name), url_of(answer.file_name))
    return answer.file_name


@pytest.mark.parametrize(
    ("name", "rest", "answer"),
    [
        ("latest", {}, f"cpython-3.14.2+20260114-{GNU}-install_only_stripped.tar.gz"),
        ("3", {}, f"cpython-3.14.2+20260114-{GNU}-install_only_stripped.tar.gz"),
        ("latest", {"prerelease": True}, f"cpython-3.15.0rc1+20260814-{GNU}-install_only_stripped.tar.gz"),
        ("3.15", {"prerelease": True}, f"cpython-3.15.0rc1+20260814-{GNU}-install_only_stripped.tar.gz"),
        ("3.15.0a9", {}, f"cpython-3.15.0a9+20260814-{GNU}-install_only_stripped.tar.gz"),
        (">=3.15.0a1", {}, f"cpython-3.15.0rc1+20260814-{GNU}-install_only_stripped.tar.gz"),
        ("latest", {"flavor": "install_only"}, f"cpython-3.14.2+20260114-{GNU}-install_only.tar.gz"),
        ("latest", {"flavor": "full"}, f"cpython-3.14.2+20260127-{GNU}-pgo+lto-full.tar.zst"),
        ("3.14.2", {"build_options": "pgo+lto"}, f"cpython-3.14.2+20260127-{GNU}-pgo+lto-full.tar.zst"),
        ("3.14.2+20260127", {}, f"cpython-3.14.2+20260127-{GNU}-pgo+lto-full.tar.zst"),
        ("3.14.2+20251209", {}, f"cpython-3.14.2+20251209-{GNU}-install_only_stripped.tar.gz"),
        ("3.14d", {}, f"cpython-3.14.2+20260127-{GNU}-debug-full.tar.zst"),
        ("3.14t", {}, f"cpython-3.14.2+20260127-{GNU}-freethreaded+pgo+lto-full.tar.zst"),
        ("3.14td", {}, f"cpython-3.14.2+20260127-{GNU}-freethreaded+debug-full.tar.zst"),
        (">=3.12,<3.14", {}, f"cpython-3.13.5+20250723-{GNU}-install_only_stripped.tar.gz"),
        ("3.13", {"exclude": ("3.13.5+20250723",)}, f"cpython-3.13.5+20250702-{GNU}-install_only_stripped.tar.gz"),
        ("3.13", {"exclude": ("3.13.5",)}, f"cpython-3.13.4+20250610-{GNU}-pgo-full.tar.zst"),
        ("3.13", {"exclude": ("20250723", "20250702")}, f"cpython-3.13.4+20250610-{GNU}-pgo-full.tar.zst"),
        ("3.13", {"exclude": (">=3.13.5,<3.14",)}, f"cpython-3.13.4+20250610-{GNU}-pgo-full.tar.zst"),
        ("3.13.5", {"newest_release": "20250722"}, f"cpython-3.13.5+20250702-{GNU}-install_only_stripped.tar.gz"),
        ("3.13", {"newest_release": "20250701"}, f"cpython-3.13.4+20250610-{GNU}-pgo-full.tar.zst"),
        ("3.13.4", {}, f"cpython-3.13.4+20250610-{GNU}-pgo-full.tar.zst"),
        ("3.13.4", {"build_options": "noopt"}, f"cpython-3.13.4+20250610-{GNU}-noopt-full.tar.zst"),
        ("3.13.4", {"target": MUSL}, f"cpython-3.13.4+20250610-{MUSL}-lto-full.tar.zst"),
        (
            "3.13.4",
            {"target": MUSL, "build_options": "lto+static"},
            f"cpython-3.13.4+20250610-{MUSL}-lto+static-full.tar.zst",
        ),
        ("3.9", {}, f"cpython-3.9.25+20251031-{GNU}-install_only.tar.gz"),
        ("3.9.4", {}, f"cpython-3.9.4-{GNU}-pgo+lto-20210414T1515.tar.zst"),
        ("3.7", {}, "cpython-3.7.3-linux64-20190618T0324.tar.zst"),
        ("latest", {"target": V3}, f"cpython-3.14.1+20260127-{V3}-install_only_stripped.tar.gz"),
        ("latest", {"target": WINDOWS}, f"cpython-3.14.2+20260127-{WINDOWS}-install_only_stripped.tar.gz"),
        *((name, {}, name) for name in NAMES),
        (f"cpython-3.14.2+20260127-{GNU}-install_pgo+lto", {}, f"cpython-3.14.2+20260127-{GNU}-pgo+lto-full.tar.zst"),
        (
            f"cpython-3.13.5+20250723-{GNU}-install_shared.tar.zst",
            {},
            f"cpython-3.13.5+20250723-{GNU}-install_only_stripped.tar.gz",
        ),
        ("3.12.9", {}, MANUAL),
    ],
)  # fmt: skip
def test_the_best_answer_is_chosen(catalog: Catalog, name: str, rest: dict[str, Any], answer: str) -> None:
    assert chosen(catalog, name, **rest) == answer


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        # The newest version counts more than the better target.
        ("3.14", f"cpython-3.14.2+20260114-{GNU}-install_only_stripped.tar.gz"),
        ("3.14.1", f"cpython-3.14.1+20260127-{V3}-install_only_stripped.tar.gz"),
        ("3.13", f"cpython-3.13.5+20250723-{V3}-install_only_stripped.tar.gz"),
        ("3.9", f"cpython-3.9.25+20251031-{GNU}-install_only.tar.gz"),
    ],
)
def test_targets_are_tried_in_order_for_each_version(catalog: Catalog, name: str, answer: str) -> None:
    assert chosen(catalog, name, V3, GNU, cpu_level="auto") == answer


MISSES = [
    ("3.13.99", {}, "there is no such version. The nearest are 3.14.2, 3.14.1, 3.13.5, 3.13.4, 3.12.9."),
    ("3.99", {}, "there is no such version. The nearest are 3.14.2, 3.14.1, 3.13.5."),
    ("2.7.18", {}, "there is no such version. The nearest are 3.12.9, 3.11.9, 3.9.25, 3.9.4, 3.7.3."),
    (">=3.11.10,<3.12", {}, "there is no such version. The nearest are 3.13.4, 3.12.9, 3.11.9, 3.9.25, 3.9.4."),
    ("3.15", {}, "only pre-releases answer (3.15.0rc1, 3.15.0a9). Name one outright, or set `prerelease: true`."),
    ("3.15.0", {}, "there is no such version. The nearest are 3.15.0rc1, 3.15.0a9, 3.14.2."),
    ("3.13.5+20250801", {}, "there is no release 20250801. The nearest that have it are 20250723, 20250702."),
    ("3.13.5+20260127", {}, "it is not in 20260127. The nearest that have it are 20250723, 20250702."),
    ("3.13.5", {"flavor": "install_only"}, "there is no install_only of it. There is install_only_stripped."),
    (
        "3.13.4",
        {"build_options": "pgo+lto"},
        "there is none with the build options 'pgo+lto'. There is full (lto), full (noopt), full (pgo).",
    ),
    (
        "3.13",
        {"exclude": ("3.13.5", "20250610")},
        "only excluded builds answer (3.13.5+20250723, 3.13.5+20250702, 3.13.4+20250610). `exclude` has 3.13.5, "
        "20250610: take one out, or ask for another build.",
    ),
    (
        "3.14.2",
        {"newest_release": "20251208"},
        "only releases younger than `min_age` answer (20260127, 20260114, 20251209). Wait, or set a smaller `min_age`.",
    ),
    (
        "3.13",
        {"newest_release": "20250710", "exclude": ("3.13.4", "20250702")},
        "only releases younger than `min_age` (20250723) and excluded builds (3.13.5+20250702, 3.13.4+20250610) "
        "answer. Wait, set a smaller `min_age`, or take 20250702, 3.13.4 out of `exclude`.",
    ),
    (
        "3.14.2+20260114",
        {"newest_release": "20251231"},
        "only releases younger than `min_age` answer (20260114). Wait, or set a smaller `min_age`.",
    ),
    (
        "3.11",
        {},
        f"no digest is known of {WITHOUT_DIGEST}, and nothing is installed without one. Use an index that has it, or "
        "give the digest with `checksum`.",
    ),
    ("3.14d", {"target": WINDOWS}, "the index has no debug builds for that target."),
    ("3.14td", {"target": WINDOWS}, "the index has no free-threaded debug builds for that target."),
    (
        "3.14",
        {"target": "s390x-unknown-linux-gnu"},
        f"the index has no builds for that target. It has some for {WINDOWS}, {GNU}, {MUSL}, {V3}. "
        "Correct the target, or use an index that has it.",
    ),
    (
        f"cpython-3.9.4-{GNU}-pgo+lto-20210414T1516.tar.zst",
        {},
        f"the index does not list that file. It lists cpython-3.9.4-{GNU}-pgo+lto-20210414T1515.tar.zst.",
    ),
    (
        f"cpython-3.13.5+20250723-{GNU}-debug-full.tar.zst",
        {},
        "there is no such version among the debug builds. The nearest is 3.14.2.",
    ),
    (
        f"cpython-3.13.5+20250801-{GNU}-install_pgo+lto.tar.zst",
        {},
        "there is no release 20250801. The nearest that have it are 20250723, 20250702.",
    ),
]


@pytest.mark.parametrize(("name", "rest", "reason"), MISSES)
def test_a_miss_says_what_there_is(catalog: Catalog, name: str, rest: dict[str, Any], reason: str) -> None:
    with pytest.raises(NoMatch) as caught:
        chosen(catalog, name, **rest)
    assert str(caught.value) == f"{name} for {rest.get('target', GNU)}: {reason}"


def test_a_miss_names_all_targets_that_were_tried(catalog: Catalog) -> None:
    with pytest.raises(NoMatch, match=f"^3.99 for {V3} or {GNU}: there is no such version"):
        chosen(catalog, "3.99", V3, GNU)


@pytest.mark.parametrize(
    ("option", "in_name", "given"),
    [("flavor", "full", "install_only"), ("build_options", "pgo+lto", "lto"), ("target", GNU, MUSL)],
)
def test_a_name_and_an_option_that_disagree_are_refused(
    catalog: Catalog, option: str, in_name: str, given: str
) -> None:
    name = f"cpython-3.14.2+20260127-{GNU}-pgo+lto-full"
    with pytest.raises(InvalidName) as caught:
        chosen(catalog, name, **{option: given})
    assert str(caught.value) == (
        f"The name {name} has {option} {in_name!r}, but the option {option} is {given!r}. Leave one out."
    )


def host(**changes: Any) -> HostPlatform:
    plain = {"os": "linux", "arch": "x86_64", "bits": 64, "libc": "gnu", "libc_version": (2, 36), "cpu_level": 3}
    return HostPlatform(**{**plain, **changes})


def test_a_build_that_the_host_cannot_run_is_refused_with_both_figures(catalog: Catalog) -> None:
    with pytest.raises(UnsupportedHost) as caught:
        chosen(catalog, "3.14", platform=host(libc_version=(2, 12)))
    assert "glibc 2.17 or later" in str(caught.value)
    assert "glibc 2.12" in str(caught.value)


def test_no_older_version_takes_the_place_of_one_that_the_host_cannot_run(catalog: Catalog) -> None:
    with pytest.raises(UnsupportedHost, match="v3"):
        chosen(catalog, "latest", target=V3, platform=host(cpu_level=2))


def test_another_target_takes_the_place_of_one_that_the_host_cannot_run(catalog: Catalog) -> None:
    answer = chosen(catalog, "3.14.1", V3, GNU, cpu_level="auto", platform=host(cpu_level=2))
    assert answer == f"cpython-3.14.1+20260127-{GNU}-install_only_stripped.tar.gz"


def test_a_digest_that_the_index_does_not_know_may_be_given(catalog: Catalog) -> None:
    scope = Scope((GNU,), sha256="ab" * 32)
    assert choose(catalog, BuildRequest(RequestedName.parse("3.11")), scope).sha256 == "ab" * 32


def test_a_digest_that_is_given_must_be_the_one_of_the_index(catalog: Catalog) -> None:
    name = f"cpython-3.13.5+20250723-{GNU}-install_only_stripped.tar.gz"
    request = BuildRequest(RequestedName.parse("3.13.5"))
    assert choose(catalog, request, Scope((GNU,), sha256=digest_of(name))).file_name == name
    with pytest.raises(NoMatch) as caught:
        choose(catalog, request, Scope((GNU,), sha256="ab" * 32))
    assert str(caught.value) == (
        f"The digest of {name} is {digest_of(name)} by the index, and {'ab' * 32} by the option checksum. Correct or "
        "leave out checksum, or name the build that it belongs to."
    )


BAD = f"cpython-3.13.12+20260320-{GNU}-install_only_stripped.tar.gz"
GOOD = f"cpython-3.13.11+20260127-{GNU}-install_only_stripped.tar.gz"


@pytest.mark.parametrize(
    ("names", "name", "answer"),
    [
        ((BAD, GOOD), "3.13", GOOD),
        ((BAD, GOOD), "latest", GOOD),
        ((BAD, GOOD), "3.13.12+20260320", BAD),
        ((BAD, GOOD), BAD.removesuffix(".tar.gz"), BAD),
        ((BAD, GOOD), "3.13.12", None),
        ((BAD,), "3.13", None),
    ],
)
def test_a_release_that_does_not_work_has_to_be_named(names: tuple[str, ...], name: str, answer: str | None) -> None:
    listed = [IndexEntry.from_url(url_of(one), bytes.fromhex(digest_of(one))) for one in names]
    with closing(Catalog.create(":memory:", listed, Origin())) as catalog:
        if answer:
            assert chosen(catalog, name) == answer
            return
        with pytest.raises(NoMatch) as error:
            chosen(catalog, name)
    assert str(error.value) == (
        f"{name} for {GNU}: only builds that are known not to work answer (3.13.12+20260320): its libpython asks for "
        "an executable stack, which glibc 2.39 and later refuse to load. Ask for another build. To install one "
        "nevertheless, name its release too."
    )
