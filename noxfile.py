# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of `make test`, each one a session. `make setup` comes first; `.venv/bin/nox --list` names them.

antsibull-nox.toml declares the checks that most collections have. These, and tests under another Python or
ansible-core, have separate environments; everything else runs from `.venv`.
"""

from __future__ import annotations

import os
import shutil
import sys
import tarfile
from collections.abc import Callable, Sequence
from functools import partial, update_wrapper
from pathlib import Path

import antsibull_nox
import nox
from antsibull_nox.sessions.collections import prepare_collections

ROOT = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT / "tests" / "tools"), str(ROOT / "tests" / "support"), str(ROOT / "site")]

import ansible_test  # noqa: E402
import interpreters  # noqa: E402
import setup  # noqa: E402
import site_links  # noqa: E402
from paths import CACHE, REPORTS, REQUIREMENTS, VENV  # noqa: E402

if Path(sys.prefix).resolve() != VENV.resolve():
    sys.exit("The sessions use the tools in .venv: run them by make, or `make setup` and then .venv/bin/nox.")

HOME = os.environ.setdefault("HOME_OF_USER", os.environ.get("HOME", "/"))  # also in processes of parallel sessions
for _name in [name for name in os.environ if name.startswith("ANSIBLE_") or name == "PYTHONDONTWRITEBYTECODE"]:
    del os.environ[_name]  # of the caller's own work; without bytecode, each of thousands of processes would compile
os.environ |= {
    **{name: os.environ.get(name, value) for name, value in setup.SYSTEM_CERTIFICATES.items()},  # for uv
    "PATH": os.pathsep.join([str(VENV / "bin"), *interpreters.search_path()]),
    "ANSIBLE_CONFIG": str(ROOT / "tests" / "ansible.cfg"),
    "UV_PYTHON_DOWNLOADS": "never",
    "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR", str(Path(HOME, ".cache", "uv"))),
    "HOME": str(CACHE / "home"),  # tools leave logs and directories in it
    **({} if sys.stdout.isatty() else {"NO_COLOR": "1"}),
}

nox.needs_version = ">=2026.8.17"
nox.options.envdir = str(CACHE / "nox")
nox.options.default_venv_backend = "uv"
nox.options.allow_parallel = True  # of sessions that do not refuse
nox.options.reuse_venv = "yes"
nox.options.error_on_external_run = False
nox.options.tags = ["test"]

PYTHONS = interpreters.interpreters()
CORES = interpreters.controllers(PYTHONS)
OLDEST, *_, NEWEST = [core for core, minor in CORES.items() if minor]
CHECKED = ["test", "lint", "check"]
FORM = ("ansible-lint", "antsibull-nox-config", "codeqa", "extra-checks", "license-check", "yamllint")
OF_ANTSIBULL = {**dict.fromkeys(FORM, CHECKED), "docs-check": ["test"], "build-import-check": ["test"]}
OF_OLD_LIBRARIES = ("plugin_utils/_http", "plugin_utils/_archives")  # unit tests of the controller's requests
HOSTS_ALONE = ("3.9", "3.14")  # the ends of what hosts may have, tested without ansible
# What ansible-test asks of an ansible-core's own code. It reads form alone in all its other tests (pep8, pylint without
# names that need an import, compile, ...), which is the same with each core.
CHECKS_OF_A_CORE = ("action-plugin-docs", "ansible-doc", "import", "runtime-metadata", "validate-modules")
# What no user gets and ruff checks, with the rules of pylint.
OF_RUFF = ("benchmarks/", "noxfile.py", "site/", "tables/", "tests/")
OF_USERS = {"CHANGELOG.md", "COPYING", "FILES.json", "LICENSES", "MANIFEST.json", "README.md"}
OF_USERS |= {"MAINTAINERS.md", "SECURITY.md", "SUPPORT.md", "changelogs", "docs", "extensions", "meta", "playbooks"}
OF_USERS |= {"plugins", "roles"}


def step(**options: object) -> Callable:
    """Declare a session that uses `.venv`."""
    return nox.session(**{"venv_backend": "none", "tags": ["test"], **options})


def step_under(minor: str | None, run: Callable, *, name: str, tags: Sequence[str] = ("test",)) -> None:
    """Declare a session with an environment of Python `minor`; where that lacks, one that skips."""
    executable = PYTHONS.get(minor or "")
    if executable:
        step(name=name, python=executable, venv_backend="uv", tags=tags)(run)
    else:
        step(name=name, tags=tags)(lambda session: session.skip("no Python for it here"))


def step_per_core(run: Callable, *, but: str = "") -> None:
    """Declare a session for each ansible-core `but` one; `run` takes the session and that version.

    `make test` has the oldest and the newest, `make core CORE=2.18` any. The newest comes first: it has most to do, and
    begun last it would run on when nothing is left to run beside it.
    """
    for core in reversed([core for core in CORES if core != but]):
        tags = [f"core-{core}", *(["test", run.__name__] if core in (OLDEST, NEWEST) else [])]
        step_under(CORES[core], update_wrapper(partial(run, core=core), run), name=f"{run.__name__}-{core}", tags=tags)


def pytest(session: nox.Session, *tests: str, workers: int = 0, measured: bool = False) -> None:
    """Run pytest on `tests`, or on what the caller gave after `--`, and leave reports for the closing line.

    A worker has the tests of a file, and what they share, to itself, and takes over others' when it has no more.
    """
    reports = ("-o", f"cache_dir={CACHE / 'pytest' / session.name}", f"--junitxml={REPORTS / session.name}.xml")
    where = {"HOME": HOME, "COVERAGE_FILE": str(REPORTS / "coverage"), "COVERAGE_CORE": "sysmon"}
    command = ("coverage", "run") if measured else ("python",)
    how = ("-m", "pytest", "-q", f"-n{workers}", "--dist=worksteal")
    session.run(*command, *how, *reports, *(session.posargs or tests), env=where)
    if measured:
        session.run("coverage", "combine", "--quiet", env=where)
        with (REPORTS / "coverage.txt").open("w") as file:
            session.run("coverage", "report", stdout=file, env=where)


def step_of_tests(name: str, workers: int, **options: object) -> None:
    """Declare a session that runs the tests of a directory from `.venv`."""
    step(name=name, **options)(lambda session: pytest(session, f"tests/{name}", workers=workers))


def step_of_command(name: str, command: str, **options: object) -> None:
    """Declare a session that runs one command from `.venv`, with what the caller gave after `--`."""
    step(name=name, **options)(lambda session: session.run(*command.split(), *session.posargs))


# The longest step first, so that the others run beside it. Some plays wait, so it has a worker more than cores.
step_of_tests("integration", workers=3)
step_of_tests("unit", workers=3, tags=["check"])
step_of_tests("fuzz", workers=os.cpu_count() or 1, tags=[])
step_of_tests("real", workers=0, tags=[])
step_of_tests("fleet", workers=0, allow_parallel=False, tags=[])  # wants root and Debian's packages
step_of_command("mypy", "mypy --package ansible_collections.standalone.python.plugins", tags=CHECKED)
step_of_command("format", "ruff format --check --quiet", tags=CHECKED)  # the job `formatters` would write
step_of_command("changelog", "antsibull-changelog lint", tags=CHECKED)
step_of_command("release-notes", "antsibull-changelog release", tags=[])
step_of_command("actionlint", "actionlint", tags=CHECKED)
step_of_command(
    "workflows", "zizmor --offline --no-progress --quiet .github docs/project/github-workflow.yml", tags=CHECKED
)
step_of_command("site", "python site/make_site.py")
step_of_command("demo", "python tests/demo/demo.py", allow_parallel=False, tags=[])
step_of_command("bench", "python benchmarks/bench.py", allow_parallel=False, tags=[])
antsibull_nox.load_antsibull_nox_toml()
for _name, _session in nox.registry.get().items():
    _session.tags += OF_ANTSIBULL.get(_name, [])


@step(tags=CHECKED)
def shellcheck(session: nox.Session) -> None:
    """Shell scripts, the probe above all, recognized by suffix or first line."""
    if not shutil.which("shellcheck"):
        session.skip("no shellcheck on this machine")
    by_first_line = session.run("git", "grep", "-lE", "^#!.*(/| )(ba)?sh$", ":!*.py", ":!*.md", silent=True)
    by_suffix = session.run("git", "ls-files", "*.sh", silent=True)
    session.run("shellcheck", *sorted({*by_first_line.split(), *by_suffix.split()}))


def sanity(session: nox.Session, core: str) -> None:
    """Ansible's own checks, on a copy, since links will not do.

    With the newest ansible-core all, and imports by the oldest Python of hosts; with others what their code decides.
    """
    session.install("--quiet", f"ansible-core~={core}.0")
    home = CACHE / f"home-{core}"
    ansible_test.make_home(home, Path(session.bin) / "python")
    copy = prepare_collections(session, install_in_site_packages=False, install_out_of_tree=True).current_path
    session.chdir(copy)
    own, of_hosts = f"--python={CORES[core]}", f"--python={next(iter(PYTHONS))}"
    every = [[own, *(f"--exclude={path}" for path in OF_RUFF)], [of_hosts, "--test=compile", "--test=import"]]
    runs = every if core == NEWEST else [[own, *(f"--test={test}" for test in CHECKS_OF_A_CORE)]]
    for options in [session.posargs] if session.posargs else runs:
        session.run("ansible-test", "sanity", "--color=no", "--junit", *options, env={"HOME": str(home)}, silent=True)
    if not list(copy.glob("tests/output/junit/*.xml")):
        session.error("ansible-test found nothing to check, and reported success")


def plays(session: nox.Session, core: str) -> None:
    """The plays that are marked `each_core`: life cycle, role and playbooks. With the newest, `integration` has all."""
    session.install("--quiet", f"ansible-core~={core}.0", "-r", str(REQUIREMENTS / "controller.txt"))
    pytest(session, "tests/integration", "-m", "each_core")


def unit(session: nox.Session, core: str) -> None:
    """All unit tests and short fuzzing with the newest ansible-core, with each other those of code that reaches it.

    What `unit-old-libraries` runs with the oldest is not run with that again.
    """
    session.install("--quiet", f"ansible-core~={core}.0", "-r", str(REQUIREMENTS / "controller.txt"))
    if core == NEWEST:
        pytest(session, "tests/unit", "tests/fuzz", workers=2, measured=not session.posargs)
    else:
        reaching = ("action", "lookup", "modules", "plugin_utils", "module_utils/_http")
        elsewhere = [f"--ignore=tests/unit/plugins/{name}" for name in OF_OLD_LIBRARIES if core == OLDEST]
        pytest(session, *(f"tests/unit/plugins/{name}" for name in reaching), "--ignore-glob=*probe_sh*", *elsewhere)


def unit_with_old_libraries(session: nox.Session) -> None:
    """The controller's HTTP client and caches with old requests and urllib3, which sigstore-python does not accept."""
    session.install("--quiet", f"ansible-core~={OLDEST}.0", "-r", str(REQUIREMENTS / "pytest.txt"))
    session.install("--quiet", "-r", str(REQUIREMENTS / "oldest.txt"))
    pytest(session, *(f"tests/unit/plugins/{name}" for name in OF_OLD_LIBRARIES))


