# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# The probe: reports on a path and on the host's platform, as lines of key=value between two marker lines.
#
# It needs a POSIX shell and the tools that busybox has, and it writes nothing. Starting a process costs a host more
# than all the rest, so files are read by `read` and each tool is started once for all its answers.
# probe.py removes the comment lines (so no here-document, no comment behind code), and prepends the functions of
# in_root.sh or running.sh and these variables:
#   path         where the interpreter is wanted, absolute
#   store        the directory that holds the builds, absolute
#   check_newer  1: look for files of the build that are newer than its receipt
#   builds_kept  how many builds stay in any case; if there are more, the processes that run them are searched
#   root         the root of another system that has path and store (nothing in it is run); empty for this one
#   omit         of a path that is a link to a build, leave out 1: what only a change needs; 2: that and the level of
#                the processor, unless a build in the store is for one above the baseline; empty: nothing
# shellcheck disable=SC2154 # which is why these are not assigned here

export LC_ALL=C
# Users without privileges often lack these directories on their PATH, so what is found must not depend on it.
PATH=${PATH:-/usr/local/bin}:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin
set -f
eol='
'
report=
missing=
user=
omitted=

# say KEY VALUE: one fact; false ones are omitted. A value ends with its line, so that no file name can forge one.
say() {
    report="$report$1=${2%%"$eol"*}$eol"
}

# say_json KEY FILE: a JSON file of ours as one line, which is the same JSON since its strings hold no raw newline.
# Anything but a regular file is reported as an empty text and not opened, since a named pipe would never end.
say_json() {
    text=
    if [ ! -L "$2" ] && is_text "$2"; then
        while IFS= read -r line || [ -n "$line" ]; do
            text="$text$line"
        done <"$2"
    fi
    say "$1" "$text"
}

exists() {
    [ -e "$1" ] || [ -L "$1" ]
}

# say_nearest KEY FILE: the file itself if it exists, else its nearest ancestor that does. $missing is a file below it
# that does not seem to exist: ls gives the reason, which may be that this user may not search a directory or that a file
# system has failed. The shell's tests call that missing, too.
say_nearest() {
    found=$2
    until exists "$found"; do
        missing=$found
        found=${found%/*}
        found=${found:-/}
    done
    say "$1" "$found"
    [ -z "$missing" ] || say "$1_missing" "$(ls -d "$missing" 2>&1)"
    missing=
    [ ! -d "$found" ] || say "$1_is_directory" 1
    [ ! -w "$found" ] || say "$1_is_writable" 1
    { [ "$kind" = "link" ] && [ -w "$found" ]; } || say_mount "$1"
    say_around "$1"
}

# say_mount KEY: what may forbid to write or run something below $found: the user, and the type, options and mount
# point of the file system. Not asked for an upgrade, which could be forbidden only by a later change. In a pattern of
# bash, "${point%/}" matches nothing when it is empty.
say_mount() {
    [ -n "$user" ] || { user=$(id -u) && say user_id "$user"; }
    [ -r /proc/mounts ] || return 0
    real=$(cd -P "$found" 2>/dev/null && pwd)
    best=
    while read -r line point type options line; do
        point=${point%/}
        case ${real%/}/ in
            "$point"/*) [ ${#point} -lt ${#best} ] || best=$point mount="$type $options ${point:-/}" ;;
        esac
    done </proc/mounts
    [ -z "$real" ] || say "$1_mount" "$mount"
}

# say_around KEY: the build that contains $found, recognized by its manifest, or the store, recognized by its histories. A
# file that is put into a build would be removed with it, and one in a store be counted as a build.
say_around() {
    cd -P "$found" 2>/dev/null || return 0
    up=$PWD
    [ "$found" != "$store" ] || up=${up%/*}
    until [ -z "$up" ] || [ -f "$up/.build.manifest" ] || [ -d "$up/.roots" ]; do
        up=${up%/*}
    done
    [ -z "$up" ] || say "$1_in_build" "$up"
}

# locate FILE: as in_root, for a path or store; its last part, which may be a link of ours, is not followed.
locate() {
    in_root "${1%/*}"
    file=$file/${1##*/}
}

