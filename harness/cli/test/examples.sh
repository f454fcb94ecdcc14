#!/usr/bin/env bash
# What the README says of the programs in examples/.
. "$(dirname "$0")/lib.sh"

for name in transfer counter seats; do
    what="$CC $name.c"
    holds "$CC" -g -I"$INCLUDE" -o $name "$EXAMPLES/$name.c" -pthread
done
cp "$EXAMPLES/seats.yml" .

shrink_time=$time_limit
mps 1 run --mode control --seed 1 -- ./transfer
has out "FAIL transfer  deadlock  "
has out "It fails when these two come in this order"
mps 1 replay latest --times 10
has out "failed again in 10 of 10"
mps 0 diagnose latest
has out "Broken rule: take locks in"
sed -e 's/(&from->lock);/(from < to ? \&from->lock : \&to->lock);/' \
    -e 's/(&to->lock);/(from < to ? \&to->lock : \&from->lock);/' \
    "$EXAMPLES/transfer.c" >fixed.c
what="$CC fixed.c"
holds "$CC" -g -o fixed fixed.c -pthread
mps 0 replay latest -- ./fixed
has out "failed again in 0 of 1"
shrink_time=0s
mps 0 run --iterations 200 -- ./fixed

if [ "$(uname -m)" = x86_64 ]; then
    mps 1 run --mode control --guard -- ./counter
    has out "SUMMARY: mpstress: data race"
fi
what="mpstress cc counter.c"
holds env MPSTRESS_CC="$CC" "$MPSTRESS" cc -o counter-cc "$EXAMPLES/counter.c"
mps 1 run --mode control -- ./counter-cc
has out "SUMMARY: mpstress: data race"
has out "*total (int)"

mps 1 run seats.yml
has out "FAIL seats  invariant  "
has out "sold: "

# The page shows what is in the files, and names only options that there are.
what="README.md"
same "$(cat "$EXAMPLES/seats.yml")" \
    "$(sed -n '/^```yaml$/,/^```$/p' "$README" | sed '1d;$d')"
grep -oE '(^|[ `(])--[a-z][a-z-]+' "$README" | grep -oE -- '--.*' | sort -u \
    >options
for command in $(commands); do
    "$MPSTRESS" $command --help
done >help 2>&1
holds test "$(wc -l <options)" -gt 20
while read -r option; do
    has_like help "(^|[ ,])$option([ =]|\$)"
done <options
# So do its samples name the lines.
for name in transfer seats; do
    grep -oE "$name\.c:[0-9]+" "$README" | sort -u | while IFS=: read -r file n; do
        sed -n "${n}p" "$EXAMPLES/$file"
    done >lines
    holds test -s lines
    expectations=$((expectations + 1))
    ! grep -vqE 'lock|fork|emit' lines || fail "the samples' lines" "$(cat lines)"
done
