# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML in which each key of a mapping occurs once, without aliases and merge keys.

PyYAML uses the last of two values of one key, and a merge by git easily leaves two. Aliases and merge keys can expand a
small text to a huge document, and reviewers then do not see what it contains.
"""

from __future__ import annotations

from typing import Any


def load(text: str) -> Any:
    """Parse the document.

    Raises `yaml.MarkedYAMLError` with the position of the error, whose `note` is the reason when the text is valid YAML
    otherwise; `yaml.YAMLError` and `ValueError`.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _require_plain(node)
        return loader.construct_document(node)
    except (TypeError, AttributeError, LookupError, OverflowError) as error:  # a value that does not fit its tag
        raise ValueError(str(error)) from None
    finally:
        loader.dispose()


def _require_plain(root: Any) -> None:
    """Raise `yaml.MarkedYAMLError` for an alias, which is the same node in two places."""
    import yaml

    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            raise yaml.MarkedYAMLError(note="an alias refers to another place", problem_mark=node.start_mark)
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            _require_each_once([key for key, _value in node.value if isinstance(key, yaml.ScalarNode)])
            waiting += [part for pair in node.value for part in pair]


def _require_each_once(keys: list[Any]) -> None:
    import yaml

    seen: set[tuple[str, str]] = set()
    for key in keys:
        if (key.tag, key.value) in seen:
            raise yaml.MarkedYAMLError(note=f"the key {key.value} comes twice", problem_mark=key.start_mark)
        seen.add((key.tag, key.value))
