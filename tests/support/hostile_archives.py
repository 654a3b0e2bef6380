# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One archive of every class that must be refused, each with the reason that the refusal gives.

`HOSTILE` maps a name to an archive. Every one begins with a member that is all right, so that none is refused just
for its beginning. The classes are those of CPython's and tokio-tar's tests for what once got out of an extraction,
and all others that the format can say and a build never does.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

from tests.support import tar_maker as tar
from tests.support.tar_maker import directory, gnu_name, gz, hard_link, link, member, pax, zst, zst_block

_GOOD = member("python/bin/python3.13", b"#!/bin/sh\n", mode=0o775)
_X = member("python/lib/x", b"x")


@dataclass(frozen=True)
class Hostile:
    """An archive as `data`, and the clause of the refusal that says why."""

    data: bytes
    reason: str

    def write(self, directory: Path, file_name: str = "cpython.tar.gz") -> Path:
        path = directory / file_name
        path.write_bytes(self.data)
        return path


def _gz(reason: str, *members: bytes, end: bytes = tar.END) -> Hostile:
    return Hostile(gz(_GOOD, *members, end=end), reason)


def _twice(path: str) -> str:
    return f'entry "{path}" comes twice'


def _link_reason(path: str, target: str, why: str) -> str:
    return f'entry "{path}" is a link to "{target}", which {why}'


_NOWHERE = "points to nothing in the build, or through another link"
_BREAKS_OFF = "it breaks off before its end"
_DAMAGED = "its compressed data are damaged"
_FOLLOWED = "something that does not belong to it follows its end"
_NO_HEADER = "it is damaged where the header of a member should be"

PATHS = {
    "absolute path": _gz('member "/etc/cron.d/x" has an absolute path', member("/etc/cron.d/x")),
    "parent path": _gz('member "../x" has a path with `..` in it', member("../x")),
    "parent path inside": _gz('member "python/../../x" has a path with `..` in it', member("python/../../x")),
    "parent path last": _gz('member "python/lib/.." has a path with `..` in it', member("python/lib/..")),
    "dot in the path": _gz(
        'member "python/./x" has a path with an empty part or a dot for a part', member("python/./x")
    ),
    "empty part in the path": _gz(
        'member "python//x" has a path with an empty part or a dot for a part', member("python//x")
    ),
    "file with a slash": _gz(
        'member "python/lib/" has a path with an empty part or a dot for a part', member("python/lib/")
    ),
    "no path": _gz('member "" has a path with an empty part or a dot for a part', member("")),
    "beside python/": _gz(
        'member "pythonx/y" is not below python/, where a build keeps everything', member("pythonx/y")
    ),
    "python itself a file": _gz(
        'member "python" is not below python/, where a build keeps everything', member("python")
    ),
    "absolute path by prefix": _gz('member "/etc/x" has an absolute path', member("x", prefix="/etc")),
    "absolute path by pax": _gz('member "/etc/x" has an absolute path', pax(("path", "/etc/x")), _X),
    "absolute path by long name": _gz('member "/etc/x" has an absolute path', gnu_name("/etc/x"), _X),
    "NUL in the path": _gz(
        "the path of a member holds a character that is not printable: 'python/a\\x00b'",
        pax(("path", "python/a\0b")),
        _X,
    ),
    "line feed in the path": _gz(
        "the path of a member holds a character that is not printable: 'python/a\\nb'", member("python/a\nb")
    ),
    "path not UTF-8": _gz("the path of a member is not UTF-8: 'python/\\xff'", member(b"python/\xff")),
    "path too long": _gz(
        "the path of a member is longer than 1,024 bytes: it begins 'python/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'",
        pax(("path", "python/" + "a" * 1200)),
        _X,
    ),
    "name too long": _gz(
        f'member "python/{"a" * 256}" has a name of more than 255 bytes', pax(("path", "python/" + "a" * 256)), _X
    ),
    "too deep": _gz(
        f'member "python/{"a/" * 80}x" is more than 64 directories deep', pax(("path", f"python/{'a/' * 80}x")), _X
    ),
}

