# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName, StoreError
from ansible_collections.standalone.python.plugins.module_utils._json import Fields

Read = Callable[[Fields], Any]


@pytest.mark.parametrize(
    ("value", "read", "expected"),
    [
        ("x", lambda fields: fields.text("key"), "x"),
        ("", lambda fields: fields.text("key"), ""),
        ("x", lambda fields: fields.optional_text("key"), "x"),
        (None, lambda fields: fields.optional_text("key"), None),
        (0, lambda fields: fields.number("key"), 0),
        (1, lambda fields: fields.optional(fields.number, "key"), 1),
        (None, lambda fields: fields.optional(fields.number, "key"), None),
        (False, lambda fields: fields.flag("key"), False),
        (["a", "b"], lambda fields: fields.texts("key"), ("a", "b")),
        ([], lambda fields: fields.texts("key"), ()),
        ({"a": 1}, lambda fields: fields.object("key"), {"a": 1}),
        ([{"a": "1"}, {"a": "2"}], lambda fields: [item.text("a") for item in fields.items("key")], ["1", "2"]),
    ],
)
def test_what_is_of_its_type_is_returned(value: object, read: Read, expected: object) -> None:
    assert read(Fields({"key": value}, "doc")) == expected


def test_an_optional_text_may_lack() -> None:
    assert Fields({}, "doc").optional_text("key") is None


@pytest.mark.parametrize(
    ("mapping", "read", "message"),
    [
        (None, lambda fields: None, "doc is damaged: an object was expected there."),
        ([], lambda fields: None, "doc is damaged: an object was expected there."),
        ({}, lambda fields: fields.text("key"), "doc is damaged: key should be a text."),
        ({"key": 1}, lambda fields: fields.text("key"), "doc is damaged: key should be a text."),
        ({"key": 1}, lambda fields: fields.optional_text("key"), "doc is damaged: key should be a text."),
        ({"key": "1"}, lambda fields: fields.number("key"), "doc is damaged: key should be a whole number."),
        ({"key": 1.5}, lambda fields: fields.number("key"), "doc is damaged: key should be a whole number."),
        ({"key": True}, lambda fields: fields.number("key"), "doc is damaged: key should be a whole number."),
        (
            {"key": "1"},
            lambda fields: fields.optional(fields.number, "key"),
            "doc is damaged: key should be a whole number.",
        ),
        ({"key": 0}, lambda fields: fields.flag("key"), "doc is damaged: key should be true or false."),
        ({"key": "ab"}, lambda fields: fields.texts("key"), "doc is damaged: key should be a list."),
        ({"key": ["a", 1]}, lambda fields: fields.texts("key"), "doc is damaged: key should be a list of texts."),
        (
            {"key": [1, True]},
            lambda fields: fields.numbers("key"),
            "doc is damaged: key should be a list of whole numbers.",
        ),
        ({"key": []}, lambda fields: fields.object("key"), "doc is damaged: key should be an object."),
        ({"key": {}}, lambda fields: list(fields.items("key")), "doc is damaged: key should be a list."),
        (
            {"key": [1]},
            lambda fields: list(fields.items("key")),
            "doc: key[0] is damaged: an object was expected there.",
        ),
        (
            {"key": [{"a": "1"}, {}]},
            lambda fields: [item.text("a") for item in fields.items("key")],
            "doc: key[1] is damaged: a should be a text.",
        ),
    ],
)
@pytest.mark.parametrize("error", [StoreError, InvalidName])
def test_what_is_not_is_named(mapping: object, read: Read, message: str, error: type[StoreError]) -> None:
    with pytest.raises(error) as caught:
        read(Fields(mapping, "doc", error))
    assert str(caught.value) == message
