#!/bin/sh
# variants_test.sh COUNT PATTERN PROGRAM [COMMAND...]
#
# Runs the variants of PROGRAM whose names match PATTERN (an extended regular
# expression), by hand or as what COMMAND runs, and checks that there are COUNT
# of them and that each ends in time, with success.
set -eu
count=$1
pattern=$2
program=$3
shift 3

status=0
tried=0
for variant in $("$program" --list | grep -Ee "$pattern"); do
    tried=$((tried + 1))
    ended=0
    output=$(timeout 60 "$@" "$program" --variant "$variant" 2>&1) || ended=$?
    [ "$ended" -eq 0 ] && continue
    printf '%s: status %s\n%s\n' "$variant" "$ended" "$output"
    status=1
done
echo "$tried variants"
[ "$tried" -eq "$count" ] || status=1
exit "$status"
