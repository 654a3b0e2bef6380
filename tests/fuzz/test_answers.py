# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts print instead of what our scripts print: whatever it is, there is a value or an error of ours.

The values go on to where decisions are made of them, as far as nothing is done yet.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.standalone.python.plugins.module_utils._argspec import BUILD_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._install import report
from ansible_collections.standalone.python.plugins.module_utils._install.plan import plan
from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec
from ansible_collections.standalone.python.plugins.plugin_utils._bootstrap.interpreter import Unpacking
from ansible_collections.standalone.python.plugins.plugin_utils._build.image import described
from ansible_collections.standalone.python.plugins.plugin_utils._build.preflight import preflight
from ansible_collections.standalone.python.plugins.plugin_utils._links import probe as links_probe
from ansible_collections.standalone.python.plugins.plugin_utils._links.alternatives import Group
from ansible_collections.standalone.python.plugins.plugin_utils._links.discovered_python import lasting_python
from ansible_collections.standalone.python.plugins.plugin_utils._links.options import (
    LINKED_BUILD_ARGUMENTS,
    LINKS_INFO_ARGUMENTS,
)
from ansible_collections.standalone.python.plugins.plugin_utils._links.profiles import Profiles
from ansible_collections.standalone.python.plugins.plugin_utils._links.report import decided, going
from ansible_collections.standalone.python.plugins.plugin_utils._links.spec import LinksSpec
from ansible_collections.standalone.python.plugins.plugin_utils._probe import probe as _probe
from ansible_collections.standalone.python.plugins.plugin_utils._probe.platform import Elf
from ansible_collections.standalone.python.plugins.plugin_utils._probe.state import state_of
from ansible_collections.standalone.python.plugins.plugin_utils._systemd import units_of
from tests.support.fuzzing import costly
from tests.support.mutations import mutated_bytes, mutated_text
from tests.support.probe_roots import minimal_elf
from tests.support.receipts import asset, receipt

PATH, STORE = "/opt/python/3.13", "/opt/python/.builds"
PRESENT, EARLIER = asset(), asset("3.13.4", "20250604")
ROOT = {
    "format": 1,
    "path": PATH,
    "keep": 1,
    "uses": [
        {"entry": PRESENT.build.name, "since": "2026-01-02T00:00:00Z"},
        {"entry": EARLIER.build.name, "since": "2026-01-01T00:00:00Z"},
    ],
}
ELF = minimal_elf(62, interpreter="/lib64/ld-linux-x86-64.so.2")
PROBE = "\n".join(
    (
        "Welcome to web1",
        "standalone-python-probe 1",
        "kind=link",
        "nearest_to_path=/opt/python",
        "nearest_to_path_is_directory=1",
        "nearest_to_path_is_writable=1",
        f"link_target=.builds/{PRESENT.build.name}",
        "target_exists=1",
        "nearest_to_store=/opt/python/.builds",
        "nearest_to_store_is_directory=1",
        "nearest_to_store_is_writable=1",
        "free_kib=20480000",
        f"store_entry={PRESENT.build.name}",
        f"store_receipt={json.dumps(receipt(of=PRESENT).as_dict())}",
        f"store_entry={EARLIER.build.name}",
        f"store_receipt={json.dumps(receipt(of=EARLIER).as_dict())}",
        f"root_json={json.dumps(ROOT)}",
        "litter=build-1",
        f"running=4711 {EARLIER.build.name}",
        f"running=42 {PRESENT.build.name}",
        f"entry={PRESENT.build.name}",
        "newer=lib/os.py",
        "system=Linux x86_64",
        f"elf={ELF[:200].hex(' ')}",
        "libc=/lib64/ld-linux-x86-64.so.2 ld.so (Debian GLIBC 2.36-9+deb12u10) stable release version 2.36.",
        "cpu_flags=: fpu sse cx16 lahf_lm popcnt pni ssse3 sse4_1 sse4_2",
        "os_ID=debian",
        'os_VERSION_ID="12"',
        "zstandard=/usr/bin/zstd",
        "zstandard=/usr/lib64/libzstd.so.1",
        "standalone-python-probe end",
        "",
    )
)
IN_A_ROOT = PROBE.replace("system=", "root_is_there=1\nin_circles=/opt/python/3.13\nsystem=")
MACOS = PROBE.replace("system=Linux x86_64", "system=Darwin arm64\ntranslated=1").replace('"12"', "14.5")