TYPES = {
    "character device": _gz(
        'member "python/x" is a character device, which no build holds',
        member("python/x", kind=tar.CHARACTER_DEVICE),
    ),
    "block device": _gz(
        'member "python/x" is a block device, which no build holds', member("python/x", kind=tar.BLOCK_DEVICE)
    ),
    "fifo": _gz('member "python/x" is a named pipe, which no build holds', member("python/x", kind=tar.FIFO)),
    "contiguous file": _gz(
        'member "python/x" is a contiguous file, which no build holds', member("python/x", kind=b"7")
    ),
    "sparse file": _gz('member "python/x" is a sparse file, which no build holds', member("python/x", kind=b"S")),
    "sparse file by pax": _gz("it holds a sparse file, which no build does", pax(("GNU.sparse.major", "1")), _X),
    "unknown type": _gz(
        "member \"python/x\" is of the unknown type b'Z', which no build holds", member("python/x", kind=b"Z")
    ),
    "set-user-id": _gz(
        'member "python/x" has mode 4755, whose special bits no build has', member("python/x", mode=0o4755)
    ),
    "set-group-id": _gz(
        'member "python/x" has mode 2755, whose special bits no build has', directory("python/x", mode=0o2755)
    ),
    "sticky": _gz(
        'member "python/x" has mode 1777, whose special bits no build has', directory("python/x", mode=0o1777)
    ),
    "link with content": _gz(
        'member "python/x" is no file, and has 1 bytes of content all the same',
        member("python/x", b"x", kind=tar.LINK, target="bin"),
    ),
    "hard link out": _gz(
        'member "python/x" is a hard link to "/etc/shadow", which is not below python/',
        hard_link("python/x", "/etc/shadow"),
    ),
    "hard link to a parent": _gz(
        'entry "x" is a hard link to "../../x", which is no file before it',
        hard_link("python/x", "python/../../x"),
    ),
    "hard link to a later file": _gz(
        'entry "a" is a hard link to "lib/x", which is no file before it',
        hard_link("python/a", "python/lib/x"),
        _X,
    ),
    "hard link to a link": _gz(
        'entry "b" is a hard link to "a", which is no file before it',
        link("python/a", "bin/python3.13"),
        hard_link("python/b", "python/a"),
    ),
    "hard link to a directory": _gz(
        'entry "b" is a hard link to "bin", which is no file before it',
        hard_link("python/b", "python/bin"),
    ),
}

