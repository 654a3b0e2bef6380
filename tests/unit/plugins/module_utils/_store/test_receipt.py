# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._json import rendered
from ansible_collections.standalone.python.plugins.module_utils._store import receipt as _receipts
from ansible_collections.standalone.python.plugins.module_utils._store.receipt import Receipt, Settings
from tests.support.receipts import asset, receipt

PATH = "/opt/python/3.13"


@pytest.mark.parametrize(
    "of",
    [
        receipt(),
        receipt(externally_managed=False, owner="app", group="1000"),
        receipt(components={"openssl": "3.5.6", "sqlite": "3.50.4"}),
    ],
)
def test_what_is_written_is_read(tmp_path: Path, of: Receipt) -> None:
    _receipts.write(str(tmp_path), of)
    assert _receipts.read(str(tmp_path)) == of


def test_components_have_version_and_source() -> None:
    assert receipt(components={"openssl": "3.5.6"}).as_dict()["components"] == {
        "openssl": {"version": "3.5.6", "source": "measured"}
    }


def test_a_full_build_and_a_local_one_come_back(tmp_path: Path) -> None:
    full = receipt(of=asset("3.14.0", "20251010", flavor="full", options="freethreaded+pgo+lto", url=""))
    _receipts.write(str(tmp_path), full)
    assert _receipts.read(str(tmp_path)) == full


def test_it_can_be_read_by_people_and_other_programs(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        _receipts.write(str(tmp_path), receipt())
    finally:
        os.umask(before)
    file = tmp_path / ".build.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert list(json.loads(file.read_text())) == [
        "format", "asset", "prefix", "externally_managed", "owner", "group", "executables", "files", "size_bytes",
        "installed_at", "seal",
    ]  # fmt: skip


def test_secrets_in_an_address_are_not_written(tmp_path: Path) -> None:
    """Everyone on the host may read a receipt."""
    installed = receipt(of=asset(url="https://me:s3cret@example.com/1/a.tar.gz?token=s3cret"))
    _receipts.write(str(tmp_path), installed)
    assert "s3cret" not in (tmp_path / ".build.json").read_text()
    read = _receipts.read(str(tmp_path))
    assert read
    assert read.asset.url == "https://example.com/1/a.tar.gz"


def test_where_there_is_none_there_is_none(tmp_path: Path) -> None:
    assert _receipts.read(str(tmp_path)) is None
    assert _receipts.read(str(tmp_path / "absent")) is None


def test_it_becomes_the_newest_of_the_build(tmp_path: Path) -> None:
    _receipts.write(str(tmp_path), receipt())
    os.utime(tmp_path / ".build.json", (1, 1))
    (tmp_path / "other").touch()
    _receipts.mark_newest(str(tmp_path))
    assert (tmp_path / ".build.json").stat().st_mtime_ns >= (tmp_path / "other").stat().st_ctime_ns


Damage = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda content: content.pop("prefix"), " is damaged: prefix should be a text."),
        (lambda content: content.update(owner=0), " is damaged: owner should be a text."),
        (lambda content: content.update(executables="bin/python3"), " is damaged: executables should be a list."),
        (lambda content: content.update(files="2"), " is damaged: files should be a whole number."),
        (lambda content: content.pop("asset"), " is damaged: asset should be an object."),
        (lambda content: content["asset"].pop("url"), ": asset is damaged: url should be a text."),
        (
            lambda content: content["asset"].update(name="../x"),
            ": asset is damaged: name is '../x', and should be the name of an asset without .tar.*.",
        ),
    ],
)
def test_the_damaged_field_is_named(tmp_path: Path, damage: Damage, complaint: str) -> None:
    content = receipt().as_dict()
    damage(content)
    (tmp_path / ".build.json").write_text(rendered(content))
    with pytest.raises(StoreError) as caught:
        _receipts.read(str(tmp_path))
    assert str(caught.value) == f"{tmp_path}/.build.json{complaint}"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe"], ids=["empty", "cut off", "list", "no text"])
def test_what_is_no_receipt_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".build.json").write_bytes(content)
    with pytest.raises(StoreError) as caught:
        _receipts.read(str(tmp_path))
    assert str(caught.value) == f"{tmp_path}/.build.json is damaged: an object was expected there."


