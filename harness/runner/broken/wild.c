/* What makes controlled scheduling hard: tasks that stop, vanish, or get in
 * the way of those that hold the turn. */
#include "broken.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "segment/segment.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sem_t semaphore;

/* -- Helpers --------------------------------------------------------------- */

/* Some work with points in it. */
static void take_turns(int times)
{
    for (int i = 0; i < times; i++) {
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
    }
}

static void *wait_for_ever(void *unused)
{
    sem_wait(&semaphore);
    return unused;
}

static void *work(void *unused)
{
    take_turns(20);
    return unused;
}

static void start(void *(*function)(void *))
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, function, NULL))
        _exit(70);
}

/* The status of the only child, as an exit status. */
static int child_result(void)
{
    int status;
    if (wait(&status) < 0)
        return 71;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Memory that all processes of the iteration share. */
static void *shared(size_t size)
{
    void *map = mmap(NULL, size, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED)
        _exit(72);
    return map;
}

static void arrange(int signal, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigaction(signal, &action, NULL);
}

/* -- Stopping -------------------------------------------------------------- */

_Noreturn static int stop_itself(void)
{
    raise(SIGSTOP);
    for (;;)
        pause();
}

/* A worker stops in the middle of its work; the root goes on with its own. */
static int worker_stops(void)
{
    pid_t pid = fork();
    if (!pid) {
        take_turns(3);
        raise(SIGSTOP);
        take_turns(3);
        _exit(0);
    }
    int status = 0;
    if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status))
        return 1;
    take_turns(3);
    kill(pid, SIGCONT);
    return child_result();
}

/* -- Threads --------------------------------------------------------------- */

static int main_thread_ends(void)
{
    start(work);
    start(work);
    pthread_exit(NULL);
    return 1;
}

static int main_thread_ends_others_wait(void)
{
    start(wait_for_ever);
    start(wait_for_ever);
    pthread_exit(NULL);
    return 1;
}

static void *end_process(void *unused)
{
    take_turns(2);
    _exit(0);
    return unused;
}

static int thread_ends_process(void)
{
    start(wait_for_ever);
    start(end_process);
    wait_for_ever(NULL);
    return 1;
}

static void *exec_fine(void *unused)
{
    static char name[] = "broken", variant[] = "fine";
    char *const clean[] = {name, variant, NULL};
    take_turns(2);
    execv("/proc/self/exe", clean);
    return unused;
}

static int thread_execs(void)
{
    start(wait_for_ever);
    start(exec_fine);
    wait_for_ever(NULL);
    return 1;
}

static void *crash(void *unused)
{
    take_turns(2);
    *(volatile int *)8 = 1;
    return unused;
}

static int thread_crashes(void)
{
    start(wait_for_ever);
    start(crash);
    wait_for_ever(NULL);
    return 1;
}

/* Without telling the thread library. */
static void *vanish(void *unused)
{
    take_turns(2);
    syscall(SYS_exit, 0);
    return unused;
}

static int thread_vanishes(void)
{
    start(vanish);
    take_turns(20);
    return 0;
}

/* -- Signals --------------------------------------------------------------- */

static sigjmp_buf jump;
static volatile sig_atomic_t seen;

static void jump_out(int signal)
{
    siglongjmp(jump, signal);
}

static int jump_out_of_handler(void)
{
    volatile int times = 0;
    arrange(SIGUSR1, jump_out);
    if (sigsetjmp(jump, 1) && ++times == 5) {
        take_turns(3);
        return 0;
    }
    take_turns(1);
    raise(SIGUSR1);
    return 1;
}

/* The worker waits inside the runtime when its handler jumps out of there. */
static int jump_out_of_wait(void)
{
    sem_t *ready = shared(sizeof(*ready));
    sem_init(ready, 1, 0);
    pid_t pid = fork();
    if (!pid) {
        arrange(SIGUSR1, jump_out);
        if (sigsetjmp(jump, 1)) {
            take_turns(3);
            _exit(0);
        }
        sem_post(ready);
        wait_for_ever(NULL);
        _exit(1);
    }
    sem_wait(ready);
    kill(pid, SIGUSR1);
    return child_result();
}

static void repair(int signal)
{
    siglongjmp(jump, signal);
}

