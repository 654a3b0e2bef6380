# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makers of sample builds, sample mirrors and local servers for tests, demo and benchmarks.

Nothing here imports from `plugins/`: what makes the input of a test must not share code with what is tested.
Everything runs on Python 3.9 or newer with the standard library alone.
"""
