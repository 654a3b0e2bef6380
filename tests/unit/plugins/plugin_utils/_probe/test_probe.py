# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StandaloneError
from ansible_collections.standalone.python.plugins.module_utils._json import rendered
from ansible_collections.standalone.python.plugins.plugin_utils._probe.probe import (
    Mount,
    NearestExisting,
    build_command,
    parse,
)


def sealed(**content: object) -> str:
    """The content of a file, as the probe prints it."""
    return rendered(content).replace("\n", "")


LINES = (
    "standalone-python-probe 1",
    "kind=link",
    "nearest_to_path=/opt/python",
    "nearest_to_path_is_directory=1",
    "nearest_to_path_is_writable=1",
    "link_target=.builds/a=b",
    "target_exists=1",
    "nearest_to_store=/opt",
    "nearest_to_store_is_directory=1",
    "free_kib=2048",
    "store_entry=a=b",
    f"store_receipt={sealed(format=1)}",
    "store_entry=c",
    "store_receipt=",
    "root_file=%2Fopt%2Fpython%2F3.13",
    f"root_json={sealed(path='/opt/python/3.13')}",
    "root_file=x",
    "root_json=",
    "running=4711 a=b",
    "running=42 a=b",
    "running=7 c",
    "entry=a=b",
    "newer=lib/os.py",
    "user_id=1000",
    "nearest_to_store_mount=nfs4 ro,noexec,vers=4.2 /opt/with space",
    "system=Linux x86_64",
    "elf=",
    "zstandard=/usr/bin/zstd",
    "zstandard=/usr/lib64/libzstd.so.1",
    "standalone-python-probe end",
)


def test_parse() -> None:
    probe = parse("\n".join(LINES))
    assert probe.path_kind == "link"
    assert probe.link_target == ".builds/a=b"
    assert probe.target_exists
    assert probe.entry == "a=b"
    assert probe.receipts == {"a=b": {"format": 1}, "c": None}
    assert probe.newer == "lib/os.py"
    assert probe.nearest_to_path == NearestExisting("/opt/python", is_directory=True, is_writable=True)
    assert probe.nearest_to_store == NearestExisting(
        "/opt",
        is_directory=True,
        is_writable=False,
        mount=Mount("nfs4", frozenset({"ro", "noexec", "vers=4.2"}), "/opt/with space"),
    )
    assert probe.user_id == 1000
    assert probe.roots == {"%2Fopt%2Fpython%2F3.13": {"path": "/opt/python/3.13"}, "x": None}
    assert probe.running == {"a=b": (42, 4711), "c": (7,)}
    assert probe.free_bytes == 2048 * 1024
    assert probe.zstandard == ("/usr/bin/zstd", "/usr/lib64/libzstd.so.1")
    assert (probe.platform.os, probe.platform.arch) == ("linux", "x86_64")


@pytest.mark.parametrize(
    "stdout",
    [
        "\r\n".join(("Welcome to db1!", "", *LINES, "kind=file")),
        "\n".join(("kind=file", "standalone-python-probe end", *LINES, "bye")),
        "\n".join(("standalone-python-probe 1", "a login script that runs its own probe", *LINES)),
    ],
    ids=["terminal", "noise that looks like facts", "another beginning"],
)
def test_noise_around_the_answer(stdout: str) -> None:
    assert parse(stdout) == parse("\n".join(LINES))


@pytest.mark.parametrize(
    "line",
    [
        "store_receipt=[1]",
        'store_receipt={"format": 1}',
        "store_receipt={",
        "store_receipt=",
        f"store_receipt={'[' * 200_000}",
    ],
)
def test_what_is_no_sealed_json_object(line: str) -> None:
    assert parse("\n".join((*LINES[:10], "store_entry=a", line, *LINES[-2:]))).receipts == {"a": None}


def test_what_the_host_could_not_find_out() -> None:
    lines = [
        "standalone-python-probe 1",
        "kind=absent",
        "nearest_to_path=/",
        "nearest_to_store=/",
        "free_kib=",
        LINES[-1],
    ]
    probe = parse("\n".join(lines))
    assert (probe.free_bytes, probe.link_target, probe.entry, probe.roots) == (None, None, None, {})


