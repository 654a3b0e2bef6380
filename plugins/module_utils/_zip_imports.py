# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports from the zip in which Ansible sends a module, in little more than half of the time.

Python keeps no bytecode of what it imports from a zip, and its `zipimport` compiles each file twice: first only to
learn the file's name, then to run it. Most of the time that a module needs to start goes into that.
"""

from __future__ import annotations


def compile_once() -> None:
    """Let `zipimport` keep what it compiled last, which it asks for again at once.

    The function is a private one of Python 3.8 and later. Where it is missing, everything works as before.
    """
    import zipimport
    from functools import lru_cache

    compiled = getattr(zipimport, "_get_module_code", None)
    if compiled is not None and not hasattr(compiled, "cache_info"):
        zipimport._get_module_code = lru_cache(maxsize=1)(compiled)  # type: ignore[attr-defined]
