# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pip printed on a host, without what may be secret in addresses: a login, a query, a fragment.

A host can print any text, so each word of it is taken apart and none is searched again and again.
"""

from __future__ import annotations

import re


def without_logins(printed: str) -> str:
    """The text with plain addresses."""
    return "".join(map(_plain, re.split(r"(\s+)", printed)))


def _plain(word: str) -> str:
    """The word without login, query and fragment.

    A login is left out up to the last @, since a password can hold an @ or a slash that is not escaped.
    """
    scheme, mark, rest = word.partition("://")
    server = rest.partition("/")[0]
    login = rest if ":" in server else server
    rest = rest[login.rfind("@") + 1 :]
    return word if not mark else scheme + mark + re.split("[?#]", rest, maxsplit=1)[0]
