#!/usr/bin/env bash
# The races of the bundled wrong variants, by either compiler and at any level
# of optimisation: found within 20 iterations, between the lines where they are.
. "$(dirname "$0")/lib.sh"
: "${SOURCES:?the sources of the bundled targets}"

# build COMPILER LEVEL: the programs that race, below ./COMPILER/LEVEL.
build() {
    local object objects=() source
    mkdir -p "$1/$2"
    for source in $(find "$SOURCES/mp" -name '*.c' ! -name '*_test.c') \
        "$SOURCES/program.c"; do
        object=$1/$2/$(basename "$source" .c).o
        objects+=("$object")
        compile "$1" "$2" -c -o "$object" "$source" || return
    done
    set -- "$1" "$2" "${objects[@]}"
    compile "${@:1:2}" -o "$1/$2/counter" "$SOURCES/counter.c" "${@:3}" &&
        compile "${@:1:2}" -o "$1/$2/matrix" "$SOURCES/matrix.c" "${@:3}" &&
        compile "${@:1:2}" -o "$1/$2/metrics" "$SOURCES/metrics.c" "${@:3}" &&
        compile "${@:1:2}" -o "$1/$2/image" "$SOURCES/image/image.c" \
            "$SOURCES/image/pnm.c" "${@:3}"
}

compile() {
    local compiler=$1 level=$2
    shift 2
    MPSTRESS_CC=$compiler "$(dirname "$MPSTRESS")/mpstress-cc" "$level" -g \
        -D_GNU_SOURCE -I"$SOURCES" -I"$INCLUDE" "$@"
}

# lines SOURCE FUNCTION PATTERN: "SOURCE:N" for each line of FUNCTION that
# matches.
lines() {
    awk -v from="^[a-z].*[ *]$2\\(" -v pattern="$3" -v name="$(basename "$1")" '
        $0 ~ from { inside = 1 }
        /^}/ { inside = 0 }
        inside && $0 ~ pattern { print name ":" NR }' "$SOURCES/$1"
}

# raced ALLOWED PROGRAM ARGUMENT...: races turn up in 20 iterations, all of them
# between ALLOWED lines: at least two of them, where there are as many.
raced() {
    local allowed=$1
    shift
    mps 1 run --iterations 20 --max-failures 0 --shrink-time 0s --seed 7 \
        --store "store$RANDOM" --json r.json -- "$@"
    sqlite3 :memory: "
        SELECT DISTINCT replace(json_extract(p.value, '$.file'), rtrim(
                   json_extract(p.value, '$.file'), replace(
                   json_extract(p.value, '$.file'), '/', '')), '') || ':' ||
               json_extract(p.value, '$.line')
        FROM json_each(readfile('r.json'), '$.scenarios[0].findings') f,
             json_each(f.value, '$.places') p
        WHERE json_extract(f.value, '$.kind') = 'race'" >found
    same "" "$(grep -vxF "$allowed" found)"
    local count=$(wc -l <<<"$allowed")
    holds test "$(wc -l <found)" -ge $((count < 2 ? count : 2))
}

counter=$(lines counter.c count_plain 'totals->plain')
matrix=$(lines matrix.c add_ones 'elements\\[i\\]')
metrics=$(lines metrics.c add_nested '[.]sum [+]=' &&
    lines metrics.c read_unlocked '[.]sum')
bands=$(lines image/image.c filter_row 'from\\[|to\\[|x')
progress=$(lines image/image.c filter_item '[*]job->progress')

for compiler in gcc clang-14; do
    if ! command -v "$compiler" >/dev/null; then
        skip "no $compiler"
        continue
    fi
    for level in -O0 -O1 -O2; do
        what="build with $compiler $level"
        holds build "$compiler" "$level"
        built=./$compiler/$level
        raced "$counter" "$built/counter" --variant plain --workers 2 \
            --increments 3
        raced "$matrix" "$built/matrix" --variant whole --workers 2 \
            --elements 2 --rounds 2
        raced "$metrics" "$built/metrics" --variant unlocked --workers 2 \
            --adds 3 --readings 2 --refresh 20
        raced "$bands" "$built/image" --variant bands --workers 2 --width 2 \
            --height 4 --rounds 3
        raced "$progress" "$built/image" --variant progress --workers 2 \
            --width 1 --height 6 --rounds 1
    done
done
