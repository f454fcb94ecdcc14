/* Tasks begin and end. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "edges.h"

extern char **environ;

/* -- Beginnings -------------------------------------------------------------*/

static void await(pid_t pid)
{
    int status;
    MUST(waitpid(pid, &status, 0) == pid);
    edges_must(WIFEXITED(status) && !WEXITSTATUS(status), "child");
}

static void run_fork(struct scene *scene)
{
    edges_early(scene);
    pid_t pid = fork();
    MUST(pid >= 0);
    if (!pid) {
        edges_read(scene);
        _exit(0);
    }
    edges_late(scene);
    await(pid);
}

/* What this program and itself once more share, at a descriptor. */
struct shared {
    int data;
    int seen; /* atomic; orders nothing */
};

/* NULL: this is once more. */
static struct shared *begin_again(struct scene *scene)
{
    static const char again[] = "EDGES_AGAIN";
    const char *given = getenv(again);
    int fd = given ? atoi(given) : memfd_create("shared", 0);
    MUST(fd >= 0 && !ftruncate(fd, sizeof(struct shared)));
    void *map = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE,
                     MAP_SHARED, fd, 0);
    MUST(map != MAP_FAILED);
    struct shared *shared = map;
    scene->data = &shared->data;
    if (given) {
        edges_read(scene);
        __atomic_store_n(&shared->seen, 1, __ATOMIC_RELAXED);
        return NULL;
    }
    char number[16];
    snprintf(number, sizeof(number), "%d", fd);
    MUST(!setenv(again, number, 1));
    return shared;
}

/* By libc. */
static void run_popen(struct scene *scene)
{
    char path[256], command[512];
    if (!begin_again(scene))
        return;
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
    MUST(length > 0);
    path[length] = 0;
    snprintf(command, sizeof(command), "exec '%s' --variant=popen%s", path,
             scene->wrong ? "-wrong" : "");
    edges_early(scene);
    FILE *child = popen(command, "r");
    MUST(child != NULL);
    edges_late(scene);
    MUST(fgets(command, sizeof(command), child) != NULL);
    MUST(!pclose(child));
}

/* By a call that nobody takes note of: it comes unannounced, and knows all that
 * its parent does when it comes. */
static int become_again(void *variant)
{
    char *const arguments[] = {(char[]){"edges"}, variant, NULL};
    syscall(SYS_execve, "/proc/self/exe", arguments, environ);
    return 1;
}

static void run_unannounced(struct scene *scene)
{
    static _Alignas(16) char stack[65536];
    const struct shared *shared = begin_again(scene);
    if (!shared)
        return;
    edges_early(scene);
    pid_t pid = clone(become_again, stack + sizeof(stack),
                      CLONE_VM | CLONE_VFORK | SIGCHLD,
                      scene->wrong ? (char[]){"--variant=unannounced-wrong"}
                                   : (char[]){"--variant=unannounced"});
    MUST(pid > 0);
    while (scene->wrong && !__atomic_load_n(&shared->seen, __ATOMIC_RELAXED))
        sched_yield();
    edges_late(scene);
    await(pid);
}

/* By a thread that is not the first one, whose place the new program takes. The
 * wrong twin waits for the child only there. */
static void *write_and_begin_again(void *argument)
{
    const struct scene *scene = argument;
    char *const arguments[] = {(char[]){"edges"},
                               scene->wrong
                                   ? (char[]){"--variant=exec-thread-wrong"}
                                   : (char[]){"--variant=exec-thread"},
                               NULL};
    pid_t pid = fork();
    MUST(pid >= 0);
    if (!pid) {
        *scene->data = 1;
        _exit(0);
    }
    if (!scene->wrong)
        await(pid);
    execve("/proc/self/exe", arguments, environ);
    return NULL;
}

