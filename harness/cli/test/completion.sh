#!/usr/bin/env bash
# What the shells complete is what the command line takes; bash is asked.
. "$(dirname "$0")/lib.sh"

mps 2 completion
has err "for which shell? bash|zsh|fish"
silent out
mps 2 completion tcsh
has err "tcsh: for which shell?"
for shell in bash zsh fish; do
    mps 0 completion $shell
    silent err
    cp out script.$shell
    what="$shell -n"
    if command -v $shell >/dev/null; then
        holds $shell -n script.$shell
    else
        skip "no $shell"
    fi
done

# offered WORD...: what bash completes the last one to. What is left to bash
# itself ("default": names of files) goes to the file left.
offered() (
    eval "${user_options:-}"
    source ./script.bash
    compopt() {
        printf '%s' "$*" >>left
    }
    : >left
    COMP_WORDS=(mpstress "$@")
    COMP_CWORD=$#
    COMPREPLY=(not cleared)
    _mpstress
    IFS=' '
    printf '%s' "${COMPREPLY[*]}"
)
# offers EXPECTED WORD...
offers() {
    what="mpstress ${*:2}<TAB>"
    same "$1" "$(offered "${@:2}")"
}
leaves() {
    same "$1" "$(cat left)"
}

what=
same "complete -F _mpstress mpstress" \
    "$(bash --norc -c '. ./script.bash; complete -p mpstress')"
offers "$(echo $(commands))" ''
offers "run" ru
offers "shrink show" help sh
offers "--help --version" -
offers "" frobnicate ''
for command in $(commands); do
    got=" $(offered "$command" -) "
    what="mpstress $command -<TAB>"
    holds test "$(long_options "$command" | wc -l)" -gt 0
    for option in $(long_options "$command"); do
        holds test "$got" != "${got/ $option /}"
    done
    for option in $got; do
        [ "$option" = -- ] || has_like <("$MPSTRESS" help "$command") \
            " $option(\$|[ =])"
    done
done

# Values, and that the parsers take them.
offers "--mode" run --mo
offers "auto stress control" run --mode ''
offers "auto stress control" run --mode =
offers "stress" run --mode = s
offers "--mode=stress" run --mode=s
offers "auto always never" run --color ''
offers "random" run --strategy ra
offers "random,pct random,pos" run --strategy random,p
offers "random,pct random,pos" run --strategy = random,p
offers "failures" list f
offers "bash zsh fish" completion ''
offers "chrome" show --format ''
offers "" run --seed ''
offers "" run -j ''
leaves ""
takes() {
    local values
    values=$(offered "$@" '')
    holds test -n "$values"
    for value in $values; do
        mps 0 "$@" "$value" --iterations 1 -- "$target" fine
    done
}
takes run --mode
takes run --color
takes run --strategy
rm -rf .mpstress
for value in $(offered run --detector ''); do
    # Those of Valgrind are refused where there is none, in other words.
    "$MPSTRESS" run --detector "$value" --iterations 1 -- "$target" fine \
        >out 2>&1
    has_not out "is not a detector"
done
rm -rf .mpstress

# Files are left to bash; directories, too.
offers "" run --json ''
leaves "-o default"
offers "" run --html = x
leaves "-o default"
offers "" run --store ''
leaves "-o dirnames"
offers "" merge one ''
leaves "-o dirnames"
offers "" run -- ./x
leaves "-o default"
offers "" run -- "$name-p"
mkdir bin
cp "$target" "bin/$name-program"
user_options='PATH=$PWD/bin:$PATH'
offers "$name-program" run -- "$name-p"
offers "$name-program" replay latest -- "$name-p"
offers "" run -- "$name-program" "$name-p"
leaves "-o default"
offers "" bench -- bin/
user_options=

# What this directory has, and nothing that a stranger may have put there.
offers "latest" show ''
offers "" run ''
mkdir -p scenarios .mpstress/failures other/failures
touch scenarios/one.yml scenarios/two.yml 'scenarios/t $(touch bad)'.yml \
    .mpstress/failures/a-0000000{1,2}.mpt .mpstress/failures/a-00000001.log \
    other/failures/o-00000003.mpt
for name_of in '$(touch bad)' '`touch bad`' ';touch bad' 'a b' '*' "a'b" 'a"b' \
    '-x' '.x' $'a\nb-00000004' $'\033[31m' 'ä\'; do
    touch ".mpstress/failures/$name_of.mpt"
done
mkdir .mpstress/failures/a-00000005.mpt
ids="a-00000001 a-00000002"
for user_options in '' 'shopt -s failglob' 'shopt -s nullglob dotglob' \
    'set +f' 'IFS=0' 'shopt -s nocasematch' 'shopt -s extglob'; do
    for command in show replay shrink diagnose bisect "history --accept"; do
        offers "latest $ids" $command ''
        offers "$ids" $command a
    done
    offers "one two" run ''
    offers "two" history t
    offers "latest o-00000003" show --store other ''
    offers "latest o-00000003" show --store = other ''
    offers "latest o-00000003" show --color always --store=other ''
    offers "--mode" run '$(touch bad)' '`touch bad`' --mo
    offers "" show '$(touch bad)'
    offers "" show --store '$(touch bad)' o
    offers "" show "latest" ''
    leaves "-o default"
done
user_options=
offers "$(offered shrink -)" shrink latest ''
holds test ! -e bad
