# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that the user names on the controller: their absolute path, their content, packed or not, and YAML in it."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from typing import Any

# The whole history of releases is about 10 MB in 2026. A file ten times larger is not such a document.
MAX_BYTES = 100 * 1024 * 1024
_MOST_UNPACKED = 10 * MAX_BYTES  # of all members of an archive
_LONGEST_NUMBER = 100  # characters; one in base 60 costs PyYAML minutes, and Python prints none of 4,301 digits
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
_TOO_LARGE = f"it is larger than {MAX_BYTES // 2**20} MiB when it is unpacked"


class UnknownHome(OSError):
    """A path begins with `~`, and the system knows no such home directory."""


class DamagedDocument(Exception):
    """A packed document cannot be unpacked; `str(error)` says why, as a clause."""


def local_path(path: str) -> str:
    """The absolute path of a file on the controller. A relative one is relative to the working directory.

    Raises `UnknownHome` where Python leaves a `~` as it is, so that no directory of that name is created, and `OSError`
    if the working directory was removed.
    """
    expanded = os.path.expanduser(path)
    if path.startswith("~") and not os.path.isabs(expanded):
        raise UnknownHome(errno.ENOENT, "the home directory that it names is unknown", path)
    return os.path.join(os.getcwd(), expanded) if not os.path.isabs(expanded) else expanded


def read_document(path: str) -> bytes:
    """The content of a regular file. Raises `OSError`, whose `strerror` is a clause, also for other kinds of files.

    A FIFO would wait for a writer, and a device such as `/dev/zero` never ends.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except ValueError:  # a NUL, or half a character
        raise OSError(errno.EINVAL, "its path holds a character that no file name has", path) from None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", path)
        content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise OSError(errno.EFBIG, f"it is larger than {MAX_BYTES // 2**20} MiB", path)
        return content


def unpacked(content: bytes, suffixes: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """The documents of a file: itself, what gzip packed, or the members of a zip archive that end in `suffixes`, but
    hidden ones.

    Each comes with its name in the archive, empty outside of one. Raises `DamagedDocument`.
    """
    if content.startswith(b"\x1f\x8b"):
        yield "", _inflated(content)
    elif content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from _members(content, suffixes)
    else:
        yield "", content


def _inflated(content: bytes) -> bytes:
    import gzip
    import io
    import zlib

    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            plain = stream.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        raise DamagedDocument("it is damaged, as gzip says") from None
    if len(plain) > MAX_BYTES:
        raise DamagedDocument(_TOO_LARGE)
    return plain


def _members(content: bytes, suffixes: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    import io
    import zipfile
    import zlib

    left = _MOST_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in sorted(archive.infolist(), key=lambda member: member.filename):
                name = member.filename.rpartition("/")[2]
                if name.startswith(".") or not name.lower().endswith(suffixes):
                    continue
                with archive.open(member) as stream:
                    plain = stream.read(min(MAX_BYTES, left) + 1)
                left -= len(plain)
                if len(plain) > MAX_BYTES or left < 0:
                    raise DamagedDocument(_TOO_LARGE)
                yield member.filename, plain
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError):
        raise DamagedDocument("it is damaged, as its zip directory or a checksum says") from None
    except (RuntimeError, NotImplementedError):  # a password, or another method
        raise DamagedDocument("it is encrypted, or packed by another method than zip's own") from None


def strict_yaml(text: str) -> Any:
    """Parse YAML in which each key of a mapping occurs once, without aliases, merge keys and endless numbers.

    PyYAML uses the last of two values of one key, and a merge by git easily leaves two. Aliases and merge keys can
    expand a small text to a huge document, and reviewers then do not see what it contains.

    Raises `yaml.MarkedYAMLError` with the position of the error, whose `note` is the reason when the text is valid YAML
    otherwise; `yaml.YAMLError` and `ValueError`.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _require_plain(node)
        return loader.construct_document(node)
    except (TypeError, AttributeError, LookupError, OverflowError) as error:  # a value that does not fit its tag
        raise ValueError(str(error)) from None
    finally:
        loader.dispose()


def _require_plain(root: Any) -> None:
    """Raise `yaml.MarkedYAMLError` for an alias, which is the same node in two places, and for an endless number."""
    import yaml

    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            raise yaml.MarkedYAMLError(note="an alias refers to another place", problem_mark=node.start_mark)
        seen.add(id(node))
        if node.tag in _NUMBERS and len(node.value) > _LONGEST_NUMBER:
            raise yaml.MarkedYAMLError(note="a number is too long", problem_mark=node.start_mark)
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            _require_each_once([key for key, _value in node.value if isinstance(key, yaml.ScalarNode)])
            waiting += [part for pair in node.value for part in pair]


def _require_each_once(keys: list[Any]) -> None:
    import yaml

    seen: set[tuple[str, str]] = set()
    for key in keys:
        if (key.tag, key.value) in seen:
            raise yaml.MarkedYAMLError(note=f"the key {key.value} comes twice", problem_mark=key.start_mark)
        seen.add((key.tag, key.value))
