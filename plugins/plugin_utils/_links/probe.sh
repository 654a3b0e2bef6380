# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# Reports which commands, manual pages and profiles of a host point to builds, as lines of key=value between two markers.
#
# It needs a POSIX shell, ls, grep and sed; busybox's will do. It writes nothing. Starting a process costs a host more
# than all the rest, so each tool is started once for all its answers.
# probe.py removes the comment lines (so no here-document, no comment behind code), and prepends the functions of
# in_root.sh or running.sh, way.sh and these variables, lists with one word a line:
#   root          the root of another system that has all other paths (nothing in it is run); empty for this one
#   link_dir      the directory for links to programs
#   man_dir       the directory for links to manual pages
#   paths         the paths of the builds
#   names         the file names of links that may be wanted or may exist
#   files         patterns of files whose content is requested
#   directories   directories that must exist for something to be written
#   venvs         the environments to look at
#   guarded       environments whose writers matter, each followed by the interpreter that fills it
#   stores        the stores of the builds
#   records       directories of which the first that exists has the records of alternatives
#   chosen_dir    the directory that the links of alternatives point to
#   owner_names   those of the names that must not shadow or replace a file of a package
# shellcheck disable=SC2154 # which is why these are not assigned here

LC_ALL=C
export LC_ALL
path_of_user=$PATH
# Users without privileges often lack these directories on their PATH, so what is found must not depend on it.
PATH=${PATH:-/usr/local/bin}:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin
set -f
newline='
'
IFS=$newline
report=

# say KEY VALUE: one fact; false ones are omitted. A value ends with its line, so that no file name can forge one.
say() {
    report="$report$1=${2%%"$newline"*}$newline"
}

is_one_of() {
    case $newline$2$newline in
        *"$newline$1$newline"*) return 0 ;;
    esac
    return 1
}

# say_links DIRECTORY: its links that have a wanted name or point below a path, as "file -> target". The output of ls for
# a name with blanks, arrows or newlines can look like the line of another link. So a name counts only if it is a link,
# and it is read individually when its target contains an arrow or two lines claim it.
say_links() {
    in_root "$1"
    found=
    # shellcheck disable=SC2045 # one process reports the targets of all links
    for line in $(ls -lA "$file/" 2>/dev/null); do
        case $line in
            l*" -> "*) ;;
            *) continue ;;
        esac
        target=${line#*" -> "}
        name=${line%%" -> "*}
        name=${name##* }
        is_one_of "$name" "$names" || leads_to_a_path "$target" || continue
        [ -L "$file/$name" ] || continue
        case $newline$found$target in
            *"$newline$name$newline"* | *" -> "*) target=$(readlink "$file/$name") ;;
        esac
        found=$found$name$newline
        say link "$1/$name -> $target"
    done
}

leads_to_a_path() {
    for path in $paths; do
        case $1 in
            "$path"/*) return 0 ;;
        esac
    done
    return 1
}

# A file that is not a link is in the way of one.
say_occupied() {
    for directory in "$link_dir" "$man_dir"; do
        in_root "$directory"
        for name in $names; do
            [ ! -e "$file/$name" ] || [ -L "$file/$name" ] || say occupied "$directory/$name"
        done
    done
}

# head_of FILE MARK: its lines, each after the mark, up to the size that such a file can have.
head_of() {
    dd bs=65536 count=1 <"$1" 2>/dev/null | sed "s/^/$2/"
}

# The records of groups that have a wanted name or an alternative below a path.
say_groups() {
    below=
    for path in $paths; do
        below="$below${below:+$newline}$path/"
    done
    for directory in $records; do
        in_root "$directory"
        directory=$file
        [ -d "$directory" ] || continue
        set --
        set +f
        for record in "$directory"/*; do
            ! is_record "$record" || set -- "$@" "$record"
        done
        set -f
        found=$([ $# = 0 ] || grep -lF "$below" "$@" 2>/dev/null)
        for name in $names; do
            record=$directory/$name
            ! is_record "$record" || is_one_of "$record" "$found" || found="$found$newline$record"
        done
        for record in $found; do
            say group "${record##*/}"
            { lines=$(head_of "$record" group_line=); } 2>/dev/null
            report=$report$lines$newline
        done
        return 0
    done
}

# A link is not a record, and in an image it could make this script read any file of this machine.
is_record() {
    [ ! -L "$1" ] && is_text "$1"
}

