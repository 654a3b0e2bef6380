# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The script of the role `pull`: which commits of a repository are applied, and which are refused before they run."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shlex
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.support.cron import entries_in
from tests.support.servers import Answering, files, login, serve, status

SCRIPT = Path(__file__).resolve().parents[3] / "roles" / "pull" / "files" / "pull.sh"
PAGE = SCRIPT.parents[3] / "docs" / "pull.md"
LOCK = "format: 1\n"
ANSIBLE_PULL = """\
#!/bin/sh
printf '%s\\n' "$*" >>{log}
exit {rc}
"""

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("git", "ssh-keygen", "flock"))), reason="no git, ssh-keygen or flock on this machine"
)


@dataclass
class Pulled:
    """A host in pull mode, its repository, and the keys of two people, one of whom may sign."""

    directory: Path
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("signer", "stranger"):
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(self.directory / name)]
            subprocess.run(command, check=True)
        self.git("init", "--quiet", "--initial-branch=main")
        key = (self.directory / "signer.pub").read_text()
        (self.directory / "allowed").write_text(f"signer@example.com {key}")
        self.log = self.directory / "log"
        self.ansible_pull(rc=0)
        self.settings = {
            "PULL_URL": str(self.directory / "repository"),
            "PULL_CHECKOUT": "main",
            "PULL_COMMIT": "",
            "PULL_ALLOWED_SIGNERS": str(self.directory / "allowed"),
            "PULL_PLAYBOOK": "local.yml",
            "PULL_LOCK": "python.lock.yml",
            "PULL_KEY_FILE": "",
            "PULL_COMMAND": str(self.directory / "ansible-pull"),
            "PULL_DIRECTORY": str(self.directory / "data"),
            "PULL_REPORT_COMMAND": "",
        }

    def ansible_pull(self, rc: int) -> None:
        program = self.directory / "ansible-pull"
        program.write_text(ANSIBLE_PULL.format(log=self.log, rc=rc))
        program.chmod(0o755)

    def git(self, *arguments: str) -> str:
        repository = self.directory / "repository"
        repository.mkdir(exist_ok=True)
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "gpg.format=ssh"]
        command = ["git", "-C", str(repository), *identity, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, env=_environment()).stdout.strip()

    def commit(self, signer: str | None = "signer", **files: str) -> str:
        """Commit files, by default a lock; the number of the commit."""
        for name, text in (files or {"python.lock.yml": LOCK}).items():
            (self.directory / "repository" / name.replace("__", ".")).write_text(text)
        self.git("add", "--all")
        key = ["-c", f"user.signingkey={self.directory / signer}.pub"] if signer else []
        self.git(*key, "commit", "--quiet", "--allow-empty", "-m", "x", *(["-S"] if signer else ["--no-gpg-sign"]))
        return self.git("rev-parse", "HEAD")

    def run(self) -> tuple[int, str]:
        """Run the script; its exit status and what it printed."""
        settings = self.directory / "settings"
        self.write(settings)
        done = subprocess.run(
            ["sh", str(SCRIPT), str(settings)], capture_output=True, text=True, check=False, env=_environment()
        )
        return done.returncode, done.stdout + done.stderr

    def write(self, settings: Path) -> None:
        settings.write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in self.settings.items()))

    def report(self) -> dict[str, str]:
        return dict(json.loads((self.directory / "data" / "report.json").read_text()))

    def applied(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


def _environment() -> dict[str, str]:
    return {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "LC_ALL": "C"}


@pytest.fixture
def host(tmp_path: Path) -> Pulled:
    return Pulled(tmp_path)


def test_a_signed_commit_is_applied_and_reported(host: Pulled) -> None:
    commit = host.commit()
    host.settings["PULL_REPORT_COMMAND"] = f'cp "$1" {host.directory}/sent'
    assert host.run() == (0, f"The commit {commit} is applied.\n")
    data = host.settings["PULL_DIRECTORY"]
    (arguments,) = host.applied()
    assert arguments == (
        f"--url {data}/repository.git --checkout {commit} --full --clean --directory {data}/checkout local.yml"
    )
    report = host.report()
    assert (report["result"], report["commit"]) == ("applied", commit)
    assert report["lock_sha256"] == hashlib.sha256(LOCK.encode()).hexdigest()
    assert json.loads((host.directory / "sent").read_text()) == report


def test_the_next_signed_commit_follows(host: Pulled) -> None:
    commits = [host.commit() for _number in range(2) if host.commit() and host.run()[0] == 0]
    assert host.run()[0] == 0
    assert commits[-1] in host.applied()[-1]


@pytest.mark.parametrize("signer", ["stranger", None])
def test_a_tampered_lock_is_refused(host: Pulled, signer: str | None) -> None:
    """It is in a commit after a good one, of somebody who can push and whose key does not count."""
    host.commit()
    assert host.run()[0] == 0
    commit = host.commit(signer, python__lock__yml="format: 1 # and another build\n")
    rc, said = host.run()
    assert (rc, len(host.applied())) == (2, 1)
    assert said == (
        f"Cannot apply the commit {commit}: none of pull_allowed_signers signed it. Find out who made it.\n"
    )
    assert (host.report()["result"], host.report()["commit"]) == ("refused", commit)


def test_an_older_signed_commit_is_refused(host: Pulled) -> None:
    """A server may show an earlier state of the branch, whose signature is as good as ever."""
    first, second = host.commit(), host.commit()
    assert host.run()[0] == 0
    host.git("reset", "--quiet", "--hard", first)
    rc, said = host.run()
    assert (rc, len(host.applied())) == (2, 1)
    assert f"Cannot apply the commit {first}: it does not follow {second}, which was applied last." in said


def test_another_signed_history_is_refused(host: Pulled) -> None:
    host.commit()
    assert host.run()[0] == 0
    host.git("checkout", "--quiet", "--orphan", "other")
    host.git("branch", "-D", "main")
    host.git("checkout", "--quiet", "-b", "main")
    host.commit(python__lock__yml="format: 1 # of another history\n")
    assert host.run()[0] == 2


def test_a_commit_without_lock_is_refused(host: Pulled) -> None:
    commit = host.commit(local__yml="[]\n")
    rc, said = host.run()
    assert (rc, host.applied()) == (2, [])
    assert said == f"Cannot apply the commit {commit}: it has no file python.lock.yml. Commit the lock.\n"


def test_only_the_named_commit_is_applied(host: Pulled) -> None:
    commit = host.commit(signer=None)
    later = host.commit(signer=None)
    (host.directory / "allowed").write_text("")
    host.settings["PULL_COMMIT"] = commit
    assert host.run()[0] == 0
    assert f"--checkout {commit} " in host.applied()[0]
    host.settings["PULL_COMMIT"] = "0" * 40
    rc, said = host.run()
    assert (rc, "it is not part of main. Correct pull_commit" in said) == (2, True)
    host.settings["PULL_COMMIT"] = later
    assert host.run()[0] == 0


def test_a_named_commit_must_be_signed_where_keys_are_given(host: Pulled) -> None:
    host.settings["PULL_COMMIT"] = host.commit("stranger")
    assert (host.run()[0], host.applied()) == (2, [])


def test_nothing_is_trusted_without_a_key_or_a_commit(host: Pulled) -> None:
    host.commit()
    (host.directory / "allowed").write_text("")
    rc, said = host.run()
    assert (rc, host.applied()) == (2, [])
    assert "neither pull_allowed_signers nor pull_commit is set. Run the role again." in said


def test_a_playbook_that_fails_is_reported(host: Pulled) -> None:
    commit = host.commit()
    host.ansible_pull(rc=3)
    assert host.run() == (1, f"Cannot apply the commit {commit}: the playbook failed. Its output is above.\n")
    assert host.report()["result"] == "failed"


@pytest.mark.parametrize("url", ["/nowhere/repository", "https://ops:secret@127.0.0.1:1/x.git", "ext::touch /tmp/x"])
def test_a_repository_that_cannot_be_fetched_is_reported_without_its_login(host: Pulled, url: str) -> None:
    host.settings["PULL_URL"] = url
    rc, said = host.run()
    assert (rc, said.startswith("Cannot fetch main: ")) == (1, True)
    assert "secret" not in said + json.dumps(host.report())


@pytest.mark.parametrize("password", ["s3cr%40t", "s3cr+t'$(id)"])
def test_no_other_user_sees_the_login(host: Pulled, password: str) -> None:
    commit = host.commit()
    host.git("update-server-info")
    seen: list[bytes] = []

    def note(answering: Answering) -> None:
        seen.append(b"".join(map(_read, Path("/proc").glob("[0-9]*/cmdline"))))
        files()(answering)

    with serve(
        host.directory / "repository" / ".git", script={"/info/refs": login("ops", unquote(password), note)}
    ) as server:
        host.settings["PULL_URL"] = server.url.replace("://", f"://ops:{password}@")
        assert host.run() == (0, f"The commit {commit} is applied.\n")
    assert b"git" in seen[0]
    assert b"s3cr" not in seen[0]
    data = Path(host.settings["PULL_DIRECTORY"])
    assert [one for one in data.rglob("*") if one.is_file() and b"s3cr" in one.read_bytes()] == []


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # the process has ended
        return b""


@pytest.mark.parametrize(("text", "shown"), [("\x9b31m\u202eowned \x1b[2J", "31m"), ("x" * 60_000, "xxxx")])
def test_what_a_server_says_is_short_and_shown_without_escapes(host: Pulled, text: str, shown: str) -> None:
    """Git leaves marks of more than one byte in it."""
    lines = ("# service=git-upload-pack\n", "", f"ERR {text}")
    body = b"".join(b"%04x%b" % (len(one.encode()) + 4, one.encode()) if one else b"0000" for one in lines)
    kind = {"Content-Type": "application/x-git-upload-pack-advertisement"}
    with serve(script={"/x.git/info/refs": status(200, kind, body)}) as server:
        host.settings["PULL_URL"] = f"{server.url}/x.git"
        rc, said = host.run()
    assert (rc, shown in said, said.replace("\n", "").isprintable()) == (1, True, True)
    assert len(said) < 2100


def test_a_report_command_that_fails_changes_nothing(host: Pulled) -> None:
    host.commit()
    host.settings["PULL_REPORT_COMMAND"] = "false"
    rc, said = host.run()
    assert (rc, "The report command failed." in said) == (0, True)


# What a run that was killed, or a power cut, can leave: a command in the host's directory.
LEFT = {
    "a lock of the checkout": "mkdir -p checkout/.git && touch checkout/.git/index.lock",
    "half a clone": "mkdir -p checkout/.git/objects",
    "a lock of the repository": "touch repository.git/refs/standalone/fetched.lock repository.git/HEAD.lock",
    "half a pack": "mkdir -p repository.git/objects/pack && touch repository.git/objects/pack/tmp_pack_1",
    "half a repository": "rm -r repository.git && mkdir repository.git",
    "an empty reference": ": >repository.git/refs/standalone/fetched",
    "empty objects": "find repository.git/objects -type f -exec chmod u+w {} + -exec truncate -s 0 {} +",
    "half a record of the commit": ": >applied.new",
    "half a report": "printf '{' >report.json.new",
}
ONLY_INTO_NOTHING = (
    "#!/bin/sh\n[ ! -e {data}/checkout ] && git clone --quiet {data}/repository.git {data}/checkout 2>&-\n"
)


@pytest.mark.parametrize("left", LEFT)
def test_what_a_killed_run_left_is_removed_by_the_next(host: Pulled, left: str) -> None:
    host.commit()
    data = host.settings["PULL_DIRECTORY"]
    program = host.directory / "ansible-pull"
    program.write_text(f"#!/bin/sh\ncd {data}\n{LEFT[left]}\nkill -9 $PPID\n")
    assert host.run() == (-signal.SIGKILL, "")
    program.write_text(ONLY_INTO_NOTHING.format(data=data))
    commit = host.commit()
    assert host.run() == (0, f"The commit {commit} is applied.\n")
    assert not list(Path(data).rglob("tmp_*"))
    assert sorted(os.listdir(data)) == ["applied", "checkout", "fetch.log", "report.json", "repository.git", "run.lock"]


def test_a_run_that_a_signal_ended_is_reported(host: Pulled) -> None:
    commit = host.commit()
    (host.directory / "ansible-pull").write_text("#!/bin/sh\nkill -TERM $PPID\n")
    message = f"Cannot apply the commit {commit}: a signal ended the run. Run it again."
    assert host.run() == (1, f"{message}\n")
    assert (host.report()["result"], host.report()["detail"]) == ("failed", message)
    host.ansible_pull(rc=0)
    assert host.run()[0] == 0


def test_an_empty_record_of_the_last_commit_lets_none_pass(host: Pulled) -> None:
    commit = host.commit()
    assert host.run()[0] == 0
    record = Path(host.settings["PULL_DIRECTORY"], "applied")
    record.write_text("")
    assert host.run() == (
        2,
        f"Cannot apply the commit {commit}: it does not follow an unknown commit, which was applied last. If "
        f"history was rewritten, remove {record}.\n",
    )


def test_two_runs_at_once_do_not_happen(host: Pulled) -> None:
    host.commit()
    (host.directory / "data").mkdir()
    with (host.directory / "data" / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert host.run() == (75, "Cannot run: another run is not finished. Wait for it.\n")
    assert host.run()[0] == 0


def test_the_line_for_cron_runs_the_script_after_a_delay(host: Pulled) -> None:
    (entry,) = entries_in(PAGE, "pull")
    assert entry.user == "root"
    settings = host.directory / "settings"
    host.write(settings)
    host.commit()
    paths = {
        "/usr/local/sbin/standalone-python-pull": f"sh {SCRIPT}",
        "/etc/standalone-python-pull/settings": str(settings),
    }
    done = entry.run(host.directory, replaced=paths, before='sleep() { echo "$1" >slept; }')
    assert done.returncode == 0, done.stdout + done.stderr
    assert 0 <= int((host.directory / "slept").read_text()) <= 3641
    assert host.report()["result"] == "applied"
