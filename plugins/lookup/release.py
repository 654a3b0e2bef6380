# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A name resolved to a pinned asset, on the controller. Options and facts are here; the rest is in plugin_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
---
name: release
short_description: Resolve the name of a Python build to one pinned archive
version_added: 0.1.0
description:
  - Returns name, version, release, target, address and SHA-256 digest of the python-build-standalone archive for a
    name. With these, the same archive can be installed on every host, recorded in an inventory, or fetched by other
    means.
  - The lookup runs on the controller. The index is kept in a cache, which all workers of a run share, so a further
    lookup takes a few milliseconds and no network.
author:
  - The standalone.python authors (!UNKNOWN)
extends_documentation_fragment:
  - standalone.python.choice
  - standalone.python.choice.lookup
  - standalone.python.url
options:
  target:
    description:
      - The triple of the build, for example V(aarch64-unknown-linux-gnu).
      - Without it, the target is derived from the facts of the current host, which must have been gathered. Facts do
        not contain everything, for example the version of the C library, so M(standalone.python.build) inspects the
        host more closely and can refuse what this lookup returns.
    type: str
  mirror:
    description:
      - A base URL that replaces C(https://github.com/astral-sh/python-build-standalone/releases/download) in
        RV(_raw[].url). If a list is given, the first one is used.
      - Without it, RV(_raw[].url) is the public address. C(UV_PYTHON_INSTALL_MIRROR) does not change it, because
        M(standalone.python.build) applies that variable itself when it fetches the asset.
      - An empty list leaves the public address, whatever the default is. Each host then applies its own default to it.
  all_targets:
    description:
      - Returns a list for each name, with one asset for each target that has a match, sorted by target. Each is the
        best match for its target, so versions differ if a target does not have the newest one.
      - No facts are needed. With O(target), or a name that states its target, the list has one asset.
    type: bool
    default: false
  lock:
    description:
      - A lock file of the playbook C(standalone.python.lock), on the controller, searched for like other files of a
        play. The lookup then returns the asset that the lock has for the name and the target, and reads no index.
      - The lock must have the name exactly as written here. O(flavor) and O(build_options) must not contradict the
        build in the lock. O(prerelease) has no effect. Mutually exclusive with O(index), O(index_max_age),
        O(min_age) and O(exclude) as options of the lookup.
      - With O(all_targets=true), the list has all assets that the lock has for the name.
    type: str
  query:
    description:
      - A JMESPath expression, applied to the result for each name, for example V(sha256), or, with O(all_targets=true),
        V([].target).
    type: str
notes:
  - The cache is in C($ANSIBLE_STANDALONE_PYTHON_CACHE), else in C($XDG_CACHE_HOME/standalone-python), else in
    C(~/.cache/standalone-python). A fetched index is used for an hour.
seealso:
  - module: standalone.python.build
requirements:
  - requests (Python library), to fetch an index
  - jmespath (Python library), for O(query)
"""

EXAMPLES = r"""
- name: Show the newest 3.13 for the current host, whose facts were gathered
  ansible.builtin.debug:
    msg: "{{ lookup('standalone.python.release', '3.13') }}"

- name: Install one build on every host, chosen once
  standalone.python.build:
    asset: "{{ lookup('standalone.python.release', '3.13.5+20250723', target='x86_64-unknown-linux-gnu') }}"
    path: /opt/python/3.13

- name: Show the newest build that is at least a week old, from the bundled catalogue
  ansible.builtin.debug:
    msg: >-
      {{ lookup('standalone.python.release', 'latest', target='aarch64-apple-darwin', min_age='7d', index='bundled') }}

- name: Show only the digest
  ansible.builtin.debug:
    msg: "{{ lookup('standalone.python.release', '3.13.5', target='s390x-unknown-linux-gnu', query='sha256') }}"

- name: Show the addresses below a mirror, for every target that has 3.13.5
  ansible.builtin.debug:
    msg: >-
      {{ lookup('standalone.python.release', '3.13.5', all_targets=true, query='[].url',
                mirror='https://mirror.example.com/python-build-standalone') }}

- name: Show the asset that the lock has for one target
  ansible.builtin.debug:
    msg: "{{ lookup('standalone.python.release', '3.13', lock='python.lock.yml', target='x86_64-unknown-linux-gnu') }}"
"""

RETURN = r"""
_raw:
  description:
    - One asset for each name; with O(all_targets=true), a list of assets for each name; with O(query), the result of
      the expression.
    - An asset is a value for the option O(standalone.python.build#module:asset).
  type: list
  elements: dict
  contains:
    name:
      description: The asset's file name without C(.tar.gz) or C(.tar.zst).
      type: str
      sample: cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-install_only_stripped
    version:
      description: The version of Python.
      type: str
      sample: 3.13.5
    release:
      description: The release tag.
      type: str
      sample: "20250723"
    target:
      description: The target triple.
      type: str
      sample: x86_64-unknown-linux-gnu
    flavor:
      description: One of V(install_only_stripped), V(install_only) and V(full).
      type: str
      sample: install_only_stripped
    build_options:
      description: The build options in the name, joined by C(+); empty if it has none.
      type: str
      sample: ""
    url:
      description: The address of the archive.
      type: str
      sample: >-
        https://github.com/astral-sh/python-build-standalone/releases/download/20250723/cpython-3.13.5%2B20250723-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz
    sha256:
      description: The SHA-256 digest of the archive.
      type: str
      sample: f7ac16748be2674ec14df532a3e48d0c6f215017b537f14ca3feb837dbe86292
    prerelease:
      description: Whether the version is a pre-release.
      type: bool
      sample: false
    prepared:
      description: The digests of a prepared copy, if the index is that of a mirror that has one.
      returned: if there is a copy
      type: dict
      contains:
        sha256:
          description: The digest of the copy.
          type: str
        members_sha256:
          description: The digest of the members of the archive, which those of the copy must have.
          type: str
"""

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.standalone.python.plugins.plugin_utils._bytecode import keep_bytecode

keep_bytecode()  # before the imports that it makes quicker

from ansible_collections.standalone.python.plugins.module_utils._builds.build import Asset
from ansible_collections.standalone.python.plugins.module_utils._builds.request import BuildRequest
from ansible_collections.standalone.python.plugins.module_utils._download.mirrors import candidate_urls
from ansible_collections.standalone.python.plugins.module_utils._platform.facts import platform_of_facts
from ansible_collections.standalone.python.plugins.plugin_utils import _console
from ansible_collections.standalone.python.plugins.plugin_utils._controller_files import ControllerFiles
from ansible_collections.standalone.python.plugins.plugin_utils._index.clock import Clock
from ansible_collections.standalone.python.plugins.plugin_utils._lock.lock import Lock
from ansible_collections.standalone.python.plugins.plugin_utils._lookup import (
    failing_as_lookup,
    index_of,
    request_of,
    searched,
    take_options,
)
from ansible_collections.standalone.python.plugins.plugin_utils._options import age_seconds
from ansible_collections.standalone.python.plugins.plugin_utils._resolve.exclusion import parse_exclude
from ansible_collections.standalone.python.plugins.plugin_utils._resolve.resolve import resolve, resolve_for_all_targets

_NOT_WITH_LOCK = ("exclude", "index", "index_max_age", "min_age")


class LookupModule(LookupBase):
    """`standalone.python.release` as templates see it."""

    _files: ControllerFiles

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[Any]:
        self._files = take_options(self, variables, kwargs)
        superfluous = [option for option in _NOT_WITH_LOCK if kwargs.get(option)] if self.get_option("lock") else []
        if superfluous:  # the default index of all lookups is no conflict
            raise AnsibleLookupError(f"With lock, no index is read. Leave out {' and '.join(superfluous)}, or lock.")
        with failing_as_lookup():
            answer = self._from_lock if self.get_option("lock") else self._from_index
            return [self._queried(answer(str(term), variables or {})) for term in terms]

    def _from_index(self, name: str, variables: Mapping[str, Any]) -> Any:
        request = self._wanted(name)
        options: dict[str, Any] = {
            "index": index_of(self.get_options(), self._files),
            "min_age_s": age_seconds(self.get_option("min_age"), "min_age"),
            "warn": _console.warn,
            "exclude": parse_exclude(self.get_option("exclude")),
        }
        if self.get_option("all_targets"):
            return [self._as_dict(asset) for asset in resolve_for_all_targets(request, **options)]
        platform = None if request.named_target else platform_of_facts(_facts(variables))
        return self._as_dict(resolve(request, platform=platform, **options))

    def _from_lock(self, name: str, variables: Mapping[str, Any]) -> Any:
        request = self._wanted(name)
        lock = Lock.read(self._files.find(self.get_option("lock"), "lock"))
        if self.get_option("all_targets"):
            return [self._as_dict(self._released(asset)) for asset in lock.assets(request)]
        named = request.named_target
        targets = (named,) if named else platform_of_facts(_facts(variables)).targets()
        return self._as_dict(self._released(lock.asset(request, targets)))

    def _released(self, asset: Asset) -> Asset:
        """The asset. Raises `NoMatch` for a build with a release date in the future."""
        Clock.read(_console.warn).require_released(asset.build)
        return asset

    def _wanted(self, name: str) -> BuildRequest:
        return request_of(name, self.get_options(), self.get_option("target"))

    def _as_dict(self, asset: Asset) -> dict[str, Any]:
        mirrors = self.get_option("mirror")
        return asset._replace(url=candidate_urls(asset.url, mirrors)[0] if mirrors else asset.url).as_dict()

    def _queried(self, answer: Any) -> Any:
        expression = self.get_option("query")
        return searched(expression, answer) if expression else answer


def _facts(variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """The facts by their own names, also if they are only variables, as in an inventory that sets them."""
    facts = variables.get("ansible_facts")
    if facts:
        return dict(facts)
    prefix = "ansible_"
    return {name[len(prefix) :]: value for name, value in variables.items() if name.startswith(prefix)}