say_path() {
    locate "$path"
    kind=absent
    exists "$file" && kind=other
    [ -f "$file" ] && kind="file"
    [ -d "$file" ] && kind=directory
    [ -L "$file" ] && kind="link"
    say kind "$kind"
    [ "$kind" != absent ] || missing=$file
    parent=${file%/*}
    say_nearest nearest_to_path "${parent:-/}"
    [ "$kind" != directory ] || say programs "$(set +f && cd "$file/bin" && echo python[0-9]*)"
    [ "$kind" = link ] || return 0
    in_root "$path"
    [ ! -e "$file" ] || say target_exists 1
}

# Store and build are compared by their physical paths: a path is ours whatever links are on the way to it.
say_store() {
    locate "$store"
    store=$file
    say_nearest nearest_to_store "$store"
    nearest=$found
    cd -P "$store" 2>/dev/null || return 0
    store=${PWD%/}
    entries=0
    set +f
    for receipt in "$store"/*/.build.json; do
        exists "$receipt" || continue
        entries=$((entries + 1))
        entry=${receipt%/.build.json}
        say store_entry "${entry##*/}"
        say_json store_receipt "$receipt"
    done
    for receipt in "$store"/.roots/*; do
        exists "$receipt" || continue
        say root_file "${receipt##*/}"
        say_json root_json "$receipt"
    done
    { [ -d .roots ] && [ ! -L .roots ]; } || ! exists .roots || say roots_damaged 1
    [ ! -w "$store" ] || say_litter
    set -f
    [ "$entries" -le "$builds_kept" ] || say_running
    [ "$kind" != link ] || say_build
}

# Litter of an interrupted run: work in staging other than a resumable download, a half-removed build, or an empty
# store.
say_litter() {
    for work in "$store"/.staging/* "$store"/.staging/.[!.]* "$store"/*/.build.gone; do
        case $work in
            *.part) ;;
            *) ! exists "$work" || say litter "${work##*/}" ;;
        esac
    done
    [ "$entries" = 0 ] && [ -e "$store/.lock" ] || return 0
    for work in "$store"/* "$store"/.roots/*; do
        ! exists "$work" || return 0
    done
    say litter .
}

# The build at the path. One without a receipt was not installed by us, or not completely.
say_build() {
    in_root "$path"
    cd -P "$file" 2>/dev/null || return 0
    entry=${PWD#"$store"/}
    case $entry in
        */* | .*) return 0 ;;
    esac
    say entry "$entry"
    [ -f .build.json ] || return 0
    omitted=$omit
    [ "$check_newer" != 1 ] || say_newer
}

# The first file that was added, removed or changed since the receipt was written. Bytecode does not count, and of the
# directory of the build the mtime and the mode count, since publishing renamed it. A link in another directory of the
# build cannot change without that directory, so find need not ask for its times. Busybox's find lacks -cnewer and fails
# at once. In another system the receipt's mtime is set artificially, so ctimes are compared with the receipt's own.
say_newer() {
    by=-cnewer
    [ -z "$root" ] || by=-newercc
    set -- -type d -name __pycache__ -prune -o -type d ! -perm 755 -name . -print -o -newer .build.json -print
    new=$(find . -type l -path "./*/*" -o "$@" -o "$by" .build.json ! -name . ! -name .build.json -print 2>/dev/null) ||
        new="${new:-$(find . "$@" 2>/dev/null)}" || new=${new:-.}
    [ -x bin/python ] || [ -f python.exe ] || new=bin/python
    [ -z "$new" ] || say newer "${new#./}"
}

