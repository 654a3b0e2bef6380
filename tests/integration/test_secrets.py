# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets in every option that can hold one, in all modules, lookups, roles and playbooks: none comes to light."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.standalone.python.plugins.module_utils._argspec import (
    BUILD_ARGUMENTS,
    MIRROR_ARGUMENTS,
    SECRET_OPTIONS,
)
from ansible_collections.standalone.python.plugins.plugin_utils._bootstrap.task import BOOTSTRAP_ARGUMENTS
from tests.integration.conftest import NEW, OLD, USUAL_PYTHON
from tests.integration.playbooks import QUICK, REPOSITORY, Played, Player
from tests.support.marks import leaking_files, leaks, marked, watched_commands
from tests.support.sample_indexes import asset_of
from tests.support.sample_mirror import SampleMirror
from tests.support.servers import Server
from tests.support.wheels import make_wheel

# --- which options can hold a secret ---------------------------------------------------------------------------------

# Roles call some options of their modules by another name.
ALIASES = {"source": "mirror", "url_options": "headers", **dict.fromkeys(("advisories", "cycle_url", "url"), "index")}
# Options that are free text and hold no secret: what is shown of a build and of a host is made of them.
OPEN = frozenset(
    """
    after_command allow allowed_signers archive attestations before_command build_options builds builds_dir ca_path
    calendar capabilities changes_file checkout checksum client_cert client_key command commit csh_dir
    default dest dir environment_dir environments exclude file fish_dir flavors from from_build group health_command
    health_imports hooks_delegate_to hosts key_file playbook random_delay report_command
    index_max_age link_dir listen lock man_dir min_age name names nginx_config nginx_package owner path profile_dir
    provenance query reason release releases requirements restart_services rollback_from_build rollback_reason
    root serial serve server_names state store stores systemd_dir systemd_units target targets terms tls_certificate
    tls_key virtualenv
    """.split()  # noqa: SIM905 - a line for each name would be a page
)


def specs() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Where options are declared -> option -> its specification. Names of roles' options are without prefix."""
    yield "build", BUILD_ARGUMENTS
    yield "bootstrap", BOOTSTRAP_ARGUMENTS
    yield "mirror", MIRROR_ARGUMENTS
    for file in (REPOSITORY / "roles").glob("*/meta/argument_specs.yml"):
        role = file.parts[-3]
        for entry, spec in yaml.safe_load(file.read_text())["argument_specs"].items():
            options = {name.removeprefix(f"{role}_"): option for name, option in spec.get("options", {}).items()}
            yield f"{role} {entry}", options
            yield f"{role} {entry}: builds", options.get("builds", {}).get("options", {})
    for file in (REPOSITORY / "playbooks" / "argument_specs").glob("*.yml"):
        spec = yaml.safe_load(file.read_text())
        yield f"playbook {file.stem}", {name.partition("_")[2]: option for name, option in spec["options"].items()}


def is_free(option: Mapping[str, Any]) -> bool:
    """Whether the option's value is a text, or has one in it, that the user makes up."""
    kind = option.get("elements", option.get("type", "str"))
    return kind in ("str", "path", "dict", "raw") and not option.get("choices")


def test_it_is_known_of_each_option_whether_it_can_hold_a_secret() -> None:
    """A new one belongs into `SECRET_OPTIONS`, which this file then gives a secret, or above."""
    known = OPEN | SECRET_OPTIONS | {"pip_extra_args"}
    unknown = {
        f"{where}: {name}"
        for where, options in specs()
        for name, option in options.items()
        if is_free(option) and ALIASES.get(name, name) not in known
    }
    assert unknown == set()


def test_an_option_that_is_not_logged_is_given_a_secret_here() -> None:
    hidden = {
        ALIASES.get(name, name)
        for _where, options in specs()
        for name, option in options.items()
        if option.get("no_log")
    }
    assert hidden <= SECRET_OPTIONS <= set(secrets_at("127.0.0.1:1", {"url": "https://e.org/r/f"}))


# --- runs with secrets -----------------------------------------------------------------------------------------------


