# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo: a Python below `.demo/` on this machine, through `ansible-playbook`.

From the public hosts when they answer, else from a sample build that is made from a Python of this machine.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
HERE = REPOSITORY / ".demo"
sys.path.insert(0, str(REPOSITORY))

from tests.demo import project  # noqa: E402 - found by the line above
from tests.support.sample_builds import SampleSpec  # noqa: E402
from tests.support.sample_mirror import make_mirror, serving  # noqa: E402

PUBLIC_INDEX = "https://releases.astral.sh/github/versions/main/v1/python-build-standalone.ndjson"
PUBLIC_WAIT_S = 3
# Of yesterday and today: an index whose releases are older than the bundled ones looks held back, and tasks warn of it.
_NOW = datetime.now(timezone.utc)
SAMPLE_RELEASES = (f"{_NOW - timedelta(days=1):%Y%m%d}", f"{_NOW:%Y%m%d}")


def main() -> int:
    shutil.rmtree(HERE, ignore_errors=True)
    HERE.mkdir()
    if _public_hosts_answer():
        # Two months ago there was another release of every minor version that still gets any.
        return _play({"minor": "3.13", "earlier": "60d"}) or _next_step({"minor": "3.13", "target": _target()})
    print(
        "The public hosts do not answer here, so this demo installs a sample build made from a Python of this machine."
    )
    with _sample_variables() as variables:
        failed = _play(variables)
    sample = {"index": variables["index"], "mirror": str(HERE / "mirror"), "target": _target()}
    return failed or _next_step({"minor": variables["minor"], **sample})


def _next_step(variables: dict[str, str]) -> int:
    print(project.write(HERE / "project", REPOSITORY, variables))
    return 0


def _target() -> str:
    """The usual target of this machine: glibc on Linux."""
    machine = {"arm64": "aarch64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    return f"{machine}-{'apple-darwin' if sys.platform == 'darwin' else 'unknown-linux-gnu'}"


def _public_hosts_answer() -> bool:
    try:
        urllib.request.urlopen(urllib.request.Request(PUBLIC_INDEX, method="HEAD"), timeout=PUBLIC_WAIT_S).close()
    except (OSError, urllib.error.URLError):
        return False
    return True


@contextmanager
def _sample_variables() -> Iterator[dict[str, str]]:
    mirror = make_mirror(HERE / "mirror", [SampleSpec(release=release) for release in SAMPLE_RELEASES])
    version = mirror.samples[0].version
    with serving(mirror.directory) as address:
        yield {
            "minor": version.rpartition(".")[0],
            "first": f"{version}+{SAMPLE_RELEASES[0]}",
            "index": str(mirror.index),
            "mirror": address,
        }


def _play(variables: dict[str, str]) -> int:
    inventory = HERE / "inventory"
    inventory.write_text(f"localhost ansible_connection=local ansible_python_interpreter={sys.executable}\n")
    command = [
        Path(sys.executable).with_name("ansible-playbook"),
        "-i",
        inventory,
        Path(__file__).with_name("demo.yml"),
    ]
    for name, value in {**variables, "opt": str(HERE / "opt")}.items():
        command += ["-e", f"demo_{name}={value}"]
    return subprocess.run(command, env=environment(os.environ), check=False).returncode


def environment(of_user: Mapping[str, str]) -> dict[str, str]:
    """The user's environment, so that what is fetched goes through their proxy, except what is on this machine.

    With directories below `.demo/`: the demo neither finds nor leaves anything in the user's home, which may not exist.
    """
    by_no_proxy = of_user.get("no_proxy") or of_user.get("NO_PROXY")
    return {
        **of_user,
        "ANSIBLE_STANDALONE_PYTHON_CACHE": str(HERE / "cache"),
        "ANSIBLE_REMOTE_TEMP": str(HERE / "tmp"),
        "no_proxy": f"{by_no_proxy},127.0.0.1" if by_no_proxy else "127.0.0.1",
    }


if __name__ == "__main__":
    sys.exit(main())
