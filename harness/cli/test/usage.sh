#!/usr/bin/env bash
# What cannot be run ends with the exit code that says why, and a message that
# names the thing.
. "$(dirname "$0")/lib.sh"

mps 2 frobnicate
has err "no command 'frobnicate'"
silent out
mps 2 replya
has err "did you mean 'replay'?"
mps 2 help replya
has err "did you mean 'replay'?"
silent out
mps 2 "$target" fine
has err "a program is run by \`mpstress run -- $target\`"
mps 2 run "$target" fine
has err "$target is a program, not a scenario"
mps 2 list failures scenarios
has err "'scenarios': one list at a time"
mps 2 history one two
has err "'two': one scenario at a time"
mps 2
has err "usage: mpstress COMMAND"
silent out
mps 0 --help
has out "  0    everything as expected"
silent err
mps 0 help run
has out "Usage: mpstress run"
has out "  0    everything as expected"
mps 0 --version
has_like out "^mpstress [0-9]+\.[0-9]+\.[0-9]+$"

mps 2 run --frobnicate
has err "unrecognized option '--frobnicate'"
mps 2 run --iterations many -- "$target" fine
has err "--iterations: "
mps 2 run --delay 5ms..1ms -- "$target" fine
has err "--delay: "
mps 2 run --timeout 0s -- "$target" fine
has err "--timeout: "
mps 2 run -j 0 -- "$target" fine
has err "--jobs: "
printf 'race:fine\n  rce:main\n' >bad.supp
mps 2 run --suppressions bad.supp -- "$target" fine
has err "bad.supp:2:3: unknown type of suppression 'rce' (did you mean 'race'?)"
mps 2 run --suppressions missing.supp -- "$target" fine
has err "missing.supp: No such file"
mps 2 run --shard 3/2 -- "$target" fine
has err "'3/2': I goes from 1 to N"
for count in 0 1000000 -1; do
    mps 2 run --workers "$count" -- "$target" fine
    has_like err "must be 1 to [0-9]+|--workers: "
    silent out
done
mps 2 run counter -- "$target" fine
has err "either scenarios or a program"

for command in $(commands); do
    mps 0 $command --help
    has_like out "^Usage: mpstress $command"
    silent err
done
mps 2 show
has err "mpstress list failures"

# One --color for all that print for people, whichever way it is asked.
for command in run replay shrink diagnose show list history bisect doctor; do
    mps 2 $command --color sometimes
    has err "'sometimes' is not auto, always or never"
    mps 0 $command --help
    has out "--color=WHEN"
done
mps 2 merge --color always store
escape=$(printf '\033[')
colors() {
    local status=$1
    shift
    for color in always never; do
        mps "$status" "$@" --color $color
        [ $color = always ] && has out "$escape" || has_not out "$escape"
    done
    CLICOLOR_FORCE=1 mps "$status" "$@"
    has out "$escape"
    CLICOLOR_FORCE=1 NO_COLOR=1 mps "$status" "$@"
    has_not out "$escape"
    NO_COLOR=1 mps "$status" "$@" --color always
    has out "$escape"
}
build_abba abba
mps 1 run --mode control --color always -- ./abba
has out "$escape"
colors 1 replay latest
colors 0 show latest
colors 0 list failures
colors 0 list strategies
colors 0 history
colors 0 doctor
colors 0 shrink latest
colors 0 diagnose latest
# What a file is made of stays as it is.
mps 0 list known --color always
has_not out "$escape"
rm -r .mpstress

# Nothing here, and nothing of that name.
mps 4 run
has err "no ./scenarios here"
silent out
mps 4 run nosuch
has err "no scenario 'nosuch'"
mkdir scenarios
mps 4 run
has err "scenarios: no scenario in it"
mps 4 list scenarios
holds test ! -e .mpstress

# Two of one name would share failures, history and what is accepted.
printf 'target: %s\narguments: [fine]\niterations: 1\n' "$target" \
    >'scenarios/a b.yml'
cp 'scenarios/a b.yml' scenarios/a_b.yml
mps 2 run
has err "scenarios/a_b.yml: it is called 'a_b' like scenarios/a b.yml"
silent out
holds test ! -e .mpstress
rm 'scenarios/a b.yml'
mps 0 run a_b scenarios scenarios/a_b.yml
has out "1 scenario: 1 passed"
rm -r scenarios .mpstress

# A target that cannot be started.
mps 3 run -- ./missing
has out "the target './missing' does not exist"
mps 3 run -- nosuchprogram
has out "nosuchprogram"
echo text >text
mps 3 run -- ./text
has out "the target './text' is not executable"
chmod +x text
mps 3 run -- ./text
has_like out "text: .*(Exec format error|cannot start)"
printf '#!/nonexistent/sh\n' >text
mps 3 run -- ./text
has out "not what its first line"
mps 3 run -- "$home"
has out "$home"
# What the machine does not give.
TMPDIR=/nowhere mps 2 run -- "$target" fine
has err "/nowhere: cannot make a working directory: "
# A file size limit is an error to read, not the end by a signal.
(
    ulimit -f 64
    exec "$MPSTRESS" run --iterations 1 -- "$target" fine
) >out 2>err
status=$? what="mpstress run, under ulimit -f"
same 3 $status
has_like out "File too large.*ulimit -f"
BROKEN_EXIT_IN_CONSTRUCTOR=1 mps 3 run --iterations 5 -- "$target" fine
has out "$name: ended with status 9 before main()"
nothing_left
