# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A name resolved to a pinned asset, on the controller. Here are options and facts; the rest is in plugin_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
---
name: release
short_description: Resolve the name of a Python build to one pinned archive
version_added: 0.1.0
description:
  - Returns name, version, release, target, address and SHA-256 digest of the python-build-standalone archive that a
    name stands for, so that the same archive can be given to every host, kept in an inventory, or fetched by other
    means.
  - Everything happens on the controller. The index is kept in a cache, which all workers of a run share, so a further
    lookup takes a millisecond or two and no network.
author:
  - The standalone.python authors (!UNKNOWN)
extends_documentation_fragment:
  - standalone.python.url
options:
  _terms:
    description:
      - Names of builds, each of them as the option O(standalone.python.build#module:name) takes it, such as V(3.13),
        V(3.13t), V(3.13.5), V(3.13.5+20250723), V(3.15.0rc1), V(>=3.12,<3.14), V(latest), or the full name of an asset.
      - Write them in quotes. YAML takes V(3.10) without quotes for the number 3.1.
    type: list
    elements: str
    required: true
  target:
    description:
      - The triple of the build, for example V(aarch64-unknown-linux-gnu).
      - Without it, the target follows from the facts of the host in play, which must have been gathered. Facts do not
        tell everything, above all not the version of the C library, so M(standalone.python.build) looks more closely
        and can refuse what this lookup returns.
    type: str
  flavor:
    description:
      - Which form of the build. Without it, the first of V(install_only_stripped), V(install_only) and V(full) that
        exists.
    type: str
    choices: [install_only_stripped, install_only, full]
  build_options:
    description:
      - Build options as they stand in asset names, for example V(pgo+lto) or V(noopt). Without it, V(pgo+lto) is
        preferred to V(pgo), V(lto) and V(noopt).
    type: str
  prerelease:
    description:
      - Whether names that do not state a pre-release may be answered by one.
    type: bool
    default: false
  min_age:
    description:
      - Leaves out releases younger than this, for example V(7d), V(36h) or V(2w); a bare number counts days. A release
        is as old as the date in its tag. A name that pins a younger release is an error.
    type: str
  index:
    description:
      - Where names and digests come from. A list is tried in order, and the first that can be read answers alone.
      - Each may be a versions index (NDJSON), a uv catalogue (JSON) or a C(SHA256SUMS) of one release, by address or
        path, or V(bundled) for the catalogue that comes with the collection. The content tells the kind.
      - Without it, C(UV_PYTHON_DOWNLOADS_JSON_URL), then the two public versions indexes. When none can be reached the
        copy of the last run is used, with a warning, and when there is none, the bundled catalogue.
    type: list
    elements: str
    env:
      - name: ANSIBLE_STANDALONE_PYTHON_INDEX
    ini:
      - section: standalone_python
        key: index
    vars:
      - name: standalone_python_index
  mirror:
    description:
      - A base URL that takes the place of C(https://github.com/astral-sh/python-build-standalone/releases/download) in
        RV(_raw[].url). Of a list, the first does.
      - Without it, RV(_raw[].url) is the public address. C(UV_PYTHON_INSTALL_MIRROR) does not change it, because
        M(standalone.python.build) heeds that by itself when it fetches the asset.
    type: list
    elements: str
    env:
      - name: ANSIBLE_STANDALONE_PYTHON_MIRROR
    ini:
      - section: standalone_python
        key: mirror
    vars:
      - name: standalone_python_mirror
  all_targets:
    description:
      - Returns a list for each name, with one asset for each target that has an answer, in the order of the targets'
        names. Each is the best answer for its target, so versions differ where a target does not have the newest.
      - No facts are needed. With O(target), or a name that states its target, the list has one asset.
    type: bool
    default: false
  query:
    description:
      - A JMESPath expression, applied to what would be returned for each name, for example V(sha256), or, with
        O(all_targets=true), V([].target).
    type: str
notes:
  - The cache is in C($ANSIBLE_STANDALONE_PYTHON_CACHE), else in C($XDG_CACHE_HOME/standalone-python), else in
    C(~/.cache/standalone-python). A fetched index counts as current for an hour.
seealso:
  - module: standalone.python.build
requirements:
  - requests (Python library), to fetch an index
  - jmespath (Python library), for O(query)
"""

EXAMPLES = r"""
- name: The newest 3.13 for the host in play, whose facts were gathered
  ansible.builtin.debug:
    msg: "{{ lookup('standalone.python.release', '3.13') }}"

- name: One build, chosen once and installed on every host
  standalone.python.build:
    asset: "{{ lookup('standalone.python.release', '3.13.5+20250723', target='x86_64-unknown-linux-gnu') }}"
    path: /opt/python/3.13

- name: Only what has been out for a week, from the catalogue that comes with the collection
  ansible.builtin.debug:
    msg: >-
      {{ lookup('standalone.python.release', 'latest', target='aarch64-apple-darwin', min_age='7d', index='bundled') }}

- name: The digest alone
  ansible.builtin.debug:
    msg: "{{ lookup('standalone.python.release', '3.13.5', target='s390x-unknown-linux-gnu', query='sha256') }}"

- name: The addresses below a mirror, for every target that has 3.13.5
  ansible.builtin.debug:
    msg: >-
      {{ lookup('standalone.python.release', '3.13.5', all_targets=true, query='[].url',
                mirror='https://mirror.example.com/python-build-standalone') }}
"""

RETURN = r"""
_raw:
  description:
    - One asset for each name; with O(all_targets=true), a list of assets for each name; with O(query), what the
      expression yields.
    - An asset is what the option O(standalone.python.build#module:asset) takes.
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
      description: The build options in the name, joined by C(+); empty when it has none.
      type: str
      sample: ""
    url:
      description: Where the archive is.
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
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ansible_collections.standalone.python.plugins.module_utils._builds import Asset
from ansible_collections.standalone.python.plugins.module_utils._errors import StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._mirrors import candidate_urls
from ansible_collections.standalone.python.plugins.module_utils._names import Request
from ansible_collections.standalone.python.plugins.module_utils._platforms import HostPlatform
from ansible_collections.standalone.python.plugins.module_utils._targets import Target
from ansible_collections.standalone.python.plugins.module_utils._url_options import UrlOptions
from ansible_collections.standalone.python.plugins.module_utils._wanted import Wanted
from ansible_collections.standalone.python.plugins.plugin_utils._index_reader import IndexOptions
from ansible_collections.standalone.python.plugins.plugin_utils._jmespath import searched
from ansible_collections.standalone.python.plugins.plugin_utils._min_age import min_age_seconds
from ansible_collections.standalone.python.plugins.plugin_utils._resolve import resolve, resolve_for_all_targets

display = Display()


class LookupModule(LookupBase):
    """`standalone.python.release` as templates see it."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[Any]:
        self.set_options(var_options=variables, direct=kwargs)
        unknown = sorted(set(kwargs) - set(self.get_options()))
        if unknown:  # Ansible passes over what a lookup does not know
            raise AnsibleLookupError(f"The lookup has no option {', '.join(unknown)}. Correct or leave it out.")
        try:
            return [self._answer(str(term), variables or {}) for term in terms]
        except StandaloneError as error:
            # Without causes, which Ansible would add to the message: they are not for the user, and can hold secrets.
            raise AnsibleLookupError(str(error)) from None

    def _answer(self, name: str, variables: Mapping[str, Any]) -> Any:
        wanted = self._wanted(name)
        index = tuple(self.get_option("index") or ())
        url_options = UrlOptions.from_params(self.get_options())
        options = {
            # Credentials are for an index of the user's own.
            "index": IndexOptions(index or None, url_options if index else url_options.without_credentials()),
            "min_age_s": min_age_seconds(self.get_option("min_age")),
            "warn": display.warning,
        }
        if self.get_option("all_targets"):
            assets = resolve_for_all_targets(wanted, **options)
            return self._queried([self._as_dict(asset) for asset in assets])
        is_target_named = wanted.target is not None or wanted.request.target is not None
        platform = None if is_target_named else HostPlatform.from_facts(_facts(variables))
        return self._queried(self._as_dict(resolve(wanted, platform=platform, **options)))

    def _wanted(self, name: str) -> Wanted:
        target = self.get_option("target")
        return Wanted(
            request=Request.parse(name),
            flavor=self.get_option("flavor"),
            build_options=self.get_option("build_options"),
            target=str(Target.parse(target)) if target else None,
            prerelease=self.get_option("prerelease"),
        )

    def _as_dict(self, asset: Asset) -> dict[str, Any]:
        mirrors = self.get_option("mirror")
        return replace(asset, url=candidate_urls(asset.url, mirrors)[0] if mirrors else asset.url).as_dict()

    def _queried(self, answer: Any) -> Any:
        expression = self.get_option("query")
        return searched(expression, answer) if expression else answer


def _facts(variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """The facts by their own names, also where they are there as variables only, as in an inventory that sets them."""
    facts = variables.get("ansible_facts")
    if facts:
        return dict(facts)
    prefix = "ansible_"
    return {name[len(prefix) :]: value for name, value in variables.items() if name.startswith(prefix)}