def secrets_at(host: str, asset: Mapping[str, str], below: str = "") -> dict[str, Any]:
    """A value with secrets for each of `SECRET_OPTIONS`, by which builds are fetched from `host`."""

    def url(name: str, path: str = "") -> str:
        return f"http://{marked(name + '-user')}:{marked(name + '-password')}@{host}{below}{path}"

    archive = "/".join(asset["url"].split("/")[-2:])
    signed = {**asset, "url": url("asset", f"/{archive}?sig={marked('asset-query')}")}
    return {
        "index": [url("index", f"/python-build-standalone.ndjson?token={marked('index-query')}")],
        "mirror": [url("mirror")],
        "asset": signed,
        "assets": [signed],
        "headers": {"X-Token": marked("header"), "Cookie": marked("cookie")},
        "url_username": marked("username"),
        "url_password": marked("password"),
    }


@dataclass(frozen=True)
class Setup:
    """A folder with inputs, in which secrets are, and with everything else that a run leaves, in which none may be."""

    directory: Path
    player: Player
    minor: str
    version: str
    good: Mapping[str, Any]
    bad: Mapping[str, Any]
    host: str
    has_pip: bool

    def run(self, playbook: Path, *arguments: str) -> Played:
        inputs = self.directory / "inputs"
        secrets = inputs / "variables.yml"
        secrets.write_text(yaml.safe_dump({"good": self.good, "bad": self.bad, "pip_index": self.pip_index()}))
        options = ["-vvvv", "--diff", "-e", f"@{secrets}", *arguments]
        log = self.directory / "log"
        with watched_commands() as commands:
            played = self.player.play(playbook, *options, env={"ANSIBLE_LOG_PATH": str(log)})
        assert "TASK [" in log.read_text()
        assert any("AnsiballZ" in command or "play_server.py" in command for command in commands)
        assert leaks("\n".join(commands)) == []
        assert leaks(played.output) == []
        inputs_apart = [file for file in leaking_files(self.directory) if not file.startswith(str(inputs))]
        assert inputs_apart == []
        assert "Traceback" not in played.output
        return played

    def set(self, variables: Mapping[str, Any]) -> None:
        """Variables of the inventory, which are no secrets themselves."""
        (self.directory / "group_vars").mkdir(exist_ok=True)
        (self.directory / "group_vars" / "all.yml").write_text(yaml.safe_dump(dict(variables)))

    def usual(self) -> dict[str, Any]:
        """Variables of the role `interpreter` that keep it in the folder."""
        return {
            **{f"interpreter_{option}": value for option, value in QUICK.items()},
            "interpreter_alternatives": "none",
            "interpreter_profile": False,
            "interpreter_link_dir": str(self.directory / "bin"),
            "interpreter_builds_dir": str(self.directory / "opt"),
            "interpreter_systemd_dir": str(self.directory / "systemd"),
            "interpreter_requirements": str(self.directory / "inputs" / "requirements.txt") if self.has_pip else "",
            "interpreter_pip_extra_args": (
                f"{{{{ ['--no-index', '--find-links', '{self.directory}/wheels', '--extra-index-url', pip_index] }}}}"
            ),
        }

    def pip_index(self) -> str:
        return f"http://{marked('pip-user')}:{marked('pip')}@{self.host}/?{marked('pip-query')}"


@pytest.fixture(scope="module")
def samples(samples_with_pip: SampleMirror) -> SampleMirror:
    return samples_with_pip


@pytest.fixture
def setup(tmp_path: Path, samples: SampleMirror, server: Server) -> Setup:
    sample = samples.samples[2]
    host = f"127.0.0.1:{server.port}"
    directory = tmp_path / "setup"
    inputs = directory / "inputs"
    inputs.mkdir(parents=True)
    make_wheel(directory / "wheels", "tiny", "1.0")
    requirements = f"--extra-index-url http://user:{marked('requirements')}@{host}/\ntiny==1.0\n"
    (inputs / "requirements.txt").write_text(requirements)
    (inputs / "absent.txt").write_text(f"{requirements}absent==1\n")
    (inputs / "client.pem").write_text(f"-----BEGIN PRIVATE KEY-----\n{marked('key')}\n-----END PRIVATE KEY-----\n")
    bad = secrets_at(host, asset_of(sample), below="/nowhere")
    more = {
        "slip": [f"http://user:{marked('slip')}/x@{host}"],
        "broken": f"{marked('broken')}\n",
        "text": marked("text"),
        "https": [f"https://user:{marked('https')}@{host}"],
        "other": {**secrets_at(host, asset_of(sample))["asset"], "sha256": "0" * 64},
        "client": str(inputs / "client.pem"),
        "requirements": str(inputs / "absent.txt"),
    }
    return Setup(
        directory=directory,
        player=Player(directory, USUAL_PYTHON),
        minor=sample.version.rpartition(".")[0],
        version=sample.version,
        good=secrets_at(host, asset_of(sample)),
        bad={**bad, **more},
        host=host,
        has_pip=samples.has_pip,
    )


