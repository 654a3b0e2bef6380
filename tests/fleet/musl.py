# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host of busybox and musl, and a build for it: CPython from Debian's source, made once and kept like the roots."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tests.fleet.hosts import Host
from tests.fleet.roots import CACHE, RootUnavailable, only_maker
from tests.support.sample_archive import Member, write_tar_gz
from tests.support.sample_builds import Sample, SampleSpec, asset_name
from tests.support.source_files import NEVER, NEVER_NAMED

RECIPE = Path(__file__).with_name("musl_python.sh")
LOADER = Path("/lib/ld-musl-x86_64.so.1")
BUSYBOX = Path("/bin/busybox")
SPEC = SampleSpec(target="x86_64-unknown-linux-musl")
# Not in the sample, beside what no sample has: it takes libraries that this Python was made without.
WITHOUT = NEVER | {"idlelib", "turtledemo", "tkinter", "ensurepip"}

# Run on a Debian host: from then on, who logs in is in /musl and sees nothing else.
MOVE_IN = """
set -e
mkdir -p /musl/bin /musl/lib /musl/etc /musl/root /musl/tmp /musl/dev /musl/proc
for applet in $(/musl/bin/busybox --list); do
    [ "$applet" = busybox ] || ln -s busybox "/musl/bin/$applet"
done
mount --bind /dev /musl/dev
mount --bind /proc /musl/proc
usermod --shell /bin/sh root
cp /etc/passwd /etc/group /musl/etc/
echo "ChrootDirectory /musl" >>/etc/ssh/sshd_config
kill -HUP 1
"""


def make_musl_host(host: Host) -> None:
    """Turns a Debian host into one of busybox and musl, for each user that logs in. Raises `RootUnavailable`."""
    for program in (LOADER, BUSYBOX):
        if not program.exists():
            raise RootUnavailable(f"There is no {program} here: `make fleet` installs it on Debian, as root.")
        place = host.file(f"/musl{program}")
        place.parent.mkdir(parents=True)
        shutil.copy(program, place)
    host.enter("sh", "-c", MOVE_IN)


def obtain_sample() -> Sample:
    """The build, from the cache or made now, which takes a minute or two. Raises `RootUnavailable`."""
    recipe = hashlib.sha256(RECIPE.read_bytes() + Path(__file__).read_bytes()).hexdigest()[:16]
    directory = CACHE / f"musl-python-{recipe}"
    with only_maker("musl-python"):
        if not directory.exists():
            _make(directory)
    (archive,) = directory.iterdir()
    version = archive.name.partition("+")[0].removeprefix("cpython-")
    return Sample(SPEC, version, archive, hashlib.sha256(archive.read_bytes()).hexdigest())


def _make(directory: Path) -> None:
    for outdated in CACHE.glob("musl-python-*"):
        shutil.rmtree(outdated)
    with tempfile.TemporaryDirectory(prefix="musl-python.", dir=CACHE) as work:
        finished = subprocess.run([str(RECIPE), work], capture_output=True, text=True, check=False)
        if finished.returncode:
            last = "\n".join(finished.stderr.strip().splitlines()[-3:])
            raise RootUnavailable(f"No CPython could be made for musl:\n{last}")
        tree, ready = Path(work, "tree"), Path(work, "ready")
        header = (next(tree.glob("include/python3.*")) / "patchlevel.h").read_text()
        version = re.findall(r'PY_VERSION\s+"(.+)"', header)[0].rstrip("+")
        ready.mkdir()
        members = sorted(_members(tree), key=lambda member: member.name)
        write_tar_gz(ready / asset_name(SPEC, version), members, level=6)
        ready.rename(directory)


def _members(tree: Path) -> Iterator[Member]:
    yield Member("python/bin/python", link="python3")  # which builds have, and `make install` does not make
    for directory, directories, files in os.walk(tree):
        directories[:] = set(directories) - WITHOUT
        for file in files:
            path = Path(directory, file)
            member = Member(f"python/{path.relative_to(tree)}", executable=os.access(path, os.X_OK))
            if path.is_symlink():
                yield replace(member, link=os.readlink(path))
            elif not NEVER_NAMED.match(file) or file.startswith(("_sysconfigdata", "Makefile")):
                yield replace(member, content=path.read_bytes())
