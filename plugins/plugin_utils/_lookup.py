# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The edge of this collection's lookups: options are checked and errors translated here, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError


def take_options(lookup: LookupBase, variables: Mapping[str, Any] | None, direct: Mapping[str, Any]) -> None:
    """Sets the options that `direct`, variables and configuration give. Raises `AnsibleLookupError` for others."""
    lookup.set_options(var_options=variables, direct=direct)
    unknown = sorted(set(direct) - set(lookup.get_options()))
    if unknown:  # Ansible passes over what a lookup does not know
        raise AnsibleLookupError(f"The lookup has no option {', '.join(unknown)}. Correct or leave it out.")


@contextmanager
def failing_as_lookup() -> Iterator[None]:
    """Whatever the block raises on purpose fails the lookup."""
    try:
        yield
    except StandaloneError as error:
        # Without causes, which Ansible would add to the message: they are not for the user, and can hold secrets.
        raise AnsibleLookupError(str(error)) from None
