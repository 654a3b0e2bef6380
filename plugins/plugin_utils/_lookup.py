# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Code that both lookups share: it checks options, translates errors, reads the chosen builds, applies JMESPath."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ansible import constants
from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.standalone.python.plugins.module_utils._builds.request import BuildRequest, RequestedName
from ansible_collections.standalone.python.plugins.module_utils._builds.target import Target
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions

from ._controller_files import ControllerFiles
from ._defaults import rendered, require_known_variables
from ._index.reader import IndexOptions
from ._options import ADDRESSES, addresses, age_seconds, require_known


def take_options(lookup: LookupBase, variables: Mapping[str, Any] | None, direct: Mapping[str, Any]) -> ControllerFiles:
    """Set the options from `direct`, variables and configuration; the files that they can name.

    Raises `AnsibleLookupError` for unknown options. An empty text sets nothing, as none does: before ansible-core 2.19
    templates make the one of the other.
    """
    name = f"standalone.python.{type(lookup).__module__.rpartition('.')[2]}"
    with failing_as_lookup():  # Ansible ignores options that a lookup does not have
        known = constants.config.get_configuration_definitions("lookup", lookup._load_name)
        require_known(direct, {option: {} for option in known}, name, f"-t lookup {name}")
        require_known_variables(variables or {})
        given = variables or {}
        named = (one["name"] for definition in known.values() for one in definition.get("vars") or ())
        defaults = rendered(named, given, lookup._templar)
    search_path = given.get("ansible_search_path") or [lookup.get_basedir(given)]
    files = ControllerFiles(lookup._loader, search_path, given)
    set_ones = {option: value for option, value in direct.items() if value != ""}
    lookup.set_options(var_options=defaults, direct=files.located_in(set_ones))
    for option in known.keys() & {*ADDRESSES}:
        lookup.set_option(option, addresses(lookup.get_option(option)))
    return files


@contextmanager
def failing_as_lookup() -> Iterator[None]:
    """Turn a `StandaloneError` of the block into a failure of the lookup."""
    try:
        yield
    except StandaloneError as error:
        # Without causes, which Ansible would add to the message: they do not help the user, and can hold secrets.
        raise AnsibleLookupError(str(error)) from None


def request_of(name: str, options: Mapping[str, Any], target: str | None) -> BuildRequest:
    """The request from name, options and target. Raises `InvalidName` for an invalid name or target."""
    return BuildRequest(
        name=RequestedName.parse(name),
        flavor=options.get("flavor"),
        build_options=options.get("build_options"),
        target=str(Target.parse(target)) if target else None,
        prerelease=bool(options.get("prerelease")),
    )


def index_of(options: Mapping[str, Any], files: ControllerFiles) -> IndexOptions:
    """The index options, with credentials only for an index that the user names. Raises `InvalidName` for a bad age."""
    index = tuple(map(files.located_index, options.get("index") or ()))
    url_options = UrlOptions.from_params(options)
    return IndexOptions(
        index or None,
        url_options if index else url_options.without_credentials(),
        max_release_age_s=age_seconds(options.get("index_max_age"), "index_max_age"),
    )


def searched(expression: str, data: Any) -> Any:
    """The result of the expression. Raises `InvalidName` for invalid JMESPath, and when the library is missing."""
    try:
        import jmespath
        from jmespath.exceptions import JMESPathError
    except ImportError as error:
        raise StandaloneError(
            "The option query needs the Python package jmespath, which the Python that runs Ansible does not have. Run "
            f"{sys.executable} -m pip install jmespath, or leave query out and pick from the result."
        ) from error
    try:
        return jmespath.search(expression, data)
    except JMESPathError as error:
        words = " ".join(str(error).split())
        raise InvalidName(f"The query {expression!r} is not JMESPath: {words.rstrip('.')}. Correct it.") from error
