# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of a playbook on all hosts of a run, wherever they were set."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible", reason="types are converted as Ansible converts them")

from ansible.parsing.dataloader import DataLoader
from ansible.parsing.splitter import parse_kv

from ansible_collections.standalone.python.plugins.plugin_utils._controller_files import ControllerFiles
from ansible_collections.standalone.python.plugins.plugin_utils._playbook.settings import (
    FOREIGN,
    Fleet,
    Run,
    Unresolvable,
    WrongSettings,
    checked,
)
from ansible_collections.standalone.python.plugins.plugin_utils._playbook.spec import playbooks, spec_of

WEB, DB = ("web1", "web2"), ("db1",)
GROUPS = {"web": WEB, "db": DB, "all": (*WEB, *DB), "localhost": ("localhost",)}
LATER = Unresolvable("'x' is undefined", may_work_later=True)

# What a run needs, to be without fault in everything else.
NEEDED: dict[str, dict[str, Any]] = {
    "upgrade": {"upgrade_name": "3.13", "upgrade_health_command": "true"},
    "rollback": {"rollback_from_build": "3.13.6"},
    "bootstrap": {"bootstrap_path": "/opt/python/3.13"},
    "lock": {"lock_names": "3.13", "lock_targets": "x86_64-unknown-linux-gnu"},
}


class Variables(dict[str, Any]):
    """Those of a host, of which an `Unresolvable` is raised when it is looked at."""

    def get(self, name: str, default: Any = None) -> Any:
        value = super().get(name, default)
        if isinstance(value, Unresolvable):
            raise value
        return value


def check(playbook: str, *, limit: tuple[str, ...] = (), needed: bool = True, **given: Any) -> Run:
    """`given` is group or host -> variables; `extra` are those given with -e. localhost is not in the inventory."""
    extra, facts, directory = given.pop("extra", {}), given.pop("facts", {}), given.pop("files", None)
    hosts = [host for host in ("localhost", *WEB, *DB) if not limit or host in limit]
    found = {host: Variables(NEEDED.get(playbook, {}) if needed else {}) for host in hosts}
    for host in hosts:
        for name in ("all", *(group for group in ("web", "db") if host in GROUPS[group]), host):
            found[host].update(given.get(name, {}))
        found[host].update(facts.get(host, {}))  # which outrank the inventory
        found[host].update(extra)
    files = {host: ControllerFiles(DataLoader(), [str(directory)], {}) for host in found} if directory else {}
    return checked(spec_of(playbook), Fleet(found, matching, frozenset(extra), facts, files))


def matching(pattern: Any) -> list[str]:
    parts = pattern if isinstance(pattern, list) else pattern.split(",")
    return [host for part in parts for host in GROUPS.get(part, (part,))]


def refusal(playbook: str, **given: Any) -> str:
    with pytest.raises(WrongSettings) as error:
        check(playbook, **given)
    return str(error.value)


# --- the command line ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("playbook", playbooks())
def test_a_value_that_ansible_cuts_at_a_blank_is_refused(playbook: str) -> None:
    """As it takes it apart: -e 'upgrade_health_command=python3 -c pass' would start an interpreter that reads on."""
    given = parse_kv("upgrade_health_command=python3 -c s3cret")
    message = refusal(playbook, extra=given)
    assert message.endswith("""Quote it twice: -e 'NAME="first second"'.""")
    assert "s3cret" not in message
    assert check("upgrade", extra=parse_kv('upgrade_health_command="python3 -c pass"')).names


# --- facts, which a host sets by its answers -------------------------------------------------------------------------


@pytest.mark.parametrize("playbook", playbooks())
def test_no_answer_of_a_host_counts_as_a_setting(playbook: str) -> None:
    for name in (*spec_of(playbook).settings, "standalone_python_mirror", FOREIGN):
        found = refusal(playbook, facts={"web2": {name: "x", "os_family": "Debian"}, "db1": {}})
        assert f"{name} is a fact of web2, and so may be what a host answered." in found


def test_a_fact_that_something_else_outranks_does_no_harm() -> None:
    assert (
        check("upgrade", facts={"web1": {"upgrade_mirror": "x"}}, extra={"upgrade_mirror": "https://m"}).hosts == "all"
    )
    variables = Variables({**NEEDED["upgrade"], "upgrade_mirror": "https://m"})  # as by set_fact
    facts = {"web1": {"upgrade_mirror": "x", "upgrade": "x", "os_family": "Debian"}}
    run = checked(spec_of("upgrade"), Fleet({"web1": variables}, lambda _pattern: ["web1"], facts=facts))
    assert run.names == ("web1",)


