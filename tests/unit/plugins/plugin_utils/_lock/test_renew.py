# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

pytest.importorskip("ansible", reason="locks are made on the controller")

from ansible_collections.standalone.python.plugins.module_utils._builds.request import BuildRequest, RequestedName
from ansible_collections.standalone.python.plugins.module_utils._errors import NoMatch, StandaloneError
from ansible_collections.standalone.python.plugins.plugin_utils._lock.file import InvalidLock, LockedBuild, LockFile
from ansible_collections.standalone.python.plugins.plugin_utils._lock.renew import LockEntry, Renewal
from tests.support.locks import GNU, MUSL, asset, lock_of, stripped

OLD, NEW = stripped("3.13.4+20250610"), stripped("3.13.5+20250723")
REBUILT = stripped("3.13.5+20250807")
FULL = f"cpython-3.13.5+20250723-{GNU}-pgo+lto-full.tar.zst"
SIZE = 7


def declared(file_name: str | None, *, flavor: str | None = None) -> LockEntry:
    request = BuildRequest(RequestedName.parse("3.13"), target=GNU, flavor=flavor)
    return LockEntry(request, GNU, asset(file_name) if file_name else None, "Nothing answers.")


def renewed(former: LockFile, *offers: LockEntry, may_remove: bool = False) -> tuple[LockFile, list[str]]:
    warnings: list[str] = []
    renewal = Renewal(former, "The lock l", may_remove, warnings.append, lambda _url: SIZE)
    return renewal.result(list(offers)), warnings


def locked(file_name: str) -> LockFile:
    return lock_of({"3.13": [file_name]}, size_bytes=1)


@pytest.mark.parametrize(
    ("former", "offer", "file_name", "size"),
    [
        (LockFile({}), declared(NEW), NEW, SIZE),
        (locked(OLD), declared(NEW), NEW, SIZE),
        (locked(NEW), declared(REBUILT), REBUILT, SIZE),
        (locked(NEW), declared(NEW), NEW, 1),
        (locked(REBUILT), declared(FULL, flavor="full"), FULL, SIZE),  # older, but the other is not wanted any more
    ],
)
def test_what_the_index_offers_is_taken(former: LockFile, offer: LockEntry, file_name: str, size: int) -> None:
    result, warnings = renewed(former, offer)
    found = result.builds["3.13"][GNU]
    assert (found.asset, found.size_bytes, warnings) == (asset(file_name), size, [])


def test_a_size_that_lacked_is_asked_for_again() -> None:
    result, _warnings = renewed(lock_of({"3.13": [NEW]}), declared(NEW))
    assert result.builds["3.13"][GNU].size_bytes == SIZE


def test_the_libraries_that_are_known_are_added() -> None:
    result, _warnings = renewed(locked(NEW), declared(NEW))
    assert result.builds["3.13"][GNU].libraries == {"openssl": "3.0.16", "sqlite": "3.49.1"}


@pytest.mark.parametrize(
    ("offer", "warning"),
    [
        (
            declared(OLD),
            f"The index offers {OLD[:-7]}, which is older than {NEW[:-7]} in the lock, so that stays. To go back, "
            "restore an earlier lock, or remove the entry.",
        ),
        (declared(None), f"Nothing answers. {NEW[:-7]} stays in the lock."),
    ],
)
def test_nothing_goes_backwards(offer: LockEntry, warning: str) -> None:
    result, warnings = renewed(locked(NEW), offer)
    assert (result.builds["3.13"][GNU].asset, warnings) == (asset(NEW), [warning])


def test_an_older_release_of_the_same_bytes_is_older() -> None:
    same = declared(OLD)._replace(offer=asset(OLD)._replace(sha256=asset(NEW).sha256))
    result, warnings = renewed(locked(NEW), same)
    assert (result.builds["3.13"][GNU].asset, len(warnings)) == (asset(NEW), 1)


LOSS = (
    f"The lock l has entries that are not declared any more: 3.12 for {GNU}, 3.13 for {MUSL}. Declare their names and "
    "targets, or remove them with lock_may_remove=true; hosts that need them are refused then."
)
BOTH = lock_of({"3.12": [stripped("3.12.1+20240107")], "3.13": [NEW, stripped("3.13.5+20250723", MUSL)]})


def test_entries_go_only_when_they_may() -> None:
    with pytest.raises(InvalidLock) as error:
        renewed(BOTH, declared(NEW))
    assert str(error.value) == LOSS
    result, _warnings = renewed(BOTH, declared(NEW), may_remove=True)
    assert {name: list(targets) for name, targets in result.builds.items()} == {"3.13": [GNU]}


REPLACED = LockFile({"3.13": {GNU: LockedBuild(asset(NEW)._replace(sha256="0" * 64))}})


@pytest.mark.parametrize(
    ("former", "offer", "kind", "message"),
    [
        (LockFile({}), declared(None), NoMatch, "Nothing answers."),
        (locked(NEW), declared(None, flavor="full"), NoMatch, "Nothing answers."),
        (
            REPLACED,
            declared(NEW),
            InvalidLock,
            f"The lock l has the digest {'0' * 64} for {NEW}, and the index has {asset(NEW).sha256}. A published file "
            "does not change, so find out which of them is right before you trust either. To take the index's, remove "
            "the entry from the lock.",
        ),
    ],
)
def test_what_must_not_happen_in_silence(
    former: LockFile, offer: LockEntry, kind: type[StandaloneError], message: str
) -> None:
    with pytest.raises(kind) as error:
        renewed(former, offer)
    assert str(error.value) == message


def test_what_is_left_out_goes_backwards() -> None:
    warnings: list[str] = []
    renewal = Renewal(
        locked(NEW),
        "The lock l",
        False,
        warnings.append,
        lambda _url: SIZE,
        lambda build, _name: "exclude has 3.13" if build.name == NEW[:-7] else None,
    )
    assert renewal.result([declared(OLD)]).builds["3.13"][GNU].asset == asset(OLD)
    assert warnings == [f"{NEW[:-7]} in the lock is left out, since exclude has 3.13: {OLD[:-7]} replaces it."]
    with pytest.raises(NoMatch, match=r"Nothing answers\."):
        renewal.result([declared(None)])
