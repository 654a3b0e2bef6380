# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks a staged interpreter whether it works here, before anything refers to it."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ._errors import HealthError

DEFAULT_IMPORTS = ("ssl", "sqlite3", "ctypes", "zlib", "lzma", "bz2", "hashlib", "venv")

_TIMEOUT_S = 60
_WORDS_SHOWN = 2000
# One line for each module that does not work: the words that tell why, without a traceback.
_SCRIPT = """
import importlib, sys
failed = False
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except Exception as error:
        failed = True
        print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
print(sys.version.split()[0])
sys.exit(failed)
"""


def check(interpreter: str, imports: Sequence[str], expected_version: str) -> None:
    """Runs the interpreter (an absolute path) and imports each module. Raises `HealthError` with its own words."""
    import subprocess  # not for a run that changes nothing

    command = [interpreter, "-I", "-B", "-c", _SCRIPT, *imports]
    try:
        done = subprocess.run(  # pylint: disable=ansible-bad-function # no module object, and lists only
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            timeout=_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        raise _error(f"it did not answer within {_TIMEOUT_S} seconds") from None
    except OSError as error:  # no loader for it, not executable here, …
        raise _error(f"it could not be started: {error.strerror}") from None
    words = done.stderr.decode("utf-8", errors="replace").strip()[-_WORDS_SHOWN:]
    if done.returncode < 0:
        raise _error(
            f"it was killed by signal {-done.returncode}{_hint(-done.returncode)}. It said: {words or 'nothing'}"
        )
    if done.returncode:
        raise _error(f"it cannot import what it must. It said: {words or 'nothing'}")
    found = done.stdout.decode("utf-8", errors="replace").strip()
    if found != expected_version:
        raise _error(f"it calls itself {found}, but the build is named {expected_version}")


def _hint(signal_number: int) -> str:
    illegal_instruction = 4
    return " (this processor lacks an instruction that the build uses)" if signal_number == illegal_instruction else ""


def _error(what: str) -> HealthError:
    return HealthError(
        f"The new interpreter does not work on this host: {what.rstrip('.')}. "
        "Nothing was switched; what was at the path is still there. "
        "Choose another target, or list fewer modules in health_imports if you do not need them."
    )
