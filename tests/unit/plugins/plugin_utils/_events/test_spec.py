# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of the event source, as a rulebook gives them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.standalone.python.plugins.plugin_utils._events.spec import InvalidWatch, WatchSpec


def test_arguments_and_defaults() -> None:
    spec = WatchSpec.parse({"names": "3.13", "interval": "60", "min_age": "2d", "eda_feedback_queue": object()})
    assert (spec.names, spec.targets, spec.index, spec.advisories) == (("3.13",), (), None, ())
    assert (spec.interval_s, spec.min_age_s, spec.report_known, spec.state) == (60, 2 * 24 * 60 * 60, False, None)
    assert WatchSpec.parse({"names": ["3.13"], "targets": None}).interval_s == 60 * 60
    url = WatchSpec.parse({"advisories": ["a.yml"], "url_options": {"timeout": 5, "headers": {"X": "y"}}}).url
    assert (url.timeout, url.headers) == (5, {"X": "y"})


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({}, "say what to watch, by names, by advisories, or by both."),
        ({"names": [], "advisories": []}, "say what to watch, by names, by advisories, or by both."),
        ({"organization": "x"}, "organization: there is no such argument. Leave it out."),
        ({"name": "3.13"}, "name: there is no such argument. Did you mean names?"),
        ({"names": [3.13]}, 'names: write texts in quotes, such as "3.13".'),
        ({"names": [""]}, 'names: write texts in quotes, such as "3.13".'),
        ({"names": "3.13", "interval": 0}, "interval: write the seconds between two looks, up to those of a day."),
        ({"names": "3.13", "interval": True}, "interval: write the seconds between two looks, up to those of a day."),
        ({"names": "3.13", "interval": "nan"}, "interval: write the seconds between two looks, up to those of a day."),
        ({"names": "3.13", "report_known": "yes"}, "report_known: write true or false."),
        (
            {"names": "3.13", "url_options": {"ca_pth": "x"}},
            "url_options: there is no option ca_pth. Did you mean ca_path?",
        ),
        ({"names": "3.13", "url_options": {"timeout": "x"}}, "url_options: timeout must be of the type int."),
        ({"names": "3.13", "url_options": {"timeout": True}}, "url_options: timeout must be of the type int."),
        (
            {"names": "3.13", "url_options": "x"},
            "url_options: write a dictionary, such as {ca_path: /etc/pki/house-ca.pem}.",
        ),
        ({"names": "3.13", "url_options": {"timeout": 0}}, "url_options: "),
        ({"names": "3.13", "state": ["/a", "/b"]}, "state: write the path of one file."),
        ({"names": "3.13", "state": "~nobody-here/a"}, "state: "),
        ({"names": "3.13", "min_age": "soon"}, "min_age: min_age 'soon' is no age."),
        ({"names": "3.x"}, "names: "),
        ({"names": "3.13", "targets": "x86"}, "targets: "),
    ],
)
def test_wrong_arguments_are_refused(args: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidWatch) as error:
        WatchSpec.parse(args)
    assert str(error.value).startswith(f"Cannot watch builds: {message}")


def test_the_file_is_where_the_home_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    states = [WatchSpec.parse({"names": "3.13", "state": path}).state for path in ("~/seen", "seen", "/srv/seen")]
    assert states == [f"{tmp_path}/seen", f"{tmp_path}/seen", "/srv/seen"]


def test_watches_of_different_things_have_different_memories() -> None:
    keys = [WatchSpec.parse(args).key for args in ({"names": "3.13"}, {"names": "3.12"}, {"advisories": "3.13"})]
    assert len({*keys}) == 3
    assert WatchSpec.parse({"names": "3.13", "interval": 1}).key == keys[0]
