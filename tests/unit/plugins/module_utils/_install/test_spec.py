# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._argspec import BUILD_ARGUMENTS
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StandaloneError, StoreError
from ansible_collections.standalone.python.plugins.module_utils._install.spec import InstallSpec
from tests.support.receipts import asset


def spec(**params: Any) -> InstallSpec:
    defaults = {option: spec.get("default") for option, spec in BUILD_ARGUMENTS.items()}
    return InstallSpec.from_params({**defaults, "name": "3.13", **params})


def test_the_store_is_beside_the_path_unless_given() -> None:
    assert spec(path="/opt/python/3.13/").path == "/opt/python/3.13"
    assert spec(path="/opt/python/3.13").store == "/opt/python/.builds"
    assert spec(path="/opt/python/3.13", store="/var/python").store == "/var/python"


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        (
            {"path": "/opt/python/3.13", "health_imports": ["ssl", "a\0b"]}, InvalidName,
            "health_imports has 'a\\x00b', which no module can be called. Correct or leave it out.",
        ),
        (
            {"path": "/opt/python/3.13", "provisional": True, "root": "/mnt/image"}, InvalidName,
            "provisional is true, but nothing runs in a root that could show whether the build works. Leave out "
            "one of them.",
        ),
        (
            {"path": "python/3.13"}, StoreError,
            "path is 'python/3.13', which is relative. Write it from the root: path: /opt/python/3.13",
        ),
        *(
            (
                {"path": "/opt/python/3.13", option: given}, InvalidName,
                f"{option} is empty. Give a name or a number, or leave it out.",
            )
            for option in ("owner", "group") for given in ("", " ")
        ),
        ({"path": ""}, StoreError, "path is '', which is empty. Name a path of the host: path: /opt/python/3.13"),
        (
            {"path": "C:\\Python\\3.13"}, StoreError,
            "path is 'C:\\\\Python\\\\3.13', which is a path of Windows. This collection installs on Linux and macOS. "
            "Write a path of the host: path: /opt/python/3.13",
        ),
        (
            {"path": "~gone/python"}, StoreError,
            "path is '~gone/python', and no home directory is known for it. Write it from the root: path: "
            "/opt/python/3.13",
        ),
        (
            {"path": f"/opt/{'é' * 128}"}, StoreError,
            f"path has the name {'é' * 10}..., which has 256 bytes, and file systems allow 255. Choose a shorter one.",
        ),
        (
            {"path": "/opt/python/3.13", "store": f"/opt/{'d/' * 1600}b"}, StoreError,
            f"store is /opt/{'d/' * 17}d... and has 3206 bytes. Choose one of at most 3072: the files below it have "
            "longer paths, which the system must allow, too.",
        ),
        (
            {"path": "/opt/python/3.13", "keep": 10**20}, InvalidName,
            "keep is 100000000000000000000, but it counts builds: write 100000000 or less.",
        ),
        (
            {"path": "/"}, StoreError,
            "path is '/'. Name a directory below the root, such as /opt/python/3.13.",
        ),
        (
            {"path": "/opt/../etc"}, StoreError,
            "path is '/opt/../etc'. Write it without `..` and without control characters.",
        ),
        (
            {"path": "/opt/a\nb"}, StoreError,
            "path is '/opt/a\\nb'. Write it without `..` and without control characters.",
        ),
        (
            {"path": "/installs/py"}, StoreError,
            "path is '/installs/py', but paths that begin with /install cannot be told from the prefix that builds "
            "were made with. Choose another place, such as /opt/python/3.13.",
        ),
        (
            {"path": "/opt/python/3.13", "store": "builds"}, StoreError,
            "store is 'builds', which is relative. Write it from the root: store: /opt/python/.builds",
        ),
        (
            {"path": "/opt/python/3.13", "store": "/opt/python/3.13/.builds"}, StoreError,
            "path is /opt/python/3.13 and store is /opt/python/3.13/.builds: one is inside the other. The path becomes "
            "a link to a build in the store, so put the store beside it, as in /opt/python/.builds, or anywhere else.",
        ),
        (
            {"path": "/opt/python/3.13", "store": "/opt/python/3.13"}, StoreError,
            "path is /opt/python/3.13 and store is /opt/python/3.13: one is inside the other. The path becomes a link "
            "to a build in the store, so put the store beside it, as in /opt/python/.builds, or anywhere else.",
        ),
        (
            {"path": "/opt/python/.builds/3.13", "store": "/opt/python/.builds"}, StoreError,
            "path is /opt/python/.builds/3.13 and store is /opt/python/.builds: one is inside the other. The path "
            "becomes a link to a build in the store, so put the store beside it, as in /opt/python/.builds/.builds, or "
            "anywhere else.",
        ),
        (
            {"path": "/opt/python/.builds", "store": None}, StoreError,
            "path is /opt/python/.builds and store is /opt/python/.builds: one is inside the other. The path becomes "
            "a link to a build in the store, so choose another path.",
        ),
        (
            {"path": "/opt/python/3.13", "keep": -1}, InvalidName,
            "keep is -1, but it counts builds: write 0 or more.",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(params: dict[str, Any], error: type[StandaloneError], message: str) -> None:
    with pytest.raises(error) as caught:
        spec(**params)
    assert str(caught.value) == message


def test_a_path_that_the_locale_cannot_express_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsencode", lambda path: path.encode("ascii", "surrogateescape"))
    with pytest.raises(StoreError) as error:
        spec(path="/opt/é")
    assert str(error.value) == (
        "path is '/opt/é', which cannot be written in ascii, the encoding of this user's locale on the host. Set "
        "LC_ALL to C.UTF-8 there, as by the keyword environment, or choose another one."
    )


def test_a_repair_never_changes_the_build() -> None:
    installed, offered = asset("3.13.5", "20250723"), asset("3.13.4", "20250604")
    elsewhere = asset("3.13.5", "20250723", url="https://mirror.example.com/x.tar.gz")
    assert spec(path="/opt/3.13").again(installed) == installed
    assert spec(path="/opt/3.13")._replace(asset=offered).again(installed) == installed
    assert spec(path="/opt/3.13")._replace(asset=elsewhere).again(installed) == elsewhere
