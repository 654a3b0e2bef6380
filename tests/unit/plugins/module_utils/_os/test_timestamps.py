# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Build
from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._os.target_root import RUNNING, TargetRoot
from ansible_collections.standalone.python.plugins.module_utils._os.timestamps import EPOCH_VARIABLE, SourceDate
from tests.support.receipts import asset, fill

IMAGE = TargetRoot("/mnt/image")
BUILD: Build = asset().build


@pytest.fixture(autouse=True)
def no_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(EPOCH_VARIABLE, raising=False)


def test_an_image_is_of_the_day_of_the_release() -> None:
    release = BUILD.release
    assert str(SourceDate.of(BUILD.release, IMAGE)) == f"{release[:4]}-{release[4:6]}-{release[6:]}T00:00:00Z"


def test_the_variable_outranks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EPOCH_VARIABLE, "86400")
    assert str(SourceDate.of(BUILD.release, IMAGE)) == "1970-01-02T00:00:00Z"
    assert SourceDate.of(None, IMAGE) == SourceDate(86400)
    assert SourceDate.of(BUILD.release, RUNNING) == SourceDate(None)


@pytest.mark.parametrize("text", ["now", "-1", "1.5", " 1", "\N{ARABIC-INDIC DIGIT ONE}", "253402300800", "9" * 5000])
def test_the_variable_must_be_a_time(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(EPOCH_VARIABLE, text)
    with pytest.raises(StoreError) as caught:
        SourceDate.of(BUILD.release, IMAGE)
    assert str(caught.value) == (
        f"SOURCE_DATE_EPOCH is {text!r}, but it counts the seconds from 1970 up to some time before the year 10000. "
        "Write such a number."
    )


def test_the_running_system_goes_by_the_clock(tmp_path: Path) -> None:
    assert abs(time.time() - time.mktime(time.strptime(f"{SourceDate()} UTC", "%Y-%m-%dT%H:%M:%SZ %Z"))) < 24 * 60 * 60
    before = tmp_path.stat().st_mtime_ns
    SourceDate().date([str(tmp_path)])
    SourceDate().date_way([str(tmp_path)], time.time())
    SourceDate().date_build(str(tmp_path), last=".build.json")
    assert tmp_path.stat().st_mtime_ns == before


def test_a_build_is_dated_with_all_that_is_in_it_the_receipt_last(tmp_path: Path) -> None:
    fill(tmp_path, {".build.json": "", "lib/a.py": "", "lib/__pycache__/a.pyc": ""}, {"lib/link": "/etc/passwd"})
    outside = os.stat("/etc/passwd").st_mtime_ns
    SourceDate(1000).date_build(str(tmp_path), last=".build.json")
    everything = [tmp_path, *tmp_path.rglob("*")]
    assert {item.lstat().st_mtime for item in everything} == {1000}
    assert max(item.lstat().st_ctime_ns for item in everything) == (tmp_path / ".build.json").stat().st_ctime_ns
    assert os.stat("/etc/passwd").st_mtime_ns == outside


@pytest.mark.parametrize(("began_at_s", "of_old"), [(2000.0, 10), (1001.5, 10), (999.0, 1000), (1000.5, 1000)])
def test_the_way_is_dated_back_where_it_is_newer_and_on_to_a_time_to_come(
    tmp_path: Path, began_at_s: float, of_old: int
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for place in (old, new):
        place.mkdir()
    os.utime(old, (10, 10))
    SourceDate(1000).date_way([str(old), str(new), str(tmp_path / "gone")], began_at_s)
    assert (old.stat().st_mtime, new.stat().st_mtime) == (of_old, 1000)
