#!/usr/bin/env bash
# Known findings: accepted in the store or by a file, shown as known in every
# report, and no reason to fail; new ones are.
. "$(dirname "$0")/lib.sh"

mkdir scenarios
printf 'target: %s\narguments: [wrong-status]\niterations: 6\n' "$target" \
    >scenarios/bad.yml

# Nothing there to accept, or no reason.
mps 4 history --accept bad --reason "why not"
has err ".mpstress: no store here"
mps 1 run
id=$(basename "$(readlink .mpstress/failures/latest)" .mpt)
mps 2 history --accept "$id"
has err "--accept $id: why? --reason TEXT"
mps 2 history --accept "$id" --reason " "
has err "accepted for which reason?"
mps 2 history --accept "$id" --reason "two
lines"
has err "the reason must be one line"
mps 2 history --reason "why"
has err "--reason is for --accept"
mps 2 history --accept "$id" --withdraw "$id" --reason "why"
mps 4 history --accept nosuch --reason "why"
has err "'nosuch': no such failure"
mps 4 history --withdraw "$id"
has err "'$id': no such finding is accepted"
mps 2 history --accept "" --reason "an unset variable"
has err "which finding? The id is empty"
mps 2 history --withdraw ""
has err "which finding? The id is empty"
mps 0 list known
has out "# no finding is accepted"
mps 1 run

# What a terminal would obey is shown, not sent: a reason may be another's.
mps 0 history --accept "$id" --reason $'a\xc2\x9b31m\xff'
has out "known from now on: a\\xc2\\x9b31m\\xff"
mps 0 list known
has out "$id  a\\xc2\\x9b31m\\xff"
mps 0 history --withdraw "$id"
cp -r .mpstress hostile
sqlite3 hostile/history.db "UPDATE findings SET kind = char(27) || '[31m',
    what = char(27) || ']0;x' || char(10)"
mps 0 list failures --store hostile
has out '\x1b]0;x\x0a'
has_not out $'\x1b'
rm -r hostile

# Accepted: the run goes on to its end, says so, and is a success.
export GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=$PWD/summary.md
mps 0 history --accept bad --reason "ticket #7: <later>"
has out "$id is known from now on: ticket #7: <later>"
mps 0 list failures
has_like out "^$id .* x  known$"
before=$(cksum <".mpstress/failures/$id.mpt")
mps 0 run --json r.json --junit r.xml --tap r.tap \
    --sarif r.sarif --html r.html
unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY
same "$before" "$(cksum <".mpstress/failures/$id.mpt")"
has_like out "^bad +6 .* known +[0-9]+ +exit status 0$"
has out "failed: 6 of 6 "
has out "known: ticket #7: <later>"
has out "1 scenario: 1 known"
has_not out "FAIL "
same 0 "$(grep -c '^reproduce: ' out)"
has_like err "^bad: known, 6 iterations"
has_like out "^::notice .*title=known invariant in bad::.*%0Aknown: ticket"
has_not out "::error"
has summary.md "| bad | known | 6 | 6 | "
holds is_json r.json
same "pass 6 6 0" "$(json r.json '$.scenarios[0].verdict') \
$(json r.json '$.scenarios[0].failures') \
$(json r.json '$.scenarios[0].known_failures') $(json r.json '$.exit_code')"
same "ticket #7: <later>" "$(json r.json '$.scenarios[0].findings[0].known')"
same 1 "$(grep -c '<skipped message="known: bad-' r.xml)"
same 0 "$(grep -c '<failure' r.xml)"
has_like r.tap '^not ok 1 - bad # TODO known: ticket \\#7: <later>$'
if command -v prove >/dev/null; then
    what="prove"
    holds prove --exec cat r.tap >prove.out 2>&1
