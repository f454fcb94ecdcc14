/* philosophers: a round table, a fork between any two neighbours, and nobody
 * eats with one fork. */
#include <errno.h>
#include <inttypes.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>

#include "mp/memory.h"
#include "program.h"

struct settings {
    struct program_settings common;
    uint64_t meals;
};

struct fork {
    sem_t free;        /* 1: it lies on the table */
    volatile int uses; /* by whoever has it */
};

struct job {
    const struct settings *settings;
    struct fork *forks; /* in shared memory, one for each philosopher */
    /* Which of the two forks philosopher INDEX takes first. */
    unsigned (*first)(unsigned left, unsigned right);
};

static unsigned first_left(unsigned left, unsigned right)
{
    (void)right;
    return left;
}

static unsigned first_lower(unsigned left, unsigned right)
{
    return left < right ? left : right;
}

static void take(struct fork *fork)
{
    while (sem_wait(&fork->free) && errno == EINTR)
        ;
}

static void put_back(struct fork *fork)
{
    sem_post(&fork->free);
}

/* Fork INDEX lies to the left of philosopher INDEX. */
static int dine(void *context, unsigned index)
{
    const struct job *job = context;
    unsigned left = index;
    unsigned right = (index + 1) % job->settings->common.workers;
    unsigned first = job->first(left, right);
    unsigned second = left + right - first;
    for (uint64_t i = 0; i < job->settings->meals; i++) {
        take(&job->forks[first]);
        take(&job->forks[second]);
        job->forks[left].uses++;
        job->forks[right].uses++;
        put_back(&job->forks[second]);
        put_back(&job->forks[first]);
    }
    return 0;
}

/* Seat the philosophers, wait for them and report how often forks were used:
 * two in each meal. */
static int run_table(struct job *job)
{
    const struct program_settings *common = &job->settings->common;
    struct mp_team *team;
    int err = mp_team_start(&team, common->backend, common->workers, dine, job,
                            "philosopher");
    if (err)
        return program_fail("starting the philosophers", err);
    int status = program_wait(team);
    uint64_t uses = 0;
    for (unsigned i = 0; i < common->workers; i++)
        uses += (uint64_t)job->forks[i].uses;
    mps_observe("uses", (int64_t)uses);
    printf("philosophers: forks used %" PRIu64 " times, expected %" PRIu64 "\n",
           uses, 2 * common->workers * job->settings->meals);
    return status;
}

static int run(const struct settings *settings,
               unsigned (*first)(unsigned, unsigned))
{
    unsigned count = settings->common.workers;
    if (count < 2) {
        fputs("philosophers: there must be two at least\n", stderr);
        return 2;
    }
    size_t size = count * sizeof(struct fork);
    struct job job = {settings, mp_memory_new(size), first};
    if (!job.forks)
        return program_fail("shared memory", -ENOMEM);
    int status = EXIT_FAILURE;
    unsigned made = 0;
    for (; made < count; made++) {
        if (sem_init(&job.forks[made].free, 1, 1)) {
            program_fail("semaphore", -errno);
            goto free_forks;
        }
    }
    status = run_table(&job);
free_forks:
    while (made--)
        sem_destroy(&job.forks[made].free);
    mp_memory_free(job.forks, size);
    return status;
}

static int run_ordered(const void *settings)
{
    return run(settings, first_lower);
}

static int run_left_first(const void *settings)
{
    return run(settings, first_left);
}

static const struct program_variant variants[] = {
    {"ordered",
     "right: the fork with the lower number first, so the last philosopher "
     "reaches right before left.",
     run_ordered},
    {"left-first",
     "wrong: the left fork first. When all have taken it, each of them waits "
     "for the right one, which is a neighbour's left one, for ever.",
     run_left_first},
    {NULL, NULL, NULL},
};

static const struct program_number numbers[] = {
    {"meals", "N", "Meals of each philosopher (default 3)", 0, 1000000,
     offsetof(struct settings, meals)},
    {NULL, NULL, NULL, 0, 0, 0},
};

int main(int argc, char **argv)
{
    static const struct program program = {
        .about = "Dining philosophers, who are the workers: a fork is a "
                 "semaphore in shared memory, and a meal takes two.",
        .variants = variants,
        .numbers = numbers,
    };
    struct settings settings = {.common = {.workers = 5}, .meals = 3};
    return program_main(&program, &settings, argc, argv);
}
