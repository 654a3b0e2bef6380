# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._module_result import readable_output

BAD = "\x1b]0;owned\x07\x9b31m\u202eRED\U000e0041"
SHOWN = "\\x1b]0;owned\\x07\\x9b31m\\u202eRED\\U000e0041"
RESULT = {"msg": BAD, "paths": [BAD, "ü"], "changed": False}


@pytest.mark.parametrize("escapes", [True, False])
def test_data_stay_as_they_are_and_warnings_become_readable(escapes: bool) -> None:
    result = {**RESULT, "warnings": [BAD], "deprecations": [{"msg": BAD, "version": "2"}]}
    output = readable_output(json.dumps(result, ensure_ascii=escapes))
    assert json.loads(output) == {**RESULT, "warnings": [SHOWN], "deprecations": [{"msg": SHOWN, "version": "2"}]}


@pytest.mark.parametrize("printed", [json.dumps(RESULT), "{}", "", '{"warnings": 7}', '{"warnings": [', '["warnings"]'])
def test_what_has_no_warnings_is_the_same(printed: str) -> None:
    assert readable_output(printed) == printed


def test_words_around_the_result_are_readable() -> None:
    output = readable_output(f"{BAD}\n{json.dumps(RESULT)}\n{BAD}\n")
    assert output.replace("\n", "").isprintable()
    assert json.loads(output.split("\n")[1]) == RESULT


def test_a_result_without_end_is_left_to_ansible() -> None:
    deep = '{"warnings": ' + "[" * 100_000
    assert readable_output(deep) == deep
