# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# Unpacks an archive in the staging directory of a store, so that its interpreter can run a module once. The answer is
# one line of key=value between two marker lines: `runs` with the program, or `failed` with the error.
#
# It needs a POSIX shell, tar and gzip; busybox's will do. While it works, its working directory is the temporary
# directory, which shows other runs that the directory is in use. interpreter.py prepends way_of_root.sh and these
# variables:
#   store    the directory that holds the builds, absolute
#   prefix   the beginning of the temporary directory's name
#   token    a value unique to this run, for the rest of the name
#   archive  the archive on this host; empty when it is the standard input
#   sha256   its digest
#   program  the interpreter in the archive; empty to check only whether it could be unpacked
#   owner    the user whom the build will belong to; empty for the user who runs this
#   group    the group, likewise
# shellcheck disable=SC2154 # which is why these are not assigned here

LC_ALL=C
export LC_ALL
# Users without privileges often lack these directories on their PATH, so what is found must not depend on it.
PATH=${PATH:-/usr/local/bin:/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin
# As with a secure_path of sudo that does not exist.
command -v ls >/dev/null || PATH=$PATH:/usr/bin:/bin
umask 022
stage=
elsewhere="Put that right, or choose another path."

# answer KEY VALUE: a value is one line, so that nothing in it can forge another.
answer() {
    printf "%s\n" "standalone-python-bootstrap 1" "$1=$(printf "%s" "$2" | tr "\n" " ")" "standalone-python-bootstrap end"
}

# fail WORDS: print the error and end. It reads the remaining input, else the sender reports a broken pipe instead.
fail() {
    cd /
    [ -z "$stage" ] || rm -rf "$stage"
    [ "$from_input" != 1 ] || cat >/dev/null
    answer failed "$1"
    exit 1
}

has() {
    command -v "$1" >/dev/null 2>&1
}

# require_ours DIRECTORY: as ownership.py, fail for a directory that others may change: no program is run from there.
require_ours() {
    set -f
    # shellcheck disable=SC2046 # the fields of ls are words
    set -- "$1" $(ls -ldn "$1")
    set +f
    case $2 in
        d????w* | d???????w*) fail "$1 may be written to by others. Put that right, or name another store." ;;
        d*) ;;
        *) fail "$1 is a link or a file where a directory of the store belongs." ;;
    esac
    case $4 in
        0 | "$(id -u)") ;;
        *) fail "$1 belongs to another user (number $4). Put that right, or name another store." ;;
    esac
}

# require_way_of_root: as permissions.py, since a user who can replace a directory above the store makes root run
# anything.
require_way_of_root() {
    [ "$(id -u)" = 0 ] || return 0
    way_of_root "$store"
    remedy="so another user could exchange what is run there. Name a store below directories of root."
    [ -z "$unsafe" ] || fail "Cannot work in $store as root: $unsafe, $remedy"
}

# digest_of FILE: set $found to its SHA-256, empty when no tool of the host computes one.
digest_of() {
    found=
    if has sha256sum; then
        found=$(sha256sum <"$1")
    elif has openssl; then
        found=$(openssl dgst -sha256 -r <"$1")
    elif has shasum; then
        found=$(shasum -a 256 <"$1")
    elif has busybox; then
        found=$(busybox sha256sum <"$1" 2>/dev/null)
    fi
    found=${found%%[!0-9a-f]*}
}

# require_known WHAT NAME ID OPTION OWN: as ownership.py, fail for an unknown user or group, and for what only root can give.
require_known() {
    [ -n "$3" ] || fail "There is no $1 $2 on this host. Create it first, or change $4."
    [ "$(id -u)" = 0 ] || case " $5 " in
        *" $3 "*) ;;
        *) fail "Cannot give the build to the $1 $2: only root can. Use --become, or leave out $4." ;;
    esac
}

# user_number NAME: the number of a name or number; empty for an unknown name.
user_number() {
    case $1 in
        *[!0-9]*) id -u -- "$1" 2>/dev/null ;;
        *) printf "%s" "$1" ;;
    esac
}

