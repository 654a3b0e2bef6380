# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mirror of sample builds for the fleet: each cut on a host from that host's own Python.

So they run on its C library and find their libraries there, as the real ones do anywhere.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.fleet.hosts import Host
from tests.support.sample_builds import SampleSpec
from tests.support.sample_mirror import NDJSON

OLD, NEW = "20260101", "20260201"
SPECS = (
    SampleSpec(release=OLD),
    # Debian's Python is stripped, so of one release both flavors would be the same bytes, and one asset.
    SampleSpec(release="20251201", flavor="install_only"),
    SampleSpec(release=NEW),
    SampleSpec(release="20260301", broken_import="ssl", build_options="freethreaded"),
)

SUPPORT = Path(__file__).resolve().parents[1] / "support"
WORKSHOP = "/tmp/samples"

# Run on the host: makes the samples, and describes the first one.
MAKE = f"""
import json, sys
from pathlib import Path
sys.path.insert(0, "{WORKSHOP}")
from tests.support.sample_builds import SampleSpec
from tests.support.sample_mirror import make_mirror
specs = [SampleSpec(python="/usr/bin/python3", **spec) for spec in json.loads(sys.argv[1])]
first = make_mirror(Path("{WORKSHOP}/mirror"), specs, Path("{WORKSHOP}/cache")).samples[0]
print(json.dumps([first.version, first.spec.target, first.file_name, first.sha256]))
"""


@dataclass(frozen=True)
class HostSample:
    """The first build that was cut from a host's Python, mostly that of release OLD."""

    version: str
    target: str
    file_name: str
    sha256: str

    @property
    def minor(self) -> str:
        """'3.11' of '3.11.2'."""
        return self.version.rpartition(".")[0]

    def variables(self, mirror: Path, url: str) -> dict[str, str]:
        """What plays know about it; `mirror` is served at `url`."""
        return {
            "sample_mirror": url,
            "sample_index": f"{url}/{NDJSON}",
            "sample_archive": str(mirror / OLD / self.file_name),
            "sample_sha256": self.sha256,
            "sample_version": self.version,
            "sample_minor": self.minor,
            "sample_target": self.target,
            "old": OLD,
            "new": NEW,
        }


def fill_mirror(mirror: Path, hosts: Iterable[Host], ordered: Iterable[SampleSpec] = SPECS) -> dict[str, HostSample]:
    """Add the samples of each host to one mirror with one index; returns them by the name of the host's root."""
    return {host.spec.root.name: _add(mirror, host, ordered) for host in hosts}


def _add(mirror: Path, host: Host, ordered: Iterable[SampleSpec]) -> HostSample:
    shutil.copytree(SUPPORT, host.file(WORKSHOP) / "tests" / "support", ignore=shutil.ignore_patterns("__pycache__"))
    specs = [{name: value for name, value in asdict(spec).items() if name != "python"} for spec in ordered]
    described = host.enter("/usr/bin/python3", "-B", "-c", MAKE, json.dumps(specs)).stdout
    made = host.file(WORKSHOP) / "mirror"
    for file in (made / NDJSON, *made.glob("*/*")):
        target = mirror / file.relative_to(made)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("ab") as joined:  # the lines of indexes add up; archives have their own names
            joined.write(file.read_bytes())
    shutil.rmtree(host.file(WORKSHOP))
    return HostSample(*json.loads(described))
