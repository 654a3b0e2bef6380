# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of `make test`, each one a session. `make setup` comes first; `.venv/bin/nox --list` names them.

Tools run from `.venv`. Only tests under another Python or another ansible-core get a separate environment.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from functools import partial, update_wrapper
from pathlib import Path

import nox

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "tests" / "tools"))

import ansible_test  # noqa: E402
import clone  # noqa: E402
import interpreters  # noqa: E402
import reach  # noqa: E402
import system_packages  # noqa: E402
from paths import CACHE, COLLECTION, REPORTS, REQUIREMENTS, VENV  # noqa: E402

if Path(sys.prefix).resolve() != VENV.resolve():
    sys.exit("The sessions use the tools in .venv: run them by make, or `make setup` and then .venv/bin/nox.")

os.environ["PATH"] = os.pathsep.join([str(VENV / "bin"), interpreters.path_without_shims()])
for _name in [name for name in os.environ if name.startswith("ANSIBLE_")]:
    del os.environ[_name]  # of the caller's own work
os.environ["ANSIBLE_CONFIG"] = str(ROOT / "tests" / "ansible.cfg")
os.environ["UV_PYTHON_DOWNLOADS"] = "never"
if not sys.stdout.isatty():
    os.environ["NO_COLOR"] = "1"

nox.needs_version = ">=2026.8.17"
nox.options.envdir = str(CACHE / "nox")
nox.options.reuse_venv = "yes"
nox.options.error_on_external_run = False
nox.options.tags = ["test"]

PYTHONS = interpreters.interpreters()
CORES = interpreters.controllers(PYTHONS)
USABLE_CORES = [core for core, minor in CORES.items() if minor]  # the oldest first
PYTHON_OF_VENV = f"{sys.version_info.major}.{sys.version_info.minor}"
LITTER = {"HOME": str(CACHE / "home")}  # for tools that leave logs and folders in HOME
HOSTS_ALONE = ("3.9", "3.14")  # the ends of what hosts may have, tested without ansible
# What ansible-test asks of an ansible-core's own code. It reads form alone in all its other tests (pep8, pylint without
# names that need an import, compile, ...), which is the same with each core.
CHECKS_OF_A_CORE = ("action-plugin-docs", "ansible-doc", "import", "runtime-metadata", "validate-modules")


def step(**options: object) -> Callable:
    """Declare a session that uses `.venv`, and may run beside others unless `allow_parallel` says otherwise."""
    return nox.session(**{"venv_backend": "none", "allow_parallel": True, "tags": ["test"], **options})


def step_under(minor: str | None, run: Callable, *, name: str, missing: str, tags: Sequence[str] = ("test",)) -> None:
    """Declare a session with an environment of Python `minor`; where that lacks, one that skips and says `missing`."""
    executable = PYTHONS.get(minor or "")
    if executable:
        step(name=name, python=executable, venv_backend="uv", tags=tags)(run)
    else:
        step(name=name, tags=tags)(lambda session: session.skip(missing))


def step_per_core(run: Callable, *, name: str, cores: Sequence[str] = tuple(CORES)) -> None:
    """Declare a session `NAME-CORE` for each of `cores`; `run` takes the session and that version.

    `make test` has the oldest and the newest, `make core CORE=2.18` any. The newest comes first: it has most to do, and
    begun last it would run on when nothing is left to run beside it.
    """
    for core in reversed(cores):
        one = update_wrapper(partial(run, core=core), run)
        missing = f"no Python here runs ansible-core {core}"
        ends = ["test", name] if core in USABLE_CORES[:1] + USABLE_CORES[-1:] else []
        step_under(CORES[core], one, name=f"{name}-{core}", missing=missing, tags=[f"core-{core}", *ends])


def pytest(session: nox.Session, *tests: str, workers: int) -> None:
    """Run pytest on `tests`, or on what the caller gave after `--`, and leave a report for the closing line.

    A worker has the tests of a file, and what they share, to itself, and takes over others' when it has no more.
    """
    cache = f"cache_dir={CACHE / 'pytest' / session.name}"
    report = f"--junitxml={REPORTS / session.name}.xml"
    spread = (f"-n{workers}", "--dist=worksteal")
    session.run("python", "-m", "pytest", "-q", *spread, "-o", cache, report, *(session.posargs or tests))


# --- the longest steps: first, so that the others run beside them ---------------------------------------------------


