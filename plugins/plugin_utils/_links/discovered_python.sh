# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# Reports which interpreter of a host stays when links and builds are removed, as lines of key=value between two marker
# lines: `goes` for each that is found and will be removed, and `stays` for the first other one, which ends the answer.
#
# discovered_python.py removes the comment lines (so no here-document, no comment behind code) and prepends these
# variables, lists with one word a line:
#   `candidates` names to look for on the PATH, or paths, best first
#   links     the paths of links that will be removed
#   builds    the paths of builds that will be removed
# shellcheck disable=SC2154 # which is why these are not assigned here

LC_ALL=C
export LC_ALL
set -f
newline='
'
IFS=$newline

goes() {
    for link in $links; do
        [ "$1" != "$link" ] || return 0
    done
    for build in $builds; do
        case $(readlink -f "$1") in
            "$(readlink -f "$build")"/*) return 0 ;;
        esac
    done
    return 1
}

# say KEY VALUE: a value ends with its line, so that no directory of the PATH can forge one.
say() {
    printf '%s\n' "$1=${2%%"$newline"*}"
}

# say_python FILE: report an interpreter; fails when the search must continue.
say_python() {
    [ -f "$1" ] && [ -x "$1" ] || return 1
    if goes "$1"; then
        say goes "$1"
        return 1
    fi
    say stays "$1"
}

search() {
    for python in $candidates; do
        case $python in
            /*)
                say_python "$python" && return
                continue
                ;;
        esac
        IFS=:
        for directory in $PATH; do
            IFS=$newline
            say_python "$directory/$python" && return
        done
        IFS=$newline
    done
}

echo "standalone-python-search 1"
search
echo "standalone-python-search end"
