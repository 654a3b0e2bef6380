# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the prepared copies of a mirror, in as many processes as there are processors.

Each copy is made by a separate process: its memory is freed with it, and nothing that goes wrong in one
reaches another.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import NamedTuple, Union

from .._builds.build import Prepared
from .._errors import StandaloneError
from .._os.errors import advice, file_of
from .._prepare.copy import Level, make

Outcome = Union[Prepared, str]  # or why there is no copy


class Job(NamedTuple):
    """A verified archive, the file to write, and a directory to work in, which exists and is empty."""

    archive: str
    target: str
    scratch: str


def make_all(jobs: Mapping[str, Job], level: Level, processors: int) -> dict[str, Outcome]:
    """Make a copy for each job, by name. A job that fails does not stop the others."""
    waiting = list(jobs)
    running: dict[int, str] = {}
    outcomes: dict[str, Outcome] = {}
    at_once = max(1, min(processors, len(waiting)))
    while waiting or running:
        while waiting and len(running) < at_once:
            name = waiting.pop(0)
            running[_start(jobs[name], level, processors // at_once)] = name
        pid, status = os.wait()
        if pid in running:
            name = running.pop(pid)
            outcomes[name] = _outcome(jobs[name], status)
    return outcomes


def _start(job: Job, level: Level, most_workers: int) -> int:
    """Start a process that makes one copy, and return its number."""
    pid = os.fork()
    if pid:
        return pid
    try:  # the child, which must never return to the caller's code
        try:
            answer = {"prepared": make(*job, level, most_workers=most_workers)._asdict()}
        except StandaloneError as error:
            answer = {"cause": {"text": str(error)}}
        except OSError as error:
            answer = {
                "cause": {"text": f"could not write {file_of(error) or job.target}: {advice(error, job.scratch)}"}
            }
        with open(_answer_of(job), "w", encoding="utf-8") as stream:
            json.dump(answer, stream)
        os._exit(0)
    finally:
        os._exit(1)


def _outcome(job: Job, status: int) -> Outcome:
    try:
        with open(_answer_of(job), encoding="utf-8") as stream:
            answer = json.load(stream)
        return Prepared(**answer["prepared"]) if "prepared" in answer else str(answer["cause"]["text"])
    except (OSError, ValueError):
        signal = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        return f"its process ended early{f', by signal {signal}' if signal else ''}. Is there too little memory?"


def _answer_of(job: Job) -> str:
    return f"{job.target}.json"
