# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a requirements file of pip on the controller, with the files that it includes, for pip on a host.

Files that `-r` and `-c` name are inserted where they are included, as pip itself reads them, so that one text with
requirements and one with constraints suffice. Paths that only the controller has are refused before anything is done,
here and among the arguments of pip.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName

# As pip's own parser of these files: what is a comment, a URL, and an archive.
_COMMENT = re.compile(r"(^|\s+)#.*$")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_ARCHIVE = re.compile(r"\.(whl|zip|tar\.gz|tgz|tar|tar\.bz2|tbz|tar\.xz|txz|tlz|tar\.lz|tar\.lzma)$", re.IGNORECASE)
_FETCHED_EDITABLE = ("git+", "hg+", "svn+", "bzr+", "${")
_OPTIONS = {
    "-r": "--requirement",
    "-c": "--constraint",
    "-e": "--editable",
    "-f": "--find-links",
    "-i": "--index-url",
    "--pypi-url": "--index-url",
    "--extra-index-url": "--index-url",
    **{name: name for name in ("--requirement", "--constraint", "--editable", "--find-links", "--index-url")},
}
REQUIREMENTS = "requirements file"  # in messages
_INCLUDING = ("--requirement", "--constraint")

# Further options of `pip install` that name a file or directory, those for which pip knows ~, and others with a value.
_PATHS = (
    "--build", "--build-constraint", "--build-dir", "--build-directory", "--cache-dir", "--cert", "--client-cert",
    "--config-settings", "--group", "--local-log", "--log", "--log-file", "--prefix", "--python", "--report",
    "--requirements-from-script", "--root", "--source", "--source-dir", "--source-directory", "--src", "--target",
)  # fmt: skip
_WITH_PATH = {**_OPTIONS, "-b": "--build", "-t": "--target", "-C": "--config-settings", **dict(zip(_PATHS, _PATHS))}
_IN_HOME = ("--cache-dir", "--cert", "--client-cert", "--local-log", "--log", "--log-file")
_WITH_VALUE = (
    "--abi", "--exists-action", "--global-option", "--implementation", "--install-option", "--keyring-provider",
    "--no-binary", "--only-binary", "--platform", "--progress-bar", "--proxy", "--python-version",
    "--resume-retries", "--retries", "--root-user-action", "--timeout", "--trusted-host", "--upgrade-strategy",
    "--uploaded-prior-to", "--use-deprecated", "--use-feature",
)  # fmt: skip
_LETTERS = re.compile("-[UIVvqh]+(?=.)")  # without a value, before another in the same argument


@dataclass(frozen=True)
class Requirements:
    """The text of a requirements file, without lines that include files, and all constraints."""

    requirements: str
    constraints: str = ""

    @property
    def content(self) -> str:
        """All that was read, to compare with what was installed earlier."""
        return f"{self.requirements}\n# constraints\n{self.constraints}" if self.constraints else self.requirements


class _Line(NamedTuple):
    """A logical line: its first number, its physical lines, and its text without comments and continuations."""

    file: str
    number: int
    physical: list[str]
    text: str


def read_requirements(path: str, read: Callable[[str], str]) -> Requirements:
    """The requirements in the file at `path`, with those of the files that it includes.

    `read` returns the content of a file. Raises `InvalidName` for a line that a host cannot follow, with its number.
    """
    reader = _Reader(path, read)
    reader.add(path, "--requirement", ())
    texts = {kind: "\n".join(lines) for kind, lines in reader.lines.items()}
    return Requirements(texts["--requirement"], texts["--constraint"])


