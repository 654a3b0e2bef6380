#!/usr/bin/python
# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A named build at a host path. Everything but the interface is in module_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: build
short_description: Install a named python-build-standalone build at a path
version_added: 0.1.0
description:
  - Installs exactly the CPython that was asked for at a path of the host, from the portable builds of
    python-build-standalone. The archive's digest is checked before anything of it is written, the build is made ready
    and tried out beside the path, and one rename makes the path name it.
  - A run that fails leaves what was at the path. Earlier builds are kept, so that going back is one rename, too.
  - A second run with nothing to do is one shell command on the host. It reads no index and uses no network.
author:
  - The standalone.python authors (!UNKNOWN)
extends_documentation_fragment:
  - standalone.python.asset
  - standalone.python.provenance
  - standalone.python.url
options:
  name:
    description:
      - Which build. V(3.13) is the newest final patch release of the minor version, V(3.13.5) the newest rebuild of
        that version, V(3.13.5+20250723) that one build. V(3.13t), V(3.13d) and V(3.13td) are free-threaded, debug, and
        both. V(3.15.0rc1) is a pre-release. V(>=3.12,<3.14) is a version specifier, V(latest) the newest version.
        The full name of an asset of any era is accepted as well.
      - Write it in quotes. YAML takes V(3.10) without quotes for the number 3.1.
      - Required unless O(state=absent) or O(asset) says what is wanted.
      - With O(archive) it says what the file is, with version and release at least.
    type: str
  state:
    description:
      - V(present) is content with any intact build at O(path) that answers to O(name) and that this host can run.
      - V(latest) also moves to a newer patch release, and to a newer rebuild of the same version, which is how security
        fixes of the bundled libraries arrive. It never goes backwards. Where the index has no answer, for example
        because of O(min_age), a build at O(path) that answers to O(name) stays, with a warning. A name with version and
        release has no newer answer, so no index is read for it.
      - V(absent) removes the link at O(path) and every build that nothing else refers to and no process runs.
    type: str
    choices: [present, latest, absent]
    default: present
  path:
    description:
      - Where the interpreter is wanted, for example V(/opt/python/3.13). It becomes a symbolic link into O(store).
      - This is the prefix that the build is fixed up for, so that environments made from it follow an upgrade.
      - It must be absolute, or begin with V(~) for the home of the user on the host, and must not begin with
        V(/install). Variables of the shell are not expanded.
    type: str
    required: true
    aliases: [dest]
  store:
    description:
      - The directory that holds the builds. The default is V(.builds) beside O(path), where paths in the same
        directory share it.
    type: str
  root:
    description:
      - A directory on the host that is the system, as for an image that is not running. O(path) and O(store) are where
        they will be once it runs, links of the directory stay in it, the platform is read from its own files where
        O(target) does not say it, and O(owner) and O(group) are looked up in its users and groups. It must exist.
        O(archive) with O(remote_src), and what the URL options name, stay files of the host.
      - The same request makes the same tree, whoever makes it and when. All of it carries one time, that of
        C(SOURCE_DATE_EPOCH) in the environment of the task or the controller, else of midnight (UTC) of the day in the
        release's tag; bytecode is checked by the source's hash.
      - The new interpreter is tried out in a chroot, where it runs on this host. RV(health) says whether it was.
      - Builds for Windows and macOS are laid out as well, given O(target).
      - The guide has more, in its page on images.
    type: str
  flavor:
    description:
      - Which form of the build. Without it, the first of V(install_only_stripped), V(install_only) and V(full) that
        exists. Debug builds exist as V(full) only.
    type: str
    choices: [install_only_stripped, install_only, full]
  build_options:
    description:
      - Build options as they stand in asset names, for example V(pgo+lto) or V(noopt). Only V(full) archives name them
        apart from V(freethreaded). Without it, V(pgo+lto) is preferred to V(pgo), V(lto) and V(noopt).
    type: str
  target:
    description:
      - The triple of the build, for example V(x86_64-unknown-linux-musl). Without it, the host's own.
      - A build that the host cannot run is refused before any download. Without O(target), one that is installed at
        O(path) is replaced, and the diff says why.
    type: str
  cpu_level:
    description:
      - The x86-64 level of the build. V(baseline) runs on every processor. V(auto) takes the highest level that this
        host's processor has, which is unwise where virtual machines move between hosts.
      - Has no effect on other architectures, and none where O(target) or O(name) states the target. With O(root), the
        processor is not known and V(auto) is the baseline.
    type: str
    choices: [baseline, auto, v2, v3, v4]
    default: baseline
  prerelease:
    description:
      - Whether names that do not state a pre-release may be answered by one.
    type: bool
    default: false
  min_age:
    description:
      - Refuses releases younger than this, for example V(7d), V(36h) or V(2w); a bare number counts days. A release is
        as old as the date in its tag.
    type: str
  index:
    description:
      - Where names and digests come from, read on the controller only. A list is tried in order.
      - Each may be a versions index (NDJSON), a uv catalogue (JSON) or a C(SHA256SUMS) of one release, by address or
        as a file on the controller, or V(bundled) for the catalogue that comes with the collection. The content tells
        the kind.
      - Without it, the variable C(standalone_python_index), C(ANSIBLE_STANDALONE_PYTHON_INDEX) on the controller, or
        C(index) in the section C(standalone_python) of C(ansible.cfg), as for P(standalone.python.release#lookup). Then
        C(UV_PYTHON_DOWNLOADS_JSON_URL) or C(UV_ASTRAL_MIRROR_URL), then the two public versions indexes. When none can
        be reached the copy of the last run is used, with a warning, and when there is none, the bundled catalogue.
    type: list
    elements: str
  index_max_age:
    description:
      - Refuses an index whose newest release is older than this, for example V(45d), in the units of O(min_age). So an
        index that is not updated any more, or that somebody holds back, is noticed. Holds for the copy of the last run
        and the bundled catalogue too.
      - Without it, or with V(0), every age is accepted. An index that is older than it was, or older than the bundled
        catalogue, is warned of in any case.
      - The variable C(standalone_python_index_max_age), C(ANSIBLE_STANDALONE_PYTHON_INDEX_MAX_AGE) in the environment
        and C(index_max_age) in the section C(standalone_python) of C(ansible.cfg) give a default.
    type: str
  lock:
    description:
      - A lock that the playbook C(standalone.python.lock) made, as a file on the controller, looked for as files of a
        play or role are. No index is read then, and O(path) gets the very build that the lock has for O(name) and the
        host's target, the same one on every host and every day until the lock changes. An older build that answers to
        O(name) as well is replaced, and so is a newer one.
      - O(name) must stand in the lock as it is written here. O(state=latest) means no more than O(state=present).
      - The host's target is that of O(target) or O(cpu_level), where these are given. A host whose target the lock
        lacks is an error. O(flavor) and O(build_options) must not ask for another build than the lock has.
        O(prerelease) has no effect.
      - Mutually exclusive with O(index), O(index_max_age), O(min_age), O(checksum), O(asset) and O(archive). The
        defaults of O(index) and O(index_max_age) in variables, environment and C(ansible.cfg) do not count.
    type: path
  mirror:
    description:
      - Where archives come from, in place of
        C(https://github.com/astral-sh/python-build-standalone/releases/download), with the same folders below it.
        A list is tried in order.
      - Whoever fetches looks there, which O(delivery) says. A V(file://) mirror is on the host with V(pull), on the
        controller with V(push), and with V(auto) on the host and then on the controller.
      - Without it, the variable C(standalone_python_mirror), C(ANSIBLE_STANDALONE_PYTHON_MIRROR) on the controller, or
        C(mirror) in the section C(standalone_python) of C(ansible.cfg). Then C(UV_PYTHON_INSTALL_MIRROR) or
        C(UV_ASTRAL_MIRROR_URL), then the public mirror and the original.
      - A wrong digest ends the task and is never followed by a try at another address.
    type: list
    elements: str
  archive:
    description:
      - An archive to install instead of fetching one. It may be called anything; O(name) says what it is.
      - On the controller, unless O(remote_src=true). Requires O(checksum).
      - It is sent to the host when it is needed, whatever O(delivery) says. For a build that may have drifted, as with
        O(verify=full), the module looks first, and the archive is sent only when there is something to repair.
    type: path
  remote_src:
    description:
      - Whether O(archive) is on the host already.
    type: bool
    default: false
  checksum:
    description:
      - The SHA-256 digest of the archive, as V(sha256:) and 64 hexadecimal digits, or the digits alone.
      - Without O(archive), the chosen build must have this digest, and one that the index has no digest for may be
        installed by it.
    type: str
  delivery:
    description:
      - How the archive gets to the host. V(pull) lets the host fetch it.
      - With V(push) the controller fetches it into its own cache, once for all hosts, sends it over the connection of
        the task and removes it from the host afterwards. The host needs no way out.
      - With V(auto) the host tries to fetch it, and gives up a connection after five seconds. When one of its addresses
        cannot be reached, is too busy or breaks off, the controller sends the archive as with V(push). A refusal, such
        as C(404), and a wrong digest are errors.
      - In check mode nothing is fetched and nothing sent, and the result is the same for all three.
    type: str
    choices: [pull, push, auto]
    default: pull
  keep:
    description:
      - How many earlier builds of this path stay in the store, to go back to.
      - A build that a process runs from stays in any case.
    type: int
    default: 1
  owner:
    description:
      - The user that owns the build's files, by name or number. Without it, whoever runs the task. A build at O(path)
        that belongs to another is installed anew.
    type: str
  group:
    description:
      - The group of the build's files, by name or number, likewise.
    type: str
  compile_bytecode:
    description:
      - Whether to compile the standard library when a build is installed, so that users who may not write there do not
        compile it at every start. Changes nothing about a build that is installed already.
    type: bool
    default: true
  externally_managed:
    description:
      - Whether to mark the build with C(EXTERNALLY-MANAGED), which makes pip refuse to install into it outside of an
        environment. What pip installs into a build is lost with the next upgrade. A build at O(path) with the other
        setting is installed anew.
      - With V(false), what pip adds and replaces does not count as drift.
    type: bool
    default: true
  verify:
    description:
      - V(quick) looks for anything in the build that is newer than its receipt, and then compares content.
      - V(full) compares the content of every file, at the cost of one module run. It holds the lock of the store while
        it reads, so on a read-only file system it works in check mode only.
      - V(none) trusts what is there.
      - A build that drifted is installed anew.
    type: str
    choices: [quick, full, none]
    default: quick
  health_imports:
    description:
      - Modules that a new interpreter must be able to import on this host before it is used. An empty list skips the
        check. With O(root), on the system there.
    type: list
    elements: str
    default: [ssl, sqlite3, ctypes, zlib, lzma, bz2, hashlib, venv]
  adopt:
    description:
      - Whether to take over a directory at O(path) that was unpacked by hand. It is replaced by the same build from the
        archive if its content is the same, and left alone with an error if not.
    type: bool
    default: false
  provisional:
    description:
      - Whether a newly installed build stays provisional until M(standalone.python.build_confirm) is
        run. So long the build before it stays in the store, whatever O(keep) says, and M(standalone.python.build_info)
        tells of it, so that a run that was killed before it knew whether the build works can be completed by the next.
      - A task that leaves the provisional build at O(path) leaves it provisional, with any value. One that puts
        another in
        its place ends the provisional state, or with V(true) goes on with it, back to the build before the first.
        M(standalone.python.build_rollback) goes back to that one, too.
      - Refused in a O(root), where nothing runs.
    type: bool
    default: false
  allow_minor_change:
    description:
      - Whether another minor version, or a free-threaded or debug build in exchange for one that is not, may replace
        the build at O(path). Environments and extension modules that were made with the present build stop working
        then, so the task is refused without this, in check mode too, before anything is fetched. This holds for
        O(asset), O(archive) and O(lock) as well.
      - A name that spans minor versions, such as V(latest) or V(>=3.12,<3.14), allows another minor version by itself.
      - Going back is always allowed, by M(standalone.python.build_rollback) or by the exact name of an earlier build of
        O(path) that is in O(store).
      - What O(adopt) takes over is never changed by this, since the directory must hold the very build.
    type: bool
    default: false
  host_platform:
    description:
      - An internal argument, which tasks cannot set. The action plugin puts into it what it found the host to be, so
        that the module judges builds by the same rules.
    type: dict
  sealed:
    description:
      - An internal argument, which tasks cannot set. The action plugin puts into it all options that hold a secret, so
        that Ansible keeps them out of its logs and yet leaves the results as they are.
    type: str
attributes:
  check_mode:
    support: full
    description: Reports the same result and the same diff, and changes nothing. The index may be read. What the first
      look shows to be impossible is an error here too.
  diff_mode:
    support: full
    description: Shows the build at the path before and after, drift, and the builds that are pruned.
  action:
    support: full
    description: An action plugin looks at the host with one shell command and chooses the build on the controller.
  async:
    support: none
    description: An installation takes seconds.
  platform:
    support: full
    platforms: posix
    description: Hosts with Linux or macOS. Needs Python 3.9 or newer on the host when there is something to do.
requirements:
  - "Controller: the requests library, to fetch an index. For O(verify_provenance) sigstore, and cramjam where GitHub is
    asked."
  - "Host: Python 3.9 or newer. For V(full) archives one of the zstandard package, Python 3.14, or the C(zstd) program."
notes:
  - Nothing of the system's own Python is touched. To make a build the default, see the role of this collection.
  - "The store is safe to share between several paths and to interrupt at any moment."
seealso:
  - plugin: standalone.python.release
    plugin_type: lookup
  - module: standalone.python.build_info
  - module: standalone.python.build_confirm
"""

EXAMPLES = r"""
- name: Newest Python 3.13 at /opt/python/3.13
  standalone.python.build:
    name: "3.13"
    path: /opt/python/3.13

- name: Keep up with patch releases and rebuilds, a week after they came out
  standalone.python.build:
    name: "3.13"
    state: latest
    min_age: 7d
    path: /opt/python/3.13

- name: One exact build, from a mirror
  standalone.python.build:
    name: 3.13.5+20250723
    path: /opt/python/3.13
    mirror: https://mirror.example.com/python

- name: To a host that has no way out
  standalone.python.build:
    name: "3.13"
    path: /opt/python/3.13
    delivery: push

- name: Free-threaded
  standalone.python.build:
    name: 3.14t
    path: /opt/python/3.14t

- name: The same bits on every host, chosen once
  standalone.python.build:
    asset: "{{ lookup('standalone.python.release', '3.13', target='x86_64-unknown-linux-gnu') }}"
    path: /opt/python/3.13

- name: What the lock of the fleet has for this host
  standalone.python.build:
    name: "3.13"
    path: /opt/python/3.13
    lock: python.lock.yml

- name: From a file on the controller
  standalone.python.build:
    name: 3.13.5+20250723
    archive: files/python.tar.gz
    checksum: sha256:4b8fbd0de1a7c0ac8e0b1a6bd3ec8b0d3e7dd0a0d4cfb0a8c4a1e4f4cbcf7f50
    path: /opt/python/3.13

- name: Into an image that is not running
  standalone.python.build:
    name: "3.13"
    path: /opt/python/3.13
    root: /mnt/image
    target: x86_64-unknown-linux-gnu

- name: Read every file and repair what changed
  standalone.python.build:
    name: "3.13"
    path: /opt/python/3.13
    verify: full

- name: Another minor version at a path that all programs use
  standalone.python.build:
    name: "3.14"
    path: /opt/python/current
    allow_minor_change: true

- name: Gone
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
    - Every program that the build really has. In check mode, before the build was ever unpacked, only the names of the
      interpreter are known.
  returned: success
  type: list
  elements: str
  sample: [/opt/python/3.13/bin/pip3, /opt/python/3.13/bin/python3.13]
store:
  description: The directory that holds the builds.
  returned: success
  type: str
  sample: /opt/python/.builds
health:
  description: How the new interpreter was found. Null when this task made no new build, as in check mode.
  returned: success
  type: dict
  contains:
    result:
      description:
        - V(passed), or V(not_run) with an empty O(health_imports), and where it does not run on this host, which with
          O(root) is no error. A build that runs and does not work fails the task.
      type: str
    reason:
      description: Why it was not run. Null when it was.
      type: str
  sample:
    result: passed
    reason: null
drift:
  description: What in the build at the path was not as published. Repaired by this task, if anything is listed.
  returned: success
  type: dict
  contains:
    changed:
      description: Files, links and directories with other content, mode or type, relative to the build.
      type: list
      elements: str
    missing:
      description: Files and links that are gone.
      type: list
      elements: str
    added:
      description: Files and links that do not belong there.
      type: list
      elements: str
pruned:
  description: The builds that were removed from the store, because nothing referred to them.
  returned: success
  type: list
  elements: str
in_use:
  description: Earlier builds of this path that processes still run. Restart these to let them run the new one.
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
      description: Fetching the archive, its digest included.
      type: float
    verify_s:
      description: Reading a local archive for its digest.
      type: float
    extract_s:
      description: Unpacking.
      type: float
    fixup_s:
      description: Making the unpacked build fit its path.
      type: float
    bytecode_s:
      description: Compiling.
      type: float
    health_s:
      description: Trying the interpreter out.
      type: float
    publish_s:
      description: Manifest, receipt, writing to disk, and the switch.
      type: float
    total_s:
      description: All of it.
      type: float
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argspec import BUILD_ARGUMENTS
from ..module_utils._errors import ArchiveNeeded, StandaloneError
from ..module_utils._http.sealed import SEALED_ARGUMENTS, unsealed
from ..module_utils._install import apply
from ..module_utils._install.spec import InstallSpec
from ..module_utils._platform.host import PLATFORM_ARGUMENTS


def main() -> None:
    module = AnsibleModule(
        argument_spec={**BUILD_ARGUMENTS, **PLATFORM_ARGUMENTS, **SEALED_ARGUMENTS}, supports_check_mode=True
    )
    try:
        result = apply.run(InstallSpec.from_params(unsealed(module.params)), check_mode=module.check_mode)
    except ArchiveNeeded as wanted:  # for the action plugin, which sends it and comes again
        module.fail_json(msg=str(wanted), archive_needed=wanted.sha256)
    except StandaloneError as error:
        module.fail_json(msg=str(error))
    for warning in result.pop("warnings", ()):
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