# The names for which a package has a file that a link in the directory would replace or shadow, on the PATH of this
# connection or on that of login shells. The connection's PATH does not apply to another system.
say_owners() {
    searches=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    [ -n "$root" ] || searches=$path_of_user$newline$searches
    for name in $owner_names; do
        for search in $searches; do
            say_first_owned "$search" && break
        done
    done
}

say_first_owned() {
    behind=
    IFS=:
    for directory in $1; do
        IFS=$newline
        in_root "$link_dir"
        place=$file
        in_root "$directory"
        # shellcheck disable=SC3013 # every shell that is a system's sh knows -ef
        if [ "$directory" = "$link_dir" ] || [ "$file" -ef "$place" ]; then
            behind=1
        fi
        file=$file/$name
        if [ -z "$behind" ] || { [ ! -e "$file" ] && [ ! -L "$file" ]; }; then
            continue
        fi
        [ -L "$file" ] && leads_to_a_path "$(readlink "$file")" && continue
        say_owner "$directory/$name" && return 0
    done
    IFS=$newline
    return 1
}

# say_owner FILE: the package that has the file or the target of that link. In dpkg's answer the last line counts; the
# lines before it are about diversions.
say_owner() {
    if [ -n "$root" ]; then
        in_root "$1"
        real=${file#"$root"}
    else
        real=$(readlink -f "$1")
    fi
    for file in "$1" "$real"; do
        owner=$(package_of "$file")
        [ -z "$owner" ] || break
    done
    [ -z "$owner" ] || say owned "$name $1 $owner"
    [ -n "$owner" ]
}

# package_of FILE: read from dpkg's lists, since a machine that builds images need not have dpkg.
package_of() {
    if [ -z "$root" ]; then
        owner=$(dpkg-query -S "$1" 2>/dev/null | sed -n '$s/: .*//p')
        owner=${owner:-$(rpm -qf --qf '%{NAME}\n' "$1" 2>/dev/null)} || owner=
    else
        in_root /var/lib/dpkg/info
        owner=$(find "$file" -name "*.list" -type f -exec grep -lxF -- "$1" {} + 2>/dev/null |
            sed -n '1{s/.*[/]//;s/[.]list$//;p;}')
        owner=${owner:-$(rpm --root "$root" -qf --qf '%{NAME}\n' "$1" 2>/dev/null)} || owner=
    fi
    printf %s "$owner"
}

say_builds() {
    for path in $paths; do
        in_root "$path"
        place=$file
        set +f
        for file in "$place"/bin/* "$place"/libexec/* "$place"/share/man/man1/python3*.1; do
            [ ! -e "$file" ] || say has "$path${file#"$place"}"
        done
        set -f
    done
    for store in $stores; do
        in_root "$store"
        store=$file
        set +f
        for file in "$store"/.roots/*; do
            [ ! -f "$file" ] || say root "${file##*/}"
        done
        set -f
    done
}

# The paths of builds where something exists that is not ours, which means not a link into one of the stores.
say_foreign() {
    for path in $paths; do
        in_root "$path"
        [ -e "$file" ] || continue
        in_root "$path/.."
        is_in_store "$file" || say foreign "$path"
    done
}

is_in_store() {
    above=$1
    for store in $stores; do
        in_root "$store"
        # shellcheck disable=SC3013 # every shell that is a system's sh knows -ef
        [ "$above" -ef "$file" ] && return 0
    done
    return 1
}

say_directories() {
    for directory in $directories; do
        in_root "$directory"
        [ ! -d "$file" ] || say directory "$directory"
    done
}

say_venvs() {
    for venv in $venvs; do
        in_root "$venv"
        place=$file
        [ -e "$place" ] || continue
        say venv "$venv"
        in_root "$venv/bin/python"
        [ ! -x "$file" ] || say venv_runs "$venv"
        set +f
        for library in "$place"/lib/python*; do
            say venv_library "$venv${library#"$place"}"
        done
        set -f
    done
}

# Who may change the files that are run, read and written when an environment is changed.
say_ways() {
    [ -n "$guarded" ] || return 0
    say user "$(id -u)"
    venv=
    for word in $guarded; do
        if [ -z "$venv" ]; then
            venv=$word
            continue
        fi
        set +f
        for file in "$venv/bin/python" "$venv/pyvenv.cfg" "$venv"/lib/python*/site-packages "$word"; do
            set -f
            say_way "$venv" "$file"
        done
        set -f
        venv=
    done
}

