# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the probe knows to be impossible is refused, and nothing that may be possible."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._install.plan import Plan
from ansible_collections.standalone.python.plugins.plugin_utils._build.preflight import fips_fault, preflight
from ansible_collections.standalone.python.plugins.plugin_utils._probe import probe as _probe
from ansible_collections.standalone.python.plugins.plugin_utils._probe.probe import Mount, NearestExisting, Probe
from tests.support.install_specs import spec

SPEC = spec(Path("/opt/python/3.13"), name="3.13", store="/srv/builds")
GOOD = replace(
    _probe.parse(
        "standalone-python-probe 1\nkind=absent\nnearest_to_path=/\nnearest_to_store=/\n"
        "free_kib=1000000\nstandalone-python-probe end\n"
    ),
    nearest_to_path=NearestExisting("/opt", is_directory=True, is_writable=True),
    nearest_to_store=NearestExisting("/srv", is_directory=True, is_writable=True),
)
LINKED = replace(GOOD, path_kind="link")
READ_ONLY = NearestExisting("/opt", is_directory=True, is_writable=False)
FILE = NearestExisting("/opt", is_directory=False, is_writable=True)
IN_BUILD = NearestExisting("/opt/.builds/b/lib", is_directory=True, is_writable=True, in_build="/opt/.builds/b")
INSTALL, SWITCH, REMOVE, PRUNE = Plan("install"), Plan("switch", "a"), Plan("remove"), Plan("nothing", prune=("a",))


@pytest.mark.parametrize(
    ("decided", "probe"),
    [
        (INSTALL, GOOD),
        (SWITCH, LINKED),
        (REMOVE, LINKED),
        (Plan("nothing"), replace(GOOD, nearest_to_path=READ_ONLY, nearest_to_store=READ_ONLY)),
        (Plan("inspect"), replace(GOOD, nearest_to_path=READ_ONLY, nearest_to_store=READ_ONLY)),
        (PRUNE, replace(LINKED, nearest_to_path=READ_ONLY)),
        (REMOVE, replace(GOOD, nearest_to_path=READ_ONLY)),  # of what is left in the store
        (REMOVE, replace(LINKED, nearest_to_path=IN_BUILD, nearest_to_store=IN_BUILD)),
    ],
)
def test_what_may_be_possible_is_let_through(decided: Plan, probe: Probe) -> None:
    preflight(SPEC, decided, probe)


@pytest.mark.parametrize(
    ("decided", "is_fips", "has_fault"),
    [
        (INSTALL, True, True),
        (Plan("adopt"), True, True),
        (SWITCH, True, True),
        (INSTALL, False, False),
        (Plan("nothing"), True, False),
        (Plan("inspect"), True, False),
        (PRUNE, True, False),
        (REMOVE, True, False),
    ],
)
def test_a_build_that_comes_to_a_host_in_fips_mode(decided: Plan, is_fips: bool, has_fault: bool) -> None:
    assert (fips_fault(SPEC, decided, replace(GOOD, is_fips=is_fips)) is not None) is has_fault


@pytest.mark.parametrize("decided", [INSTALL, SWITCH, REMOVE, Plan("adopt")])
@pytest.mark.parametrize(
    ("nearest", "message"),
    [
        (FILE, "path is /opt/python/3.13, but /opt is not a directory. Move it away, or choose another path."),
        (
            READ_ONLY,
            "path is /opt/python/3.13, but this user may not write to /opt. Use `--become` on the command line or "
            "`become: true` in a play, or choose another path.",
        ),
    ],
)
def test_a_path_that_cannot_be_written_is_refused(decided: Plan, nearest: NearestExisting, message: str) -> None:
    with pytest.raises(StoreError) as caught:
        preflight(SPEC, decided, replace(LINKED, nearest_to_path=nearest))
    assert str(caught.value) == message


@pytest.mark.parametrize("decided", [INSTALL, SWITCH, REMOVE, PRUNE])
@pytest.mark.parametrize(
    ("nearest", "message"),
    [
        (FILE, "store is /srv/builds, but /opt is not a directory. Move it away, or choose another store."),
        (
            READ_ONLY,
            "store is /srv/builds, but this user may not write to /opt. Use `--become` on the command line or "
            "`become: true` in a play, or choose another store.",
        ),
    ],
)
def test_a_store_that_cannot_be_written_is_refused(decided: Plan, nearest: NearestExisting, message: str) -> None:
    with pytest.raises(StoreError) as caught:
        preflight(SPEC, decided, replace(LINKED, nearest_to_store=nearest))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("nearest", "message"),
    [
        (
            READ_ONLY._replace(mount=Mount("ext4", frozenset({"ro", "relatime"}), "/opt")),
            "the file system /opt (ext4) is mounted read-only. Remount it, or choose another path.",
        ),
        (
            READ_ONLY._replace(mount=Mount("ext4", frozenset({"rw"}), "/")),
            "root may not write to /opt. Remove an immutable flag (chattr -ia /opt), allow it in the access policy or "
            "at the server of that file system, or choose another path.",
        ),
    ],
)
def test_root_is_not_advised_to_become_root(nearest: NearestExisting, message: str) -> None:
    with pytest.raises(StoreError) as caught:
        preflight(SPEC, INSTALL, replace(GOOD, nearest_to_path=nearest, user_id=0))
    assert str(caught.value) == f"path is /opt/python/3.13, but {message}"


