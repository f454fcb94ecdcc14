#!/usr/bin/env bash
# A user without rights gets the same findings. As root this becomes nobody,
# who may not be able to reach the build: it works on a copy.
. "$(dirname "$0")/lib.sh"

copy=$home/bin
mkdir "$copy"
for file in mpstress mpstress-launch libmpstress.so; do
    cp "$(dirname "$MPSTRESS")/$file" "$copy"
done
chmod -R a+rX "$copy" "$target"

as_nobody=()
if [ "$(id -u)" = 0 ]; then
    as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    if ! "${as_nobody[@]}" true 2>/dev/null; then
        skip "cannot become nobody"
        as_nobody=()
    fi
fi

# The wrapper takes mpstress's place in mps.
MPSTRESS=$copy/as-user
printf '#!/bin/sh\nexec %s "$@"\n' "${as_nobody[*]} $copy/mpstress" \
    >"$MPSTRESS"
chmod 755 "$MPSTRESS"

mps 0 doctor
namespaces=$(grep -c "^ok .*namespaces" out)

finds() {
    local limit=$time_limit
    [ "$1" != hang ] || limit=2s
    mps 1 run --iterations 2 --timeout $limit --json - "${@:4}" \
        -- "$target" "$3"
    same "$1" "$(json out '$.scenarios[0].findings[0].kind')"
    has out "$2"
    eventually none_alive
}

mps 0 run --iterations 20 -- "$target" fine
has_like out "^$name +20 .* pass"
finds invariant "exit status is 3, expected 0" wrong-status
finds crash "killed by SIGSEGV" crash
finds crash "killed by SIGABRT" abort-in-worker
finds hang "1 of 1 tasks still waiting" hang --mode stress
finds deadlock "1 of 1 tasks wait, and none can go on" hang --mode control
finds hang "2 of 2 tasks still" hang-ignoring-signals \
    --mode stress
finds leak "process still running: 0.0" leave-process --mode stress
finds leak "process still running: 0.0" leave-process --mode control
finds leak "child never waited for: 0.0" leave-zombie
if [ "$namespaces" != 0 ]; then
    finds leak "POSIX shared memory left behind: /broken-left" \
        leave-shared-memory
    finds leak "named semaphore left behind: /broken-sem" leave-semaphore
    finds leak "SysV shared memory left behind" leave-system-v
else
    skip "no namespaces: shared memory left behind is not noticed"
fi
mps 0 list failures
same 1 "$(grep -c 'exit status is 3' out)"
mps 1 replay latest --times 2
has out "failed again in 2 of 2"

# A store that belongs to somebody else.
if [ ${#as_nobody[@]} != 0 ]; then
    mkdir -m 755 theirs
    mps 2 run --store theirs --iterations 1 -- "$target" fine
    has err "theirs"
    has err "--store DIR names another place"
    silent out
    same "" "$(ls theirs)"

    # One that may be read is shown.
    cp -r .mpstress theirs/store
    chown -R 0:0 theirs/store
    chmod -R a-w,a+rX theirs/store
    mps 0 list failures --store theirs/store
    has out "exit status is 3, expected 0"
    mps 0 show latest --store theirs/store
    mps 0 history --store theirs/store

    # Neither may a program be run that is not theirs to run.
    chmod 700 "$target"
    mps 3 run --store s -- "$target" fine
    has out "$name"
fi
nothing_left
