#!/usr/bin/env bash
# How often something fails: flaky targets, and runs that are as long as a
# confidence takes.
. "$(dirname "$0")/lib.sh"

# It fails with 3 workers of 3 and 4: in half of the iterations.
cat >half.sh <<END
#!/bin/sh
[ "\$1" = 4 ] && exec "$target" fine
exec "$target" wrong-status
END
chmod +x half.sh
half() {
    mps "$1" run "${@:2}" --no-stored --workers 3,4 -- ./half.sh '{workers}'
}

# Counted, it is flaky, which is a failure; stopped at the first, it is one.
half 1 --seed 1 --iterations 60 --max-failures 0 --json r.json --junit r.xml \
    --tap r.tap --html r.html
has_like out "^half.sh +60 .* FLAKY +[0-9]+ +exit status 0$"
has_like out "^FLAKY half.sh$"
has_like out "^  failed: [0-9]+ of 60 \([0-9.]+%, 95% interval [0-9.-]+%\)$"
has out "1 scenario: 1 flaky"
has_like err "^half.sh: flaky, [0-9]+ of 60 iterations failed"
same "fail 1 1" "$(json r.json '$.scenarios[0].verdict') \
$(json r.json '$.scenarios[0].is_flaky') $(json r.json '$.exit_code')"
has r.xml '<failure type="invariant"'
has_like r.tap "^not ok 1 - half.sh$"
has r.html 'class="v flaky"'
mps 0 history half.sh
has_like out "  flaky +[0-9]+ of 60 "
half 1 --seed 1 --iterations 60 --json r.json
has_like out "^half.sh +[0-9]+ .* FAIL "
same 0 "$(json r.json '$.scenarios[0].is_flaky')"
mps 1 run --no-stored --iterations 5 --max-failures 0 -- "$target" wrong-status
has_like out " FAIL "

# As many clean iterations as it takes, no more and no fewer.
mps 0 run --require-confidence 95% --max-rate 5% --json r.json --junit r.xml \
    -- "$target" fine
has_like out "^$name +59 .* pass"
has out "no failure in 1 scenario, 59 iterations: rate < 5% with 95% confidence"
same "59 0.95 0.05 59 1" "$(json r.json '$.confidence.iterations') \
$(json r.json '$.confidence.required') $(json r.json '$.confidence.max_rate') \
$(json r.json '$.scenarios[0].iterations') \
$(json r.json '$.scenarios[0].is_confident')"
has r.xml '<property name="confident" value="yes"/>'
mps 0 run --iterations 3 --json r.json -- "$target" fine
same "" "$(json r.json '$.confidence')"
same "" "$(json r.json '$.scenarios[0].is_confident')"

# What is cut off at the step bound has no verdict, and is made up for: with 4
# workers, which seed 1 draws once in three.
cat >long.c <<'END'
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    long rounds = argc > 1 && atoi(argv[1]) == 4 ? 600000 : 10;
    int ends[2], status;
    char byte = 0;
    if (pipe(ends))
        return 1;
    pid_t child = fork();
    for (long i = 0; i < rounds; i++)
        if (write(ends[1], &byte, 1) != 1 || read(ends[0], &byte, 1) != 1)
            return 1;
    if (!child)
        _exit(0);
    return waitpid(child, &status, 0) != child;
}
END
what="$CC long.c"
holds "$CC" -O -o long long.c
mps 0 run --timeout $time_limit --mode control --strategy sequential -j 1 \
    --seed 1 --workers 3,4 --require-confidence 75% --max-rate 50% \
    --json r.json -- ./long '{workers}'
same "3 1 1" "$(json r.json '$.scenarios[0].iterations') \
$(json r.json '$.scenarios[0].cut_off') \
$(json r.json '$.scenarios[0].is_confident')"
has out "no failure in 1 scenario, 2 iterations: rate < 50% with 75% confidence"

# A failure ends it.
half 1 --seed 1 --require-confidence 0.95 --max-rate 0.05 --json r.json
same 0 "$(json r.json '$.scenarios[0].is_confident')"
has_not out "confidence"
holds test "$(json r.json '$.scenarios[0].iterations')" -lt 59

# A known one does not, and is not what the rate is of.
mps 0 history --accept half.sh --reason "why"
half 0 --seed 1 --require-confidence 95% --max-rate 5%
has_like out "^half.sh +59 .* known "
has out "no new failure in 1 scenario, 59 iterations: rate < 5% with 95% conf"

# Time that is up first leaves it open.
mps 5 run --require-confidence 99% --max-rate 0.0001% --duration 1ms \
    --json r.json -- "$target" fine
has_like out "^$name .* inconclusive"
has_like out "ended after [0-9]+ of 4605168 iterations"
same 0 "$(json r.json '$.scenarios[0].is_confident')"
has_not out "confidence"

# A scenario that expects to fail has its own number.
printf 'target: %s\narguments: [crash]\nexpect: fail\niterations: 7\n' \
    "$target" >caught.yml
mps 0 run --require-confidence 95% --max-rate 5% --json r.json caught.yml
has out "1 caught"
same "7 " "$(json r.json '$.scenarios[0].planned') \
$(json r.json '$.scenarios[0].is_confident')"

# What does not go together.
while read -r options; do
    mps 2 run $options -- "$target" fine
    silent out
    has err "$(case $options in
    *iterations*) echo "either --iterations or --require-confidence" ;;
    *only* | *shard*) echo "needs all iterations" ;;
    *1e-300*) echo "more iterations than anybody can run" ;;
    *99\ *) echo "'99' is not between 0% and 100%" ;;
    *much*) echo "'much' is no share" ;;
    *) echo "--require-confidence and --max-rate go together" ;;
    esac)"
done <<'END'
--require-confidence 99%
--max-rate 1%
--require-confidence 99% --max-rate 1% --iterations 5
--require-confidence 99% --max-rate 1% --only 5
--require-confidence 99% --max-rate 1% --shard 1/2
--require-confidence 99% --max-rate 1e-300
--require-confidence 99 --max-rate 1%
--require-confidence 99% --max-rate much
END
nothing_left
