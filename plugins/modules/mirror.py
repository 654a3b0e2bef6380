#!/usr/bin/python
# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mirror of chosen builds in a directory. Everything but the interface is in module_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: mirror
short_description: Keep a mirror of chosen python-build-standalone builds in a directory
version_added: 0.1.0
description:
  - Makes a directory hold the archives of the builds that are declared, in the public layout C(TAG/NAME), with a
    C(SHA256SUMS) for each release, a versions index and a catalogue for uv. By a web server or as a C(file://) address
    it is then O(standalone.python.build#module:index) and O(standalone.python.build#module:mirror) for hosts without
    internet, and the source of C(uv python install).
  - Every archive is verified before it gets its name. At each moment the indexes name only what is there, whole and
    with that digest. What is no longer declared is removed, after no index names it any more.
  - A run may be killed at any instant. The next one fetches no finished file again, and goes on with a broken one.
  - A run with nothing to do opens no archive. What is there is known by size and time.
  - Files in the directory that this module has not put there are left alone.
author:
  - The standalone.python authors (!UNKNOWN)
extends_documentation_fragment:
  - standalone.python.url
options:
  path:
    description:
      - The directory of the mirror, for example V(/srv/python). It must be absolute, or begin with V(~) for the home of
        the user on the host.
    type: str
    required: true
    aliases: [dest]
  state:
    description:
      - V(present) makes the mirror hold what is declared, and nothing else of its own.
      - V(absent) removes all that this module has put there, and the directory if nothing else is in it.
    type: str
    choices: [present, absent]
    default: present
  builds:
    description:
      - What the mirror is to hold. Each entry declares names, each of them for each of its targets and flavors.
      - With O(state=present), this or O(assets) is required.
    type: list
    elements: dict
    suboptions:
      names:
        description:
          - Names of builds, each of them as the option O(standalone.python.build#module:name) takes it. Write them in
            quotes. YAML takes V(3.10) without quotes for the number 3.1.
        type: list
        elements: str
        required: true
      targets:
        description:
          - The triples of the builds, for example V(x86_64-unknown-linux-gnu). A name that has no build for one of them
            is an error.
          - Without it, every target that the index has a build for, which is some twenty.
        type: list
        elements: str
      flavors:
        description:
          - Which forms of the builds. Without it, the one that a host gets that asks for none, which is the first of
            V(install_only_stripped), V(install_only) and V(full) that exists.
        type: list
        elements: str
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
      releases:
        description:
          - In how many of the newest releases to hold each build. The first is what a name stands for today, and the
            others are what it stood for before.
          - With V(1), a host that read the index a moment ago may ask for an archive that has just been removed. A
            controller keeps an index for an hour.
        type: int
        default: 2
  assets:
    description:
      - Pinned assets to hold beside O(builds), as returned by P(standalone.python.release#lookup). No index is read for
        them.
    type: list
    elements: dict
    suboptions:
      name:
        description: The asset's file name without C(.tar.gz) or C(.tar.zst).
        type: str
        required: true
      version:
        description: The version of Python.
        type: str
        required: true
      release:
        description: The release tag.
        type: str
        required: true
      target:
        description: The triple.
        type: str
        required: true
      flavor:
        description: The form of the build.
        type: str
        required: true
      build_options:
        description: The build options.
        type: str
        default: ''
      url:
        description: The address of the archive. O(mirror) is applied to it.
        type: str
        required: true
      sha256:
        description: The digest of the archive.
        type: str
        required: true
      prerelease:
        description: Whether the version is a pre-release.
        type: bool
  index:
    description:
      - Where names and digests come from, read on the controller only. A list is tried in order.
      - Each may be a versions index (NDJSON), a uv catalogue (JSON) or a C(SHA256SUMS) of one release, by address or
        as a file on the controller, or V(bundled) for the catalogue that comes with the collection. The index of
        another mirror will do.
      - Without it, the two public versions indexes. The variable C(standalone_python_index), its relatives in the
        environment and in C(ansible.cfg), and uv's variables do not count here. They say where hosts look, which is
        often this very mirror.
    type: list
    elements: str
  mirror:
    description:
      - Where the host of the mirror gets archives from, in place of
        C(https://github.com/astral-sh/python-build-standalone/releases/download). A list is tried in order. Another
        mirror will do, and a V(file://) address of a directory on that host.
      - Without it, the public mirror and the original. The variables of hosts and of uv do not count, as with O(index).
      - A wrong digest is never followed by a try at another address.
    type: list
    elements: str
  min_age:
    description:
      - Leaves out releases younger than this, for example V(7d), V(36h) or V(2w); a bare number counts days. A release
        is as old as the date in its tag.
    type: str
  index_max_age:
    description:
      - Refuses an index whose newest release is older, as for O(standalone.python.build#module:index_max_age).
    type: str
  bundles:
    description:
      - Whether to hold the provenance bundle of each archive as well, named as the archive with C(.sigstore.json) after
        it.
      - Another mirror has it beside the archive. For archives from the public addresses, the controller asks GitHub for
        it, which answers 60 questions an hour; to read the answer takes the Python package cramjam.
      - A bundle that is missing is asked for again by each run.
    type: bool
    default: false
  attestations:
    description:
      - Contents of bundles, by the SHA-256 digest of the archive, that need not be asked for. The controller fills in
        what GitHub has.
    type: dict
    default: {}
  parallel:
    description:
      - How many files are fetched, or read, at a time.
    type: int
    default: 4
  verify:
    description:
      - V(quick) takes a file for intact that has the size and the time that it had when it was verified.
      - V(full) reads every file. One that is damaged is fetched again.
    type: str
    choices: [quick, full]
    default: quick
  sealed:
    description:
      - An internal argument, which tasks cannot set. The action plugin puts into it all options that hold a secret, so
        that Ansible keeps them out of its logs and yet leaves the results as they are.
    type: str
attributes:
  check_mode:
    support: full
    description: >-
      Changes nothing, and tells what would be fetched and removed. How many bytes that is, it asks the source.
  diff_mode:
    support: full
    description: Lists the archives with their sizes, before and after.
  action:
    support: full
    description: An action plugin makes pinned assets of O(builds) on the controller, and runs the module once.
  async:
    support: none
    description: A run that was broken off is resumed by the next one.
  platform:
    support: full
    platforms: posix
    description: Hosts with Linux or macOS.
requirements:
  - "Controller: the requests library, to fetch an index."
  - "Host: Python 3.9 or newer."
notes:
  - The space for what is to be fetched is checked first. What is not declared any longer is removed only after the rest
    is there.
  - When files cannot be fetched, the others are, the indexes stay as they are, and the error names each of them.
seealso:
  - module: standalone.python.build
  - plugin: standalone.python.release
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Two minor versions for two kinds of hosts, in their two newest releases each
  standalone.python.mirror:
    path: /srv/python
    builds:
      - names: ["3.12", "3.13"]
        targets: [x86_64-unknown-linux-gnu, aarch64-unknown-linux-gnu]

- name: Stripped builds for all, and one debug build for those who look into crashes
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

- name: From another mirror, with its provenance bundles
  standalone.python.mirror:
    path: /srv/python
    index: https://mirror.example.com/python/python-build-standalone.ndjson
    mirror: https://mirror.example.com/python
    bundles: true
    builds:
      - names: ["3.13"]
        targets: [x86_64-unknown-linux-gnu]

- name: What one lookup chose, for every target that has it
  standalone.python.mirror:
    path: /srv/python
    assets: "{{ lookup('standalone.python.release', '3.13.5+20250723', all_targets=true) }}"

- name: Read every file and fetch anew what is damaged
  standalone.python.mirror:
    path: /srv/python
    verify: full
    builds:
      - names: ["3.12", "3.13"]
        targets: [x86_64-unknown-linux-gnu, aarch64-unknown-linux-gnu]

- name: Gone
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
  description: Where the indexes are, which hosts and uv read.
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
  description: Every archive that is declared, relative to the directory.
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
      description: Its size. Null in check mode where the source does not tell it.
      type: int
fetched_bytes:
  description: The size of all of them together, as far as it is known.
  returned: success
  type: int
sizes_unknown:
  description: How many of them have no known size.
  returned: success
  type: int
repaired:
  description: Those of the fetched archives in whose place other bytes were found.
  returned: success
  type: list
  elements: str
bundles:
  description: The provenance bundles that were added. Always empty in check mode.
  returned: success
  type: list
  elements: str
without_bundle:
  description: The archives that no bundle was found for, or in check mode, that one would be asked for.
  returned: success
  type: list
  elements: str
removed:
  description: The files that were removed, or would be, because they are not declared any more.
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

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argspec import MIRROR_ARGUMENTS
from ..module_utils._errors import StandaloneError
from ..module_utils._http.sealed import SEALED_ARGUMENTS, unsealed
from ..module_utils._mirror import apply
from ..module_utils._mirror.spec import MirrorSpec


def main() -> None:
    module = AnsibleModule(argument_spec={**MIRROR_ARGUMENTS, **SEALED_ARGUMENTS}, supports_check_mode=True)
    try:
        result = apply.run(MirrorSpec.from_params(unsealed(module.params)), check_mode=module.check_mode)
    except StandaloneError as error:
        module.fail_json(msg=str(error))
    for warning in result.pop("warnings", ()):
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
