# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup as templates see it: one playbook asks everything, and each test looks at one answer."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible", reason="the lookup runs on the controller")

from ansible.errors import AnsibleLookupError
from ansible.parsing.dataloader import DataLoader

from ansible_collections.standalone.python.plugins.lookup import release
from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.plugin_utils._index.reader import IndexOptions
from tests.support.index_documents import digest_of, url_of, versions_index
from tests.support.locks import lock_of
from tests.support.play_server import PlayServer

COLLECTIONS = Path(__file__).parents[4] / ".collection"

GNU = "x86_64-unknown-linux-gnu"
MUSL = "x86_64-unknown-linux-musl"
MACOS = "aarch64-apple-darwin"
STRIPPED = f"cpython-3.13.5+20250723-{GNU}-install_only_stripped.tar.gz"
FULL = f"cpython-3.13.5+20250723-{GNU}-pgo+lto-full.tar.zst"
OLD = f"cpython-3.13.4+20250610-{MACOS}-install_only_stripped.tar.gz"
ON_MUSL = f"cpython-3.13.5+20250723-{MUSL}-install_only_stripped.tar.gz"
EARLY = f"cpython-3.14.0rc1+20250807-{GNU}-install_only_stripped.tar.gz"

ASSET = {
    "name": STRIPPED.removesuffix(".tar.gz"),
    "version": "3.13.5",
    "release": "20250723",
    "target": GNU,
    "flavor": "install_only_stripped",
    "build_options": "",
    "url": url_of(STRIPPED),
    "sha256": digest_of(STRIPPED),
    "prerelease": False,
}
ESCAPED = STRIPPED.replace("+", "%2B")

# The text between the parentheses of lookup(…), after the plugin's name -> what it returns.
ANSWERS: dict[str, Any] = {
    f"'3.13', target='{GNU}'": ASSET,
    f"'3.13', '3.13.5', target='{GNU}', wantlist=true": [ASSET, ASSET],
    f"3.13, target='{GNU}'": ASSET,
    f"'{STRIPPED}'": ASSET,
    "'3.13'": ASSET,  # for a host with these facts
    f"'3.13', target='{GNU}', flavor='full', query='name'": FULL.removesuffix(".tar.zst"),
    f"'3.13', target='{GNU}', build_options='pgo+lto', query='flavor'": "full",
    f"'latest', target='{GNU}', prerelease=true, query='[version, prerelease]'": ["3.14.0rc1", True],
    f"'3.14.0rc1', target='{GNU}', query='version'": "3.14.0rc1",
    "'3.13', all_targets=true, query='[].[target, version]'": [[MACOS, "3.13.4"], [GNU, "3.13.5"], [MUSL, "3.13.5"]],
    "'3.13.4', all_targets=true, query='[].target'": [MACOS],
    f"'3.13', all_targets=true, target='{GNU}'": [ASSET],
    f"'3.13', target='{GNU}', mirror='https://m/pbs/', query='url'": f"https://m/pbs/20250723/{ESCAPED}",
    f"'3.13', target='{GNU}', mirror=['file:///m', 'https://n'], query='url'": f"file:///m/20250723/{STRIPPED}",
    f"'3.13', target='{GNU}', mirror=['', ' file:///m '], query='url'": f"file:///m/20250723/{STRIPPED}",
    f"'3.13', target='{GNU}', lock='lock.yml'": ASSET,
    "'3.13', lock='lock.yml', query='target'": GNU,  # for a host with these facts
    "'3.13', lock='lock.yml', all_targets=true, query='[].target'": [GNU, MUSL],
    f"'3.13', target='{GNU}', lock='lock.yml', mirror='https://m', query='url'": f"https://m/20250723/{ESCAPED}",
    f"'3.13.5+20250723', target='{GNU}', index='bundled', query='sha256'": (
        "f7ac16748be2674ec14df532a3e48d0c6f215017b537f14ca3feb837dbe86292"
    ),
}

