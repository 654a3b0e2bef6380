# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JMESPath expressions over what a plugin returns."""

from __future__ import annotations

from typing import Any

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StandaloneError


def searched(expression: str, data: Any) -> Any:
    """What the expression yields. Raises `InvalidName` for one that is not JMESPath, and when the library lacks."""
    try:
        import jmespath
        from jmespath.exceptions import JMESPathError
    except ImportError as error:
        raise StandaloneError(
            "The option query needs the Python library jmespath on the controller, beside ansible-core. Install it, or "
            "leave query out and pick from the result."
        ) from error
    try:
        return jmespath.search(expression, data)
    except JMESPathError as error:
        words = " ".join(str(error).split())
        raise InvalidName(f"The query {expression!r} is not JMESPath: {words}") from error