@dataclass
class _Reader:
    path: str
    read: Callable[[str], str]
    lines: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in _INCLUDING})
    known: set[tuple[str, str]] = field(default_factory=set)

    def add(self, path: str, kind: str, including: tuple[str, ...]) -> None:
        """Add the lines of a file to those of its kind; once, however often it is included."""
        real = os.path.realpath(path)
        if (real, kind) in self.known:
            return
        self.known.add((real, kind))
        for line in _logical_lines(path, self._text(path)):
            options, wanted = _parsed(line.text)
            self._require_whole(line, options)
            included = [(name, value) for name, value in options if name in _INCLUDING and not _is_fetched(value)]
            if not included:
                self._require_reachable(line, options, wanted)
                self.lines[kind] += line.physical
                continue
            if len(included) > 1:
                raise self._refusal(line, "includes several files, of which pip reads one. Write a line for each.")
            name, value = included[0]
            target = self._included(line, value)
            if os.path.realpath(target) in (*including, real):
                raise self._refusal(line, f"includes {value}, which includes this file again. Remove one of the lines.")
            self.add(target, name, (*including, real))

    def _text(self, path: str) -> str:
        text = self.read(path)
        if re.search("[\udc80-\udcff\0]", text):  # bytes that Ansible could not decode
            raise InvalidName(f"Cannot install the requirements in {self.path}: {path} is not UTF-8. Save it as UTF-8.")
        return text

    def _included(self, line: _Line, value: str) -> str:
        if "${" in value:
            raise self._refusal(
                line,
                "includes a file whose name has a variable, which pip would replace on the host. Files are read on the "
                "controller: write the name out.",
            )
        target = os.path.join(os.path.dirname(line.file), value)
        if value.startswith("file:") or not os.path.isfile(target):
            raise self._refusal(
                line,
                f"includes {value}, and the controller has no file {target}. Included files are read on the controller "
                "and sent along: put it there, or correct the line.",
            )
        return target

    def _require_whole(self, line: _Line, options: list[tuple[str, str]]) -> None:
        """Refuse abbreviated options, which pip accepts as long as it has no other option that begins so."""
        for name, whole in ((name, whole) for name, _value in options for whole in _OPTIONS if whole != name):
            if name not in _OPTIONS and whole.startswith(name):
                raise self._refusal(line, f"abbreviates an option to {name}. Write it out, as {whole}.")

    def _require_reachable(self, line: _Line, options: list[tuple[str, str]], wanted: str) -> None:
        """Refuse paths that pip would look for on the host."""
        editable = [value for name, value in options if name == "--editable"]
        paths = [value for value in editable if not value.startswith(_FETCHED_EDITABLE)]
        for path in [*paths, *([wanted] if _is_local(wanted) else [])]:
            raise self._refusal(
                line,
                f"names {_shown(path)}, but pip runs on the host, which lacks the controller's files. Serve the "
                "package by an index, or copy it to the host and give its directory there with --find-links.",
            )
        for name, value in options:
            is_place = name in ("--find-links", "--index-url")
            if is_place and not value.startswith(("/", "${")) and not _URL.match(value):
                raise self._refusal(
                    line,
                    f"gives {_shown(value)} to {name}, but pip runs on the host. Write a URL, or the path of a "
                    "directory on the host from the root.",
                )

    def _refusal(self, line: _Line, words: str) -> InvalidName:
        return InvalidName(f"Cannot install the requirements in {self.path}: line {line.number} of {line.file} {words}")


def require_arguments(arguments: Iterable[str], variable: str) -> None:
    """Raise `InvalidName` for a path among pip's arguments that pip would look for in a directory nobody knows.

    `variable` is the name of the variable that has them.
    """
    rest = iter(arguments)
    for given in rest:
        argument = _LETTERS.sub("-", given, count=1)
        name, has_value, value = argument.partition("=")
        if not argument.startswith("--"):
            name, has_value, value = argument[:2], argument[2:], argument[2:]
        whole = _WITH_PATH.get(name)
        if name.startswith("-") and (" " in name or value.startswith(" ")):
            raise _bad_argument(
                variable, name.split(" ")[0], "is followed by a space. Write its value as another item."
            )
        if whole:
            _require_rooted(name, whole, value if has_value else next(rest, ""), variable)
        elif name in _WITH_VALUE:
            _unused = value if has_value else next(rest, "")
        elif argument.startswith("--") and name not in ("--", "--pre"):
            meant = next((known for known in _WITH_PATH if known.startswith(name)), None)
            if meant:
                raise _bad_argument(variable, name, f"is an abbreviation. Write it out, as {meant}.")
        elif not argument.startswith("-") and _is_local(argument) and not argument.startswith("/"):
            raise InvalidName(f"Cannot install requirements: {variable} names {_shown(argument)}{_NOT_ROOTED}")


