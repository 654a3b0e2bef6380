# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of alternatives as dpkg and chkconfig write them."""

from __future__ import annotations

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._links.alternatives import Alternative, Follower, Group

DEBIAN = """\
auto
/usr/bin/pager
pager.1.gz
/usr/share/man/man1/pager.1.gz

/bin/more
50
/usr/share/man/man1/more.1.gz
/usr/bin/less
-77

"""

# As RHEL 9 has it for Python, with a family and an init script, which other groups there have.
RHEL = """\
manual
/usr/bin/python3
unversioned-python
/usr/bin/python
unversioned-python-man
/usr/share/man/man1/python.1.gz

/usr/bin/python3.9
@python39.x86_64@3900
/usr/bin/python3.9
/usr/share/man/man1/python3.1.gz
/usr/bin/python3.11
3110 some-service
/usr/bin/python3.11

"""

MAN = Follower("pager.1.gz", "/usr/share/man/man1/pager.1.gz", "/usr/share/man/man1/more.1.gz")
UNVERSIONED = ("unversioned-python", "/usr/bin/python")

READ = {
    "Debian, with a priority below zero": (
        DEBIAN,
        Group(
            "name",
            "/usr/bin/pager",
            (Alternative("/bin/more", 50, frozenset({MAN})), Alternative("/usr/bin/less", -77)),
        ),
    ),
    "RHEL, with family, service, and a follower that one lacks": (
        RHEL,
        Group(
            "name",
            "/usr/bin/python3",
            (
                Alternative(
                    "/usr/bin/python3.9",
                    3900,
                    frozenset(
                        {
                            Follower(*UNVERSIONED, "/usr/bin/python3.9"),
                            Follower(
                                "unversioned-python-man",
                                "/usr/share/man/man1/python.1.gz",
                                "/usr/share/man/man1/python3.1.gz",
                            ),
                        }
                    ),
                ),
                Alternative("/usr/bin/python3.11", 3110, frozenset({Follower(*UNVERSIONED, "/usr/bin/python3.11")})),
            ),
        ),
    ),
    "no follower": ("auto\n/usr/bin/x\n\n/bin/y\n1\n\n", Group("name", "/usr/bin/x", (Alternative("/bin/y", 1),))),
}

NOT_READ = {
    "empty": "",
    "cut after the mode": "auto\n",
    "a follower without link": "auto\n/usr/bin/x\nfollower",
    "cut before the priority": "auto\n/usr/bin/x\n\n/bin/y\n",
    "a priority that is no number": "auto\n/usr/bin/x\n\n/bin/y\nhigh\n",
    "cut before the paths of followers": "auto\n/usr/bin/x\nf\n/usr/bin/f\n\n/bin/y\n1",
}


def lines(text: str) -> list[str]:
    return text.split("\n")[:-1] if text.endswith("\n") else text.split("\n")


@pytest.mark.parametrize("case", READ)
def test_a_record_is_read(case: str) -> None:
    text, group = READ[case]
    assert Group.parse("name", lines(text)) == group


@pytest.mark.parametrize("case", NOT_READ)
def test_what_is_no_record_is_no_group(case: str) -> None:
    assert Group.parse("name", lines(NOT_READ[case])) is None


def test_a_choice_is_found_by_its_path() -> None:
    group = Group.parse("name", lines(DEBIAN))
    assert group
    assert group.choice("/usr/bin/less") == Alternative("/usr/bin/less", -77)
    assert group.choice("/usr/bin/most") is None