def of(kind: str, *options: str) -> dict[str, str]:
    """Options with their secrets, without one of these in the playbook itself, whose lines Ansible may show."""
    return {option: f"{{{{ {kind}.{option} }}}}" for option in options}


UNSEEN = "20251201"  # a release that no run that works fetches, so that it is in no cache
LOGIN = ("headers", "url_username", "url_password")
USUAL = ("index", "mirror", *LOGIN)


def tasks_of_modules(setup: Setup) -> dict[str, dict[str, Any]]:
    """Tasks by their names; one that is to fail has `fails` at the beginning of its name."""
    opt = str(setup.directory / "opt")
    quick = {"compile_bytecode": False, "health_imports": []}
    old, new, unseen = ({"name": f"{setup.version}+{release}", **quick} for release in (OLD, NEW, UNSEEN))
    declared = {"path": str(setup.directory / "srv"), "builds": [{"names": [setup.minor]}]}
    good, login = of("good", *USUAL), of("good", *LOGIN)
    lookup = ", ".join(f"{option}=good.{option}" for option in USUAL)
    failing = lookup.replace("good.index", "bad.index")
    modules: dict[str, tuple[str, dict[str, Any]]] = {
        "installs": ("build", {**old, "path": f"{opt}/a", **good}),
        "finds nothing to do": ("build", {**old, "path": f"{opt}/a", **good}),
        "replaces by an asset": ("build", {**quick, "path": f"{opt}/a", **login, **of("good", "asset")}),
        "pushes": ("build", {**new, "path": f"{opt}/b/c", "delivery": "push", **good}),
        "fails to pull": ("build", {**new, "path": f"{opt}/d/e", **good, **of("bad", "mirror")}),
        "fails to push": ("build", {**unseen, "path": f"{opt}/d/e", "delivery": "push", **good, **of("bad", "mirror")}),
        "fails by a slip": ("build", {**old, "path": f"{opt}/d/e", **good, "mirror": "{{ bad.slip }}"}),
        "fails by the digest": ("build", {**quick, "path": f"{opt}/d/e", **login, "asset": "{{ bad.other }}"}),
        "fails by type": ("build", {**old, "path": f"{opt}/d/e", **good, "headers": "{{ bad.text }}"}),
        "fails by a control character": (
            "build",
            {**old, "path": f"{opt}/d/e", **good, "url_password": "{{ bad.broken }}"},
        ),
        "fails without index": ("build", {**old, "path": f"{opt}/d/e", **good, **of("bad", "index")}),
        "fails by the key": (
            "build",
            {**new, "path": f"{opt}/d/e", **good, "mirror": "{{ bad.https }}", "client_cert": "{{ bad.client }}"},
        ),
        "mirrors an asset": ("mirror", {"path": declared["path"], **login, **of("good", "assets")}),
        "fails to mirror an asset": ("mirror", {"path": str(setup.directory / "srv2"), **login, **of("bad", "assets")}),
    }  # fmt: skip
    release, lock = "standalone.python.release', '" + setup.minor, "standalone.python.lock_content', '" + setup.minor
    texts = {
        "looks up": f"{{{{ query('{release}', target=target, {lookup}) | map(attribute='version') }}}}",
        "looks up for a lock": f"{{{{ lookup('{lock}', targets=[target], lock=new_lock, {lookup}) }}}}",
        "fails to look up": f"{{{{ query('{release}', target=target, {failing}) }}}}",
        "fails to look up for a lock": f"{{{{ lookup('{lock}', targets=[target], lock=new_lock, {failing}) }}}}",
    }
    return {
        **{name: {f"standalone.python.{module}": options} for name, (module, options) in modules.items()},
        **{name: {"ansible.builtin.debug": {"msg": text}} for name, text in texts.items()},
    }


