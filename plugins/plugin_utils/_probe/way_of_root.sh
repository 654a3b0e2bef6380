# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# A function for scripts that precede what root does in a directory, behind way.sh; permissions.py does the same.
# shellcheck disable=SC2034 # the scripts that this one is prepended to use this

# way_of_root FILE: set $unsafe to what is wrong with a directory or link on the way to a file, which another user could
# exchange; empty without any. Root makes what is missing.
way_of_root() {
    unsafe=
    each_on_way "$1"
}

# on_way FILE BELOW: whether no other user can exchange what is in a directory, or a link.
on_way() {
    set -f
    # shellcheck disable=SC2046 # the fields of ls are words
    set -- "$1" "$2" $(ls -ldn "$1" 2>/dev/null)
    set +f
    [ $# -gt 5 ] || return 0
    if [ "$5" != 0 ]; then
        unsafe="$1 belongs to another user (number $5)"
        return 1
    fi
    case $3 in
        d????????[tT]*) { [ -e "$2" ] || [ -L "$2" ]; } && return 0 ;;
        d???????w*) ;;
        *) return 0 ;;
    esac
    unsafe="$1 may be written to by everybody"
    return 1
}