static void run_exec_thread(struct scene *scene)
{
    pthread_t thread;
    if (!begin_again(scene)) {
        if (scene->wrong)
            MUST(wait(NULL) > 0);
        return;
    }
    MUST(!pthread_create(&thread, NULL, write_and_begin_again, scene));
    MUST(!pthread_join(thread, NULL));
    edges_must(false, "exec");
}

static void *read_in_thread(void *scene)
{
    edges_read(scene);
    return NULL;
}

static void run_create(struct scene *scene)
{
    pthread_t thread;
    edges_early(scene);
    MUST(!pthread_create(&thread, NULL, read_in_thread, scene));
    edges_late(scene);
    MUST(!pthread_join(thread, NULL));
}

/* -- Ends -------------------------------------------------------------------*/

/* The wrong twin reads before it waits. */
static pid_t make_child(struct scene *scene)
{
    pid_t pid = fork();
    MUST(pid >= 0);
    if (!pid) {
        *scene->data = 1;
        _exit(0);
    }
    if (scene->wrong)
        edges_read(scene);
    return pid;
}

static void run_wait(struct scene *scene)
{
    await(make_child(scene));
    edges_read(scene);
}

static void run_poll(struct scene *scene)
{
    pid_t pid = make_child(scene);
    while (!waitpid(pid, NULL, WNOHANG))
        sched_yield();
    edges_read(scene);
}

static void run_waitid(struct scene *scene)
{
    siginfo_t info;
    pid_t pid = make_child(scene);
    MUST(!waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT));
    edges_read(scene);
    MUST(!waitid(P_PID, (id_t)pid, NULL, WEXITED));
}

/* Whose end it was, it does not ask. */
static void run_waitid_quietly(struct scene *scene)
{
    pid_t pid = make_child(scene);
    MUST(!waitid(P_PID, (id_t)pid, NULL, WEXITED));
    edges_read(scene);
}

/* Children that nobody waits for: wait() tells of the last one's end. */
static void run_ignored(struct scene *scene)
{
    signal(SIGCHLD, SIG_IGN);
    make_child(scene);
    MUST(wait(NULL) < 0 && errno == ECHILD);
    edges_read(scene);
}

static void run_pidfd(struct scene *scene)
{
    pid_t pid = make_child(scene);
    struct pollfd fd = {.events = POLLIN};
    MUST((fd.fd = (int)syscall(SYS_pidfd_open, pid, 0)) >= 0);
    MUST(poll(&fd, 1, -1) == 1);
    edges_read(scene);
    await(pid);
}

/* Gone, and waited for by somebody else. */
static void run_gone(struct scene *scene)
{
    int fds[2];
    pid_t pid = 0;
    MUST(!pipe(fds));
    pid_t middle = fork();
    MUST(middle >= 0);
    if (!middle) {
        pid = fork();
        MUST(pid >= 0);
        if (!pid) {
            /* The parent has to know first whom to look for. */
            MUST(!sem_wait(&scene->world->sem[0]));
            *scene->data = 1;
            _exit(0);
        }
        MUST(write(fds[1], &pid, sizeof(pid)) == sizeof(pid));
        MUST(waitpid(pid, NULL, 0) == pid);
        MUST(!sem_wait(&scene->world->sem[1]));
        _exit(0);
    }
    MUST(read(fds[0], &pid, sizeof(pid)) == sizeof(pid));
    MUST(!sem_post(&scene->world->sem[0]));
    if (scene->wrong)
        edges_read(scene);
    while (!kill(pid, 0))
        sched_yield();
    edges_read(scene);
    MUST(!sem_post(&scene->world->sem[1]));
    await(middle);
}

/* What a process has open, its end closes: that of descriptor 1, which is what
 * NOTICE waits for at descriptor 0. */
static void end_of(struct scene *scene, void (*leave)(void),
                   void (*notice)(struct scene *))
{
    pid_t pid = fork();
    MUST(pid >= 0);
    if (!pid) {
        *scene->data = 1;
        leave();
        _exit(0);
    }
    if (scene->wrong)
        edges_read(scene);
    MUST(!close(scene->fds[1]));
    notice(scene);
    edges_read(scene);
    MUST(waitpid(pid, NULL, 0) == pid);
}