def runs_of_roles(setup: Setup) -> dict[str, tuple[str, dict[str, Any]]]:
    """Roles and their variables, likewise."""
    item = {"name": setup.minor, "path": f"{setup.directory}/opt/r/1"}
    good = of("good", *USUAL)
    prefixed = {f"interpreter_{name}": value for name, value in good.items()}
    of_role = {f"mirror_{'source' if name == 'mirror' else name}": value for name, value in good.items()}
    bare = {f"bootstrap_{name}": good[name] for name in ("index", "mirror", "url_username", "url_password")}
    mirror = {
        "mirror_path": f"{setup.directory}/srv3",
        "mirror_serve": False,
        "mirror_builds": [{"names": [setup.minor]}],
    }
    bootstrap = {"bootstrap_name": setup.minor, "bootstrap_path": f"{setup.directory}/opt/r/2"}
    unseen = {"bootstrap_name": f"{setup.version}+{UNSEEN}", "bootstrap_mirror": "{{ bad.slip }}"}
    nothing = {"interpreter_requirements": ""}
    by_variables = {**prefixed, **nothing, "interpreter_name": f"{setup.version}+{UNSEEN}"}
    unmet = {"interpreter_requirements": "{{ bad.requirements }}"}

    def builds(**more: Any) -> dict[str, Any]:
        return {"interpreter_builds": [{**item, **good, **more}]}

    return {
        "installs by items": ("interpreter", builds()),
        "verifies": ("interpreter:verify", builds()),
        "fails in an item": ("interpreter", builds(path=f"{setup.directory}/opt/d/e", **of("bad", "mirror"))),
        "fails in an item by its asset": (
            "interpreter",
            {"interpreter_builds": [{"path": f"{setup.directory}/opt/d/e", **of("bad", "asset", *LOGIN)}]},
        ),
        "fails by the type in an item": ("interpreter", builds(headers="{{ bad.text }}")),
        "fails by an unknown option in an item": ("interpreter", builds(header="{{ bad.headers }}")),
        "fails by the requirements": ("interpreter", {**builds(), **unmet}),
        "fails to verify": ("interpreter:verify", {**builds(path=f"{setup.directory}/opt/d/e"), **nothing}),
        "removes": ("interpreter", builds(state="absent")),
        "fails by variables": ("interpreter", {**by_variables, "interpreter_mirror": "{{ bad.slip }}"}),
        "keeps a mirror": ("mirror", {**mirror, **of_role}),
        "fails to keep a mirror": ("mirror", {**mirror, **of_role, "mirror_path": f"{setup.directory}/srv4",
                                              "mirror_source": "{{ bad.mirror }}"}),
        "fails by the type of a role": ("mirror", {**mirror, **of_role, "mirror_headers": "{{ bad.text }}"}),
        "bootstraps by the role": ("bootstrap", {**bootstrap, **bare}),
        "fails to bootstrap by the role": ("bootstrap", {**bootstrap, **bare, **unseen}),
    }  # fmt: skip


def as_role(role: str, variables: dict[str, Any]) -> dict[str, Any]:
    name, _colon, entry = role.partition(":")
    included = {"name": f"standalone.python.{name}", "tasks_from": entry or "main"}
    return {"ansible.builtin.include_role": included, "vars": variables}


def play_of(runs: Mapping[str, dict[str, Any]], variables: dict[str, Any]) -> str:
    """A playbook that goes through all of them, and writes down which failed."""
    tasks = []
    for name, run in runs.items():
        note = {"ansible.builtin.set_fact": {"failed": "{{ failed + [which] }}"}, "vars": {"which": name}}
        tasks.append({"name": name, "block": [{"name": name, **run}], "rescue": [{"name": "Note it", **note}]})
    last = {"name": "Those that failed", "ansible.builtin.debug": {"msg": "FAILED={{ failed | join(',') }}."}}
    play = {"hosts": "all", "gather_facts": False, "vars": variables}
    first = {"name": "None yet", "ansible.builtin.set_fact": {"failed": []}}
    return yaml.safe_dump([{**play, "tasks": [first, *tasks, last]}], width=10_000)


def require_no_leak(setup: Setup, runs: Mapping[str, dict[str, Any]], target: str, foreseen: Iterable[str]) -> None:
    """In check mode, of those that are `foreseen`, and without, where those fail that are to fail."""
    playbook = setup.directory / "playbook.yml"
    new_lock = str(setup.directory / "new.lock.yml")
    variables = {**setup.usual(), "target": target, "new_lock": new_lock}
    for arguments, tried in (["--check"], {name: runs[name] for name in foreseen}), ([], runs):
        playbook.write_text(play_of(tried, variables))
        played = setup.run(playbook, *arguments)
        assert played.rc == 0, played.output
    failed = played.output.rpartition('"FAILED=')[2].partition('."')[0].split(",")
    assert failed == [name for name in runs if name.startswith("fails")], played.output