# --- files of the controller -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("playbook", "name", "value", "fault"),
    [
        ("install", "interpreter_lock", "absent.yml", ": Cannot read the lock absent.yml: "),
        ("install", "interpreter_archive", "absent.tar.gz", ": Cannot read the archive absent.tar.gz: "),
        ("install", "interpreter_requirements", "absent.txt", ": Cannot read the requirements file absent.txt: "),
        ("install", "interpreter_requirements", "bad.txt", ": Cannot install the requirements in "),
        ("install", "interpreter_builds", [{"name": "3.13", "lock": "bad.txt"}], ": The lock "),
        ("install", "interpreter_provenance", {"trusted_root": "absent.json"}, ": Cannot read the trusted root absent"),
        ("bootstrap", "bootstrap_lock", "absent.yml", ": Cannot read the lock absent.yml: "),
        ("upgrade", "upgrade_lock", "absent.yml", ": Cannot read the lock absent.yml: "),
        ("upgrade", "upgrade_build_options", {"archive": "absent"}, ": Cannot read the archive absent: "),
        ("lock", "lock_provenance", {"trusted_root": "absent.json"}, ": Cannot read the trusted root absent.json: "),
    ],
)
def test_a_file_that_no_host_could_use_is_found_before_anything_is_done(
    tmp_path: Path, playbook: str, name: str, value: Any, fault: str
) -> None:
    (tmp_path / "bad.txt").write_text("-e .\n")
    assert f"{name}{fault}" in refusal(playbook, files=tmp_path, all={name: value})


def test_files_of_some_hosts(tmp_path: Path) -> None:
    given = {"web": {"interpreter_lock": "a.yml"}, "db": {"interpreter_lock": "b.yml"}}
    found = refusal("install", files=tmp_path, **given)
    assert "interpreter_lock on web1, web2: Cannot read the lock a.yml" in found
    assert "interpreter_lock on db1: Cannot read the lock b.yml" in found


@pytest.mark.parametrize(
    "given",
    [
        {"interpreter_requirements": "x", "interpreter_state": "absent"},
        {"interpreter_requirements": "x", "interpreter_builds": [{"name": "3.13", "state": "absent"}]},
        {"interpreter_builds": [{"name": "3.13", "state": "absent", "lock": "x"}]},
        {"interpreter_archive": "x", "interpreter_remote_src": True},
        {"interpreter_builds": [{"name": "3.13", "archive": "x"}], "interpreter_remote_src": True},
        {"interpreter_lock": None},
        {"interpreter_lock": LATER},
        {"interpreter_requirements": "good.txt"},
        {"interpreter_builds": [{"name": "3.13", "requirements": "good.txt"}]},
    ],
)
def test_files_that_nobody_reads_may_be_absent(tmp_path: Path, given: dict[str, Any]) -> None:
    (tmp_path / "good.txt").write_text("requests==2.32.3\n")
    assert check("install", files=tmp_path, all=given).names == (*WEB, *DB)


@pytest.mark.parametrize(("playbook", "name"), [("lock", "lock_file"), ("audit", "audit_dir")])
def test_what_is_written_is_relative_to_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, playbook: str, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PWD", "/nonexistent")
    monkeypatch.setenv("HOME", f"{tmp_path}/me")
    for directory in ("me", "out"):
        (tmp_path / directory).mkdir()
    assert check(playbook).paths == {name: str(tmp_path / str(spec_of(playbook).settings[name].default))}
    assert check(playbook, all={name: "out/x"}).paths == {name: str(tmp_path / "out" / "x")}
    assert check(playbook, all={name: "~/x"}).paths == {name: f"{tmp_path}/me/x"}
    assert (
        f"{name} is '~nobody-such/x'. The home directory that it names is unknown. Write the path from the root."
        in refusal(playbook, all={name: "~nobody-such/x"})
    )


@pytest.mark.parametrize(("playbook", "name"), [("lock", "lock_file"), ("audit", "audit_dir")])
def test_what_is_written_has_a_directory_above(tmp_path: Path, playbook: str, name: str) -> None:
    (tmp_path / "file").touch()
    said = refusal(playbook, all={name: f"{tmp_path}/file/x"})
    assert f"{tmp_path}/file is no directory on the controller. Make it, or choose another path." in said
    if name == "lock_file":  # nothing makes directories for a file
        said = refusal(playbook, all={name: f"{tmp_path}/new/x"})
        assert f"{tmp_path}/new is no directory on the controller. Make it, or choose another path." in said
    else:
        assert check(playbook, all={name: f"{tmp_path}/new/x/"})
    (tmp_path / "closed").mkdir(mode=0o555)
    if not os.access(tmp_path / "closed", os.W_OK):  # root may
        said = refusal(playbook, all={name: f"{tmp_path}/closed/x"})
        assert f"This user may not write to {tmp_path}/closed on the controller. Choose another path." in said