static int survive_segv(void)
{
    for (volatile int i = 0; i < 3; i++) {
        arrange(SIGSEGV, repair);
        if (!sigsetjmp(jump, 1))
            *(volatile int *)8 = 1;
        take_turns(2);
    }
    return 0;
}

static void count(int signal)
{
    (void)signal;
    seen++;
    sem_post(&semaphore);
}

static void take_lock(int signal)
{
    (void)signal;
    take_turns(1);
}

static void note(int signal)
{
    (void)signal;
    seen++;
}

/* A handler that runs as often as the machine can. */
static int timer_storm(void)
{
    arrange(SIGALRM, note);
    struct itimerval often = {{0, 50}, {0, 50}}, never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &often, NULL);
    take_turns(300);
    while (seen < 20)
        usleep(100);
    setitimer(ITIMER_REAL, &never, NULL);
    return 0;
}

static int posix_timer_storm(void)
{
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL,
                             .sigev_signo = SIGRTMIN};
    struct itimerspec often = {{0, 100000}, {0, 100000}};
    arrange(SIGRTMIN, note);
    if (timer_create(CLOCK_MONOTONIC, &event, &timer))
        return 1;
    timer_settime(timer, 0, &often, NULL);
    take_turns(300);
    while (seen < 20)
        usleep(100);
    return timer_delete(timer);
}

static int virtual_timer(void)
{
    arrange(SIGVTALRM, note);
    struct itimerval often = {{0, 1000}, {0, 1000}};
    setitimer(ITIMER_VIRTUAL, &often, NULL);
    while (!seen)
        take_turns(10);
    return 0;
}

/* Two workers shower each other. */
static int signal_storm(void)
{
    pid_t workers[2];
    arrange(SIGUSR1, count);
    for (int i = 0; i < 2; i++) {
        workers[i] = fork();
        if (!workers[i]) {
            for (int j = 0; j < 50; j++) {
                kill(i ? workers[0] : getppid(), SIGUSR1);
                take_turns(1);
            }
            _exit(0);
        }
    }
    for (int i = 0; i < 2; i++)
        while (waitpid(workers[i], NULL, 0) < 0)
            if (errno != EINTR)
                return 1;
    return 0;
}

/* A handler must not take a lock that what it interrupts may hold. */
static int lock_in_handler(void)
{
    arrange(SIGUSR1, take_lock);
    pthread_mutex_lock(&mutex);
    pid_t pid = fork();
    if (!pid) {
        kill(getppid(), SIGUSR1);
        _exit(0);
    }
    int result = child_result();
    pthread_mutex_unlock(&mutex);
    return result;
}

static void fork_here(int signal)
{
    (void)signal;
    if (!fork())
        _exit(0);
}

static int fork_in_handler(void)
{
    arrange(SIGUSR1, fork_here);
    for (int i = 0; i < 3; i++) {
        raise(SIGUSR1);
        if (child_result())
            return 1;
    }
    return 0;
}

/* -- Processes ------------------------------------------------------------- */

static int vfork_oddities(void)
{
    char *const argv[] = {NULL};
    pid_t pid = vfork();
    if (!pid)
        _exit(0);
    if (child_result())
        return 1;
    pid = vfork();
    if (!pid) {
        execv("/nonexistent", argv);
        _exit(0);
    }
    if (child_result())
        return 1;
    pid = vfork();
    if (!pid) {
        take_turns(2);
        _exit(0);
    }
    return child_result();
}

/* The root ends first; the daemon still works for a moment. */
static int daemonise(void)
{
    if (fork())
        return 0;
    setsid();
    if (fork())
        _exit(0);
    take_turns(20);
    return 0;
}

static int daemon_works_on(void)
{
    if (fork())
        return 0;
    setsid();
    if (fork())
        _exit(0);
    for (;;)
        take_turns(20);
}

static int daemon_sleeps(void)
{
    if (fork())
        return 0;
    setsid();
    if (fork())
        _exit(0);
    for (;;)
        sleep(1);
}

/* Without libc's knowledge. */
static int raw_fork(void)
{
    long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (!pid) {
        take_turns(3);
        syscall(SYS_exit_group, 0);
    }
    take_turns(3);
    return child_result();
}

