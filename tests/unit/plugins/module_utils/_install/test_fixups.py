# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._archive.extract import extract
from ansible_collections.standalone.python.plugins.module_utils._errors import ArchiveError
from ansible_collections.standalone.python.plugins.module_utils._install import fixups
from ansible_collections.standalone.python.plugins.module_utils._install.fixups import Stage
from ansible_collections.standalone.python.plugins.module_utils._store.manifest import find_drift
from tests.support.receipts import entries_of, fill
from tests.support.sample_builds import SampleSpec, make_sample

PREFIX = "/opt/my python/3.13"
MTIME = 1704067200


def stage_of(directory: Path, files: dict[str, str], links: dict[str, str] | None = None) -> Stage:
    fill(directory, files, links)
    for path in files:
        os.utime(directory / path, (MTIME, MTIME))
    return Stage(str(directory), entries_of(directory))


def build(directory: Path, library: str = "python3.13", interpreter: str = "python3.13") -> Stage:
    """A build as archives of 2024 have it, in miniature."""
    files = {
        f"bin/{interpreter}": "ELF",
        "bin/pip3.13": "#!/bin/sh\n",
        f"lib/{library}/os.py": "",
        f"lib/{library}/_sysconfigdata__linux_x86_64-linux-gnu.py": (
            "# system configuration\nbuild_time_vars = {'AR': '/tools/llvm/bin/llvm-ar', 'prefix': '/install'}\n"
        ),
        f"lib/{library}/config-3.13-x86_64-linux-gnu/Makefile": "prefix=\t/install\nCC=\tclang -pthread\n",
        "lib/pkgconfig/python-3.13.pc": "prefix=/install\nlibdir=${prefix}/lib\n",
        "share/man/man1/python3.13.1": "see /install\n",
    }
    links = {"bin/python3": interpreter, "lib/pkgconfig/python3.pc": "python-3.13.pc"}
    return stage_of(directory, files, links)


def text(stage: Stage, path: str) -> str:
    return Path(stage.full(path)).read_text(encoding="utf-8")