@pytest.mark.parametrize("playbook", playbooks())
def test_a_slip_in_a_variable_of_the_collection(playbook: str) -> None:
    said = refusal(playbook, all={"standalone_python_mirorr": "https://e.org"})
    assert "standalone_python_mirorr is no variable of this playbook. Did you mean standalone_python_mirror?" in said
    assert check(playbook, all={"standalone_python_mirorr": "https://e.org", FOREIGN: ["standalone_python_mirorr"]})


# --- the pattern of hosts, in every playbook, from everywhere --------------------------------------------------------

WITH_HOSTS = [playbook for playbook in playbooks() if spec_of(playbook).hosts]
PLACES = ["all", "web", "web1", "extra"]


@pytest.mark.parametrize("playbook", WITH_HOSTS)
@pytest.mark.parametrize("place", PLACES)
def test_the_pattern_counts_wherever_it_is_set(playbook: str, place: str) -> None:
    run = check(playbook, **{place: {str(spec_of(playbook).hosts): "web"}})
    assert (run.hosts, run.names) == ("web", WEB)


@pytest.mark.parametrize("playbook", WITH_HOSTS)
def test_without_a_pattern_all_hosts_of_the_inventory_count(playbook: str) -> None:
    run = check(playbook)
    assert (run.hosts, run.names) == ("all", (*WEB, *DB))


@pytest.mark.parametrize("playbook", WITH_HOSTS)
def test_patterns_that_contradict_each_other_are_refused_unless_the_run_is_limited(playbook: str) -> None:
    name = str(spec_of(playbook).hosts)
    given = {"web": {name: "web"}, "db": {name: "db"}}
    message = refusal(playbook, **given)
    assert f"{name} is 'web' on web1, web2 and 'db' on db1. A run can have one value only" in message
    assert check(playbook, limit=DB, **given).names == DB


@pytest.mark.parametrize("pattern", ["wbe", ["wbe"], "db"])
def test_a_pattern_that_matches_nothing_is_refused(pattern: Any) -> None:
    message = refusal("audit", limit=WEB, extra={"audit_hosts": pattern})
    assert message.startswith("Cannot audit: no host matches audit_hosts=")


@pytest.mark.parametrize("playbook", WITH_HOSTS)
def test_without_any_inventory_it_says_how_to_name_one(playbook: str) -> None:
    assert "there are no hosts. Name them: -i inventory.yml, or -i web1," in refusal(playbook, limit=("localhost",))


def test_a_host_that_is_in_no_inventory_may_be_localhost() -> None:
    assert check("upgrade", extra={"upgrade_hosts": "localhost"}).names == ("localhost",)


# --- what counts once for the whole run ------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["all", "extra"])
def test_waves_count_from_inventory_and_command_line(place: str) -> None:
    assert check("upgrade", **{place: {"upgrade_serial": "1,25%"}}).waves == [1, "25%"]
    assert check("upgrade").waves == [1, "10%", "100%"]
    assert check("audit").waves is None


FOR_THE_RUN = [
    (playbook, setting.name)
    for playbook in WITH_HOSTS
    for setting in spec_of(playbook).settings.values()
    if setting.scope == "run" and setting.form != "pattern"
]
SAMPLES: dict[str, tuple[Any, Any]] = {
    "upgrade_name": ("3.12", "3.13"),
    "upgrade_serial": (1, 2),
    "upgrade_pause": (60, 600),
    "upgrade_min_age": ("1d", "2d"),
    "upgrade_index_max_age": ("1d", "2d"),
    "upgrade_flavor": ("full", "install_only"),
    "upgrade_prerelease": (True, False),
    "audit_cycle_url": ("https://a", "https://b"),
    "upgrade_exclude": (["3.13.6"], ["3.13.7"]),
    "audit_fail_on": (["drifted"], ["without_answer"]),
    "audit_sbom": ("cyclonedx", "spdx"),
    "audit_url_options": ({"timeout": 1}, {"timeout": 2}),
}


