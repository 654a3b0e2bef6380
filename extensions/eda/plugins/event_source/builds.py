# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Event source for ansible-rulebook. Arguments and import path are here; the rest is in plugin_utils."""

from __future__ import annotations

import asyncio
import importlib
import logging
import sys
from pathlib import Path
from typing import Any

DOCUMENTATION = r"""
---
short_description: Report new builds of python-build-standalone, and new advisories about what builds carry
description:
  - An event source for ansible-rulebook. It looks at an index and at advisories from time to time, and sends an event
    for what is new since the last look. What was reported is remembered in a file, so a restart neither repeats nor
    misses anything.
  - The index and advisories are asked for with the validators of the last answer (ETag, Last-Modified), so a look at
    what did not change costs one small request. After a failure the pause doubles, up to a day.
  - The first look sends nothing, unless O(report_known) is true.
options:
  names:
    description:
      - The names of builds to watch, such as V(3.13). An event is sent when a newer build answers to a name.
      - One of O(names) and O(advisories) is required.
    type: list
    elements: str
  targets:
    description:
      - The targets to watch each name for, such as V(x86_64-unknown-linux-gnu). Without it, all that the index has.
    type: list
    elements: str
  index:
    description:
      - Where builds are listed, as the option of the lookup P(standalone.python.release#lookup) with this name. Without
        it, the public index, whatever the defaults of the lookup are. An index that cannot be read has no substitute
        here.
    type: list
    elements: str
  min_age:
    description:
      - Leaves out releases younger than this, such as V(7d).
    type: str
  advisories:
    description:
      - Files, directories or addresses of advisories, in the OSV format or the short form. An event is sent for a new
        advisory about something that builds carry, and for one that affects other versions than before.
    type: list
    elements: str
  url_options:
    description:
      - Options of all requests, such as C(ca_path), C(url_username), C(url_password), C(headers) or C(timeout).
    type: dict
  interval:
    description:
      - The seconds between two looks, at most those of a day. Each pause is up to a tenth longer, so that many
        controllers do not ask at once.
    type: float
    default: 3600
  report_known:
    description:
      - Whether the first look, without any memory, sends events for all that there is.
    type: bool
    default: false
  state:
    description:
      - The file that remembers what was reported. Without it, one in the cache of the collection, which
        C(ANSIBLE_STANDALONE_PYTHON_CACHE) can move to a volume that outlives a container.
    type: path
requirements:
  - requests (Python library)
"""

EXAMPLES = r"""
- standalone.python.builds:
    names: ["3.12", "3.13"]
    targets: [x86_64-unknown-linux-gnu]
    min_age: 7d
    interval: 21600

- standalone.python.builds:
    advisories: [/srv/advisories, "https://advisories.example.com/python.yml"]
    url_options:
      ca_path: /etc/pki/house-ca.pem
"""

RETURN = r"""
kind:
  description: V(build), V(advisory), or V(failure) when the first look of an outage fails.
  type: str
name:
  description: Of a build, the watched name.
  type: str
version:
  description: Of a build, the newest version among RV(builds).
  type: str
release:
  description: Of a build, the release of that version.
  type: str
builds:
  description: Of a build, a dictionary for each target that has a newer one.
  type: list
  elements: dict
  contains:
    target:
      description: The target triple.
      type: str
    name:
      description: The file name of the archive without C(.tar.gz) or C(.tar.zst).
      type: str
    version:
      description: The version of Python.
      type: str
    release:
      description: The release tag.
      type: str
    previous:
      description: What answered to the name before; empty if nothing did.
      type: str
id:
  description: Of an advisory, its name, such as V(CVE-2026-35000).
  type: str
components:
  description: Of an advisory, the components of builds that it affects.
  type: list
  elements: str
why:
  description: Of an advisory, its summary, which may be empty.
  type: str
url:
  description: Of an advisory, the address for the reader, which may be empty.
  type: str
source:
  description: Of an advisory, the file or address that has it.
  type: str
is_new:
  description: Of an advisory, whether it was not known before; V(false) if it affects other versions now.
  type: bool
message:
  description: Of a failure, what could not be read, and why.
  type: str
"""

# The directory ansible_collections that this file is in, seven above it in an installed collection.
_COLLECTIONS = next(iter([*Path(__file__).absolute().parents][6:7]), Path())


def _make_importable() -> None:
    """Make the collection's code importable: ansible-rulebook runs this file without Ansible's finder of them."""
    if _COLLECTIONS.name != "ansible_collections":
        raise ImportError(
            f"Cannot watch builds: {__file__} is not in an installed collection. Install standalone.python with "
            "ansible-galaxy, and name the source standalone.python.builds."
        )
    if str(_COLLECTIONS.parent) not in sys.path:
        sys.path.append(str(_COLLECTIONS.parent))
    importlib.invalidate_caches()
    known = importlib.import_module("ansible_collections").__path__
    if isinstance(known, list) and str(_COLLECTIONS) not in known:  # of the package ansible, which has an __init__.py
        known.append(str(_COLLECTIONS))


async def main(queue: asyncio.Queue[Any], args: dict[str, Any]) -> None:
    """Put events into the queue until the task is cancelled."""
    _make_importable()
    from ansible_collections.standalone.python.plugins.plugin_utils._events.spec import WatchSpec
    from ansible_collections.standalone.python.plugins.plugin_utils._events.watch import watch

    await watch(WatchSpec.parse(args), queue.put, warn=logging.getLogger("standalone.python.builds").warning)


if __name__ == "__main__":

    class _Printed(asyncio.Queue[Any]):
        """Prints what is put into it: to try arguments without rules."""

        async def put(self, item: Any) -> None:
            print(item)  # noqa: T201

    asyncio.run(main(_Printed(), {"names": ["latest"], "report_known": True}))
