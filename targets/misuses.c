/* misuses: locks that are used against their rules, and the right way. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "primitives/common.h"

enum { ROUNDS = 3, WORKERS = 2 };

/* In memory that all processes share. */
struct shop {
    pthread_mutex_t lock;
    volatile long sold; /* what the lock guards */
    sem_t taken, enough, begin;
};

static void init_lock(struct shop *shop)
{
    pthread_mutexattr_t attributes;
    need(!pthread_mutexattr_init(&attributes), "mutexattr_init");
    need(!pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED),
         "setpshared");
    need(!pthread_mutex_init(&shop->lock, &attributes), "mutex_init");
    need(!pthread_mutexattr_destroy(&attributes), "mutexattr_destroy");
}

static struct shop *shop_new(void)
{
    struct shop *shop = shared_new(sizeof(*shop));
    init_lock(shop);
    need(!sem_init(&shop->taken, 1, 0), "sem_init");
    need(!sem_init(&shop->enough, 1, 0), "sem_init");
    need(!sem_init(&shop->begin, 1, 0), "sem_init");
    return shop;
}

/* Those who misuse a lock do not look at what its functions return, either. */
static void sell(struct shop *shop)
{
    pthread_mutex_lock(&shop->lock);
    mps_enter("selling");
    shop->sold += 1;
    mps_leave("selling");
    pthread_mutex_unlock(&shop->lock);
}

static void sell_some(void *context)
{
    for (int i = 0; i < ROUNDS; i++)
        sell(context);
}

static int run_workers(struct shop *shop)
{
    pid_t workers[WORKERS];
    for (int i = 0; i < WORKERS; i++)
        workers[i] = child_start(sell_some, shop);
    for (int i = 0; i < WORKERS; i++)
        child_end(workers[i]);
    return report(shop->sold, WORKERS * ROUNDS);
}

/* Have the lock until it is enough. */
static void hold(void *context)
{
    struct shop *shop = context;
    pthread_mutex_lock(&shop->lock);
    mps_enter("selling");
    sem_post(&shop->taken);
    sem_take(&shop->enough);
    shop->sold += 1;
    mps_leave("selling");
    pthread_mutex_unlock(&shop->lock);
}

/* -- Unlocking what another task holds --------------------------------------
 */

/* "The lock goes to the worker": it was the parent who took it. */
static void work_and_unlock(void *context)
{
    struct shop *shop = context;
    shop->sold += 1;
    pthread_mutex_unlock(&shop->lock);
}

static int run_unlock_other(const void *settings)
{
    (void)settings;
    struct shop *shop = shop_new();
    pthread_mutex_lock(&shop->lock);
    child_end(child_start(work_and_unlock, shop));
    sell(shop);
    return report(shop->sold, 2);
}

static void work_locked(void *shop)
{
    sell(shop);
}

static int run_unlock_other_fixed(const void *settings)
{
    (void)settings;
    struct shop *shop = shop_new();
    child_end(child_start(work_locked, shop));
    sell(shop);
    return report(shop->sold, 2);
}

/* -- Unlocking what nobody holds --------------------------------------------
 */

/* "So that it is open to begin with." */
static int run_unlock_free(const void *settings)
{
    (void)settings;
    struct shop *shop = shop_new();
    pthread_mutex_unlock(&shop->lock);
    return run_workers(shop);
}

static int run_unlock_free_fixed(const void *settings)
{
    (void)settings;
    return run_workers(shop_new());
}

/* -- Destroying and making anew what is in use ------------------------------
 */

static int run_destroy_held(const void *settings)
{
    (void)settings;
    struct shop *shop = shop_new();
    pid_t holder = child_start(hold, shop);
    sem_take(&shop->taken);
    pthread_mutex_destroy(&shop->lock);
    sem_post(&shop->enough);
    child_end(holder);
    return report(shop->sold, 1);
}

static int run_destroy_held_fixed(const void *settings)
{
    (void)settings;
    struct shop *shop = shop_new();
    pid_t holder = child_start(hold, shop);
    sem_take(&shop->taken);
    sem_post(&shop->enough);
    child_end(holder);
    pthread_mutex_destroy(&shop->lock);
    return report(shop->sold, 1);
}

/* "So that it is free, whoever had it": then two are inside. */
static int run_init_held(const void *settings)
{
    (void)settings;
    struct shop *shop = shop_new();
    pid_t holder = child_start(hold, shop);
    sem_take(&shop->taken);
    init_lock(shop);
    sell(shop);
    sem_post(&shop->enough);
    child_end(holder);
    return report(shop->sold, 2);
}