LINKS = {
    "absolute link": _gz(_link_reason("x", "/etc/passwd", "is absolute"), link("python/x", "/etc/passwd")),
    "link out": _gz(_link_reason("lib/x", "../../x", "leads out of the build"), link("python/lib/x", "../../x")),
    "link with a later parent": _gz(
        _link_reason("x", "bin/../../x", "has an empty part, a dot or a later `..`"), link("python/x", "bin/../../x")
    ),
    "link with a dot": _gz(
        _link_reason("x", "./bin", "has an empty part, a dot or a later `..`"), link("python/x", "./bin")
    ),
    "link to an empty target": _gz(
        _link_reason("x", "", "has an empty part, a dot or a later `..`"), link("python/x", "")
    ),
    "link to the root": _gz(_link_reason("bin/x", "..", _NOWHERE), link("python/bin/x", "..")),
    "dangling link": _gz(_link_reason("x", "nothing", _NOWHERE), link("python/x", "nothing")),
    "link to itself": _gz(_link_reason("x", "x", "only leads back to itself"), link("python/x", "x")),
    "link loop": _gz(_link_reason("a", "b", "only leads back to itself"), link("python/a", "b"), link("python/b", "a")),
    "link through a link": _gz(
        _link_reason("x", "l/python3.13", _NOWHERE), link("python/l", "bin"), link("python/x", "l/python3.13")
    ),
    "link through a later link": _gz(
        _link_reason("x", "z/python3.13", _NOWHERE), link("python/x", "z/python3.13"), link("python/z", "bin")
    ),
    # Normalised as text, d is `.`: by the file system, it is two directories above the tree.
    "link chain that climbs": _gz(
        _link_reason("d", "a/b/c/../../..", "has an empty part, a dot or a later `..`"),
        directory("python/a/b"),
        link("python/a/b/c", "../../bin"),
        link("python/d", "a/b/c/../../.."),
    ),
    "file through a link chain that climbs": _gz(
        'entry "d/out" is below "d", which is a link',
        directory("python/a/b"),
        link("python/a/b/c", "../../bin"),
        link("python/d", "a/b/c/../../.."),
        member("python/d/out", b"out"),
    ),
    "file through a link": _gz(
        'entry "l/x" is below "l", which is a link', link("python/l", "bin"), member("python/l/x", b"x")
    ),
    "file through a link out": _gz(
        'entry "l/x" is below "l", which is a link', link("python/l", "/tmp"), member("python/l/x", b"x")
    ),
    "directory through a link": _gz(
        'entry "l/x" is below "l", which is a link', link("python/l", ".."), directory("python/l/x")
    ),
    "target not UTF-8": _gz("the target of member \"python/x\" is not UTF-8: '\\xff'", link("python/x", b"\xff")),
    "target too long": _gz(
        'the target of member "python/x" is longer than 1,024 bytes: it begins '
        "'../../../../../../../../../../../../../.'",
        pax(("linkpath", "../" * 500)),
        link("python/x", ""),
    ),
}


def _realpath_limit_attack() -> list[bytes]:
    """CVE-2025-4517: links through so many directories that realpath does not resolve the rest."""
    part = "d" * 250
    steps = "abcdefghijklmnop"
    members, top = [], "python"
    for step in steps:
        members += [pax(("path", f"{top}/{part}")), directory("python/d"), *_long_link(f"{top}/{step}", part)]
        top = f"{top}/{part}"
    climb = "/".join(steps) + "/" + "l" * 254
    members += [*_long_link("python/" + climb, "../" * len(steps)), *_long_link("python/escape", climb + "/../../etc")]
    return [*members, hard_link("python/flag", "python/escape/flag"), member("python/flag", b"overwritten")]


def _long_link(path: str, target: str) -> list[bytes]:
    return [pax(("path", path), ("linkpath", target)), link("python/l", "l")]


ATTACKS = {
    "realpath limit": _gz(
        f"the path of a member is longer than 1,024 bytes: it begins 'python/{'d' * 33}'", *_realpath_limit_attack()
    ),
    # CVE-2025-4330: the text of the second link stays inside, its target does not.
    "exfiltration via symlink": _gz(
        _link_reason("escape", "link/link/../../link-here", "has an empty part, a dot or a later `..`"),
        link("python/escape", "link/link/../../link-here"),
        link("python/link", "./"),
    ),
    # CVE-2025-4330 again, by a hard link to a link that leaves.
    "exfiltration via hard link": _gz(
        'entry "x" is a hard link to "out/passwd", which is no file before it',
        link("python/out", "../../../../etc"),
        hard_link("python/x", "python/out/passwd"),
    ),
    # What we write next would go through it.
    "link in place of the receipt": _gz(
        'member "python/.build.json" has a name that only this collection gives to its files',
        link("python/.build.json", "bin/python3.13"),
    ),
    # CVE-2007-4559 by way of a directory that becomes a link.
    "directory replaced by a link": _gz(_twice("bin"), link("python/bin", "/tmp"), member("python/bin/x", b"x")),
}

