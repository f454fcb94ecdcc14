#!/usr/bin/env bash
# Tasks run on the cores that the user lets mpstress have, and on no other.
. "$(dirname "$0")/lib.sh"

allowed() { sed -n 's/^Cpus_allowed_list:\t//p' "/proc/${1:-self}/status"; }
cat >tell <<'END'
#!/bin/sh
sed -n 's/^Cpus_allowed_list:\t//p' /proc/self/status >>"$1"
END
chmod +x tell
all=$(allowed)
last=${all##*[,-]}

# All of them in most iterations, the slot's alone in the others.
mps 0 run --mode stress -j 1 --iterations 60 -- ./tell "$home/work/free"
has_like free "^$all\$"
[ "$all" = "$last" ] || has_like free '^[0-9]+$'

for mode in stress control; do
    what="$mode on core $last" expectations=$((expectations + 1))
    taskset -c "$last" "$MPSTRESS" run --mode $mode --iterations 60 -- ./tell \
        "$home/work/$mode" >out 2>err || fail "exit status 0" "$(shown out)"
    same "$last" "$(sort -u $mode)"
done
nothing_left
