# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that set the directory for links, and the variables that builds need on a host, for shells and services."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from .._systemd import require_services
from .plan_venvs import needed_variables
from .probe import File, LinksState
from .spec import RECORD, LinksSpec, absolute_path

MODE = "-rw-r--r--"
_HEAD = "# Made by the role standalone.python.interpreter, which overwrites changes.\n"

_FOR_SERVICES = "60-standalone-python.conf"
_OF_VENVS = (f"/{RECORD}", "/pyvenv.cfg")  # other files that the probe reads

# The PATH of services that set none (systemd.exec(5), on hosts with a separate /bin).
_SYSTEMD_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# The directory in each kind of file that TEXTS renders.
_DIRECTORY = re.compile(
    r'^    \*":(?P<sh>.+):"\*\) ;;$|!~ \*:(?P<csh>.+):\* \) then$|^if not contains -- (?P<fish>.+) \$PATH$'
    r"|^# (?P<known>.+) is on the PATH of service managers already\.$"
    r"|^PATH=\$\{PATH\}:(?P<last>.+)$|^PATH=(?P<first>.+):\$\{PATH\}$"
    rf'|^Environment="PATH=(?:{_SYSTEMD_PATH}:(?P<unit_last>.+)|(?P<unit_first>.+):{_SYSTEMD_PATH})"$',
    re.MULTILINE,
)


class Profile(NamedTuple):
    """A file. Without the directory `reader` no program would read it; `reader` is empty when that does not apply."""

    path: str
    kind: str
    reader: str = ""


class Profiles(NamedTuple):
    """The wanted files, and patterns for all paths where an earlier run may have left one."""

    files: tuple[Profile, ...]
    patterns: tuple[str, ...]

    @classmethod
    def from_params(cls, params: Mapping[str, Any], prefix: str = "") -> Profiles:
        """Parse the module's options. Raises `InvalidName` for units other than services and for bad directories.

        `prefix` precedes the option in the message.
        """
        names = ("profile_dir", "csh_dir", "fish_dir", "environment_dir", "systemd_dir")
        directory, csh_directory, fish_directory, environment, units = (
            absolute_path(params[name], f"{prefix}{name}") for name in names
        )
        require_services(params["systemd_units"], f"{prefix}systemd_units")
        login = (
            Profile(f"{directory}/standalone-python.sh", "sh", directory),
            Profile(f"{directory}/standalone-python.csh", "csh", directory),
            Profile(f"{csh_directory}/standalone-python.csh", "csh", csh_directory),
            Profile(f"{fish_directory}/standalone-python.fish", "fish", fish_directory.rpartition("/")[0]),
        )
        service = Profile(f"{environment}/{_FOR_SERVICES}", "environment")
        drop_ins = (Profile(f"{units}/{unit}.d/{_FOR_SERVICES}", "unit") for unit in params["systemd_units"])
        return cls(
            files=(
                *(login if params["profile"] else ()),
                *((service,) if params["environment_d"] else ()),
                *drop_ins,
            ),
            patterns=(*(file.path for file in (*login, service)), f"{units}/*.d/{_FOR_SERVICES}"),
        )

    @property
    def directories(self) -> tuple[str, ...]:
        """The directories whose existence matters."""
        readers = (profile.reader for profile in self.files if profile.reader)
        return tuple(dict.fromkeys([*readers, *(profile.path.rpartition("/")[0] for profile in self.files)]))


class Setting(NamedTuple):
    """The content of a file: the directory, whether it comes `first` on the PATH, and variables."""

    directory: str
    first: bool
    variables: Mapping[str, str]

    def path(self, others: str) -> str:
        """The value of PATH, with the directory before or after `others`."""
        return f"{self.directory}:{others}" if self.first else f"{others}:{self.directory}"


def plan_profiles(spec: LinksSpec, state: LinksState, profiles: Profiles) -> dict[str, str]:
    """The files to write: path -> text."""
    setting = Setting(spec.link_dir, spec.allow_system, needed_variables(spec, state))
    texts = {profile.path: TEXTS[profile.kind](setting) for profile in _applicable(spec, state, profiles)}
    return {path: text for path, text in texts.items() if state.files.get(path) != File(MODE, text)}