def specs() -> list[InstallSpec]:
    defaults = {option: spec.get("default") for option, spec in BUILD_ARGUMENTS.items()}
    requests: list[dict[str, Any]] = [
        {"name": "3.13"},
        {"name": "3.13", "keep": 0, "verify": "none"},
        {"name": "3.13.4+20250604"},
        {"asset": EARLIER.as_dict()},
        {"asset": asset("3.13.6", "20250807").as_dict(), "provisional": True},
        {"name": "latest", "state": "latest", "asset": PRESENT.as_dict()},
        {"state": "absent"},
        {"name": "3.13", "adopt": True, "asset": PRESENT.as_dict(), "verify": "full"},
    ]
    return [InstallSpec.from_params({**defaults, "path": PATH, "store": STORE, **spec}) for spec in requests]


SPECS = specs()


@given(mutated_text(PROBE, IN_A_ROOT, MACOS))
def test_the_answer_of_the_probe(stdout: str) -> None:
    try:
        probe = _probe.parse(stdout)
    except StandaloneError:
        return
    assert probe.answer
    probe.answer.warn_of_malformed(lambda text: None, "web1 to the probe")
    state = state_of(probe, PATH, STORE)
    assert all(0 < pid < 10**10 for pids in state.running.values() for pid in pids)
    for spec in SPECS:
        try:
            described(probe, spec)
            decided = plan(spec, state)
            preflight(spec, decided, probe, archive_bytes=10**6)
        except StandaloneError:
            continue
        json.dumps(report.report(report.outcome_of(decided, spec, state), spec, state))


@costly(3)
@given(mutated_bytes(ELF, minimal_elf(40, 32, flags=0x5000400, interpreter="/lib/ld-linux-armhf.so.3")))
def test_the_start_of_an_elf_file(start: bytes) -> None:
    found = Elf.parse(start)
    assert found is None or found.bits in (32, 64)


RECORD = f"auto\n/usr/bin/python3\npip3\n/usr/bin/pip3\n\n{PATH}/bin/python3.13\n-5\n{PATH}/bin/pip3.13\n\n"
LINKS = "\n".join(
    (
        "standalone-python-links 1",
        f"link=/usr/local/bin/python3.13 -> {PATH}/bin/python3.13",
        "link=/usr/local/bin/python3 -> python3.13",
        f"link=/etc/alternatives/python3 -> {PATH}/bin/python3.13",
        "occupied=/usr/local/bin/pip3.13",
        "group=python3",
        *(f"group_line={line}" for line in RECORD.split("\n")),
        "owned=python3 /usr/bin/python3 python3-minimal, other",
        f"has={PATH}/bin/python3.13",
        f"has={PATH}/bin/pip3.13",
        f"has={PATH}/share/man/man1/python3.13.1",
        "root=%2Fopt%2Fpython%2F3.13",
        "root=%2Fopt%2Fpython%2F3.12",
        "directory=/usr/local/bin",
        "directory=/etc/profile.d",
        "directory=/etc/systemd/system",
        f"venv={PATH}-env",
        f"venv_runs={PATH}-env",
        f"venv_library={PATH}-env/lib/python3.13",
        "certificates_in_pki=1",
        "certificates=/etc/pki/tls/certs/ca-bundle.crt",
        "terminals=1",
        "python_apt=1",
        "systemd=1",
        "tool=update-alternatives",
        "tool=apt-get",
        "",
        f"file=-rw-r--r-- {PATH}-env/pyvenv.cfg",
        f"file_line=home = {PATH}/bin",
        "file_line=version = 3.13.5",
        "",
        "file=-rw-r--r--. /etc/systemd/system/app.service.d/60-standalone-python.conf",
        "file_line=[Service]",
        "",
        "standalone-python-links end",
        "",
    )
)


