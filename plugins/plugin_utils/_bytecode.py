# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports on the controller with bytecode, as Python does them elsewhere.

Ansible's own loader compiles each file of plugin_utils and module_utils again in each process that imports it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location

from ansible.utils.collection_loader import AnsibleCollectionConfig

_PLUGINS = __name__.rpartition(".plugin_utils.")[0]
_PACKAGES = (f"{_PLUGINS}.module_utils.", f"{_PLUGINS}.plugin_utils.")


def keep_bytecode() -> None:
    """Let Python import the files of this collection itself: it keeps their bytecode where it can and may write it.

    Its finder is put before Ansible's, and not first: ansible-test forbids that. Without Ansible's, nothing is to do.
    """
    theirs = AnsibleCollectionConfig.collection_finder
    if theirs in sys.meta_path and not any(isinstance(finder, _OwnFiles) for finder in sys.meta_path):
        sys.meta_path.insert(sys.meta_path.index(theirs), _OwnFiles())


class _OwnFiles(MetaPathFinder):
    """Finds the files in the packages of this collection. The packages themselves are left to Ansible."""

    def find_spec(self, name: str, path: Sequence[str] | None, _target: object = None) -> ModuleSpec | None:
        if path is None or not name.startswith(_PACKAGES):
            return None
        files = (os.path.join(directory, f"{name.rpartition('.')[2]}.py") for directory in path)
        file = next(filter(os.path.isfile, files), None)
        return spec_from_file_location(name, file) if file else None