fi
same "external ticket #7: <later>" \
    "$(json r.sarif '$.runs[0].results[0].suppressions[0].kind') \
$(json r.sarif '$.runs[0].results[0].suppressions[0].justification')"
has r.html 'class="v known"'
has r.html "ticket #7: &lt;later&gt;"
mps 0 run -v
has_like out "^KNOWN bad  invariant "
mps 0 history bad
has_like out "  known +6 of 6 "

# A new one beside it fails, and is the one that is shown.
cat >both.sh <<END
#!/bin/sh
[ "\$1" = 4 ] && exec "$target" crash
exec "$target" wrong-status
END
chmod +x both.sh
printf '%s\n' "target: ./both.sh" 'arguments: ["{workers}"]' \
    "parameters: {workers: [3, 4]}" "iterations: 40" >both.yml
mps 1 run --seed 1 both.yml --workers 3
old=$(basename "$(readlink .mpstress/failures/latest)" .mpt)
echo "$old  of the shell" >known.txt
mps 0 run --seed 1 --known known.txt both.yml --workers 3
mps 1 run --seed 1 --known known.txt --max-failures 0 --json r.json both.yml
has_like out "^both +40 .* FAIL +[0-9]+ +crash$"
has_like out "^  iteration .* $old$"
has out "known: of the shell"
has_like out "^FAIL both  crash "
has_not out "FAIL both  invariant"
same "reproduce: mpstress replay both" "$(tail -n 1 out | cut -d- -f1)"
holds test "$(json r.json '$.scenarios[0].known_failures')" -lt \
    "$(json r.json '$.scenarios[0].failures')"

# A known one does not end the run, a new one does.
mps 1 run --seed 1 -j 1 --known known.txt --json r.json both.yml
same 1 "$(($(json r.json '$.scenarios[0].failures') -
    $(json r.json '$.scenarios[0].known_failures')))"

# Files: with comments; broken lines are named.
printf '# of both\n\n  %s \t of the shell  \r\n' "$old" >known.txt
mps 0 run --seed 1 --known known.txt both.yml --workers 3
has out "known: of the shell"
mps 0 list known >known
printf 'both-00000001\n' >bad.txt
mps 2 run --known bad.txt both.yml
has err "bad.txt:1: 'both-00000001' is accepted for which reason?"
printf '#\n../up  because\n' >bad.txt
mps 2 run --known bad.txt both.yml
has err "bad.txt:2: this is no id of a failure"
printf '%s one\n%s two\n' "$old" "$old" >bad.txt
mps 2 run --known bad.txt both.yml
has err "bad.txt:2: '$old' stands here twice"
mps 2 run --known nosuch.txt both.yml
has err "nosuch.txt: "

# What is listed can be given to others.
mps 0 list known
grep -v '^#' out >list.txt
same "$id  ticket #7: <later>" "$(cat list.txt)"
mps 0 list known
cp out list.txt
mps 0 run --store elsewhere --known list.txt bad

# What does not come any more is told, but not when there was no chance.
printf 'target: %s\narguments: [fine]\niterations: 3\n' "$target" \
    >scenarios/bad.yml
mps 0 run --json r.json --tap r.tap
has out "known finding not seen: $id (ticket #7: <later>)"
has r.tap "# known finding not seen: $id: ticket #7: <later>"
same "$id" "$(json r.json '$.scenarios[0].known_not_seen[0].id')"
mps 0 run --only 1
has_not out "not seen"

# Withdrawn, it fails again.
printf 'target: %s\narguments: [wrong-status]\n' "$target" >scenarios/bad.yml
mps 0 history --withdraw "$id"
has out "$id is accepted no more"
mps 1 run
mps 0 list known
has out "# no finding is accepted"

# What a scenario expects is not known, and known ones are not what it expects.
printf 'target: %s\narguments: [wrong-status]\nexpect: fail\n' "$target" \
    >scenarios/bad.yml
mps 0 history --accept "$id" --reason "why"
mps 0 run --json r.json
has out "1 caught"
same "" "$(json r.json '$.scenarios[0].findings[0].known')"
nothing_left