static void end_of_pipe(struct scene *scene)
{
    char byte;
    MUST(read(scene->fds[0], &byte, 1) == 0);
}

static void leave(void)
{
}

static void crash(void)
{
    struct rlimit none = {0};
    setrlimit(RLIMIT_CORE, &none);
    abort();
}

static void stop_by_kill(void)
{
    kill(getpid(), SIGKILL);
}

static void run_exit(struct scene *scene)
{
    MUST(!pipe(scene->fds));
    end_of(scene, leave, end_of_pipe);
}

static void run_crash(struct scene *scene)
{
    MUST(!pipe(scene->fds));
    end_of(scene, crash, end_of_pipe);
}

static void run_killed(struct scene *scene)
{
    MUST(!pipe(scene->fds));
    end_of(scene, stop_by_kill, end_of_pipe);
}

static void pair_broken(struct scene *scene)
{
    while (send(scene->fds[0], "x", 1, MSG_NOSIGNAL) == 1)
        sched_yield();
    MUST(errno == EPIPE || errno == ECONNRESET);
}

static void run_exit_broken(struct scene *scene)
{
    MUST(!socketpair(AF_UNIX, SOCK_STREAM, 0, scene->fds));
    end_of(scene, leave, pair_broken);
}

static void pair_reset(struct scene *scene)
{
    char byte;
    MUST(recv(scene->fds[0], &byte, 1, 0) < 0 && errno == ECONNRESET);
}

static void run_exit_reset(struct scene *scene)
{
    MUST(!socketpair(AF_UNIX, SOCK_STREAM, 0, scene->fds));
    MUST(send(scene->fds[0], "x", 1, 0) == 1);
    end_of(scene, leave, pair_reset);
}

static const struct sockaddr_un listener = {AF_UNIX, "listener"};

static bool connects(struct scene *scene)
{
    MUST((scene->fds[0] = socket(AF_UNIX, SOCK_STREAM, 0)) >= 0);
    return !connect(scene->fds[0], (const struct sockaddr *)&listener,
                    sizeof(listener));
}

static void refused(struct scene *scene)
{
    while (connects(scene)) {
        MUST(!close(scene->fds[0]));
        sched_yield();
    }
    MUST(errno == ECONNREFUSED);
}

static void run_exit_refused(struct scene *scene)
{
    enum { QUEUE = 1000 }; /* connections that nobody accepts */
    MUST((scene->fds[1] = socket(AF_UNIX, SOCK_STREAM, 0)) >= 0);
    MUST(!bind(scene->fds[1], (const struct sockaddr *)&listener,
               sizeof(listener)));
    MUST(!listen(scene->fds[1], QUEUE));
    end_of(scene, leave, refused);
}

/* Only descriptors that are marked so. The new program waits for the end of
 * its input, so that it is not its own end that closes them. */
static void run_exec(struct scene *scene)
{
    char *const arguments[] = {(char[]){"cat"}, NULL};
    char byte;
    MUST(!pipe2(scene->fds, O_CLOEXEC));
    MUST(!pipe2(scene->fds + 2, O_CLOEXEC));
    pid_t pid = fork();
    MUST(pid >= 0);
    if (!pid) {
        MUST(dup2(scene->fds[2], 0) == 0);
        *scene->data = 1;
        execve("/bin/cat", arguments, environ);
        _exit(1);
    }
    if (scene->wrong)
        edges_read(scene);
    MUST(!close(scene->fds[1]));
    MUST(read(scene->fds[0], &byte, 1) == 0);
    edges_read(scene);
    MUST(!close(scene->fds[3]));
    await(pid);
}

/* -- Threads ----------------------------------------------------------------*/