_NOT_ROOTED = (
    ", but pip runs on the host. Write the path on the host from the root, or a URL. A file of the "
    "controller is sent along if a line -r or -c of the requirements file names it."
)


def _require_rooted(name: str, whole: str, value: str, variable: str) -> None:
    """Raise `InvalidName` for the value of an option when it depends on a working directory."""
    if whole == "--config-settings":  # for the program that builds a package
        is_relative = value.partition("=")[2].startswith(("./", "../", "~"))
    elif whole == "--group":  # of pyproject.toml in the working directory, where no file is given
        is_relative = not value.startswith("/")
    elif whole == "--python":
        is_relative = "/" in value and not value.startswith("/")
    else:
        is_url = _URL.match(value) and not re.match("file:(?!/)", value)
        is_relative = not (value.startswith("/") or is_url or (whole in _IN_HOME and value.startswith("~")))
    if is_relative:
        raise _bad_argument(variable, name, f"names {_shown(value)}{_NOT_ROOTED}")


def _bad_argument(variable: str, argument: str, words: str) -> InvalidName:
    return InvalidName(f"Cannot install requirements: {argument} in {variable} {words}")


def _logical_lines(file: str, text: str) -> Iterator[_Line]:
    """The lines as pip joins them at backslashes; a comment ends a continuation."""
    physical: list[str] = []
    joined, first = "", 0
    lines = text.lstrip("\ufeff").splitlines()
    for number, line in enumerate(lines, 1):
        first = first if physical else number
        is_comment = _COMMENT.match(line) is not None
        is_continued = line.endswith("\\") and not is_comment
        is_last = number == len(lines)
        physical.append(line.rstrip("\\") if is_continued and is_last else line)  # it ends with its file
        joined += line.strip("\\") if is_continued else f" {line}" if is_comment else line
        if not is_continued or is_last:
            yield _Line(file, first, physical, _COMMENT.sub("", joined).strip())
            physical, joined = [], ""


def _parsed(text: str) -> tuple[list[tuple[str, str]], str]:
    """The options that this file knows, by their long names with their values, and the requirement before them.

    Of other long options there are only the names.
    """
    words = text.split(" ")
    count = next((number for number, word in enumerate(words) if word.startswith("-")), len(words))
    try:
        tokens = iter(shlex.split(" ".join(words[count:])))
    except ValueError:  # an open quote, for which pip has its own message
        tokens = iter(())
    options = []
    for token in tokens:
        name, has_value, value = token.partition("=") if token.startswith("--") else (token[:2], token[2:], token[2:])
        if name in _OPTIONS:
            options.append((_OPTIONS[name], value if has_value else next(tokens, "")))
        elif name.startswith("--") and name != "--":
            options.append((name, ""))
    return options, " ".join(words[:count]).strip()


def _is_fetched(value: str) -> bool:
    """Whether pip on the host fetches an included file."""
    return _URL.match(value) is not None and not value.startswith("file:")


def _is_local(wanted: str) -> bool:
    """Whether a requirement is a path, or a URL of one."""
    named, is_named, url = wanted.partition("@")
    source = (url if is_named and "/" not in named else wanted).partition(";")[0].strip()
    if _URL.match(source):
        return source.startswith("file:")
    source = re.sub(r"\[[^]]*\]$", "", source)
    is_path = "/" in source or source.startswith(".") or _ARCHIVE.search(source) is not None
    return is_path and not source.startswith("${")


def _shown(value: str) -> str:
    """The value for a message; a misspelt URL may hold a login."""
    return "a local path" if "@" in value or "?" in value else f"the local path {value}"
