# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook lock, and what its file is good for: the same bits everywhere until it changes, of known provenance."""

from __future__ import annotations

import re
import signal
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.standalone.python.plugins.plugin_utils._lock.file import LockFile
from tests.integration import playbooks
from tests.integration.conftest import NEW, OLD, USUAL_PYTHON
from tests.integration.fleets import PLAYBOOKS
from tests.integration.playbooks import QUICKLY, REPOSITORY, Played, Player
from tests.support.sample_indexes import versions_ndjson
from tests.support.sample_mirror import SampleMirror
from tests.support.servers import serve

_PLAYED = re.compile(r"<!-- played: (?P<name>[\w-]+) -->\n+```yaml\n(?P<content>.*?)```", re.DOTALL)
MUSL = "x86_64-unknown-linux-musl"


def run_blocks(page: str) -> dict[str, str]:
    return {found["name"]: found["content"] for found in _PLAYED.finditer((REPOSITORY / "docs" / page).read_text())}


class Locker:
    """Makes locks of the sample builds in a directory, from its own index."""

    def __init__(self, folder: Path, mirror: SampleMirror) -> None:
        self.player = Player(folder, USUAL_PYTHON)
        self.mirror = mirror
        self.index = folder / "index.ndjson"
        self.file = folder / "python.lock.yml"
        self.minor = mirror.samples[0].version.rpartition(".")[0]
        self.target = mirror.samples[0].spec.target
        self.publish(OLD)

    def publish(self, *releases: str) -> None:
        self.index.write_text(versions_ndjson([self.sample(release) for release in releases]))

    def sample(self, release: str) -> Any:
        return next(sample for sample in self.mirror.samples if sample.spec.release == release)

    def lock(self, *arguments: str, env: dict[str, str] | None = None, **variables: Any) -> Played:
        declared = {
            "lock_names": self.minor,
            "lock_targets": self.target,
            "lock_index": str(self.index),
            "lock_mirror": self.mirror.directory.as_uri(),
        }
        given = {**declared, **variables}
        cwd = self.player.directory
        return self.player.play(PLAYBOOKS / "lock.yml", *arguments, variables=given, env=env, cwd=cwd)

    def build(self, *arguments: str, **options: Any) -> Played:
        task = {
            "name": self.minor,
            "path": str(self.player.directory / "opt" / self.minor),
            "mirror": self.mirror.directory.as_uri(),
            "lock": "python.lock.yml",  # beside the playbook
            **options,
        }
        tasks = [{"standalone.python.build": task}]
        play = {"hosts": "localhost", "gather_facts": False, **QUICKLY, "tasks": tasks}
        playbook = self.player.directory / "site.yml"
        playbook.write_text(yaml.safe_dump([play]))
        return self.player.play(playbook, *arguments, env={"ANSIBLE_STANDALONE_PYTHON_INDEX": "/nowhere"})

    def locked(self) -> dict[str, Any]:
        (build,) = LockFile.parse(self.file.read_text(), "lock").builds[self.minor].values()
        return build.as_dict()

    def installed(self) -> str:
        return (self.player.directory / "opt" / self.minor).resolve().name


# In every Python of a run: before the change below FOLDER with this number it kills itself and the controller.
DEADLY = """
import os, signal, sys
changes, left = ("os.chmod", "os.chown", "os.mkdir", "os.remove", "os.rename", "os.utime"), [int(os.environ["STEP"])]
def hook(event, args):
    writes = event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)
    names = [os.fsdecode(arg) for arg in args[:2] if isinstance(arg, (str, bytes))]
    if (event in changes or writes) and any(name.startswith(os.environ["FOLDER"]) for name in names):
        left[0] -= 1
        if left[0] < 0:
            os.kill(int(os.environ["CONTROLLER"]), signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
"""


@pytest.fixture
def locker(tmp_path: Path, releases: SampleMirror) -> Locker:
    return Locker(tmp_path, releases)


def changed(played: Played) -> bool:
    assert played.rc == 0, played.output
    return "changed=1" in played.output