# The same -> the sentence.
ERRORS = {
    f"'3.99', target='{GNU}'": f"3.99 for {GNU}: there is no such version. The nearest is 3.13.5.",
    "'x', target=''": "'x' does not name a build.",
    "'3.13', target='sparc'": "'sparc' is not a target of any build.",
    f"'3.13', target='{GNU}', min_age='9999w'": (
        f"3.13 for {GNU}: only releases younger than `min_age` answer (20250723). Wait, or set a smaller `min_age`."
    ),
    f"'3.13', target='{GNU}', min_age='soon'": "min_age 'soon' is no age. Write hours, days or weeks, such as 36h, 7d",
    f"'3.13', target='{GNU}', index_max_age='1h'": "days old, and index_max_age allows 1 hour. Find out",
    f"'3.13', target='{GNU}', index_max_age='soon'": "index_max_age 'soon' is no age. Write hours, days or weeks",
    f"'3.13', target='{GNU}', lock='lock.yml', index_max_age='7d'": "Leave out index_max_age, or lock.",
    f"'3.13.5+20991231', target='{GNU}'": "there is no release 20991231",
    f"'3.13.5+20261399', target='{GNU}'": "'3.13.5+20261399' has the release 20261399, which is no date.",
    f"'3.13', target='{GNU}', index='/missing'": "The index /missing could not be read: No such file or directory.",
    f"'3.13', target='{GNU}', lock='/missing'": (
        "Cannot read the lock /missing: the controller has no such file. Correct the path. To make it, run "
        "ansible-playbook standalone.python.lock."
    ),
    f"'3.13', target='{MACOS}', lock='lock.yml'": f"has no build of 3.13 for {MACOS}. It has {GNU}, {MUSL}.",
    f"'3.13', target='{GNU}', lock='lock.yml', index='bundled', min_age='7d'": (
        "With lock, no index is read. Leave out index and min_age, or lock."
    ),
    f"'3.13', target='{GNU}', query='['": "The query '[' is not JMESPath: ",
    f"'3.13', target='{GNU}', mirror='/srv'": "The mirror /srv is no http://, https:// or file:// URL.",
    f"'3.13', target='{GNU}', flavor='small'": "small",
    f"'3.13', target='{GNU}', timeout=0": "timeout is 0",
    f"'3.13', target='{GNU}', bogus=1, flavour='full'": (
        "standalone.python.release has no option bogus. standalone.python.release has no option flavour. Did you mean "
        "flavor? See ansible-doc -t lookup standalone.python.release."
    ),
    f"'3.13', target='{GNU}', index='http://['": "The index (a malformed URL) cannot be read",
}  # fmt: skip

NAMES = {arguments: f"answer_{number}" for number, arguments in enumerate((*ANSWERS, *ERRORS))}
ALL_ANSWERS = "all answers"
WITHOUT_FACTS = "without facts"
TEMPLATED, BROKEN = "defaults with templates", "a default whose template fails"
FACTS = {"system": "Linux", "architecture": "x86_64", "distribution": "Debian", "os_family": "Debian"}


def playbook(results: Path) -> list[dict[str, Any]]:
    """Asks a host without facts once, then everything a host with facts, and writes down what came of it.

    The answers come from one task, and each error from one.
    """
    facts = {"ansible.builtin.set_fact": {**FACTS, "cacheable": True}}
    errors = [question(NAMES[arguments], **{NAMES[arguments]: arguments}) for arguments in ERRORS]
    answers = question("all_answers", **{NAMES[arguments]: arguments for arguments in ANSWERS})
    outcomes = {arguments: f"{{{{ {NAMES[arguments]} }}}}" for arguments in ERRORS}
    outcomes |= {ALL_ANSWERS: "{{ all_answers }}", WITHOUT_FACTS: "{{ without_facts }}"}
    write = {
        "ansible.builtin.copy": {"dest": str(results), "content": "{{ outcomes | to_json }}"},
        "vars": {"outcomes": outcomes},
    }
    asked = f"'3.13', target='{GNU}', query='url'"
    templated = question("templated", templated=asked, without_mirror=f"{asked}, mirror=[]")
    variables = {"standalone_python_mirror": ["https://{{ house }}"], "standalone_python_index_max_age": "{{ 9999 }}d"}
    broken = {
        **question("broken", broken=f"'3.13', target='{GNU}'"),
        "vars": {"standalone_python_mirror": "{{ nope }}"},
    }
    templated["vars"] = {**variables, "house": "mirror.example.com"}
    outcomes |= {TEMPLATED: "{{ templated }}", BROKEN: "{{ broken }}"}
    tasks = [question("without_facts", nothing="'3.13'"), facts, answers, *errors, templated, broken, write]
    return [{"hosts": "all", "gather_facts": False, "tasks": tasks}]


