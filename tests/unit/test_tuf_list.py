# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The attacks on update systems that TUF lists, for indexes, mirrors and provenance: which apply, and what holds each.

https://theupdateframework.github.io/specification/latest/#goals-to-protect-against-specific-attacks has the attacks.
An index says which builds there are and what their digests are; a mirror gives the bytes for a digest that is known
before it is asked; provenance says who made the bytes of a digest.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import (
    DigestMismatch,
    HealthError,
    StandaloneError,
)
from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
from tests.support.fake_builds import MINOR, FakeBuild, make
from tests.support.install_specs import spec
from tests.support.installed_builds import litter, release_at, stored

UNIT = Path(__file__).parent
ATTACKS = ("rollback", "freeze", "fast-forward", "endless data", "slow retrieval", "mix-and-match", "wrong key")
TARGETS = ("index", "mirror", "provenance")

_FRESHNESS = "plugins/plugin_utils/_index/test_freshness.py"
_FETCH = "plugins/plugin_utils/_http/test_fetch_patience.py"
_PATIENCE = "plugins/module_utils/_http/test_patience.py"
_PROVENANCE = "plugins/plugin_utils/_provenance/test_verify.py"
_ATTESTATIONS = "plugins/plugin_utils/_provenance/test_attestations.py"
_PINNED = "does not apply: the digest is known before a mirror is asked, so it has nothing to choose"
_TIMELESS = "does not apply: an attestation is about one digest, and stays true; which build is newest, the index says"

# Where an attack does not apply, why; else the tests that hold it, below tests/unit.
LIST: Mapping[tuple[str, str], str | tuple[str, ...]] = {
    ("rollback", "index"): (
        f"{_FRESHNESS}::test_an_index_that_is_older_than_it_was_is_reported_until_it_is_newer_again",
        "plugins/module_utils/_install/test_plan.py::test_the_step",
    ),
    ("rollback", "mirror"): _PINNED,
    ("rollback", "provenance"): _TIMELESS,
    ("freeze", "index"): (
        f"{_FRESHNESS}::test_an_index_that_is_older_than_the_bundled_catalogue_is_reported",
        f"{_FRESHNESS}::test_beyond_index_max_age_it_is_an_error",
    ),
    ("freeze", "mirror"): _PINNED,
    ("freeze", "provenance"): _TIMELESS,
    ("fast-forward", "index"): (
        f"{_FRESHNESS}::test_a_release_of_the_future_is_never_chosen",
        f"{_FRESHNESS}::test_one_that_is_named_is_refused",
    ),
    ("fast-forward", "mirror"): _PINNED,
    ("fast-forward", "provenance"): _TIMELESS,
    ("endless data", "index"): (
        f"{_FETCH}::test_a_body_without_end",
        f"{_FETCH}::test_no_body_of_another_answer_is_read",
        f"{_FETCH}::test_a_gzip_bomb_is_refused",
        "plugins/plugin_utils/test__documents.py::test_what_has_no_end_is_refused",
    ),
    ("endless data", "mirror"): (
        f"{_PATIENCE}::test_a_body_without_end",
        f"{_PATIENCE}::test_frames_without_data",
        f"{_PATIENCE}::test_a_length_that_no_archive_has",
        "plugins/plugin_utils/_archives/test_cache.py::test_nothing_goes_for_a_length_in_a_header",
    ),
    ("endless data", "provenance"): (
        f"{_ATTESTATIONS}::test_a_bundle_that_never_ends",
        f"{_ATTESTATIONS}::test_an_answer_that_names_bundle_after_bundle",
        "plugins/module_utils/_download/test_bundles.py::test_one_without_end_is_none",
    ),
    ("slow retrieval", "index"): (
        f"{_FETCH}::test_headers_that_never_end",
        f"{_FETCH}::test_data_below_the_least_rate",
        f"{_FETCH}::test_the_whole_of_an_index_has_a_limit",
        f"{_FETCH}::test_a_proxy_that_never_ends_its_answer",
        "plugins/plugin_utils/_index/test_reader_indexes.py::test_a_lock_that_is_held_for_ever",
    ),
    ("slow retrieval", "mirror"): (
        f"{_PATIENCE}::test_headers_that_never_end",
        f"{_PATIENCE}::test_data_below_the_least_rate",
        f"{_PATIENCE}::test_redirects_that_each_come_just_in_time",
        f"{_PATIENCE}::test_a_handshake_that_never_ends",
        "plugins/plugin_utils/_archives/test_cache.py::test_is_not_waited_for_without_end",
    ),
    ("slow retrieval", "provenance"): (
        f"{_ATTESTATIONS}::test_a_bundle_that_never_ends",
        "plugins/module_utils/_download/test_bundles.py::test_one_that_never_ends_is_not_waited_for",
    ),
    ("mix-and-match", "index"): (
        "plugins/plugin_utils/_index/test_formats_sources.py::test_one_name_with_two_digests_is_refused",
        "test_tuf_list.py::test_the_digest_of_another_build_is_refused",
        "test_tuf_list.py::test_a_build_of_the_store_with_that_digest_is_not_taken_for_it",
        "test_tuf_list.py::test_another_build_under_a_name_and_its_digest_is_found_when_it_is_tried_out",
    ),
    ("mix-and-match", "mirror"): (
        "plugins/module_utils/_download/test_download.py::test_wrong_bytes_are_removed_and_no_other_url_is_asked",
        "test_tuf_list.py::test_a_mirror_that_serves_one_build_for_another",
    ),
    ("mix-and-match", "provenance"): (
        f"{_PROVENANCE}::test_anything_else_is_reported",
        "plugins/action/test_build_provenance.py::test_one_without_is_refused_before_the_module_runs",
    ),
    ("wrong key", "index"): "does not apply: an index is not signed. It comes over https, and a lock replaces it",
    ("wrong key", "mirror"): ("plugins/module_utils/_http/test_client.py::test_a_certificate_that_is_not_trusted",),
    ("wrong key", "provenance"): (
        f"{_PROVENANCE}::test_anything_else_is_reported",
        f"{_PROVENANCE}::test_a_repository_that_only_used_the_workflow_of_another_is_not_it",
        f"{_PROVENANCE}::test_a_trusted_root_that_is_none",
    ),
}


