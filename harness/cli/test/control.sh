#!/usr/bin/env bash
# One task at a time: every bundled bug is found, from any seed, and nothing is
# found where nothing is wrong.
. "$(dirname "$0")/lib.sh"

mkdir wrong right
set +f
for file in "$SCENARIOS"/*.yml; do
    if grep -q '^expect: fail$' "$file"; then
        cp "$file" wrong
    else
        cp "$file" right
    fi
done
set -f

# others FILE VERDICT: the scenarios of a JSON report with another verdict.
others() {
    sqlite3 -separator ' ' :memory: "
        SELECT json_extract(value, '\$.name'),
               json_extract(value, '\$.verdict'),
               json_extract(value, '\$.reason')
        FROM json_each(readfile('$1'), '\$.scenarios')
        WHERE json_extract(value, '\$.verdict') <> '$2'" 2>&1
}

for seed in 1 2 3; do
    mps 0 run --mode control --iterations 200 --seed $seed --json r.json wrong
    same "" "$(others r.json pass)"
    same "$(ls wrong | wc -l)" "$(json_count r.json '$.scenarios')"
    has out "$(ls wrong | wc -l) scenarios: $(ls wrong | wc -l) caught"
done
mps 0 run --mode control --iterations 100 --json r.json right
same "" "$(others r.json pass)"
has out "$(ls right | wc -l) scenarios: $(ls right | wc -l) passed"

# Five philosophers: each waits for the fork of the next.
for seed in 1 2 3; do
    mps 0 run -v --mode control --iterations 50 --seed $seed --json r.json \
        wrong/philosophers-left-first.yml
    json r.json '$.scenarios[0].findings[0].what' >cycle
    for i in 0 1 2 3 4; do
        next=$(((i + 1) % 5))
        has_like cycle "0\.$i \(philosopher $i\) waits for semaphore [^,]*, \
held by 0\.$next \(philosopher $next\)"
        has_like out "^  0\.$i \(philosopher $i\)  sem wait mapping 0:0"
    done
    same 5 "$(grep -o "waits for" cycle | wc -l)"
    has_like out "take\(\) .*philosophers\.c:[0-9]+$"
done

# A second's sleep costs none: these sleep for a quarter of an hour together.
mps 0 run --mode control --iterations 1000 --max-failures 0 --json r.json \
    wrong/sleeper-sleep.yml
same 1000 "$(json r.json '$.scenarios[0].iterations')"
same "used is 0, expected 1114" \
    "$(json r.json '$.scenarios[0].findings[0].what')"
holds test "$(json r.json '$.scenarios[0].failures')" -gt 10
holds test "$(json r.json '$.scenarios[0].failures')" -lt 990
nothing_left
