# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The execution environment: what ansible-builder and ansible-navigator make of our files. No image is built."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible_builder", reason="ansible-builder is not installed, which makes execution environments")

import yaml
from ansible_builder import cli
from packaging.requirements import Requirement

from ansible_collections.standalone.python.plugins.plugin_utils._index.cache import cache_folder

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = REPOSITORY / "docs" / "execution-environment.md"
READY = PAGE.with_suffix("")
OF_COLLECTION = {"jmespath", "requests", "zstandard"}
OF_PROVENANCE = {"cramjam", "sigstore"}
ARTIFACT = re.compile(
    r"<!-- execution environment: artifact -->\n\n```yaml\n(?P<content>.+?)^```$", re.MULTILINE | re.DOTALL
)


Builder = Callable[..., str]


@pytest.fixture
def builder(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Builder:
    """The command ansible-builder, which returns what it prints; in this process, since to import it takes seconds."""

    def run(*arguments: str | Path) -> str:
        monkeypatch.setattr(sys, "argv", ["ansible-builder", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.run()
        said = capsys.readouterr()
        assert not ended.value.code, said.out + said.err
        return said.out

    return run


def names(requirements: list[str]) -> set[str]:
    lines = (line.partition("#")[0].strip() for line in requirements)
    return {Requirement(line).name for line in lines if line}


def navigator_settings() -> dict[str, Any]:
    settings: dict[str, Any] = yaml.safe_load((READY / "ansible-navigator.yml").read_text())
    return settings


@pytest.mark.parametrize(
    ("user_pip", "expected"), [((), OF_COLLECTION), (("provenance.txt",), OF_COLLECTION | OF_PROVENANCE)]
)
def test_what_ansible_builder_finds_in_the_collection(
    tmp_path: Path, builder: Builder, user_pip: tuple[str, ...], expected: set[str]
) -> None:
    home = tmp_path / "ansible_collections" / "standalone"
    home.mkdir(parents=True)
    (home / "python").symlink_to(REPOSITORY)
    said = builder("introspect", tmp_path, *(f"--user-pip={READY / name}" for name in user_pip))
    found = yaml.safe_load(said.partition("---\n")[2])
    assert names(found["python"]) == expected
    assert found["system"] == []


def test_the_ready_file_makes_a_build_context(tmp_path: Path, builder: Builder) -> None:
    builder(
        "create",
        f"--file={READY / 'execution-environment.yml'}",
        f"--context={tmp_path}",
        "--output-filename=Containerfile",
    )
    made, recipe = tmp_path / "_build", (tmp_path / "Containerfile").read_text()
    assert names((made / "requirements.txt").read_text().splitlines()) == OF_PROVENANCE
    assert yaml.safe_load((made / "requirements.yml").read_text()) == {"collections": [{"name": "standalone.python"}]}
    assert sorted((made / "bindep.txt").read_text().splitlines()) == [
        "git-core [platform:rpm]",
        "openssh-clients [platform:rpm]",
    ]
    (packages,) = re.findall(r'^ARG ANSIBLE_INSTALL_REFS="(.+)"$', recipe, re.MULTILINE)
    # The recipe's shell splits them at spaces.
    assert [Requirement(word).name for word in packages.split()] == ["ansible-core", "ansible-runner"]


def test_the_artifact_of_the_page_gets_into_the_build_context(tmp_path: Path, builder: Builder) -> None:
    (fence,) = ARTIFACT.finditer(PAGE.read_text())
    changed, ready = (
        yaml.safe_load(text) for text in (fence["content"], (READY / "execution-environment.yml").read_text())
    )
    (file,) = changed["additional_build_files"]
    ready["dependencies"].update(changed["dependencies"])
    definition, context = tmp_path / "execution-environment.yml", tmp_path / "context"
    definition.write_text(yaml.safe_dump({**ready, "additional_build_files": [file]}))
    (tmp_path / file["src"]).write_bytes(b"an artifact")
    (tmp_path / "provenance.txt").write_text((READY / "provenance.txt").read_text())
    builder("create", f"--file={definition}", f"--context={context}", "--output-filename=Containerfile")
    (collection,) = yaml.safe_load((context / "_build" / "requirements.yml").read_text())["collections"]
    # What is in _build of the context is in /build of the image, where ansible-galaxy runs.
    assert (context / "_build" / collection["name"]).read_bytes() == b"an artifact"


def test_ansible_navigator_knows_the_settings() -> None:
    pytest.importorskip("ansible_navigator", reason="ansible-navigator is not installed, which has the schema")
    jsonschema = pytest.importorskip("jsonschema")
    from ansible_navigator.configuration_subsystem.navigator_configuration import NavigatorConfiguration
    from ansible_navigator.configuration_subsystem.transform import to_schema

    jsonschema.validate(navigator_settings(), to_schema(NavigatorConfiguration))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"ansible-navigator": {"volume-mounts": []}}, to_schema(NavigatorConfiguration))


def test_the_cache_is_on_the_volume() -> None:
    environment = navigator_settings()["ansible-navigator"]["execution-environment"]
    (volume,) = environment["volume-mounts"]
    assert cache_folder(environment["environment-variables"]["set"]) == volume["dest"]
    assert f"mkdir -p -m 700 {volume['src']}\n" in PAGE.read_text()