def test_modules_and_lookups_keep_secrets(setup: Setup, samples: SampleMirror, server: Server) -> None:
    runs = tasks_of_modules(setup)
    require_no_leak(setup, runs, samples.samples[0].spec.target, foreseen=runs)
    sent = {value for request in server.requests for value in request.headers.values()}
    assert {marked("header"), marked("cookie")} <= sent


def test_roles_and_their_modules_keep_secrets(setup: Setup, samples: SampleMirror) -> None:
    runs = {name: as_role(role, variables) for name, (role, variables) in runs_of_roles(setup).items()}
    if not setup.has_pip:
        del runs["fails by the requirements"]
    foreseen = ("installs by items", "fails in an item", "fails by the type in an item", "keeps a mirror")
    require_no_leak(setup, runs, samples.samples[0].spec.target, foreseen)


PLAYBOOKS = "standalone.python"


def playbooks_that_work(setup: Setup) -> dict[str, Any]:
    """Variables for all playbooks, one after the other, on one host."""
    path = str(setup.directory / "opt" / "p" / "1")
    login = of("good", *LOGIN)
    return {
        **{f"interpreter_{name}": f"{{{{ good.{name} }}}}" for name in USUAL},
        **{name: value for name, value in setup.usual().items() if name != "interpreter_requirements"},
        "interpreter_name": f"{setup.version}+{OLD}",
        "interpreter_path": path,
        **{f"upgrade_{name}": f"{{{{ good.{name} }}}}" for name in ("index", "mirror")},
        "upgrade_name": setup.minor,
        "upgrade_path": path,
        "upgrade_health_command": "true",
        "upgrade_build_options": {"compile_bytecode": False, "health_imports": [], **login},
        "rollback_path": path,
        "rollback_from_build": "any",
        "audit_stores": [str(setup.directory / "opt" / "p" / ".builds")],
        "audit_index": "{{ good.index }}",
        "audit_cycle_url": "{{ good.index[0] | replace('python-build-standalone.ndjson', 'cycle.json') }}",
        "audit_dir": str(setup.directory / "audit"),
        **{f"lock_{name}": f"{{{{ good.{name} }}}}" for name in ("index", "mirror")},
        "lock_names": [setup.minor],
        "lock_file": str(setup.directory / "python.lock.yml"),
        "lock_url_options": login,
        **{
            f"bootstrap_{name}": f"{{{{ good.{name} }}}}"
            for name in ("index", "mirror", "url_username", "url_password")
        },
        "bootstrap_name": setup.minor,
        "bootstrap_path": str(setup.directory / "opt" / "p" / "2"),
    }


def chain(setup: Setup, *names: str) -> Path:
    """One playbook of several of the collection."""
    file = setup.directory / "chain.yml"
    file.write_text(yaml.safe_dump([{"ansible.builtin.import_playbook": f"{PLAYBOOKS}.{name}"} for name in names]))
    return file


def test_playbooks_keep_secrets(setup: Setup, samples: SampleMirror) -> None:
    variables = {**playbooks_that_work(setup), "lock_targets": [samples.samples[0].spec.target]}
    cycle = samples.directory / "cycle.json"
    cycle.write_text(json.dumps({setup.minor: {"end_of_life": "2030-10"}}))
    setup.set(variables)
    for arguments in (["--check"], []):
        played = setup.run(chain(setup, "install", "upgrade", "rollback", "audit", "lock", "bootstrap"), *arguments)
        assert played.rc == 0, played.output
    assert (setup.directory / "python.lock.yml").exists()
    assert json.loads((setup.directory / "audit" / "audit.json").read_text())["summary"]["builds"] == 2
    cycle.unlink()
    # What fails in the other playbooks, fails in their roles: above.
    setup.set({**variables, **{f"{name}_index": "{{ bad.index }}" for name in ("upgrade", "lock")}})
    for name in ("upgrade", "audit", "lock"):
        assert setup.run(chain(setup, name)).rc != 0, name
