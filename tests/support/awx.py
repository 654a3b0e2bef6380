# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of AWX's REST API that `awx import` uses, in memory: objects that are created, changed and related.

    with serve_awx() as awx:
        ...                                  # `awx import` against awx.url
        awx.objects["job_templates"][1]

It has the fields that AWX's serializers accept, refuses a reference to an object that does not exist, and holds surveys
to the rules of `JobTemplateSurveySpec._validate_spec_data` in awx/api/views.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

V2 = "/api/v2/"
_TEXT, _FLAG, _NUMBER, _JSON, _REFERENCE = "string", "boolean", "integer", "json", "id"
_NAMED = {"name": _TEXT, "description": _TEXT}
_PROMPTS = ("limit", "job_type", "credential", "variables", "inventory", "tags", "diff_mode", "verbosity")


def _all(kind: str, *names: str) -> dict[str, str]:
    return dict.fromkeys(names, kind)


# Resource -> (type of its objects, the fields that a POST takes, the lists that belong to an object).
RESOURCES: Mapping[str, tuple[str, Mapping[str, str], Mapping[str, str]]] = {
    "organizations": ("organization", _NAMED, {}),
    "credential_types": (
        "credential_type",
        {**_NAMED, "kind": _TEXT, "inputs": _JSON, "injectors": _JSON},
        {},
    ),
    "execution_environments": (
        "execution_environment",
        {**_NAMED, **_all(_TEXT, "image", "pull"), **_all(_REFERENCE, "organization", "credential")},
        {},
    ),
    "projects": (
        "project",
        {
            **_NAMED,
            **_all(_TEXT, "scm_type", "scm_url", "scm_branch", "scm_refspec", "local_path"),
            **_all(_FLAG, "scm_clean", "scm_update_on_launch", "scm_track_submodules", "allow_override"),
            **_all(_NUMBER, "scm_update_cache_timeout", "timeout"),
            **_all(_REFERENCE, "organization", "credential", "default_environment"),
        },
        {},
    ),
    "inventories": ("inventory", {**_NAMED, **_all(_TEXT, "kind", "variables"), "organization": _REFERENCE}, {}),
    "inventory_sources": (
        "inventory_source",
        {
            **_NAMED,
            **_all(_TEXT, "source", "source_path", "source_vars"),
            **_all(_FLAG, "overwrite", "overwrite_vars", "update_on_launch"),
            **_all(_REFERENCE, "inventory", "source_project", "credential", "execution_environment"),
        },
        {},
    ),
    "job_templates": (
        "job_template",
        {
            **_NAMED,
            **_all(_TEXT, "job_type", "playbook", "limit", "extra_vars", "scm_branch"),
            **_all(_NUMBER, "forks", "verbosity", "timeout", "job_slice_count"),
            **_all(_FLAG, "become_enabled", "diff_mode", "allow_simultaneous", "survey_enabled", "use_fact_cache"),
            **_all(_FLAG, *(f"ask_{name}_on_launch" for name in _PROMPTS)),
            **_all(_REFERENCE, "inventory", "project", "execution_environment"),
        },
        {"schedules": "schedules"},
    ),
    "workflow_job_templates": (
        "workflow_job_template",
        {
            **_NAMED,
            **_all(_TEXT, "extra_vars", "limit", "scm_branch"),
            **_all(_FLAG, "survey_enabled", "allow_simultaneous"),
            **_all(_REFERENCE, "organization", "inventory"),
        },
        {"schedules": "schedules", "workflow_nodes": "workflow_job_template_nodes"},
    ),
    "workflow_job_template_nodes": (
        "workflow_job_template_node",
        {
            "identifier": _TEXT,
            "all_parents_must_converge": _FLAG,
            "extra_data": _JSON,
            **_all(_REFERENCE, "workflow_job_template", "unified_job_template", "inventory"),
        },
        {},
    ),
    "schedules": (
        "schedule",
        {**_NAMED, "rrule": _TEXT, "enabled": _FLAG, "extra_data": _JSON, "unified_job_template": _REFERENCE},
        {},
    ),
}
_OTHER_RESOURCES = (
    "users",
    "teams",
    "credentials",
    "notification_templates",
    "applications",
    "system_job_templates",
    "hosts",
    "groups",
    "labels",
)
_NODE_LINKS = ("success_nodes", "failure_nodes", "always_nodes")
_OBJECT = re.compile(rf"{V2}(?P<resource>\w+)/(?P<id>\d+)/")
_PART = re.compile(rf"{V2}(?P<resource>\w+)/(?P<id>\d+)/(?P<part>\w+)/")
_LIST = re.compile(rf"{V2}(?P<resource>\w+)/")
_RESOURCES_OF: Mapping[str, tuple[str, ...]] = {
    "organization": ("organizations",),
    "inventory": ("inventories",),
    "project": ("projects",),
    "source_project": ("projects",),
    "execution_environment": ("execution_environments",),
    "default_environment": ("execution_environments",),
    "workflow_job_template": ("workflow_job_templates",),
    "unified_job_template": ("job_templates", "workflow_job_templates"),
}
_DEFAULT_TYPES: Mapping[str, type] = {
    **dict.fromkeys(("text", "textarea", "password", "multiplechoice", "multiselect"), str),
    "integer": int,
    "float": float,
}


