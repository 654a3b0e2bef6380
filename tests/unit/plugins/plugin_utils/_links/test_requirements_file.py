# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requirements files as pip reads them: what is sent along, and which lines are refused before anything is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.plugin_utils._links.requirements_file import (
    Requirements,
    read_requirements,
    require_arguments,
)

HASH = "--hash=sha256:" + "0" * 64


def read(directory: Path, files: dict[str, str]) -> Requirements:
    for name, text in files.items():
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return read_requirements(str(directory / next(iter(files))), lambda path: Path(path).read_text())


@pytest.mark.parametrize(
    "line",
    [
        "app==1.0",
        "app[extra]>=1.0,<2 ; python_version < '3.9' and platform_machine != 'a/b'",
        f"app==1.0 \\\n    {HASH} \\\n    {HASH}",
        "# -e .",
        "app==1.0  # or ./app.whl",
        "app @ https://e.org/app-1.0-py3-none-any.whl",
        "https://user:secret@e.org/app-1.0.tar.gz#sha256=00",
        "git+https://e.org/app.git@v1#egg=app",
        "-e git+ssh://git@e.org/app.git#egg=app",
        "--editable=git+https://e.org/app.git",
        "-e ${REPOSITORY}/app",
        "${SERVER}/app-1.0.tar.gz",
        "-i https://user:secret@e.org/simple",
        "--index-url ${INDEX}",
        "--extra-index-url=https://e.org/simple",
        "--no-index",
        "--find-links /srv/wheels",
        "-f https://e.org/wheels",
        "--find-links=file:///srv/wheels",
        "-r https://e.org/base.txt",
        "-c https://e.org/limits.txt",
        "--require-hashes",
        "--only-binary :all:",
    ],
)
def test_what_is_for_pip_on_the_host_stays_as_it_is(tmp_path: Path, line: str) -> None:
    assert read(tmp_path, {"r.txt": f"first\n{line}\nlast\n"}) == Requirements(f"first\n{line}\nlast")


@pytest.mark.parametrize(
    ("files", "requirements", "constraints"),
    [
        ({"r": "a\n-r b\nc", "b": "b"}, "a b c", ""),
        ({"r": "-rb", "b": "b"}, "b", ""),
        ({"r": "--requirement=b", "b": "b"}, "b", ""),
        ({"r": "--requirement 'b c'", "b c": "b"}, "b", ""),
        ({"r": "-r \\\n  b  # base", "b": "b"}, "b", ""),
        ({"r": "a\n-c limits", "limits": "a<2\n--pre"}, "a", "a<2 --pre"),
        ({"r": "--constraint=limits\na", "limits": "a<2"}, "a", "a<2"),
        ({"r": "-r in/b", "in/b": "b\n-r deep/c\n-c ../l", "in/deep/c": "c", "l": "d<2"}, "b c", "d<2"),
        ({"r": "-c l", "l": "a<2\n-r b\n-c m", "b": "b", "m": "c<2"}, "b", "a<2 c<2"),
        ({"r": "-r b\n-r c", "b": "-r d", "c": "-r d\nc", "d": "d"}, "d c", ""),
        ({"r": "-r b\na", "b": "b \\"}, "b  a", ""),
        ({"r": "-r b\r\na\r\n", "b": "\ufeffb\r\n"}, "b a", ""),
        ({"r": ""}, "", ""),
    ],
)
def test_included_files_are_sent_along(
    tmp_path: Path, files: dict[str, str], requirements: str, constraints: str
) -> None:
    found = read(tmp_path, files)
    assert found == Requirements(requirements.replace(" ", "\n").replace("\n\n", " \n"), constraints.replace(" ", "\n"))


def test_a_change_of_an_included_file_shows(tmp_path: Path) -> None:
    contents = {
        read(tmp_path, {"r": "a\n-r b\n-c c\n", "b": b, "c": c}).content for b in ("b", "b==1") for c in ("", "a<2")
    }
    assert len(contents) == 4


