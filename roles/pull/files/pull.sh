#!/bin/sh
# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Fetch a git repository, verify its commit, and have ansible-pull apply a playbook of exactly that commit. Nothing of a
# commit runs before it is verified. The argument is the file of settings that the role `pull` writes.
#
# Exit status: 0 applied, 1 failed, 2 refused, 75 another run is not finished.
set -eu
umask 077

# shellcheck source=/dev/null
. "$1"

export GIT_TERMINAL_PROMPT=0
export GIT_ALLOW_PROTOCOL=file:http:https:ssh
if [ -n "$PULL_KEY_FILE" ]; then
    PULL_KEY_FILE=$(printf '%s' "$PULL_KEY_FILE" | sed "s/'/'\\\\''/g")
    export GIT_SSH_COMMAND="ssh -o BatchMode=yes -o IdentitiesOnly=yes -i '$PULL_KEY_FILE'"
fi

mkdir -p "$PULL_DIRECTORY"
repository=$PULL_DIRECTORY/repository.git
checkout=$PULL_DIRECTORY/checkout
applied=$PULL_DIRECTORY/applied
unfinished=$PULL_DIRECTORY/unfinished
login=$PULL_DIRECTORY/login
report=$PULL_DIRECTORY/report.json
commit=
lock_sha256=

in_repository() {
    git --git-dir="$repository" "$@"
}

# Print one line without what JSON would have to escape or a terminal obeys.
plain() {
    printf '%s' "$1" | tr -c '[:print:]' ' ' | sed 's/["\\]//g'
}

# Write the report, run the operator's command, and exit: result, detail, exit status.
finish() {
    trap '' HUP INT TERM
    rm -f "$login"
    set -- "$1" "$(plain "$2")" "$3"
    printf '{"result": "%s", "detail": "%s", "commit": "%s", "lock_sha256": "%s", "time": "%s"}\n' \
        "$1" "$2" "$commit" "$lock_sha256" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$report.new"
    mv "$report.new" "$report"
    if [ "$3" = 0 ]; then
        printf '%s\n' "$2"
    else
        printf '%s\n' "$2" >&2
    fi
    if [ -n "$PULL_REPORT_COMMAND" ]; then
        sh -c "$PULL_REPORT_COMMAND" report "$report" || printf 'The report command failed.\n' >&2
    fi
    exit "$3"
}

refuse() {
    finish refused "Cannot apply the commit ${commit:-of $PULL_CHECKOUT}: $1" 2
}

exec 9>"$PULL_DIRECTORY/run.lock"
flock -n 9 || {
    printf 'Cannot run: another run is not finished. Wait for it.\n' >&2
    exit 75
}

trap 'finish failed "Cannot apply the commit ${commit:-of $PULL_CHECKOUT}: a signal ended the run. Run it again." 1' \
    HUP INT TERM

# What a run wrote that failed or was killed may be incomplete: locks of git, files that a power cut left empty, and what
# arrived of a commit that the server never sent whole, which would fill the disk.
if [ -e "$unfinished" ]; then
    rm -rf "$checkout"
    find "$repository" \( -name '*.lock' -o -name 'tmp_*' \) -exec rm -f {} + 2>/dev/null || true
    in_repository fsck >/dev/null 2>&1 || rm -rf "$repository"
fi
: >"$unfinished"

# --- fetch -----------------------------------------------------------------------------------------------------------

[ -d "$repository" ] || git init --quiet --bare "$repository"
# Every user of the host can read the arguments of programs, so git gets the login in a file.
url=$PULL_URL
scheme=${url%%://*}
rest=${url#*://}
server=${rest%%[/?#]*}
set --
case $scheme:$server in
    http:*:*@* | https:*:*@*)
        url=$scheme://${server##*@}${rest#"$server"}
        printf '%s\n' "$scheme://$server" >"$login"
        set -- -c credential.helper= -c credential.helper="store --file='$login'"
        ;;
esac
in_repository "$@" fetch --quiet --no-tags "$url" "+$PULL_CHECKOUT:refs/standalone/fetched" 2>"$PULL_DIRECTORY/fetch.log" ||
    finish failed "Cannot fetch $PULL_CHECKOUT: $(tail -c 2000 "$PULL_DIRECTORY/fetch.log" | sed 's,//[^/@]*@,//,g' | tail -n 1)" 1
rm -f "$login"
commit=$(in_repository rev-parse --verify --quiet "refs/standalone/fetched^{commit}") || refuse 'it is no commit.'

# --- verify ----------------------------------------------------------------------------------------------------------

if [ -n "$PULL_COMMIT" ]; then
    commit=$PULL_COMMIT
    in_repository merge-base --is-ancestor "$commit" refs/standalone/fetched 2>/dev/null ||
        refuse "it is not part of $PULL_CHECKOUT. Correct pull_commit or pull_checkout."
fi
if [ -s "$PULL_ALLOWED_SIGNERS" ]; then
    # Signatures by GPG or X.509 do not count: whose keys root's keyring has says nothing.
    verdict=$(in_repository -c gpg.ssh.allowedSignersFile="$PULL_ALLOWED_SIGNERS" -c gpg.program=false \
        -c gpg.x509.program=false -c gpg.minTrustLevel=fully log -1 --format=%G? "$commit" --) || verdict=
    [ "$verdict" = G ] || refuse 'none of pull_allowed_signers signed it. Find out who made it.'
elif [ -z "$PULL_COMMIT" ]; then
    refuse 'neither pull_allowed_signers nor pull_commit is set. Run the role again.'
fi
if [ -z "$PULL_COMMIT" ] && [ -e "$applied" ]; then
    last=$(cat "$applied")
    in_repository merge-base --is-ancestor "$last" "$commit" 2>/dev/null ||
        refuse "it does not follow ${last:-an unknown commit}, which was applied last. If history was rewritten, remove $applied."
fi
in_repository cat-file -e "$commit:$PULL_LOCK" 2>/dev/null || refuse "it has no file $PULL_LOCK. Commit the lock."
lock_sha256=$(in_repository show "$commit:$PULL_LOCK" | sha256sum | cut -d ' ' -f 1)

# --- apply -----------------------------------------------------------------------------------------------------------

printf '%s\n' "$commit" >"$applied.new"
sync "$applied.new" 2>/dev/null || sync # older ones know no file
mv "$applied.new" "$applied"
in_repository update-ref refs/heads/verified "$commit" # the only branch, for ansible-pull
"$PULL_COMMAND" --url "$repository" --checkout "$commit" --full --clean \
    --directory "$checkout" "$PULL_PLAYBOOK" ||
    finish failed "Cannot apply the commit $commit: the playbook failed. Its output is above." 1
rm -f "$unfinished"
finish applied "The commit $commit is applied." 0
