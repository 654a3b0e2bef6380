# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is decided about environments, and which variables shells need."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._links.plan_venvs import (
    VenvPlan,
    kept_venvs,
    needed_variables,
    plan_venvs,
    refused_venvs,
    surplus_venvs,
)
from ansible_collections.standalone.python.plugins.plugin_utils._links.probe import File, LinksState
from ansible_collections.standalone.python.plugins.plugin_utils._links.spec import RECORD, LinksSpec
from tests.support.linked_hosts import BUILD, EXECUTABLE, GONE, PATH, host, spec

VENV = BUILD.venv
TEXT = "tiny==1.0\n--index-url https://user:s3cret@pypi.example.org/simple\n"
RECORDED = "sha256:666ba7dc16cbc9ec0f1c2efa1d0d2b893943a4db38ea05bc977d7545d803bfc9"
WANTED = spec(BUILD._replace(requirements=TEXT, requirements_file="requirements.txt"))
BUNDLE = "/etc/pki/tls/certs/ca-bundle.crt"


def with_venv(
    record: str | None, *, home: str = f"{PATH}/bin", library: str = "python3.13", runs: bool = True
) -> LinksState:
    files = {f"{VENV}/pyvenv.cfg": f"home = {home}\nversion = 3.13.0\n"}
    if record is not None:
        files[f"{VENV}/{RECORD}"] = record
    return host(
        files={path: File("-rw-r--r--", content) for path, content in files.items()},
        venvs={VENV: frozenset({library})},
        running_venvs=frozenset({VENV} if runs else ()),
    )


def planned(*, create: bool, over: bool = False) -> tuple[VenvPlan, ...]:
    return (VenvPlan(VENV, EXECUTABLE, "requirements.txt", RECORDED, create=create, over=over),)


VENVS = {
    "from nothing": (host(), planned(create=True)),
    "as wanted": (with_venv(f"{RECORDED}\n"), ()),
    "other requirements": (with_venv("sha256:0\n"), planned(create=False)),
    "interrupted before the record": (with_venv(None), planned(create=False)),
    "interrupted before the interpreter": (with_venv(None, runs=False), planned(create=True)),
    "of a minor version that was at the path before": (
        with_venv(RECORDED, library="python3.12"),
        planned(create=True, over=True),
    ),
    "of another build": (with_venv(RECORDED, home="/srv/python/bin"), planned(create=True, over=True)),
    "its interpreter gone": (with_venv(RECORDED, runs=False), planned(create=True, over=True)),
}

VARIABLES: dict[str, tuple[LinksSpec, LinksState, dict[str, str]]] = {
    "nothing lacks": (spec(), host(), {}),
    "certificates elsewhere": (spec(), host(certificates=BUNDLE), {"SSL_CERT_FILE": BUNDLE}),
    "certificates where only newer builds look": (
        spec(),
        host(certificates=BUNDLE, certificates_in_pki=True),
        {"SSL_CERT_FILE": BUNDLE},
    ),
    "certificates where the build looks": (
        spec(BUILD._replace(release=20260320)),
        host(certificates=BUNDLE, certificates_in_pki=True),
        {},
    ),
    "certificates where one of two builds looks": (
        spec(BUILD._replace(release=20260320), BUILD._replace(path="/opt/3.12")),
        host(certificates=BUNDLE, certificates_in_pki=True),
        {"SSL_CERT_FILE": BUNDLE},
    ),
    "no terminals": (spec(), host(terminals=False), {"TERMINFO_DIRS": f":{PATH}/share/terminfo"}),
    "no terminals, and a default": (
        spec(BUILD._replace(path="/opt/3.12"), BUILD, default=PATH),
        host(terminals=False),
        {"TERMINFO_DIRS": f":{PATH}/share/terminfo"},
    ),
    "no builds": (spec(GONE), host(certificates=BUNDLE, terminals=False), {}),
}


@pytest.mark.parametrize("case", VENVS)
def test_an_environment_is_made_where_it_differs(case: str) -> None:
    found, plans = VENVS[case]
    assert plan_venvs(WANTED, found) == plans
    assert refused_venvs(WANTED, found) == ()


@pytest.mark.parametrize(
    "found",
    [host(venvs={VENV: frozenset()}), with_venv(None, home="/usr/bin")],
    ids=["something that is no environment", "an environment of another Python"],
)
def test_what_others_made_is_not_touched(found: LinksState) -> None:
    assert refused_venvs(WANTED, found) == (
        f"Cannot make the environment {VENV} of {PATH}: something that this role did not make exists there. Move it "
        "away, or set interpreter_virtualenv.",
    )


def test_an_environment_goes_with_its_build() -> None:
    assert surplus_venvs(spec(GONE), with_venv(RECORDED)) == (VENV,)


def test_other_environments_stay() -> None:
    assert surplus_venvs(spec(GONE), with_venv(None)) == ()
    assert surplus_venvs(spec(), with_venv(RECORDED)) == ()
    assert surplus_venvs(spec(GONE), with_venv(RECORDED, home="/opt/3.14/bin")) == ()
    later = BUILD._replace(path="/opt/3.14", executable="/opt/3.14/bin/python3.14")
    for home in (f"{PATH}/bin", "/opt/3.14/bin"):
        assert surplus_venvs(spec(GONE, later), with_venv(RECORDED, home=home)) == ()


def test_nothing_is_run_or_removed_where_another_user_may_change_files() -> None:
    untrusted = {VENV: "/srv belongs to another user (number 1000)"}
    for found in (host(untrusted=untrusted), replace(with_venv("sha256:0"), untrusted=untrusted)):
        assert refused_venvs(WANTED, found) == (
            f"Cannot install requirements into {VENV}: /srv belongs to another user (number 1000), so another user "
            "could have this task run programs and change files. Set interpreter_virtualenv to a place that "
            "only root may change, or install them as that user, with ansible.builtin.pip.",
        )
    as_wanted = replace(with_venv(RECORDED), untrusted=untrusted)
    assert refused_venvs(WANTED, as_wanted) == ()
    assert surplus_venvs(spec(GONE), as_wanted) == ()
    assert kept_venvs(spec(GONE), as_wanted) == (
        f"{VENV} is wanted no longer, but was not removed: /srv belongs to another user (number 1000), so another user "
        "could have this task remove other files. Remove it as that user.",
    )
    assert kept_venvs(spec(), as_wanted) == kept_venvs(spec(GONE), with_venv(RECORDED)) == ()


@pytest.mark.parametrize("case", VARIABLES)
def test_a_variable_is_set_where_a_build_needs_it(case: str) -> None:
    asked, found, variables = VARIABLES[case]
    assert needed_variables(asked, found) == variables