@pytest.mark.parametrize(
    ("files", "number", "file", "words"),
    [
        ({"r": "a\n-r b"}, 2, "r", "includes b, and the controller has no file {here}/b. Included"),
        ({"r": "-r b", "b": "\n\n-c no/l"}, 3, "b", "includes no/l, and the controller has no file {here}/no/l. In"),
        ({"r": "-r ."}, 1, "r", "includes ., and the controller has no file {here}/."),
        ({"r": "-c file:///l"}, 1, "r", "includes file:///l, and the controller has no file"),
        ({"r": "-r ${NAME}.txt"}, 1, "r", "includes a file whose name has a variable"),
        ({"r": "-r b -c b", "b": ""}, 1, "r", "includes several files"),
        ({"r": "a\n--req b"}, 2, "r", "abbreviates an option to --req. Write it out, as --requirement."),
        ({"r": "--requiremen=b"}, 1, "r", "abbreviates an option to --requiremen. Write it out, as --requirement."),
        ({"r": "-c l", "l": "--const=b"}, 1, "l", "abbreviates an option to --const. Write it out, as --constraint."),
        ({"r": "--e ."}, 1, "r", "abbreviates an option to --e. Write it out, as --e"),
        ({"r": "-r r"}, 1, "r", "includes r, which includes this file again. Remove one of the lines."),
        ({"r": "-r b", "b": "a\n-r in/../r", "in/x": ""}, 2, "b", "includes in/../r, which includes this file again."),
        ({"r": "a\n-e ."}, 2, "r", "names the local path ., but pip runs on the host"),
        ({"r": "--editable=app"}, 1, "r", "names the local path app, but"),
        ({"r": "-e file:///app"}, 1, "r", "names the local path file:///app, but"),
        ({"r": ".[dev]"}, 1, "r", "names the local path .[dev], but"),
        ({"r": "./app"}, 1, "r", "names the local path ./app, but"),
        ({"r": "../wheels/app-1.0-py3-none-any.whl"}, 1, "r", "names the local path ../wheels/app-1.0-py3"),
        ({"r": "app-1.0.tar.gz ; python_version > '3'"}, 1, "r", "names the local path app-1.0.tar.gz ;"),
        ({"r": "/srv/app.zip"}, 1, "r", "names the local path /srv/app.zip, but"),
        ({"r": "app @ file:///srv/app.whl"}, 1, "r", "names a local path, but"),
        ({"r": f"# x\n\n./app.whl \\\n {HASH}"}, 3, "r", "names the local path ./app.whl, but"),
        ({"r": "-c l", "l": "x\n./app.whl"}, 2, "l", "names the local path ./app.whl, but"),
        ({"r": "https//user:secret@e.org/app.whl"}, 1, "r", "names a local path, but"),
        ({"r": "-f wheels"}, 1, "r", "gives the local path wheels to --find-links, but pip runs on the host."),
        ({"r": "--index-url ./simple"}, 1, "r", "gives the local path ./simple to --index-url, but"),
    ],
)
def test_what_no_host_can_follow_is_refused(
    tmp_path: Path, files: dict[str, str], number: int, file: str, words: str
) -> None:
    with pytest.raises(InvalidName) as error:
        read(tmp_path, files)
    begin = f"Cannot install the requirements in {tmp_path}/r: line {number} of {tmp_path}/{file} "
    assert str(error.value).startswith(begin + words.format(here=tmp_path))
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("damage", ["# caf\udce9", "\udcff\udcfea\0"])  # what Ansible reads from Latin-1 and UTF-16
@pytest.mark.parametrize("name", ["r.txt", "base.txt"])
def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path, name: str, damage: str) -> None:
    texts = {"r.txt": "-r base.txt\n", "base.txt": "app==1.0\n", name: damage}
    (tmp_path / "base.txt").touch()
    with pytest.raises(InvalidName) as error:
        read_requirements(str(tmp_path / "r.txt"), lambda path: texts[Path(path).name])
    assert str(error.value) == (
        f"Cannot install the requirements in {tmp_path}/r.txt: {tmp_path / name} is not UTF-8. Save it as UTF-8."
    )


