# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the action plugin of `build` gets index, mirror and archive from, and what it does where they have nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible", reason="the action plugin runs on the controller")

from ansible.utils.display import Display

from ansible_collections.standalone.python.plugins.module_utils._errors import IndexUnavailable
from ansible_collections.standalone.python.plugins.module_utils._http.options import UrlOptions
from ansible_collections.standalone.python.plugins.module_utils._install.publish import run
from ansible_collections.standalone.python.plugins.plugin_utils._build import sources
from ansible_collections.standalone.python.plugins.plugin_utils._index.reader import IndexOptions
from tests.support import fake_builds
from tests.support.action_host import NEW, OLD, Host, act, failure
from tests.support.fake_builds import MINOR, VERSION, FakeBuild
from tests.support.install_specs import spec

DAY_S = 24 * 60 * 60
SECRETS = {"url_username": "me", "url_password": "s3cret", "headers": {"X-Token": "s3cret"}, "client_cert": "/c.pem"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[IndexOptions]:
    """What an index would have been asked with."""
    options: list[IndexOptions] = []

    def resolve(_wanted: Any, *, index: IndexOptions, **_rest: Any) -> None:
        options.append(index)
        raise IndexUnavailable("enough")

    monkeypatch.setattr(sources, "resolve", resolve)
    return options


class TestIndex:
    @pytest.mark.parametrize("environment", [None, "https://env.example.com/i"])
    def test_credentials_are_for_an_index_that_was_named(
        self,
        host: Host,
        path: Path,
        asked: list[IndexOptions],
        monkeypatch: pytest.MonkeyPatch,
        environment: str | None,
    ) -> None:
        if environment:
            monkeypatch.setenv("ANSIBLE_STANDALONE_PYTHON_INDEX", environment)
        failure(host, path, name=MINOR, mirror="https://mirror.example.com", **SECRETS)
        failure(host, path, name=MINOR, index="https://own.example.com/i", **SECRETS)
        whole = UrlOptions.from_params(SECRETS)
        first = ((environment,), whole) if environment else (None, UrlOptions().without_credentials())
        assert [(options.index, options.url_options) for options in asked] == [
            first,
            (("https://own.example.com/i",), whole),
        ]

    @pytest.mark.parametrize(
        ("given", "index"),
        [
            (" https://own.example.com/i\n", ("https://own.example.com/i",)),
            (["bundled ", ""], ("bundled",)),
            ("", None),
            (["", "\n"], None),
        ],
    )
    def test_blanks_around_it_do_not_count_and_an_empty_one_is_none(
        self, host: Host, path: Path, asked: list[IndexOptions], given: Any, index: tuple[str, ...] | None
    ) -> None:
        failure(host, path, name=MINOR, index=given)
        assert asked[0].index == index

    @pytest.mark.parametrize(
        ("given", "seconds"),
        [
            ({}, 0),
            ({"index_max_age": ""}, 0),
            ({"index_max_age": "2d"}, 2 * DAY_S),
            ({"index_max_age": "36h"}, 36 * 60 * 60),
        ],
    )
    @pytest.mark.parametrize("default", [None, "7d"])
    def test_how_old_it_may_be_is_the_tasks_word_or_the_default(
        self,
        host: Host,
        path: Path,
        asked: list[IndexOptions],
        given: dict[str, str],
        seconds: int,
        default: str | None,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        if default:
            monkeypatch.setenv("ANSIBLE_STANDALONE_PYTHON_INDEX_MAX_AGE", default)
        failure(host, path, name=MINOR, **given)
        failure(host, path, name=MINOR, index_max_age="0")
        expected = 7 * DAY_S if default and not given.get("index_max_age") else seconds
        assert [options.max_release_age_s for options in asked] == [expected, 0]

    @pytest.mark.parametrize(("option", "where"), [(True, "index_max_age"), (False, "standalone_python_index_max_age")])
    def test_what_is_no_age_is_refused(
        self, host: Host, path: Path, option: bool, where: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ANSIBLE_STANDALONE_PYTHON_INDEX_MAX_AGE", "soon")
        said = failure(host, path, name=MINOR, **({"index_max_age": "soon"} if option else {}))
        assert said == f"{where} 'soon' is no age. Write hours, days or weeks, such as 36h, 7d or 2w."

    def test_an_index_that_is_too_old_is_an_error(self, host: Host, path: Path, index: str) -> None:
        said = failure(host, path, name=MINOR, index=[index], index_max_age="1h")
        assert said.startswith(f"Cannot use the index {index}: its newest release, {NEW}, is ")

    def test_an_exact_name_is_served_without_it(self, host: Host, path: Path, old: FakeBuild) -> None:
        run(spec(path, old))
        result = act(host, path, name=f"{VERSION}+{OLD}", state="latest", index=["/nowhere"])
        assert (result["changed"], host.modules) == (False, [])


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("release", ["20991231", "20261399"])
def test_an_asset_of_the_future_is_refused(
    host: Host, path: Path, old: FakeBuild, release: str, check_mode: bool
) -> None:
    asset = {key: value.replace(OLD, release) for key, value in old.asset().items() if isinstance(value, str)}
    said = failure(host, path, asset=asset, check_mode=check_mode)
    assert "is in the future, since the clock" in said or "which is no date" in said
    assert not host.modules


class TestNoAnswer:
    """`latest` where the index has nothing that answers."""

    @pytest.fixture
    def warned(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        warnings: list[str] = []
        monkeypatch.setattr(Display, "warning", lambda _self, message, **_options: warnings.append(message))
        return warnings

    @pytest.mark.parametrize("check_mode", [False, True])
    def test_what_answers_at_the_path_stays(
        self, host: Host, path: Path, old: FakeBuild, index: str, warned: list[str], check_mode: bool
    ) -> None:
        run(spec(path, old))
        result = act(host, path, name=MINOR, state="latest", index=[index], min_age="9999w", check_mode=check_mode)
        assert (result["changed"], result["build"]["name"], host.modules) == (False, old.name, [])
        assert warned == [
            f"{MINOR} for {fake_builds.TARGET}: only releases younger than `min_age` answer "
            f"({NEW}, {OLD}). Wait, or set a smaller `min_age`. {old.name} stays at {path}."
        ]

    def test_one_that_may_have_drifted_is_looked_at(
        self, host: Host, path: Path, old: FakeBuild, index: str, warned: list[str]
    ) -> None:
        run(spec(path, old))
        act(host, path, name=MINOR, state="latest", index=[index], min_age="9999w", verify="full")
        assert [(module["state"], "asset" in module) for module in host.modules] == [("present", False)]
        assert len(warned) == 1

    def test_it_is_an_error_where_nothing_answers(
        self, host: Host, path: Path, old: FakeBuild, index: str, warned: list[str]
    ) -> None:
        assert "`min_age`" in failure(host, path, name=MINOR, state="latest", index=[index], min_age="9999w")
        run(spec(path, old))
        assert "`min_age`" in failure(
            host, path, name=MINOR, state="latest", index=[index], min_age="9999w", externally_managed=False
        )
        said = failure(host, path, name=MINOR, state="latest", index=[index], checksum="0" * 64)
        assert "by the option checksum" in said
        assert warned == []


@pytest.mark.parametrize(("option", "mirrors"), [(None, ["https://env"]), (["https://task"], ["https://task"])])
def test_the_mirror_of_the_environment_outranks_uvs(
    host: Host, path: Path, old: FakeBuild, monkeypatch: pytest.MonkeyPatch,
    option: list[str] | None, mirrors: list[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("UV_PYTHON_INSTALL_MIRROR", "https://uv")
    monkeypatch.setenv("ANSIBLE_STANDALONE_PYTHON_MIRROR", "https://env")
    act(host, path, asset=old.asset(), **({"mirror": option} if option else {}))
    assert host.modules[0]["mirror"] == mirrors


class TestArchive:
    """One on the controller is sent when it is needed."""

    @pytest.fixture
    def full(self, host: Host, path: Path, old: FakeBuild) -> Callable[[], dict[str, Any]]:
        run(spec(path, old))
        params = {"archive": str(old.archive), "checksum": old.sha256, "verify": "full"}
        return lambda: act(host, path, name=f"{VERSION}+{OLD}", **params)

    def test_an_intact_build_needs_none(self, host: Host, full: Callable[[], dict[str, Any]]) -> None:
        host.answer = {"changed": False}
        assert full()["changed"] is False
        assert ([module.get("archive") for module in host.modules], host.received) == ([None], {})

    def test_drift_needs_it(self, host: Host, old: FakeBuild, full: Callable[[], dict[str, Any]]) -> None:
        host.first_answers = [
            {"changed": False, "msg": "Send it.", "archive_needed": {"sha256": old.sha256, "build": old.name}}
        ]
        assert full() == {"changed": True, "build": {"name": "x"}}
        assert [module.get("archive") for module in host.modules] == [None, "/host/tmp/archive"]
        assert list(host.received.values()) == [old.archive.read_bytes()]


class TestForeseen:
    """Refused from afar, in check mode too."""

    @pytest.mark.parametrize("check_mode", [False, True])
    def test_a_path_below_a_file(self, host: Host, path: Path, old: FakeBuild, check_mode: bool) -> None:
        path.parent.parent.mkdir(exist_ok=True)
        path.parent.write_text("")
        assert failure(host, path, asset=old.asset(), check_mode=check_mode) == (
            f"path is {path}, but {path.parent} is not a directory. Move it away, or choose another path."
        )

    @pytest.mark.parametrize("check_mode", [False, True])
    def test_an_archive_of_another_content(self, host: Host, path: Path, old: FakeBuild, check_mode: bool) -> None:
        params = {"name": f"{VERSION}+{OLD}", "archive": str(old.archive), "checksum": "0" * 64}
        assert old.sha256 in failure(host, path, check_mode=check_mode, **params)

    @pytest.mark.parametrize("check_mode", [False, True])
    def test_a_mirror_that_is_none(self, host: Host, path: Path, old: FakeBuild, check_mode: bool) -> None:
        assert failure(host, path, asset=old.asset(), mirror=["mirror.example.com"], check_mode=check_mode) == (
            "The mirror mirror.example.com is no http://, https:// or file:// URL. Correct it."
        )
        assert host.modules == []

    @pytest.mark.parametrize(
        ("option", "message"),
        [
            ({"min_age": "soon"}, "min_age 'soon' is no age. Write hours, days or weeks, such as 36h, 7d or 2w."),
            (
                {"checksum": "md5:1"},
                "checksum is 'md5:1'. Write the archive's SHA-256 digest, as sha256: and 64 hexadecimal digits.",
            ),
        ],
    )
    def test_an_option_that_is_none_where_nothing_is_to_do(
        self, host: Host, path: Path, old: FakeBuild, option: dict[str, str], message: str
    ) -> None:
        run(spec(path, old))
        assert failure(host, path, name=MINOR, **option) == message
        assert host.commands == []


class TestExclude:
    """Builds that are not chosen, by the option or its default."""

    @pytest.mark.parametrize(
        ("given", "default", "release"),
        [
            (None, NEW, OLD),
            ([NEW], OLD, OLD),
            ([], NEW, NEW),
            ("", NEW, OLD),
            (f">=3.99.0,<3.99.1,{NEW}", None, OLD),
            (int(NEW), None, OLD),
        ],
    )
    def test_the_next_best_is_chosen(
        self,
        host: Host,
        path: Path,
        index: str,
        monkeypatch: pytest.MonkeyPatch,
        given: Any,
        default: str | None,
        release: str,
    ) -> None:
        if default:
            monkeypatch.setenv("ANSIBLE_STANDALONE_PYTHON_EXCLUDE", default)
        act(host, path, name=MINOR, index=[index], **({} if given is None else {"exclude": given}))
        assert host.modules[0]["asset"]["release"] == release
        assert "exclude" not in host.modules[0]

    def test_the_error_names_the_entry(self, host: Host, path: Path, index: str) -> None:
        assert failure(host, path, name=MINOR, index=[index], exclude=["<3.99"]).endswith(
            "`exclude` has <3.99: take one out, or ask for another build."
        )
