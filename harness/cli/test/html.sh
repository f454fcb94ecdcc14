#!/usr/bin/env bash
# The HTML report: of a run and of a stored failure, whole, for itself, and
# with nothing in it that a target could have made into markup.
. "$(dirname "$0")/lib.sh"

# tags FILE TEXT: how often TEXT stands in FILE.
tags() {
    grep -oF -e "$2" "$1" | wc -l
}

# A page that loads nothing: no address, no source, one script of its own.
is_alone() {
    has "$1" "<!DOCTYPE html>"
    same "</html>" "$(tail -n 1 "$1")"
    has "$1" "default-src 'none'"
    for text in "http:" "https:" " src=" "@import" "url(/" "<iframe" "<!--"; do
        has_not "$1" "$text"
    done
    same 1 "$(tags "$1" "<script>")"
    same 1 "$(tags "$1" "</script>")"
}

build_abba abba
mkdir scenarios
printf 'target: %s/abba\nparameters: {rounds: [1, 2]}\niterations: 60\n' \
    "$PWD" >scenarios/locks.yml
printf 'target: %s\narguments: [fine]\niterations: 5\nabout: "a <b> & c"\n' \
    "$target" >scenarios/good.yml
shrink_time=60s mps 1 run --mode control --max-failures 0 --html r.html
is_alone r.html
same 2 "$(tags r.html '<td data-l="verdict">')"
has r.html "a &lt;b&gt; &amp; c"
holds test "$(tags r.html '<section class="failure"')" -ge 1
has r.html '<b>deadlock</b>'
has r.html "Who waits for whom"
has r.html "The shortest schedule with the same finding."
has r.html '<b class="mark">first</b>'
has r.html '<b class="mark">then</b>'
has r.html "never returns"
has r.html "by rounds"
has r.html "by strategy"
# The source stands beside the steps.
has r.html "<code>pthread_mutex_lock("

# What is stored, with the run that it came from.
mps 0 show latest --html s.html
is_alone s.html
silent out
has s.html "The shortest schedule with the same finding."
has s.html "The runs of this scenario"
same 0 "$(tags s.html '<table class="summary"')"
mps 0 show latest --html -
is_alone out

# Each step has a row in the terminal, too, and a column for each task.
mps 0 show latest
has_like out "^ +0 +0\.0 "

# A name that is markup, of a program and of its function's file.
cp abba "<i>evil"
mps 1 run --mode control --html e.html -- "./<i>evil"
is_alone e.html
has e.html "&lt;i&gt;evil"
has_not e.html "<i>evil"

# What earlier runs had, also of a scenario that passes now.
sed -i 's/\[fine\]/[wrong-status]/' scenarios/good.yml
mps 1 run --store past --max-failures 0 good
rm -rf past/failures
sed -i 's/\[wrong-status\]/[fine]/' scenarios/good.yml
mps 0 run --store past --iterations 100 --html p.html good
is_alone p.html
has p.html '<figure class="rates">'
same 2 "$(tags p.html '<rect class="hold"')"
same 1 "$(tags p.html '<th><b class="kind">')"
has p.html 'not in 100 iterations; '

# Of many scenarios with many failures it is small enough to open at once
# (ci/page measures how long that takes).
timeout $patience "$MPSTRESS" run --iterations 100 --max-failures 3 \
    --shrink-time 1s --store big --html big.html \
    $(find "$SCENARIOS" -name '*.yml') >out 2>err </dev/null
what="mpstress run with all scenarios"
is_alone big.html
holds test "$(tags big.html '<td data-l="verdict">')" -ge 30
holds test "$(tags big.html '<section class="failure"')" -ge 15
holds test "$(stat -c %s big.html)" -le 3000000

# To standard output, it is alone there; what cannot be written is said.
mps 0 run --html - good
is_alone out
mps 2 run --html /dev/full good
has err "/dev/full: "
mps 2 show latest --html /proc/nosuch
has err "/proc/nosuch: "
nothing_left
