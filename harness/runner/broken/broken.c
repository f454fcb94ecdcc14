/* A target that misbehaves in the way named by its first argument: what the
 * runner's and the end-to-end tests let loose on it. */
#include "broken.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

char **broken_arguments;

static int fine(void)
{
    return 0;
}

/* Adds a byte to the file that $BROKEN_MARK names: the test that waits for it
 * knows that iterations are being run. Slowly, to leave the test a processor.
 */
static int leave_mark(void)
{
    const char *path = getenv("BROKEN_MARK");
    int fd =
        open(path ? path : "/dev/null", O_CREAT | O_WRONLY | O_APPEND, 0600);
    if (fd < 0 || write(fd, "x", 1) != 1 || close(fd))
        return 1;
    usleep(10000);
    return 0;
}

static int wrong_status(void)
{
    return 3;
}

static int crash(void)
{
    raise(SIGSEGV);
    return 0;
}

static int abort_in_worker(void)
{
    pid_t pid = fork();
    if (!pid)
        abort();
    waitpid(pid, NULL, 0);
    return 0;
}

_Noreturn static int hang(void)
{
    for (;;)
        pause();
}

_Noreturn static int spin(void)
{
    for (volatile unsigned long i = 0;; i++)
        ;
}

_Noreturn static int hang_ignoring_signals(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    if (!fork())
        setsid();
    for (;;)
        sleep(1000);
}

static int close_everything(void)
{
    for (int fd = 0; fd < 2000; fd++)
        close(fd);
    closefrom(0);
    syscall(SYS_close_range, 0, ~0u, 0);
    pid_t pid = fork();
    if (!pid)
        _exit(0);
    return waitpid(pid, NULL, 0) == pid ? 0 : 1;
}

static int exec_itself(void)
{
    if (getenv("BROKEN_AGAIN"))
        return 0;
    setenv("BROKEN_AGAIN", "1", 1);
    execv("/proc/self/exe", broken_arguments);
    return 1;
}

/* With an empty environment nothing but the runtime itself carries on. */
static int exec_with_clean_environment(void)
{
    static char name[] = "broken", variant[] = "fine";
    char *const clean[] = {name, variant, NULL};
    char *const none[] = {NULL};
    execve("/proc/self/exe", clean, none);
    return 1;
}

/* Nor is it in the environment of this process any more. */
static int exec_without_environment(void)
{
    return clearenv() ? 1 : exec_with_clean_environment();
}

_Noreturn static int fork_without_end(void)
{
    for (;;)
        fork();
}

static int print_much(void)
{
    static char block[1 << 16];
    memset(block, 'x', sizeof(block));
    for (int i = 0; i < (1 << 30) / (1 << 16); i++)
        if (write(1, block, sizeof(block)) != sizeof(block))
            return 1;
    return 0;
}

static int print_much_with_stdio(void)
{
    for (int i = 0; i < 1 << 20; i++)
        printf("%0100d\n", i);
    return ferror(stdout) ? 1 : 0;
}

_Noreturn static int print_without_end(void)
{
    for (int i = 0;; i = (i + 1) % 1000000)
        printf("%0100d\n", i);
}

static int kill_parent(void)
{
    kill(getppid(), SIGKILL);
    return 0;
}

_Noreturn static int worker_kills_root(void)
{
    if (!fork()) {
        kill(getppid(), SIGKILL);
        for (;;)
            pause();
    }
    for (;;)
        pause();
}

static int kill_everybody(void)
{
    kill(-1, SIGKILL);
    return 0;
}

static int leave_shared_memory(void)
{
    int fd = shm_open("/broken-left", O_CREAT | O_RDWR, 0600);
    return fd < 0 || ftruncate(fd, 4096) ? 1 : 0;
}

static int leave_semaphore(void)
{
    return sem_open("/broken-sem", O_CREAT, 0600, 1) == SEM_FAILED;
}

