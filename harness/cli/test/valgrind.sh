#!/usr/bin/env bash
# Programs under Helgrind and DRD: what they find, what they must not, and that
# nothing is left of a run however the program ends.
. "$(dirname "$0")/lib.sh"

command -v valgrind >/dev/null || { skip "there is no valgrind"; expectations=1; exit; }

# build NAME [FLAG...]: the program NAME of NAME.c.
build() {
    what="$CC $*"
    holds "$CC" -g "${@:2}" -o "$home/$1" "$1.c" -pthread
}

# under TOOLS STATUS PROGRAM [ARG...]: one run under each of them.
under() {
    mps "$2" run --detector "$1" --iterations 1 --store "$home/store" -- \
        "$home/$3" "${@:4}"
}

# The processes of a run carry the program's path in their command line.
none_under_valgrind() {
    ! pgrep -f -- "--xml-fd=.* $home/" >/dev/null
}

cat >planted.c <<'END'
#include <pthread.h>
#include <string.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static int right, total;

static void *add(void *unused)
{
    for (int i = 0; i < 3; i++) {
        if (right)
            pthread_mutex_lock(&a);
        ++total; /* the race */
        if (right)
            pthread_mutex_unlock(&a);
    }
    return unused;
}

static void *forth(void *unused)
{
    pthread_mutex_lock(&a);
    pthread_mutex_lock(&b);
    pthread_mutex_unlock(&b);
    pthread_mutex_unlock(&a);
    return unused;
}

static void *back(void *unused)
{
    pthread_mutex_lock(right ? &a : &b);
    pthread_mutex_lock(right ? &b : &a); /* the order */
    pthread_mutex_unlock(&a);
    pthread_mutex_unlock(&b);
    return unused;
}

static void *give(void *unused)
{
    if (right)
        pthread_mutex_lock(&b);
    pthread_mutex_unlock(&b); /* the misuse */
    return unused;
}

static void run(void *(*first)(void *), void *(*second)(void *), int together)
{
    pthread_t one, two;
    pthread_create(&one, NULL, first, NULL);
    if (!together)
        pthread_join(one, NULL);
    pthread_create(&two, NULL, second, NULL);
    if (together)
        pthread_join(one, NULL);
    pthread_join(two, NULL);
}

int main(int argc, char **argv)
{
    right = argc > 2;
    if (!strcmp(argv[1], "race"))
        run(add, add, 1);
    if (!strcmp(argv[1], "order"))
        run(forth, back, 0);
    if (!strcmp(argv[1], "misuse"))
        run(forth, give, 0);
    return !strcmp(argv[1], "status") ? 3 : 0;
}
END
build planted -O0
race_line=$(line_of "the race" planted.c)

for tool in helgrind drd; do
    under $tool 1 planted race
    has_like out "^FAIL planted  race  iteration 0 .* strategy $tool"
    has_like out "^  .*add\(\) +planted.c:$race_line"
    has out "Location: total (int)"
    has out "WARNING: mpstress: data race between two threads"
    has_like out "SUMMARY: mpstress: data race planted.c:$race_line in add \($tool\)"
    has out "sees neither C11 atomics nor pthread_once()"
    under $tool 0 planted race right
    has_not out FAIL
    under $tool 1 planted misuse
    has_like out "^FAIL planted  misuse "
    has_like out "give\(\) +planted.c:$(line_of "the misuse" planted.c)"
    under $tool 0 planted misuse right
    has_not out FAIL
done

under helgrind 1 planted order
has_like out "^FAIL planted  lock-order "
has_like out "back\(\) +planted.c:$(line_of "the order" planted.c)"
has_like out "forth\(\) +planted.c:"
has out "SUMMARY: mpstress: lock-order inversion planted.c:"
under helgrind 0 planted order right

# Both say the same of one race: one finding, seen twice. The file of a failure
# replays it, under its tool.
rm -rf "$home/store"
under helgrind,drd 1 planted race
same 1 "$(find "$home/store/failures" -name '*.mpt' | wc -l)"
has_like out "^planted +2 "
mps 1 replay --store "$home/store" latest
has out "under helgrind: failed again in 1 of 1"
mps 2 shrink --store "$home/store" latest
has err "which follows no schedule"
mps 0 show --store "$home/store" latest
has out "strategy helgrind"

