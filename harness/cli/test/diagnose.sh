#!/usr/bin/env bash
# From each bundled bug to the rule that it breaks. The files in diagnose/ hold
# what is said of each, without numbers; `GOLDEN=update` writes them anew.
. "$(dirname "$0")/lib.sh"

golden=$tests/diagnose

# What FILE.json says, an item a paragraph, without what differs from run to
# run: numbers, addresses, and all that running freely shows.
said() {
    sqlite3 :memory: "
        SELECT 'rule: ' || (j ->> 'rule') || char(10) || 'object: ' ||
            (j ->> 'object') FROM (SELECT readfile('$1.json') AS j);
        SELECT char(10) || (value ->> 'step') ||
            iif(value ->> 'step' = 'stress', '', ': ' ||
                (value ->> 'verdict') || ': ' || (value ->> 'says')) ||
            iif(value ->> 'step' IN ('loud', 'stress'), '', char(10) ||
                rtrim(value ->> 'evidence', char(10)))
            FROM json_each(readfile('$1.json'), '\$.steps');
        SELECT char(10) || (readfile('$1.json') ->> 'conclusion');" 2>&1 |
        sed -E -e "s#[^ ]*/failures/[^ ]*#LOG#g" -e "s#[^ ]*/targets/#targets/#g" \
            -e 's/0x[0-9a-f]+/0xN/g' -e 's/\.[0-9a-f]{8}\b/.N/g' \
            -e 's/[0-9]+/N/g'
}

# concludes SCENARIO RULE OBJECT: the first failure under control. Where nothing
# is compared with golden files, every third one does: the code is the same.
asked=0
concludes() {
    asked=$((asked + 1))
    [ -n "${EXACT:-}" ] || [ $((asked % 3)) = 0 ] || return
    rm -rf store
    mps 0 run --mode control -j 1 --seed 1 --iterations 200 --store store \
        "$SCENARIOS/$1.yml"
    # Not cut short, however busy the machine is.
    mps 0 diagnose --store store latest --json said.json --shrink-time 10m
    has out "Conclusion"
    has_like out "^  6\. Simplify: "
    holds test "$(awk '{ if (length($0) > 80) n++ } END { print n + 0 }' out)" = 0
    same "$2" "$(json said.json '$.rule')"
    json said.json '$.object' >object
    has_like object "^$3$"
    holds test -s "$(json said.json '$.log')"
    [ -n "${EXACT:-}" ] || return
    said said >now
    [ "${GOLDEN:-}" != update ] || cp now "$golden/$1.txt"
    holds diff "$golden/$1.txt" now
}

lock="(mutex|semaphore) mapping 0:0(\+0x[0-9a-f]+)?"
concludes counter-cc-plain critical-section "job->totals->plain"
concludes counter-plain critical-section "job->totals->plain"
concludes filelog-early-stop stop-last 'queue "lines"'
concludes filelog-stdio flush-before-fork "file out\.log"
concludes filelog-two-writes one-writer "file out\.log"
concludes handoff-if-instead-of-while wait-in-loop \
    "condition mapping 0:0\+0x[0-9a-f]+"
concludes handoff-lost-signal signal-under-lock \
    "condition mapping 0:0\+0x[0-9a-f]+"
pixels="(mapping 0:0\+0x[0-9a-f]+|to\[i\])"
concludes image-bands one-writer "$pixels"
concludes image-cc-bands one-writer "$pixels"
concludes image-cc-progress critical-section "\*job->progress"
concludes image-progress critical-section "\*job->progress"
concludes lockfree-cc-ring-plain publish "ring->plain_put"
concludes locks-mixed lock-order "$lock and $lock"
concludes matrix-cc-whole critical-section "elements\[i\]"
concludes matrix-leak release-on-failure "/mpstress-matrix\.[0-9a-f.]+"
concludes matrix-whole critical-section "elements\[i\]"
concludes metrics-cc-unlocked critical-section "collector->.*"
concludes metrics-split critical-section "mutex mapping 0:0.*"
concludes montecarlo-inherited own-random 'stream "draws"'
concludes montecarlo-pid own-random 'stream "draws"'
concludes philosophers-left-first lock-order "($lock and ){4}$lock"
concludes pool-completion keep-order 'queue "results"'
concludes pool-lost retake-lost-work "the work of 0\.[0-9]+ .*"
concludes primes-join-first drain-before-join "pipe 0:[0-9]+"
concludes primes-until-empty sentinel 'queue "results"'
concludes primes-while-not-empty sentinel 'queue "tasks"'
concludes sleeper-sleep wait-for-event "semaphore mapping 0:0"

# Nothing is forgotten.
same "$(grep -rl '^expect: fail' "$SCENARIOS" | wc -l)" \
    "$(grep -c '^concludes [a-z]' "$tests/diagnose.sh")"

# A program of the user's, which knows nothing of mpstress. The log has a line
# for each operation, with task, process and source line.
build_abba "$target"
mps 1 run --mode control --seed 1 --iterations 100 -- "$target"
mps 0 diagnose latest --json - --log loud.txt
holds is_json out
same lock-order "$(json out '$.rule')"
same loud.txt "$(json out '$.log')"
has_like loud.txt "^ +[0-9]+  0\.0 +pid [0-9]+ +mutex lock .* move\(\) .*abba\.c:[0-9]+$"
same "$(json_count out '$.steps')" 6
mps 0 diagnose "$(readlink -f .mpstress/failures/latest)"
has_like out "^  4\. Replay the queues: it replays exactly, 5 of 5$"
mps 2 diagnose latest --json nosuch/said.json
has err "nosuch/said.json: cannot be written: No such file or directory"
silent out

# Another program stands there by now: it is the recorded run that is told.
has_not out "does not fail any more"
cp /bin/true "$target"
mps 0 diagnose latest
has out "The recorded schedule does not fail any more"

# What cannot be.
mps 4 diagnose nothing-like-this
mps 2 diagnose
mps 2 diagnose latest latest
mps 2 diagnose latest --shrink-time 0

nothing_left
