#!/usr/bin/env bash
# The history: when a failure was first and last seen, at which commit, and
# since when it is gone.
. "$(dirname "$0")/lib.sh"

command -v git >/dev/null || {
    skip "no git"
    same 0 0
    exit
}
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
for who in AUTHOR COMMITTER; do
    export GIT_${who}_NAME=tester GIT_${who}_EMAIL=tester@example.org
done

commits=()
commit() {
    echo "$1" >>notes
    git add notes
    git commit -qm "$1"
    commits+=("$(git rev-parse --short=12 HEAD)")
}
# Without the traces there is nothing of earlier runs to try again.
run() {
    mps "$1" run --mode control --iterations "$2" --max-failures 0 -- \
        "$target" "$3"
    rm -rf .mpstress/failures
}

# Outside a repository there is no commit.
run 0 2 fine
same "" "$(query .mpstress/history.db 'SELECT "commit" FROM runs')"

git init -q .
commit one
run 1 20 wrong-status
commit two
echo more >>notes
run 1 20 wrong-status
git checkout -q notes
commit three
run 0 1 fine
mps 0 history
has_like out "^  $name-[0-9a-f]{8} .* 100%$"
has_like out "^    invariant +${commits[0]} +${commits[1]}-dirty$"
has out "  not in 1 iterations since; gone after 2"
mps 0 history --json h.json "$name"
same quiet "$(json h.json '$.failures[0].state')"
commit four
run 0 20 fine
run 0 20 fine
mps 0 history "$name"
has out "    .88...  gone $(date +%Y)-"
has_like out "gone .*  ${commits[3]}$"
has out "not in 41 iterations since; 2 would have shown it"
same 0 "$(awk 'length > 80' out | wc -l)"
mps 0 history --json h.json
holds is_json h.json
same 1 "$(json_count h.json '$.failures')"
same 6 "$(json_count h.json '$.runs')"
same gone "$(json h.json '$.failures[0].state')"
same "${commits[0]}" "$(json h.json '$.failures[0].first_seen.commit')"
same "${commits[1]}-dirty" "$(json h.json '$.failures[0].last_seen.commit')"
same "${commits[3]}" "$(json h.json '$.failures[0].gone.commit')"
same 6 "$(json_count h.json '$.failures[0].rates')"

# It comes back.
run 1 5 wrong-status
mps 0 history
has out "  in the newest run"
has_not out "  gone "

# What nobody knows.
mps 0 history nosuch
has out "no run recorded"
mps 0 history --json - nosuch
same 0 "$(json_count out '$.runs')"
mps 2 history --json /proc/nosuch
has err "/proc/nosuch: "
mps 2 history --json
nothing_left
