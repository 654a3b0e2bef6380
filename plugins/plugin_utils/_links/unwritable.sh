# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# Reports, in lines of a word and a text, which directories cannot be written to, whether root asks, and for root the
# first directory in which another user could redirect what it writes. It writes nothing.
#
# unwritable.py removes the comment lines, and prepends way_of_root.sh and this variable:
#   directories  one a line
# shellcheck disable=SC2154 # which is why it is not assigned here

set -f
IFS='
'
# shellcheck disable=SC2086 # each line is a directory
set -- $directories
unset IFS
set +f
for directory; do
    found=$directory
    until [ -e "$found" ]; do
        found=${found%/*}
        found=${found:-/}
    done
    [ -d "$found" ] && [ -w "$found" ] || printf '%s\n' "unwritable $directory"
done
[ "$(id -u)" = 0 ] || exit 0
echo "is root"
for directory; do
    case $directory/ in
        /etc/* | /usr/*) continue ;;
    esac
    way_of_root "$directory/file"
    [ -z "$unsafe" ] || { printf '%s\n' "unsafe $directory" "why $unsafe" && break; }
done