static int leave_system_v(void)
{
    return shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600) < 0 ||
           semget(IPC_PRIVATE, 3, IPC_CREAT | 0600) < 0 ||
           msgget(IPC_PRIVATE, IPC_CREAT | 0600) < 0;
}

static int leave_process(void)
{
    if (!fork()) {
        setsid();
        for (;;)
            pause();
    }
    return 0;
}

static int leave_zombie(void)
{
    siginfo_t info;
    pid_t pid = fork();
    if (!pid)
        _exit(0);
    /* Dead for certain, and still not waited for. */
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) ? 1 : 0;
}

/* The worker ends because its parent does, and is dead when that is gone: the
 * kernel hands out the locks first and takes back much memory then. */
static int leave_to_end(void)
{
    enum { MUCH = 128 << 20 };
    pthread_mutex_t *lock = mmap(NULL, sizeof(*lock), PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t robust;
    if (lock == MAP_FAILED || pthread_mutexattr_init(&robust) ||
        pthread_mutexattr_setpshared(&robust, PTHREAD_PROCESS_SHARED) ||
        pthread_mutexattr_setrobust(&robust, PTHREAD_MUTEX_ROBUST) ||
        pthread_mutex_init(lock, &robust) || pthread_mutex_lock(lock))
        return 1;
    if (!fork())
        _exit(pthread_mutex_lock(lock) != EOWNERDEAD);
    char *much = mmap(NULL, MUCH, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (much == MAP_FAILED)
        return 1;
    madvise(much, MUCH, MADV_NOHUGEPAGE);
    for (long at = 0; at < MUCH; at += 4096)
        much[at] = 1;
    return 0;
}

/* A daemon's way: the parent of the worker ends first, which leaves it to init
 * to wait for the worker. It is dead before the root ends. */
static int leave_to_init(void)
{
    int news[2];
    int gate[2];
    pid_t pid = 0;
    if (pipe(news) || pipe(gate))
        return 1;
    if (!fork()) {
        pid = fork();
        if (!pid)
            _exit(read(gate[0], &pid, 1) != 1);
        _exit(write(news[1], &pid, sizeof(pid)) != sizeof(pid));
    }
    int status;
    if (read(news[0], &pid, sizeof(pid)) != sizeof(pid) || wait(&status) < 0)
        return 1;
    struct pollfd end = {.fd = (int)syscall(SYS_pidfd_open, pid, 0),
                         .events = POLLIN};
    if (end.fd < 0 || write(gate[1], "", 1) != 1)
        return 1;
    return poll(&end, 1, -1) != 1;
}

/* Ends by itself, after some work. */
static int leave_at_work(void)
{
    int fds[2];
    char byte;
    if (pipe(fds))
        return 1;
    if (fork())
        return 0;
    close(fds[1]);
    if (read(fds[0], &byte, 1) < 0)
        return 1;
    clock_t start = clock();
    while (clock() - start < CLOCKS_PER_SEC / 10)
        ;
    return 0;
}

/* Every shared writable mapping, mpstress's segment among them; not all of its
 * memory part, which is larger than the machine. */
static int scribble(void)
{
    const unsigned long most = 64 << 20;
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    while (maps && fgets(line, sizeof(line), maps)) {
        unsigned long start, end;
        char mode[8];
        if (sscanf(line, "%lx-%lx %7s", &start, &end, mode) == 3 &&
            !strcmp(mode, "rw-s"))
            for (unsigned long at = start; at < end && at - start < most;
                 at += 8)
                *(volatile unsigned long *)at = at * 0x9e3779b97f4a7c15ul;
    }
    return 0;
}

/* Less address space than mpstress's memory part takes, and all of it is the
 * program's to use. */
static int limit_itself(void)
{
    const struct rlimit limit = {1ul << 30, 1ul << 30};
    if (setrlimit(RLIMIT_AS, &limit))
        return 1;
    void *some = malloc(100 << 20);
    if (!some)
        return 2;
    memset(some, 1, 100 << 20);
    free(some);
    return 0;
}

static int block_every_signal(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    printf("still here\n");
    fflush(stdout);
    struct sigaction action = {.sa_handler = SIG_IGN};
    for (int signal = 1; signal < NSIG; signal++)
        sigaction(signal, &action, NULL);
    printf("and here\n");
    return 0;
}

static int many_files(void)
{
    for (int i = 0; i < 300; i++) {
        char name[32];
        snprintf(name, sizeof(name), "dir%d", i);
        if (mkdir(name, 0700))
            return 1;
        strcat(name, "/file");
        int fd = open(name, O_CREAT | O_WRONLY, 0400);
        if (fd < 0)
            return 1;
        close(fd);
    }
    return 0;
}

static int garbage_output(void)
{
    for (int i = 0; i < 5000; i++) {
        putchar(i * 37 & 0xff);
        fputc(i * 91 & 0xff, stderr);
    }
    return 1;
}

static void *thread_main(void *unused)
{
    for (;;)
        pause();
    return unused;
}

/* A child inherits the descriptor, but did not open it. */
static int leave_descriptor(void)
{
    int fd = open("left.txt", O_CREAT | O_WRONLY, 0600);
    int closed = open("left.txt", O_RDONLY);
    pid_t pid = fork();
    if (!pid)
        _exit(0);
    waitpid(pid, NULL, 0);
    return fd < 0 || close(closed) ? 1 : 0;
}

static int exit_with_threads(void)
{
    pthread_t thread;
    for (int i = 0; i < 20; i++)
        if (pthread_create(&thread, NULL, thread_main, NULL))
            return 1;
    return 0;
}

static const struct variant variants[] = {
    {"fine", fine},
    {"leave-mark", leave_mark},
    {"wrong-status", wrong_status},
    {"crash", crash},
    {"abort-in-worker", abort_in_worker},
    {"hang", hang},
    {"spin", spin},
    {"hang-ignoring-signals", hang_ignoring_signals},
    {"close-everything", close_everything},
    {"exec-itself", exec_itself},
    {"exec-with-clean-environment", exec_with_clean_environment},
    {"exec-without-environment", exec_without_environment},
    {"fork-without-end", fork_without_end},
    {"print-much", print_much},
    {"print-much-with-stdio", print_much_with_stdio},
    {"print-without-end", print_without_end},
    {"kill-parent", kill_parent},
    {"worker-kills-root", worker_kills_root},
    {"kill-everybody", kill_everybody},
    {"leave-shared-memory", leave_shared_memory},
    {"leave-semaphore", leave_semaphore},
    {"leave-system-v", leave_system_v},
    {"leave-process", leave_process},
    {"leave-zombie", leave_zombie},
    {"leave-to-end", leave_to_end},
    {"leave-to-init", leave_to_init},
    {"leave-at-work", leave_at_work},
    {"scribble", scribble},
    {"limit-itself", limit_itself},
    {"block-every-signal", block_every_signal},
    {"many-files", many_files},
    {"garbage-output", garbage_output},
    {"exit-with-threads", exit_with_threads},
    {"leave-descriptor", leave_descriptor},
    {NULL, NULL},
};

static const struct variant *const tables[] = {
    variants, thread_variants, signal_variants, process_variants,
    limit_variants};

__attribute__((constructor)) static void before_main(void)
{
    if (getenv("BROKEN_EXIT_IN_CONSTRUCTOR"))
        _exit(9);
    if (getenv("BROKEN_HANG_IN_CONSTRUCTOR"))
        for (;;)
            pause();
}

int main(int argc, char **argv)
{
    broken_arguments = argv;
    for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
        for (const struct variant *v = tables[t]; v->name; v++)
            if (argc > 1 && !strcmp(argv[1], v->name))
                return v->run();
    fprintf(stderr, "usage: broken VARIANT\n");
    for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
        for (const struct variant *v = tables[t]; v->name; v++)
            fprintf(stderr, "%s%s\n", t ? "    " : "  ", v->name);
    return 2;
}
