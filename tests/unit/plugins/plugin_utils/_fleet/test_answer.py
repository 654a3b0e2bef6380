# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of hosts that are not what the module answers: one error that says where, whatever they hold."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._fleet.answer import DamagedAnswer, HostAnswer, pids_in
from tests.support.audited_fleets import build, host

WHERE = "The answer of the host"


def with_build(**more: Any) -> dict[str, Any]:
    return host({**build("3.13.15", "20261110"), **more})


def test_an_answer_is_read() -> None:
    earlier = build("3.13.14", "20260814", paths=[])
    answer = HostAnswer.parse(host(build("3.13.15", "20261110", pids=[7]), earlier, fallback=earlier["entry"]))
    (path,) = answer.paths
    assert (path.path, path.fallback) == ("/opt/python/3.13", earlier["entry"])
    found = answer.build_at(path.entry, path.store)
    assert found is not None
    assert (found.pids(), found.drift()) == ([7], {"changed": [], "missing": [], "added": []})
    assert answer.build_at(None, path.store) is None


@pytest.mark.parametrize("info", [None, 7, "text", [], {}, {"msg": None}, {"msg": {"a": 1}}, {"msg": "  "}])
def test_silence_is_said(info: Any) -> None:
    with pytest.raises(DamagedAnswer) as error:
        HostAnswer.parse(info)
    assert str(error.value) == "The host gave no answer."


@pytest.mark.parametrize(
    ("info", "message"),
    [
        ({"msg": " no route\x1b[2J\n"}, "no route\\x1b[2J"),
        ({"builds": "x", "paths": []}, f"{WHERE} is damaged: builds should be a list of at most 1000 entries."),
        ({"builds": []}, f"{WHERE} is damaged: paths should be a list of at most 1000 entries."),
        ({"builds": [], "paths": [None]}, f"{WHERE}: paths[0] is damaged: an object was expected there."),
        ({"builds": [[]], "paths": []}, f"{WHERE}: builds[0] is damaged: an object was expected there."),
        (with_build(store=7), f"{WHERE}: paths[0] is damaged: store should be a text."),
        (with_build(sha256=None), f"{WHERE}: builds[0] is damaged: sha256 should be a text."),
        (with_build(version="3.1e4.1"), f"{WHERE}: builds[0] is damaged: '3.1e4.1' is not a whole Python version."),
        (with_build(release="9" * 9), f"{WHERE}: builds[0] is damaged: release is '999999999', and should be"),
        (with_build(name="../x"), f"{WHERE}: builds[0] is damaged: name is '../x', and should be"),
        (with_build(files="a" * 4097), f"{WHERE} is damaged: it has a text of more than 4096 characters."),
        (with_build(more=[[[[[[[[[]]]]]]]]]), f"{WHERE} is damaged: it is more than 8 levels deep."),
        (with_build(more=[0] * 2_000_001), f"{WHERE} is damaged: it has more than 2000000 values."),
        ({"builds": [{}] * 1001, "paths": []}, f"{WHERE} is damaged: builds should be a list of at most 1000 entries."),
    ],
)
def test_damage_is_named(info: Any, message: str) -> None:
    with pytest.raises(DamagedAnswer) as error:
        HostAnswer.parse(info)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize("drift", [[], "x", {"changed": "x"}, {"changed": [1]}])
def test_damaged_drift_is_named(drift: Any) -> None:
    (found,) = HostAnswer.parse(with_build(drift=drift)).builds
    with pytest.raises(DamagedAnswer, match="drift"):
        found.drift()


@pytest.mark.parametrize(
    "entries",
    [
        None, "x", {"pids": []}, [None], [7], [{}], [{"pids": None}], [{"pids": "12"}], [{"pids": ["1"]}],
        [{"pids": [0]}],
        [{"pids": [-1]}], [{"pids": [True]}], [{"pids": [1.5]}], [{"pids": [10**30]}], [{"pids": [[1]]}],
    ],
)  # fmt: skip
def test_only_numbers_of_processes_are_taken(entries: Any) -> None:
    with pytest.raises(DamagedAnswer):
        pids_in(entries)


def test_processes_of_all_builds_are_listed() -> None:
    assert pids_in([{"pids": [7, 9]}, {"build": "x", "pids": []}, {"pids": [4194304]}]) == [7, 9, 4194304]
