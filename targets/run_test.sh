#!/bin/sh
# run_test.sh [-s STATUS] PATTERN COMMAND...
#
# Runs COMMAND in an empty directory of its own and checks that it exits with
# STATUS (default 0), prints a line that matches PATTERN (an extended regular
# expression, whole line), and leaves no shared memory behind.
set -eu
want=0
if [ "$1" = -s ]; then
    want=$2
    shift 2
fi
pattern=$1
shift

fail() {
    echo "run_test.sh: $*" >&2
    exit 1
}

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
"$@" >output 2>&1 &
pid=$!
status=0
wait "$pid" || status=$?
cat output
[ "$status" -eq "$want" ] || fail "exit status $status instead of $want"
grep -Eqx -e "$pattern" output || fail "no line matches: $pattern"
# The array's name holds the pid of its creator: other tests have theirs.
left=$(find /dev/shm -maxdepth 1 -name "*.$pid.*")
[ -z "$left" ] || fail "shared memory left behind: $left"
