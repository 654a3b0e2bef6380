# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Freeze, rollback and fast-forward of an index, as TUF calls them: said, or refused where the user asks for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

pytest.importorskip("ansible", reason="indexes are read on the controller")

from ansible_collections.standalone.python.plugins.module_utils._builds.request import BuildRequest, RequestedName
from ansible_collections.standalone.python.plugins.module_utils._errors import IndexUnavailable, NoMatch
from ansible_collections.standalone.python.plugins.plugin_utils._http import fetch
from ansible_collections.standalone.python.plugins.plugin_utils._index import clock, freshness
from ansible_collections.standalone.python.plugins.plugin_utils._index.reader import IndexOptions
from ansible_collections.standalone.python.plugins.plugin_utils._mirror.declared import MirrorEntry, resolve_declared
from ansible_collections.standalone.python.plugins.plugin_utils._resolve.resolve import resolve, resolve_for_all_targets
from tests.support.index_documents import sums, versions_index
from tests.support.servers import serve

TARGET = "x86_64-unknown-linux-gnu"
DAY_S = 24 * 60 * 60
OLDER = "its newest release, 20251001, is 31 days old, and index_max_age allows 30 days"


def name(version: str, release: str) -> str:
    return f"cpython-{version}+{release}-{TARGET}-install_only_stripped.tar.gz"


