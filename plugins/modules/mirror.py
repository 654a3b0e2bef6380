#!/usr/bin/python
# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mirror of chosen builds in a directory. Everything but the interface is in module_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: mirror
short_description: Keep a mirror of chosen Python builds in a directory
version_added: 0.1.0
description:
  - Makes a directory hold the archives of the builds that are declared, in the public layout C(TAG/NAME), with a
    C(SHA256SUMS) for each release, a versions index and a catalogue for uv. Served by a web server or used as a
    C(file://) address, it is a value for O(standalone.python.build#module:index) and
    O(standalone.python.build#module:mirror) on hosts without internet, and a source for C(uv python install).
  - Every archive is verified before it gets its name. At any moment the indexes list only complete archives with the
    right digest. Archives that are no longer declared are removed from the indexes first, then from the directory.
  - A run can be killed at any moment. The next run does not fetch finished files again, and resumes partial ones.
  - A run that changes nothing opens no archive. It compares size and time of each file.
  - Files in the directory that this module did not write are not changed.
author:
  - The standalone.python authors (!UNKNOWN)
extends_documentation_fragment:
  - standalone.python.asset.assets
  - standalone.python.attributes
  - standalone.python.attributes.changes
  - standalone.python.url
  - standalone.python.url.sealed
options:
  path:
    description:
      - The directory of the mirror, for example V(/srv/python). It must be absolute, once V(~) and variables such as
        V($HOME) have the values of the user on the host.
    type: str
    required: true
    aliases: [dest]
  state:
    description:
      - V(present) makes the mirror hold the declared builds, and removes other builds that this module fetched.
      - V(absent) removes all files that this module wrote, and the directory if it is then empty.
    type: str
    choices: [present, absent]
    default: present
  builds:
    description:
      - The builds that the mirror holds. Each entry declares names, each of them for each of its targets and flavors.
      - O(state=present) requires this or O(assets).
    type: list
    elements: dict
    suboptions:
      names:
        description:
          - Names of builds, each of them as the option O(standalone.python.build#module:name) takes it. Write them in
            quotes. Without quotes, YAML reads V(3.10) as the number 3.1.
        type: list
        elements: str
        required: true
      targets:
        description:
          - The triples of the builds, for example V(x86_64-unknown-linux-gnu). Fails if a name has no build for one of
            them.
          - Without it, every target that the index has a build for, which is about twenty.
        type: list
        elements: str
      flavors:
        description:
          - The forms of the builds. Without it, the form that hosts get by default, which is the first of
            V(install_only_stripped), V(install_only) and V(full) that exists.
        type: list
        elements: str
        choices: [install_only_stripped, install_only, full]
      build_options:
        description:
          - Build options as written in asset names, for example V(pgo+lto) or V(noopt). Without it, V(pgo+lto) is
            preferred to V(pgo), V(lto) and V(noopt).
        type: str
      prerelease:
        description:
          - Whether a name that does not state a pre-release may resolve to one.
        type: bool
        default: false
      releases:
        description:
          - The number of newest releases to hold each build of. The first is the current build of a name, and the
            others are its earlier builds.
          - With V(1), a host that has just read the index may request an archive that has been removed since. A
            controller keeps an index for an hour.
        type: int
        default: 2
  index:
    description:
      - The indexes to read names and digests from, on the controller only. A list is tried in order.
      - Each may be a versions index (NDJSON), a uv catalogue (JSON) or a C(SHA256SUMS) of one release, by address or as
        a file on the controller, or V(bundled) for the catalogue that comes with the collection. The index of another
        mirror is accepted, too.
      - Without it, the two public versions indexes. The variable C(standalone_python_index), the same setting in the
        environment and in C(ansible.cfg), and uv's variables are ignored here, since they often point hosts to this
        very mirror.
    type: list
    elements: str
  mirror:
    description:
      - The base URLs that the host of the mirror fetches archives from, instead of
        C(https://github.com/astral-sh/python-build-standalone/releases/download). A list is tried in order. Another
        mirror is accepted, and a V(file://) address of a directory on that host.
      - Without it, the public mirror and the original. The variables of hosts and of uv are ignored, as with O(index).
      - After a wrong digest, no other address is tried.
    type: list
    elements: str
  min_age:
    description:
      - Leaves out releases younger than this, for example V(7d), V(36h) or V(2w); a bare number counts days. The age of
        a release is counted from the date in its tag.
    type: str
  exclude:
    description:
      - Builds that the mirror must not hold, as for O(standalone.python.build#module:exclude). O(assets) are not
        affected.
    type: raw
  index_max_age:
    description:
      - Refuses an index whose newest release is older, as for O(standalone.python.build#module:index_max_age).
    type: str
  bundles:
    description:
      - Whether to hold the provenance bundle of each archive as well, under the name of the archive followed by
        C(.sigstore.json).
      - From another mirror, the bundle beside the archive is fetched. For archives from the public addresses, the
        controller requests it from GitHub, which answers 60 requests an hour; reading the response needs the Python
        package cramjam.
      - Each run requests missing bundles again.
    type: bool
    default: false
  attestations:
    description:
      - Contents of bundles, by the SHA-256 digest of the archive, that need not be requested. The controller adds those
        from GitHub.
    type: dict
    default: {}
  parallel:
    description:
      - The number of files to fetch or read at a time.
    type: int
    default: 4
  prepare:
    description:
      - Whether to keep a prepared copy beside each C(.tar.gz), which hosts take instead where they can read it. It has
        the same files with their bytecode, and is packed with zstandard. An installation from it takes a fraction of
        the processor time, since nothing is left to compile.
      - Each copy is made once, on the host of the mirror, which runs the build for that and needs what reads zstandard
        elsewhere. A build that cannot run there gets a copy without bytecode.
      - uv and other programs use the archives as before. Hosts verify that a copy holds the files of the archive, and
        fetch the archive if it does not.
    type: bool
    default: false
  prepare_level:
    description:
      - The level of compression of prepared copies, from V(1) to V(19). Higher levels make smaller copies and need more
        time for each, once. Copies of another level are made again.
    type: int
    default: 12
  verify:
    description:
      - V(quick) treats a file as intact if its size and time are those from when it was verified.
      - V(full) reads every file. Damaged files are fetched again.
    type: str
    choices: [quick, full]
    default: quick
attributes:
  check_mode:
    description: >-
      Changes nothing, and reports what would be fetched and removed. The sizes are requested from the source. Fails
      like a run where the directory may not be written or has too little space.
  diff_mode:
    description: Lists the archives with their sizes, before and after.
  action:
    support: full
    description: An action plugin resolves O(builds) to pinned assets on the controller, and runs the module once.
  async:
    support: none
    description: The next run resumes a run that was interrupted.
requirements:
  - "Controller: the requests library, to fetch an index."
  - "Host: Python 3.9 or newer."
notes:
  - The free space for the archives to fetch is checked first. Builds that are no longer declared are removed only after
    all others have been fetched.
  - If some files cannot be fetched, the others are still fetched, the indexes are not changed, and the error names each
    missing file.
seealso:
  - module: standalone.python.build
  - plugin: standalone.python.release
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Mirror two minor versions for two kinds of hosts, from their two newest releases each
  standalone.python.mirror:
    path: /srv/python
    builds:
      - names: ["3.12", "3.13"]
        targets: [x86_64-unknown-linux-gnu, aarch64-unknown-linux-gnu]

- name: Mirror stripped builds, and one debug build to analyze crashes
  standalone.python.mirror:
    path: /srv/python
    min_age: 7d
    builds:
      - names: ["3.13", "3.14", "3.14t"]
        targets: [x86_64-unknown-linux-gnu]
        releases: 3
      - names: ["3.13d"]
        targets: [x86_64-unknown-linux-gnu]
        releases: 1

- name: Mirror another mirror, with its provenance bundles
  standalone.python.mirror:
    path: /srv/python
    index: https://mirror.example.com/python/python-build-standalone.ndjson
    mirror: https://mirror.example.com/python
    bundles: true
    builds:
      - names: ["3.13"]
        targets: [x86_64-unknown-linux-gnu]

- name: Mirror builds, and prepare them once for the whole fleet
  standalone.python.mirror:
    path: /srv/python
    prepare: true
    builds:
      - names: ["3.13"]
        targets: [x86_64-unknown-linux-gnu]

- name: Mirror the result of one lookup, for every target that has it
  standalone.python.mirror:
    path: /srv/python
    assets: "{{ lookup('standalone.python.release', '3.13.5+20250723', all_targets=true) }}"

- name: Read every file and fetch damaged ones again
  standalone.python.mirror:
    path: /srv/python
    verify: full
    builds:
      - names: ["3.12", "3.13"]
        targets: [x86_64-unknown-linux-gnu, aarch64-unknown-linux-gnu]

- name: Remove the mirror
  standalone.python.mirror:
    path: /srv/python
    state: absent
"""

RETURN = r"""
path:
  description: The directory.
  returned: success
  type: str
  sample: /srv/python
indexes:
  description: The paths of the indexes that hosts and uv read.
  returned: success
  type: dict
  contains:
    versions:
      description: The versions index.
      type: str
      sample: /srv/python/python-build-standalone.ndjson
    uv:
      description: The catalogue for C(UV_PYTHON_DOWNLOADS_JSON_URL).
      type: str
      sample: /srv/python/uv-catalog.json
archives:
  description: Every declared archive, relative to the directory.
  returned: success
  type: list
  elements: str
  sample: [20250723/cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz]
fetched:
  description: The archives that were fetched, or would be.
  returned: success
  type: list
  elements: dict
  contains:
    file:
      description: The archive, relative to the directory.
      type: str
    size_bytes:
      description: Its size. Null in check mode if the source does not report it.
      type: int
fetched_bytes:
  description: The total of the sizes that are known.
  returned: success
  type: int
sizes_unknown:
  description: The number of archives whose size is not known.
  returned: success
  type: int
repaired:
  description: The fetched archives that replaced a file with wrong content.
  returned: success
  type: list
  elements: str
bundles:
  description: The provenance bundles that were added. Always empty in check mode.
  returned: success
  type: list
  elements: str
without_bundle:
  description: The archives without a bundle, or in check mode those for which one would be requested.
  returned: success
  type: list
  elements: str
prepared:
  description: The prepared copies that were made, or would be.
  returned: success
  type: list
  elements: str
removed:
  description: The files that were removed, or would be, because they are no longer declared.
  returned: success
  type: list
  elements: str
rewritten:
  description: The index files that were written or removed, or would be.
  returned: success
  type: list
  elements: str
diff:
  description: What is in the mirror before and after.
  returned: success
  type: dict
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._zip_imports import compile_once

compile_once()  # before the imports that it makes quicker

from ..module_utils._argspec import MIRROR_ARGUMENTS, SEALED_ARGUMENTS, unsealed
from ..module_utils._errors import StandaloneError
from ..module_utils._mirror import apply
from ..module_utils._mirror.spec import MirrorSpec


class _Module(AnsibleModule):
    def add_path_info(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Leave the result as it is: Ansible would expand variables in `path` to describe another file."""
        return kwargs


def main() -> None:
    module = _Module(argument_spec={**MIRROR_ARGUMENTS, **SEALED_ARGUMENTS}, supports_check_mode=True)
    try:
        result = apply.run(MirrorSpec.from_params(unsealed(module.params)), check_mode=module.check_mode)
    except StandaloneError as error:
        module.fail_json(msg=str(error))
    for warning in result.pop("warnings", ()):
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
