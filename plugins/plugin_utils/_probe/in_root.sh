# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# Functions of both probes for a system in the directory `root`; running.sh has those for the running system.
# They report loops of links by `say`.
# shellcheck disable=SC2034,SC2154 # the scripts that this one is prepended to assign and use these

# in_root FILE: set $file to the real path of a file of the system `root`. Its links must not point outside.
in_root() {
    file=$root
    ahead=$1/
    links=0
    while [ -n "$ahead" ]; do
        part=${ahead%%/*}
        ahead=${ahead#*/}
        case $part in
            '' | .) continue ;;
            ..)
                [ "$file" = "$root" ] || file=${file%/*}
                continue
                ;;
        esac
        if [ -L "$file/$part" ]; then
            links=$((links + 1))
            if [ "$links" -gt 40 ]; then
                file=/dev/null
                say in_circles "$1"
                return 0
            fi
            ahead=$(readlink "$file/$part")/$ahead
            case $ahead in
                /*) file=$root ;;
            esac
        else
            file=$file/$part
        fi
    done
}

# is_text FILE: whether a file can be read to its end. A named pipe or device in a system that another user created
# would never end, nor would a sparse file of terabytes.
is_text() {
    [ -f "$1" ] && [ -r "$1" ] && [ -z "$(find "$1" -prune -size +32768 2>/dev/null)" ]
}

# The root may be the running system by another name, to which nothing said about images applies.
say_root() {
    [ ! -d "$root/" ] || say root_is_there 1
    # shellcheck disable=SC3013 # every shell that is a system's sh knows -ef
    [ ! "$root" -ef / ] || say root_is_running 1
}
