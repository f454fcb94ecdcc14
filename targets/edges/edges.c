/* edges: every way in which one task can be ordered before another, right and
 * wrong. */
#include "edges.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mp/memory.h"

static int global_data;

void edges_must(bool condition, const char *what)
{
    if (condition)
        return;
    perror(what);
    _exit(1);
}

void edges_read(const struct scene *scene)
{
    static _Thread_local volatile int
        seen; /* or the wrong ones would not read at all */
    seen = *scene->data;
    if (!scene->wrong)
        edges_must(seen == 1, "read what was written");
}

static const struct edge *const tables[] = {
    edges_locks,   edges_waits, edges_streams, edges_files,
    edges_signals, edges_tasks, edges_calls,   edges_none,
};
enum { TABLES = sizeof(tables) / sizeof(tables[0]), VARIANTS = 512 };

/* Wrong twins are called NAME-wrong. */
static const struct edge *find(const char *variant, bool *wrong)
{
    size_t length = strlen(variant);
    *wrong = length > 6 && !strcmp(variant + length - 6, "-wrong");
    if (*wrong)
        length -= 6;
    for (unsigned i = 0; i < TABLES; i++)
        for (const struct edge *edge = tables[i]; edge->name; edge++)
            if (strlen(edge->name) == length &&
                !strncmp(edge->name, variant, length))
                return edge;
    return NULL;
}

static bool is_alone(const struct edge *edge)
{
    return edge->shape == EDGE_ALONE_PROCESSES ||
           edge->shape == EDGE_ALONE_THREADS;
}

static bool is_lock(const struct edge *edge)
{
    return edge->shape == EDGE_LOCK || edge->shape == EDGE_LOCK_PROCESSES;
}

/* -- The two
 * ------------------------------------------------------------------*/

static void in_lock(const struct edge *edge, struct scene *scene)
{
    edge->give(scene);
    ++*scene->data;
    edge->take(scene);
}

static void be_giver(const struct edge *edge, struct scene *scene)
{
    scene->self = 1;
    if (is_lock(edge)) {
        in_lock(edge, scene);
        return;
    }
    /* These write by themselves: one more write would be a race anyway. */
    if (edge->shape == EDGE_NONE) {
        edge->give(scene);
        return;
    }
    edges_early(scene);
    edge->give(scene);
    edges_late(scene);
}

static void be_taker(const struct edge *edge, struct scene *scene)
{
    if (is_lock(edge)) {
        in_lock(edge, scene);
        return;
    }
    edge->take(scene);
    edges_read(scene);
}

struct start {
    const struct edge *edge;
    struct scene scene;
};

static void *giver_main(void *argument)
{
    struct start *start = argument;
    be_giver(start->edge, &start->scene);
    return NULL;
}

static void run_threads(const struct edge *edge, struct scene *scene)
{
    struct start start = {edge, *scene};
    MUST(!pthread_create(&scene->giving, NULL, giver_main, &start));
    be_taker(edge, scene);
    MUST(!pthread_join(scene->giving, NULL));
}

static void run_processes(const struct edge *edge, struct scene *scene)
{
    int status = 0;
    scene->giver = fork();
    MUST(scene->giver >= 0);
    if (!scene->giver) {
        be_giver(edge, scene);
        _exit(0);
    }
    be_taker(edge, scene);
    /* A taker may have waited for it, or not be told of its end. */
    if (waitpid(scene->giver, &status, 0) < 0)
        edges_must(errno == ECHILD, "wait");
    edges_must(!WIFEXITED(status) || !WEXITSTATUS(status), "giver");
}

/* -- The world
 * ------------------------------------------------------------------*/

static void make_world(struct world *world, bool threads)
{
    int shared = threads ? PTHREAD_PROCESS_PRIVATE : PTHREAD_PROCESS_SHARED;
    pthread_mutexattr_t mutex;
    pthread_rwlockattr_t rwlock;
    pthread_condattr_t cond;
    pthread_barrierattr_t barrier;
    MUST(!pthread_mutexattr_init(&mutex));
    MUST(!pthread_mutexattr_setpshared(&mutex, shared));
    MUST(!pthread_rwlockattr_init(&rwlock));
    MUST(!pthread_rwlockattr_setpshared(&rwlock, shared));
    for (int i = 0; i < 2; i++) {
        MUST(!pthread_mutex_init(&world->mutex[i], &mutex));
        MUST(!pthread_rwlock_init(&world->rwlock[i], &rwlock));
        MUST(!pthread_spin_init(&world->spin[i], shared));
        MUST(!sem_init(&world->sem[i], !threads, 0));
        MUST(mtx_init(&world->mtx[i], mtx_plain) == thrd_success);
    }
    MUST(!pthread_mutexattr_setrobust(&mutex, PTHREAD_MUTEX_ROBUST));
    MUST(!pthread_mutex_init(&world->robust, &mutex));
    MUST(!pthread_condattr_init(&cond));
    MUST(!pthread_condattr_setpshared(&cond, shared));
    MUST(!pthread_cond_init(&world->cond, &cond));
    MUST(!pthread_barrierattr_init(&barrier));
    MUST(!pthread_barrierattr_setpshared(&barrier, shared));
    MUST(!pthread_barrier_init(&world->barrier, &barrier, 2));
}

static int run(const void *argument)
{
    const struct program_settings *settings = argument;
    struct scene scene = {.taker = getpid(), .taking = pthread_self()};
    const struct edge *edge = find(settings->variant->name, &scene.wrong);
    scene.threads = edge->shape == EDGE_THREADS ||
                    edge->shape == EDGE_ALONE_THREADS ||
                    (settings->backend == MP_THREAD &&
                     (edge->shape == EDGE_BOTH || edge->shape == EDGE_LOCK));
    scene.world = mp_memory_new(sizeof(*scene.world));
    MUST(scene.world != NULL);
    make_world(scene.world, scene.threads);
    scene.data = scene.threads ? &global_data : &scene.world->data;
    if (edge->prepare)
        edge->prepare(&scene);
    if (is_alone(edge))
        edge->give(&scene);
    else if (scene.threads)
        run_threads(edge, &scene);
    else
        run_processes(edge, &scene);
    printf("done\n");
    return 0;
}

int main(int argc, char **argv)
{
    static struct program_variant variants[VARIANTS];
    static char names[VARIANTS][40];
    unsigned count = 0;
    for (unsigned i = 0; i < TABLES; i++)
        for (const struct edge *edge = tables[i]; edge->name; edge++) {
            MUST(count + 2 <= VARIANTS);
            if (edge->shape != EDGE_NONE)
                variants[count++] = (struct program_variant){
                    edge->name, "right: this orders the two", run};
            snprintf(names[count], sizeof(names[count]), "%s-wrong",
                     edge->name);
            variants[count] = (struct program_variant){
                names[count], "wrong: nothing orders the two", run};
            count++;
        }
    const struct program program = {
        .about = "Two tasks and one datum, ordered by one thing alone.",
        .variants = variants,
    };
    struct program_settings settings = {.backend = MP_PROCESS};
    return program_main(&program, &settings, argc, argv);
}