@step()
def integration(session: nox.Session) -> None:
    """Plays against this machine, through ansible-playbook. Some wait, so there is a worker more than cores."""
    if not session.posargs and not list((ROOT / "tests" / "integration").glob("test_*.py")):
        session.skip("tests/integration holds no test_*.py yet")
    pytest(session, "tests/integration", workers=3)


@step(tags=["check"])
def check(session: nox.Session) -> None:
    """Unit tests with the ansible-core of `.venv`, for `make check`."""
    pytest(session, "tests/unit", workers=2)


# --- form ------------------------------------------------------------------------------------------------------------


@step(tags=["test", "lint", "check"])
def ruff(session: nox.Session) -> None:
    """Lint and format of Python."""
    session.run("ruff", "check", "--quiet")
    session.run("ruff", "format", "--check", "--quiet")


@step(tags=["test", "lint", "check"])
def mypy(session: nox.Session) -> None:
    """Types of the plugins."""
    session.run("mypy", "--package", "ansible_collections.standalone.python.plugins")


@step(tags=["test", "lint", "check"])
def yamllint(session: nox.Session) -> None:
    """Form of YAML."""
    session.run("yamllint", "--strict", ".")


@step(tags=["test", "lint", "check"])
def shellcheck(session: nox.Session) -> None:
    """Shell scripts, the probe above all."""
    if not shutil.which("shellcheck"):
        session.skip("no shellcheck on this machine")
    session.run("shellcheck", *map(str, clone.shell_scripts()))


@step(tags=["test", "lint", "check"])
def reuse(session: nox.Session) -> None:
    """Every file names its licence; on a copy, since reuse takes what git ignores in a new folder for a new file."""
    session.run("reuse", "--root", str(clone.copy("reuse")), "lint", "--lines")


@step(tags=["test", "lint", "check"])
def changelog(session: nox.Session) -> None:
    """Changelog fragments."""
    session.run("antsibull-changelog", "lint")


@step(tags=[])
def release(session: nox.Session) -> None:
    """Turn the changelog fragments into the entry of the version that galaxy.yml names."""
    session.run("antsibull-changelog", "release", *session.posargs, env=LITTER)


@step(name="ansible-lint", tags=["test", "lint", "check"])
def ansible_lint(session: nox.Session) -> None:
    """Roles, playbooks and metadata, by the production profile."""
    session.run("ansible-lint", env=LITTER)


@step()
def docs(session: nox.Session) -> None:
    """Documentation of plugins, roles and of the guide."""
    session.run("antsibull-docs", "lint-collection-docs", "--plugin-docs", str(COLLECTION), env=LITTER)


@step()
def site(session: nox.Session) -> None:
    """The documentation site, without a warning or a dead link."""
    session.run("python", "site/make_site.py")


# --- what a user gets ------------------------------------------------------------------------------------------------


@step()
def build(session: nox.Session) -> None:
    """The artifact: built, its contents checked, installed, and described by ansible-doc from there."""
    session.run("python", "tests/tools/artifact.py")


def galaxy(session: nox.Session) -> None:
    """What Galaxy checks on an upload. It insists on an address, which is that of the publisher."""
    session.install("--quiet", "-r", str(REQUIREMENTS / "importer.txt"))
    copy = clone.copy("galaxy")
    with (copy / "galaxy.yml").open("a") as metadata:
        metadata.write("repository: https://example.org/standalone.python\n")
    session.chdir(copy.parent)
    session.run("ansible-galaxy", "collection", "build", "--force", str(copy), silent=True)
    (archive,) = copy.parent.glob("*.tar.gz")
    session.run("python", "-m", "galaxy_importer.main", archive.name, env=LITTER, silent=True)


step_under(PYTHON_OF_VENV, galaxy, name="galaxy", missing=f"no Python {PYTHON_OF_VENV} beside that of .venv")


# --- ansible-test ----------------------------------------------------------------------------------------------------


def sanity(session: nox.Session, core: str) -> None:
    """Ansible's own checks, importing under every Python here; on a copy, since links will not do.

    With the newest ansible-core all of them, with each other those whose verdict comes from its code.
    """
    session.install("--quiet", f"ansible-core~={core}.0")
    python = Path(session.bin) / "python"
    home = ansible_test.private_home(python, f"home-{core}")
    copy = clone.copy(f"sanity-{core}")
    session.chdir(copy)
    what = session.posargs or ([] if core == USABLE_CORES[-1] else [f"--test={test}" for test in CHECKS_OF_A_CORE])
    session.run("ansible-test", "sanity", "--color", "no", "--junit", *what, env={"HOME": str(home)}, silent=True)
    if not list(copy.glob("tests/output/junit/*.xml")):
        session.error("ansible-test found nothing to check, and reported success")