# Beside the ordinary iterations, which are two here.
mps 0 run --detector race,helgrind --iterations 2 --json report.json -- \
    "$home/planted" race right
same "3 2" "$(json report.json '$.scenarios[0].iterations') \
$(json_count report.json '$.scenarios[0].strategies' | sed 's/^[2-9]$/2/')"

# What the tools can judge is judged: status, output and files.
under helgrind 1 planted status
has out "exit"
has_like out "^FAIL planted  invariant "

cat >caught.yml <<END
target: $home/planted
arguments: [race]
iterations: 1
expect: fail
finding: race
END
mps 0 run --detector helgrind caught.yml
has_like out "^caught +1 .* caught +0 +race"
# A bug that they cannot see is not one that did not turn up.
sed -i 's/finding: race/finding: deadlock/' caught.yml
mps 5 run --detector drd caught.yml
has out "inconclusive"

# Suppressions in both formats.
cat >valgrind.supp <<'END'
# of this test
{
   the race of add()
   Helgrind:Race
   fun:add
}
END
mps 0 run --detector helgrind --suppressions valgrind.supp -- \
    "$home/planted" race
echo race:add >tsan.supp
mps 0 run --detector helgrind --suppressions tsan.supp -- "$home/planted" race
has out "matched 1 suppression"

# Processes. Each is looked at by itself, and what two of them say is one.
cat >forks.c <<'END'
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int total;

static void *add(void *unused)
{
    for (int i = 0; i < 3; i++)
        ++total;
    return unused;
}

static void race(void)
{
    pthread_t one, two;
    pthread_create(&one, NULL, add, NULL);
    pthread_create(&two, NULL, add, NULL);
    pthread_join(one, NULL);
    pthread_join(two, NULL);
}

static int is(const char *a, const char *b)
{
    return !strcmp(a, b);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 0;
    if (is(argv[1], "exec"))
        execl(argv[0], argv[0], "one", (char *)NULL);
    if (is(argv[1], "one"))
        race();
    if (is(argv[1], "crash"))
        *(volatile int *)8 = 1;
    while (is(argv[1], "hang"))
        pause();
    for (int i = 0; i < 2 && !is(argv[1], "one"); i++) {
        if (fork())
            continue;
        if (is(argv[1], "crash-in-child") && i)
            *(volatile int *)8 = 1;
        if (is(argv[1], "two") || is(argv[1], "killed"))
            race();
        if (is(argv[1], "killed"))
            kill(getpid(), SIGKILL);
        if (is(argv[1], "left-behind") && setsid() >= 0 && !fork())
            for (;;)
                pause();
        exit(0);
    }
    while (wait(NULL) > 0)
        ;
    return 0;
}
END
build forks -O0
for arguments in two killed; do
    rm -rf "$home/store"
    under helgrind 1 forks $arguments
    same 1 "$(grep -c '^FAIL forks  race ' out)"
    has out "helgrind is blind to what processes share"
done
under drd 1 forks exec
has_like out "^FAIL forks  race "
under helgrind 1 forks crash-in-child
has_like out "^  process [23] was killed by SIGSEGV in main\(\) forks.c:"

# However it ends, the run ends.
under helgrind 1 forks crash
has_like out "^FAIL forks  crash "
has_like out "^  died +main\(\) +forks.c:|^  .*main\(\) +forks.c:"
mps 1 run --detector helgrind --timeout 200ms -- "$home/forks" hang
has out "still running under helgrind"
under drd 0 forks left-behind
eventually none_under_valgrind
eventually no_workspace

# What cannot be run under a tool is said.
cp planted.c static.c
build static -static
mps 3 run --detector helgrind -- "$home/static" race
has_like out "helgrind would see none of its locks"
what="mpstress without valgrind"
PATH=/nonexistent "$MPSTRESS" run --detector drd -- "$home/planted" race \
    >out 2>err </dev/null
same 3 $?
has_like out "no valgrind in PATH"
eventually no_workspace
