# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which options name files, on which machine, and that those of the controller are found and checked before a run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible", reason="files are searched as Ansible searches them")

import yaml
from ansible.parsing.dataloader import DataLoader

from ansible_collections.standalone.python.plugins.plugin_utils._controller_files import ControllerFiles
from ansible_collections.standalone.python.plugins.plugin_utils._playbook.named_files import FileCheck
from ansible_collections.standalone.python.plugins.plugin_utils._playbook.spec import playbooks, spec_of
from ansible_collections.standalone.python.plugins.plugin_utils._playbook.values import OUTPUTS

COLLECTION = Path(__file__).resolve().parents[5]

# Every option that may name a file or a directory, without the prefix of its role or playbook.
READ_WHEN_NEEDED = {"index"}  # a run with nothing to choose needs none
OF_THE_CONTROLLER = {"advisories", "archive", "lock", "provenance", "requirements", "url_options"}
WRITTEN_BY_THE_CONTROLLER = {"changes_file", "dir", "directory", "file"}
# Of requests, which the controller and the host make; each machine has its own.
OF_BOTH = {"ca_path", "client_cert", "client_key"}
OF_THE_HOST = {
    *("builds_dir", "csh_dir", "directories", "environment_dir", "environments", "fish_dir", "key_file", "link_dir"),
    *("man_dir", "nginx_config", "path", "paths", "profile_dir", "root", "store", "stores", "systemd_dir"),
    *("tls_certificate", "tls_key", "virtualenv"),
}
ADDRESSES = {"mirror", "source", "cycle_url"}  # a file:// URL is of the machine that fetches
# Lists and dictionaries with such options, or texts that are no names of files.
OTHERS = {
    *("after_command", "before_command", "build_options", "builds", "command", "files", "health_command"),
    *(
        "index_max_age",
        "nginx_package",
        "options",
        "pip_extra_args",
        "report_command",
        "server_names",
        "subcommands",
        "url",
    ),
}
_MAY_NAME_A_FILE = re.compile(
    r"advisor|archive|args|cert|command|dest|dir|environments|file|index|key|lock|mirror|options|package|path|provenance"
    r"|requirements|root|sbom|source|src|store|url|virtualenv"
)
_NO_FILE = ("bool", "int", "float")


def specs() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Prefix and options of everything that has options."""
    for file in (*COLLECTION.glob("plugins/modules/*.py"), *COLLECTION.glob("plugins/lookup/*.py")):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "DOCUMENTATION":
                yield "", yaml.safe_load(ast.literal_eval(node.value)).get("options") or {}
    for file in COLLECTION.glob("roles/*/meta/argument_specs.yml"):
        for entry in yaml.safe_load(file.read_text())["argument_specs"].values():
            yield f"{file.parts[-3]}_", entry["options"]
    for file in COLLECTION.glob("playbooks/argument_specs/*.yml"):
        content = yaml.safe_load(file.read_text())
        yield content["prefixes"][0], content["options"]


def options_in(prefix: str, options: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, option in options.items():
        yield name.removeprefix(prefix), option
        yield from options_in("", option.get("options") or option.get("suboptions") or {})


def test_each_option_that_may_name_a_file_is_of_one_machine() -> None:
    """A new one has to be put into a table, and one of the controller is then checked like the others."""
    tables = (READ_WHEN_NEEDED, OF_THE_CONTROLLER, WRITTEN_BY_THE_CONTROLLER, OF_BOTH, OF_THE_HOST, ADDRESSES, OTHERS)
    named = {
        name
        for prefix, options in specs()
        for name, option in options_in(prefix, options)
        if option.get("type") == "path"
        or (
            _MAY_NAME_A_FILE.search(name)
            and option.get("type") not in _NO_FILE
            and not option.get("choices")
            and not name.startswith(("url_u", "url_p"))
        )
    }
    assert " ".join(sorted(named - set().union(*tables))) == ""
    assert sum(map(len, tables)) == len(set().union(*tables))


VALUES: dict[str, Any] = {
    "advisories": ["https://example.com/a", "theirs.file"],
    "provenance": {"trusted_root": "theirs.file"},
    "url_options": {"ca_path": "theirs.file"},
}
NAMED = [
    (playbook, name)
    for playbook in playbooks()
    for name in spec_of(playbook).settings
    if name.removeprefix(spec_of(playbook).prefixes[0]) in OF_THE_CONTROLLER
]


@pytest.mark.parametrize(("playbook", "variable"), NAMED)
@pytest.mark.parametrize("place", ["inventory", "command", "files"])
def test_a_relative_file_is_found_or_stops_the_run_before_anything_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, playbook: str, variable: str, place: str
) -> None:
    prefix = spec_of(playbook).prefixes[0]
    option = variable.removeprefix(prefix)
    for directory in ("inventory", "command", "inventory/files"):
        (tmp_path / directory).mkdir()
    monkeypatch.chdir(tmp_path / "command")
    loader = DataLoader()
    loader.set_basedir(str(COLLECTION / "playbooks"))
    files = ControllerFiles(loader, [], {"inventory_dir": str(tmp_path / "inventory")})
    name = "files/theirs.file" if place == "files" else "theirs.file"
    given = yaml.safe_load(yaml.safe_dump(VALUES.get(option, "theirs.file")).replace("theirs.file", name))
    values = {variable: given, f"{prefix}builds": [{"name": "3.13"}]}

    ((named, fault),) = FileCheck(prefix).faults(values, files)
    assert named == variable
    assert f"the controller has no such file in {tmp_path}/inventory, {tmp_path}/command. " in fault

    file = tmp_path / ("inventory" if place == "files" else place) / name
    file.write_text("")
    found = [fault for _name, fault in FileCheck(prefix).faults(values, files)]
    assert all(str(file) in fault for fault in found)  # it was read: an empty lock is none
    assert found == [] or option == "lock"


def test_what_playbooks_write_is_checked_as_such() -> None:
    written = {
        name.removeprefix(spec_of(playbook).prefixes[0])
        for playbook in playbooks()
        for name, setting in spec_of(playbook).settings.items()
        if setting.form in OUTPUTS
    }
    assert written == WRITTEN_BY_THE_CONTROLLER - {"directory"}  # which a playbook passes on


@pytest.mark.parametrize("playbook", playbooks())
def test_a_missing_index_stops_no_run_that_needs_none(playbook: str) -> None:
    prefix = spec_of(playbook).prefixes[0]
    files = ControllerFiles(DataLoader(), [], {})
    assert list(FileCheck(prefix).faults({f"{prefix}index": ["/nonexistent"]}, files)) == []
