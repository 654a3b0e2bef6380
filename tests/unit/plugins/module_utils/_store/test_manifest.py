# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import StoreError
from ansible_collections.standalone.python.plugins.module_utils._os.paths import Entry
from ansible_collections.standalone.python.plugins.module_utils._store import manifest
from ansible_collections.standalone.python.plugins.module_utils._store.manifest import Drift, find_drift, parse, render
from tests.support.receipts import entries_of, fill

SHA256 = "0123456789abcdef" * 4
ODD = [
    "plain/path.py", " leading", "trailing ", "two  spaces", "tab\tbed", "line\nend", "return\rend", "next\x85line",
    "line\u2028separator", "percent%", "%09", "%2F", "100%25", "naïve/Grüße.py", "日本語", "\U0001f40d", "a\u0301",
    "\x1f\x7f", "quote'\"\\", "f\t644\t1\tx\ty", ".build.manifests",
]  # fmt: skip


def file(mode: int = 0o644, size_bytes: int = 3, sha256: str = SHA256) -> Entry:
    return Entry("file", mode, size_bytes, sha256, None)


def link(target: str) -> Entry:
    return Entry("link", 0o777, 0, None, target)


class TestText:
    def test_it_is_sorted_and_readable(self) -> None:
        entries = {
            "lib/b.py": file(),
            "bin": Entry("dir", 0o755, 0, None, None),
            "bin/python3": link("python3.13"),
            "bin/python3.13": file(0o755, 12),
        }
        assert render(entries) == (
            f"l\t777\t0\tpython3.13\tbin/python3\nf\t755\t12\t{SHA256}\tbin/python3.13\nf\t644\t3\t{SHA256}\tlib/b.py\n"
        )

    @pytest.mark.parametrize("path", ODD)
    def test_an_odd_path_or_target_comes_back(self, path: str) -> None:
        entries = {path: file(), f"{path}/link": link(path)}
        assert parse(render(entries), "m") == entries
        assert render(entries).isascii()

    def test_any_path_comes_back(self) -> None:
        """Drawn from what could break a line apart, with a fixed seed."""
        draw = random.Random(20260101)
        alphabet = "ab/.% \t\n\r\v\f\x1c\x85\u2028é🐍'\\+"
        for _round in range(500):
            paths = {"".join(draw.choices(alphabet, k=draw.randint(1, 12))) for _path in range(4)}
            entries = {
                path: link("".join(draw.choices(alphabet, k=draw.randint(1, 12))))
                if draw.random() < 0.3
                else file(draw.choice([0o644, 0o755]), draw.randrange(10**12))
                for path in paths
            }
            assert parse(render(entries), "m") == entries

    @pytest.mark.parametrize(
        "line",
        [
            "",
            "f\t644\t3\tabc",
            f"f\t644\t3\t{SHA256}\ta\tb",
            f"d\t755\t0\t{SHA256}\ta",
            f"f\t999\t3\t{SHA256}\ta",
            f"f\t644\tthree\t{SHA256}\ta",
        ],
        ids=["empty", "cut off", "a field too many", "kind", "mode", "size"],
    )
    def test_a_damaged_line_is_named(self, line: str) -> None:
        text = render({"a": file()}) + line + "\n"
        with pytest.raises(StoreError) as caught:
            parse(text, "/opt/python/.builds/x/.build.manifest")
        assert str(caught.value) == (
            "/opt/python/.builds/x/.build.manifest is damaged at line 2: it is not a line of a manifest."
        )


def replace(path: Path, make: Callable[[Path], object]) -> None:
    path.unlink()
    make(path)


