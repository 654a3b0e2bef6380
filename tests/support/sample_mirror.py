# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mirror of sample builds: the public layout in a directory, its indexes beside it, and a server for it.

    python -m tests.support.sample_mirror DIRECTORY --release 20260101 --release 20260201 [--serve PORT]

makes

    DIRECTORY/TAG/NAME and DIRECTORY/TAG/SHA256SUMS
    DIRECTORY/python-build-standalone.ndjson
    DIRECTORY/uv-catalog.json
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import groupby
from pathlib import Path
from threading import Thread

from . import fake_builds
from .sample_builds import FLAVORS, SIZES, Sample, SampleSpec, make_sample
from .sample_indexes import sha256sums, uv_catalog, versions_ndjson
from .source_python import UnusableSource, find_source

NDJSON = "python-build-standalone.ndjson"
UV_CATALOG = "uv-catalog.json"


@dataclass(frozen=True)
class SampleMirror:
    """A mirror on disk."""

    directory: Path
    samples: tuple[Sample, ...]  # as ordered; their `path` is the file in the cache, not the mirror's

    @property
    def index(self) -> Path:
        """The versions NDJSON."""
        return self.directory / NDJSON

    @property
    def uv_catalog(self) -> Path:
        """The catalogue that uv reads from UV_PYTHON_DOWNLOADS_JSON_URL."""
        return self.directory / UV_CATALOG

    def archive(self, sample: Sample) -> Path:
        """The mirror's own copy of a sample, which a test may spoil."""
        return self.directory / sample.spec.release / sample.file_name

    @property
    def has_pip(self) -> bool:
        """Whether the samples have pip, as real builds do; Debian's Python, which they can be cut from, has none."""
        with tarfile.open(self.archive(self.samples[0])) as members:
            return any("/site-packages/pip/" in name for name in members.getnames())


def make_mirror(directory: Path, specs: Iterable[SampleSpec], cache: Path | None = None) -> SampleMirror:
    """Fill a directory with samples and their indexes. Raises what `make_sample` raises."""
    samples = tuple(make_sample(spec, cache) for spec in specs)
    mirror = SampleMirror(directory, samples)
    by_release = sorted(samples, key=lambda sample: sample.spec.release)
    for release, group in groupby(by_release, key=lambda sample: sample.spec.release):
        members = list(group)
        (directory / release).mkdir(parents=True, exist_ok=True)
        for sample in members:
            shutil.copyfile(sample.path, mirror.archive(sample))
        (directory / release / "SHA256SUMS").write_text(sha256sums(members))
    mirror.index.write_text(versions_ndjson(samples))
    mirror.uv_catalog.write_text(uv_catalog(samples))
    return mirror


def make_fake_mirror(directory: Path, releases: Iterable[str]) -> SampleMirror:
    """Fill a directory with one of `fake_builds` for each release, and their index.

    They install in a third of the time, for tests in which the interpreter is not the point.
    """
    target = find_source().triple
    fakes = [fake_builds.make(directory, release, target=target) for release in releases]
    mirror = SampleMirror(
        directory,
        tuple(
            Sample(SampleSpec(fake.release, target=target), fake_builds.VERSION, fake.archive, fake.sha256)
            for fake in fakes
        ),
    )
    mirror.index.write_text(versions_ndjson(mirror.samples))
    return mirror


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: the output belongs to the caller."""


@contextmanager
def serving(directory: Path, port: int = 0) -> Iterator[str]:
    """Serve a directory on loopback with Python's own server; yields the base URL, without a '/' at the end."""
    handler = partial(_QuietHandler, directory=str(directory))
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="sample_mirror", description="Make a mirror of sample builds.")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--release", action="append", required=True, metavar="TAG", help="may be given several times")
    parser.add_argument("--flavor", action="append", choices=FLAVORS, help="default: install_only_stripped")
    parser.add_argument("--python", default="", metavar="PATH", help="the Python to cut the samples from")
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--cache", type=Path, metavar="DIRECTORY", help="where samples are kept between runs")
    parser.add_argument("--serve", type=int, metavar="PORT", help="serve the mirror on 127.0.0.1 until interrupted")
    options = parser.parse_args(arguments)
    try:
        specs = [
            SampleSpec(release=release, flavor=flavor, size=options.size, python=options.python)
            for release in options.release
            for flavor in options.flavor or ["install_only_stripped"]
        ]
        mirror = make_mirror(options.directory, specs, options.cache)
    except (UnusableSource, RuntimeError, ValueError) as error:
        print(f"sample_mirror: {error}", file=sys.stderr)
        return 1
    for sample in mirror.samples:
        print(mirror.archive(sample))
    if options.serve is not None:
        with serving(options.directory, options.serve) as url:
            print(f"serving at {url}", flush=True)
            with suppress(KeyboardInterrupt):
                signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main())