step_per_core(sanity, name="sanity")


# --- tests -----------------------------------------------------------------------------------------------------------


def unit(session: nox.Session, core: str) -> None:
    """All unit tests and short fuzzing with the newest ansible-core, with each other those that can tell it from that.

    With the oldest, whose controller has the oldest Python, that is also what tests the controller's code. Scripts for
    shells are the same under each.
    """
    session.install("--quiet", f"ansible-core~={core}.0", "-r", str(REQUIREMENTS / "controller.txt"))
    if core == USABLE_CORES[-1]:
        pytest(session, "tests/unit", "tests/fuzz", workers=2)
        return
    telling = (reach.ANSIBLE, *reach.CONTROLLER) if core == USABLE_CORES[0] else (reach.ANSIBLE,)
    pytest(session, *(str(test) for test in reach.reaching(*telling) if "probe_sh" not in test.stem), workers=0)


def unit_with_old_libraries(session: nox.Session) -> None:
    """The controller's HTTP client and caches with requests and urllib3 of long-lived distributions.

    A separate environment, since sigstore-python needs a newer urllib3.
    """
    session.install("--quiet", f"ansible-core~={USABLE_CORES[0]}.0", "-r", str(REQUIREMENTS / "pytest.txt"))
    session.install("--quiet", "-r", str(REQUIREMENTS / "oldest.txt"))
    packages = ("_http", "_archives")
    pytest(session, *(f"tests/unit/plugins/plugin_utils/{package}" for package in packages), workers=0)


def unit_on_host(session: nox.Session) -> None:
    """Unit tests of what runs on hosts, without ansible."""
    session.install("--quiet", "-r", str(REQUIREMENTS / "host.txt"))
    pytest(session, "tests/unit/plugins/module_utils", workers=0)


def plays(session: nox.Session, core: str) -> None:
    """The plays that are marked `each_core`: life cycle, role and playbooks. With the newest, `integration` has all."""
    session.install("--quiet", f"ansible-core~={core}.0", "-r", str(REQUIREMENTS / "controller.txt"))
    pytest(session, "tests/integration", "-m", "each_core", workers=0)


step_per_core(plays, name="plays", cores=[core for core in CORES if core not in USABLE_CORES[-1:]])
step_per_core(unit, name="unit")
step_under(
    CORES[USABLE_CORES[0]] if USABLE_CORES else None,
    unit_with_old_libraries,
    name="unit-old-libraries",
    missing="no Python here runs an ansible-core",
)
for _minor in HOSTS_ALONE:
    step_under(_minor, unit_on_host, name=f"unit-py{_minor}", missing=f"no Python {_minor} here")


@step(allow_parallel=False, tags=[])
def fleet(session: nox.Session) -> None:
    """Plays over SSH against Debian hosts with their own system roots, which want root and Debian's packages."""
    session.log(f"programs that make the hosts: {system_packages.install_missing(system_packages.FLEET_PACKAGES)}")
    pytest(session, "tests/fleet", workers=0)


@step(allow_parallel=False, tags=[])
def fuzz(session: nox.Session) -> None:
    """The tests of tests/fuzz with many random examples; FUZZ_EXAMPLES says how many each of them makes."""
    os.environ.setdefault("FUZZ_EXAMPLES", "20000")
    pytest(session, "tests/fuzz", workers=os.cpu_count() or 1)


@step(allow_parallel=False, tags=[])
def demo(session: nox.Session) -> None:
    """A Python below .demo/: installed, upgraded, rolled back."""
    session.run("python", "tests/demo/demo.py", *session.posargs)


@step(allow_parallel=False, tags=[])
def bench(session: nox.Session) -> None:
    """Speed, side by side with what users would pick instead; the part `role` wants the programs of `fleet`."""
    if "role" in session.posargs or not any(argument.isalpha() for argument in session.posargs):
        session.log(f"programs that make the hosts: {system_packages.install_missing(system_packages.FLEET_PACKAGES)}")
    session.run("python", "benchmarks/bench.py", *session.posargs)
