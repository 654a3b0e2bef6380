# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# The probe: tells what is at a path and what the host is, as lines of key=value between two marker lines.
#
# It needs a POSIX shell and no more tools than busybox has, writes nothing and leaves no file. Starting a process costs
# a host more than all the rest, so files are read by `read` and each tool that is started answers once.
# _probe.py takes out the lines that are comments (so no here-document, no comment behind code) and puts in front:
#   path         where the interpreter is wanted, absolute
#   store        the directory that holds the builds, absolute
#   root_file    the name of the path's file in .roots of the store
#   check_newer  1: look for whatever in the build is newer than its receipt
#   root         another system root to describe (nothing in it is run); empty for the running system
# shellcheck disable=SC2154 # which is why these are not assigned here

LC_ALL=C
export LC_ALL
newline='
'
report=

# say KEY VALUE: one fact. A value ends with its line, so that no file name on the host can forge a fact.
say() {
    report="$report$1=${2%%"$newline"*}$newline"
}

# say_whether KEY COMMAND...: the fact that a command succeeds.
say_whether() {
    fact=$1
    shift
    if "$@"; then say "$fact" 1; else say "$fact" 0; fi
}

# say_json KEY FILE: a JSON file of ours as one line, which is the same JSON since its strings hold no raw newline.
say_json() {
    [ -f "$2" ] || return 0
    text=
    if [ -r "$2" ]; then
        while IFS= read -r line || [ -n "$line" ]; do
            text="$text$line"
        done <"$2"
    fi
    say "$1" "$text"
}

exists() {
    [ -e "$1" ] || [ -L "$1" ]
}

# say_place KEY FILE: what carries a file or will have to, the nearest place on the way up to it that exists.
say_place() {
    place=$2
    until exists "$place"; do
        place=${place%/*}
        place=${place:-/}
    done
    say "$1" "$place"
    say_whether "$1_is_directory" [ -d "$place" ]
    say_whether "$1_is_writable" [ -w "$place" ]
}

say_path() {
    kind=absent
    exists "$path" && kind=other
    [ -f "$path" ] && kind="file"
    [ -d "$path" ] && kind=directory
    [ -L "$path" ] && kind="link"
    say kind "$kind"
    parent=${path%/*}
    say_place parent "${parent:-/}"
    [ "$kind" = link ] || return 0
    say link_target "$(readlink "$path")"
    say_whether target_exists [ -e "$path" ]
}

# Store and build are compared by their physical places: a path is ours however the links on the way to it are written.
say_store() {
    say_place store_place "$store"
    say_free_space "$place"
    cd -P "$store" 2>/dev/null || return 0
    store=${PWD%/}
    entries=0
    for receipt in "$store"/*/.build.json; do
        [ -f "$receipt" ] || continue
        entries=$((entries + 1))
        receipt=${receipt%/.build.json}
        say store_entry "${receipt##*/}"
    done
    say_json root_json "$store/.roots/$root_file"
    for litter in "$store"/.staging/* "$store"/.staging/.[!.]*; do
        exists "$litter" && say staging 1 && break
    done
    [ "$entries" -lt 2 ] || say_running
    [ "$kind" != link ] || say_build
}

# The build at the path. One without receipt was not made by us, or not to the end.
say_build() {
    cd -P "$path" 2>/dev/null || return 0
    entry=${PWD#"$store"/}
    case $entry in
        */* | .*) return 0 ;;
    esac
    say entry "$entry"
    [ -f .build.json ] || return 0
    say_json receipt .build.json
    [ "$check_newer" != 1 ] || say_newer
}

# The first thing that came, went or changed since the receipt was written. Bytecode does not count, and the directory of
# the build counts by its mtime alone, since publishing renamed it. Busybox's find has no -cnewer and fails at once.
say_newer() {
    newer=bin/python
    [ ! -x bin/python ] || newer=$(
        find . -type d -name __pycache__ -prune -o -name .build.json -o -newer .build.json -print \
            -o ! -name . -cnewer .build.json -print 2>/dev/null
    ) || [ -n "$newer" ] || newer=$(
        find . -type d -name __pycache__ -prune -o -name .build.json -o -newer .build.json -print 2>/dev/null
    ) || newer=${newer:-.}
    [ -z "$newer" ] || say newer "${newer#./}"
}

# Which builds processes run from. Only root sees the executables of everyone's processes.
say_running() {
    processes=$(ls -ln /proc/[0-9]*/exe 2>/dev/null)
    set -f
    IFS=$newline
    for line in $processes; do
        case $line in
            *" /proc/"*"/exe -> $store/"*)
                pid=${line#*" /proc/"}
                program=${line#*" -> $store/"}
                say running "${pid%%/*} ${program%%/*}"
                ;;
        esac
    done
    unset IFS
    set +f
}

# say_free_space DIRECTORY: the figure before the first percentage, whatever the device is called.
say_free_space() {
    free=
    set -f
    for word in $(df -Pk "$1" 2>/dev/null); do
        case $word in
            [0-9]*%) break ;;
        esac
        free=$word
    done
    set +f
    say free_kib "$free"
}

