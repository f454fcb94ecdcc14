#!/usr/bin/env bash
# A full disk under the store: the failure is reported all the same, with a
# command that reproduces it without the store.
. "$(dirname "$0")/lib.sh"

if [ -z "${INSIDE:-}" ]; then
    if ! unshare -m true 2>/dev/null; then
        skip "mounting needs root"
        expectations=1
        exit 0
    fi
    mkdir disk
    INSIDE=$PWD/disk unshare -m bash -c 'mount -t tmpfs -o "size=$1" \
        none "$INSIDE" && shift && exec "$@"' - 200k "$tests/full_disk.sh"
    same 0 $?
    exit 0
fi
disk=$INSIDE

# The store's own files fit, but not the trace, which holds the output.
mps 1 run --timeout $time_limit --store "$disk/s" --json "$disk/r.json" \
    --iterations 2 -- "$target" garbage-output
has err "$disk/s/failures/$name-"
has err "cannot write the trace: No space left on device"
has out "exit status is 1, expected 0"
has_like out "^reproduce: mpstress run --seed 0x[0-9a-f]+ --only [01] --timeout=$time_limit -- "
command=$(sed -n 's/^reproduce: mpstress run //p' out)
holds is_json "$disk/r.json"
same "" "$(json "$disk/r.json" '$.scenarios[0].findings[0].trace')"
same "" "$(ls "$disk/s/failures")"
mps 0 list failures --store "$disk/s"
has out "(no trace file)"
mps 4 show latest --store "$disk/s"
eval "mps 1 run --store elsewhere $command"
has_like out "^reproduce: mpstress replay --store elsewhere $name-"

# With more room the same store takes it.
mount -o remount,size=4m "$disk"
mps 1 run --timeout $time_limit --store "$disk/s" --iterations 1 \
    -- "$target" garbage-output
mps 1 replay latest --store "$disk/s" --times 2
has out "failed again in 2 of 2"

# Nothing fits: the run does not start, and loses nothing that was there.
head -c 8m /dev/zero >"$disk/filler" 2>/dev/null
mps 2 run --store "$disk/new" --iterations 1 -- "$target" wrong-status
has err "No space left on device"
silent out
# What is stored can be looked at all the same.
for view in "list failures" "list known" history "show latest"; do
    mps 0 $view --store "$disk/s"
done
has out "exit status is 1, expected 0"
mps 1 replay latest --store "$disk/s"
mps 2 history --accept latest --reason "no room" --store "$disk/s"
has err "is there room on the disk?"
rm "$disk/filler"
mps 0 list failures --store "$disk/s"
has out "exit status is 1, expected 0"
mps 1 run --store "$disk/new" --iterations 1 -- "$target" wrong-status
has_like out "^ +trace +$disk/new/failures/"

# A standard output that is full, or closed: never as if all had arrived.
for view in "list failures" "list known" history "show latest" \
    "shrink latest --time 1s" "run --iterations 1 -- $target fine"; do
    for to in full closed; do
        expectations=$((expectations + 1))
        what="mpstress $view, standard output $to"
        if [ $to = full ]; then
            "$MPSTRESS" $view --store "$disk/s" >/dev/full 2>err
        else
            "$MPSTRESS" $view --store "$disk/s" >&- 2>err
        fi
        status=$?
        # Without a shortest schedule it has no more to say.
        [ $status = 2 ] || [ $status = 5 ] || fail "exit status 2" $status
        has err "standard output: "
    done
done
what="a reader that has had enough"
"$MPSTRESS" show latest --store "$disk/s" 2>err | true
silent err
nothing_left
