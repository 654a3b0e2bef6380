# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fuzz tests: short and the same each time as a part of the suite, long and random by `make fuzz`."""

from __future__ import annotations

from tests.support import fuzzing

fuzzing.load_profile()
