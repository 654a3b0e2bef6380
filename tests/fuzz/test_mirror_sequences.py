# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any syncs of one mirror one after the other, and what people do to its files between them.

Check mode foretells each sync and changes nothing, the same sync again changes nothing, and then the mirror has what
was asked for.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from ansible_collections.standalone.python.plugins.module_utils._argspec import MIRROR_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._mirror import apply
from ansible_collections.standalone.python.plugins.module_utils._mirror.spec import MirrorSpec
from tests.support.fuzzing import costly
from tests.support.host_view import contents
from tests.support.mirror_specs import fill_source, make_archive, named_by_versions

RELEASES = ("20260101", "20260201")
DEFAULTS = {option: spec.get("default") for option, spec in MIRROR_ARGUMENTS.items()}


class MirrorSequence(RuleBasedStateMachine):
    """A mirror of six archives at most, of a source in which one may change."""

    def __init__(self) -> None:
        super().__init__()
        self.top = Path(tempfile.mkdtemp(prefix="mirror-sequence-"))
        self.source = self.top / "source"
        self.assets = fill_source(self.source, RELEASES, size_bytes=100)
        self.mirror = self.top / "srv" / "python"

    def teardown(self) -> None:
        shutil.rmtree(self.top)

    @rule(
        which=st.sets(st.integers(0, 5)),
        verify=st.sampled_from(["quick", "full"]),
        bundles=st.booleans(),
        parallel=st.sampled_from([1, 4]),
    )
    def sync(self, which: set[int], **options: Any) -> None:
        self._task(assets=[self.assets[number] for number in sorted(which)], **options)

    @rule()
    def remove(self) -> None:
        self._task(state="absent")

    def _task(self, **options: Any) -> None:
        params = {**DEFAULTS, "path": str(self.mirror), "mirror": [self.source.as_uri()], "attestations": {}, **options}
        spec = MirrorSpec.from_params({**params, "assets": options.get("assets")})
        before = self._files()
        foretold = _result(spec, check_mode=True)
        assert self._files() == before, "check mode changed something"
        done = _result(spec, check_mode=False)
        note(f"{done.get('msg') or {'changed': done['changed'], 'diff': done['diff']}}")
        assert foretold == done
        if done.get("failed"):
            assert self._files() == before
            return
        if not spec.is_absent:
            wanted = {place: asset.sha256 for place, asset in spec.assets.items()}
            assert dict(named_by_versions(self.mirror)) == wanted
            assert {place: digest_of(self.mirror / place) for place in wanted} == wanted
        after = self._files()
        second = _result(spec, check_mode=False)
        assert (second["changed"], self._files()) == (False, after), second

    def _files(self) -> dict[str, tuple[str, ...]]:
        """What clients see."""
        found = contents(self.mirror) if self.mirror.exists() else {}
        return {name: of for name, of in found.items() if not name.startswith(".")}

    # --- what people do ---------------------------------------------------------------------------------------------

    @rule(which=st.integers(0, 20), deed=st.sampled_from(["lose", "empty", "same size", "touch", "link"]))
    def change_a_file(self, which: int, deed: str) -> None:
        found = (file for file in sorted(self.mirror.rglob("*")) if file.is_file() and not file.is_symlink())
        files = [file for file in found if file.name != "lock"]  # check mode takes none
        if not files:
            return
        file = files[which % len(files)]
        note(f"{deed} {file.relative_to(self.top)}")
        content = file.read_bytes()
        if deed in ("lose", "link"):
            file.unlink()
        if deed == "link" and file.suffix == ".gz":
            file.symlink_to("/nowhere")
        if deed in ("empty", "same size"):
            file.write_bytes(b"" if deed == "empty" else b"x" * len(content))
        if deed == "touch":
            os.utime(file)

    @rule(
        name=st.sampled_from(["README", f"{RELEASES[0]}/own.txt", "20250101/own.txt", "python-build-standalone.ndjson"])
    )
    def add_a_file(self, name: str) -> None:
        file = self.mirror / name
        if not os.path.lexists(file):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("of somebody else\n")

    @rule(which=st.integers(0, 5))
    def publish_again(self, which: int) -> None:
        asset = self.assets[which]
        self.assets[which] = make_archive(self.source, asset["release"], asset["target"], 120)


def digest_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _result(spec: MirrorSpec, *, check_mode: bool) -> dict[str, Any]:
    try:
        return apply.run(spec, check_mode=check_mode)
    except StandaloneError as error:
        return {"failed": True, "msg": str(error)}


MirrorSequence.TestCase.settings = settings(costly(10), stateful_step_count=30, phases=[Phase.reuse, Phase.generate])
TestMirrorSequence = MirrorSequence.TestCase
