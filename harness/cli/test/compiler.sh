#!/usr/bin/env bash
# mpstress cc and c++ in the place of a compiler: with each gcc and clang here,
# at each level of optimisation, and under make, CMake and configure scripts.
. "$(dirname "$0")/lib.sh"

bin=$(dirname "$MPSTRESS")
cp -r "$tests/compiler" .

# sees FILE COUNT: FILE has at least COUNT calls of the instrumentation, and
# the runtime where they lead.
sees() {
    expectations=$((expectations + 1))
    local calls
    calls=$(objdump -d --no-show-raw-insn "$1" | grep -c 'call.*<__tsan_')
    [ "$calls" -ge "$2" ] || fail "$2 calls of __tsan_* in $1" "$calls"
    readelf -d "$1" >needed
    has needed "[libmpstress.so]"
    has_not needed "[libtsan"
    nm --defined-only "$1" >symbols
    has_not symbols "T __tsan_"
}

# builds COMMAND...: COMMAND succeeds without a word.
builds() {
    what="$*"
    expectations=$((expectations + 1))
    timeout -k 5 $patience "$@" >out 2>err </dev/null ||
        fail "exit status 0" "$?; $(shown out); $(shown err)"
    silent err
}

# refuses TEXT COMMAND...: COMMAND fails and says TEXT.
refuses() {
    what="${*:2}"
    expectations=$((expectations + 1))
    ! timeout -k 5 $patience "${@:2}" >out 2>err </dev/null ||
        fail "a failure" "exit status 0"
    has err "$1"
}

# A program of two sources, of which one copies memory without the other.
one_by_one() {
    builds mpstress-cc "$@" -Wall -Wextra -Werror -c compiler/main.c -o main.o
    builds mpstress-cc "$@" -Wall -Wextra -Werror -c compiler/part.c -o part.o
    builds mpstress-cc "$@" $linker main.o part.o -o program
    sees program 4
    holds ./program
    objdump -d --no-show-raw-insn program >code
    has_like code "call.*<memcpy"
    has_like code "call.*<memset"
}

at_once() {
    builds "$MPSTRESS" cc "$@" compiler/main.c compiler/part.c -o at-once
    sees at-once 4
    holds ./at-once
}

# copies FLAG...: a race in memcpy() alone is found.
copies() {
    builds mpstress-cc "$@" compiler/copies.c -o copies
    mps 1 run --mode control --iterations 20 -- ./copies
    has out "SUMMARY: mpstress: data race"
    has out "copies.c:$(line_of "the race" compiler/copies.c)"
}

each_access() {
    builds mpstress-cc -O3 -mavx2 -c compiler/vector.c -o vector.o
    objdump -d -r vector.o >code
    has code __tsan_write4
    has_not code %ymm
}

# accesses OBJECT: "LINE KIND" of each access that is instrumented, in order.
accesses() {
    objdump -dr --no-show-raw-insn "$1" |
        sed -nE 's/^\s+([0-9a-f]+): R_\S+\s+__tsan_(read|write).*/\1 \2/p' |
        while read -r address kind; do
            echo "$(addr2line -se "$1" "0x$address" | grep -o ':[0-9?]*') $kind"
        done | sort -u
}

# line_by_line SOURCE FLAG...: each access has its own line, as the source says.
line_by_line() {
    grep -noE '/\* [a-z ]+ \*/' "compiler/$1" |
        sed -E 's/^([0-9]+):.. (read|write)( write)? ..$/\1 \2\3/' |
        while read -r line first second; do
            echo ":$line $first"
            [ -z "$second" ] || echo ":$line $second"
        done | sort -u >expected
    builds mpstress-cc "${@:2}" -c "compiler/$1" -o lines.o
    accesses lines.o >got
    same "$(cat expected)" "$(cat got)"
}

