#!/usr/bin/python
# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A named build at a host path. Everything but the interface is in module_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: build
short_description: Install Python at a path, as a build of python-build-standalone
version_added: 0.1.0
description:
  - Installs the exact CPython build that is requested at a path of the host, from the portable builds of
    python-build-standalone. The digest of the archive is verified before anything of it is written, the build is
    prepared and tested beside the path, and one rename switches the path to it.
  - A run that fails leaves the path unchanged. Earlier builds are kept, so that a rollback is one rename, too.
  - A run that changes nothing is one shell command on the host. It reads no index and uses no network.
author:
  - The standalone.python authors (!UNKNOWN)
extends_documentation_fragment:
  - standalone.python.asset
  - standalone.python.attributes
  - standalone.python.attributes.changes
  - standalone.python.choice
  - standalone.python.provenance
  - standalone.python.url
  - standalone.python.url.sealed
options:
  name:
    description:
      - The name of the build. V(3.13) is the newest final patch release of the minor version, V(3.13.5) the newest
        rebuild of that version, V(3.13.5+20250723) that one build. V(3.13t), V(3.13d) and V(3.13td) are free-threaded,
        debug, and both. V(3.15.0rc1) is a pre-release. V(>=3.12,<3.14) is a version specifier, V(latest) the newest
        version. The full name of any asset, old or new, is accepted as well.
      - Write it in quotes. Without quotes, YAML reads V(3.10) as the number 3.1.
      - Required unless O(state=absent) or O(asset) is given.
      - With O(archive) it identifies the build in the file, by version and release at least.
    type: str
  state:
    description:
      - V(present) accepts any intact build at O(path) that satisfies O(name) and that this host can run. Where given,
        O(target), O(flavor), O(build_options) and an O(cpu_level) other than V(auto) must fit, too.
      - V(latest) also moves to a newer patch release, and to a newer rebuild of the same version, which is how security
        fixes of the bundled libraries arrive. It never downgrades. If the index has no match, for example because of
        O(min_age), a build at O(path) that satisfies O(name) is kept, with a warning. A name with version and release
        has no newer match, so no index is read for it.
      - V(absent) removes the link at O(path) and every build that nothing else refers to and no process runs.
    type: str
    choices: [present, latest, absent]
    default: present
  path:
    description:
      - The path to install the interpreter at, for example V(/opt/python/3.13). It becomes a symbolic link into
        O(store).
      - This is the prefix of the build, so environments made from it follow an upgrade.
      - It must be absolute, once V(~) and variables such as V($HOME) have the values of the user on the host, as in
        every option of the type C(path), and must not begin with V(/install). With O(root) it has neither.
    type: str
    required: true
    aliases: [dest]
  store:
    description:
      - The directory that holds the builds. The default is V(.builds) beside O(path), which all paths in the same
        directory share.
    type: str
  root:
    description:
      - A directory on the host to treat as the root of the system, such as the tree of an image that is not running.
        O(path) and O(store) are given as they will be when it runs, and links are resolved inside the directory.
        Without O(target), the platform is read from files in the directory. O(owner) and O(group) are looked up in its
        users and groups. The directory must exist. O(archive) with O(remote_src), and files in the URL options, are
        files of the host.
      - The same request makes the same tree, for every user and at any time. All files carry one time, that of
        C(SOURCE_DATE_EPOCH) in the environment of the task or the controller, or else midnight (UTC) of the day in the
        release tag; bytecode is validated by the hash of its source.
      - The new interpreter is tested in a chroot, if it can run on this host. RV(health) reports whether it was.
      - With O(target), builds for Windows and macOS can be installed as well.
      - See the page on images in the guide.
    type: str
  flavor:
    description:
      - The form of the build. Without it, the first of V(install_only_stripped), V(install_only) and V(full) that
        exists. Debug builds exist as V(full) only.
  build_options:
    description:
      - Build options as written in asset names, for example V(pgo+lto) or V(noopt). Except for V(freethreaded), only
        the names of V(full) archives have them. Without it, V(pgo+lto) is preferred to V(pgo), V(lto) and V(noopt).
  target:
    description:
      - The triple of the build, for example V(x86_64-unknown-linux-musl). Without it, the host's own.
      - A build that the host cannot run is refused before any download. Without O(target), such a build at O(path) is
        replaced, and the diff gives the reason.
    type: str
  cpu_level:
    description:
      - The x86-64 level of the build. V(baseline) runs on every processor. V(auto) selects the highest level of this
        host's processor. Do not use it where virtual machines move between hosts.
      - Has no effect on other architectures, or where O(target) or O(name) states the target. With O(root), the
        processor is not known and V(auto) means V(baseline).
    type: str
    choices: [baseline, auto, v2, v3, v4]
    default: baseline
  index:
    description:
      - The indexes to read names and digests from, on the controller only. A list is tried in order.
      - Each may be a versions index (NDJSON), a uv catalogue (JSON) or a C(SHA256SUMS) of one release, by address or as
        a file on the controller, or V(bundled) for the catalogue that comes with the collection. The format is detected
        from the content.
      - Without it, the variable C(standalone_python_index), C(ANSIBLE_STANDALONE_PYTHON_INDEX) on the controller, or
        C(index) in the section C(standalone_python) of C(ansible.cfg), as for P(standalone.python.release#lookup). Then
        C(UV_PYTHON_DOWNLOADS_JSON_URL) or C(UV_ASTRAL_MIRROR_URL), then the two public versions indexes. If none can be
        reached, the copy of the last run is used, with a warning, or without such a copy the bundled catalogue.
      - In the same three places, C(standalone_python_index_max_age), C(ANSIBLE_STANDALONE_PYTHON_INDEX_MAX_AGE) and
        C(index_max_age) give the default of O(index_max_age).
  lock:
    description:
      - A lock file of the playbook C(standalone.python.lock), on the controller, searched for like other files of a
        play or role. No index is read then, and O(path) gets the exact build that the lock has for O(name) and the
        host's target, the same on every host until the lock changes. An older or newer build at O(path) is replaced,
        even if it satisfies O(name).
      - The lock must have O(name) exactly as written here. O(state=latest) means the same as O(state=present).
      - O(target) or O(cpu_level), if given, determine the host's target. The task fails if the lock does not have that
        target. O(flavor) and O(build_options) must not contradict the build in the lock. O(prerelease) has no effect.
      - Mutually exclusive with O(index), O(index_max_age), O(min_age), O(exclude), O(checksum), O(asset) and
        O(archive). The defaults of O(index), O(index_max_age) and O(exclude) in variables, environment and
        C(ansible.cfg) are ignored.
    type: path
  mirror:
    description:
      - The base URLs to fetch archives from, instead of
        C(https://github.com/astral-sh/python-build-standalone/releases/download), with the same directories below it. A
        list is tried in order.
      - O(delivery) determines whether the host or the controller fetches. A V(file://) mirror is on the host with
        V(pull), on the controller with V(push), and with V(auto) on the host and then on the controller.
      - Without it, the variable C(standalone_python_mirror), C(ANSIBLE_STANDALONE_PYTHON_MIRROR) on the controller, or
        C(mirror) in the section C(standalone_python) of C(ansible.cfg). Then C(UV_PYTHON_INSTALL_MIRROR) or
        C(UV_ASTRAL_MIRROR_URL), then the public mirror and the original.
      - A wrong digest fails the task. No other address is tried then.
    type: list
    elements: str
  archive:
    description:
      - An archive to install instead of fetching one. The file may have any name; O(name) identifies the build.
      - On the controller, unless O(remote_src=true). Requires O(checksum).
      - It is sent to the host when it is needed, regardless of O(delivery). For a build that may have drifted, as with
        O(verify=full), the module checks the build first, and the archive is sent only for a repair.
    type: path
  remote_src:
    description:
      - Whether O(archive) is on the host already.
    type: bool
    default: false
  checksum:
    description:
      - The SHA-256 digest of the archive, as V(sha256:) and 64 hexadecimal digits, or the digits alone.
      - Without O(archive), the chosen build must have this digest. It also allows a build for which the index has no
        digest.
    type: str
  delivery:
    description:
      - How the archive gets to the host. V(pull) lets the host fetch it.
      - With V(push) the controller fetches it into its own cache, once for all hosts, sends it over the connection of
        the task and removes it from the host afterwards. The host needs no internet access.
      - With V(auto) the host tries to fetch it, and gives up on a connection after five seconds. If an address cannot
        be reached, is overloaded or drops the connection, the controller sends the archive as with V(push). A refusal,
        such as C(404), and a wrong digest are errors.
      - In check mode nothing is fetched and nothing sent, and the result is the same for all three.
    type: str
    choices: [pull, push, auto]
    default: pull
  keep:
    description:
      - How many earlier builds of this path to keep in the store for a rollback.
      - A build that a process still runs is always kept.
    type: int
    default: 1
  owner:
    description:
      - The user that owns the build's files, by name or number. A build at O(path) with another owner is replaced by
        the newest one that satisfies O(name), which may be the same one.
      - Without it, a build at O(path) is accepted with any owner, and a new one belongs to the user that runs the task.
    type: str
  group:
    description:
      - The group of the build's files, by name or number. The same rules apply as for O(owner).
    type: str
  capabilities:
    description:
      - The file capabilities of the interpreter, each as for C(setcap), such as V(cap_net_raw+ep). They are set on each
        build that is installed at O(path), so that no upgrade and no repair loses them.
      - Without this option, the capabilities of the build at O(path) are kept, and a first build has none. An empty
        list takes them away. A change replaces the build, as with O(owner).
      - Everyone who may run the interpreter has these capabilities. Use them with O(owner), O(group) and a directory
        that others cannot enter, or rather with C(AmbientCapabilities) of a systemd service.
      - For users other than root, the loader then ignores E(LD_LIBRARY_PATH), and C($ORIGIN) in the path by which the
        interpreter of a release before V(20250517) finds its library, so such a release is refused. The health check
        runs as the user V(nobody), where that user can reach the store.
      - This needs root, Linux, and a file system that has capabilities and is not mounted with C(nosuid).
    type: list
    elements: str
  compile_bytecode:
    description:
      - Whether to compile the standard library when a build is installed, so that users without write access do not
        compile it at every start. Has no effect on a build that is already installed.
    type: bool
    default: true
  externally_managed:
    description:
      - Whether to mark the build with C(EXTERNALLY-MANAGED), which makes pip refuse to install into it outside of an
        environment. What pip installs into a build is lost with the next upgrade. A build at O(path) with the other
        setting is replaced, as with O(owner).
      - With V(false), files that pip adds or replaces do not count as drift.
    type: bool
    default: true
  verify:
    description:
      - V(quick) checks whether anything in the build is newer than its receipt, and only then compares content.
      - V(full) compares the content of every file, at the cost of one module run. It holds the lock of the store while
        it reads, so on a read-only file system it works in check mode only.
      - V(none) checks nothing.
      - A build that drifted is reinstalled.
    type: str
    choices: [quick, full, none]
    default: quick
  health_imports:
    description:
      - Modules that a new interpreter must be able to import on this host before it is used. An empty list skips the
        check. With O(root), it runs on the system in that directory.
    type: list
    elements: str
    default: [ssl, sqlite3, ctypes, zlib, lzma, bz2, hashlib, venv]
  adopt:
    description:
      - Whether to take over a directory at O(path) that was unpacked by hand. If its content is that of the build in
        the archive, the directory is replaced by that build. Otherwise the task fails and leaves it unchanged.
    type: bool
    default: false
  provisional:
    description:
      - Whether a newly installed build stays provisional until M(standalone.python.build_confirm) runs. Until then the
        previous build is kept in the store, regardless of O(keep), and M(standalone.python.build_info) reports it as
        the fallback. So if a run is killed before it knows whether the build works, the next run can complete it.
      - A task that does not replace the provisional build leaves it provisional, with either value. A task that
        replaces it ends the provisional state. With V(true), the new build is provisional instead, and the fallback is
        still the last confirmed build. M(standalone.python.build_rollback) rolls back to the fallback, too.
      - Refused with O(root), since nothing runs there.
    type: bool
    default: false
  allow_minor_change:
    description:
      - Whether another minor version, or a free-threaded or debug build in exchange for one that is not, may replace
        the build at O(path). Environments and extension modules made with the current build would stop working. Without
        this option the task fails before anything is fetched, in check mode too. This applies to O(asset), O(archive)
        and O(lock) as well.
      - A name that spans minor versions, such as V(latest) or V(>=3.12,<3.14), allows another minor version by itself.
      - A rollback is always allowed, by M(standalone.python.build_rollback) or by the exact name of an earlier build of
        O(path) that is in O(store).
      - This option has no effect on O(adopt), since the directory must contain exactly the requested build.
    type: bool
    default: false
  fips:
    description:
      - What to do on a host in FIPS mode, as C(/proc/sys/crypto/fips_enabled) says, when a build would come to O(path).
        A build brings its own OpenSSL, which does not use the validated module of the host.
      - V(warn) installs it with a warning. V(refuse) fails before anything is fetched, in check mode too. V(ignore)
        says nothing.
      - A build that is at the path already stays, with any value. With O(root) the mode is unknown.
    type: str
    choices: [warn, refuse, ignore]
    default: warn
  host_platform:
    description:
      - An internal argument, which tasks cannot set. The action plugin passes the platform of the host in it, so that
        the module checks builds by the same rules.
    type: dict
  archive_on_request:
    description:
      - An internal argument, which tasks cannot set. A successful result may then ask for an archive.
    type: bool
attributes:
  check_mode:
    description: Reports the same result and the same diff, and changes nothing. The index may be read. What the run
      refuses before it changes anything fails here too, on a host that has an interpreter for modules.
  diff_mode:
    description: Shows the build at the path before and after, drift, and the builds that are pruned.
  action:
    support: full
    description: An action plugin inspects the host with one shell command and chooses the build on the controller.
  async:
    support: none
    description: An installation takes seconds.
  platform:
    description: Hosts with Linux or macOS. Needs Python 3.9 or newer on the host when there is something to change.
requirements:
  - "Controller: the requests library, to fetch an index. For O(verify_provenance) sigstore, and cramjam where GitHub is
    asked."
  - "Host: Python 3.9 or newer. For V(full) archives the library libzstd, which most hosts have, Python 3.14, the
    zstandard package, or the C(zstd) program."
notes:
  - The system's own Python is not changed. To make a build the default, see the role of this collection.
  - "Several paths can share the store, and a run can be interrupted at any moment."
seealso:
  - plugin: standalone.python.release
    plugin_type: lookup
  - module: standalone.python.build_info
  - module: standalone.python.build_confirm
  - module: standalone.python.build_rollback
"""

EXAMPLES = r"""
- name: Install the newest Python 3.13 at /opt/python/3.13
  standalone.python.build:
    name: "3.13"
    path: /opt/python/3.13

- name: Follow patch releases and rebuilds, a week after their release
  standalone.python.build:
    name: "3.13"
    state: latest
    min_age: 7d
    path: /opt/python/3.13

- name: Install one exact build, from a mirror
  standalone.python.build:
    name: 3.13.5+20250723
    path: /opt/python/3.13
    mirror: https://mirror.example.com/python

- name: Install on a host without internet access
  standalone.python.build:
    name: "3.13"
    path: /opt/python/3.13
    delivery: push

- name: Install a free-threaded build
  standalone.python.build:
    name: 3.14t
    path: /opt/python/3.14t

- name: Install the same archive on every host, chosen once
  standalone.python.build:
    asset: "{{ lookup('standalone.python.release', '3.13', target='x86_64-unknown-linux-gnu') }}"
    path: /opt/python/3.13

- name: Install the build that the lock has for this host
  standalone.python.build:
    name: "3.13"
    path: /opt/python/3.13
    lock: python.lock.yml

- name: Install from a file on the controller
  standalone.python.build:
    name: 3.13.5+20250723
    archive: files/python.tar.gz
    checksum: sha256:4b8fbd0de1a7c0ac8e0b1a6bd3ec8b0d3e7dd0a0d4cfb0a8c4a1e4f4cbcf7f50
    path: /opt/python/3.13

- name: Install into an image that is not running
  standalone.python.build:
    name: "3.13"
    path: /opt/python/3.13
    root: /mnt/image
    target: x86_64-unknown-linux-gnu

- name: Compare every file and repair a build that changed
  standalone.python.build:
    name: "3.13"
    path: /opt/python/3.13
    verify: full

- name: Change the minor version at a path that all programs use
  standalone.python.build:
    name: "3.14"
    path: /opt/python/current
    allow_minor_change: true

- name: Remove the path and its builds
  standalone.python.build:
    path: /opt/python/3.13
    state: absent
"""

RETURN = r"""
build:
  description: The build at the path after the task. Null when the path is absent.
  returned: success
  type: dict
  sample:
    name: cpython-3.13.5+20250723-x86_64-unknown-linux-gnu-install_only_stripped
    version: 3.13.5
    release: "20250723"
    target: x86_64-unknown-linux-gnu
    flavor: install_only_stripped
    build_options: ""
previous:
  description: The build that this task replaced or removed. Null when it replaced none.
  returned: success
  type: dict
path:
  description: The path, absolute and without a slash at its end.
  returned: success
  type: str
  sample: /opt/python/3.13
executable:
  description: The interpreter, reached through the path. Null when the path is absent.
  returned: success
  type: str
  sample: /opt/python/3.13/bin/python3.13
executables:
  description:
    - Every program in the build. In check mode before the first installation, only the names of the interpreter are
      known.
  returned: success
  type: list
  elements: str
  sample: [/opt/python/3.13/bin/pip3, /opt/python/3.13/bin/python3.13]
store:
  description: The directory that holds the builds.
  returned: success
  type: str
  sample: /opt/python/.builds
components:
  description:
    - What the build carries, by name, each with C(version) and C(source). V(measured) is what its interpreter and files
      said when it was installed, V(table) what the collection's table has for its release and name.
    - A component is absent if neither has its version. Empty when the path is absent.
  returned: success
  type: dict
  sample:
    openssl:
      version: 3.5.6
      source: measured
    bzip2:
      version: 1.0.8
      source: table
health:
  description: The result of the health check. Null when this task made no new build, as in check mode.
  returned: success
  type: dict
  contains:
    result:
      description:
        - V(passed), or V(not_run) with an empty O(health_imports) or, with O(root), where the build cannot run on this
          host. A build that fails the check fails the task.
      type: str
    reason:
      description: Why the check was not run. Null if it was.
      type: str
  sample:
    result: passed
    reason: null
drift:
  description: The differences between the build at the path and the published one. This task repaired all that are
    listed.
  returned: success
  type: dict
  contains:
    changed:
      description: Files, links and directories with other content, mode or type, relative to the build.
      type: list
      elements: str
    missing:
      description: Files and links that are missing.
      type: list
      elements: str
    added:
      description: Files and links that the published build does not have.
      type: list
      elements: str
pruned:
  description: The builds that were removed from the store, because nothing referred to them.
  returned: success
  type: list
  elements: str
in_use:
  description: Earlier builds of this path that processes still run. Restart the processes so that they use the new one.
  returned: success
  type: list
  elements: dict
  contains:
    build:
      description: The build's name in the store.
      type: str
    pids:
      description: Process numbers.
      type: list
      elements: int
diff:
  description: The path before and after.
  returned: success
  type: dict
timings:
  description: How long the parts of an installation took on the host, in seconds. Zero for what was not needed.
  returned: success
  type: dict
  contains:
    download_s:
      description: Fetching the archive and computing its digest.
      type: float
    verify_s:
      description: Computing the digest of a local archive.
      type: float
    extract_s:
      description: Unpacking.
      type: float
    fixup_s:
      description: Adapting the unpacked build to its path.
      type: float
    bytecode_s:
      description: Compiling the standard library.
      type: float
    health_s:
      description: Running the health check.
      type: float
    publish_s:
      description: Writing manifest and receipt, flushing to disk, and switching the path.
      type: float
    total_s:
      description: The whole installation.
      type: float
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._zip_imports import compile_once

compile_once()  # before the imports that it makes quicker

from ..module_utils._argspec import BUILD_ARGUMENTS, REQUEST_ARGUMENTS, SEALED_ARGUMENTS, unsealed
from ..module_utils._errors import ArchiveNeeded, StandaloneError
from ..module_utils._install import publish
from ..module_utils._install.spec import InstallSpec
from ..module_utils._platform.host import PLATFORM_ARGUMENTS


class _Module(AnsibleModule):
    def add_path_info(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Leave the result as it is: Ansible would expand variables in `path` to describe another file."""
        return kwargs


def main() -> None:
    module = _Module(
        argument_spec={**BUILD_ARGUMENTS, **PLATFORM_ARGUMENTS, **REQUEST_ARGUMENTS, **SEALED_ARGUMENTS},
        supports_check_mode=True,
    )
    try:
        result = publish.run(InstallSpec.from_params(unsealed(module.params)), check_mode=module.check_mode)
    except StandaloneError as error:
        if module.params["archive_on_request"] and isinstance(error, ArchiveNeeded):
            module.exit_json(msg=str(error), archive_needed={"sha256": error.sha256, "build": error.build})
        module.fail_json(msg=str(error))
    for warning in result.pop("warnings", ()):
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
