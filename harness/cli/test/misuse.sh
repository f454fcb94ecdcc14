#!/usr/bin/env bash
# Rules of locks: control finds where they are broken and says who broke which;
# where they are kept it finds nothing.
. "$(dirname "$0")/lib.sh"

# breaks VARIANT KIND TEXT [ITERATIONS]: found, and its fixed twin is clean.
breaks() {
    mps 1 run --mode control --iterations "${4:-100}" --json r.json -- \
        "$TARGETS/misuses" --variant "$1"
    same "$2" "$(json r.json '$.scenarios[0].findings[0].kind')"
    json r.json '$.scenarios[0].findings[0].what' >text
    has_like text "$3"
    mps 0 run --mode control --iterations 100 --json r.json -- \
        "$TARGETS/misuses" --variant "$1-fixed"
    same 100 "$(json r.json '$.scenarios[0].iterations')"
    tried+=("$1" "$1-fixed")
}
tried=()

breaks unlock-other misuse "^unlock of another task's lock: 0\.0 unlocks mutex \
.* in work_and_unlock\(\) .*misuses\.c:[0-9]+, which 0 took in "
breaks unlock-free misuse \
    "^unlock of a free lock: 0 unlocks mutex .* in run_unlock_free\(\) "
breaks destroy-held misuse "^destroyed in use: 0 destroys mutex .* in \
run_destroy_held\(\) .*, which 0\.0 uses in hold\(\) "
breaks init-held misuse "^initialised again in use: 0 initialises mutex .* in \
init_lock\(\) .*, which 0\.0 uses in hold\(\) "
breaks use-destroyed misuse "^used after its end: 0\.0 uses mutex .* in \
sell\(\) .*, which 0 destroyed in "
breaks exit-held deadlock \
    "0\.[01] waits for mutex .*, held by 0\.[01], which has ended"
breaks fork-locked deadlock \
    "0\.1 waits for mutex .*, held by 0\.0, which has ended" 500
breaks close-locked misuse "^lock dropped by close: 0\.[01] lost its lock of \
file .* in check_by_opening\(\) .*, and 0\.[01] took it in operate\(\) "
breaks lock-twice deadlock "0 waits for mutex .* that it holds itself"

# The list above is the target's own: a new variant must come here, too.
"$TARGETS/misuses" --list | sort >known
printf '%s\n' "${tried[@]}" | sort >listed
same "" "$(diff known listed)"
nothing_left
