# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

pytest.importorskip("ansible")

from ansible_collections.standalone.python.plugins.plugin_utils._build.options import mirrors_from_environment


@pytest.mark.parametrize(
    ("environ", "mirrors"),
    [
        ({}, ()),
        ({"UV_PYTHON_INSTALL_MIRROR": "", "UV_ASTRAL_MIRROR_URL": ""}, ()),
        ({"UV_PYTHON_INSTALL_MIRROR": "https://m/x"}, ("https://m/x",)),
        (
            {"UV_ASTRAL_MIRROR_URL": "https://m/astral/"},
            ("https://m/astral/github/python-build-standalone/releases/download",),
        ),
        ({"UV_PYTHON_INSTALL_MIRROR": "https://a", "UV_ASTRAL_MIRROR_URL": "https://b"}, ("https://a",)),
    ],
)
def test_the_environment_names_mirrors_as_for_uv(environ: dict[str, str], mirrors: tuple[str, ...]) -> None:
    assert mirrors_from_environment(environ) == mirrors
