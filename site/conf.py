# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of Sphinx for the documentation site, which `site/make_site.py` builds."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from pygments.lexers.special import TextLexer

project = "standalone.python"
author = "the standalone.python authors"
copyright = "2026, the standalone.python authors"  # noqa: A001 - the name that Sphinx gives it

extensions = ["myst_parser", "sphinx_antsibull_ext", "sphinx_copybutton"]
exclude_patterns = ["demo.md", "roles/*/README.md"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
suppress_warnings = ["myst.header"]  # decisions begin with a heading of the second level
highlight_language = "none"
copybutton_prompt_text = r"\$ "
copybutton_prompt_is_regexp = True

html_theme = "furo"
html_title = "standalone.python"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True}

ANSIBLE = "https://docs.ansible.com/ansible/latest"
# Pages of Ansible's own documentation, which texts of antsibull-docs name by their labels.
LABELS = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}
PLUGIN = re.compile(r"ansible_collections\.(?P<namespace>\w+)\.(?P<name>\w+)\.(?P<page>\w+)")


def outside_reference(_app: Any, _env: Any, node: Any, content: Any) -> Any:
    """A link to Ansible's own documentation for a label that this site does not have; None for all others.

    Without it, each build would have to fetch the list of labels of that site.
    """
    label = node.get("reftarget", "")
    plugin = PLUGIN.match(label)
    if plugin and plugin["namespace"] != "standalone":
        page = f"collections/{plugin['namespace']}/{plugin['name']}/{plugin['page']}.html"
    elif label in LABELS:
        page = LABELS[label]
    else:
        return None
    reference = nodes.reference("", "", internal=False, refuri=f"{ANSIBLE}/{page}")
    reference += content
    return reference


def setup(app: Any) -> None:
    app.connect("missing-reference", outside_reference)
    app.add_lexer("mermaid", TextLexer)  # the diagram of the architecture stays readable text