@pytest.mark.parametrize(("playbook", "name"), FOR_THE_RUN)
def test_what_counts_once_must_be_the_same_for_all_hosts_of_the_run(playbook: str, name: str) -> None:
    one, other = SAMPLES.get(name, ("a", "b"))
    hosts = str(spec_of(playbook).hosts)
    different = {"web": {name: one}, "db": {name: other}}
    assert f"{name} is " in refusal(playbook, **different)
    assert check(playbook, limit=("localhost", *WEB), **different).names == WEB
    assert check(playbook, extra={hosts: "db"}, **different).names == DB
    assert check(playbook, all={name: one}).names == (*WEB, *DB)
    only_some = refusal(playbook, needed=name not in NEEDED.get(playbook, {}), web={name: one})
    assert f"{name} is " in only_some
    assert "and not set on db1." in only_some


@pytest.mark.parametrize(
    ("playbook", "option"),
    [("upgrade", "index"), ("upgrade", "index_max_age"), ("upgrade", "exclude"), ("audit", "index")],
)
def test_a_default_that_counts_once_must_be_the_same_for_all_hosts_of_the_run(playbook: str, option: str) -> None:
    name, own = f"standalone_python_{option}", f"{playbook}_{option}"
    different: dict[str, Any] = {"web": {name: "20260101"}, "db": {name: "20260201"}}
    advice = f"on db1. It counts once for the whole run: set {own}, or limit the run to hosts that agree."
    for given in (different, {"web": {name: "20260101"}}):
        said = refusal(playbook, **given)
        assert (said.startswith(f"Cannot {playbook}: {name} is "), said.endswith(advice)) == (True, True), said
    for agreeing in (
        {"limit": ("localhost", *WEB), **different},
        {"all": {own: "30" if option == "index_max_age" else "20260101"}, **different},
    ):
        check(playbook, **agreeing)
    check("upgrade", all={"upgrade_lock": "x"}, **different)
    check("install", **different)


def test_the_message_has_all_faults_at_once() -> None:
    message = refusal(
        "upgrade",
        web={"upgrade_serial": 1, "upgrade_helth_command": "true", "upgrade_path": "opt"},
        db={"upgrade_serial": 2, "upgrade_packages": True},
    )
    assert message == (
        "Cannot upgrade: upgrade_helth_command on web1, web2 is no variable of this playbook. Did you mean "
        "upgrade_health_command? upgrade_packages on db1 is no variable of this playbook. docs/upgrade.md lists those "
        "that it has. Variables of something else that look alike have to be listed in "
        "standalone_python_foreign_variables. upgrade_path on web1, web2 is 'opt'. That is relative. Write it from the "
        "root. upgrade_serial is 1 on web1, web2 and 2 on db1. A run can have one value only: write it in "
        "group_vars/all.yml or with -e, or limit the run to hosts that agree."
    )


def test_values_that_the_role_refuses_together_are_found_on_all_hosts() -> None:
    """But not where one of them is known only during the run."""
    keep = {"web1": 1, "web2": 1, "db1": LATER}
    variables = {host: Variables(interpreter_name="3.13", interpreter_keep=value) for host, value in keep.items()}

    def contradiction(values: Mapping[str, Any]) -> str | None:
        return f"Cannot keep {values['interpreter_keep']}." if values["interpreter_keep"] < 3 else None

    fleet = Fleet(variables, lambda _pattern: [*keep], contradiction=contradiction)
    with pytest.raises(WrongSettings) as error:
        checked(spec_of("install"), fleet)
    assert str(error.value) == "Cannot install: the variables on web1, web2: Cannot keep 1."
    for host in WEB:
        variables[host]["interpreter_keep"] = 3
    assert checked(spec_of("install"), fleet).names == (*WEB, *DB)


# --- names and values, in every playbook, from everywhere ------------------------------------------------------------


@pytest.mark.parametrize("playbook", playbooks())
@pytest.mark.parametrize("place", PLACES)
def test_unknown_names_are_found_wherever_they_are(playbook: str, place: str) -> None:
    name = f"{spec_of(playbook).prefixes[0]}nonsense"
    where = {"all": "", "extra": "", "web": " on web1, web2", "web1": " on web1"}[place]
    assert f"{name}{where} is no variable of this playbook." in refusal(playbook, **{place: {name: 1}})


@pytest.mark.parametrize("playbook", WITH_HOSTS)
def test_unknown_names_of_hosts_that_are_not_in_the_run_are_none_of_its_business(playbook: str) -> None:
    given = {"web": {f"{spec_of(playbook).prefixes[0]}nonsense": 1}}
    assert check(playbook, extra={str(spec_of(playbook).hosts): "db"}, **given).names == DB