class TestApply:
    def test_the_build_is_made_for_its_path(self, tmp_path: Path) -> None:
        stage = build(tmp_path / "stage")
        fixups.apply(stage, PREFIX, externally_managed=True)
        library = "lib/python3.13"
        assert text(stage, f"{library}/_sysconfigdata__linux_x86_64-linux-gnu.py") == (
            "# system configuration generated and used by the sysconfig module\n"
            "build_time_vars = {\n"
            "    'AR': 'ar',\n"
            "    'PYTHON_BUILD_STANDALONE': 1,\n"
            "    'prefix': '/opt/my python/3.13',\n"
            "}\n"
        )
        assert (
            text(stage, f"{library}/config-3.13-x86_64-linux-gnu/Makefile") == f"prefix=\t{PREFIX}\nCC=\tcc -pthread\n"
        )
        assert text(stage, "lib/pkgconfig/python-3.13.pc") == "prefix=${pcfiledir}/../..\nlibdir=${prefix}/lib\n"
        assert text(stage, "share/man/man1/python3.13.1") == "see /install\n"
        assert text(stage, f"{library}/EXTERNALLY-MANAGED") == (
            "[externally-managed]\n"
            "Error=This Python is managed by the Ansible collection standalone.python,\n"
            " and the next upgrade replaces it together with what was installed into it.\n"
            " Make an environment instead: /opt/my python/3.13/bin/python3 -m venv /path/to/environment\n"
        )
        assert os.readlink(stage.full("bin/python")) == "python3.13"
        assert text(stage, "libexec/python3.13") == f"#!/bin/sh\nexec '{PREFIX}/bin/python3.13' \"$@\"\n"
        assert stage.entries["libexec/python3.13"].mode == 0o755

    @pytest.mark.parametrize("externally_managed", [True, False])
    def test_the_entries_are_what_is_there_afterwards(self, tmp_path: Path, externally_managed: bool) -> None:
        stage = build(tmp_path / "stage")
        fixups.apply(stage, PREFIX, externally_managed=externally_managed)
        assert not find_drift(stage.directory, stage.entries, trusted_until_ns=None)

    def test_a_second_time_changes_nothing(self, tmp_path: Path) -> None:
        stage = build(tmp_path / "stage")
        fixups.apply(stage, PREFIX, externally_managed=True)
        before = dict(stage.entries)
        fixups.apply(stage, PREFIX, externally_managed=True)
        assert stage.entries == before

    def test_pip_may_be_let_in(self, tmp_path: Path) -> None:
        stage = build(tmp_path / "stage")
        fixups.apply(stage, PREFIX, externally_managed=False)
        assert "lib/python3.13/EXTERNALLY-MANAGED" not in stage.entries

    def test_pip_may_be_let_into_a_build_that_was_packed_with_the_marker(self, tmp_path: Path) -> None:
        stage = build(tmp_path / "stage")
        fixups.apply(stage, PREFIX, externally_managed=True)
        fixups.apply(stage, PREFIX, externally_managed=False)
        assert not os.path.exists(stage.full("lib/python3.13/EXTERNALLY-MANAGED"))
        assert not find_drift(stage.directory, stage.entries, trusted_until_ns=None)

    @pytest.mark.parametrize(
        ("library", "interpreter", "links"),
        [
            ("python3.13", "python3.13", {"python": "python3.13", "python3": "python3.13"}),
            (
                "python3.13t", "python3.13t",
                {"python": "python3.13t", "python3": "python3.13t", "python3.13": "python3.13t"},
            ),
            (
                "python3.13", "python3.13d",
                {"python": "python3.13d", "python3": "python3.13d", "python3.13": "python3.13d"},
            ),
            (
                "python3.13t", "python3.13td",
                {"python": "python3.13td", "python3": "python3.13td", "python3.13": "python3.13td"},
            ),
        ],
    )  # fmt: skip
    def test_every_kind_has_its_names_and_its_library(
        self, tmp_path: Path, library: str, interpreter: str, links: dict[str, str]
    ) -> None:
        stage = build(tmp_path / "stage", library, interpreter)
        fixups.apply(stage, PREFIX, externally_managed=True)
        assert {
            path: entry.target
            for path, entry in stage.entries.items()
            if path.startswith("bin/python") and entry.target
        } == {f"bin/{link}": target for link, target in links.items()}
        assert fixups.stdlib_directory(stage) == f"lib/{library}"
        assert fixups.interpreter(stage) == f"bin/{interpreter}"
        assert f"lib/{library}/EXTERNALLY-MANAGED" in stage.entries
        assert PREFIX in text(stage, f"lib/{library}/config-3.13-x86_64-linux-gnu/Makefile")

    def test_a_marker_that_is_a_link_is_replaced_by_a_file(self, tmp_path: Path) -> None:
        stage = build(tmp_path / "stage")
        fill(Path(stage.directory), {}, {"lib/python3.13/EXTERNALLY-MANAGED": "os.py"})
        stage.entries.update(entries_of(Path(stage.directory)))
        fixups.apply(stage, PREFIX, externally_managed=True)
        assert text(stage, "lib/python3.13/os.py") == ""
        assert stat.S_IMODE(os.lstat(stage.full("lib/python3.13/EXTERNALLY-MANAGED")).st_mode) == 0o644
        assert not find_drift(stage.directory, stage.entries, trusted_until_ns=None)

    @pytest.mark.parametrize(
        ("files", "links"),
        [
            ({}, {"libexec": "bin"}),
            ({}, {"libexec": "share"}),
            ({"libexec": ""}, {}),
            ({"libexec/python3.13/deep": ""}, {}),
        ],
    )
    def test_nothing_else_can_be_where_the_launcher_belongs(
        self, tmp_path: Path, files: dict[str, str], links: dict[str, str]
    ) -> None:
        stage = build(tmp_path / "stage")
        fill(Path(stage.directory), files, links)
        stage.entries.update(entries_of(Path(stage.directory)))
        with pytest.raises(ArchiveError, match=r"something else than a directory libexec and a file libexec/python3"):
            fixups.apply(stage, PREFIX, externally_managed=True)

    @pytest.mark.parametrize("link", [None, "../bin/python3.13"])
    def test_a_launcher_of_the_archive_is_replaced(self, tmp_path: Path, link: str | None) -> None:
        stage = build(tmp_path / "stage")
        launcher = "libexec/python3.13"
        fill(Path(stage.directory), {} if link else {launcher: "of the archive"}, {launcher: link} if link else None)
        stage.entries.update(entries_of(Path(stage.directory)))
        fixups.apply(stage, PREFIX, externally_managed=True)
        assert text(stage, launcher).startswith("#!/bin/sh\nexec ")
        assert stat.S_IMODE(os.lstat(stage.full(launcher)).st_mode) == stage.entries[launcher].mode == 0o755
        assert text(stage, "bin/python3.13") == "ELF"
        assert not find_drift(stage.directory, stage.entries, trusted_until_ns=None)

    def test_bytecode_in_the_archive_is_dropped(self, tmp_path: Path) -> None:
        cached = {"lib/python3.13/__pycache__/os.cpython-313.pyc": "", "lib/__pycache__/deep/er": "", "__pycache__": ""}
        stage = build(tmp_path / "stage")
        fill(Path(stage.directory), cached, {"lib/python3.13/__pycache__/link.pyc": "../os.py"})
        stage.entries.update(entries_of(Path(stage.directory)))
        fixups.apply(stage, PREFIX, externally_managed=True)
        assert not list(Path(stage.directory).rglob("__pycache__"))
        assert not [path for path in stage.entries if "__pycache__" in path]
        assert text(stage, "lib/python3.13/os.py") == ""

    @pytest.mark.parametrize(
        ("files", "message"),
        [
            (
                {"bin/python3.13": ""},
                "The archive holds no standard library (lib/pythonX.Y/os.py), so it is not a build of Python. "
                "Nothing was installed. Check that `archive` or the mirror holds the file that it should.",
            ),
            (
                {"lib/python3.13/os.py": "", "bin/python3": "", "bin/python3.13-config": ""},
                "The archive holds no interpreter (bin/pythonX.Y), so this host cannot use it. Nothing was installed. "
                "Check `target`: a build for Windows has no bin folder.",
            ),
            (
                {"Lib/os.py": "", "python.exe": ""},
                "The archive holds no interpreter (bin/pythonX.Y), so this host cannot use it. Nothing was installed. "
                "Check `target`: a build for Windows has no bin folder.",
            ),
            (
                {"lib/python3.13/os.py": "", "bin/python3.13": "", "lib/python3.13/_sysconfigdata_x.py": "import os"},
                "lib/python3.13/_sysconfigdata_x.py in the archive does not hold build_time_vars as a plain "
                "dictionary.",
            ),
        ],
        ids=["no library", "no interpreter", "Windows", "no sysconfig data"],
    )
    def test_what_is_no_build_is_refused(self, tmp_path: Path, files: dict[str, str], message: str) -> None:
        with pytest.raises(ArchiveError) as caught:
            fixups.apply(stage_of(tmp_path / "stage", files), PREFIX, externally_managed=True)
        assert str(caught.value) == message


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("lib/libtcl.la", "libdir='/install/lib'\nlibs=' -L/install/lib /install/lib/libz.la'\n", None),
        ("lib/python3.13/config-3.13d-x/libpython.la", "libdir='/install/lib'\n", None),
        ("lib/cmake/tcl/tcl-config.cmake", 'set(PREFIX "/install")\n', None),
        ("lib/thread2.8.9/pkgIndex.tcl", "lappend auto_path /install/lib\n", None),
        ("lib/itcl4.2.4/itclConfig.sh", "ITCL_LIB='-L/install/lib'\n", None),
        ("include/python3.13/pyconfig.h", '#define PREFIX "/install"\n', None),
        ("lib/python3.13/site-packages/tools.pth", "/install/lib/python3.13/tools\n", None),
        (
            "lib/python3.13/site-packages/a-1.dist-info/direct_url.json",
            '{"url": "file:///x", "dir": "/install/a"}',
            None,
        ),
        ("lib/python3.13t/_sysconfig_vars_t_linux_.json", '{"a": ["/install/lib"], "b": 1}', None),
        ("sbin/tool", "#!/install/bin/python3.13\n", None),
        ("libexec/tool", "#!/install/bin/python3 -E\n", None),
        ("etc/tool.conf", "dir = /install/share\n", None),
        ("lib/python3.13/site-packages/a-1.dist-info/METADATA", "Unpack it to /install.\n", "Unpack it to /install.\n"),
        ("lib/python3.13/json/doc.py", "'/install'\n", "'/install'\n"),
        ("bin/app.pyz", "#!/install/bin/python3\nPK\x03\x04\0\0", None),
        ("share/data.bin", "\0/install/lib", "\0/install/lib"),
    ],
)
def test_files_that_no_rule_is_for_do_not_name_the_prefix_of_upstream(
    tmp_path: Path, path: str, before: str, after: str | None
) -> None:
    stage = stage_of(tmp_path / "stage", {"bin/python3.13": "ELF", "lib/python3.13/os.py": "", path: before})
    fixups.apply(stage, PREFIX, externally_managed=True)
    changed = text(stage, path)
    if after is None:
        assert "/install" not in changed
        assert PREFIX in changed
    else:
        assert changed == after
    assert not find_drift(stage.directory, stage.entries, trusted_until_ns=None)


