# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sample builds: archives in the exact shape of python-build-standalone's, made from a Python of this machine.

    sample = make_sample(SampleSpec(release="20260101"))
    sample.path, sample.sha256, sample.file_name

The version is that of the source Python, since the interpreter inside is real; releases differ in the release tag and
in what `_sample.RELEASE` says. Samples are kept in a cache folder and made once, for all callers.
"""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from . import sample_texts
from .sample_archive import write_tar_gz, write_tar_zst
from .sample_tree import full_members, prefix_members, with_broken_import
from .source_python import SourcePython, describe, find_source

DEFAULT_CACHE = Path(__file__).resolve().parents[2] / ".cache" / "samples"
FLAVORS = ("full", "install_only", "install_only_stripped")  # from the largest to the smallest
SIZES = ("small", "real")
DIGEST_FILE = "SHA256"

# The files that decide what a sample looks like: a change to one makes all samples again.
MAKERS: tuple[str, ...] = (
    "elf_runpath.py",
    "sample_archive.py",
    "sample_builds.py",
    "sample_filler.py",
    "sample_texts.py",
)
MAKERS += ("sample_tree.py", "source_files.py", "source_python.py")


@dataclass(frozen=True)
class SampleSpec:
    """What a sample shall be."""

    release: str = "20260101"
    flavor: str = "install_only_stripped"
    build_options: str = ""  # of a full archive, such as "pgo+lto" (its default), "debug"; else "" or "freethreaded"
    target: str = ""  # a triple; "" is the machine's own. Only the name changes, not the machine code
    size: str = "small"  # "small" is fast to make; "real" has the files, links and bytes of a real build
    ensurepip: bool = False  # whether a small one has what an environment gets its pip from, as a real one does
    pip: bool = True  # whether a small one has pip, as a real one does: a third of its files
    broken_import: str = ""  # a module of the standard library that shall fail to import
    python: str = ""  # path of the interpreter to cut it from; "" is the best of this machine

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\d{8}", self.release):
            raise ValueError(f"A release tag has eight digits, not {self.release!r}.")
        if self.flavor not in FLAVORS or self.size not in SIZES:
            raise ValueError(f"The flavor is one of {FLAVORS} and the size one of {SIZES}: {self}")
        if self.flavor != "full" and self.build_options not in ("", "freethreaded"):
            raise ValueError(f"Only a full archive is published with the build options {self.build_options!r}.")

    @property
    def published_options(self) -> str:
        """The build options as the asset's name has them."""
        return self.build_options or ("pgo+lto" if self.flavor == "full" else "")

    @property
    def abi_suffix(self) -> str:
        """'t' when free-threaded and 'd' when debug, as in `python3.13td`."""
        words = self.build_options.split("+")
        return ("t" if "freethreaded" in words else "") + ("d" if "debug" in words else "")


@dataclass(frozen=True)
class Sample:
    """A sample build on disk."""

    spec: SampleSpec  # with the target filled in
    version: str
    path: Path
    sha256: str

    @property
    def file_name(self) -> str:
        """The asset's name, with a literal '+'."""
        return self.path.name


def make_sample(spec: SampleSpec, cache: Path | None = None) -> Sample:
    """The sample for a spec, from the cache or made now.

    Raises `UnusableSource` when no Python here can be cut up, `RuntimeError` when zstd cannot be written.
    """
    source = describe(spec.python) if spec.python else find_source()
    spec = replace(spec, target=spec.target or source.triple)
    cache = cache or DEFAULT_CACHE
    recipe = _recipe(spec, source)
    directory = cache / recipe
    with _only_maker(cache, recipe):
        if not directory.exists():
            _make(spec, source, directory)
    digest = (directory / DIGEST_FILE).read_text()
    return Sample(spec, source.version, directory / asset_name(spec, source.version), digest)


def asset_name(spec: SampleSpec, version: str) -> str:
    """The file name under which upstream would publish this build (docs/development/builds.md 1.1, eras C and C+)."""
    words = [f"cpython-{version}+{spec.release}", spec.target, spec.published_options, spec.flavor]
    return "-".join(word for word in words if word) + (".tar.zst" if spec.flavor == "full" else ".tar.gz")


def _make(spec: SampleSpec, source: SourcePython, directory: Path) -> None:
    """Fill `directory` in one rename; what an earlier run left half-made is thrown away."""
    partial = directory.with_name(f".{directory.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    archive = partial / asset_name(spec, source.version)
    if spec.flavor == "full" or spec.target == source.triple:
        _write_archive(spec, source, archive)
    else:  # the same bytes under another name
        shutil.copyfile(make_sample(replace(spec, target=source.triple), directory.parent).path, archive)
    (partial / DIGEST_FILE).write_text(hashlib.sha256(archive.read_bytes()).hexdigest())
    partial.rename(directory)


def _write_archive(spec: SampleSpec, source: SourcePython, archive: Path) -> None:
    real = spec.size == "real"
    members = prefix_members(
        source,
        release=spec.release,
        abi_suffix=spec.abi_suffix,
        real_size=real,
        ensurepip=spec.ensurepip,
        pip=real or spec.pip,
        strip=not real or spec.flavor == "install_only_stripped",
    )
    if spec.broken_import:
        members = with_broken_import(members, source.minor, spec.broken_import)
    if spec.flavor == "full":
        facts = sample_texts.python_json(source, spec.target, spec.published_options, spec.abi_suffix)
        members = full_members(source, members, facts=facts, ballast_bytes=40_000_000 if real else 2_000_000)
    rooted = (replace(member, name=f"python/{member.name}") for member in members)
    if spec.flavor == "full":
        write_tar_zst(archive, rooted, level=10 if real else 1)
    else:
        write_tar_gz(archive, rooted, level=9 if real else 1)


def _recipe(spec: SampleSpec, source: SourcePython) -> str:
    """A key that changes with the spec, the source Python and the maker itself."""
    digest = hashlib.sha256(repr(astuple(replace(spec, python=""))).encode())
    for file in (source.executable, source.stdlib / "os.py", *source.stdlib.glob("_sysconfigdata_*.py")):
        state = file.stat()
        digest.update(f"{file} {state.st_size} {state.st_mtime_ns}".encode())
    for maker in MAKERS:
        digest.update(Path(__file__).with_name(maker).read_bytes())
    return digest.hexdigest()[:20]


@contextmanager
def _only_maker(cache: Path, recipe: str) -> Iterator[None]:
    """Hold the lock of one recipe, so that test workers at the same time make a sample once."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"{recipe}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