# on_way DIRECTORY NAME: note what is there, until something is not.
on_way() {
    [ -n "$2" ] || return 0
    [ -e "$2" ] || [ -L "$2" ] || return 1
    visited=$visited$newline$2
}

# say_way VENV FILE: mode, user and group of each existing directory and link on the way to a file.
say_way() {
    say way_to "$1"
    visited=/
    each_on_way "$2"
    # shellcheck disable=SC2045,SC2086 # one process reports all of them, one in each line
    for line in $(ls -ldn $visited 2>/dev/null); do
        name=/${line#*" /"}
        IFS=' '
        # shellcheck disable=SC2086 # mode, links, user, group, …
        set -- $line
        IFS=$newline
        say way "$1 $3 $4 ${name%%" -> "*}"
    done
}

# The first of the usual bundles of certificates, on a host where OpenSSL's own paths (/etc/ssl) have none.
say_certificates() {
    can_read /etc/ssl || can_read /etc/pki || return 0
    can_read /etc/ssl/cert.pem && return 0
    in_root /etc/ssl/certs
    place=$file
    set +f
    for hashed in "$place"/*.[0-9]; do
        can_read "/etc/ssl/certs${hashed#"$place"}" && { set -f && return 0; }
    done
    set -f
    can_read /etc/pki/tls/cert.pem && say certificates_in_pki 1
    for bundle in /etc/pki/tls/certs/ca-bundle.crt /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem \
        /etc/ssl/ca-bundle.pem /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-bundle.crt; do
        can_read "$bundle" && say certificates "$bundle" && return 0
    done
}

can_read() {
    in_root "$1"
    [ -r "$file" ]
}

say_terminals() {
    for directory in /etc/terminfo /lib/terminfo /usr/share/terminfo; do
        for terminal in x/xterm x/xterm-256color l/linux v/vt100 d/dumb 78/xterm; do
            can_read "$directory/$terminal" && say terminals 1 && return 0
        done
    done
}

# No service manager runs in another system, and its package managers are found by their paths.
say_system() {
    in_root /usr/lib/python3/dist-packages
    set +f
    for file in "$file"/apt_pkg*; do
        [ ! -e "$file" ] || say python_apt 1
    done
    set -f
    if [ -z "$root" ]; then
        [ ! -d /run/systemd/system ] || say systemd 1
        for tool in $(for name in update-alternatives apt-get dnf; do command -v "$name"; done); do
            say tool "${tool##*/}"
        done
        return 0
    fi
    for tool in apt-get dnf; do
        can_read "/usr/bin/$tool" && say tool "$tool"
    done
    can_read /var/lib/dpkg/alternatives || return 0
    case $(update-alternatives --help 2>/dev/null) in
        *--root*) say tool update-alternatives ;;
    esac
}

# Mode and path, then the content, which is printed directly since it may be large.
print_files() {
    set --
    for pattern in $files; do
        in_root "${pattern%/*}"
        set +f
        # shellcheck disable=SC2086 # this is a pattern
        set -- "$@" $file/${pattern##*/}
        set -f
    done
    listed=$(ls -ld "$@" 2>/dev/null)
    for pattern in $files; do
        in_root "${pattern%/*}"
        set +f
        for file in $file/${pattern##*/}; do
            set -f
            print_file
        done
        set -f
    done
}

# A link is not one of our files, and in an environment it could make this script read any other file.
print_file() {
    if [ -L "$file" ] || ! is_text "$file"; then
        return
    fi
    case $file in
        *"$newline"*) return ;;
    esac
    case $pattern in
        *"*"*) name=${file#"$root"} ;;
        *) name=$pattern ;;
    esac
    for line in $listed; do
        case $line in
            l*) ;;
            *" $file") printf '%s\n' "file=${line%% *} $name" ;;
        esac
    done
    head_of "$file" file_line=
    echo
}

cd /
say_root
say_links "$link_dir"
[ "$man_dir" = "$link_dir" ] || say_links "$man_dir"
say_links "$chosen_dir"
say_occupied
say_groups
say_owners
say_builds
say_directories
say_foreign
say_venvs
say_ways
say_certificates
say_terminals
say_system
printf '%s\n' "standalone-python-links 1" "$report"
print_files
echo "standalone-python-links end"
