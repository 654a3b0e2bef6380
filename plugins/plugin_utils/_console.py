# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What plugins of this collection show: warnings, progress lines and data, made readable here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from ansible.utils.display import Display

from ansible_collections.standalone.python.plugins.module_utils._readable import message, readable_lines


def warn(text: str) -> None:
    """Show a warning. It may quote text of indexes, servers and hosts."""
    Display().warning(message(text))


def say(text: str) -> None:
    """Show a line of progress."""
    Display().display(message(text))


def readable_data(value: Any, shown: Callable[[str], str] = readable_lines) -> Any:
    """A copy in which all texts are as `shown`: of lists, of mappings with their keys, and of dataclasses.

    Ansible keeps warnings and errors as dataclasses.
    """
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, Mapping):
        return {readable_data(key, shown): readable_data(content, shown) for key, content in value.items()}
    if isinstance(value, list):
        return [readable_data(content, shown) for content in value]
    if isinstance(value, tuple):
        return tuple(readable_data(content, shown) for content in value)
    if is_dataclass(value) and not isinstance(value, type):
        contents = {
            field.name: readable_data(getattr(value, field.name), shown) for field in fields(value) if field.init
        }
        return replace(value, **contents)
    return value