@pytest.mark.parametrize(
    "arguments",
    [
        "--require-hashes --no-index --pre -U -qq",
        "-c /srv/limits.txt --constraint=/srv/limits.txt -c/srv/limits.txt",
        "-c https://e.org/limits.txt -f https://e.org/wheels -i https://user:secret@e.org/simple",
        "--find-links file:///srv/wheels --extra-index-url=https://e.org/simple",
        "--cert ~/ca.pem --client-cert=~/client.pem --cache-dir ~/cache --log /var/log/pip.log",
        "--config-settings editable_mode=compat -C--build-option=--quiet --config-settings=dir=/srv/x",
        "--only-binary :all: --proxy http://proxy:3128 --timeout 5 --python-version 3.12",
        "--python python3.12 --group /srv/pyproject.toml:dev",
        "app==1.0 app[extra]>=1 /srv/app-1.0-py3-none-any.whl -e git+https://e.org/app.git",
        "-vc /srv/limits.txt",
        "--",
    ],
)
def test_arguments_for_pip_on_the_host_are_taken(arguments: str) -> None:
    require_arguments(arguments.split(), "interpreter_pip_extra_args")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["-c", "limits.txt"], "-c in interpreter_pip_extra_args names the local path limits.txt"),
        (["-climits.txt"], "-c in interpreter_pip_extra_args names the local path limits.txt"),
        (["-qc", "limits.txt"], "-c in interpreter_pip_extra_args names the local path limits.txt"),
        (["--constraint=limits.txt"], "--constraint in interpreter_pip_extra_args names the local path limits.txt"),
        (
            ["--constraint", "file:limits.txt"],
            "--constraint in interpreter_pip_extra_args names the local path file:limits.txt",
        ),
        (["-r", "../more.txt"], "-r in interpreter_pip_extra_args names the local path ../more.txt"),
        (["-r", "~/more.txt"], "-r in interpreter_pip_extra_args names the local path ~/more.txt"),
        (
            ["--no-index", "--find-links", "./wheels"],
            "--find-links in interpreter_pip_extra_args names the local path ./wheels",
        ),
        (["-f", "wheels"], "-f in interpreter_pip_extra_args names the local path wheels"),
        (
            ["--config-settings", "dir=./x"],
            "--config-settings in interpreter_pip_extra_args names the local path dir=./x",
        ),
        (["-Cdir=../x"], "-C in interpreter_pip_extra_args names the local path dir=../x"),
        (["--cert", "ca.pem"], "--cert in interpreter_pip_extra_args names the local path ca.pem"),
        (["--client-cert=client.pem"], "--client-cert in interpreter_pip_extra_args names the local path client.pem"),
        (
            ["--build-constraint", "b.txt"],
            "--build-constraint in interpreter_pip_extra_args names the local path b.txt",
        ),
        (["--report", "report.json"], "--report in interpreter_pip_extra_args names the local path report.json"),
        (["-t", "lib"], "-t in interpreter_pip_extra_args names the local path lib"),
        (["-e", "."], "-e in interpreter_pip_extra_args names the local path ."),
        (["--group", "dev"], "--group in interpreter_pip_extra_args names the local path dev"),
        (["--python", "./bin/python"], "--python in interpreter_pip_extra_args names the local path ./bin/python"),
        (["--timeout", "5", "./app.whl"], "interpreter_pip_extra_args names the local path ./app.whl"),
        (["app @ file:app.whl"], "interpreter_pip_extra_args names a local path"),
        (["-i", "simple?token=secret"], "-i in interpreter_pip_extra_args names a local path"),
    ],
)
def test_paths_from_a_directory_that_nobody_knows_are_refused(arguments: list[str], named: str) -> None:
    with pytest.raises(InvalidName) as error:
        require_arguments(arguments, "interpreter_pip_extra_args")
    assert str(error.value) == (
        f"Cannot install requirements: {named}, but pip runs on the host. Write the "
        "path on the host from the root, or a URL. A file of the controller is sent along if a line -r or -c of "
        "the requirements file names it."
    )


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        (
            "--cons=limits.txt",
            "--cons in interpreter_pip_extra_args is an abbreviation. Write it out, as --constraint.",
        ),
        ("--find", "--find in interpreter_pip_extra_args is an abbreviation. Write it out, as --find-links."),
        ("--client", "--client in interpreter_pip_extra_args is an abbreviation. Write it out, as --client-cert."),
        ("-c limits.txt", "-c in interpreter_pip_extra_args is followed by a space. Write its value as another item."),
        (
            "--constraint limits.txt",
            "--constraint in interpreter_pip_extra_args is followed by a space. Write its value as another item.",
        ),
    ],
)
def test_arguments_that_pip_would_read_otherwise_are_refused(argument: str, words: str) -> None:
    with pytest.raises(InvalidName) as error:
        require_arguments([argument], "interpreter_pip_extra_args")
    assert str(error.value) == f"Cannot install requirements: {words}"