def requests() -> list[tuple[LinksSpec, Profiles]]:
    options = {name: spec.get("default") for name, spec in LINKS_INFO_ARGUMENTS.items()}
    build = {name: spec.get("default") for name, spec in LINKED_BUILD_ARGUMENTS.items()}
    present = {
        **build,
        "path": PATH,
        "executable": f"{PATH}/bin/python3.13",
        "executables": [f"{PATH}/bin/python3.13", f"{PATH}/bin/pip3.13"],
        "release": "20250723",
        "is_default": True,
        "requirements": "requests==2.32\n",
    }
    rest = {"profile": True, "environment_d": True, "systemd_units": ["app.service"]}
    cases = [
        {**options, **rest, "builds": [present]},
        {**options, **rest, "builds": [present], "alternatives": "alternatives", "allow_system": True},
        {**options, "builds": [{**build, "path": PATH}], "alternatives": "links"},
    ]
    return [(LinksSpec.from_params(case), Profiles.from_params(case)) for case in cases]


REQUESTS = requests()


@given(mutated_text(LINKS))
def test_the_answer_about_links_to_builds(stdout: str) -> None:
    try:
        links_state = links_probe.parse(stdout, root="/srv/image")
    except StandaloneError:
        return
    for spec, profiles in REQUESTS:
        try:
            result = decided(spec, links_state, profiles)
            going(result, links_state).command(["python3"])
        except StandaloneError:
            continue
        json.dumps(result)


@costly(3)
@given(mutated_text(RECORD))
def test_the_record_of_a_group_of_alternatives(text: str) -> None:
    group = Group.parse("python3", text.split("\n"))
    assert group is None or group.name == "python3"


UNPACKED = f"{STORE}/.staging/bootstrap-0f0f0f0f-4711/run-once"


@costly(2)
@given(
    mutated_text(
        f"motd\nstandalone-python-bootstrap 1\nruns={UNPACKED}\nstandalone-python-bootstrap end\nbye\n",
        "standalone-python-bootstrap 1\nfailed=This host has no tar, which unpacks the archive.\n"
        "standalone-python-bootstrap end\n",
    )
)
def test_the_answer_of_an_unpacked_archive(stdout: str) -> None:
    unpacking = Unpacking(STORE, PRESENT, token="0f0f0f0f")
    try:
        made = unpacking.parse(stdout, rc=0, stderr="")
    except StandaloneError:
        return
    assert re.fullmatch(re.escape(f"{STORE}/.staging/bootstrap-0f0f0f0f-") + "[0-9]+/run-once", made.program)


PYTHONS = ["python3.13", "/usr/bin/python3", "python3"]


@costly(2)
@given(
    mutated_text(
        "standalone-python-search 1\ngoes=/usr/local/bin/python3.13\nstays=/usr/bin/python3\n"
        "standalone-python-search end\n",
        "standalone-python-search 1\ngoes=/usr/local/bin/python3\nstandalone-python-search end\n",
    )
)
def test_the_answer_about_the_python_that_stays(stdout: str) -> None:
    try:
        stays = lasting_python(stdout, PYTHONS, lambda text: None, "web1")
    except StandaloneError:
        return
    assert stays is None or stays.rpartition("/")[2] in ("python3", "python3.13")


GROUPS = (
    "/proc/7/cgroup:4:memory:/elsewhere.service\n/proc/7/cgroup:0::/system.slice/web.service\n"
    "/proc/8/cgroup:1:name=systemd:/user.slice/user-1000.slice/user@1000.service/app.slice/x.scope\n"
)


@costly(2)
@given(mutated_text(GROUPS))
def test_the_control_groups_of_processes(text: str) -> None:
    units = units_of(text, [7, 8])
    assert len(units) <= 2
    assert all(unit.isascii() and unit.isprintable() for unit in units)


@costly(6)
@given(st.text(max_size=40), st.integers(0, 255))
def test_what_is_no_answer_at_all(stdout: str, rc: int) -> None:
    for parse in (_probe.parse, links_probe.parse):
        with pytest.raises(StandaloneError) as error:
            parse(stdout, rc=rc, stderr="")
        assert str(error.value).isprintable()