static void *write_in_thread(void *argument)
{
    struct scene *scene = argument;
    *scene->data = 1;
    return NULL;
}

static pthread_t make_thread(struct scene *scene)
{
    pthread_t thread;
    MUST(!pthread_create(&thread, NULL, write_in_thread, scene));
    if (scene->wrong)
        edges_read(scene);
    return thread;
}

static void run_join(struct scene *scene)
{
    MUST(!pthread_join(make_thread(scene), NULL));
    edges_read(scene);
}

static void run_tryjoin(struct scene *scene)
{
    pthread_t thread = make_thread(scene);
    while (pthread_tryjoin_np(thread, NULL))
        sched_yield();
    edges_read(scene);
}

static int write_in_c11(void *argument)
{
    write_in_thread(argument);
    return 0;
}

static void run_thrd(struct scene *scene)
{
    thrd_t thread;
    MUST(thrd_create(&thread, write_in_c11, scene) == thrd_success);
    if (scene->wrong)
        edges_read(scene);
    MUST(thrd_join(thread, NULL) == thrd_success);
    edges_read(scene);
}

/* -- Once -------------------------------------------------------------------*/

static pthread_once_t once = PTHREAD_ONCE_INIT;
static once_flag flag = ONCE_FLAG_INIT;
static int *once_data;
static bool once_at_once;

/* The yield lets the other one come while it is not done; without it, that one
 * mostly finds it done. */
static void set_once(void)
{
    *once_data = 1;
    if (!once_at_once)
        sched_yield();
}

static void nothing(void)
{
}

static void *run_once_in_thread(void *argument)
{
    struct scene *scene = argument;
    MUST(!pthread_once(&once, scene->wrong ? nothing : set_once));
    edges_late(scene);
    return NULL;
}

static void *call_once_in_thread(void *argument)
{
    struct scene *scene = argument;
    call_once(&flag, scene->wrong ? nothing : set_once);
    edges_late(scene);
    return NULL;
}

static void two_of(struct scene *scene, void *(*run)(void *))
{
    pthread_t thread;
    once_data = scene->data;
    MUST(!pthread_create(&thread, NULL, run, scene));
    if (run == run_once_in_thread)
        MUST(!pthread_once(&once, scene->wrong ? nothing : set_once));
    else
        call_once(&flag, scene->wrong ? nothing : set_once);
    edges_read(scene);
    MUST(!pthread_join(thread, NULL));
}

static void run_once(struct scene *scene)
{
    two_of(scene, run_once_in_thread);
}

static void run_call_once(struct scene *scene)
{
    two_of(scene, call_once_in_thread);
}

static void run_once_done(struct scene *scene)
{
    once_at_once = true;
    run_once(scene);
}

static void run_call_once_done(struct scene *scene)
{
    once_at_once = true;
    run_call_once(scene);
}

/* -- Cancelling -------------------------------------------------------------*/

static void clean_up(void *scene)
{
    edges_read(scene);
}

static void *wait_to_be_cancelled(void *argument)
{
    struct scene *scene = argument;
    pthread_cleanup_push(clean_up, scene);
    MUST(!sem_post(&scene->world->sem[1]));
    sem_wait(&scene->world->sem[0]);
    pthread_cleanup_pop(0);
    return NULL;
}

/* Noticed by libc, without a wait. */
static void *ask_to_be_cancelled(void *argument)
{
    struct scene *scene = argument;
    pthread_cleanup_push(clean_up, scene);
    MUST(!sem_post(&scene->world->sem[1]));
    for (;;) {
        pthread_testcancel();
        sched_yield();
    }
    pthread_cleanup_pop(0);
    return NULL;
}

static void *write_to_be_cancelled(void *argument)
{
    struct scene *scene = argument;
    pthread_cleanup_push(clean_up, scene);
    MUST(!sem_post(&scene->world->sem[1]));
    for (;;)
        MUST(pwrite(scene->fds[0], "x", 1, 0) == 1);
    pthread_cleanup_pop(0);
    return NULL;
}