# A library, a program that links it, and one that opens it at run time;
# neither finds the other by chance.
libraries() {
    builds mpstress-cc "$@" -shared -fPIC -Wl,-z,defs compiler/part.c \
        -o libpart.so
    sees libpart.so 2
    builds mpstress-cc "$@" compiler/main.c -L. -lpart "-Wl,-rpath,$PWD" -o user
    holds ./user
    builds mpstress-cc "$@" compiler/host.c -o host
    holds ./host ./libpart.so
    # A host that mpstress has not built.
    builds "$CC" compiler/host.c -o plain-host
    holds ./plain-host ./libpart.so
}

exceptions() {
    builds mpstress-c++ "$@" -Wall -Wextra -Werror compiler/throw.cc -o throw
    sees throw 4
    holds ./throw
    # As libtool links C++.
    builds mpstress-c++ "$@" -fPIC -c compiler/throw.cc -o throw.o
    builds mpstress-c++ -shared -nostdlib \
        "$(mpstress-c++ -print-file-name=crti.o)" \
        "$(mpstress-c++ -print-file-name=crtbeginS.o)" throw.o \
        -lstdc++ -lm -lc -lgcc_s \
        "$(mpstress-c++ -print-file-name=crtendS.o)" \
        "$(mpstress-c++ -print-file-name=crtn.o)" -o libthrow.so
    sees libthrow.so 2
}

links_of_other_kinds() {
    mpstress-cc -c compiler/main.c -o main.o
    mpstress-cc -c compiler/part.c -o part.o
    # Objects into one, an archive, a response file, and as few libraries as
    # can be.
    builds mpstress-cc -r -nostdlib main.o part.o -o both.o
    builds mpstress-cc both.o -o joined
    sees joined 4
    holds ./joined
    holds ar rcs libpart.a part.o
    echo "-o 'from file' main.o -L. -Wl,-Bstatic -lpart -Wl,-Bdynamic" >words
    builds mpstress-cc -Wl,--as-needed @words
    sees "from file" 4
    holds "./from file"
    # Another command links.
    what="cc main.o part.o"
    "$1" main.o part.o -o unlinked 2>err && fail "undefined symbols" "a program"
    has err "__tsan_"
    read -ra flags <<<"$("$MPSTRESS" cc --link-flags)"
    builds "$1" main.o part.o "${flags[@]}" -o linked
    holds ./linked
    # The name of the user's own runtime leads to ours.
    builds mpstress-cc -fsanitize=thread main.o part.o -o twice
    sees twice 4
    builds mpstress-cc -fsanitize=undefined compiler/main.c compiler/part.c \
        -o undefined
    sees undefined 4
    readelf -d undefined >needed
    has_not needed ubsan
    holds ./undefined
    # One file that mpstress shall not look at.
    builds mpstress-cc -fno-sanitize=thread -c compiler/part.c -o part.o
    nm part.o >symbols
    has_not symbols __tsan_
}

refusals() {
    refuses "-static: mpstress sees into a program through a shared library" \
        mpstress-cc compiler/main.c compiler/part.c -static -o static
    refuses "-fsanitize=address: its runtime" \
        mpstress-cc -fsanitize=address,undefined -c compiler/part.c
    refuses "-fsanitize=memory: its runtime" \
        mpstress-cc -fsanitize=memory -c compiler/part.c
    refuses "-m32: mpstress watches" mpstress-cc -m32 -c compiler/part.c
    # The compiler's own complaints are its own.
    refuses "no-such-file" mpstress-cc -c no-such-file.c
}

# What configure scripts ask is answered as the compiler itself answers.
questions() {
    local words compiler
    compiler=$(command -v "$1")
    for words in "--version" "-dumpmachine" "-print-prog-name=ld" "-v" \
        "-print-search-dirs" "-print-libgcc-file-name" "-###" "-Wl,--version" \
        "-c compiler/nothing.s -o nothing.o -v" "-E -P compiler/nothing.S"; do
        what="mpstress-cc $words"
        # shellcheck disable=SC2086
        "$compiler" $words >expected 2>&1
        # shellcheck disable=SC2086
        mpstress-cc $words >out 2>&1
        # Names of temporary files differ.
        sed -i 's/cc[A-Za-z0-9]\{6\}\|-[0-9a-f]\{6\}\././g' expected out
        same "$(cat expected)" "$(cat out)"
    done
    builds mpstress-cc -M compiler/part.c
    has out "part.o:"
    builds mpstress-cc -E compiler/part.c -o part.i
    has_not part.i __tsan_
    builds mpstress-cc -Werror -c part.i -o part.o
    nm part.o >symbols
    has symbols __tsan_
    builds mpstress-cc -S compiler/part.c -o part.s
    has part.s __tsan_
    builds mpstress-cc -Werror -c part.s -o part.o
}