@pytest.mark.each_core
def test_a_fleet_has_what_is_locked_until_the_lock_changes(locker: Locker) -> None:
    assert changed(locker.lock("--check", "--diff"))
    assert not locker.file.exists()
    assert changed(locker.lock())
    assert not changed(locker.lock())
    old = locker.sample(OLD)
    assert locker.locked()["sha256"] == old.sha256
    assert locker.locked()["size"] == locker.mirror.archive(old).stat().st_size
    assert changed(locker.build())
    assert not changed(locker.build())

    locker.publish(OLD, NEW)
    assert not changed(locker.build(state="latest"))
    foreseen = locker.lock("--check", "--diff")
    assert changed(foreseen)
    assert f"-      release: '{OLD}'" in foreseen.output
    assert f"+      release: '{NEW}'" in foreseen.output
    assert locker.locked()["release"] == OLD
    earlier = locker.file.read_text()
    advisories = locker.player.directory / "advisories.yml"
    advisories.write_text('{"id": "A", "affected": [{"package": {"name": "pip"}, "versions": ["26.2.1"]}]}')
    renewed = locker.lock(lock_changes_file="changes.md", lock_advisories="advisories.yml")
    assert changed(renewed)
    line = f"{locker.minor} ({locker.target}): {old.version}+{OLD} → {old.version}+{NEW}; "
    markdown = (locker.player.directory / "changes.md").read_text()
    assert markdown.startswith(f"- `{locker.minor}` (`{locker.target}`): {old.version}+{OLD} → {old.version}+{NEW}; ")
    assert "cannot be judged for `A`." in markdown
    assert line in renewed.output
    assert "cannot be judged for A." in renewed.output  # the table has no such release
    assert changed(locker.build())
    assert f"+{NEW}-" in locker.installed()

    locker.file.write_text(earlier)  # as `git revert` does
    assert changed(locker.build())
    assert f"+{OLD}-" in locker.installed()


def test_an_older_index_takes_nothing_back(locker: Locker) -> None:
    locker.publish(OLD, NEW)
    assert changed(locker.lock())
    locker.publish(OLD)
    again = locker.lock()
    assert not changed(again)
    assert "older than" in again.output


def test_a_lock_that_is_a_link_stays_one(locker: Locker) -> None:
    assert changed(locker.lock())
    reviewed = locker.file.rename(locker.file.with_name("reviewed.yml"))
    locker.file.symlink_to(reviewed.name)
    locker.publish(OLD, NEW)
    assert changed(locker.lock())
    assert (locker.file.is_symlink(), locker.locked()["release"]) == (True, NEW)


def test_no_entry_is_lost_in_silence(locker: Locker) -> None:
    assert changed(locker.lock())
    refused = locker.lock(lock_names=["3"])
    assert refused.rc == 2
    assert f"entries that are not declared any more: {locker.minor} for {locker.target}." in refused.output
    assert changed(locker.lock(lock_names=["3"], lock_may_remove=True))


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"lock_names": "3.99"}, "3.99 for x86_64-unknown-linux-gnu: there is no such version."),
        ({"lock_targets": ["x86_64-unknown-linux-gnu", MUSL]}, f"for {MUSL}"),
        ({"lock_targets": "sparc"}, "'sparc' is not a target of any build."),
    ],
)
def test_what_cannot_be_locked_is_reported(locker: Locker, variables: dict[str, Any], message: str) -> None:
    refused = locker.lock(**variables)
    assert (refused.rc, message in refused.output, "Traceback" in refused.output) == (2, True, False), refused.output
    assert not locker.file.exists()


def test_what_to_lock_must_be_said(locker: Locker) -> None:
    refused = locker.player.play(PLAYBOOKS / "lock.yml")
    assert refused.rc == 2
    assert "lock_names is missing. Say what to lock, such as lock_names=3.13. lock_targets is" in refused.output


def test_a_host_that_is_not_covered_is_refused(locker: Locker) -> None:
    assert changed(locker.lock())
    refused = locker.build(target=MUSL)
    assert refused.rc == 2
    assert f"has no build of {locker.minor} for {MUSL}. It has {locker.target}." in refused.output


def test_a_file_that_was_replaced_on_the_mirror_is_refused(locker: Locker, tmp_path: Path) -> None:
    assert changed(locker.lock())
    release = tmp_path / "spoilt" / OLD
    release.mkdir(parents=True)
    (release / locker.sample(OLD).file_name).write_bytes(locker.mirror.archive(locker.sample(NEW)).read_bytes())
    refused = locker.build(mirror=(tmp_path / "spoilt").as_uri())
    assert refused.rc == 2
    assert locker.sample(OLD).sha256 in refused.output


def test_the_declaration_that_the_page_shows(locker: Locker) -> None:
    """With real names, from the catalogue that comes with the collection."""
    declared = yaml.safe_load(run_blocks("lock.md")["declare"])
    assert changed(locker.lock(**declared, lock_index="bundled", lock_sizes=False))
    builds = LockFile.parse(locker.file.read_text(), "lock").builds
    assert {name: sorted(targets) for name, targets in builds.items()} == dict.fromkeys(
        declared["lock_names"], sorted(declared["lock_targets"])
    )