def unit_on_host(session: nox.Session) -> None:
    """Unit tests of what runs on hosts, without ansible."""
    session.install("--quiet", "-r", str(REQUIREMENTS / "host.txt"))
    pytest(session, "tests/unit/plugins/module_utils")


step_per_core(sanity)
step_per_core(plays, but=NEWEST)
step_per_core(unit)
step_under(CORES[OLDEST], unit_with_old_libraries, name="unit-old-libraries")
for _minor in HOSTS_ALONE:
    step_under(_minor, unit_on_host, name=f"unit-py{_minor}")


def build(session: nox.Session) -> None:
    """The artifact in dist/: its contents, installed and described in an empty environment; with `-- demo` also run."""
    session.install("--quiet", "ansible-core", "-r", str(ROOT / "meta" / "ee-requirements.txt"))
    copy = prepare_collections(session, install_in_site_packages=False, install_out_of_tree=True).current_path
    dist, installed = ROOT / "dist", {"ANSIBLE_COLLECTIONS_PATH": session.create_tmp()}
    shutil.rmtree(dist, ignore_errors=True)
    site_links.make_absolute(copy)
    session.run("ansible-galaxy", "collection", "build", "--output-path", str(dist), str(copy))
    (archive,) = dist.glob("*.tar.gz")
    with tarfile.open(archive) as members:
        surplus = {name.partition("/")[0] for name in members.getnames()} - OF_USERS
    if surplus:
        session.error(f"The artifact holds what no user needs: {', '.join(sorted(surplus))}.")
    to = [f"--collections-path={installed['ANSIBLE_COLLECTIONS_PATH']}", "--offline"]
    session.run("ansible-galaxy", "collection", "install", "--no-deps", "--force", *to, str(archive))
    session.run("ansible-galaxy", "collection", "verify", *to, "standalone.python")
    session.run("ansible-doc", "--metadata-dump", "standalone.python", env=installed, silent=True)
    if session.posargs == ["demo"]:
        session.run("python", "tests/demo/demo.py", env=installed)


step_under(CORES[NEWEST], build, name="build")