class TestStage:
    def test_a_file_keeps_its_mode_and_time(self, tmp_path: Path) -> None:
        stage = stage_of(tmp_path / "stage", {"bin/tool": "old", "lib/a.py": "old"})
        before = os.umask(0o077)
        try:
            for path in ("bin/tool", "lib/a.py", "lib/new.py"):
                stage.write(path, "new")
        finally:
            os.umask(before)
        modes = {path: stat.S_IMODE(os.stat(stage.full(path)).st_mode) for path in stage.entries if "." in path}
        assert modes == {"lib/a.py": 0o644, "lib/new.py": 0o644}
        assert stat.S_IMODE(os.stat(stage.full("bin/tool")).st_mode) == 0o755
        assert os.stat(stage.full("bin/tool")).st_mtime == MTIME
        assert not find_drift(stage.directory, stage.entries, trusted_until_ns=None)

    def test_another_name_of_the_same_file_keeps_its_content(self, tmp_path: Path) -> None:
        stage = stage_of(tmp_path / "stage", {"a": "old"})
        os.link(stage.full("a"), stage.full("b"))
        stage.write("a", "new")
        assert (text(stage, "a"), text(stage, "b")) == ("new", "old")

    def test_text_comes_back_byte_for_byte(self, tmp_path: Path) -> None:
        stage = stage_of(tmp_path / "stage", {"a": ""})
        Path(stage.full("a")).write_bytes(b"x\r\ny\xff\xe9\rz\n")
        stage.write("a", stage.read("a"))
        assert Path(stage.full("a")).read_bytes() == b"x\r\ny\xff\xe9\rz\n"