# group_number NAME: likewise for a group. macOS has no getent, and only some of its groups are in the file.
group_number() {
    case $1 in
        *[!0-9]*) ;;
        *) printf "%s" "$1" && return ;;
    esac
    if has dscacheutil; then
        dscacheutil -q group -a name "$1" | sed -n "s/^gid: //p"
        return
    fi
    line=$(getent group "$1" 2>/dev/null) || line=$(while IFS= read -r one; do
        case $one in "$1":*) printf "%s" "$one" && break ;; esac
    done </etc/group)
    line=${line#*:*:}
    printf "%s" "${line%%:*}"
}

require_owner() {
    [ -z "$owner" ] || require_known user "$owner" "$(user_number "$owner")" owner "$(id -u)"
    [ -z "$group" ] || require_known group "$group" "$(group_number "$group")" group "$(id -G)"
}

# require_possible: fail for what can be seen before anything is written.
require_possible() {
    require_owner
    for tool in tar gzip; do
        has "$tool" || fail "This host has no $tool, which unpacks the archive. Install it by the package manager."
    done
    require_way_of_root
    for directory in "$store" "$staging"; do
        ! { [ -e "$directory" ] || [ -L "$directory" ]; } || require_ours "$directory"
    done
}

make_stage() {
    # shellcheck disable=SC2174 # missing parents get the mode that umask gives
    words=$(mkdir -p "$staging" 2>&1) || fail "Cannot make the directory $staging: $words. $elsewhere"
    require_ours "$store"
    require_ours "$staging"
    stage=$staging/$prefix$token-$$
    words=$(mkdir -m 700 "$stage" 2>&1) || fail "Cannot make the directory $stage: $words. $elsewhere"
    cd "$stage" || fail "Cannot enter the directory $stage. $elsewhere"
}

receive() {
    if [ "$from_input" = 1 ]; then
        archive=$stage/archive
        words=$({ cat >"$archive"; } 2>&1) || fail "Cannot write the archive to $stage: $words. $elsewhere"
    fi
    [ -r "$archive" ] || fail "Cannot read the archive $archive: it is gone, or this user may not. Run again."
}

# Without a tool for SHA-256, gzip's checksum in the archive detects transfer errors. Nobody else can change the archive
# there on purpose, and the module compares the digest again before it unpacks.
verify() {
    digest_of "$archive"
    case $found in
        "$sha256") ;;
        "") words=$({ gzip -dc <"$archive" >/dev/null; } 2>&1) || fail "The archive did not arrive whole: $words. Run again." ;;
        *) fail "The archive did not arrive whole: its digest is $found, and should be $sha256. Run again." ;;
    esac
}

unpack() {
    words=$({ gzip -dc <"$archive" | tar -xf -; } 2>&1) ||
        fail "Cannot unpack the archive in $stage: $words. $elsewhere"
    [ -f "$program" ] || fail "The archive has no $program, so it is no build that this host could run. Choose another."
}

# However the module ends, the temporary directory is removed. Variables such as PYTHONHOME, which a host or the keyword
# environment may set for another Python, do not count.
write_runner() {
    printf "%s\n" "#!/bin/sh" \
        "here=\${0%/*}" \
        "clean() { PATH=\$PATH:/usr/bin:/bin; rm -rf \"\$here\"; }" \
        "trap clean EXIT" \
        "trap \"exit 1\" HUP INT TERM" \
        "\"\$here/$program\" -E \"\$@\"" >run-once
    chmod 755 run-once
}

from_input=0
[ -n "$archive" ] || from_input=1
staging=$store/.staging
[ -n "$program" ] || from_input=0
require_possible
[ -n "$program" ] || {
    answer possible 1
    exit
}
make_stage
receive
verify
unpack
words=$("$stage/$program" -E -c "" 2>&1) ||
    fail "The new interpreter does not run in $store: ${words:-it ended with $? and said nothing}. $elsewhere"
write_runner
answer runs "$stage/run-once"
