#!/usr/bin/env bash
# The store: what it says after runs, two runs in it at once, and what happens
# when it is damaged or cannot be written.
. "$(dirname "$0")/lib.sh"

# Nothing there yet.
for command in "list failures" history "show latest" "replay latest"; do
    mps 4 $command
    has err ".mpstress: no store here (mpstress run makes one"
    silent out
done

mps 1 run --iterations 1 -- "$target" wrong-status
mps 1 run --iterations 1 -- "$target" leave-semaphore
mps 0 run --iterations 4 -- "$target" fine
mps 0 list failures
same 2 "$(grep -c "^$name-[0-9a-f]\{8\}  " out)"
has out "exit status is 3, expected 0"
has out "named semaphore left behind: /broken-sem"
mps 0 history
same 3 "$(grep -c '^  20[0-9-]* [0-9:]* .* of ' out)"
has_like out "  pass +0 of 4$"
has_like out "  fail +1 of 1 "
mps 0 history "$name"
same 3 "$(grep -c '^  20[0-9-]* [0-9:]* .* of ' out)"
mps 0 history nosuch
has out "no run recorded"
mps 0 show latest
has out "named semaphore left behind: /broken-sem"

# Two runs in one store at once: both are there afterwards, none is lost.
for i in 1 2; do
    timeout $patience "$MPSTRESS" run --iterations 150 --max-failures 0 \
        -- "$target" wrong-status >$i.out 2>$i.err </dev/null &
done
for job in $(jobs -p); do
    wait "$job"
    same 1 $?
done
for i in 1 2; do
    has $i.err "$name: fail, 150 of 150 iterations failed"
    same 1 "$(wc -l <$i.err)"
done
mps 0 history
same 5 "$(grep -c '^  20[0-9-]* [0-9:]* .* of ' out)"
same 2 "$(grep -cE "  fail +150 of 150 " out)"
mps 0 list failures
has_like out "^$name-[0-9a-f]{8}  invariant .* 301 x"
same ok "$(query .mpstress/history.db 'PRAGMA integrity_check')"

# Another store, merged.
mps 0 run --store other --iterations 2 -- "$target" fine
mps 0 merge other
has out "other: 1 runs and 0 failures added"
mps 0 merge other
has out "other: 0 runs and 0 failures added"
mps 4 merge nosuch

# A damaged history is left alone and named; the traces stay readable.
cp .mpstress/history.db good.db
for damage in text foreign; do
    rm .mpstress/history.db
    if [ $damage = text ]; then
        head -c 5000 /dev/urandom >.mpstress/history.db
    else
        sqlite3 .mpstress/history.db "CREATE TABLE a(b)"
    fi
    cp .mpstress/history.db damaged
    mps 2 run --iterations 1 -- "$target" fine
    has_like err "mpstress/history\.db: .*move "
    silent out
    for command in "list failures" history; do
        mps 2 $command
        has err ".mpstress/history.db: "
    done
    holds cmp -s damaged .mpstress/history.db
done
mv .mpstress/history.db away
mps 0 show latest
has_like out "^reproduce: mpstress replay "
mps 0 run --iterations 1 -- "$target" fine
mps 0 history
same 1 "$(grep -c "^  20[0-9-]* [0-9:]* .* of " out)"

# A store that cannot be made or written.
echo "not a directory" >file
mps 2 run --store file --iterations 1 -- "$target" fine
has err "file/failures: cannot make this directory: "
has err "--store DIR names another place"
silent out
same "not a directory" "$(cat file)"
mps 2 run --store /proc/nosuch --iterations 1 -- "$target" fine
has err "/proc/nosuch/failures: cannot make this directory: "
if [ "$(id -u)" != 0 ]; then
    mkdir locked
    chmod 555 locked
    mps 2 run --store locked --iterations 1 -- "$target" fine
    has err "cannot "
    chmod 755 locked
fi
nothing_left