class Refusal(Exception):
    """What AWX answers with status 400."""


@dataclass
class Awx:
    """What was created: resource -> number -> object. Related parts, such as surveys, are in `parts`."""

    url: str
    objects: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    parts: dict[str, list[Any]] = field(default_factory=dict)

    def create(self, resource: str, content: Mapping[str, Any]) -> dict[str, Any]:
        kind, fields, owned = RESOURCES[resource]
        for name, value in content.items():
            if name not in fields:
                raise Refusal(f"{kind} has no field {name}")
            if fields[name] == _REFERENCE and value is not None:
                self._require(name, value)
        same = self.objects.setdefault(resource, {})
        number = sum(map(len, self.objects.values())) + 1  # of all objects, as those of templates are
        url = f"{V2}{resource}/{number}/"
        related = {part: f"{url}{part}/" for part in owned}
        if resource in ("job_templates", "workflow_job_templates"):
            related["survey_spec"] = f"{url}survey_spec/"
        if resource == "workflow_job_template_nodes":
            related |= {part: f"{url}{part}/" for part in (*_NODE_LINKS, "create_approval_template")}
        made = {**dict.fromkeys(fields), **content, "id": number, "type": kind, "url": url, "status": "successful"}
        for part, whole in (("job_templates", "project"), ("inventory_sources", "inventory")):
            if resource == part:  # it belongs to the organization of that
                made["organization"] = self.objects[_RESOURCES_OF[whole][0]][content[whole]]["organization"]
        for name in (*(name for name, kind in fields.items() if kind == _REFERENCE), "organization"):
            target = self._target(name, made.get(name))
            if target:
                related[name] = target
        made["related"] = related
        same[number] = made
        return made

    def _require(self, name: str, number: Any) -> None:
        if not self._target(name, number):
            raise Refusal(f"{name}: there is no object {number}")

    def _target(self, name: str, number: Any) -> str | None:
        """The address of the object that a field refers to; None for other fields, and where there is none."""
        resources = _RESOURCES_OF.get(name, ())
        return next((f"{V2}{one}/{number}/" for one in resources if number in self.objects.get(one, {})), None)

    def found(self, resource: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
        wanted = {name: value for name, value in query.items() if name in ("name", "kind", "identifier")}
        every = self.objects.get(resource, {}).values()
        return [one for one in every if all(one.get(name) == value for name, value in wanted.items())]


def check_survey(survey: Mapping[str, Any]) -> None:
    """Raise `Refusal` as AWX does for a survey that breaks its rules."""
    for name, kind in (("name", str), ("description", str), ("spec", list)):
        if not isinstance(survey.get(name), kind):
            raise Refusal(f"the survey's {name} is missing, or of another type")
    seen = set()
    for question in survey["spec"]:
        for name in ("type", "question_name", "variable"):
            if not isinstance(question.get(name), str):
                raise Refusal(f"{name} is missing from a question, or of another type")
        if not isinstance(question.get("required"), bool) or question["variable"] in seen:
            raise Refusal(f"{question['variable']}: required is no boolean, or the variable is there twice")
        seen.add(question["variable"])
        _check_default(question)
    if not seen:
        raise Refusal("the survey has no question")


def _check_default(question: Mapping[str, Any]) -> None:
    variable, kind, default = question["variable"], question["type"], question.get("default", "")
    if kind not in _DEFAULT_TYPES:
        raise Refusal(f"{variable}: {kind} is no type of a question")
    if default != "" and (not isinstance(default, _DEFAULT_TYPES[kind]) or isinstance(default, bool)):
        raise Refusal(f"{variable}: the default is of another type")
    if any(question.get(limit) is not None and not isinstance(question[limit], int) for limit in ("min", "max")):
        raise Refusal(f"{variable}: a limit is no integer")
    if kind in ("multiplechoice", "multiselect"):
        given = question.get("choices") or ""
        choices = given.splitlines() if isinstance(given, str) else given
        defaults = default.splitlines()
        if not choices or not set(defaults) <= set(choices) or (kind == "multiplechoice" and len(defaults) > 1):
            raise Refusal(f"{variable}: there are no choices, or the default is not one of them")


class _Answering(BaseHTTPRequestHandler):
    awx: Awx

    def _answer(self, code: int, content: Any = None, **headers: str) -> None:
        body = b"" if content is None else json.dumps(content).encode()
        self.send_response(code)
        for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _content(self) -> Any:
        return json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")

    @property
    def _path(self) -> str:
        return urlsplit(self.path).path

    def _resource(self) -> str | None:
        """The resource whose objects the list at this path has; None for anything else."""
        if match := _LIST.fullmatch(self._path):
            return match["resource"]
        match = _PART.fullmatch(self._path)
        owned = RESOURCES.get(match["resource"], ("", {}, {}))[2] if match else {}
        if match and match["resource"] == "workflow_job_template_nodes" and match["part"] in _NODE_LINKS:
            return "workflow_job_template_nodes"
        return owned.get(match["part"]) if match else None

    def do_OPTIONS(self) -> None:
        resource = self._resource()
        if resource not in RESOURCES:
            self._answer(200, {"actions": {"POST": {}}, "description": ""}, Allow="GET, POST")
            return
        fields = {name: {"type": kind} for name, kind in RESOURCES[resource][1].items()}
        self._answer(200, {"actions": {"POST": fields}, "description": ""}, Allow="GET, POST")

    def do_GET(self) -> None:
        query = dict(parse_qsl(urlsplit(self.path).query))
        if self._path == "/api/":
            self._answer(200, {"current_version": V2, "available_versions": {"v2": V2}})
        elif self._path == V2:
            names = {"inventories": "inventory"}
            self._answer(200, {names.get(one, one): f"{V2}{one}/" for one in (*RESOURCES, *_OTHER_RESOURCES)})
        elif match := _OBJECT.fullmatch(self._path):
            self._answer(200, self.awx.objects[match["resource"]][int(match["id"])])
        elif _PART.fullmatch(self._path):
            results = self.awx.parts.get(self._path, [])
            self._answer(200, {"count": len(results), "next": None, "previous": None, "results": results})
        else:
            results = self.awx.found(self._path.split("/")[-2], query)
            self._answer(200, {"count": len(results), "next": None, "previous": None, "results": results})

    def do_POST(self) -> None:
        try:
            code, content = self._posted(self._content())
        except Refusal as error:
            code, content = 400, {"detail": str(error)}
        self._answer(code, content)

    def _posted(self, content: dict[str, Any]) -> tuple[int, Any]:
        part = _PART.fullmatch(self._path)
        if part and part["part"] in (*_NODE_LINKS, "survey_spec", "create_approval_template"):
            if part["part"] == "survey_spec":
                check_survey(content)
            self.awx.parts.setdefault(self._path, []).append(content)
            return (204, None) if part["part"] in _NODE_LINKS else (200, {})
        resource = self._resource()
        if resource is None:
            raise Refusal(f"{self._path} takes nothing")
        made = self.awx.create(resource, content)
        self.awx.parts.setdefault(self._path, []).append(made)
        return 201, made

    def do_PUT(self) -> None:
        match = _OBJECT.fullmatch(self._path)
        assert match, self._path
        changed = self.awx.objects[match["resource"]][int(match["id"])]
        changed.update(self._content())
        self._answer(200, changed)

    def log_message(self, *args: object) -> None:
        """Says nothing."""


@contextmanager
def serve_awx() -> Iterator[Awx]:
    """AWX as it is after its installation: with the organization Default."""
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _Answering)
    awx = Awx(f"http://127.0.0.1:{httpd.server_address[1]}")
    awx.create("organizations", {"name": "Default"})
    httpd.RequestHandlerClass = type("Handler", (_Answering,), {"awx": awx})
    thread = Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield awx
    finally:
        httpd.shutdown()
        thread.join()
        httpd.socket.close()