@pytest.mark.parametrize("listed", ["upgrade_packages", ["upgrade_pack*"]])
def test_names_that_belong_to_something_else_can_be_listed(listed: Any) -> None:
    assert check("upgrade", all={"upgrade_packages": True, FOREIGN: listed}).names
    assert "upgrade_nonsense" in refusal("upgrade", all={"upgrade_nonsense": True, FOREIGN: listed})


def test_a_slip_in_the_prefix_counts_on_the_command_line() -> None:
    message = refusal("upgrade", extra={"uprgade_hosts": "web"})
    assert message == "Cannot upgrade: uprgade_hosts is no variable of this playbook. Did you mean upgrade_hosts?"
    assert check("upgrade", all={"uprgade_hosts": "web"}).names


@pytest.mark.parametrize("place", PLACES)
def test_bad_values_are_found_wherever_they_are(place: str) -> None:
    where = {"all": "", "extra": "", "web": " on web1, web2", "web1": " on web1"}[place]
    message = refusal("audit", **{place: {"audit_verify": "yes"}})
    assert message == f"Cannot audit: audit_verify{where} is 'yes'. Write none, quick or full."


def test_many_hosts_are_counted() -> None:
    hosts = {f"web{number}": {"audit_verify": "yes"} for number in range(9)}
    with pytest.raises(WrongSettings) as error:
        checked(spec_of("audit"), Fleet({**hosts, "db1": {}}, lambda _pattern: [*hosts, "db1"]))
    assert "audit_verify on web0, web1, web2, web3, web4 and 4 more is 'yes'." in str(error.value)


@pytest.mark.parametrize("playbook", NEEDED)
def test_what_is_required_must_be_there(playbook: str) -> None:
    message = refusal(playbook, needed=False)
    for name in (name for name, setting in spec_of(playbook).settings.items() if setting.required):
        assert f"{name} is missing. Say " in message


def test_what_is_required_must_be_there_on_every_host() -> None:
    message = refusal("rollback", needed=False, web={"rollback_from_build": "3.13.6"})
    assert message.startswith("Cannot roll back: rollback_from_build is missing on db1. Say which build to leave: ")


# --- templates -------------------------------------------------------------------------------------------------------


def test_a_value_that_cannot_be_worked_out_is_refused_unless_it_is_for_later() -> None:
    message = refusal("upgrade", web={"upgrade_path": LATER})
    assert message == (
        "Cannot upgrade: upgrade_path on web1, web2 cannot be worked out: 'x' is undefined. Correct its template."
    )
    assert check("upgrade", web={"upgrade_health_command": LATER}).warnings == ()
    broken = Unresolvable("unexpected end", may_work_later=False)
    assert "unexpected end" in refusal("upgrade", web={"upgrade_health_command": broken})


# --- warnings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "which"), [(None, ""), ("", ""), ("true", None)])
def test_an_upgrade_without_health_command_says_so(value: str | None, which: str | None) -> None:
    warnings = check("upgrade", all={"upgrade_health_command": value}).warnings
    said = [text for text in warnings if text.startswith("upgrade_health_command is not set. Nothing shows whether")]
    assert len(said) == (which is not None)


def test_hosts_without_health_command_are_named() -> None:
    (warning,) = check("upgrade", db={"upgrade_health_command": None}).warnings
    assert warning.startswith("upgrade_health_command is not set for db1. ")


# --- a playbook that runs on localhost -------------------------------------------------------------------------------


def test_a_lock_has_what_is_set_for_all_or_for_localhost() -> None:
    for place in ("all", "localhost", "extra"):
        assert check("lock", **{place: {"lock_min_age": "7d"}}).names == ("localhost",)


def test_a_lock_does_not_miss_what_other_hosts_have() -> None:
    message = refusal("lock", web={"lock_min_age": "7d"})
    assert message == (
        "Cannot lock: lock_min_age is '7d' on web1, web2 and not set on localhost. This playbook runs on localhost: "
        "write it in group_vars/all.yml or with -e."
    )


def test_a_lock_cannot_be_limited_to_other_hosts() -> None:
    message = refusal("lock", limit=WEB)
    assert message == "Cannot lock: it runs on localhost, which --limit leaves out. Leave out --limit."


def test_localhost_may_be_in_the_inventory_like_any_other() -> None:
    variables: Mapping[str, Mapping[str, Any]] = {"localhost": {"rollback_from_build": "any"}, "web1": {}}

    def everyone(_pattern: Any) -> Iterator[str]:
        yield from variables

    with pytest.raises(WrongSettings, match="rollback_from_build is missing on web1"):
        checked(spec_of("rollback"), Fleet(variables, lambda pattern: list(everyone(pattern))))
