# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("ansible", reason="provenance is checked on the controller")
pytest.importorskip("requests", reason="provenance is checked on the controller")

from ansible import constants

from ansible_collections.standalone.python.plugins.plugin_utils._provenance import verified
from ansible_collections.standalone.python.plugins.plugin_utils._provenance.attestations import Bundle, BundleSources
from ansible_collections.standalone.python.plugins.plugin_utils._provenance.verified import require_provenance
from ansible_collections.standalone.python.plugins.plugin_utils._provenance.verify import Policy, ProvenanceError
from tests.support.locks import asset, stripped

ASSET, OTHER = asset(stripped("3.13.5+20250723")), asset(stripped("3.13.4+20250610"))


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The archives whose attestations were really checked; those of the other policy fail."""
    names: list[str] = []

    def require_attested(one: object, _bundles: object, policy: Policy, _warn: object) -> None:
        names.append(one.file_name)  # type: ignore[attr-defined]
        if policy.issuer == "https://bad":
            raise ProvenanceError("bad")

    monkeypatch.setattr(verified, "require_attested", require_attested)
    monkeypatch.setattr(verified, "require_library", lambda: None)
    monkeypatch.setattr(BundleSources, "bundles_of", lambda _self, _asset: [Bundle("", "")])
    return names


def test_a_good_verdict_holds_for_its_archive_and_policy(checked: list[str], tmp_path: Path) -> None:
    environ = {"ANSIBLE_STANDALONE_PYTHON_CACHE": str(tmp_path / "cache")}
    for one, policy in [
        (ASSET, Policy()),
        (ASSET, Policy()),
        (OTHER, Policy()),
        (ASSET, Policy(workflow="x@y")),
        (ASSET, Policy()),
    ]:
        require_provenance(one, policy, BundleSources(""), environ, pytest.fail)
    assert checked == [ASSET.file_name, OTHER.file_name, ASSET.file_name]


def test_another_trusted_root_asks_again(checked: list[str], tmp_path: Path) -> None:
    environ = {"ANSIBLE_STANDALONE_PYTHON_CACHE": str(tmp_path / "cache")}
    root = tmp_path / "root"
    for content in ("a", "a", "b"):
        root.write_text(content)
        require_provenance(ASSET, Policy(trusted_root=str(root)), BundleSources(""), environ, pytest.fail)
    assert len(checked) == 2


def test_a_bad_verdict_is_not_kept(checked: list[str], tmp_path: Path) -> None:
    environ = {"ANSIBLE_STANDALONE_PYTHON_CACHE": str(tmp_path / "cache")}
    for _attempt in range(2):
        with pytest.raises(ProvenanceError):
            require_provenance(ASSET, Policy(issuer="https://bad"), BundleSources(""), environ, pytest.fail)
    assert len(checked) == 2


def test_it_works_without_a_cache(checked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    environ = {"ANSIBLE_STANDALONE_PYTHON_CACHE": str(tmp_path / "file" / "cache")}
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path / "file" / "run"))
    warnings: list[str] = []
    for _attempt in range(2):
        require_provenance(ASSET, Policy(), BundleSources(""), environ, warnings.append)
    assert len(checked) == 2
    assert len(set(warnings)) == 1


FORGERIES: dict[str, Callable[[Path], None]] = {
    "a word": lambda verdict: verdict.write_bytes(b"yes\n"),
    "another's name": lambda verdict: verdict.write_bytes(verdict.name.encode()),
    "a link": lambda verdict: (verdict.unlink(), verdict.symlink_to("/etc/passwd")),  # type: ignore[func-returns-value]
    "open to all": lambda verdict: verdict.chmod(0o666),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_verdict_is_not_believed(checked: list[str], tmp_path: Path, forgery: str) -> None:
    environ = {"ANSIBLE_STANDALONE_PYTHON_CACHE": str(tmp_path / "cache")}
    require_provenance(ASSET, Policy(), BundleSources(""), environ, pytest.fail)
    (verdict,) = (tmp_path / "cache" / "attested").iterdir()
    FORGERIES[forgery](verdict)
    require_provenance(ASSET, Policy(), BundleSources(""), environ, pytest.fail)
    assert len(checked) == 2
    require_provenance(ASSET, Policy(), BundleSources(""), environ, pytest.fail)
    assert len(checked) == 2


@pytest.mark.parametrize("place", ["", "attested"])
def test_verdicts_are_not_kept_where_others_may_write(
    checked: list[str], tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = {"ANSIBLE_STANDALONE_PYTHON_CACHE": str(tmp_path / "cache")}
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path / "run"))
    require_provenance(ASSET, Policy(), BundleSources(""), environ, pytest.fail)
    (tmp_path / "cache" / place).chmod(0o777)
    warnings: list[str] = []
    for _host in range(3):
        require_provenance(ASSET, Policy(), BundleSources(""), environ, warnings.append)
    assert len(checked) == 2
    assert len(set(warnings)) == 1