def test_the_list_is_whole() -> None:
    assert set(LIST) == {(attack, target) for attack in ATTACKS for target in TARGETS}


@pytest.mark.parametrize("named", sorted({test for held in LIST.values() if isinstance(held, tuple) for test in held}))
def test_each_test_of_the_list_exists(named: str) -> None:
    file, _unused, name = named.partition("::")
    nodes = ast.walk(ast.parse((UNIT / file).read_text()))
    assert name in {node.name for node in nodes if isinstance(node, ast.FunctionDef)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "opt" / "python" / MINOR


def refused(path: Path, build: FakeBuild, error: type[StandaloneError], **asset: str) -> None:
    """The build is refused, and what was at the path still works."""
    before = stored(path)
    given = {"asset": {**build.asset(), **asset}, "archive": None, "mirror": [build.archive.parents[1].as_uri()]}
    with pytest.raises(error):
        run(spec(path, **given))
    assert (release_at(path), stored(path)) == ("20260101", before)
    assert litter(path) == []


@pytest.mark.parametrize("digest_of", ["old", "nothing"])
def test_the_digest_of_another_build_is_refused(path: Path, old: FakeBuild, new: FakeBuild, digest_of: str) -> None:
    """An index of one release with the digests of another: also where that other build is installed."""
    run(spec(path, old))
    refused(path, new, DigestMismatch, sha256=old.sha256 if digest_of == "old" else "0" * 64)


def test_a_build_of_the_store_with_that_digest_is_not_taken_for_it(path: Path, old: FakeBuild, new: FakeBuild) -> None:
    run(spec(path, new))
    run(spec(path, old))
    later = make(new.archive.parents[1], "20260301")
    refused(path, later, DigestMismatch, sha256=new.sha256)


def test_a_mirror_that_serves_one_build_for_another(path: Path, old: FakeBuild, new: FakeBuild) -> None:
    run(spec(path, old))
    new.archive.write_bytes(old.archive.read_bytes())
    refused(path, new, DigestMismatch)


def test_another_build_under_a_name_and_its_digest_is_found_when_it_is_tried_out(
    path: Path, old: FakeBuild, mirror: Path
) -> None:
    """Index and mirror lie together: the digest is right, and the interpreter calls itself by another version."""
    run(spec(path, old))
    other = make(mirror, "20260301", interpreter="#!/bin/sh\necho 3.6.0\n")
    refused(path, other, HealthError)
