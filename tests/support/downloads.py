# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of downloads share: an archive on a mirror, a part file, and `fetch` without its pauses."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._download.download import Fetched, fetch
from ansible_collections.standalone.python.plugins.module_utils._errors import DownloadError
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions

CONTENT = hashlib.sha256(b"an archive").digest() * 3000  # 96,000 bytes
SHA256 = hashlib.sha256(CONTENT).hexdigest()
OTHER = b"another file"
_ADVICE = re.compile(
    "(?:Check that this host|The server was reached|Mount the directory|Correct that|Allow the address|Use `--become)"
    ".*, or fetch the file elsewhere and give it as `archive`[.]( If this host has no way out, .*)?"
)


@dataclass
class Downloads:
    """`mirror` holds `file` and `copy`, which are the archive, and `other`. `pauses` are those between tries."""

    directory: Path
    pauses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.mirror.mkdir()
        for name, content in {"file": CONTENT, "copy": CONTENT, "other": OTHER}.items():
            (self.mirror / name).write_bytes(content)

    @property
    def mirror(self) -> Path:
        return self.directory / "mirror"

    @property
    def part(self) -> Path:
        return self.directory / "file.part"

    def get(self, *urls: str, timeout: int = 5, options: UrlOptions | None = None, **given: Any) -> Fetched:
        return fetch(
            urls,
            **{"sha256": SHA256, **given},
            part_path=str(self.part),
            options=options or UrlOptions(timeout=timeout),
            sleep=self.pauses.append,
        )

    def reasons(self, *urls: str, retries: int = 0, **given: Any) -> str:
        """Why `get` fails: what the error says between its first sentence and its advice."""
        with pytest.raises(DownloadError) as caught:
            self.get(*urls, retries=retries, **given)
        message = str(caught.value)
        start = "The archive could not be downloaded. "
        assert message.startswith(start)
        advice = _ADVICE.search(message)
        assert advice
        assert advice.end() == len(message)
        return message[len(start) : advice.start()].rstrip()
