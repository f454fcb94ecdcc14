#!/usr/bin/env bash
# The manual page says what --help says.
. "$(dirname "$0")/lib.sh"

harness=$tests/../..

mps 0 manual
silent err
cp out page
holds test "$(commands | wc -l)" -gt 12
if command -v groff >/dev/null; then
    what="groff page"
    groff -ww -man -Tutf8 page >formatted 2>complaints
    silent complaints
    has_like formatted "MPSTRESS"
else
    skip "no groff"
fi
# No line that a text began is a request.
holds test -z "$(grep -nE "^['.]" page |
    grep -vE ':\.(\\"|TH|SH|SS|TP|PP|HP|IP|BR|PD|nh|ad)( |$)')"

# section BEGINNING: the part of the page under it, as plain text.
sed -e 's/\\f[BIR]//g' -e 's/\\&//g' -e 's/\\-/-/g' -e 's/\\(aq/'\''/g' \
    page >plain
section() {
    awk -v title="$1" '/^\.S[HS] /{on = ($0 == title)} on' plain
}
for command in $(commands); do
    section ".SS $command" >part
    what="manual, $command"
    has part "mpstress $command"
    section ".SH OPTIONS" >>part
    holds test "$(long_options "$command" | wc -l)" -gt 0
    for option in $(long_options "$command"); do
        has_like part "(^|, )$option(\$|=)"
    done
done
section ".SS run" >part
has part "mpstress run [OPTION...] -- PROGRAM [ARG...]"
has part "-j, --jobs=N"
section ".SS replay" >part
has part "as it goes."
for part in NAME SYNOPSIS DESCRIPTION COMMANDS OPTIONS "EXIT STATUS" \
    ENVIRONMENT FILES "SEE ALSO"; do
    has_like page "^\.SH $part\$"
done
section ".SH EXIT STATUS" | sed -n '/^\.TP/{n;N;s/\n/ /p}' >codes
"$MPSTRESS" --help | sed -n '/^exit codes:/,$s/^  \([0-9]*\)  *\(.*\)/\1 \2/p' \
    >told
same "$(cat told)" "$(cat codes)"
holds test "$(wc -l <told)" = 8
# The variables are those that the sources ask for, but for LD_BIND_NOW, which
# is ours while a target starts.
section ".SH ENVIRONMENT" | sed -n '/^\.TP/{n;p}' | sort >told
grep -rhoE '(getenv|is_set)\("[A-Z_]+"\)' --include='*.c' --exclude='*_test.c' \
    --exclude-dir=broken --exclude-dir=test "$harness" |
    grep -oE '[A-Z_]{3,}' | sort -u | grep -vx LD_BIND_NOW >read
same "" "$(comm -13 told read)"
for variable in $(comm -23 told read); do
    holds grep -rq --include='*.c' --exclude=about.c "\"$variable\"" "$harness"
done
