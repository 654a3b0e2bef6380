# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._cache.private_directory import require_sealed, seal


def test_every_flipped_bit_and_every_cut_is_found(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"content of a database")
    file.chmod(0o600)
    seal(str(file))
    require_sealed(str(file))
    whole = file.read_bytes()
    damaged = [whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :] for place in range(len(whole))]
    for content in [*damaged, *(whole[:length] for length in range(len(whole))), whole + b"\0"]:
        file.write_bytes(content)
        with pytest.raises(OSError, match="is damaged"):
            require_sealed(str(file))