@pytest.mark.parametrize("name", [name for name in run_blocks("lock.md") if name != "declare"])
def test_the_tasks_that_the_page_shows(locker: Locker, name: str, tmp_path: Path) -> None:
    assert changed(locker.lock())
    shown = run_blocks("lock.md")[name].replace("/opt/python", str(tmp_path / "opt")).replace("3.13", locker.minor)
    playbook = tmp_path / "page.yml"
    playbook.write_text(yaml.safe_dump([{"hosts": "localhost", **QUICKLY, "tasks": yaml.safe_load(shown)}]))
    played = locker.player.play(playbook, variables={"standalone_python_mirror": locker.mirror.directory.as_uri()})
    assert played.rc == 0, played.output
    assert f"+{OLD}-" in played.output or f"+{OLD}-" in locker.installed()


@pytest.fixture
def attested(locker: Locker, tmp_path: Path) -> dict[str, Any]:
    """Variables for a mirror in which the older release has attestations, of the project and of a house."""
    pytest.importorskip("sigstore", reason="sigstore-python is not installed, without which provenance is not checked")
    from tests.support.sigstore_instance import SigstoreInstance

    sigstore = SigstoreInstance()
    (tmp_path / "files").mkdir()
    root = tmp_path / "files" / "trusted_root.json"
    root.write_text(sigstore.trusted_root())
    archive = tmp_path / "attested" / OLD / locker.sample(OLD).file_name
    archive.parent.mkdir(parents=True)
    archive.symlink_to(locker.mirror.archive(locker.sample(OLD)))
    digests = [locker.sample(OLD).sha256]
    bundles = [
        sigstore.bundle(digests),
        sigstore.bundle(digests, repository="https://github.com/example/python-builds"),
    ]
    archive.with_name(f"{archive.name}.sigstore.json").write_text("\n".join(bundles))
    return {"mirror": archive.parents[1].as_uri(), "root": {"trusted_root": str(root)}}


def test_a_lock_of_known_provenance(locker: Locker, attested: dict[str, Any]) -> None:
    variables = {"lock_mirror": attested["mirror"], "lock_provenance": attested["root"], "lock_verify_provenance": True}
    foreign = {**attested["root"], "repository": "https://github.com/example/other"}
    refused = locker.lock(**{**variables, "lock_provenance": foreign})
    assert (refused.rc, "was built by https://github.com/example/other/" in refused.output) == (2, True)
    assert not locker.file.exists()
    assert changed(locker.lock(**variables))
    locker.publish(OLD, NEW)
    refused = locker.lock(**variables)
    assert (refused.rc, "there is no bundle at file://" in refused.output) == (2, True)
    assert locker.locked()["release"] == OLD


@pytest.mark.parametrize("name", run_blocks("provenance.md"))
def test_the_provenance_that_the_page_shows(
    locker: Locker, attested: dict[str, Any], name: str, tmp_path: Path
) -> None:
    shown = run_blocks("provenance.md")[name]
    shown = shown.replace("/opt/python", str(tmp_path / "opt")).replace("3.13", locker.minor)
    tasks = yaml.safe_load(shown)
    tasks[0]["standalone.python.build"].setdefault("provenance", attested["root"])  # of the tests' own instance
    playbook = tmp_path / "page.yml"
    playbook.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, **QUICKLY, "tasks": tasks}]))
    places = {"standalone_python_mirror": attested["mirror"], "standalone_python_index": str(locker.index)}
    assert changed(locker.player.play(playbook, variables=places))
    assert f"+{OLD}-" in locker.installed()


def test_a_lock_that_is_killed(locker: Locker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it fills the cache, and while it writes the file: that is always whole, and the next run completes it."""
    (tmp_path / "deadly").mkdir()
    (tmp_path / "deadly" / "sitecustomize.py").write_text(DEADLY)
    starter = tmp_path / "ansible-playbook"
    starter.write_text(f'#!/bin/sh\nCONTROLLER=$$ exec {playbooks.ANSIBLE_PLAYBOOK} "$@"\n')
    starter.chmod(0o755)
    locker.file = tmp_path / "locks" / "python.lock.yml"
    locker.file.parent.mkdir()
    with serve(tmp_path) as server, monkeypatch.context() as patched:
        given = {"lock_file": str(locker.file), "lock_index": f"{server.url}/{locker.index.name}"}
        patched.setattr(playbooks, "ANSIBLE_PLAYBOOK", starter)
        for folder, step in (("cache", 4), ("locks", 0)):
            deadly = {"PYTHONPATH": str(tmp_path / "deadly"), "FOLDER": str(tmp_path / folder), "STEP": str(step)}
            killed = locker.lock(env=deadly, **given)
            assert killed.rc == -signal.SIGKILL, killed.output
            assert not locker.file.exists()
        patched.undo()
        assert locker.lock(**given).rc == 0
    assert locker.locked()["sha256"] == locker.sample(OLD).sha256
    assert [file.name for file in locker.file.parent.iterdir()] == [locker.file.name]
