#!/bin/sh
# primitives_test.sh PRIMITIVES [COMMAND...]
#
# Runs each variant of the program PRIMITIVES, by hand or as what COMMAND runs,
# and checks that it ends in time, with success.
set -eu
program=$1
shift

status=0
tried=0
for variant in $("$program" --list); do
    tried=$((tried + 1))
    ended=0
    output=$(timeout 60 "$@" "$program" --variant "$variant" 2>&1) || ended=$?
    [ "$ended" -eq 0 ] && continue
    printf '%s: status %s\n%s\n' "$variant" "$ended" "$output"
    status=1
done
echo "$tried variants"
[ "$tried" -gt 80 ] || status=1
exit "$status"
