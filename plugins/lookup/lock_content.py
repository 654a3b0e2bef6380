# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The new content of a lock. The options are here; the decisions are in plugin_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
---
name: lock_content
short_description: Compute the content of a lock file of Python builds
version_added: 0.1.0
description:
  - Resolves each declared name for each declared target, and returns the text of a lock file with these builds, to
    overwrite the current one with. Writes no file; the playbook C(standalone.python.lock) does.
  - Tasks that use the lock must use exactly the declared names.
  - A build in the lock that is newer than those in the index is kept, with a warning.
  - A build in the lock that O(exclude) covers, or that is known not to work, is replaced, with a warning.
  - Fails if an entry of the lock would be lost, if no build satisfies a name, or if the index now has another digest
    for an archive in the lock.
author:
  - The standalone.python authors (!UNKNOWN)
extends_documentation_fragment:
  - standalone.python.choice
  - standalone.python.choice.lookup
  - standalone.python.url
options:
  targets:
    description:
      - The triples to lock each name for. A name that states its target is locked for that target only.
    type: list
    elements: str
    required: true
  lock:
    description:
      - The path of the current lock on the controller, searched for like other files of a play. It need not exist.
    type: str
    required: true
  may_remove:
    description:
      - Whether entries of the lock that are not declared may be removed.
    type: bool
    default: false
  sizes:
    description:
      - Whether to request the sizes of archives that are new in the lock from the servers. A size that no server
        reports is null.
    type: bool
    default: true
  verify_provenance:
    description:
      - Whether each archive of the lock must have an attestation that names the origin in O(provenance), as for the
        option O(standalone.python.build#module:verify_provenance).
    type: bool
    default: false
  provenance:
    description:
      - The required origin of the builds, as for the option O(standalone.python.build#module:provenance).
    type: dict
  mirror:
    description:
      - The base URLs to request sizes and attestations from, instead of the public addresses. The lock always has the
        public addresses, and tasks apply their own mirror settings to them.
notes:
  - The lock records the OpenSSL and SQLite versions of a build if the table in the collection has them. No index has
    them.
seealso:
  - plugin: standalone.python.release
    plugin_type: lookup
requirements:
  - requests (Python library), to fetch an index and to ask for sizes
  - sigstore (Python library), for O(verify_provenance), and cramjam where GitHub is asked
"""

EXAMPLES = r"""
- name: Show what a lock would hold
  ansible.builtin.debug:
    msg: >-
      {{ lookup('standalone.python.lock_content', '3.12', '3.13', lock='python.lock.yml', index='bundled', sizes=false,
                targets=['x86_64-unknown-linux-gnu', 'aarch64-unknown-linux-gnu']) }}
"""

RETURN = r"""
_raw:
  description: The text of the lock, as the only element of a list.
  type: list
  elements: str
"""

import os
from functools import partial
from typing import Any

from ansible.plugins.lookup import LookupBase

from ansible_collections.standalone.python.plugins.plugin_utils._bytecode import keep_bytecode

keep_bytecode()  # before the imports that it makes quicker

from ansible_collections.standalone.python.plugins.module_utils._builds.request import RequestedName
from ansible_collections.standalone.python.plugins.module_utils._download.content_length import Sizes
from ansible_collections.standalone.python.plugins.module_utils._errors import NoMatch
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.plugin_utils import _console
from ansible_collections.standalone.python.plugins.plugin_utils._controller_files import ControllerFiles
from ansible_collections.standalone.python.plugins.plugin_utils._index.clock import Clock
from ansible_collections.standalone.python.plugins.plugin_utils._lock.file import LockFile
from ansible_collections.standalone.python.plugins.plugin_utils._lock.lock import Lock
from ansible_collections.standalone.python.plugins.plugin_utils._lock.renew import LockEntry, Renewal
from ansible_collections.standalone.python.plugins.plugin_utils._lookup import (
    failing_as_lookup,
    index_of,
    request_of,
    take_options,
)
from ansible_collections.standalone.python.plugins.plugin_utils._options import age_seconds
from ansible_collections.standalone.python.plugins.plugin_utils._provenance.attestations import BundleSources
from ansible_collections.standalone.python.plugins.plugin_utils._provenance.verified import require_provenance
from ansible_collections.standalone.python.plugins.plugin_utils._provenance.verify import Policy, is_to_be_verified
from ansible_collections.standalone.python.plugins.plugin_utils._resolve.exclusion import parse_exclude, why_left_out
from ansible_collections.standalone.python.plugins.plugin_utils._resolve.resolve import resolve


class LookupModule(LookupBase):
    """`standalone.python.lock_content` as templates see it."""

    _files: ControllerFiles

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[str]:
        self._files = take_options(self, variables, kwargs)
        with failing_as_lookup():
            return [self._content([str(term) for term in terms])]

    def _content(self, names: list[str]) -> str:
        path = self._files.located(self.get_option("lock"))
        former = Lock.read(path) if os.path.exists(path) else Lock(LockFile({}), f"The lock {path}")
        sizes = Sizes(self.get_option("mirror"), UrlOptions.from_params(self.get_options()))
        renewal = Renewal(
            former=former.content,
            where=former.where,
            may_remove=self.get_option("may_remove"),
            warn=_console.warn,
            size_of=sizes.size_of if self.get_option("sizes") else lambda _url: None,
            why_left_out=partial(why_left_out, exclude=parse_exclude(self.get_option("exclude"))),
        )
        lock = renewal.result([self._declared(name, target) for name in names for target in self._targets(name)])
        clock = Clock.read(_console.warn)
        for locked in lock.all_builds():
            clock.require_released(locked.asset.build)
        if is_to_be_verified(self.get_option("verify_provenance"), self.get_option("provenance")):
            self._require_provenance(lock)
        return lock.render()

    def _require_provenance(self, lock: LockFile) -> None:
        policy = Policy.from_params(self.get_option("provenance"))
        url_options = UrlOptions.from_params(self.get_options())
        sources = BundleSources(policy.repository, mirrors=self.get_option("mirror"), options=url_options)
        for locked in lock.all_builds():
            require_provenance(locked.asset, policy, sources, os.environ, _console.warn)

    def _targets(self, name: str) -> list[str]:
        of_name = RequestedName.parse(name).target
        return [of_name] if of_name else self.get_option("targets")

    def _declared(self, name: str, target: str) -> LockEntry:
        options = self.get_options()
        request = request_of(name, options, target)
        min_age_s = age_seconds(options["min_age"], "min_age")
        try:
            offer = resolve(
                request,
                platform=None,
                index=index_of(options, self._files),
                warn=_console.warn,
                min_age_s=min_age_s,
                exclude=parse_exclude(options["exclude"]),
            )
        except NoMatch as error:
            return LockEntry(request, str(request.target), None, str(error))
        return LockEntry(request, offer.build.target, offer)
