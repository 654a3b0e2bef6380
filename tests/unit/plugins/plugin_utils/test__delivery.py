# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._roots import Root
from ansible_collections.standalone.python.plugins.module_utils._state import State
from ansible_collections.standalone.python.plugins.plugin_utils import _delivery
from tests.unit.orders import order
from tests.unit.receipts import asset


def test_a_cache_that_is_another_users_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def cached_archive(*_arguments: Any, **_options: Any) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/home/me/.cache/0f.lock")

    monkeypatch.setattr(_delivery, "cached_archive", cached_archive)
    state = State(kind="absent", root=Root("/opt/python/3.13"))
    delivery = _delivery.Delivery(
        order(Path("/opt/python/3.13"), name="3.13"), state, {"mirror": []}, None, reads_zstd=True, is_for_many=False
    )
    with pytest.raises(StoreError) as error, delivery.archive(asset(), why="", warn=print, say=print):
        pass
    assert str(error.value) == (
        "The controller cannot use /home/me/.cache/0f.lock, where it keeps archives: Permission denied. Give it to "
        "this user, or set ANSIBLE_STANDALONE_PYTHON_CACHE to another folder."
    )