@pytest.mark.parametrize(
    ("asked", "made_for", "serves"),
    [
        (Settings(PATH), Settings(PATH), True),
        (Settings(PATH), Settings("/opt/python/default"), False),
        (Settings(PATH), Settings(PATH, externally_managed=False), False),
        (Settings(PATH, externally_managed=False), Settings(PATH), False),
        (Settings(PATH), Settings(PATH, owner="app", group="app"), True),
        (Settings(PATH, owner="app"), Settings(PATH, owner="app", group="app"), True),
        (Settings(PATH, owner="app"), Settings(PATH), False),
        (Settings(PATH, group="app"), Settings(PATH, owner="app", group="web"), False),
    ],
)
def test_owner_and_group_count_where_they_are_asked_for(asked: Settings, made_for: Settings, serves: bool) -> None:
    assert asked.served_by(made_for) is serves


def with_name(name: str) -> dict[str, Any]:
    return {"asset": {**asset().as_dict(), "name": name}}


DAMAGED: dict[str, tuple[dict[str, Any], str]] = {
    "another prefix": ({"prefix": "opt/python"}, " is damaged: prefix should be the absolute path of a build."),
    "a way up": ({"prefix": "/opt/../etc"}, " is damaged: prefix should be the absolute path of a build."),
    "a NUL": ({"prefix": "/opt/\0"}, " is damaged: prefix should be printable."),
    "another format": ({"format": 0}, " is damaged: format should be 1."),
    "a newer format": (
        {"format": 2, "hidden": 1},
        " is of format 2, which a newer version of standalone.python writes; this version reads format 1.",
    ),
    "an unknown key": ({"hidden": 1}, " is damaged: 'hidden' is unknown there."),
    "a negative size": ({"size_bytes": -1}, " is damaged: size_bytes should be a number that can be."),
    "a huge count": ({"files": 10**30}, " is damaged: files should be a number that can be."),
    "a program outside": (
        {"executables": ["../../bin/sh"]},
        " is damaged: executables should be programs in the build.",
    ),
    "components in a list": ({"components": []}, " is damaged: components should be an object."),
    "a component without a version": (
        {"components": {"openssl": {"source": "measured"}}},
        ": components: openssl is damaged: version should be a text.",
    ),
    **{
        f"components {number}": (
            {"components": components},
            " is damaged: components should be the version and source of each.",
        )
        for number, components in enumerate(
            (
                {"openssl": {"version": "3.5.6", "source": "table"}},
                {"openssl": {"version": "3.5.6\n", "source": "measured"}},
                {"openssl": {"version": "<b>3", "source": "measured"}},
                {"openssl": {"version": "3" * 65, "source": "measured"}},
                {"Open SSL": {"version": "3", "source": "measured"}},
                {f"a{number}": {"version": "3", "source": "measured"} for number in range(65)},
            )
        )
    },
    "half a digest": (
        {"manifest_sha256": "00"},
        " is damaged: manifest_sha256 is '00', and should be 64 hexadecimal digits.",
    ),
    "a name of another version": (
        with_name(asset("3.13.6").build.name),
        f": asset is damaged: version, release and target are not those in the name {asset('3.13.6').build.name}.",
    ),
    "a name of another release": (
        with_name(asset(release="20250807").build.name),
        ": asset is damaged: version, release and target are not those in the name "
        f"{asset(release='20250807').build.name}.",
    ),
    "the seal of another": (
        {"seal": "0" * 64},
        " is damaged: its content is not the content that its seal was made for.",
    ),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_contradicts_itself_is_damaged(tmp_path: Path, name: str) -> None:
    changes, complaint = DAMAGED[name]
    file = tmp_path / ".build.json"
    file.write_text(rendered({**receipt().as_dict(), **changes}))
    with pytest.raises(StoreError) as caught:
        _receipts.read(str(tmp_path))
    assert str(caught.value) == f"{file}{complaint}"


@pytest.mark.parametrize("entry", ["", ".2", ".17"])
def test_a_receipt_belongs_to_an_entry_of_its_name(entry: str) -> None:
    receipt().require_entry(asset().build.name + entry, "")


@pytest.mark.parametrize("entry", ["other", f"{asset().build.name}.x", f"{asset().build.name}.", "17"])
def test_a_receipt_that_was_moved_is_damaged(entry: str) -> None:
    with pytest.raises(StoreError) as caught:
        receipt().require_entry(entry, "/s/.build.json")
    assert str(caught.value) == (
        f"/s/.build.json is damaged: it is the receipt of {asset().build.name}, and is in {entry}."
    )
