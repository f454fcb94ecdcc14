#!/usr/bin/env bash
# What programs read of a run: SARIF with the shortest schedule, TAP as prove
# takes it, annotations and a summary in GitHub Actions; and of a stored
# failure: a Chrome trace.
. "$(dirname "$0")/lib.sh"
build_abba "$target"
second=$(line_of "_lock(&second->lock)" abba.c)

# -- SARIF --------------------------------------------------------------------

shrink_time=30s
mps 1 run --mode control --iterations 100 --seed 1 --sarif r.sarif \
    --tap bad.tap -- "$target"
shrink_time=
holds is_json r.sarif
same 2.1.0 "$(json r.sarif '$.version')"
result='$.runs[0].results[0]'
same mpstress/deadlock "$(json r.sarif "$result.ruleId")"
same mpstress/deadlock \
    "$(json r.sarif "\$.runs[0].tool.driver.rules[$(json r.sarif \
        "$result.ruleIndex")].id")"
place="$result.locations[0].physicalLocation"
same abba.c "$(json r.sarif "$place.artifactLocation.uri")"
same SRCROOT "$(json r.sarif "$place.artifactLocation.uriBaseId")"
same "$second" "$(json r.sarif "$place.region.startLine")"
same "file://$PWD/" "$(json r.sarif '$.runs[0].originalUriBaseIds.SRCROOT.uri')"
same 1 "$(json r.sarif '$.runs[0].invocations[0].exitCode')"
trace=$(json r.sarif "$result.attachments[0].artifactLocation.uri")
holds test -f "$trace"
fingerprint=$(json r.sarif "$result.partialFingerprints.mpstressFinding/v1")
# The id of the trace ends in the end of it.
same "${trace: -12:8}" "${fingerprint: -8}"

# The tasks 0 and 0.0, whose steps are all of the schedule, each once.
flow="$result.codeFlows[0].threadFlows"
same 2 "$(json_count r.sarif "$flow")"
same "0 0.0" "$(json r.sarif "$flow[0].id") $(json r.sarif "$flow[1].id")"
steps() {
    sqlite3 :memory: "SELECT $1 FROM json_each(readfile('r.sarif'), '$flow') t,
        json_each(t.value, '\$.locations') l"
}
same 1 "$(steps "min(json_extract(l.value, '\$.executionOrder'))")"
same "$(steps "count(*)")" \
    "$(steps "count(DISTINCT json_extract(l.value, '\$.executionOrder'))")"
same "$(steps "count(*)")" \
    "$(steps "max(json_extract(l.value, '\$.executionOrder'))")"
same 2 "$(steps "sum(json_extract(l.value, '\$.importance') = 'essential')")"

# -- Chrome trace -------------------------------------------------------------

# The recorded iteration, though there is a shorter schedule.
mps 0 show latest --format chrome t.json
silent out
holds is_json t.json
events() {
    sqlite3 :memory: "SELECT count(*) FROM json_each(readfile('t.json'),
        '\$.traceEvents') e WHERE json_extract(e.value, '\$.ph') = '$1' ${2:-}"
}
same "$(query "$trace" "SELECT count(*) FROM ops")" "$(events X)"
same "$(query "$trace" "SELECT count(*) FROM tasks")" \
    "$(events M "AND json_extract(e.value, '\$.name') = 'thread_name'")"
same 2 "$(events X "AND json_extract(e.value, '\$.args.returned') = 0
    AND json_extract(e.value, '\$.name') LIKE 'mutex lock %'")"
same "$(events s)" "$(events f)"
# A circle of locks, perhaps, beside the deadlock.
same "$(query "$trace" "SELECT count(*) FROM findings")" "$(events i)"
mps 0 show latest --format chrome
same "$(cat t.json)" "$(cat out)"
mps 0 show latest --format chrome -
same "$(cat t.json)" "$(cat out)"
mps 2 show latest --format svg
has err "'svg' is not chrome"
mps 2 show latest t.json
has err "one failure at a time"
mps 2 show latest --format chrome --html t.html
mps 2 show latest --format chrome /proc/nosuch
has err "/proc/nosuch: the Chrome trace was not written"

# -- TAP ----------------------------------------------------------------------

mps 0 run --iterations 3 --tap good.tap -- /bin/true
if command -v prove >/dev/null; then
    what="prove"
    prove --exec cat bad.tap >out 2>&1
    same 1 $?
    has out "Failed 1/1 subtests"
    holds prove --exec cat good.tap >out 2>&1
    has out "All tests successful."
else
    skip "no prove: whether it takes the TAP report"
fi

# -- GitHub Actions -----------------------------------------------------------

# Whatever the target says in it is no command: those stop before the first
# finding, until the token.
cat >liar.c <<'END'
#include "mpstress/mpstress.h"
int main(void)
{
    mps_check(0, "::error::lie");
    return 0;
}
END
what="$CC liar.c"
holds "$CC" -g -I"$INCLUDE" -o liar liar.c
mkdir .git
export GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=$PWD/summary.md
echo "of the step before" >summary.md
mps 1 run --iterations 3 -- ./liar
stop=$(grep -n '::stop-commands::' out)
token=${stop##*::}
same 1 "${stop%%:*}"
same 32 "${#token}"
resume=$(grep -nF "::$token::" out | cut -d: -f1)
lie=$(grep -nE -m 1 '^ *::error::lie' out | cut -d: -f1)
annotation="::error file=liar.c,line=4,title=invariant in liar::"
has out "$annotation"
tail -n +$((resume + 1)) out >after
same 1 "$(grep -c . after)"
has after "$annotation"
holds test "$lie" -lt "$resume"
same "of the step before" "$(head -n 1 summary.md)"
has summary.md "| liar | **FAIL** | "
has summary.md "<code>mpstress replay liar-"

# A report on standard output stays alone there.
mps 1 run --iterations 3 --json - -- ./liar
holds is_json out
has err "$annotation"

# Elsewhere there is none of it.
GITHUB_ACTIONS=false mps 1 run --iterations 3 -- ./liar
has_not out "stop-commands"
has_not out "$annotation"
same 2 "$(grep -c '^### mpstress' summary.md)"

# A summary that cannot be written does not make a good run of a bad one.
GITHUB_STEP_SUMMARY=/proc/nosuch mps 1 run --iterations 3 -- ./liar
has err "/proc/nosuch: the summary was not written"
GITHUB_STEP_SUMMARY=/proc/nosuch mps 2 run --iterations 3 -- /bin/true
unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY
nothing_left
