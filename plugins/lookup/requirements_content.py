# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requirements files with what they include. The decisions are in plugin_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
---
name: requirements_content
short_description: Internal to the role interpreter, reads requirements files with the files they include
version_added: 0.1.0
description:
  - Serves the role P(standalone.python.interpreter#role). Reads requirements files of pip on the controller, and in
    their place the files that their lines C(-r) and C(-c) name.
  - Fails for a line that pip could not follow on a host, such as C(-e .) or a wheel beside the file.
author:
  - The standalone.python authors (!UNKNOWN)
options:
  _terms:
    description: The files, found as those of the lookup P(ansible.builtin.file#lookup).
    type: list
    elements: str
    required: true
  faults:
    description: Whether to return what is wrong with the files in place of their content, and not to fail.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Show what pip on a host would read
  ansible.builtin.debug:
    msg: "{{ lookup('standalone.python.requirements_content', 'requirements.txt') }}"
"""

RETURN = r"""
_raw:
  description: For each file, the texts of its requirements and constraints. With O(faults) a message for each file that
    cannot be used.
  type: list
  elements: raw
  contains:
    requirements:
      description: The requirements, with those of included files.
      returned: always
      type: str
    constraints:
      description: The constraints, empty without any.
      returned: always
      type: str
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from ansible.plugins.lookup import LookupBase

from ansible_collections.standalone.python.plugins.plugin_utils._bytecode import keep_bytecode

keep_bytecode()  # before the imports that it makes quicker

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.plugin_utils._controller_files import ControllerFiles
from ansible_collections.standalone.python.plugins.plugin_utils._links.requirements_file import (
    REQUIREMENTS,
    read_requirements,
)
from ansible_collections.standalone.python.plugins.plugin_utils._lookup import failing_as_lookup, take_options


class LookupModule(LookupBase):
    """`standalone.python.requirements_content` as templates see it."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[Any]:
        files = take_options(self, variables, kwargs)
        names = [str(term) for term in terms]
        if self.get_option("faults"):
            return [fault for name in names for fault in _faults(name, files)]
        with failing_as_lookup():
            return [_content(name, files) for name in names]


def _content(name: str, files: ControllerFiles) -> dict[str, str]:
    return asdict(read_requirements(files.find(name, REQUIREMENTS), files.read))


def _faults(name: str, files: ControllerFiles) -> Iterator[str]:
    try:
        _content(name, files)
    except StandaloneError as error:
        yield str(error)
