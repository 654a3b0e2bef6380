# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bundled catalogue, made from sources of several kinds."""

from __future__ import annotations

import gzip
from pathlib import Path

import make_bundled_catalog
import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._index.bundled import PublicFile, unpack
from tests.support.index_documents import artifact, digest_of, record, url_of, versions_index

GNU = "x86_64-unknown-linux-gnu"
ONE = f"cpython-3.13.5+20250723-{GNU}-install_only_stripped.tar.gz"
TWO = f"cpython-3.13.6+20250807-{GNU}-install_only_stripped.tar.gz"
STAMPED = f"cpython-3.9.4-{GNU}-pgo+lto-20210414T1515.tar.zst"
WITHOUT_DIGEST = f"cpython-3.14.2+20260127-{GNU}-debug-full.tar.zst"


@pytest.fixture
def bundled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "bundled_catalog.dat"
    monkeypatch.setattr(make_bundled_catalog, "BUNDLED_PATH", str(path))
    return path


def test_sources_are_merged(bundled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stamped_url = url_of(STAMPED).replace("20210414/", "20210415/")
    rows = [(STAMPED, stamped_url, digest_of(STAMPED)), (ONE, url_of(ONE), digest_of(ONE))]
    table = [("filename", "url", "sha256"), *rows]
    (tmp_path / "names.tsv.gz").write_bytes(gzip.compress("\n".join(map("\t".join, table)).encode()))
    private = artifact(TWO, url=f"https://mirror.example/20250807/{TWO}")
    index = record(artifact(ONE), artifact(WITHOUT_DIGEST, sha256=None), artifact("new"), private)
    (tmp_path / "index").write_text(index)
    make_bundled_catalog.main([str(tmp_path / "names.tsv.gz"), str(tmp_path / "index")])
    assert sorted(unpack(bundled.read_bytes())) == [
        PublicFile("20210415", STAMPED, bytes.fromhex(digest_of(STAMPED))),
        PublicFile("20250723", ONE, bytes.fromhex(digest_of(ONE))),
    ]
    assert "3 left out" in capsys.readouterr().out


def test_sources_that_contradict_each_other_are_refused(bundled: Path, tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(versions_index(ONE))
    (tmp_path / "two").write_text(record(artifact(ONE, sha256="ab" * 32)))
    with pytest.raises(SystemExit, match=f"about {ONE.replace('+', '.')}"):
        make_bundled_catalog.main([str(tmp_path / "one"), str(tmp_path / "two")])
    assert not bundled.exists()