# find_in_root FILE: where a file of the system root really is, in $file. Links of another root must not lead into ours.
find_in_root() {
    file=$root$1
    [ -n "$root" ] || return 0
    for _ in 1 2 3 4 5 6 7 8; do
        [ -L "$file" ] || return 0
        target=$(readlink "$file")
        case $target in
            /*) file=$root$target ;;
            *) file=${file%/*}/$target ;;
        esac
    done
}

# The start of the shell's file, a decimal number for each byte: _probe.py reads the ELF header and the loader's name in
# it. uname would tell about the kernel, which may be of another word size than the programs.
say_elf() {
    find_in_root /bin/sh
    set -f
    # shellcheck disable=SC2046 # one argument for each byte is the point
    set -- $(od -An -v -tu1 -N1024 "$file" 2>/dev/null)
    set +f
    say elf "$*"
    machine="${19} ${20}"
}

# Every C library for such a machine, glibc before musl: which of them counts follows from the loader that the shell
# names, or is the first one where the shell is static.
say_libcs() {
    case $machine in
        "3 0") set -- ld-linux.so.2 ld-musl-i386.so.1 ;;
        "21 0") set -- ld64.so.2 ld-musl-powerpc64le.so.1 ;;
        "0 22") set -- ld64.so.1 ld-musl-s390x.so.1 ;;
        "40 0") set -- ld-linux-armhf.so.3 ld-linux.so.3 ld-musl-armhf.so.1 ld-musl-arm.so.1 ;;
        "62 0") set -- ld-linux-x86-64.so.2 ld-musl-x86_64.so.1 ;;
        "183 0") set -- ld-linux-aarch64.so.1 ld-musl-aarch64.so.1 ;;
        "243 0") set -- ld-linux-riscv64-lp64d.so.1 ld-musl-riscv64.so.1 ;;
        *) return 0 ;;
    esac
    for name; do
        for loader in "/lib64/$name" "/lib/$name"; do
            exists "$root$loader" || continue
            ask_libc "$loader"
            say libc "$loader $libc"
            break
        done
    done
}

# ask_libc LOADER: what a C library says about itself, in $libc: musl's loader when it is run; glibc's since 2.33, before
# that getconf or the name of the file behind the link (ld-2.31.so), which is all there is to see of another root.
ask_libc() {
    libc=
    find_in_root "$1"
    case $root:$1 in
        :*/ld-musl-*)
            libc=$("$file" 2>&1)
            libc=${libc#*"$newline"}
            ;;
        :*)
            libc=$("$file" --version 2>/dev/null) || libc=$(getconf GNU_LIBC_VERSION 2>/dev/null) ||
                libc=$(readlink "$file")
            ;;
        *) libc=${file##*/} ;;
    esac
}

# The words of the line `flags` of the first processor; the x86-64 level follows from them.
say_cpu_flags() {
    [ -r "$root/proc/cpuinfo" ] || return 0
    while read -r word line; do
        [ "$word" != flags ] || break
    done <"$root/proc/cpuinfo"
    say cpu_flags "$line"
}

say_linux() {
    say_elf
    say_libcs
    [ "$machine" != "62 0" ] || say_cpu_flags
    say_whether selinux exists "$root/sys/fs/selinux/enforce"
    for release in /etc/os-release /usr/lib/os-release; do
        find_in_root "$release"
        [ ! -r "$file" ] || break
    done
    [ -r "$file" ] || return 0
    while IFS= read -r line; do
        case $line in
            ID=* | VERSION_ID=*) say "os_${line%%=*}" "${line#*=}" ;;
        esac
    done <"$file"
}

say_macos() {
    say os_ID macos
    say os_VERSION_ID "$(sw_vers -productVersion)"
    say translated "$(sysctl -n sysctl.proc_translated 2>/dev/null)"
}

say_host() {
    system=$(uname -s -m)
    say system "$system"
    case $system in
        Linux*) say_linux ;;
        Darwin*) say_macos ;;
    esac
    say uid "$(id -u)"
    say home "$HOME"
    set -f
    IFS=$newline
    for tool in $(for name in zstd python3 tar gzip sha256sum; do command -v "$name"; done); do
        say tool "$tool"
    done
    unset IFS
    set +f
}

say_path
say_store
cd /
say_host
printf '%s\n' "standalone-python-probe 1" "${report}standalone-python-probe end"
