# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the tests of tests/fuzz run, and whether each run makes the same examples."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.database import DirectoryBasedExampleDatabase
from paths import CACHE

EXAMPLES_IN_SUITE = 300
VARIABLE = "FUZZ_EXAMPLES"  # set by `make fuzz`: how many examples each test makes, at random


def load_profile() -> None:
    """Make hypothesis run the suite's examples, or as many random ones as the environment asks for.

    Random failures are kept in .cache, so the next `make fuzz` begins with them.
    """
    set_hypothesis_home_dir(CACHE / "hypothesis")
    common = {"deadline": None, "suppress_health_check": list(HealthCheck)}
    settings.register_profile("suite", derandomize=True, database=None, max_examples=EXAMPLES_IN_SUITE, **common)
    examples = int(os.environ.get(VARIABLE) or 0)
    if examples:
        database = DirectoryBasedExampleDatabase(CACHE / "hypothesis" / "examples")
        settings.register_profile("long", database=database, max_examples=examples, print_blob=True, **common)
    settings.load_profile("long" if examples else "suite")


def costly(factor: int) -> settings:
    """Settings for a test whose examples cost `factor` times as much as a parse: it makes that many fewer."""
    return settings(max_examples=max(1, settings().max_examples // factor))