@pytest.mark.parametrize(
    "line",
    [
        "running=l 1 /proc/xx/exe -> /opt/python/.builds/a=b/bin/python",
        "running=47\u0661 a=b",
        "running=0 a=b",
        "running=4711",
        "running=99999999999 a=b",
        "running=1 .staging",
        "running=1 a/b",
        "kind=file",
        "free_kib=-1",
        f"free_kib={'9' * 5000}",
        "elf=7g",
        "elf=7f4",
        "elf=7f\u202845",
        "nearest_to_path_is_writable=yes",
        "entry=/etc",
        "Welcome to this host",
        "system",
    ],
)
def test_a_line_of_no_form_is_left_out_and_reported(line: str) -> None:
    warnings: list[str] = []
    probe = parse("\n".join((*LINES[:-1], line, LINES[-1])))
    assert probe == parse("\n".join(LINES))
    probe.answer.warn_of_malformed(warnings.append, "db1 to the probe")
    shown = line if len(line) <= 80 else f"{line[:80]}..."
    assert warnings == [
        f"The answer of db1 to the probe has lines that this collection did not ask for (1), such as {shown!r}. They "
        "were ignored. Check what prints into the shell sessions of this user there."
    ]


def test_a_good_answer_is_no_warning() -> None:
    parse("\n".join(LINES)).answer.warn_of_malformed(pytest.fail, "db1")


def test_a_receipt_is_of_the_entry_before_it_alone() -> None:
    first, second = ("store_entry=a", f"store_receipt={sealed(a=1)}"), ("store_entry=b", f"store_receipt={sealed(b=1)}")
    whole = [*LINES[:10], *first, *second, LINES[-1]]
    assert parse("\n".join(whole)).receipts == {"a": {"a": 1}, "b": {"b": 1}}
    for lines, expected in (
        ([*first, second[1]], {"a": None}),
        ([*first, "store_entry=b/c", second[1]], {"a": {"a": 1}}),
        ([second[1], *first], {"a": {"a": 1}}),
        ([first[0], *second], {"a": None, "b": {"b": 1}}),
        ([*first, *second, *first], {"a": None, "b": {"b": 1}}),
    ):
        assert parse("\n".join([*LINES[:10], *lines, LINES[-1]])).receipts == expected


@pytest.mark.parametrize("key", ["kind", "nearest_to_path", "nearest_to_store"])
def test_an_answer_without_its_first_facts_is_none(key: str) -> None:
    with pytest.raises(StandaloneError, match="Cannot probe the host"):
        parse("\n".join(line for line in LINES if not line.startswith(f"{key}=")))


ADVICE = "Check that this user can run shell commands there, with `ansible.builtin.raw`."


@pytest.mark.parametrize(
    ("stdout", "rc", "stderr", "printed"),
    [
        ("", 1, "", "1 and printed nothing."),
        ("", 127, "tr: not found\n", "127 and printed 'tr: not found'."),
        ("This account is\nnot available.\n", 1, "", "1 and printed 'This account is not available.'."),
        (
            "\n".join(LINES[:-1])[:60],
            0,
            "",
            "0 and printed 'standalone-python-probe 1 kind=link nearest_to_path=/opt/pyt'.",
        ),
        ("x" * 1000, 2, "", f"2 and printed '{'x' * 300}...'."),
    ],
)
def test_no_answer(stdout: str, rc: int, stderr: str, printed: str) -> None:
    with pytest.raises(StandaloneError) as caught:
        parse(stdout, rc=rc, stderr=stderr)
    assert str(caught.value) == f"Cannot probe the host: /bin/sh ended with {printed} {ADVICE}"


@pytest.mark.parametrize(
    ("path", "store", "message"),
    [
        (
            "opt/3.13",
            "/opt/.builds",
            "The path 'opt/3.13' cannot be used: give an absolute path without line ends in it.",
        ),
        ("", "/opt/.builds", "The path '' cannot be used: give an absolute path without line ends in it."),
        ("/opt/3.13", "/a\nb", "The store '/a\\nb' cannot be used: give an absolute path without line ends in it."),
        ("/opt/\0", "/b", "The path '/opt/\\x00' cannot be used: give an absolute path without line ends in it."),
    ],
)
def test_paths_that_no_command_can_carry(path: str, store: str, message: str) -> None:
    with pytest.raises(InvalidName) as caught:
        build_command(path, store, verify="quick")
    assert str(caught.value) == message


def test_the_command_is_short() -> None:
    """It is on every command line, and with sudo in every log, of every host."""
    assert len(build_command("/opt/python/3.13", "/opt/python/.builds", verify="quick")) < 7120