# The builds that processes run from. Only root sees the executables of all processes. A user may give a program a name
# that makes ls print lines about other processes, so each line of ls is checked against the link of that process.
say_running() {
    processes=$(set +f && ls -ln /proc/[0-9]*/exe 2>/dev/null)
    IFS=$eol
    for line in $processes; do
        entry=${line#*"/exe -> $store/"}
        [ "$entry" != "$line" ] || continue
        entry=${entry%%/*}
        pid=${line#*" /proc/"}
        pid=${pid%%/*}
        set +f
        for program in "$store/$entry"/bin/*; do
            # shellcheck disable=SC3013 # every shell that is a system's sh knows -ef
            [ "/proc/$pid/exe" -ef "$program" ] && say running "$pid $entry" && break
        done
        set -f
    done
    unset IFS
}

# What only a change needs.
say_rest() {
    locate "$path"
    [ "$kind" != link ] || say link_target "$(readlink "$file")"
    say_free
    say_zstandard
    case ${root:+Linux}$system in
        Linux*) say_distribution ;;
    esac
}

# The space for the store: the number before the first percentage, whatever the name of the device. /proc has none.
say_free() {
    free=
    for word in $(df -Pk "$nearest" 2>/dev/null) -; do
        case $word in
            [0-9]*%) break ;;
        esac
        free=$word
    done
    say free_kib "${free#-}"
}

# The start of the shell's file, from which probe.py reads the ELF header and the name of the loader: uname only knows
# the kernel, whose word size may differ from the programs'. e_machine is in bytes 18 and 19.
say_elf() {
    in_root /bin/sh
    # shellcheck disable=SC2046 # each byte must become one argument
    set -- $([ -f "$file" ] && od -An -v -tx1 -N1024 "$file" 2>/dev/null)
    machine="${19} ${20}"
    say elf "$*"
}

# Every C library for such a machine, glibc before musl: the loader that the shell names decides which one counts; for a
# static shell it is the first. What the kernel calls the machine counts for ARM of 32 bits and for rare machines.
say_libcs() {
    case $machine in
        "03 00") set -- -linux.so.2 -musl-i386.so.1 ;;
        "15 00") set -- 64.so.2 -musl-powerpc64le.so.1 ;;
        "00 16") set -- 64.so.1 -musl-s390x.so.1 ;;
        "28 00") say_kernel && set -- -linux-armhf.so.3 -linux.so.3 -musl-armhf.so.1 -musl-arm.so.1 ;;
        "3e 00") set -- -linux-x86-64.so.2 -musl-x86_64.so.1 ;;
        "b7 00") set -- -linux-aarch64.so.1 -musl-aarch64.so.1 ;;
        "f3 00") set -- -linux-riscv64-lp64d.so.1 -musl-riscv64.so.1 ;;
        *) say_kernel && return 0 ;;
    esac
    for name; do
        for loader in "/lib64/ld$name" "/lib/ld$name"; do
            locate "$loader"
            exists "$file" || continue
            ask_libc "$loader"
            say libc "$loader $libc"
            break
        done
    done
}

# ask_libc LOADER: set $libc to the output of a C library about itself. musl's loader prints it when it is run, glibc's
# since 2.33; before that it is from getconf, or from the target of the loader's link (ld-2.31.so), the only source in
# another root.
ask_libc() {
    libc=
    in_root "$1"
    case $root:$1 in
        :*/ld-musl-*)
            libc=$("$file" 2>&1)
            libc=${libc#*"$eol"}
            ;;
        :*)
            libc=$("$file" --version 2>/dev/null) || libc=$(getconf GNU_LIBC_VERSION 2>/dev/null) ||
                libc=$(readlink "$file")
            ;;
        *) libc=${file##*/} ;;
    esac
}

# In another root they do not count, since another host's processor may run it.
say_cpu_flags() {
    [ -z "$root" ] && [ -r /proc/cpuinfo ] || return 0
    case $omitted$report in
        2*x86_64_v*) ;;
        2*) return 0 ;;
    esac
    line=
    while read -r word line; do
        [ "$word" != flags ] || break
    done </proc/cpuinfo
    say cpu_flags "$line"
}

say_linux() {
    say_elf
    say_libcs
    case $machine in
        "3e 00") say_cpu_flags ;;
    esac
}

# In FIPS mode the kernel says 1.
say_distribution() {
    say_json fips /proc/sys/crypto/fips_enabled
    in_root /etc/os-release
    is_text "$file" || in_root /usr/lib/os-release
    is_text "$file" || return 0
    while IFS= read -r line; do
        case $line in
            VERSION_ID=*) say os_VERSION_ID "${line#*=}" ;;
            ID=*) say os_ID "${line#*=}" ;;
        esac
    done <"$file"
}

say_macos() {
    say os_VERSION_ID "$(sw_vers -productVersion)"
    say translated "$(sysctl -n sysctl.proc_translated 2>/dev/null)"
}

# What reads zstandard is the program, the C library, or a module of the system's Python.
say_zstandard() {
    set +f
    for file in "$(command -v zstd)" /usr/l*/libzstd.so.1 /usr/l*/*/libzstd.*1 /[ou]*/*/lib/libzstd.1.* \
        /usr/l*/python3*/*s/zstandard /usr/l*/python3*/compression; do
        [ ! -e "$file" ] || say zstandard "$file"
    done
    set -f
}

say_kernel() {
    system=$(uname -s -m)
}

# An image is one of Linux. Where this system is, too, its kernel says so in a file.
say_host() {
    system=
    { [ -z "$root" ] && read -r system </proc/sys/kernel/ostype; } 2>/dev/null || say_kernel
    say_root
    case ${root:+Linux}$system in
        Linux*) say_linux ;;
        Darwin*) say_macos ;;
    esac
    say system "$system"
}

say_path
say_store
cd /
say_host
if [ "$omitted" ]; then
    say partial 1
else
    say_rest
fi
printf '%s\n' "standalone-python-probe 1" "${report}standalone-python-probe end"