def surplus_profiles(spec: LinksSpec, state: LinksState, profiles: Profiles, *, others: bool) -> tuple[str, ...]:
    """The existing files that are no longer wanted; none while only `others`, which share a store, have builds.

    A file with another directory for links belongs to other builds, as to those of root beside those of a user.
    """
    if others and not spec.present:
        return ()
    kept = {profile.path for profile in _applicable(spec, state, profiles)}
    found = (path for path, file in state.files.items() if _directory_of(file.content) in (spec.link_dir, None))
    return tuple(sorted(path for path in found if path not in kept and not path.endswith(_OF_VENVS)))


def _directory_of(content: str) -> str | None:
    """The directory for links that a file was made for; None where that is not known."""
    found = _DIRECTORY.search(content) if content.startswith(_HEAD) else None
    return found[found.lastgroup] if found and found.lastgroup else None


def _applicable(spec: LinksSpec, state: LinksState, profiles: Profiles) -> list[Profile]:
    if not spec.present:
        return []
    return [profile for profile in profiles.files if not profile.reader or profile.reader in state.directories]


def _sh(setting: Setting) -> str:
    text = (
        f"{_HEAD}# Sourced by POSIX shells, also under `set -eu`, and as often as one likes.\n"
        'case ":${PATH:=/usr/local/bin:/usr/bin:/bin}:" in\n'
        f'    *":{setting.directory}:"*) ;;\n'
        "    *)\n"
        f'        PATH="{setting.path("$PATH")}"\n'
        "        export PATH\n"
        "        ;;\n"
        "esac\n"
    )
    for name, value in setting.variables.items():
        text += f'if [ -z "${{{name}:-}}" ]; then\n    {name}="{value}"\n    export {name}\nfi\n'
    return text


def _csh(setting: Setting) -> str:
    text = (
        f"{_HEAD}# Sourced by csh and tcsh, as often as one likes.\n"
        "if ( ! $?PATH ) set path = ( $path )\n"
        f'if ( ":${{PATH}}:" !~ *:{setting.directory}:* ) then\n'
        f'    setenv PATH "{setting.path("${PATH}")}"\n'
        "endif\n"
    )
    for name, value in setting.variables.items():
        text += f'if ( ! $?{name} ) setenv {name} "{value}"\n'
    return text


def _fish(setting: Setting) -> str:
    directories = f"{setting.directory} $PATH" if setting.first else f"$PATH {setting.directory}"
    text = (
        f"{_HEAD}# Sourced by fish, as often as one likes.\n"
        f"if not contains -- {setting.directory} $PATH\n"
        f"    set -gx PATH {directories}\n"
        "end\n"
    )
    for name, value in setting.variables.items():
        text += f"if not set -q {name}\n    set -gx {name} {value}\nend\n"
    return text


def _environment(setting: Setting) -> str:
    text = f"{_HEAD}# Read by the service managers of users.\n"
    if setting.directory in _SYSTEMD_PATH.split(":"):
        text += f"# {setting.directory} is on the PATH of service managers already.\n"
    else:
        text += f"PATH={setting.path('${PATH}')}\n"
    return text + "".join(f"{name}={value}\n" for name, value in setting.variables.items())


def _unit(setting: Setting) -> str:
    is_there = setting.directory in _SYSTEMD_PATH.split(":")
    variables = {"PATH": _SYSTEMD_PATH if is_there else setting.path(_SYSTEMD_PATH), **setting.variables}
    lines = (f'Environment="{name}={value}"\n' for name, value in variables.items())
    return f"{_HEAD}[Service]\n{''.join(lines)}"


# The kinds of files, each with the function that renders its text.
TEXTS: dict[str, Callable[[Setting], str]] = {
    "sh": _sh,
    "csh": _csh,
    "fish": _fish,
    "environment": _environment,
    "unit": _unit,
}
