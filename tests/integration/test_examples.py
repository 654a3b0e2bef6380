# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation shows is run: the README's recipes for real, the plugins' examples in check mode."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.conftest import OLD
from tests.integration.playbooks import QUICKLY, REPOSITORY, Player
from tests.support.locks import lock_of, stripped
from tests.support.sample_builds import SampleSpec
from tests.support.sample_mirror import SampleMirror, make_mirror

_RECIPE = re.compile(r"<!-- recipe: (?P<name>[\w-]+) -->\n```yaml\n(?P<tasks>.*?)```", re.DOTALL)
_EXAMPLES = re.compile(r'^EXAMPLES = r"""\n(?P<tasks>.*?)^"""', re.DOTALL | re.MULTILINE)
RECIPES = {found["name"]: found["tasks"] for found in _RECIPE.finditer((REPOSITORY / "README.md").read_text())}


@pytest.fixture
def with_ensurepip(tmp_path: Path) -> SampleMirror:
    """For the recipe whose environment gets a pip."""
    return make_mirror(tmp_path / "mirror", [SampleSpec(release=OLD, ensurepip=True)])


def playbook(folder: Path, tasks: list[dict[str, Any]]) -> Path:
    file = folder / "playbook.yml"
    file.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, **QUICKLY, "tasks": tasks}]))
    return file


def brings_pip(archive: Path) -> bool:
    with tarfile.open(archive) as members:
        return any("/ensurepip/_bundled/" in name for name in members.getnames())


@pytest.mark.parametrize("name", RECIPES)
def test_recipe(name: str, player: Player, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    mirror: SampleMirror = request.getfixturevalue("with_ensurepip" if name == "environment" else "samples")
    first = mirror.samples[0]
    if name == "environment" and not brings_pip(mirror.archive(first)):
        pytest.skip("no Python of this machine brings the pip that an environment gets")
    variables = {
        "python_root": str(tmp_path / "opt"),
        "python_version": first.version.rpartition(".")[0],
        "python_build": f"{first.version}+{OLD}",
        "python_target": first.spec.target,
        "python_archive": str(mirror.archive(first)),
        "python_archive_sha256": first.sha256,
    }
    environment = {
        "UV_PYTHON_DOWNLOADS_JSON_URL": str(mirror.index),
        "UV_PYTHON_INSTALL_MIRROR": mirror.directory.as_uri(),
    }
    played = player.play(playbook(tmp_path, yaml.safe_load(RECIPES[name])), variables=variables, env=environment)
    assert played.rc == 0, played.output


@pytest.mark.parametrize(
    "plugin",
    [
        "modules/build_confirm.py", "modules/build.py", "modules/build_info.py", "modules/bootstrap.py",
        "modules/mirror.py", "modules/build_rollback.py", "modules/links.py", "modules/links_info.py",
        "lookup/release.py", "lookup/lock_content.py",
    ],
)  # fmt: skip
def test_examples(plugin: str, player: Player, tmp_path: Path) -> None:
    """With real names and digests, from the catalogue that comes with the collection."""
    found = _EXAMPLES.search((REPOSITORY / "plugins" / plugin).read_text())
    assert found, f"{plugin} shows no example"
    (tmp_path / "image").mkdir()
    here = found["tasks"].replace("/mnt/", f"{tmp_path}/").replace("/srv/", f"{tmp_path}/")
    here = here.replace("/opt/python", str(tmp_path / "python"))
    facts = {"name": "Facts", "ansible.builtin.setup": {"gather_subset": ["architecture", "distribution"]}}
    (tmp_path / "files").mkdir()
    archive = gzip.compress(b"an archive that check mode only reads for its form and digest")
    (tmp_path / "files" / "python.tar.gz").write_bytes(archive)
    (tmp_path / "python.lock.yml").write_text(lock_of({"3.13": [stripped("3.13.5+20250723")]}).render())
    here = re.sub(r"sha256:[0-9a-f]{64}", f"sha256:{hashlib.sha256(archive).hexdigest()}", here)
    tasks = [facts, *yaml.safe_load(here)]
    # A mirror looks at the public index, whatever uv's settings are. Nobody listens there, so the bundled one is used.
    environment = {"UV_PYTHON_DOWNLOADS_JSON_URL": "bundled", "https_proxy": "http://127.0.0.1:9"}
    played = player.play(playbook(tmp_path, tasks), "--check", env=environment)
    assert played.rc == 0, played.output


def test_builds_lead_the_list_of_interpreters_for_modules(
    player: Player, tmp_path: Path, samples: SampleMirror
) -> None:
    """With the recipe of docs/components.md: a host with the build uses it, one without uses the next that it has."""
    recipe = next(_RECIPE.finditer((REPOSITORY / "docs" / "components.md").read_text()))["tasks"]
    first = samples.samples[0]
    minor = first.version.rpartition(".")[0]
    root = tmp_path / "opt" / "python"
    here = yaml.safe_load(recipe.replace("/opt/python", str(root)).replace("3.13", minor))
    install = {"name": minor, "path": str(root / minor), "index": str(samples.index)}
    mirror = {"mirror": samples.directory.as_uri()}
    tasks: list[dict[str, Any]] = [
        {"name": "Install", "standalone.python.build": {**install, **mirror}},
        {"name": "Look", "ansible.builtin.setup": {"gather_subset": ["!all", "!min", "python"]}, "vars": here},
        {"name": "Compare", "ansible.builtin.assert": {
            "that": f"ansible_facts.discovered_interpreter_python == '{root / minor}/bin/python{minor}'",
        }},
    ]  # fmt: skip
    played = player.play(playbook(tmp_path, tasks))
    assert played.rc == 0, played.output
    here["ansible_interpreter_python_fallback"] = [f"{root}/none", *here["ansible_interpreter_python_fallback"][-2:]]
    tasks[1]["vars"] = here
    tasks[2]["ansible.builtin.assert"]["that"] = "ansible_facts.discovered_interpreter_python.endswith('python3')"
    played = player.play(playbook(tmp_path, tasks[1:]))
    assert played.rc == 0, played.output


def test_sboms_are_saved_on_the_controller(player: Player, tmp_path: Path, samples: SampleMirror) -> None:
    """With the recipe of docs/sbom.md, whose directory on the controller exists."""
    recipe = next(_RECIPE.finditer((REPOSITORY / "docs" / "sbom.md").read_text()))["tasks"]
    path = tmp_path / "opt" / "python"
    build = {"name": "latest", "path": str(path), "index": str(samples.index), "mirror": samples.directory.as_uri()}
    listing, *others = yaml.safe_load(recipe)
    listing["standalone.python.build_info"]["paths"] = [str(path)]
    install = {"name": "Install", "standalone.python.build": build}
    played = player.play(playbook(tmp_path, [install, listing, *others]))
    assert played.rc == 0, played.output
    (saved,) = tmp_path.glob("*.cdx.json")
    assert json.loads(saved.read_text())["bomFormat"] == "CycloneDX"