# The same project under each build system; its program is in this folder.
project() {
    sees program 2
    holds ./program
    (cd / && "$OLDPWD/program") || fail "it runs anywhere" "it does not"
}

with_make() {
    rm -rf make && cp -r compiler/project make && cd make || return
    builds make -s -f Makefile
    project
    cd ..
}

with_cmake() {
    command -v cmake >/dev/null || { skip "no cmake"; return; }
    rm -rf build && mkdir build && cd build || return
    what="cmake"
    holds cmake -DCMAKE_BUILD_TYPE="$1" ../compiler/project >out
    has out "working C compiler"
    holds cmake --build . >out
    holds ./program
    sees libpart.so 2
    sees program 2
    cd ..
}

with_configure() {
    rm -rf configured && cp -r compiler/project configured &&
        cd configured || return
    what="./configure"
    holds ./configure >out
    has out "working compiler... yes"
    has out "cross compiling... no"
    has out "-Wall -Werror accepted... yes"
    has out "-static accepted... no"
    has out "-fsanitize=address accepted... no"
    has out "pthread_create... yes"
    has out "no_such_function... no"
    builds make -s -f config.mk
    project
    cd ..
}

export PATH=$bin:$PATH CC=${CC:-cc}
for pair in gcc:g++ clang-14:clang++-14 clang:clang++; do
    export MPSTRESS_CC=${pair%:*} MPSTRESS_CXX=${pair#*:}
    command -v "$MPSTRESS_CC" >/dev/null || continue
    lto=-flto linker=
    if [ "$MPSTRESS_CC" != gcc ]; then
        # The same one twice is no use.
        [ "$(realpath "$(command -v clang-14)")" = \
            "$(realpath "$(command -v "$MPSTRESS_CC")")" ] &&
            [ "$MPSTRESS_CC" = clang ] && continue
        # Its objects of -flto need its own linker.
        command -v ld.lld >/dev/null && linker=-fuse-ld=lld || lto=-O2
    fi
    for level in -O0 -O1 -O2 "-O3 -march=native -D_FORTIFY_SOURCE=2"; do
        # shellcheck disable=SC2086
        one_by_one $level
        # shellcheck disable=SC2086
        libraries $level
        # shellcheck disable=SC2086
        exceptions $level
        # shellcheck disable=SC2086
        line_by_line lines.c $level
        # clang merges two stores of branches while it combines instructions.
        # shellcheck disable=SC2086
        [ "$MPSTRESS_CC" != gcc ] || line_by_line branches.c $level
    done
    one_by_one -O2 $lto
    # shellcheck disable=SC2086
    libraries -O2 $lto $linker
    at_once -O2
    each_access
    copies -O0
    copies -O2
    # shellcheck disable=SC2086
    copies -O2 $lto $linker
    linker=
    links_of_other_kinds "$MPSTRESS_CC"
    refusals
    questions "$MPSTRESS_CC"
    export REAL_CC=$CC CC=mpstress-cc CXX=mpstress-c++
    with_make
    with_cmake Debug
    with_cmake Release
    with_configure
    CC=$REAL_CC
done

# Never itself, and never in a circle.
mkdir circle
ln -s "$bin/mpstress-cc" circle/cc
unset MPSTRESS_CC
PATH=$PWD/circle:$PATH builds mpstress-cc -c compiler/part.c -o part.o
export MPSTRESS_CC=mpstress-cc
refuses "is mpstress itself" mpstress-cc -c compiler/part.c
printf '#!/bin/sh\nexec mpstress-cc "$@"\n' >circle/again
chmod +x circle/again
MPSTRESS_CC=$PWD/circle/again refuses "leads back here" \
    mpstress-cc -c compiler/part.c
