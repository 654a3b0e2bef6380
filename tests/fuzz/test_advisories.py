# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Damaged files of advisories: each is an error that names it, or advisories that can be compared and kept."""

from __future__ import annotations

import gzip
import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("ansible", reason="advisories are read on the controller")

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.plugin_utils._advisories.sources import Advisories, read_advisories
from ansible_collections.standalone.python.plugins.plugin_utils._components.identity import COMPONENTS
from tests.support.audited_fleets import ADVISORIES
from tests.support.fuzzing import costly
from tests.support.mutations import mutated_bytes, mutated_json

GIT = {
    "id": "CVE-2026-3", "modified": "2026-10-01T00:00:00Z", "aliases": ["GHSA-3"],
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "affected": [
        {
            "ranges": [{
                "type": "GIT", "repo": "https://github.com/openssl/openssl", "events": [{"introduced": "0"}],
                "database_specific": {"extracted_events": [{"introduced": "3.0.0"}, {"last_affected": "3.5.6"}]},
            }],
            "database_specific": {"cpes": ["cpe:2.3:a:openssl:openssl:*:*:*:*:*:*:*:*"]},
            "versions": ["openssl-3.5.6"],
        }
    ],
}  # fmt: skip
RECORDS = [*ADVISORIES, GIT]
SHORT = "- id: a\n  component: pip\n  below: '26.2.2'\n- {id: b, component: openssl, versions: [1.1.1w, '3.5.6']}\n"


def zipped() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for record in RECORDS:
            archive.writestr(f"{record['id']}.json", json.dumps(record))
    return stream.getvalue()


FILES = {
    "json": json.dumps(RECORDS).encode(),
    "yaml": SHORT.encode(),
    "gz": gzip.compress(json.dumps(RECORDS).encode()),
    "zip": zipped(),
}


def require_sound(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "advisories")
        file.write_bytes(content)
        found, said = Advisories(), None
        try:
            found = read_advisories([str(file)])
        except StandaloneError as error:
            said = str(error)
    if said is not None:
        assert str(file) in said
        assert said.isprintable()
        return
    assert found.all or found.notes, "a file never says nothing"
    assert Advisories.from_dict(json.loads(json.dumps(found.as_dict()))) == found
    for advisory in found.all:
        assert advisory.id.isprintable()
        for component in (*advisory.components, *COMPONENTS):
            for version in ("3.5.6", "26.2.1", "1.1.1w", "\x1b", ""):
                verdict = advisory.judge(component, version)
                assert verdict.affected is not None or verdict.why
                advisory.fixed_in(component, version)


@given(mutated_json(RECORDS))
@costly(20)
def test_records_that_are_almost_right(records: Any) -> None:
    require_sound(json.dumps(records).encode())


@pytest.mark.parametrize("kind", FILES)
@given(data=st.data())
@costly(10)
def test_files_that_are_almost_right(kind: str, data: st.DataObject) -> None:
    require_sound(data.draw(mutated_bytes(FILES[kind])))
