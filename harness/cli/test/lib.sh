# Sourced by the end-to-end tests of this folder, which run the built mpstress
# on the target `broken` and on small programs of their own.
#
# ctest gives MPSTRESS (the executable), BROKEN (the target), INCLUDE (where
# mpstress.h is), SCENARIOS and TARGETS (the folders of the bundled ones) and
# CC. A test works in an empty directory of its own with an own TMPDIR; its copy
# of the target has a name that nothing else has, so that whatever is left
# running can be told by it. Expectations go on after a failure; the test fails
# at its end, and also when it expected nothing.
set -uf

: "${MPSTRESS:?the executable to test}" "${BROKEN:?the target}"
: "${INCLUDE:?the folder of mpstress.h}" "${CC:=cc}"
: "${SCENARIOS:?the bundled scenarios}" "${TARGETS:?their programs}"

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$(mktemp -d "${TMPDIR:-/tmp}/e2e-XXXXXX")
export TMPDIR=$home/tmp LC_ALL=C.UTF-8
unset NO_COLOR GITHUB_ACTIONS GITHUB_STEP_SUMMARY
mkdir "$home/tmp" "$home/work"
chmod 755 "$home"
chmod 1777 "$home/tmp" "$home/work"
name=e2e-$$
target=$home/$name
cp "$BROKEN" "$target"
cd "$home/work" || exit 1

expectations=0 failures=0 status=0 what=

# fail EXPECTED GOT: report the line of the test that did not hold.
fail() {
    local frame=0
    while [ "${BASH_SOURCE[frame + 1]}" = "${BASH_SOURCE[0]}" ]; do
        frame=$((frame + 1))
    done
    failures=$((failures + 1))
    printf '%s:%s: after: %s\n  expected: %s\n  got:      %s\n' \
        "$(basename "${BASH_SOURCE[frame + 1]}")" "${BASH_LINENO[frame]}" \
        "$what" "$1" "$2"
}

# shown FILE: what it holds, cut to fit a report.
shown() {
    if [ -s "$1" ]; then
        head -c 2000 "$1" | head -n 25 | sed '1!s/^/            /'
    else
        echo "nothing"
    fi
}

# What must happen at all, however busy the machine is, has this many seconds;
# an iteration that must not hang has a quarter of that.
patience=400
time_limit=$((patience / 4))s

# mps STATUS ARG...: run mpstress; its output goes to the files out and err.
mps() {
    local expected=$1
    shift
    what="mpstress $*"
    # Only the test of shrinking has time for it.
    [ "${1:-}" != run ] ||
        set -- "$1" --shrink-time "${shrink_time:-0s}" "${@:2}"
    timeout -k 5 $patience "$MPSTRESS" "$@" >out 2>err </dev/null
    status=$?
    expectations=$((expectations + 1))
    [ "$status" = "$expected" ] ||
        fail "exit status $expected" "$status; $(shown out); $(shown err)"
}

# same EXPECTED GOT
same() {
    expectations=$((expectations + 1))
    [ "$1" = "$2" ] || fail "'$1'" "'$2'"
}

# has FILE TEXT: FILE contains TEXT, on one line.
has() {
    expectations=$((expectations + 1))
    grep -aqF -e "$2" "$1" || fail "'$2' in $1" "$(shown "$1")"
}

# has_like FILE PATTERN: some line of FILE matches the extended expression.
has_like() {
    expectations=$((expectations + 1))
    grep -aqE -e "$2" "$1" || fail "a line like '$2' in $1" "$(shown "$1")"
}

has_not() {
    expectations=$((expectations + 1))
    ! grep -aqF -e "$2" "$1" || fail "no '$2' in $1" "$(shown "$1")"
}

silent() {
    expectations=$((expectations + 1))
    [ ! -s "$1" ] || fail "nothing in $1" "$(shown "$1")"
}

# holds COMMAND...
holds() {
    expectations=$((expectations + 1))
    "$@" || fail "$* holds" "it does not"
}

# eventually COMMAND...: COMMAND comes to hold.
eventually() {
    local deadline=$((SECONDS + patience))
    until "$@"; do
        if [ $SECONDS -ge $deadline ]; then
            holds "$@"
            return
        fi
        sleep 0.02
    done
    expectations=$((expectations + 1))
}

# json FILE PATH: a value of a JSON file; empty when it is null or missing.
json() {
    sqlite3 :memory: "SELECT json_extract(readfile('$1'), '$2')" 2>&1
}

# json_count FILE PATH: how many elements an array has.
json_count() {
    sqlite3 :memory: "SELECT json_array_length(readfile('$1'), '$2')" 2>&1
}

is_json() {
    [ "$(sqlite3 :memory: "SELECT json_valid(readfile('$1'))" 2>&1)" = 1 ]
}

# query DATABASE SQL
query() {
    sqlite3 -readonly "$1" "$2" 2>&1
}

# The dead that nobody has waited for yet are not alive.
none_alive() {
    ! pgrep -r D,R,S,T,t -x "$name" >/dev/null
}

# The working directories of runs.
workspaces() {
    find "$TMPDIR" -mindepth 1 -maxdepth 1 -name 'mpstress-*'
}

no_workspace() {
    [ -z "$(workspaces)" ]
}

nothing_left() {
    eventually none_alive
    eventually no_workspace
}

skip() {
    printf 'SKIP %s: %s\n' "$(basename "$0")" "$1"
}

build_probe() {
    probe=$home/probe-$$
    what="$CC probe.c"
    holds "$CC" -g -I"$INCLUDE" -o "$probe" "$tests/probe.c"
}

# build_abba PROGRAM [FLAG...]: the source is the test's own copy, abba.c.
build_abba() {
    [ -e abba.c ] || cp "$tests/abba.c" .
    what="$CC abba.c ${*:2}"
    holds "$CC" -g "${@:2}" -o "$1" abba.c -pthread
}

# The commands that there are, and the long options that --help tells of COMMAND.
commands() {
    "$MPSTRESS" --help | sed -n '/^commands:/,/^$/s/^  \([^ ]*\) .*/\1/p'
}
long_options() {
    "$MPSTRESS" help "$1" | sed -n 's/^ \{2,6\}\(-., \)\?\(--[a-z-]*\).*/\2/p'
}

# line_of TEXT FILE: the number of the line that contains TEXT.
line_of() {
    grep -nF -m 1 -e "$1" "$2" | cut -d: -f1
}

finish() {
    local ended=$?
    pkill -KILL -x "$name"
    cd /
    rm -rf "$home"
    [ $failures = 0 ] || echo "$failures of $expectations expectations failed"
    [ $expectations != 0 ] || echo "nothing was expected"
    [ $ended = 0 ] && [ $failures = 0 ] && [ $expectations != 0 ] || exit 1
}
trap finish EXIT
