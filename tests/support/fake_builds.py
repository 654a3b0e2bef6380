# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives of a few kilobytes that install like a build, for tests in which the interpreter is not the point.

The interpreter is a shell script that starts the Python which runs the tests, so it is healthy and calls itself by that
version. A health check of zlib alone it answers itself, since starting Python is most of what an installation costs.
For the real thing see `sample_builds`.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

VERSION = ".".join(map(str, sys.version_info[:3]))
MINOR = ".".join(map(str, sys.version_info[:2]))
TARGET = "x86_64-unknown-linux-gnu"
GITHUB = "https://github.com/astral-sh/python-build-standalone/releases/download"

_MTIME = 1704067200
_INTERPRETER = f"""\
#!/bin/sh
[ "$1 $2 $3 $5" = "-I -B -c zlib" ] && echo {VERSION} && exit
exec "{os.path.realpath(sys.executable)}" "$@"
"""


@dataclass(frozen=True)
class FakeBuild:
    """One archive on disk, with what an asset says of it."""

    archive: Path
    name: str
    release: str
    sha256: str
    target: str = TARGET

    def asset(self, url: str | None = None) -> dict[str, str]:
        """The dictionary of `Asset.from_dict`."""
        return {
            "name": self.name,
            "version": VERSION,
            "release": self.release,
            "target": self.target,
            "flavor": "install_only_stripped",
            "build_options": "",
            "url": url or f"{GITHUB}/{self.release}/{self.archive.name.replace('+', '%2B')}",
            "sha256": self.sha256,
        }


def make(
    mirror: Path,
    release: str,
    *,
    extra: dict[str, str] | None = None,
    interpreter: str = "",
    without: str = "",
    target: str = TARGET,
) -> FakeBuild:
    """Writes `mirror/RELEASE/NAME.tar.gz`.

    `extra` adds files, `interpreter` is the text of another bin/pythonX.Y, `without` leaves out a path, `target` is
    what the build is named for, whatever it is.
    """
    files = {
        f"bin/python{MINOR}": interpreter or _INTERPRETER,
        f"bin/pip{MINOR}": "#!/bin/sh\n",
        f"lib/python{MINOR}/os.py": "NAME = 'os'\n",
        f"lib/python{MINOR}/json/__init__.py": f"RELEASE = {release!r}\n",
        f"lib/python{MINOR}/_sysconfigdata__linux_.py": "build_time_vars = {'prefix': '/install', 'CC': 'clang'}\n",
        f"lib/python{MINOR}/config-{MINOR}-x/Makefile": "prefix=\t/install\n",
        "lib/pkgconfig/python3.pc": "prefix=/install\n",
        f"lib/python{MINOR}/BUILD-NOTE": f"{release}\n",
        **(extra or {}),
    }
    files.pop(without, None)
    links = {"bin/python3": f"python{MINOR}", "bin/python": f"python{MINOR}"} if f"bin/python{MINOR}" in files else {}
    return _write(mirror, release, target, files, links)


def make_for_windows(mirror: Path, release: str) -> FakeBuild:
    """The same for a build in the layout of docs/development/builds.md 3.3, whose programs are no programs."""
    files = {
        "python.exe": "MZ\n",
        "pythonw.exe": "MZ\n",
        "python3.dll": "MZ\n",
        "Lib/os.py": "NAME = 'os'\n",
        "Scripts/.empty": "",
    }
    return _write(mirror, release, "x86_64-pc-windows-msvc", files, {})


def _write(mirror: Path, release: str, target: str, files: dict[str, str], links: dict[str, str]) -> FakeBuild:
    name = f"cpython-{VERSION}+{release}-{target}-install_only_stripped"
    archive = mirror / release / f"{name}.tar.gz"
    archive.parent.mkdir(parents=True, exist_ok=True)
    data = gzip.compress(_tar(files, links), compresslevel=1, mtime=0)
    archive.write_bytes(data)
    return FakeBuild(archive, name, release, hashlib.sha256(data).hexdigest(), target)


def _tar(files: dict[str, str], links: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in sorted({**files, **links}):
            member = tarfile.TarInfo(f"python/{path}")
            member.mtime, member.mode = _MTIME, 0o775 if path.startswith("bin/") else 0o664
            member.uname = member.gname = "root"
            if path in links:
                member.type, member.linkname = tarfile.SYMTYPE, links[path]
                tar.addfile(member)
            else:
                content = files[path].encode()
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()