static int shared_fork(void)
{
    long pid = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
    if (!pid) {
        take_turns(3);
        _exit(0);
    }
    take_turns(3);
    return child_result();
}

/* In the same memory, without a word to anybody; libc knows nothing of it. */
static int unseen_main(void *argument)
{
    (void)argument;
    return 0;
}

static int unseen_child(void)
{
    static _Alignas(16) char stack[65536];
    int flags = CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD;
    if (clone(unseen_main, stack + sizeof(stack), flags, NULL) < 0)
        return 1;
    return child_result();
}

/* What the kernel does for it, nobody can see; if it lets us at all. */
static int unseen_ring(void)
{
    char parameters[120] = {0};
    syscall(SYS_io_uring_setup, 1, parameters);
    return 0;
}

/* A call that is not modelled blocks for what another task does. */
static int blocking_call(void)
{
    int in[2], out[2];
    if (pipe(in) || pipe(out))
        return 1;
    if (!fork()) {
        take_turns(3);
        _exit(write(in[1], "x", 1) != 1);
    }
    if (splice(in[0], NULL, out[1], NULL, 1, 0) != 1)
        return 1;
    return child_result();
}

/* The same, and nobody ever does. */
static int blocking_call_for_ever(void)
{
    int in[2], out[2];
    if (pipe(in) || pipe(out))
        return 1;
    return splice(in[0], NULL, out[1], NULL, 1, 0) != 1;
}

static int worker_spins(void)
{
    pid_t pid = fork();
    if (!pid)
        for (volatile unsigned long i = 0;; i++)
            ;
    take_turns(5);
    kill(pid, SIGKILL);
    return child_result() == 128 + SIGKILL ? 0 : 1;
}

/* Killed while it holds what the root wants. */
static int worker_dies_with_lock(void)
{
    sem_t *sems = shared(2 * sizeof(*sems));
    sem_init(&sems[0], 1, 1);
    sem_init(&sems[1], 1, 0);
    if (!fork()) {
        sem_wait(&sems[0]);
        sem_post(&sems[1]);
        *(volatile int *)8 = 1;
    }
    sem_wait(&sems[1]);
    sem_wait(&sems[0]);
    return child_result();
}

/* Nothing wrong, unless somebody is killed. */
static int locked_workers(void)
{
    pthread_mutex_t *lock = shared(sizeof(*lock));
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(lock, &attributes);
    for (int i = 0; i < 4; i++)
        if (!fork()) {
            for (int j = 0; j < 1000; j++) {
                pthread_mutex_lock(lock);
                pthread_mutex_unlock(lock);
            }
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    return 0;
}

static int exec_other(void)
{
    pid_t pid = fork();
    if (!pid) {
        execv(broken_arguments[2], broken_arguments + 2);
        _exit(1);
    }
    take_turns(3);
    return child_result();
}

/* -- Resources ------------------------------------------------------------- */

static int no_descriptors(void)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_NOFILE, &none);
    if (!fork()) {
        take_turns(3);
        _exit(0);
    }
    take_turns(3);
    return child_result();
}

_Noreturn static int no_processor_time(void)
{
    struct rlimit one = {1, 1};
    setrlimit(RLIMIT_CPU, &one);
    for (volatile unsigned long i = 0;; i++)
        ;
}

static int strict_seccomp(void)
{
    take_turns(2);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
    take_turns(2);
    return 0;
}

static int deeper(int depth)
{
    volatile char frame[4096];
    frame[0] = 1;
    take_turns(1);
    return depth ? deeper(depth - 1) + frame[0] : 0;
}

/* Deeper than any stack. */
static int recursion(void)
{
    return deeper(1 << 20);
}

/* mpstress's segment among it. */
static int unmap_shared_memory(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    unsigned long start_at[16], end_at[16];
    int found = 0;
    while (maps && found < 16 && fgets(line, sizeof(line), maps)) {
        char mode[8];
        if (sscanf(line, "%lx-%lx %7s", &start_at[found], &end_at[found],
                   mode) == 3 &&
            !strcmp(mode, "rw-s"))
            found++;
    }
    for (int i = 0; i < found; i++)
        syscall(SYS_munmap, start_at[i], end_at[i] - start_at[i]);
    return 0;
}

/* -- mpstress's memory ------------------------------------------------------*/

