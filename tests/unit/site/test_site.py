# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which faults of a built site are found."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "site"))

import site_links


@pytest.mark.parametrize(
    ("pages", "complaints"),
    [
        ({"index.html": '<a href="a/b.html#x">', "a/b.html": '<p id="x"><a href="../index.html"></a>'}, []),
        ({"index.html": '<a href="https://example.com/nowhere">', "search.html": ""}, []),
        ({"index.html": '<a href="no.html">'}, ["index.html links to no.html, which does not exist."]),
        ({"index.html": '<img src="no.png">'}, ["index.html links to no.png, which does not exist."]),
        ({"index.html": '<a href="#x">'}, ["index.html links to #x, a page without that anchor."]),
        ({"index.html": "", "a.html": '<a href="index.html">'}, ["No link reaches a.html."]),
    ],
)
def test_faults_of_a_site(pages: dict[str, str], complaints: list[str], tmp_path: Path) -> None:
    for name, text in pages.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert site_links.complaints_about(tmp_path) == complaints


def test_links_of_the_pages_on_galaxy_become_absolute(tmp_path: Path) -> None:
    page = "[a](docs/a.md#b) [c](#c) [d](https://example.com/d) [a](docs/a.md#b)"
    (tmp_path / "roles" / "pull").mkdir(parents=True)
    (tmp_path / "galaxy.yml").write_text("repository: https://example.com/r\nversion: 1.2.3\n")
    (tmp_path / "README.md").write_text(page)
    (tmp_path / "roles" / "pull" / "README.md").write_text("[a](../../docs/a.md) [m](meta/main.yml)")
    site_links.make_absolute(tmp_path)
    absolute = "https://example.com/r/blob/1.2.3"
    assert (tmp_path / "README.md").read_text() == page.replace("(docs", f"({absolute}/docs")
    assert (tmp_path / "roles" / "pull" / "README.md").read_text() == (
        f"[a]({absolute}/docs/a.md) [m]({absolute}/roles/pull/meta/main.yml)"
    )


def test_the_index_lists_no_internal_plugins() -> None:
    import make_site

    index = """\
* :ansplugin:`build module <standalone.python.build#module>` -- Install a build
* :ansplugin:`links module <standalone.python.links#module>` -- Internal to the role interpreter, creates links

.. toctree::
    :maxdepth: 1
    :hidden:

    build_module
    links_module
"""
    text, internal = make_site.without_internal(index)
    assert [line.split()[1] for line in internal] == [":ansplugin:`links"]
    assert "links" not in text
    assert "    build_module\n" in text