static int run_init_held_fixed(const void *settings)
{
    (void)settings;
    struct shop *shop = shop_new();
    pid_t holder = child_start(hold, shop);
    sem_take(&shop->taken);
    sem_post(&shop->enough);
    sell(shop);
    child_end(holder);
    pthread_mutex_destroy(&shop->lock);
    init_lock(shop);
    sell(shop);
    return report(shop->sold, 3);
}

/* -- Using what is no more --------------------------------------------------
 */

static void begin_and_sell(void *context)
{
    struct shop *shop = context;
    sem_take(&shop->begin);
    sell(shop);
}

/* Destroyed as soon as the worker has been told to begin, or has ended. */
static int run_use_destroyed(const void *settings)
{
    (void)settings;
    struct shop *shop = shop_new();
    pid_t worker = child_start(begin_and_sell, shop);
    pthread_mutex_destroy(&shop->lock);
    sem_post(&shop->begin);
    child_end(worker);
    return report(shop->sold, 1);
}

static int run_use_destroyed_fixed(const void *settings)
{
    (void)settings;
    struct shop *shop = shop_new();
    pid_t worker = child_start(begin_and_sell, shop);
    sem_post(&shop->begin);
    child_end(worker);
    pthread_mutex_destroy(&shop->lock);
    return report(shop->sold, 1);
}

/* -- Ending with a lock -----------------------------------------------------
 */

/* An early return, and the mutex is not robust. */
static void return_early(void *context)
{
    struct shop *shop = context;
    pthread_mutex_lock(&shop->lock);
    if (!shop->sold)
        return;
    shop->sold += 1;
    pthread_mutex_unlock(&shop->lock);
}

static void return_late(void *context)
{
    struct shop *shop = context;
    pthread_mutex_lock(&shop->lock);
    if (shop->sold)
        shop->sold += 1;
    pthread_mutex_unlock(&shop->lock);
}

static int run_after(void (*run)(void *))
{
    struct shop *shop = shop_new();
    child_end(child_start(run, shop));
    return run_workers(shop);
}

static int run_exit_held(const void *settings)
{
    (void)settings;
    return run_after(return_early);
}

static int run_exit_held_fixed(const void *settings)
{
    (void)settings;
    return run_after(return_late);
}

/* -- Forking while another thread holds a lock ------------------------------
 */

/* Each process has a book of its own, and one lock for its threads. */
static pthread_mutex_t book_lock = PTHREAD_MUTEX_INITIALIZER;
static volatile int book;

static void lock_book(void)
{
    pthread_mutex_lock(&book_lock);
}

static void unlock_book(void)
{
    pthread_mutex_unlock(&book_lock);
}

static void *book_some(void *unused)
{
    for (int i = 0; i < ROUNDS; i++) {
        lock_book();
        book += 1;
        unlock_book();
    }
    return unused;
}

static void book_in_child(void *unused)
{
    book_some(unused);
}

/* The child has the lock as it was, and not the thread that would release
 * it. */
static int run_fork_locked(const void *settings)
{
    (void)settings;
    pthread_t thread;
    need(!pthread_create(&thread, NULL, book_some, NULL), "pthread_create");
    child_end(child_start(book_in_child, NULL));
    need(!pthread_join(thread, NULL), "pthread_join");
    return report(book, ROUNDS);
}

/* Nobody holds it while the process forks. */
static int run_fork_locked_fixed(const void *settings)
{
    need(!pthread_atfork(lock_book, unlock_book, unlock_book),
         "pthread_atfork");
    return run_fork_locked(settings);
}

/* -- Closing a file that one has locked -------------------------------------
 */

/* A file that holds a number; each process opens it itself. */
struct ledger {
    const char *path;
    void (*check)(const struct ledger *ledger);
    int fd;
};

/* Locks of fcntl() belong to process and file: any close() of the file, by
 * whatever descriptor, drops them. */
static void check_by_opening(const struct ledger *ledger)
{
    long number;
    int fd = open(ledger->path, O_RDONLY | O_CLOEXEC);
    need(fd >= 0, "open");
    need(read(fd, &number, sizeof(number)) == sizeof(number), "read");
    need(number >= 0, "a number");
    need(!close(fd), "close");
}

static void check_as_it_is(const struct ledger *ledger)
{
    long number;
    need(pread(ledger->fd, &number, sizeof(number), 0) == sizeof(number),
         "pread");
    need(number >= 0, "a number");
}

static void operate(const struct ledger *ledger, short type)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET};
    need(!fcntl(ledger->fd, F_SETLKW, &lock), "fcntl");
}

