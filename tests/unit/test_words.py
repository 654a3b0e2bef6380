# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps words out of the prose of this repository for which the field has plainer ones.

Prose is Markdown outside of code and HTML comments; in Python comments, strings of several words and names of tests; in
YAML, scripts, templates and settings comments, names and texts. Code between backquotes is not prose.
"""

from __future__ import annotations

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

# The files that are held to this, by suffix.
SCOPE = (".md", ".py", ".yml", ".sh", ".j2", ".toml", ".cfg")

# Words as a regular expression, in which a blank is any white space, and what to write instead.
AVOIDED = {
    r"anew": "again, or the verb alone",
    r"mend(?:s|ed|ing)?": "repair, fix",
    r"(?<!\bit\s)(?<!\bthat\s)stands?(?! in for)|stood": "is, exists",
    r"lies|(?<!under)lying": "is in, is at",
    r"leads? to|led to|leading to": "points to, causes",
    r"(?:takes?|took|taken|taking) (?:\w+ )?for (?:a|an|the|one)": "mistakes for, treats as",
    r"lets? (?:\w+ )?go|letting (?:\w+ )?go": "releases, removes",
    r"bears?|bore": "supports, allows",
    r"so long": "until then",
    r"whoever": "the user, the operator",
    r"(?:is|are|was|were) to be": "must be, will be",
    r"a sentence|sentences": "a message",
    r"in the place of": "instead of",
    r"of (?:its|their|his|our|your) own": "its own, separate",
    r"played|playing|plays? (?:it|them|this|the|a|again)": "run",
    r"tells?|told|telling": "reports, shows, says",
    r"Pythons": "interpreters, builds",
}
WHITE_SPACE = r"\s+"
PATTERN = re.compile(
    "|".join(rf"(?P<w{number}>\b(?:{words.replace(' ', WHITE_SPACE)})\b)" for number, words in enumerate(AVOIDED)),
    re.IGNORECASE,
)
INSTEAD = list(AVOIDED.values())

# What may stay, and why.
ALLOWED = (
    r"tell(?:s|ing)?\s+(?:\w+\s+){0,6}?apart|told\s+apart",  # the idiom for distinguishing
    r"(?:tells?|told)\s+(?:\w+\s+){0,5}?from\b",  # the same
    r"What each name stands for",  # the first line of each lock file, which the guide shows as it is
)
NOT_PROSE = re.compile("|".join((r"`[^`\n]*`", r"<!--.*?-->", r"\b[OVRMPEI]\([^)]*\)", *ALLOWED)))
SELF = "tests/unit/test_words.py"  # has all these words


class Prose(NamedTuple):
    """A piece of text and the line that it starts in."""

    line: int
    text: str


def prose_of(name: str, text: str) -> Iterator[Prose]:
    if name.endswith(".md"):
        yield _markdown(text)
    elif name.endswith(".py"):
        yield from _python(text)
    else:
        yield from (Prose(number, line) for number, line in enumerate(text.splitlines(), 1) if _may_be_prose(line))


def _markdown(text: str) -> Prose:
    """The text with empty lines for code. Comments and names in code are prose."""
    lines, is_code = [], False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            is_code = not is_code
            lines.append("")
        else:
            is_shown = not is_code or line.lstrip().startswith(("#", "- name:"))
            lines.append(line if is_shown else "")
    return Prose(1, "\n".join(lines))


def _python(text: str) -> Iterator[Prose]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield Prose(token.start[0], token.string)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield Prose(node.lineno, node.value)
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield Prose(node.lineno, node.name.replace("_", " "))


def _may_be_prose(line: str) -> bool:
    """Whether a line of YAML, of a script or of a template can hold a comment, a name or a text."""
    return bool(re.search(r"#|name:|msg:|: [A-Z>'\"]|^\s+[-\w]+( \w+){2}", line))


def found_in(name: str, text: str) -> Iterator[str]:
    """The words to avoid in a file, as `name:line: word; write: others`."""
    for line, prose in prose_of(name, text):
        spoken = NOT_PROSE.sub(lambda match: re.sub(r"\S", "·", match[0]), prose)
        for match in PATTERN.finditer(spoken):
            instead = INSTEAD[int((match.lastgroup or "w0")[1:])]
            number = line + spoken.count("\n", 0, match.start())
            word = " ".join(match[0].split())
            yield f"{name}:{number}: {word!r}; write: {instead}"


def files() -> list[str]:
    """The files in scope that git tracks, or would, relative to the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no clone: git does not know its files")
    names = sorted(set(listed.stdout.splitlines()))
    return [name for name in names if name.endswith(SCOPE) and name != SELF and (REPOSITORY / name).is_file()]


# What the names of tasks and plays begin with: they say what happens.
VERBS = re.compile(
    "(?:Apply|Build|Check|Choose|Compare|Configure|Confirm|Continue|Create|Fail|Fetch|Find|Import|Inspect|Install|List|Lock"
    "|Look|Make|Mark|Note|Prune|Raise|Read|Record|Register|Reload|Remove|Report|Restart|Restore|Roll|Run|Serve|Set|Show"
    "|Sort|Start|Stop|Store|Test|Upgrade|Use|Wait|Write)\\b"
)
TASK_NAME = re.compile(r"^ *- name: (?P<name>[A-Z][^{\n]+)$", re.MULTILINE)


def test_names_of_tasks_begin_with_a_verb() -> None:
    directories = ("playbooks/", "roles/")
    texts = {
        name: (REPOSITORY / name).read_text("utf-8")
        for name in files()
        if name.startswith(directories) and name.endswith(".yml") and "/meta/" not in name and "/vars/" not in name
    }
    names = [match["name"] for text in texts.values() for match in TASK_NAME.finditer(text)]
    assert len(names) > 100
    assert [name for name in names if not VERBS.match(name)] == []


def test_prose_uses_the_words_of_the_field() -> None:
    names = files()
    assert "README.md" in names
    assert [found for name in names for found in found_in(name, (REPOSITORY / name).read_text("utf-8"))] == []


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("a.md", "Written anew.\n\n```\nanew\n```\n", ["a.md:1: 'anew'"]),
        ("a.md", "One\nwith a path of its\n  own.\n", ["a.md:2: 'of its own'"]),
        ("a.md", "```yaml\n- name: Played\n  told: 1\n# Whoever\n```\n", ["a.md:2: 'Played'", "a.md:4: 'Whoever'"]),
        ("a.md", "<!-- played: x -->\n`anew` and how to tell one from the other, or both apart.\n", []),
        ("a.md", "This takes it\nfor a link.", ["a.md:1: 'takes it for a'"]),
        (
            "a.py",
            '"""One line,\nthen it is told."""\nanew = "stands"  # whoever\n',
            ["a.py:3: 'whoever'", "a.py:2: 'told'"],
        ),
        ("a.py", "def test_what_stands_there():\n    stands = 1\n", ["a.py:1: 'stands'"]),
        ("a.yml", "- name: Mended\n  anew: 1\n  b: 1 # lies\n", ["a.yml:1: 'Mended'", "a.yml:3: 'lies'"]),
    ],
)
def test_only_prose_is_looked_at(name: str, text: str, found: list[str]) -> None:
    assert [each.partition(";")[0] for each in found_in(name, text)] == found
