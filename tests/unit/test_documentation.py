# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the guide to the code: links resolve, YAML parses, options exist, and quoted errors are what plugins say.

The pages are those of the repository's own directory and all in docs; the guide is docs/*.md. Plugins are read as
text, so nothing but PyYAML is needed.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from ansible_collections.standalone.python.plugins.module_utils._argspec import (
    BUILD_ARGUMENTS,
    MIRROR_ARGUMENTS,
    REQUEST_ARGUMENTS,
    SEALED_ARGUMENTS,
    URL_ARGUMENTS,
)
from ansible_collections.standalone.python.plugins.module_utils._builds.request import RequestedName
from ansible_collections.standalone.python.plugins.module_utils._errors import InvalidName
from ansible_collections.standalone.python.plugins.module_utils._platform.host import PLATFORM_ARGUMENTS
from ansible_collections.standalone.python.plugins.plugin_utils._bootstrap.task import BOOTSTRAP_ARGUMENTS

yaml = pytest.importorskip("yaml", reason="PyYAML comes with ansible-core, which is not installed here")

REPOSITORY = Path(__file__).resolve().parents[2]
PLUGINS = REPOSITORY / "plugins"
PAGES = sorted([*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md")])
THREATS = REPOSITORY / "docs" / "development" / "threats.md"
GUIDE = [page for page in PAGES if page.parent.name == "docs"]

# A fenced block: the fence's own indentation, its language, its content.
FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)\n(?P<content>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#+ (?P<text>.+)$", re.MULTILINE)
CODE_SPAN = re.compile(r"`(?P<code>[^`\n]+)`")
OUR_PATH = re.compile(r"(?:tests|plugins|docs|meta|roles|playbooks)/[\w./-]+")
RECIPE = re.compile(r"<!-- recipe: (?P<name>[a-z-]+) -->\n+(?P<fence>```yaml$)?", re.MULTILINE)
LOOKUP_CALL = re.compile(r"(?:lookup|query)\('standalone\.python\.release'(?P<arguments>[^)]*)\)")


def name_of(page: Path) -> str:
    return str(page.relative_to(REPOSITORY))


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose_of(page: Path) -> str:
    return FENCE.sub("", text_of(page))


def blocks_of(page: Path, language: str) -> list[str]:
    return [block["content"] for block in FENCE.finditer(text_of(page)) if block["language"] == language]


def anchor_of(heading: str) -> str:
    """The anchor that the usual renderers of Markdown give a heading."""
    plain = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower())
    return plain.replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_relative_links_resolve(page: Path) -> None:
    targets = {link["target"] for link in LINK.finditer(prose_of(page)) if "://" not in link["target"]}
    assert {target for target in targets if not resolves(target, page)} == set()


def test_pages_in_the_artifact_link_to_what_is_in_it() -> None:
    """But for what one needs a clone for."""
    ignored = set(yaml.safe_load(text_of(REPOSITORY / "galaxy.yml"))["build_ignore"])
    shipped = [page for page in PAGES if name_of(page).partition("/")[0] not in ignored]
    files = {
        (page.parent / unquote(link["target"]).partition("#")[0]).resolve()
        for page in shipped
        for link in LINK.finditer(prose_of(page))
        if "://" not in link["target"]
    }
    missing = {file.relative_to(REPOSITORY).parts[0] for file in files} & ignored
    assert missing <= {"CONTRIBUTING.md"}, missing


def resolves(target: str, page: Path) -> bool:
    file, _hash, anchor = target.partition("#")
    other = (page.parent / unquote(file)).resolve() if file else page
    if not other.exists():
        return False
    return not anchor or anchor in {anchor_of(heading["text"]) for heading in HEADING.finditer(text_of(other))}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_of_this_repository_that_are_named_exist(page: Path) -> None:
    named = {span["code"] for span in CODE_SPAN.finditer(prose_of(page)) if OUR_PATH.fullmatch(span["code"])}
    assert [path for path in sorted(named) if not (REPOSITORY / path).exists()] == []


def test_each_threat_is_held_by_a_test() -> None:
    """The last cell of each row, in the tables whose last column is called "test", names files of tests."""
    rows = [line.strip("| ").split(" | ") for line in text_of(THREATS).splitlines() if line.startswith("|")]
    held, in_table = [], False
    for row in rows:
        is_rule = set("".join(row)) <= set("-|")
        if not is_rule and row[-1] == "test":
            in_table = True
        elif row[0] == "attack":
            in_table = False
        elif in_table and not is_rule:
            held.append([span["code"] for span in CODE_SPAN.finditer(row[-1])])
    assert len(held) > 20
    wrong = [named for named in held if not named or not all(re.fullmatch(r"tests/.*/test_\w+\.py", n) for n in named)]
    assert wrong == []


def test_the_guide_has_a_table_of_contents() -> None:
    contents = REPOSITORY / "docs" / "README.md"
    linked = {link["target"] for link in LINK.finditer(text_of(contents))}
    assert {page.name for page in GUIDE} - {contents.name} <= linked


ROLES = sorted(REPOSITORY.glob("roles/*/README.md"))


@pytest.mark.parametrize("page", ROLES, ids=name_of)
def test_readmes_of_roles_have_the_variables_of_their_argument_specs(page: Path) -> None:
    specs = yaml.safe_load(text_of(page.parent / "meta" / "argument_specs.yml"))["argument_specs"]
    options: dict[str, Any] = {}
    for spec in specs.values():  # `main` first, whose defaults count
        options = {**spec["options"], **options}
    rows = [line.split(" | ") for line in text_of(page).splitlines() if line.startswith(f"| `{page.parent.name}_")]
    defaults = {row[0].strip("|` "): row[-1].rstrip("| ") for row in rows}
    assert {*defaults} == {*options}
    for name, option in options.items():
        value = option.get("default")
        assert value is None or (value if isinstance(value, str) else json.dumps(value)) in defaults[name], name
    (example,) = blocks_of(page, "yaml")
    assert {*yaml.safe_load(example)[0]["roles"][0]["vars"]} <= {*options}


FORMS = [form for form in REPOSITORY.glob(".github/ISSUE_TEMPLATE/*.yml") if form.stem != "config"]


@pytest.mark.parametrize("form", FORMS, ids=name_of)
def test_issue_forms_are_as_hosts_of_issues_take_them(form: Path) -> None:
    content = yaml.safe_load(text_of(form))
    assert {"name", "description", "body"} <= set(content) <= {"name", "description", "body", "labels", "title"}
    fields = [field for field in content["body"] if field["type"] != "markdown"]
    assert {field["type"] for field in content["body"]} <= {"markdown", "textarea", "input", "dropdown", "checkboxes"}
    assert len({field["id"] for field in fields}) == len(fields) > 0
    assert all(field["attributes"]["label"] for field in fields)
    assert any(field.get("validations", {}).get("required") for field in fields)


def test_the_readme_names_the_two_commands() -> None:
    commands = "\n".join(blocks_of(REPOSITORY / "README.md", "console"))
    assert "make demo" in commands
    assert "make test" in commands


# --- YAML ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_yaml_parses(page: Path) -> None:
    for block in blocks_of(page, "yaml"):
        yaml.safe_load(block)


def test_recipes_are_named_once_and_followed_by_their_tasks() -> None:
    recipes = list(RECIPE.finditer(text_of(REPOSITORY / "README.md")))
    names = [recipe["name"] for recipe in recipes]
    assert len(names) == 10
    assert len(set(names)) == len(names)
    assert all(recipe["fence"] for recipe in recipes)


def tasks_in(content: Any, action: str) -> Iterator[dict[str, Any]]:
    """The options of each task that runs `action`, wherever it stands: in a list of tasks, a block or a play."""
    if isinstance(content, dict):
        for key, value in content.items():
            if key == action:
                yield value or {}
            else:
                yield from tasks_in(value, action)
    elif isinstance(content, list):
        for item in content:
            yield from tasks_in(item, action)


def names_of(pattern: str) -> set[str]:
    return {file.stem for file in REPOSITORY.glob(pattern) if file.stem != "__init__"}


MODULES = names_of("plugins/modules/*.py")
PLAYBOOKS = names_of("playbooks/*.yml")
ROLES = names_of("roles/*")
OF_EVENTS = names_of("extensions/eda/plugins/event_source/*.py") | names_of("extensions/eda/rulebooks/*.yml")
NAMED = MODULES | PLAYBOOKS | ROLES | OF_EVENTS | names_of("plugins/lookup/*.py") | names_of("plugins/filter/*.yml")
EXAMPLES = sorted([*PAGES, *REPOSITORY.glob("roles/*/README.md"), *PLUGINS.glob("modules/*.py")])
EXAMPLES += sorted(PLUGINS.glob("lookup/*.py"))


def examples_in(file: Path) -> str:
    """What a user may copy: the fenced blocks of a page, or the examples of a plugin."""
    if file.suffix == ".py":
        return str(constant_in(file, "EXAMPLES"))
    return "\n".join(block["content"] for block in FENCE.finditer(text_of(file)))


def yaml_in(file: Path) -> list[Any]:
    return [
        yaml.safe_load(block) for block in ([examples_in(file)] if file.suffix == ".py" else blocks_of(file, "yaml"))
    ]


@pytest.mark.parametrize("file", EXAMPLES, ids=name_of)
def test_what_examples_name_exists(file: Path) -> None:
    others = {"group/standalone.python.python", "ansible_collections.standalone.python.plugins"}
    full_name = re.compile(r"(?:group/|ansible_collections\.)?standalone\.python\.(\w+)")
    found = full_name.finditer(examples_in(file))
    assert {match[0] for match in found if match[0] not in others and match[1] not in NAMED} == set()


@pytest.mark.parametrize("file", EXAMPLES, ids=name_of)
def test_options_in_tasks_exist(file: Path) -> None:
    wrong = [
        (module, option)
        for content in yaml_in(file)
        for module in sorted(MODULES)
        for task in tasks_in(content, f"standalone.python.{module}")
        for option in task
        if option not in documented_options(f"modules/{module}.py")
    ]
    assert wrong == []


def keys_in(content: Any) -> Iterator[str]:
    if isinstance(content, dict):
        yield from map(str, content)
    for item in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        yield from keys_in(item)


@cache
def known_variables() -> frozenset[str]:
    """Those of all roles and playbooks, and the options for URLs."""
    specs = [
        yaml.safe_load(text_of(spec))["argument_specs"] for spec in REPOSITORY.glob("roles/*/meta/argument_specs.yml")
    ]
    of_roles = {name for spec in specs for entry_point in spec.values() for name in entry_point.get("options", {})}
    of_playbooks = {name for playbook in PLAYBOOKS for name in spec_of(playbook)["options"]}
    return frozenset({*of_roles, *of_playbooks, *URL_ARGUMENTS})


@pytest.mark.parametrize("file", EXAMPLES, ids=name_of)
def test_variables_in_examples_exist(file: Path) -> None:
    """Whatever begins as the variables of a role or playbook does is one."""
    prefixed = re.compile(rf"(?:{'|'.join(sorted(ROLES | PLAYBOOKS))})_")
    used = {key for content in yaml_in(file) for key in keys_in(content)}
    used.update(re.findall(r"(?:-e|--extra-vars) ['\"]?(\w+)=", examples_in(file)))
    assert {name for name in used if prefixed.match(name)} - known_variables() == set()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_options_in_lookups_exist(page: Path) -> None:
    calls = [call["arguments"] for call in LOOKUP_CALL.finditer("\n".join(blocks_of(page, "yaml")))]
    used = {option for arguments in calls for option in re.findall(r"\b(\w+)=", arguments)}
    assert used - (set(documented_options("lookup/release.py")) if calls else set()) == set()


# --- names -----------------------------------------------------------------------------------------------------------


def column_of(page: str, heading: str, column: int = 1) -> list[str]:
    """The code spans in a column of the table below a heading of a page of the guide."""
    section = re.split(r"^#+ ", text_of(REPOSITORY / "docs" / page), flags=re.MULTILINE)
    (text,) = [part for part in section if part.startswith(f"{heading}\n")]
    cells = [line.split("|")[column] for line in text.splitlines() if line.startswith("|")]
    return [span["code"] for cell in cells for span in CODE_SPAN.finditer(cell)]


NAMES = [*column_of("names.md", "Forms"), *column_of("names.md", "Full asset names", column=2)]


@pytest.mark.parametrize("name", NAMES)
def test_names_that_the_guide_shows_are_understood(name: str) -> None:
    assert str(RequestedName.parse(name)) == name


@pytest.mark.parametrize("name", column_of("names.md", "When a name is refused"))
def test_names_that_the_guide_calls_wrong_are_refused(name: str) -> None:
    with pytest.raises(InvalidName):
        RequestedName.parse(name)


# --- variables of playbooks ------------------------------------------------------------------------------------------

TABLES = {"upgrade": "upgrade.md", "rollback": "go-back.md", "audit": "audit.md", "lock": "lock.md"}


def spec_of(playbook: str) -> dict[str, Any]:
    return dict(yaml.safe_load(text_of(REPOSITORY / "playbooks" / "argument_specs" / f"{playbook}.yml")))


@pytest.mark.parametrize("playbook", TABLES)
def test_tables_of_variables_have_what_the_argument_spec_has(playbook: str) -> None:
    rows = [line.split("|")[1] for line in text_of(REPOSITORY / "docs" / TABLES[playbook]).splitlines() if "|" in line]
    named = [span["code"] for row in rows for span in CODE_SPAN.finditer(row)]
    assert sorted(name for name in named if name.startswith(f"{playbook}_")) == sorted(spec_of(playbook)["options"])


@pytest.mark.parametrize("playbook", TABLES)
def test_tables_of_variables_have_the_defaults_of_the_argument_spec(playbook: str) -> None:
    text = text_of(REPOSITORY / "docs" / TABLES[playbook])
    for name, option in spec_of(playbook)["options"].items():
        (line,) = [line for line in text.splitlines() if line.startswith("|") and f"`{name}`" in line.split("|")[1]]
        default = line.split("|")[3]
        if option.get("required"):
            assert default.strip() == "required", name
        elif "default" in option and "," not in line.split("|")[1]:
            value = option["default"]
            assert f"`{value if isinstance(value, str) else json.dumps(value)}`" in default, name


def test_what_counts_once_is_listed() -> None:
    cells = column_of("settings.md", "What counts once for the whole run", column=2)
    specs = [spec_of(playbook)["options"] for playbook in ("upgrade", "rollback", "audit", "install", "bootstrap")]
    once = {name for options in specs for name, option in options.items() if option.get("scope") == "run"}
    assert set(cells) == once


# --- option documentation against argument specs ---------------------------------------------------------------------


def constant_in(file: Path, name: str) -> Any:
    """The literal that is assigned to `name`, at the top of `file` or in a class."""
    for node in ast.walk(ast.parse(text_of(file))):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == name:
            return ast.literal_eval(node.value)
    raise AssertionError(f"{file} has no {name}")


@cache
def documented_options(plugin: str) -> dict[str, Any]:
    """The options of a plugin with those of the collection's fragments that it extends, merged as Ansible does."""
    documentation = yaml.safe_load(constant_in(PLUGINS / plugin, "DOCUMENTATION"))
    options = dict(documentation.get("options", {}))
    for fragment in documentation.get("extends_documentation_fragment", []):
        file, _dot, variant = fragment.removeprefix("standalone.python.").partition(".")
        for name, option in fragment_options(file, variant or "documentation").items():
            options[name] = {**option, **options.get(name, {})}
    return options


def fragment_options(file: str, variant: str) -> dict[str, Any]:
    fragment = import_module(f"ansible_collections.standalone.python.plugins.doc_fragments.{file}").ModuleDocFragment
    return dict(yaml.safe_load(getattr(fragment, variant.upper())).get("options", {}))


SPECS = {
    "build": {**BUILD_ARGUMENTS, **PLATFORM_ARGUMENTS, **REQUEST_ARGUMENTS, **SEALED_ARGUMENTS},
    "mirror": {**MIRROR_ARGUMENTS, **SEALED_ARGUMENTS},
}
OPTIONS = sorted(
    {(module, option) for module in SPECS for option in {*SPECS[module], *documented_options(f"modules/{module}.py")}}
)


def shape_of(option: dict[str, Any]) -> dict[str, Any]:
    """What documentation and argument spec must agree on, with what both may leave out filled in."""
    kind = option.get("type", "str")
    return {
        "type": kind,
        "elements": option.get("elements"),
        "required": option.get("required", False),
        "default": option.get("default"),
        "choices": option.get("choices"),
        "aliases": option.get("aliases", []),
        "suboptions": {
            name: shape_of(suboption)
            for name, suboption in (option.get("suboptions") or option.get("options") or {}).items()
        },
    }


@pytest.mark.parametrize(("module", "option"), OPTIONS)
def test_documentation_and_argument_spec_agree(module: str, option: str) -> None:
    documented = documented_options(f"modules/{module}.py").get(option)
    assert documented is not None, f"{option} is accepted and not documented"
    assert option in SPECS[module], f"{option} is documented and not accepted"
    assert shape_of(documented) == shape_of(SPECS[module][option])


def test_documentation_and_argument_spec_of_bootstrap_agree() -> None:
    documented = {name: shape_of(option) for name, option in documented_options("modules/bootstrap.py").items()}
    assert documented == {name: shape_of(option) for name, option in BOOTSTRAP_ARGUMENTS.items()}


@pytest.mark.parametrize("module", ["build_confirm", "build_info", "build_rollback"])
def test_actions_know_the_options_that_they_pass_on(module: str) -> None:
    documented = documented_options(f"modules/{module}.py")
    aliases = {alias for option in documented.values() for alias in option.get("aliases", ())}
    assert set(constant_in(PLUGINS / "action" / f"{module}.py", "_options")) == {*documented, *aliases}


def test_the_fragment_of_url_options_documents_all_of_them() -> None:
    assert set(fragment_options("url", "documentation")) == set(URL_ARGUMENTS)


def test_each_filter_says_that_it_is_internal() -> None:
    """Tasks use modules and lookups; what stays a filter serves roles and playbooks."""
    files = sorted((PLUGINS / "filter").glob("*.yml"))
    assert len(files) > 10
    documented = {file.stem: yaml.safe_load(text_of(file))["DOCUMENTATION"]["short_description"] for file in files}
    assert [name for name, line in documented.items() if not line.startswith("Internal to ")] == []


@pytest.mark.parametrize("specs", sorted(REPOSITORY.glob("roles/*/meta/argument_specs.yml")), ids=name_of)
def test_roles_document_nothing_that_ansible_doc_drops(specs: Path) -> None:
    """ansible-core 2.19 warns of `attributes` in the entry points of roles, and later ones do not show them."""
    shown = {"short_description", "description", "version_added", "author", "options", "seealso"}
    entry_points = yaml.safe_load(text_of(specs))["argument_specs"]
    dropped = {name: sorted(set(spec) - shown) for name, spec in entry_points.items()}
    assert {name: keys for name, keys in dropped.items() if keys} == {}


@pytest.mark.parametrize("page", GUIDE, ids=name_of)
def test_the_guide_mentions_only_options_that_exist(page: Path) -> None:
    """A code span such as `keep: 3` or `state: latest` is an option of `build` with a value that it takes."""
    wrong = []
    for span in CODE_SPAN.finditer(prose_of(page)):
        option, colon, value = span["code"].partition(": ")
        if not colon or option not in BUILD_ARGUMENTS:
            continue
        choices = BUILD_ARGUMENTS[option].get("choices")
        if choices and value not in choices:
            wrong.append(span["code"])
    assert wrong == []


HOST_PLAYBOOKS = ("audit", "bootstrap", "install", "rollback", "upgrade")
BECOME = re.compile(r"(?:(?P<option>`--become`.{0,60})?`become: true`)", re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_of_the_guide_work_without_root(page: Path) -> None:
    """Nobody can write `become: true` into a playbook of the collection, so commands and advice have the option."""
    commands = [line for block in blocks_of(page, "console") for line in block.splitlines()]
    changing = [line for line in commands if re.search(rf"standalone\.python\.(?:{'|'.join(HOST_PLAYBOOKS)})\b", line)]
    assert [line for line in changing if "ansible-playbook" in line and "--become" not in line] == []
    assert [match[0] for match in BECOME.finditer(prose_of(page)) if not match["option"] and page in GUIDE] == []


# --- error messages --------------------------------------------------------------------------------------------------


@cache
def all_messages() -> tuple[str, ...]:
    return tuple(message for file in PLUGINS.rglob("*.py") for message in messages_in(file))


def messages_in(file: Path) -> Iterator[str]:
    """Every text that a plugin holds, with … for whatever is filled in at run time."""
    for node in ast.walk(ast.parse(text_of(file))):
        if isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield re.sub(r"\{\w*(?:![rsa])?\}", "…", node.value)


def explained_errors() -> list[str]:
    """The messages that the page on troubleshooting has headings for."""
    page = REPOSITORY / "docs" / "troubleshooting.md"
    return re.findall(r"^#### `([^`\n]+)`$", text_of(page), re.MULTILINE) if page.exists() else []


@pytest.mark.parametrize("message", explained_errors())
def test_explained_errors_are_what_plugins_say(message: str) -> None:
    """A heading may break off where the message goes on, and says … for what differs from case to case."""
    assert any(message in text for text in all_messages())