static void book_in_file(void *context)
{
    struct ledger ledger = *(struct ledger *)context;
    ledger.fd = open(ledger.path, O_RDWR | O_CLOEXEC);
    need(ledger.fd >= 0, "open");
    for (int i = 0; i < ROUNDS; i++) {
        long number;
        operate(&ledger, F_WRLCK);
        mps_enter("booking");
        ledger.check(&ledger);
        need(pread(ledger.fd, &number, sizeof(number), 0) == sizeof(number),
             "pread");
        number += 1;
        need(pwrite(ledger.fd, &number, sizeof(number), 0) == sizeof(number),
             "pwrite");
        mps_leave("booking");
        operate(&ledger, F_UNLCK);
    }
    need(!close(ledger.fd), "close");
}

static int run_ledger(void (*check)(const struct ledger *))
{
    struct scratch scratch;
    pid_t workers[WORKERS];
    long number = 0;
    scratch_init(&scratch);
    int fd = open(scratch.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    need(fd >= 0, "open");
    write_all(fd, &number, sizeof(number));
    struct ledger ledger = {scratch.path, check, -1};
    for (int i = 0; i < WORKERS; i++)
        workers[i] = child_start(book_in_file, &ledger);
    for (int i = 0; i < WORKERS; i++)
        child_end(workers[i]);
    need(pread(fd, &number, sizeof(number), 0) == sizeof(number), "pread");
    need(!close(fd), "close");
    scratch_fini(&scratch);
    return report(number, WORKERS * ROUNDS);
}

static int run_close_locked(const void *settings)
{
    (void)settings;
    return run_ledger(check_by_opening);
}

static int run_close_locked_fixed(const void *settings)
{
    (void)settings;
    return run_ledger(check_as_it_is);
}

/* -- Waiting for oneself ----------------------------------------------------
 */

static int run_lock_twice(const void *settings)
{
    (void)settings;
    struct shop *shop = shop_new();
    pid_t worker = child_start(sell_some, shop);
    pthread_mutex_lock(&shop->lock);
    if (shop->sold < ROUNDS)
        sell(shop);
    pthread_mutex_unlock(&shop->lock);
    child_end(worker);
    return report(shop->sold > 0, true);
}

static int run_lock_twice_fixed(const void *settings)
{
    (void)settings;
    struct shop *shop = shop_new();
    pid_t worker = child_start(sell_some, shop);
    pthread_mutex_lock(&shop->lock);
    if (shop->sold < ROUNDS)
        shop->sold += 1;
    pthread_mutex_unlock(&shop->lock);
    child_end(worker);
    return report(shop->sold > 0, true);
}

static const struct program_variant variants[] = {
    {"unlock-other-fixed", "right: who locks unlocks.", run_unlock_other_fixed},
    {"unlock-other", "wrong: a worker unlocks what its parent has locked.",
     run_unlock_other},
    {"unlock-free-fixed", "right: a new mutex is free.", run_unlock_free_fixed},
    {"unlock-free", "wrong: it is unlocked, to be sure.", run_unlock_free},
    {"destroy-held-fixed", "right: destroyed after the holder has ended.",
     run_destroy_held_fixed},
    {"destroy-held", "wrong: destroyed while it is held.", run_destroy_held},
    {"init-held-fixed", "right: made anew when it has been destroyed.",
     run_init_held_fixed},
    {"init-held", "wrong: made anew while it is held; two are inside.",
     run_init_held},
    {"use-destroyed-fixed", "right: destroyed when nobody needs it.",
     run_use_destroyed_fixed},
    {"use-destroyed", "wrong: destroyed before a worker has used it.",
     run_use_destroyed},
    {"exit-held-fixed", "right: a worker unlocks on every path.",
     run_exit_held_fixed},
    {"exit-held",
     "wrong: a worker ends with the lock, and the others wait for ever.",
     run_exit_held},
    {"fork-locked-fixed", "right: the lock is taken around fork().",
     run_fork_locked_fixed},
    {"fork-locked",
     "wrong: a thread may hold the lock while the process forks; the child "
     "waits for it for ever.",
     run_fork_locked},
    {"close-locked-fixed", "right: one descriptor of the locked file.",
     run_close_locked_fixed},
    {"close-locked",
     "wrong: a second descriptor of the locked file is closed, and with it "
     "goes the lock.",
     run_close_locked},
    {"lock-twice-fixed", "right: the lock is taken once.",
     run_lock_twice_fixed},
    {"lock-twice",
     "wrong: the holder calls what takes the lock once more, and waits for "
     "itself for ever.",
     run_lock_twice},
    {NULL, NULL, NULL},
};

int main(int argc, char **argv)
{
    static const struct program program = {
        .about = "Rules of locks, kept and broken.",
        .variants = variants,
        .fixed_tasks = true,
    };
    struct program_settings settings = {0};
    return program_main(&program, &settings, argc, argv);
}