def test_programs_are_what_can_be_run_from_bin(tmp_path: Path) -> None:
    files = {"bin/python3.13": "", "bin/pip3.13": "", "bin/readme": "", "bin/sub/tool": "", "lib/tool": ""}
    stage = stage_of(tmp_path / "stage", files, {"bin/python3": "python3.13"})
    os.chmod(stage.full("bin/readme"), 0o644)
    stage.entries.update(entries_of(tmp_path / "stage"))
    assert fixups.executables(stage) == ("bin/pip3.13", "bin/python3", "bin/python3.13", "bin/sub/tool")


# Where a build still names the prefix that it was made with: file, the line that does, and why that is right.
STILL_NAMED = [
    (
        r"bin/python[\d.]+|lib/.*\.so(\.[\d.]+)?",
        rb"",
        "compiled in; the interpreter finds its prefix from its own path",
    ),
    (r"lib/python[^/]+/_sysconfig(data|_vars)_[^/]+", rb"CONFIG_ARGS", "how the build was configured"),
]


@pytest.mark.parametrize("flavor", ["install_only", "full"])
def test_nothing_else_of_a_build_names_the_prefix_of_upstream(tmp_path: Path, flavor: str) -> None:
    sample = make_sample(SampleSpec(flavor=flavor))
    stage = Stage(str(tmp_path), dict(extract(str(sample.path), str(tmp_path)).entries))
    fixups.apply(stage, PREFIX, externally_managed=True)
    found = [
        f"{path}: {line[:200]!r}"
        for path, entry in sorted(stage.entries.items())
        if entry.kind == "file"
        for line in Path(stage.full(path)).read_bytes().splitlines()
        if b"/install" in line  # or a megabyte of machine code is searched for the pattern
        and re.search(rb"(?<![\w.$)}])/install(?![\w.-])", line)
        and not any(re.fullmatch(file, path) and named in line for file, named, _why in STILL_NAMED)
    ]
    assert found == []
