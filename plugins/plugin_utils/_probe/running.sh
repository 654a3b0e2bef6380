# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# The functions of in_root.sh for the running system, whose links the kernel follows.
# shellcheck disable=SC2034 # the scripts that this one is prepended to use this

in_root() {
    file=$1
}

is_text() {
    [ -f "$1" ] && [ -r "$1" ]
}

say_root() {
    :
}