def test_capabilities_need_a_file_system_that_heeds_them() -> None:
    order = spec(Path("/opt/python/3.13"), name="3.13", store="/srv/builds", capabilities=["cap_net_raw+ep"])
    mount = Mount("xfs", frozenset({"nosuid"}), "/srv")
    probe = replace(GOOD, nearest_to_store=GOOD.nearest_to_store._replace(mount=mount))
    with pytest.raises(StoreError) as caught:
        preflight(order, INSTALL, probe)
    assert str(caught.value) == (
        "Cannot give the interpreter at /opt/python/3.13 the capabilities cap_net_raw+ep: the file system /srv (xfs) "
        "is mounted with nosuid. Remount it, choose a path and a store on another one, or leave out `capabilities`."
    )
    preflight(SPEC, INSTALL, probe)
    preflight(order, PRUNE, probe)


class TestNoexec:
    PROBE = replace(
        GOOD, nearest_to_store=GOOD.nearest_to_store._replace(mount=Mount("xfs", frozenset({"noexec"}), "/srv"))
    )

    def test_no_interpreter_could_start(self) -> None:
        with pytest.raises(StoreError) as caught:
            preflight(SPEC, INSTALL, self.PROBE)
        assert str(caught.value) == (
            "store is /srv/builds, but the file system /srv (xfs) is mounted noexec, so no interpreter can start "
            "there. Remount it with exec, or set `store` to a directory on another file system."
        )

    @pytest.mark.parametrize("unaffected", [{"root": "/mnt/image"}, {"health_imports": []}])
    def test_where_none_has_to_start(self, unaffected: dict[str, Any]) -> None:
        order = spec(Path("/opt/python/3.13"), name="3.13", store="/srv/builds", **unaffected)
        preflight(order, INSTALL, self.PROBE)


def test_an_archive_that_has_no_room_is_refused() -> None:
    preflight(SPEC, INSTALL, GOOD, archive_bytes=200_000_000)
    preflight(SPEC, INSTALL, replace(GOOD, free_bytes=None), archive_bytes=300_000_000)
    preflight(SPEC, SWITCH, GOOD, archive_bytes=300_000_000)
    with pytest.raises(StoreError) as caught:
        preflight(SPEC, INSTALL, GOOD, archive_bytes=300_000_000)
    assert str(caught.value) == (
        "There is not enough space in /srv/builds: the build needs about 1290 MB, and 1024 MB are free. Free some "
        "space, or set `store` to a place on another file system."
    )


@pytest.mark.parametrize("option", ["path", "store"])
@pytest.mark.parametrize("decided", [INSTALL, SWITCH, Plan("adopt")])
def test_a_place_inside_a_build_is_refused(decided: Plan, option: str) -> None:
    probe = replace(GOOD, **{"nearest_to_path" if option == "path" else "nearest_to_store": IN_BUILD})
    with pytest.raises(StoreError) as error:
        preflight(SPEC, decided, probe)
    assert str(error.value) == (
        f"{option} is {SPEC.path if option == 'path' else SPEC.store}, but /opt/.builds/b/lib is part of the build "
        "or store /opt/.builds/b: what is in a build goes with it when it is upgraded or repaired, and what is in a "
        f"store counts as one of its builds. Choose another {option}, beside it and not inside."
    )


@pytest.mark.parametrize("decided", [Plan("nothing"), INSTALL, PRUNE])
@pytest.mark.parametrize(
    ("hides", "remedy"),
    [
        (
            "Permission denied",
            "Use `--become` on the command line or `become: true` in a play, or choose another {option}.",
        ),
        ("Transport endpoint is not connected", "See to the file system below /opt, then run again."),
    ],
)
@pytest.mark.parametrize("option", ["path", "store"])
def test_what_the_host_cannot_look_at_is_not_absent(decided: Plan, hides: str, remedy: str, option: str) -> None:
    nearest = NearestExisting("/opt", is_directory=True, is_writable=True, hides=hides)
    with pytest.raises(StoreError) as error:
        preflight(
            SPEC, decided, replace(GOOD, **{"nearest_to_path" if option == "path" else "nearest_to_store": nearest})
        )
    wanted = SPEC.path if option == "path" else SPEC.store
    assert str(error.value) == (
        f"Cannot look at the {option} {wanted}, below /opt: {hides}. {remedy.format(option=option)}"
    )