DUPLICATES = {
    "file over a file": _gz(_twice("lib/x"), _X, _X),
    "file over a link": _gz(_twice("x"), link("python/x", "bin"), member("python/x", b"x")),
    "file over a directory": _gz(_twice("bin"), member("python/bin", b"x")),
    "link over a file": _gz(_twice("lib/x"), _X, link("python/lib/x", "../bin")),
    "link over a link": _gz(_twice("x"), link("python/x", "bin"), link("python/x", "lib")),
    "hard link over a file": _gz(_twice("lib/x"), _X, hard_link("python/lib/x", "python/bin/python3.13")),
    "directory over a file": _gz(_twice("lib/x"), _X, directory("python/lib/x")),
    "directory over a link": _gz(_twice("x"), link("python/x", "bin"), directory("python/x")),
    "file below a file": _gz('entry "lib/x/y" is below "lib/x", which is a file', _X, member("python/lib/x/y")),
}

HEADERS = {
    "wrong checksum": _gz(_NO_HEADER, member("python/x", checksum=1234)),
    "no magic": _gz(_NO_HEADER, member("python/x", magic=bytes(8))),
    "no number": _gz("a number in the header of a member is not one", member("python/x", size=b"12345678 xy")),
    "signed number": _gz("a number in the header of a member is not one", member("python/x", size=b"+0000000001")),
    "digit out of range": _gz("a number in the header of a member is not one", member("python/x", size=b"00000000009")),
    "negative number": _gz("a number in the header of a member is not one", member("python/x", size=b"\xff" * 12)),
    "huge file": _gz(
        'member "python/x" has 18,446,744,073,709,551,616 bytes, more than 2,147,483,648',
        member("python/x", size=b"\x80\0\0\1" + bytes(8)),
    ),
    "huge file by pax": _gz(
        'member "python/lib/x" has 99,999,999,999 bytes, more than 2,147,483,648', pax(("size", "99999999999")), _X
    ),
    "signed size by pax": _gz("a number in a pax header is not one", pax(("size", "-1")), _X),
    "endless number by pax": _gz("a number in a pax header is not one", pax(("size", "9" * 5000)), _X),
    "damaged pax": _gz("it has a damaged pax header", member("p", b"99 path=x\n", kind=tar.PAX), _X),
    "pax without a key": _gz("it has a damaged pax header", member("p", b"9 pathxx\n", kind=tar.PAX), _X),
    "pax with one key twice": _gz(
        "it gives a member's path twice in one pax header", pax(("path", "python/a"), ("path", "python/b")), _X
    ),
    "two pax headers": _gz("it has two extended headers of one kind before one member", pax(), pax(), _X),
    "two names": _gz(
        "it gives a member's path twice, and not the same", pax(("path", "python/a")), gnu_name("python/b"), _X
    ),
    "name with a NUL inside": _gz("it has a long name with a NUL inside", gnu_name("python/a\0b"), _X),
    "path for all": _gz("it gives one path to all of its members", pax(("path", "python/a"), kind=tar.PAX_GLOBAL), _X),
    "huge pax": _gz(
        "it has an extended header of more than 65,536 bytes", pax(("comment", "x" * 70_000), kind=tar.PAX_GLOBAL), _X
    ),
    "pax at the end": _gz("it ends after an extended header, where a member should be", pax(("path", "python/a"))),
}

ENDS = {
    "no end mark": _gz("it breaks off before the mark that ends a tar archive", _X, end=b""),
    "half an end mark": _gz("it breaks off before the mark that ends a tar archive", _X, end=bytes(512)),
    "lone zero block": _gz("it has only half of the mark that ends a tar archive", bytes(512), _X),
    "cut in a file": _gz(
        "it breaks off before the mark that ends a tar archive", member("python/x", size=9999), end=b""
    ),
    "member after the end mark": _gz(
        "something that does not belong to it follows the mark that ends a tar archive", tar.END, _X
    ),
    "endless zeros": _gz(
        "something that does not belong to it follows the mark that ends a tar archive", end=bytes(2 * 1024 * 1024)
    ),
    "nothing inside": Hostile(gz(), "it holds nothing below python/"),
    "only the root": Hostile(gz(directory("python/")), "it holds nothing below python/"),
}

