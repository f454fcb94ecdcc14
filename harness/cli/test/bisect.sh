#!/usr/bin/env bash
# The commit that brought a failure, in a repository made for it; the user's
# checkout stays as it was, whatever happens.
. "$(dirname "$0")/lib.sh"

command -v git >/dev/null || {
    skip "no git"
    same 0 0
    exit
}
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
for who in AUTHOR COMMITTER; do
    export GIT_${who}_NAME=tester GIT_${who}_EMAIL=tester@example.org
done

# A counter that is read, increased and written back by two processes: with a
# lock around it, or without from the commit that breaks it.
write_counter() {
    cat >src/counter.c <<END
/* Version $1. */
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t *lock;

static int get(void)
{
    char value = 0;
    int file = open("value.txt", O_RDONLY);
    read(file, &value, 1);
    close(file);
    return value;
}

static void put(char value)
{
    int file = open("value.txt", O_WRONLY | O_CREAT, 0600);
    write(file, &value, 1);
    close(file);
}

static void add(void)
{
    $2
    put(get() + 1);
    $3
}

int main(void)
{
    int total, status = 0;
    pthread_mutexattr_t shared;
    lock = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_init(&shared);
    pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(lock, &shared);
    put(0);
    ${4:-}
    pid_t child = fork();
    add();
    if (!child)
        _exit(0);
    waitpid(child, &status, 0);
    total = get();
    unlink("value.txt");
    return status || total != 2;
}
END
}

commit() {
    git add -A
    git commit -qm "$1"
    commits+=("$(git rev-parse HEAD)")
}

locked="pthread_mutex_lock(lock);" unlocked="pthread_mutex_unlock(lock);"
commits=()
git init -qb main .
mkdir src
printf '%s\n' "$name" "src/$name" out err .mpstress '*.json' value.txt >.gitignore
printf '#!/bin/sh\n%s -D_GNU_SOURCE -g -o "${1:-%s}" src/counter.c -pthread\n' \
    "$CC" "$name" >build.sh
chmod +x build.sh
write_counter 0 "$locked" "$unlocked"
commit "count with a lock"                                       # 0
echo "a counter" >README
commit "say what it is"                                          # 1
write_counter 2 "$locked" "$unlocked" "put(0);"
commit "set it twice"                                            # 2
echo 'int broken(' >>src/counter.c
commit "do not build"                                            # 3
write_counter 4 "$locked" "$unlocked" "getpid();"
commit "build again"                                             # 4
write_counter 5 "" "" "getpid();"
commit "count faster: locks are slow"                            # 5
write_counter 6 "" "" "get();"
commit "look at it first"                                        # 6
echo "a fast counter" >README
commit "be proud of it"                                          # 7
write_counter 8 "" "" "put(7); put(0);"
commit "write it with another"                                   # 8
echo "the end" >>README
commit "end"                                                     # 9

what="build.sh"
holds ./build.sh
# One at a time: value.txt is in the working directory of all.
mps 1 run -j 1 --mode control --iterations 500 --seed 1 -- "./$name"
[ -e .mpstress/failures/latest ] || exit 1
id=$(basename "$(readlink .mpstress/failures/latest)" .mpt)

# What git and the file system say of the user's checkout.
state() {
    git rev-parse HEAD
    git symbolic-ref HEAD
    git status --porcelain
    git worktree list
    git for-each-ref
    find . -path ./.git -prune -o -path ./.mpstress -prune -o -type f \
        ! -name out ! -name err -print0 | sort -z | xargs -0 sha1sum
    find .git -maxdepth 1 -name 'BISECT*'
}
untouched() {
    state >"$home/state.now"
    expectations=$((expectations + 1))
    cmp -s "$home/state" "$home/state.now" ||
        fail "the checkout as it was" "$(diff "$home/state" "$home/state.now")"
}
state >"$home/state"

# By the latest failure, and by its name.
mps 0 bisect "${commits[0]}" main -- ./build.sh
has out "first bad commit: ${commits[5]}"
has out "    count faster: locks are slow"
has_like out "^bad   $(git rev-parse --short=12 main)  end$"
has_like out "^good  $(git rev-parse --short=12 "${commits[0]}")  count with a"
has out "the recorded schedule fails"
untouched
mps 0 bisect "$id" "${commits[2]}" "${commits[7]}" -- \
    "echo building; ./build.sh && echo >>README"
has out "first bad commit: ${commits[5]}"
untouched

# A program that the build puts elsewhere, and from a directory of the project.
cd src || exit 1
mps 0 bisect --store ../.mpstress --program "made/$name" HEAD~8 HEAD~2 -- \
    "mkdir -p made && cd .. && ./build.sh src/made/$name"
has out "first bad commit: ${commits[5]}"
rm -f out err
cd ..
untouched

