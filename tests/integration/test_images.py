# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide's examples of `root`, run on directories that look like systems."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
import yaml

from tests.integration.conftest import USUAL_PYTHON
from tests.integration.playbooks import Played, Player
from tests.support.examples import adapted, examples_of
from tests.support.images import everything, libraries_of, make_root, make_runnable_root
from tests.support.sample_mirror import SampleMirror
from tests.support.source_python import find_source

EXAMPLES = examples_of("images.md")

pytestmark = pytest.mark.skipif(os.uname().machine != "x86_64", reason="the systems in these directories are x86_64")


def play(name: str, root: Path, samples: SampleMirror, folder: Path, *arguments: str, **options: object) -> Played:
    """A run of an example, where builds are installed with these options unless it sets others."""
    minor = samples.samples[0].version.rpartition(".")[0]
    text = adapted(EXAMPLES[name], {"/mnt/image": str(root), "3.13": minor})
    playbook = folder / "playbook.yml"
    defaults = {"module_defaults": {"standalone.python.build": options}}
    shown = {"hosts": "localhost", "gather_facts": False, **defaults, "tasks": yaml.safe_load(text)}
    playbook.write_text(yaml.safe_dump([shown]))
    env = {
        "UV_PYTHON_DOWNLOADS_JSON_URL": str(samples.index),
        "UV_PYTHON_INSTALL_MIRROR": samples.directory.as_uri(),
        "SOURCE_DATE_EPOCH": "1700000000",
    }
    return Player(folder, USUAL_PYTHON).play(playbook, *arguments, env=env)


def test_two_images_are_alike(samples: SampleMirror, tmp_path: Path) -> None:
    images = []
    for name in ("one", "two"):
        root = make_root(tmp_path / name)
        played = play("root", root, samples, tmp_path)
        assert played.rc == 0, played.output
        assert "was not tried out. The interpreter could not be started in" in " ".join(played.output.split())
        ours = {path: entry for path, entry in everything(root).items() if path.startswith("opt")}
        assert {entry[3] for entry in ours.values()} == {1_700_000_000 * 10**9}
        images.append(ours)
    assert images[0] == images[1]
    assert len([path for path in images[0] if path.endswith(".pyc")]) > 100


def role_play(root: Path, samples: SampleMirror, folder: Path, **variables: object) -> Played:
    """The guide's use of the role, with these variables as well."""
    said = [f"interpreter_{name}={value}" for name, value in variables.items()]
    return play("role", root, samples, folder, *(word for one in said for word in ("--extra-vars", one)))


RECORDS = {"compile_bytecode": False, "sbom": "cyclonedx", "local_fact": True}


def debian_like(root: Path) -> Path:
    """A root with Debian's directories for alternatives and profiles, in which nothing is new."""
    make_root(root)
    for folder in ("etc/profile.d", "etc/alternatives", "usr/local/bin", "var/lib/dpkg/alternatives"):
        (root / folder).mkdir(parents=True)
    for item in [root, *root.rglob("*")]:
        os.utime(item, (0, 0))
    return root


def test_the_role_in_two_images(samples: SampleMirror, tmp_path: Path) -> None:
    minor = samples.samples[0].version.rpartition(".")[0]
    has_alternatives = shutil.which("update-alternatives") is not None
    images = []
    for name in ("one", "two"):
        root = debian_like(tmp_path / name)
        before = everything(root)
        played = role_play(root, samples, tmp_path, **RECORDS)
        assert played.rc == 0, played.output
        images.append(everything(root))
    assert images[0] == images[1]
    assert {entry[3] for path, entry in images[0].items() if path not in before} == {1_700_000_000 * 10**9}
    target = f"/etc/alternatives/python{minor}" if has_alternatives else f"/opt/python/{minor}/bin/python{minor}"
    assert images[0][f"usr/local/bin/python{minor}"][4] == target
    assert (f"var/lib/dpkg/alternatives/python{minor}" in images[0]) is has_alternatives
    assert "etc/profile.d/standalone-python.sh" in images[0]

    (sbom,) = (root / "opt/python/.builds/.sbom").iterdir()
    assert json.loads(sbom.read_text())["specVersion"] == "1.6"
    assert sbom.name == f"{Path(os.readlink(root / 'opt' / 'python' / minor)).name}.cdx.json"
    fact = json.loads((root / "etc/ansible/facts.d/standalone_python.fact").read_text())
    assert fact["paths"][f"/opt/python/{minor}"]["executable"] == f"/opt/python/{minor}/bin/python{minor}"

    assert "changed=0" in role_play(root, samples, tmp_path, **RECORDS).output
    played = role_play(root, samples, tmp_path, state="absent")
    assert played.rc == 0, played.output
    assert {path for path in everything(root) if not Path(root, path).is_dir()} == {
        path for path in before if not Path(root, path).is_dir()
    }


def test_requirements_are_no_matter_of_an_image_that_does_not_run(samples: SampleMirror, tmp_path: Path) -> None:
    root = make_root(tmp_path / "image")
    (tmp_path / "requirements.txt").write_text("")
    played = role_play(root, samples, tmp_path, requirements=tmp_path / "requirements.txt")
    assert played.rc != 0
    said = " ".join(played.output.split())
    assert f"nothing runs in the directory {root} that could install them. Use the chroot connection" in said
    assert not Path(root, "opt").exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root may change the root directory")
def test_a_build_is_tried_out_in_the_image(samples: SampleMirror, tmp_path: Path) -> None:
    source = find_source()
    ours = [source.executable, *source.stdlib.glob("lib-dynload/*.so")]
    needed = {library for file in ours for library in libraries_of(str(file))}
    system = sorted(library for library in needed if library.startswith(("/lib", "/usr/lib")))
    root = make_runnable_root(tmp_path / "image", *system)
    played = play("root", root, samples, tmp_path, compile_bytecode=False)
    assert played.rc == 0, played.output
    assert '"msg": "tried out in the image"' in played.output
    played = play("info", root, samples, tmp_path)
    assert played.rc == 0, played.output
    assert "changed=0" in play("root", root, samples, tmp_path, compile_bytecode=False).output
