#!/usr/bin/env bash
# Failures that the store has are run again first: what is still there fails at
# once, what is gone is fixed, and nothing else changes.
. "$(dirname "$0")/lib.sh"
build_probe

# scenario PROGRAM [LINE...]: s.yml runs it.
scenario() {
    printf '%s\n' "target: ./$1" "iterations: 300" "${@:2}" >s.yml
}

# A deadlock with its schedule: the same program has it at once, the mended one
# does not have it any more, and that is said once.
build_abba broken
build_abba mended -DFIXED
cp broken program
scenario program
shrink_time=2s mps 1 run --mode control -j 1 --seed 1 s.yml
id=$(basename "$(readlink .mpstress/failures/latest)" .mpt)
before=$(cksum <".mpstress/failures/$id.mpt")
mps 1 run --mode control -j 1 --json r.json --junit r.xml s.yml
has_like out "^s +0 .* FAIL +[0-9]+ +deadlock$"
has out "1 stored failure came again when replayed"
has_like out "^  iteration [0-9]+ +deadlock +stored +$id$"
has out "of an earlier run, replayed first"
has_like out "^  stored +it failed in an earlier run"
same "reproduce: mpstress replay $id" "$(tail -n 1 out)"
has_like err "^s: fail, 1 stored failure came again"
same "fail 0 1 1" "$(json r.json '$.scenarios[0].verdict') \
$(json r.json '$.scenarios[0].iterations') \
$(json r.json '$.scenarios[0].replayed') \
$(json r.json '$.scenarios[0].findings[0].is_stored')"
same 300 "$(json r.json '$.scenarios[0].planned')"
same 1 "$(grep -c '<failure ' r.xml)"
same "$before" "$(cksum <".mpstress/failures/$id.mpt")"
# Its explanation is that of the run that found it.
shrink_time=2s mps 1 run --mode control -j 1 s.yml
has out "$id, shrunk"
same "$before" "$(cksum <".mpstress/failures/$id.mpt")"
mps 0 list failures
has_like out "^$id .* 1 x$"

# Not asked for: neither by option, nor where the store must not matter.
for option in --no-stored "--seed 1" "--only 0 --seed 1" "--shard 2/2" \
    "--strategy sequential --no-stored"; do
    # Whatever these few iterations come to.
    "$MPSTRESS" run --mode control --shrink-time 0s --iterations 3 --json r.json $option \
        s.yml >out 2>err </dev/null
    what="run $option"
    same 0 "$(json r.json '$.scenarios[0].replayed')"
done
mps 1 run --mode control -j 1 --seed 1 --json one.json s.yml
mps 1 run --mode control -j 1 --seed 1 --no-stored --json two.json s.yml
same "$(json one.json '$.scenarios[0].findings[0].first_iteration')" \
    "$(json two.json '$.scenarios[0].findings[0].first_iteration')"

# Counted on its own: the others go on.
mps 1 run --mode control --max-failures 0 --iterations 20 --json r.json s.yml
same "20 1" "$(json r.json '$.scenarios[0].iterations') \
$(json r.json '$.scenarios[0].replayed')"

# Accepted, it is known, and the run goes on.
printf '%s  why\n' "$id" >known.txt
mps 0 run --mode control --known known.txt --iterations 20 --json r.json s.yml
has_like out "^s +20 .* known "
same why "$(json r.json '$.scenarios[0].findings[0].known')"
# Also when no iteration had it but the replay.
mps 0 run --mode control --strategy sequential --known known.txt \
    --iterations 1 --json r.json s.yml
has_like out "^s +1 .* known "
has_like out "^  iteration [0-9]+ +deadlock +stored +$id$"

# In too few iterations nothing is fixed.
cp mended program
sqlite3 ".mpstress/failures/$id.mpt" \
    "UPDATE meta SET value = '7' WHERE key = 'iteration'"
mps 0 run --mode control --iterations 7 s.yml
has out "1 stored failure did not come when replayed; too few iterations to"
has_not out "fixed, passes now"
mps 0 run --mode control --iterations 8 --json r.json s.yml
has out "fixed, passes now: $id"
same "$id" "$(json r.json '$.scenarios[0].fixed[0]')"
mps 0 list failures
has_like out "^$id .*  fixed"
mps 0 run --mode control --iterations 8 --json r.json s.yml
has_not out "fixed, passes now"
same 0 "$(json r.json '$.scenarios[0].replayed')"

# Back again, it is found by the iterations, and from then on at once.
cp broken program
mps 1 run --mode control --json r.json s.yml
same 0 "$(json r.json '$.scenarios[0].replayed')"
mps 0 list failures
has_not out "fixed"
mps 1 run --mode control --json r.json s.yml
same 1 "$(json r.json '$.scenarios[0].replayed')"

# Another program, other arguments, other parameters: another story.
scenario mended
mps 0 run --mode control --iterations 3 --json r.json s.yml
same 0 "$(json r.json '$.scenarios[0].replayed')"
scenario program "arguments: [x]"
mps 1 run --mode control --json r.json s.yml
same 0 "$(json r.json '$.scenarios[0].replayed')"
mps 1 run --iterations 1 -- "$target" wrong-status
mps 0 run --iterations 2 --json r.json -- "$target" fine
same 0 "$(json r.json '$.scenarios[0].replayed')"
mps 1 run --json r.json -- "$target" wrong-status
same "0 1" "$(json r.json '$.scenarios[0].iterations') \
$(json r.json '$.scenarios[0].replayed')"
printf '%s\n' "target: $target" "arguments: [wrong-status, '{n}']" \
    "parameters: {n: [4]}" >p.yml
mps 1 run p.yml
sed -i 's/\[4\]/[5]/' p.yml
mps 1 run --json r.json p.yml
same 0 "$(json r.json '$.scenarios[0].replayed')"

# What is expected to fail is not run first, nor what no one looks for.
printf 'target: ./program\nexpect: fail\nfinding: deadlock\n' >e.yml
mps 0 run --mode control e.yml
mps 0 run --mode control --json r.json e.yml
has out "1 caught"
same 0 "$(json r.json '$.scenarios[0].replayed')"

# A run that finds a trace that cannot be read goes on without it.
scenario program
mps 1 run --mode control --json r.json s.yml
set +f
for trace in .mpstress/failures/s-*.mpt; do
    echo "no trace" >"$trace"
done
set -f
mps 1 run --mode control --json r.json s.yml
same 0 "$(json r.json '$.scenarios[0].replayed')"
silent_but=$(grep -v '^s: fail' err)
same "" "$silent_but"
nothing_left