# What happens to the tree of `build` -> (changed, missing, added)
DAMAGE: dict[str, tuple[Callable[[Path], object], tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "nothing": (lambda build: None, (), (), ()),
    "content": (lambda build: (build / "lib/a.py").write_text("12x"), ("lib/a.py",), (), ()),
    "size": (lambda build: (build / "lib/a.py").write_text("1234"), ("lib/a.py",), (), ()),
    "mode": (lambda build: (build / "lib/a.py").chmod(0o666), ("lib/a.py",), (), ()),
    "mode of a folder": (lambda build: (build / "lib").chmod(0o777), ("lib",), (), ()),
    "mode of the build": (lambda build: build.chmod(0o700), (".",), (), ()),
    "target": (lambda build: replace(build / "bin/b", lambda b: b.symlink_to("c")), ("bin/b",), (), ()),
    "file to link": (lambda build: replace(build / "lib/a.py", lambda a: a.symlink_to("/x")), ("lib/a.py",), (), ()),
    "link to file": (lambda build: replace(build / "bin/b", lambda b: b.write_text("")), ("bin/b",), (), ()),
    "file to pipe": (lambda build: replace(build / "lib/a.py", os.mkfifo), ("lib/a.py",), (), ()),
    "file to folder": (lambda build: replace(build / "lib/a.py", os.mkdir), (), ("lib/a.py",), ()),
    "missing": (lambda build: (build / "lib/a.py").unlink(), (), ("lib/a.py",), ()),
    "added file": (lambda build: (build / "lib/z.py").touch(), (), (), ("lib/z.py",)),
    "added link": (lambda build: (build / "lib/z").symlink_to("/etc"), (), (), ("lib/z",)),
    "added in a new folder": (lambda build: fill(build / "new/deep", {"z": ""}), (), (), ("new/deep/z",)),
    "bytecode": (lambda build: fill(build / "lib/__pycache__", {"a.cpython-313.pyc": ""}), (), (), ()),
    "a file called like bytecode": (lambda build: (build / "__pycache__").touch(), (), (), ("__pycache__",)),
    "receipt and manifest": (lambda build: fill(build, {".build.json": "", ".build.manifest": ""}), (), (), ()),
    "a receipt elsewhere": (lambda build: (build / "lib/.build.json").touch(), (), (), ("lib/.build.json",)),
}


@pytest.fixture
def build(tmp_path: Path) -> Path:
    return fill(tmp_path / "build", {"lib/a.py": "123", "bin/c": ""}, {"bin/b": "../lib/a.py"})


class TestDrift:
    @pytest.mark.parametrize("kind", DAMAGE)
    def test_what_happened_is_reported(self, build: Path, kind: str) -> None:
        damage, changed, missing, added = DAMAGE[kind]
        entries = entries_of(build)
        damage(build)
        found = find_drift(str(build), entries, trusted_until_ns=None)
        assert found == Drift(changed, missing, added)
        assert bool(found) is (kind not in ("nothing", "bytecode", "receipt and manifest"))

    def test_a_tree_may_be_deeper_than_python_likes(self, build: Path) -> None:
        entries = entries_of(build)
        handles = [os.open(build, os.O_DIRECTORY)]
        for _depth in range(3000):  # longer than a path may be
            os.mkdir("d", dir_fd=handles[-1])
            handles.append(os.open("d", os.O_DIRECTORY, dir_fd=handles[-1]))
            if len(handles) > 2:
                os.close(handles.pop(0))
        found = find_drift(str(build), entries, trusted_until_ns=None)
        subprocess.run(["rm", "-rf", build / "d"], check=True)  # which pytest could not
        for handle in handles:
            os.close(handle)
        (path,) = found.added
        assert set(path.split("/")) == {"d"}

    def test_a_file_that_became_something_else_meanwhile_is_changed(
        self, build: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A named pipe, which the owner of the build can make of it, would never end."""
        entries, walk = entries_of(build), manifest.walk

        def swapping(directory: str) -> list[tuple[str, os.stat_result]]:
            contents = list(walk(directory))
            (build / "lib/a.py").unlink()
            os.mkfifo(build / "lib/a.py")
            return contents

        monkeypatch.setattr(manifest, "walk", swapping)
        assert find_drift(str(build), entries, trusted_until_ns=None).changed == ("lib/a.py",)

    @pytest.mark.parametrize("target", [None, "/usr", "file"])
    def test_a_directory_that_its_owner_exchanges_meanwhile_is_not_entered(
        self, build: Path, target: str | None
    ) -> None:
        """It could be a link to all files of the host; and a package that pip replaces is gone for a moment."""
        (build / "file").touch()
        found = manifest.walk(str(build))
        for _read in (".", "file"):
            next(found)
        shutil.rmtree(build / "lib")
        if target == "file":
            (build / "lib").touch()
        elif target:
            (build / "lib").symlink_to(target)
        paths = [path for path, _status in found]
        assert [path for path in paths if path.startswith("lib")] == ([] if target is None else ["lib"])

    def test_modes_can_be_left_out(self, build: Path) -> None:
        entries = entries_of(build)
        for path in (build, build / "lib", build / "lib/a.py"):
            path.chmod(0o700)
        assert not find_drift(str(build), entries, trusted_until_ns=None, compare_modes=False)

    def test_old_files_are_trusted_and_new_ones_read(self, build: Path) -> None:
        entries = entries_of(build)
        (build / "lib/a.py").write_text("abc")
        written_ns = (build / "lib/a.py").stat().st_ctime_ns
        assert not find_drift(str(build), entries, trusted_until_ns=written_ns)
        assert find_drift(str(build), entries, trusted_until_ns=written_ns - 1).changed == ("lib/a.py",)

    def test_a_file_that_is_dated_back_is_read(self, build: Path) -> None:
        entries = entries_of(build)
        before_ns = (build / "lib/a.py").stat().st_ctime_ns - 1
        (build / "lib/a.py").write_text("abc")
        os.utime(build / "lib/a.py", (1, 1))
        assert find_drift(str(build), entries, trusted_until_ns=before_ns).changed == ("lib/a.py",)

    def test_it_is_reported_in_lists(self) -> None:
        assert Drift(("a",), ("b", "c"), ()).as_dict() == {"changed": ["a"], "missing": ["b", "c"], "added": []}

    def test_bytecode_that_an_archive_holds_may_be_there_or_not(self, build: Path) -> None:
        fill(build / "lib/__pycache__", {"a.cpython-313.pyc": ""})
        entries = entries_of(build)
        (build / "lib/__pycache__/a.cpython-313.pyc").unlink()
        assert not find_drift(str(build), entries, trusted_until_ns=None)