static struct segment *find_segment(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    unsigned long at = 0, end, offset;
    while (maps && fgets(line, sizeof(line), maps))
        if (strstr(line, "memfd:mpstress-segment") &&
            sscanf(line, "%lx-%lx %*s %lx", &at, &end, &offset) == 3 && !offset)
            break;
    if (!at)
        _exit(73);
    return (struct segment *)at;
}

static void fill(void *at, size_t size)
{
    static uint64_t state;
    if (!state)
        state =
            (uint64_t)time(NULL) << 20 ^ (uint64_t)getpid() ^ (uint64_t)clock();
    for (size_t i = 0; i + 4 <= size; i += 4) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        uint32_t word = (uint32_t)(state >> 33);
        memcpy((char *)at + i, &word, 4);
    }
}

/* Workers that pass the turn while WHAT is written over. */
static int scribble_over(void *at, size_t size)
{
    for (int i = 0; i < 3; i++)
        if (!fork()) {
            take_turns(10);
            _exit(0);
        }
    take_turns(3);
    fill(at, size);
    while (wait(NULL) > 0)
        ;
    return 0;
}

static int scribble_schedule(void)
{
    struct segment_schedule *schedule = &find_segment()->schedule;
    return scribble_over(schedule, sizeof(*schedule));
}

static int scribble_holder(void)
{
    struct segment_schedule *schedule = &find_segment()->schedule;
    return scribble_over(&schedule->holder, 4);
}

static int scribble_state(void)
{
    struct segment_schedule *schedule = &find_segment()->schedule;
    return scribble_over(&schedule->holder,
                         offsetof(struct segment_schedule, alive) -
                             offsetof(struct segment_schedule, holder));
}

static int scribble_alive(void)
{
    struct segment_schedule *schedule = &find_segment()->schedule;
    return scribble_over(schedule->alive, sizeof(schedule->alive));
}

static int scribble_turns(void)
{
    struct segment *segment = find_segment();
    return scribble_over(segment->turns, sizeof(segment->turns));
}

static int scribble_tasks(void)
{
    struct segment *segment = find_segment();
    return scribble_over(segment->tasks, sizeof(segment->tasks));
}

const struct variant wild_variants[] = {
    {"stop-itself", stop_itself},
    {"worker-stops", worker_stops},
    {"main-thread-ends", main_thread_ends},
    {"main-thread-ends-others-wait", main_thread_ends_others_wait},
    {"thread-ends-process", thread_ends_process},
    {"thread-execs", thread_execs},
    {"thread-crashes", thread_crashes},
    {"thread-vanishes", thread_vanishes},
    {"jump-out-of-handler", jump_out_of_handler},
    {"jump-out-of-wait", jump_out_of_wait},
    {"survive-segv", survive_segv},
    {"timer-storm", timer_storm},
    {"posix-timer-storm", posix_timer_storm},
    {"virtual-timer", virtual_timer},
    {"signal-storm", signal_storm},
    {"lock-in-handler", lock_in_handler},
    {"fork-in-handler", fork_in_handler},
    {"vfork-oddities", vfork_oddities},
    {"daemonise", daemonise},
    {"daemon-works-on", daemon_works_on},
    {"daemon-sleeps", daemon_sleeps},
    {"raw-fork", raw_fork},
    {"shared-fork", shared_fork},
    {"unseen-child", unseen_child},
    {"unseen-ring", unseen_ring},
    {"blocking-call", blocking_call},
    {"blocking-call-for-ever", blocking_call_for_ever},
    {"worker-spins", worker_spins},
    {"worker-dies-with-lock", worker_dies_with_lock},
    {"locked-workers", locked_workers},
    {"exec-other", exec_other},
    {"no-descriptors", no_descriptors},
    {"no-processor-time", no_processor_time},
    {"strict-seccomp", strict_seccomp},
    {"recursion", recursion},
    {"unmap-shared-memory", unmap_shared_memory},
    {"scribble-schedule", scribble_schedule},
    {"scribble-holder", scribble_holder},
    {"scribble-state", scribble_state},
    {"scribble-alive", scribble_alive},
    {"scribble-turns", scribble_turns},
    {"scribble-tasks", scribble_tasks},
    {NULL, NULL},
};
