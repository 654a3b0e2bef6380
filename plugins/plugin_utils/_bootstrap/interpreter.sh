# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# Unpacks an archive in the staging of a store, so that its interpreter can run a module once.
#
# It needs a POSIX shell, tar and gzip, and no more of them than busybox has. Its working directory is the temporary one
# for as long as it works, by which others see that it is in use. _temporary_python.py puts in front:
#   store    the directory that holds the builds, absolute
#   prefix   what the name of the temporary directory begins with
#   token    what no other run has, for the rest of the name
#   archive  the archive on this host; empty when it comes by the standard input
#   sha256   its digest
#   program  the interpreter in the archive
# shellcheck disable=SC2154 # which is why these are not assigned here

LC_ALL=C
export LC_ALL
umask 022
stage=

# fail WORDS: the last word. What still comes by the input is taken, else the sender sees a broken pipe and not this.
fail() {
    cd /
    [ -z "$stage" ] || rm -rf "$stage"
    [ "$from_input" != 1 ] || cat >/dev/null
    printf "%s\n" "standalone-python-bootstrap failed $(printf "%s" "$1" | tr "\n" " ")"
    exit 1
}

has() {
    command -v "$1" >/dev/null 2>&1
}

# require_ours DIRECTORY: as _trust.py, what others may change is no place to run a program from.
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

# require_way_of_root: as permissions.py, whoever can exchange a directory above the store can have root run anything.
require_way_of_root() {
    [ "$(id -u)" = 0 ] || return 0
    require_way "$store"
    there=$store
    until [ -d "$there/" ]; do
        there=${there%/*}
    done
    require_way "$(cd -P "$there/" && pwd)${store#"$there"}"
}

# require_way FILE: each directory above it. What is not there yet is made by root.
require_way() {
    way=$1
    until [ -z "$way" ]; do
        name=${way##*/}
        way=${way%/*}
        set -f
        # shellcheck disable=SC2046 # the fields of ls are words
        set -- $(ls -ldn "${way:-/}" 2>/dev/null)
        set +f
        [ $# -gt 3 ] || continue
        unsafe="so another user could exchange what is run there. Name a store below directories of root."
        [ "$3" = 0 ] || fail "Cannot work in $store as root: ${way:-/} belongs to another user (number $3), $unsafe"
        case $1 in
            d????????[tT]*) [ -e "$way/$name" ] || [ -L "$way/$name" ] || is_open=1 ;;
            d???????w*) is_open=1 ;;
        esac
        [ "${is_open:-0}" = 0 ] || fail "Cannot work in $store as root: ${way:-/} may be written to by everybody, $unsafe"
    done
}

# digest_of FILE: in $found, empty where the host has nothing that knows SHA-256.
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

make_stage() {
    staging=$store/.staging
    require_way_of_root
    # shellcheck disable=SC2174 # the missing parents shall be as umask says
    words=$(mkdir -p "$staging" 2>&1) || fail "There is no directory $staging, and none could be made: $words"
    require_ours "$store"
    require_ours "$staging"
    stage=$staging/$prefix$token-$$
    words=$(mkdir -m 700 "$stage" 2>&1) || fail "$stage could not be made: $words"
    cd "$stage" || fail "$stage cannot be entered."
}

receive() {
    if [ "$from_input" = 1 ]; then
        archive=$stage/archive
        words=$({ cat >"$archive"; } 2>&1) || fail "The archive could not be written to $stage: $words"
    fi
    [ -r "$archive" ] || fail "The archive $archive is not there, or this user may not read it."
}

# Without anything that knows SHA-256 the checksum in the archive tells what was lost on the way. On purpose nobody could
# change it there, and the module compares the digest again before it unpacks.
verify() {
    digest_of "$archive"
    case $found in
        "$sha256") ;;
        "") words=$({ gzip -dc <"$archive" >/dev/null; } 2>&1) || fail "The archive did not arrive whole: $words" ;;
        *) fail "The archive did not arrive whole: its digest is $found, and should be $sha256. Run again." ;;
    esac
}

unpack() {
    words=$({ gzip -dc <"$archive" | tar -xf -; } 2>&1) ||
        fail "tar could not unpack the archive in $stage: $words"
    [ -f "$program" ] || fail "The archive has no $program, so it is no build that this host could run."
}

# Whatever comes of the module, the temporary directory goes with it.
write_runner() {
    printf "%s\n" "#!/bin/sh" \
        "here=\${0%/*}" \
        "clean() { rm -rf \"\$here\"; }" \
        "trap clean EXIT" \
        "trap \"exit 1\" HUP INT TERM" \
        "\"\$here/$program\" \"\$@\"" >run-once
    chmod 755 run-once
}

from_input=0
[ -n "$archive" ] || from_input=1
for tool in tar gzip; do
    has "$tool" || fail "This host has no $tool, which unpacks the archive. Install it by the package manager."
done
make_stage
receive
verify
unpack
words=$("$stage/$program" -c "" 2>&1) ||
    fail "The new interpreter does not run in $store: ${words:-it ended with $? and said nothing}"
write_runner
printf "%s\n" "standalone-python-bootstrap runs $stage/run-once"