class Controller:
    """On 2025-11-01, with one index in a file."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.index = root / "index"
        self.warnings: list[str] = []
        self.options = IndexOptions(
            index=(str(self.index),), environ={"ANSIBLE_STANDALONE_PYTHON_CACHE": str(root / "cache")}
        )

    def publish(self, *names: str) -> None:
        self.index.write_bytes(versions_index(*names))

    def release(self, request: str = "3.13", *, index: Sequence[str] = (), max_age_s: int = 0) -> str:
        """The release that a name resolves to."""
        options = replace(self.options, index=tuple(index) or self.options.index, max_release_age_s=max_age_s)
        wanted = BuildRequest(RequestedName.parse(request), target=TARGET)
        return resolve(wanted, platform=None, index=options, warn=self.warnings.append).build.release


@pytest.fixture
def controller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Controller:
    monkeypatch.setattr(fetch, "_PAUSES_S", ())
    monkeypatch.setattr(clock, "_now", lambda: datetime(2025, 11, 1, 9, tzinfo=timezone.utc))
    monkeypatch.setattr(clock, "newest_bundled_release", lambda: "20250901")
    monkeypatch.setattr(freshness, "newest_bundled_release", lambda: "20250901")
    return Controller(tmp_path)


class TestRollback:
    def test_an_index_that_is_older_than_it_was_is_reported_until_it_is_newer_again(
        self, controller: Controller
    ) -> None:
        controller.publish(name("3.13.8", "20251014"))
        assert controller.release() == "20251014"
        assert not controller.warnings
        controller.publish(name("3.13.7", "20250902"))
        for _run in range(2):
            assert controller.release() == "20250902"
        (warning,) = set(controller.warnings)
        (file,) = (controller.root / "cache").glob("*.seen")
        assert warning == (
            f"The newest release in the index {controller.index} is 20250902, but on 2025-11-01 it was 20251014. An "
            f"old copy may be served, or newer releases may be held back. Find out why; if it is meant, remove {file}."
        )
        file.unlink()
        controller.warnings.clear()
        assert controller.release() == "20250902"
        assert not controller.warnings
        controller.publish(name("3.13.9", "20251031"))
        controller.warnings.clear()
        assert controller.release() == "20251031"
        assert not controller.warnings

    def test_it_is_remembered_without_the_database(self, controller: Controller) -> None:
        controller.publish(name("3.13.8", "20251014"))
        controller.release()
        (database,) = (controller.root / "cache").glob("*.sqlite3")
        database.unlink()
        controller.publish(name("3.13.7", "20250902"))
        controller.release()
        assert len(controller.warnings) == 1

    @pytest.mark.parametrize(
        "note",
        ["", "[", "null", "[]", "{}", '{"release": 1, "day": "2025-10-01"}', '{"release": "20251014", "day": 3}',
         '{"release": "20251399", "day": "2025-10-01"}', '{"release": "20251014", "day": "soon"}',
         '{"release": "20991231", "day": "2025-10-01"}', '{"release": "20251014"}', "[" * 9999],
    )  # fmt: skip
    def test_a_damaged_note_is_written_again(self, controller: Controller, note: str) -> None:
        controller.publish(name("3.13.7", "20250902"))
        controller.release()
        (file,) = (controller.root / "cache").glob("*.seen")
        whole = file.read_text()
        file.write_text(note)
        controller.release()
        assert not controller.warnings
        assert file.read_text() == whole


class TestFreeze:
    def test_an_index_that_is_older_than_the_bundled_catalogue_is_reported(self, controller: Controller) -> None:
        controller.publish(name("3.12.1", "20240107"))
        assert controller.release("3.12") == "20240107"
        assert controller.warnings == [
            f"The newest release in the index {controller.index} is 20240107, but this collection already comes with "
            "20250901. The index may be an old copy, or newer releases may be held back. Find out why, or set "
            "index_max_age to refuse such an index."
        ]

    def test_an_address_that_names_its_release_is_not_doubted(self, controller: Controller) -> None:
        controller.index = controller.root / "20240107" / "SHA256SUMS"
        controller.index.parent.mkdir()
        controller.index.write_bytes(sums(name("3.12.1", "20240107")))
        assert controller.release("3.12", index=[str(controller.index)]) == "20240107"
        assert not controller.warnings

    def test_beyond_index_max_age_it_is_an_error(self, controller: Controller) -> None:
        controller.publish(name("3.13.7", "20251001"), name("3.12.1", "20240107"))
        assert controller.release(max_age_s=32 * DAY_S) == "20251001"
        with pytest.raises(IndexUnavailable) as caught:
            controller.release(max_age_s=30 * DAY_S)
        assert str(caught.value) == (
            f"Cannot use the index {controller.index}: {OLDER}. Find out whether the index is still updated, name "
            "another one, or set a larger index_max_age."
        )

    def test_the_next_address_is_asked_and_nothing_else_is_used_instead(self, controller: Controller) -> None:
        controller.publish(name("3.13.7", "20251001"))
        fresh = controller.root / "fresh"
        fresh.write_bytes(versions_index(name("3.13.9", "20251031")))
        held_back = str(controller.index)
        assert controller.release(index=[held_back, str(fresh)], max_age_s=30 * DAY_S) == "20251031"
        missing = str(controller.root / "missing")
        with pytest.raises(IndexUnavailable, match=OLDER):
            controller.release(index=[held_back, missing], max_age_s=30 * DAY_S)

    def test_the_copy_of_the_last_run_must_be_young_too(self, controller: Controller) -> None:
        controller.publish(name("3.13.7", "20251001"))
        with serve(controller.root) as server:
            address = f"{server.url}/index"
            controller.release(index=[address])
        controller.options = replace(controller.options, max_age_s=-1)
        assert controller.release(index=[address], max_age_s=32 * DAY_S) == "20251001"
        with pytest.raises(IndexUnavailable, match=OLDER):
            controller.release(index=[address], max_age_s=30 * DAY_S)

    def test_the_bundled_catalogue_must_be_young_too(self, controller: Controller) -> None:
        with pytest.raises(IndexUnavailable, match="Cannot use the index bundled: its newest release, "):
            controller.release(index=["bundled"], max_age_s=1)


class TestAgeInRefusals:
    """Who asks for what the index does not list sees whether the index could be too old."""

    @pytest.mark.parametrize(
        ("release", "age"), [("20251001", "31 days old"), ("20251031", "1 day old"), ("20251103", "0 days old")]
    )
    @pytest.mark.parametrize("request_", ["3.99", "3.13.7+20250902", "3.13t"])
    def test_of_a_file(self, controller: Controller, request_: str, release: str, age: str) -> None:
        controller.publish(name("3.13.7", release))
        with pytest.raises(NoMatch) as caught:
            controller.release(request_)
        expected = f" Searched: {controller.index}, whose newest release is {release}, {age}."
        assert str(caught.value).endswith(expected)

    def test_of_a_server(self, controller: Controller) -> None:
        controller.publish(name("3.13.7", "20251001"))
        with serve(controller.root) as server, pytest.raises(NoMatch) as caught:
            controller.release("3.99", index=[f"{server.url}/index"])
        assert str(caught.value).endswith(
            f" Searched: {server.url}/index, fetched a moment ago, whose newest release is 20251001, 31 days old."
        )

    def test_of_an_index_of_the_future(self, controller: Controller) -> None:
        controller.publish(name("3.13.99", "20251104"))
        with pytest.raises(NoMatch, match=f"Searched: {controller.index}, which has no release up to now[.]$"):
            controller.release("3.99")


class TestFastForward:
    FUTURE = name("3.13.99", "20251104")

    def test_a_release_of_the_future_is_never_chosen(self, controller: Controller) -> None:
        controller.publish(self.FUTURE, name("3.13.9", "20251031"))
        assert controller.release() == "20251031"
        assert controller.release("latest") == "20251031"
        assert set(controller.warnings) == {
            f"The index {controller.index} lists releases that are left out, since they are in the future: the newest "
            "is 20251104, and the clock of the controller says 2025-11-01."
        }

    def test_tomorrow_is_no_future(self, controller: Controller) -> None:
        controller.publish(name("3.13.9", "20251103"))
        assert controller.release() == "20251103"
        assert not controller.warnings

    @pytest.mark.parametrize("request_", ["3.13.99+20251104", FUTURE, "3.13.99"])
    def test_one_that_is_named_is_refused(self, controller: Controller, request_: str) -> None:
        controller.publish(self.FUTURE, name("3.13.9", "20251031"))
        with pytest.raises(NoMatch, match="20251104 is in the future, since the clock "):
            controller.release(request_)

    def test_an_index_of_nothing_else_is_reported_and_has_no_answer(self, controller: Controller) -> None:
        controller.publish(self.FUTURE)
        with pytest.raises(NoMatch, match="20251104 is in the future"):
            controller.release(max_age_s=DAY_S)
        assert len(controller.warnings) == 1

    def test_it_is_no_release_that_was_seen(self, controller: Controller) -> None:
        controller.publish(self.FUTURE, name("3.13.9", "20251031"))
        controller.release()
        controller.warnings.clear()
        controller.publish(name("3.13.9", "20251031"))
        assert controller.release() == "20251031"
        assert not controller.warnings

    @pytest.mark.parametrize("release", ["99999999", "20251399", "20250931"])
    def test_a_release_that_is_no_date_is_left_out(self, controller: Controller, release: str) -> None:
        controller.publish(name("3.13.99", release), name("3.13.9", "20251031"))
        assert controller.release() == "20251031"
        (warning,) = controller.warnings
        assert f"First: {name('3.13.99', release)}." in warning

    def test_mirrors_and_all_targets_are_given_none(self, controller: Controller) -> None:
        controller.publish(self.FUTURE, name("3.13.9", "20251031"))
        wanted = BuildRequest(RequestedName.parse("3.13"))
        index = controller.options
        (asset,) = resolve_for_all_targets(wanted, index=index, warn=controller.warnings.append)
        assert asset.build.release == "20251031"
        declared = [MirrorEntry((wanted,), (TARGET,), releases=3)]
        found = resolve_declared(declared, index=index, warn=controller.warnings.append)
        assert [one.build.release for one in found] == ["20251031"]

    def test_a_clock_of_1970_is_said_and_costs_no_release(
        self, controller: Controller, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(clock, "_now", lambda: datetime(1970, 1, 1, tzinfo=timezone.utc))
        controller.publish(name("3.13.7", "20250902"))
        assert controller.release() == "20250902"
        (warning,) = set(controller.warnings)
        assert warning.startswith("The clock of the controller says 1970-01-01, but this collection comes with ")