_GZ = gz(_GOOD, _X)
_ZST = zst(_GOOD, _X)
_ZST_HEADER_BYTES = 4 + 1 + 8

STREAMS = {
    "web page": Hostile(
        b"\n<!DOCTYPE html><html>404</html>", "it is a web page or an XML document, not a .tar.gz or .tar.zst"
    ),
    "empty file": Hostile(b"", "it is empty"),
    "zip": Hostile(b"PK\x03\x04rest", "it begins with the bytes 50 4b 03 04, which no .tar.gz or .tar.zst does"),
    "no tar inside": Hostile(gzip.compress(b"text " * 400, mtime=0), _NO_HEADER),
    "gzip cut in the data": Hostile(_GZ[:-30], _BREAKS_OFF),
    "gzip cut in the checksum": Hostile(_GZ[:-6], _BREAKS_OFF),
    "gzip with a wrong checksum": Hostile(_GZ[:-8] + b"abcd" + _GZ[-4:], _DAMAGED),
    "gzip with a wrong size": Hostile(_GZ[:-4] + b"abcd", _DAMAGED),
    "gzip with damaged data": Hostile(_GZ[:40] + b"\xff" * 40 + _GZ[80:], _DAMAGED),
    "gzip and more": Hostile(_GZ + b"more", _FOLLOWED),
    "gzip and zeros": Hostile(_GZ + bytes(512), _FOLLOWED),
    "zstandard cut in the data": Hostile(_ZST[:-30], _BREAKS_OFF),
    "zstandard cut in the header": Hostile(_ZST[:7], _BREAKS_OFF),
    "zstandard and more": Hostile(_ZST + b"more", _FOLLOWED),
    "zstandard with a bad block": Hostile(_ZST[:_ZST_HEADER_BYTES] + zst_block(9, kind=3), _DAMAGED),
    "zstandard with damaged data": Hostile(_ZST[:_ZST_HEADER_BYTES] + zst_block(64, kind=2) + b"\xff" * 64, _DAMAGED),
    "zstandard with a dictionary": Hostile(
        _ZST[:4] + b"\x21\x07\x10", "it can only be decompressed with a dictionary, which no build needs"
    ),
    "zstandard with a huge window": Hostile(
        _ZST[:4] + b"\x00\xa0" + zst_block(0), "it needs a window of more than 128 MiB to be decompressed"
    ),
}

_JSON = member("python/PYTHON.json", b"{}")
_INSTALLED = member("python/install/bin/python3.13", b"x", mode=0o775)

FULL = {
    "full after the other kind": _gz(
        'member "python/install/bin/python3.13" belongs to a full archive, but the members before it do not', _INSTALLED
    ),
    "description late": _gz(
        'member "python/PYTHON.json" belongs to a full archive, but the members before it do not', _JSON
    ),
    "install a link": Hostile(
        gz(_JSON, link("python/install", "/tmp"), _INSTALLED), 'member "python/install" is no directory'
    ),
    "nothing installed": Hostile(gz(_JSON, member("python/build/x", b"x")), "it holds nothing below python/install/"),
    "hard link to ballast": Hostile(
        gz(_JSON, member("python/build/x", b"x"), hard_link("python/install/x", "python/build/x")),
        'member "python/install/x" is a hard link to "python/build/x", which is not below python/install/',
    ),
    "device in the ballast": Hostile(
        gz(_JSON, member("python/build/x", kind=tar.CHARACTER_DEVICE), _INSTALLED),
        'member "python/build/x" is a character device, which no build holds',
    ),
}

HOSTILE = {**PATHS, **TYPES, **LINKS, **ATTACKS, **DUPLICATES, **HEADERS, **ENDS, **STREAMS, **FULL}