# One commit that cannot be tried between the two is named with the other.
mps 5 bisect "${commits[2]}" "${commits[5]}" -- \
    "grep -q 'Version [0258]' src/counter.c && ./build.sh"
has out "the build fails with exit status 1"
for i in 3 4 5; do
    has out "      $(git rev-parse --short=12 "${commits[i]}")  "
done
same 3 "$(grep -c '^      [0-9a-f]\{12\}  ' out)"
untouched

# Nor can one that always fails in another way. A bisection that the user has
# begun goes on afterwards.
git bisect start -q main "${commits[0]}" >/dev/null
git bisect log >"$home/log"
mps 5 bisect "${commits[2]}" "${commits[5]}" -- \
    "grep -q 'Version 4' src/counter.c &&
     sed -i 's/put(0);/__builtin_trap();/' src/counter.c; ./build.sh"
has_like out "^skip  $(git rev-parse --short=12 "${commits[4]}")  build again"
has out "each run shows another failure than this one"
git bisect log >"$home/log.now"
holds cmp -s "$home/log" "$home/log.now"
git bisect reset >/dev/null 2>&1
untouched
mps 5 bisect --any "${commits[2]}" "${commits[5]}" -- \
    "grep -q 'Version 4' src/counter.c &&
     sed -i 's/put(0);/__builtin_trap();/' src/counter.c; ./build.sh"
has_like out "^bad   $(git rev-parse --short=12 "${commits[4]}")  build again"
same 2 "$(grep -c '^      [0-9a-f]\{12\}  ' out)"

# What the build says when it fails.
mps 2 bisect "${commits[0]}" main -- "echo oops; printf '\033[2J'; exit 3"
has out "the build fails with exit status 3"
has out "  | oops"
has out '  | \x1b[2J'
has err "BAD ($(git rev-parse --short=12 main)) cannot be tried"
mps 2 bisect "${commits[0]}" main -- true
has err "--program FILE"

# Changes that are in no commit stay, and are said.
echo "not yet" >>README
mps 0 bisect "${commits[4]}" "${commits[6]}" -- ./build.sh
has err "changes that are in no commit"
same "not yet" "$(tail -n 1 README)"
git checkout -q README
untouched

# Misuse.
mps 2 bisect main "${commits[0]}" -- ./build.sh
has err "is older than GOOD"
mps 2 bisect main HEAD -- ./build.sh
has err "the same commit"
mps 2 bisect nosuch main -- ./build.sh
has err "GOOD: 'nosuch' is no commit"
mps 2 bisect "${commits[0]}" --bad -- ./build.sh
mps 2 bisect "${commits[0]}" main
has err "BUILD-COMMAND"
mps 2 bisect main -- ./build.sh
has err "which commits?"
mps 4 bisect nofailure "${commits[0]}" main -- ./build.sh
mps 2 bisect "${commits[6]}" main -- ./build.sh
has err "GOOD ($(git rev-parse --short=12 "${commits[6]}")) shows the failure, too"
mps 2 bisect "${commits[0]}" "${commits[2]}" -- ./build.sh
has err "BAD ($(git rev-parse --short=12 "${commits[2]}")) does not show"
untouched
mkdir "$home/elsewhere" && cd "$home/elsewhere" || exit 1
mps 2 bisect "$home/work/.mpstress/failures/$id.mpt" a b -- true
has err "git rev-parse: "
cd "$home/work" || exit 1

mps 1 run --store other --iterations 1 -- "$target" wrong-status
mps 2 bisect --store other "${commits[0]}" main -- "touch $home/built"
has err "the target $target is not in the repository"
has err "--program FILE"
holds test ! -e "$home/built"
rm -rf other
untouched

# Interrupted while it builds: the build ends with it, and nothing stays. In a
# session of its own, since a shell's background jobs ignore SIGINT.
waits=$home/waits
start() {
    what="mpstress bisect, to be ended"
    rm -f "$waits"
    setsid env --default-signal=INT "$MPSTRESS" bisect "${commits[0]}" main -- \
        "echo \$\$ >$waits.new && mv $waits.new $waits && sleep 1000" \
        >out 2>err </dev/null &
    pid=$!
    eventually test -e "$waits"
}
gone() {
    ! kill -0 "$1" 2>/dev/null
}
start
kill -INT $pid
wait $pid
same 130 $?
eventually gone "$(cat "$waits")"
untouched
nothing_left

# The build killed: it cannot be built. mpstress itself killed: the next run
# clears away what it could not.
start
kill -KILL -- "-$(cat "$waits")"
wait $pid
same 2 $?
has out "the build was ended by signal 9"
untouched
start
kill -KILL $pid "-$(cat "$waits")"
wait $pid 2>/dev/null
same 2 "$(git worktree list | wc -l)"
mps 0 bisect "${commits[4]}" "${commits[6]}" -- ./build.sh
has out "first bad commit: ${commits[5]}"
untouched
nothing_left