static void cancel(struct scene *scene, void *(*run)(void *))
{
    pthread_t thread;
    MUST(!pthread_create(&thread, NULL, run, scene));
    MUST(!sem_wait(&scene->world->sem[1]));
    edges_early(scene);
    MUST(!pthread_cancel(thread));
    edges_late(scene);
    MUST(!pthread_join(thread, NULL));
}

static void run_cancel(struct scene *scene)
{
    cancel(scene, wait_to_be_cancelled);
}

static void run_cancel_asked(struct scene *scene)
{
    cancel(scene, ask_to_be_cancelled);
}

static void run_cancel_write(struct scene *scene)
{
    MUST((scene->fds[0] = open("file", O_CREAT | O_RDWR, 0600)) >= 0);
    cancel(scene, write_to_be_cancelled);
}

const struct edge edges_tasks[] = {
    {"fork", NULL, run_fork, NULL, EDGE_ALONE_PROCESSES},
    {"popen", NULL, run_popen, NULL, EDGE_ALONE_PROCESSES},
    {"unannounced", NULL, run_unannounced, NULL, EDGE_ALONE_PROCESSES},
    {"exec-thread", NULL, run_exec_thread, NULL, EDGE_ALONE_PROCESSES},
    {"create", NULL, run_create, NULL, EDGE_ALONE_THREADS},
    {"wait", NULL, run_wait, NULL, EDGE_ALONE_PROCESSES},
    {"wait-poll", NULL, run_poll, NULL, EDGE_ALONE_PROCESSES},
    {"waitid", NULL, run_waitid, NULL, EDGE_ALONE_PROCESSES},
    {"waitid-quietly", NULL, run_waitid_quietly, NULL, EDGE_ALONE_PROCESSES},
    {"wait-ignored", NULL, run_ignored, NULL, EDGE_ALONE_PROCESSES},
    {"pidfd", NULL, run_pidfd, NULL, EDGE_ALONE_PROCESSES},
    {"gone", NULL, run_gone, NULL, EDGE_ALONE_PROCESSES},
    {"pipe-exit", NULL, run_exit, NULL, EDGE_ALONE_PROCESSES},
    {"pipe-crash", NULL, run_crash, NULL, EDGE_ALONE_PROCESSES},
    {"pipe-killed", NULL, run_killed, NULL, EDGE_ALONE_PROCESSES},
    {"socket-exit-broken", NULL, run_exit_broken, NULL, EDGE_ALONE_PROCESSES},
    {"socket-exit-reset", NULL, run_exit_reset, NULL, EDGE_ALONE_PROCESSES},
    {"listener-exit", NULL, run_exit_refused, NULL, EDGE_ALONE_PROCESSES},
    {"pipe-exec", NULL, run_exec, NULL, EDGE_ALONE_PROCESSES},
    {"join", NULL, run_join, NULL, EDGE_ALONE_THREADS},
    {"tryjoin", NULL, run_tryjoin, NULL, EDGE_ALONE_THREADS},
    {"thrd", NULL, run_thrd, NULL, EDGE_ALONE_THREADS},
    {"once", NULL, run_once, NULL, EDGE_ALONE_THREADS},
    {"call-once", NULL, run_call_once, NULL, EDGE_ALONE_THREADS},
    {"once-done", NULL, run_once_done, NULL, EDGE_ALONE_THREADS},
    {"call-once-done", NULL, run_call_once_done, NULL, EDGE_ALONE_THREADS},
    {"cancel", NULL, run_cancel, NULL, EDGE_ALONE_THREADS},
    {"cancel-asked", NULL, run_cancel_asked, NULL, EDGE_ALONE_THREADS},
    {"cancel-write", NULL, run_cancel_write, NULL, EDGE_ALONE_THREADS},
    {0},
};
