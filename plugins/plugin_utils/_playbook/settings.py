# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the variables of a playbook on all hosts of a run, before anything else happens.

Variables come from inventory, groups, hosts and extra variables alike, so an unknown name or an impossible value is
found wherever it was written. A variable that counts once for the whole run must have the same value on all of its
hosts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError

from .._controller_files import ControllerFiles
from .._defaults import DEFINITIONS, FOREIGN, PREFIX, is_foreign, misspelt
from .._documents import local_path
from .._wording import shortened
from .named_files import FileCheck
from .spec import PlaybookSpec, Setting
from .values import OUTPUTS, fault_in, waves_of

LOCALHOST = "localhost"
_COMMON = PREFIX  # of variables that several playbooks read
_NAMED_HOSTS = 5
_RAW_WORDS = "_raw_params"  # where Ansible puts words after -e that have no "="
_UNKNOWN = object()  # a value that is set, but cannot be evaluated yet


class WrongSettings(StandaloneError):
    """Variables of a playbook are unknown, missing or contradictory, or have impossible values."""


class Unresolvable(Exception):
    """A value is a template that cannot be evaluated yet; the text says why.

    `may_work_later` is whether it refers to a value that is known only during the run.
    """

    def __init__(self, why: str, *, may_work_later: bool) -> None:
        super().__init__(why)
        self.may_work_later = may_work_later


@dataclass(frozen=True)
class Fleet:
    """The possible hosts of a run, in order, and their variables; reading one may raise `Unresolvable`.

    `matching` returns the hosts that a pattern matches. `extra` are the names that were given with -e. `facts` are the
    facts of each host, which its answers set. `files` are the files of the controller that each host's variables can
    name. `contradiction` returns why the role of the playbook refuses the values of a host, of which each was checked.
    """

    variables: Mapping[str, Mapping[str, Any]]
    matching: Callable[[Any], Collection[str]]
    extra: Collection[str] = ()
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    files: Mapping[str, ControllerFiles] = field(default_factory=dict)
    contradiction: Callable[[Mapping[str, Any]], str | None] = lambda _values: None


@dataclass(frozen=True)
class Run:
    """The values that the plays of a playbook need before they know any host: the pattern, and the waves if any.

    `paths` has the absolute paths of files and directories to write on the controller, by the names of variables.
    """

    hosts: Any
    waves: list[int | str] | None
    paths: Mapping[str, str]
    names: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass
class _Check:
    """One check of one playbook. It collects faults, so that one message has all of them."""

    spec: PlaybookSpec
    fleet: Fleet
    faults: list[str] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)
    reported: set[str] = field(default_factory=set)  # variables that hosts lack, reported as contradictions

    def run(self) -> Run:
        self._find_cut_values()
        self._find_facts()
        pattern = self._pattern()
        names = self._names_of(pattern)
        self._find_unknown(names)
        settings = [setting for name, setting in self.spec.settings.items() if name != self.spec.hosts]
        values = {setting.name: self._values(setting, self._readers(names)) for setting in settings}
        for setting in settings:
            self._find_bad_values(setting, values[setting.name], names)
        self._find_differing_defaults(values, names)
        self._find_bad_files(values, names)
        if self.contradictions:
            self.faults += [*self.contradictions, _ONCE]
        self._raise_if_any()
        self._find_contradictions(values, names)
        self._raise_if_any()
        waves = next((setting for setting in settings if setting.form == "waves"), None)
        return Run(
            hosts=pattern,
            waves=waves_of(next(iter(values[waves.name].values()), waves.default)) if waves else None,
            paths={
                setting.name: _path(setting, values[setting.name])
                for setting in settings
                if setting.form in OUTPUTS and (values[setting.name] or setting.default is not None)
            },
            names=names,
            warnings=tuple(self._warnings(values, names)),
        )

    # --- who set them ------------------------------------------------------------------------------------------------

    def _find_cut_values(self) -> None:
        """Find values after -e that end at a blank. What follows is not shown, since it may be half of a secret."""
        if _RAW_WORDS in self.fleet.extra:
            self.faults.append(
                "a value after -e has a blank, where Ansible ends it, so its other words would be lost. Quote it "
                "twice: -e 'NAME=\"first second\"'."
            )
        self._raise_if_any()

    def _find_facts(self) -> None:
        """Find variables that are facts: these outrank the inventory, and any answer of a host can set them."""
        owners: dict[str, list[str]] = {}
        for host, facts in self.fleet.facts.items():
            for name in sorted({*facts} - {*self.fleet.extra}):
                is_setting = name in self.spec.settings or name.startswith(_COMMON)
                if is_setting and self._value_now(host, name) == facts[name]:
                    owners.setdefault(name, []).append(host)
        self.faults += [
            f"{name} is a fact of {_listed(hosts)}, and so may be what a host answered. Leave out such hosts until you "
            f"know where the fact comes from. Set {name} in the inventory, with -e, or by set_fact without cacheable."
            for name, hosts in owners.items()
        ]
        self._raise_if_any()

    def _value_now(self, host: str, name: str) -> Any:
        try:
            return self.fleet.variables[host].get(name)
        except Unresolvable:
            return _UNKNOWN

    # --- which hosts -------------------------------------------------------------------------------------------------

    def _pattern(self) -> Any:
        """The pattern of hosts. The hosts that set it must agree; the others do not count."""
        if self.spec.runs_on_localhost:
            return LOCALHOST
        setting = self.spec.settings[str(self.spec.hosts)]
        everyone = tuple(self.fleet.variables)
        groups = _grouped(self._values(setting, everyone))
        if len(groups) > 1:
            self.faults.append(f"{_contradiction(setting, groups)} {_ONCE}")
        self._find_bad(setting, groups, everyone)
        self._raise_if_any()
        return groups[0][0] if groups else setting.default

    def _names_of(self, pattern: Any) -> tuple[str, ...]:
        """The hosts of the run, at least one."""
        matched = set(self.fleet.matching(pattern))
        names = tuple(name for name in self.fleet.variables if name in matched)
        if names:
            return names
        if self.spec.runs_on_localhost:
            raise self._refusal("it runs on localhost, which --limit leaves out. Leave out --limit.")
        if not set(self.fleet.variables) - {LOCALHOST}:
            raise self._refusal("there are no hosts. Name them: -i inventory.yml, or -i web1, with a comma at the end.")
        shown = ",".join(pattern) if isinstance(pattern, list) else pattern
        raise self._refusal(
            f"no host matches {self.spec.hosts}={shown}, within --limit where that is given. Correct the pattern, or "
            "the inventory."
        )

    # --- names -------------------------------------------------------------------------------------------------------

    def _find_unknown(self, names: tuple[str, ...]) -> None:
        """Find unknown variables: those given with -e, and those of the hosts in the run."""
        looked_at = self._readers(names)
        owners: dict[str, list[str]] = {}
        for host in looked_at:
            given = self.fleet.variables[host]
            for name in (*self.spec.unknown(given), *(name for name in given if misspelt(name))):
                owners.setdefault(name, []).append(host)
        foreign = self._foreign(looked_at)
        unknown = {name: hosts for name, hosts in sorted(owners.items()) if not is_foreign(name, foreign)}
        self.faults += [self._unknown(name, self._where(name, hosts, looked_at)) for name, hosts in unknown.items()]
        if unknown:
            self.faults.append(f"Variables of something else that look alike have to be listed in {FOREIGN}.")
        for name in sorted(set(self.fleet.extra) - set(owners)):
            meant = None if name.startswith(self.spec.prefixes) else self.spec.misspelt(name)
            if meant:
                self.faults.append(f"{name} is no variable of this playbook. Did you mean {meant}?")

    def _foreign(self, names: Iterable[str]) -> set[str]:
        found: set[str] = set()
        for host in names:
            try:
                given = self.fleet.variables[host].get(FOREIGN) or []
            except Unresolvable:
                continue
            found.update([given] if isinstance(given, str) else map(str, given))
        return found

    def _unknown(self, name: str, where: str) -> str:
        nearest = self.spec.nearest(name) or misspelt(name)
        advice = f"Did you mean {nearest}?" if nearest else f"{self.spec.page} lists those that it has."
        return f"{name}{where} is no variable of this playbook. {advice}"

    # --- values ------------------------------------------------------------------------------------------------------

    def _values(self, setting: Setting, readers: tuple[str, ...]) -> dict[str, Any]:
        """Host -> value, for hosts that have one. A value that cannot be evaluated is a fault, unless it is late."""
        found: dict[str, Any] = {}
        failed: dict[str, list[str]] = {}
        for host in readers:
            try:
                value = self.fleet.variables[host].get(setting.name)
            except Unresolvable as error:
                value = _UNKNOWN
                if not (setting.late and error.may_work_later):
                    failed.setdefault(str(error), []).append(host)
            if value is not None:
                found[host] = value
        for why, hosts in failed.items():
            where = self._where(setting.name, hosts, readers)
            self.faults.append(f"{setting.name}{where} cannot be worked out: {why.rstrip('.')}. Correct its template.")
        return found

    def _readers(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The hosts whose variables are read: for a playbook on localhost these include the other hosts."""
        return tuple(self.fleet.variables) if self.spec.runs_on_localhost else names

    def _find_bad(self, setting: Setting, groups: _Groups, readers: tuple[str, ...]) -> None:
        for value, hosts in groups:
            fault = fault_in(setting, value)
            if fault:
                where = self._where(setting.name, hosts, readers)
                self.faults.append(f"{setting.name}{where} {fault.found}. {fault.advice}")

    def _find_bad_values(self, setting: Setting, values: Mapping[str, Any], names: tuple[str, ...]) -> None:
        groups = _grouped(values)
        self._find_bad(setting, groups, self._readers(names))
        if self.spec.runs_on_localhost:
            self._find_what_localhost_lacks(setting, groups, values)
        elif setting.scope == "run":
            missing = [host for host in names if host not in values]
            if len(groups) > 1 or (groups and missing):
                self.contradictions.append(_contradiction(setting, groups, missing))
                self.reported.add(setting.name)
        self._find_missing(setting, values, names)

    def _find_differing_defaults(self, values: Mapping[str, Mapping[str, Any]], names: tuple[str, ...]) -> None:
        """Find defaults of the collection that would count once for the run, and that hosts do not agree about."""
        prefix = self.spec.prefixes[0]
        if self.spec.runs_on_localhost or values.get(f"{prefix}lock"):
            return
        for option in DEFINITIONS:
            name = f"{prefix}{option}"
            if name not in values or values[name] or self.spec.settings[name].scope != "run":
                continue
            default = replace(self.spec.settings[name], name=f"{PREFIX}{option}")
            found = self._values(default, names)
            groups, missing = _grouped(found), [host for host in names if host not in found]
            if len(groups) > 1 or (groups and missing):
                self.faults.append(
                    f"{_contradiction(default, groups, missing)} It counts once for the whole run: set {name}, or "
                    "limit the run to hosts that agree."
                )

    def _find_bad_files(self, values: Mapping[str, Mapping[str, Any]], names: tuple[str, ...]) -> None:
        check = FileCheck(self.spec.prefixes[0])
        owners: dict[tuple[str, str], list[str]] = {}
        for host in (name for name in names if name in self.fleet.files):
            given = {name: of_hosts[host] for name, of_hosts in values.items() if host in of_hosts}
            for name, fault in check.faults(given, self.fleet.files[host]):
                owners.setdefault((name, fault), []).append(host)
        for (name, fault), hosts in owners.items():
            self.faults.append(f"{name}{self._where(name, hosts, names)}: {fault}")

    def _find_contradictions(self, values: Mapping[str, Mapping[str, Any]], names: tuple[str, ...]) -> None:
        """Find hosts whose values are right one by one, but not together; not those with values that come later."""
        owners: dict[str, list[str]] = {}
        former, fault = None, None  # most hosts have the values of the one before them
        for host in names:
            given = {name: of_hosts[host] for name, of_hosts in values.items() if host in of_hosts}
            if given != former:
                is_known = not any(value is _UNKNOWN for value in given.values())
                former, fault = given, self.fleet.contradiction(given) if is_known else None
            if fault:
                owners.setdefault(fault, []).append(host)
        self.faults += [f"the variables{self._where('', hosts, names)}: {fault}" for fault, hosts in owners.items()]

    def _find_what_localhost_lacks(self, setting: Setting, groups: _Groups, values: Mapping[str, Any]) -> None:
        others = [(value, hosts) for value, hosts in groups if LOCALHOST not in hosts]
        if others:
            missing = [] if LOCALHOST in values else [LOCALHOST]
            self.reported.add(setting.name)
            self.faults.append(
                f"{_contradiction(setting, groups, missing)} This playbook runs on localhost: write it in "
                "group_vars/all.yml or with -e."
            )

    def _find_missing(self, setting: Setting, values: Mapping[str, Any], names: tuple[str, ...]) -> None:
        missing = [host for host in names if host not in values]
        if setting.required and missing and setting.name not in self.reported:
            self.faults.append(f"{setting.name} is missing{self._where('', missing, names)}. {setting.required}")

    def _warnings(self, values: Mapping[str, Mapping[str, Any]], names: tuple[str, ...]) -> Iterable[str]:
        for setting in (one for one in self.spec.settings.values() if one.without):
            without = [host for host in names if not values[setting.name].get(host)]
            if without:
                which = "" if len(without) == len(names) else f" for {_listed(without)}"
                yield f"{setting.name} is not set{which}. {setting.without}."

    # --- messages ----------------------------------------------------------------------------------------------------

    def _where(self, name: str, hosts: Sequence[str], readers: Sequence[str]) -> str:
        """The words for the hosts that have a variable; empty when all have it, as by -e or for the group all."""
        return "" if name in self.fleet.extra or len(hosts) == len(readers) else f" on {_listed(hosts)}"

    def _raise_if_any(self) -> None:
        if self.faults:
            raise self._refusal(" ".join(self.faults))

    def _refusal(self, why: str) -> WrongSettings:
        return WrongSettings(f"Cannot {self.spec.does}: {why}")


_ONCE = (
    "A run can have one value only: write it in group_vars/all.yml or with -e, or limit the run to hosts that agree."
)
_Groups = list[tuple[Any, list[str]]]


def checked(spec: PlaybookSpec, fleet: Fleet) -> Run:
    """Check the variables, and return pattern and waves. Raises `WrongSettings`, whose message has all faults."""
    return _Check(spec, fleet).run()


def _path(setting: Setting, values: Mapping[str, Any]) -> str:
    """The absolute path of what is written, from a value that was checked."""
    return local_path(str(next(iter(values.values()), setting.default)))


def _grouped(values: Mapping[str, Any]) -> _Groups:
    """Each known value once, with the hosts that have it."""
    groups: _Groups = []
    for host, value in ((host, value) for host, value in values.items() if value is not _UNKNOWN):
        for known, hosts in groups:
            if known == value and isinstance(known, bool) == isinstance(value, bool):
                hosts.append(host)
                break
        else:
            groups.append((value, [host]))
    return groups


def _contradiction(setting: Setting, groups: _Groups, missing: Sequence[str] = ()) -> str:
    """The message that says which hosts have which value; the values of secrets are not shown."""
    parts = [f"{_brief(setting, value)} on {_listed(hosts)}" for value, hosts in groups]
    if missing:
        parts.append(f"not set on {_listed(missing)}")
    return f"{setting.name} is {' and '.join(parts)}."


def _brief(setting: Setting, value: Any) -> str:
    is_plain = isinstance(value, (str, int, float, list)) and not setting.secret
    return (ascii(value)[:60]) if is_plain else "of another value"


def _listed(hosts: Sequence[str]) -> str:
    return shortened(hosts, _NAMED_HOSTS)