def question(register: str, **arguments: str) -> dict[str, Any]:
    """A task that sets facts: name -> the arguments of the lookup whose answer it is."""
    facts = {name: f"{{{{ lookup('standalone.python.release', {each}) }}}}" for name, each in arguments.items()}
    return {"ansible.builtin.set_fact": facts, "register": register, "ignore_errors": True}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    program = Path(sys.executable).with_name("ansible-playbook")
    if not program.exists():
        pytest.skip("there is no ansible-playbook beside this Python")
    root = tmp_path_factory.mktemp("lookup")
    (root / "index").write_bytes(versions_index(STRIPPED, FULL, OLD, ON_MUSL, EARLY))
    (root / "lock.yml").write_text(lock_of({"3.13": [STRIPPED, ON_MUSL]}).render())
    (root / "play.json").write_text(json.dumps(playbook(root / "results.json")))
    (root / "ansible.cfg").write_text(
        f"[defaults]\ncollections_path = {COLLECTIONS}\n[standalone_python]\nindex = {root}/index\n"
    )
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "UV_"))},
        "ANSIBLE_CONFIG": str(root / "ansible.cfg"),
        "ANSIBLE_HOME": str(root / "ansible"),
        "ANSIBLE_STANDALONE_PYTHON_CACHE": str(root / "cache"),
    }
    host = f"ansible_python_interpreter={sys.executable}"
    server = PlayServer(environment)  # imports once what each worker of a task would
    try:
        arguments = ["-i", "localhost,", "-c", "local", "-e", host, str(root / "play.json")]
        rc, output = server.run(arguments, environment, timeout_s=300)
    finally:
        server.close()
    assert rc == 0, output
    written: dict[str, dict[str, Any]] = json.loads((root / "results.json").read_text())
    return written


@pytest.mark.parametrize(("arguments", "expected"), ANSWERS.items())
def test_a_name_is_resolved(outcomes: dict[str, dict[str, Any]], arguments: str, expected: object) -> None:
    outcome = outcomes[ALL_ANSWERS]
    assert not outcome["failed"], outcome["msg"]
    assert outcome["ansible_facts"][NAMES[arguments]] == expected


@pytest.mark.parametrize(("arguments", "message"), ERRORS.items())
def test_an_error_is_a_message(outcomes: dict[str, dict[str, Any]], arguments: str, message: str) -> None:
    outcome = outcomes[arguments]
    assert outcome["failed"]
    assert message in outcome["msg"]
    assert "Traceback" not in outcome["msg"]


def test_a_host_without_facts_gets_what_lacks(outcomes: dict[str, dict[str, Any]]) -> None:
    outcome = outcomes[WITHOUT_FACTS]
    assert (
        "The target of this host is not known: its facts lack system and architecture. Gather facts "
        "(`gather_facts: true`), or give `target`."
    ) in outcome["msg"]


def test_a_default_may_be_a_template(outcomes: dict[str, dict[str, Any]]) -> None:
    found = outcomes[TEMPLATED]
    assert not found["failed"], found["msg"]
    assert found["ansible_facts"]["templated"] == f"https://mirror.example.com/20250723/{ESCAPED}"
    assert found["ansible_facts"]["without_mirror"] == url_of(STRIPPED)
    assert "Cannot read the variable standalone_python_mirror: 'nope' is undefined" in outcomes[BROKEN]["msg"]


@pytest.mark.parametrize("index", [None, ["https://own.example.com/i"]])
def test_credentials_are_for_an_index_that_was_named(monkeypatch: pytest.MonkeyPatch, index: list[str] | None) -> None:
    secrets = {"url_username": "me", "url_password": "s3cret", "headers": {"X-Token": "s3cret"}}
    options: dict[str, Any] = {"target": GNU, "prerelease": False, "index": index, **secrets}
    asked: list[IndexOptions] = []

    def resolve(_wanted: Any, *, index: IndexOptions, **_rest: Any) -> None:
        asked.append(index)
        raise StandaloneError("enough")

    monkeypatch.setattr(release, "resolve", resolve)
    lookup = release.LookupModule(DataLoader())
    monkeypatch.setattr(lookup, "_load_name", "standalone.python.release", raising=False)
    monkeypatch.setattr(lookup, "set_options", lambda **_options: None)
    monkeypatch.setattr(lookup, "get_options", lambda: options)
    monkeypatch.setattr(lookup, "get_option", options.get)
    with pytest.raises(AnsibleLookupError, match="enough"):
        lookup.run(["3.13"])
    whole = UrlOptions.from_params(secrets)
    assert [found.url_options for found in asked] == [whole if index else UrlOptions().without_credentials()]
