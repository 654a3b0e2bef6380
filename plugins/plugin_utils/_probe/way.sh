# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# A function for scripts that look at who may change what is on the way to a file. They define what it calls:
#   on_way DIRECTORY NAME   for each directory on the way, with the path that is looked up in it, and for each link
#                           with an empty one; it fails to end the walk

# each_on_way FILE: walk as the kernel does, through each link.
each_on_way() {
    way=
    ahead=$1/
    links=0
    while [ -n "$ahead" ] && [ "$links" -le 40 ]; do
        part=${ahead%%/*}
        ahead=${ahead#*/}
        case $part in
            '' | .) continue ;;
            ..)
                way=${way%/*}
                continue
                ;;
        esac
        on_way "${way:-/}" "$way/$part" || return 0
        if [ -L "$way/$part" ]; then
            on_way "$way/$part" "" || return 0
            links=$((links + 1))
            ahead=$(readlink "$way/$part")/$ahead
            case $ahead in
                /*) way= ;;
            esac
        else
            way=$way/$part
        fi
    done
}
