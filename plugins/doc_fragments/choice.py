# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options that choose builds."""

from __future__ import annotations


class ModuleDocFragment:
    """The choice between builds that satisfy a name, and the indexes to search; in another variant, that of lookups."""

    DOCUMENTATION = r"""
options:
  flavor:
    description:
      - The form of the build. Without it, the first of V(install_only_stripped), V(install_only) and V(full) that
        exists.
    type: str
    choices: [install_only_stripped, install_only, full]
  build_options:
    description:
      - Build options as written in asset names, for example V(pgo+lto) or V(noopt). Without it, V(pgo+lto) is preferred
        to V(pgo), V(lto) and V(noopt).
    type: str
  prerelease:
    description:
      - Whether a name that does not state a pre-release may resolve to one.
    type: bool
    default: false
  min_age:
    description:
      - Leaves out releases younger than this, for example V(7d), V(36h) or V(2w); a bare number counts days. The age of
        a release is counted from the date in its tag. Fails if the name pins a younger release.
    type: str
  exclude:
    description:
      - Builds that must not be chosen, for example because they failed on a host. A list, in which each is a release,
        V(20250807), a whole version, V(3.13.6), both, V(3.13.6+20250807), a full name, or a range of versions,
        V(>=3.13.0,<3.13.2), with its pre-releases. In a text, they are separated by commas.
      - A build that is installed already is not removed for it. Fails if all builds that satisfy the name are excluded.
      - The default is C(standalone_python_exclude). An empty list excludes nothing.
      - Releases that are known not to work, 20260320 and 20260325 for Linux with glibc, are never chosen, unless the
        name has the release; then a warning gives the reason.
    type: raw
    version_added: 0.1.0
  index:
    description:
      - The indexes to read names and digests from. A list is tried in order, and only the first that can be read is
        used.
      - Each may be a versions index (NDJSON), a uv catalogue (JSON) or a C(SHA256SUMS) of one release, by address or
        path, or V(bundled) for the catalogue that comes with the collection. The format is detected from the content.
      - Without it, C(UV_PYTHON_DOWNLOADS_JSON_URL) or C(UV_ASTRAL_MIRROR_URL), then the two public versions indexes. If
        none can be reached, the copy of the last run is used, with a warning, or without such a copy the bundled
        catalogue.
    type: list
    elements: str
  index_max_age:
    description:
      - Refuses an index whose newest release is older than this, for example V(45d), in the units of O(min_age). This
        detects an index that is no longer updated, or that an attacker holds back. It applies to the copy of the last
        run and the bundled catalogue too.
      - Without it, or with V(0), every age is accepted. An index that is older than in an earlier run, or older than
        the bundled catalogue, causes a warning in any case.
    type: str
"""

    # Lookups have no default of a task or an action plugin, so Ansible reads these from variables and configuration.
    LOOKUP = r"""
options:
  _terms:
    description:
      - Names of builds, each of them as the option O(standalone.python.build#module:name) takes it, such as V(3.13),
        V(3.13t), V(3.13.5), V(3.13.5+20250723), V(3.15.0rc1), V(>=3.12,<3.14), V(latest), or the full name of an asset.
      - Write them in quotes. Without quotes, YAML reads V(3.10) as the number 3.1.
    type: list
    elements: str
    required: true
  index:
    env:
      - name: ANSIBLE_STANDALONE_PYTHON_INDEX
    ini:
      - section: standalone_python
        key: index
    vars:
      - name: standalone_python_index
  index_max_age:
    env:
      - name: ANSIBLE_STANDALONE_PYTHON_INDEX_MAX_AGE
    ini:
      - section: standalone_python
        key: index_max_age
    vars:
      - name: standalone_python_index_max_age
  exclude:
    env:
      - name: ANSIBLE_STANDALONE_PYTHON_EXCLUDE
    ini:
      - section: standalone_python
        key: exclude
    vars:
      - name: standalone_python_exclude
  mirror:
    type: list
    elements: str
    env:
      - name: ANSIBLE_STANDALONE_PYTHON_MIRROR
    ini:
      - section: standalone_python
        key: mirror
    vars:
      - name: standalone_python_mirror
"""
