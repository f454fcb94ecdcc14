/* matrix: += 1 over a large array of doubles in named shared memory. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "mp/array.h"
#include "program.h"

struct settings {
    struct program_settings common;
    uint64_t elements;
    uint64_t rounds;
    uint64_t bad; /* 1 + index of an element that is not a number; 0: none */
};

struct job {
    const struct settings *settings;
    const char *name; /* of the shared array */
    bool shared;      /* every worker adds to every element */
};

/* Add 1 to the elements FIRST .. END-1 of the array, ROUNDS times. Fails at an
 * element that is not a number: somebody damaged the data. */
static int add_ones(const struct job *job, size_t first, size_t end)
{
    struct mp_array *array;
    int err = mp_array_attach(&array, job->name);
    if (err)
        return program_fail(job->name, err);
    double *elements = mp_array_items(array);
    int status = 0;
    for (uint64_t round = 0; round < job->settings->rounds; round++) {
        for (size_t i = first; i < end && !status; i++) {
            /* `elements[i] += 1`, as the processor does it; where others add
             * to the same one, the point tells mpstress, which sees no
             * accesses to memory, of the moment in between. */
            double before = elements[i];
            status = isnan(before) != 0;
            if (job->shared)
                mps_point("between read and write");
            elements[i] = before + 1;
        }
    }
    mp_array_close(array);
    return status;
}

static int add_to_slice(void *context, unsigned index)
{
    const struct job *job = context;
    uint64_t elements = job->settings->elements;
    uint64_t workers = job->settings->common.workers;
    return add_ones(job, elements * index / workers,
                    elements * (index + 1) / workers);
}

static int add_to_all(void *context, unsigned index)
{
    struct job job = *(const struct job *)context;
    (void)index;
    job.shared = true;
    return add_ones(&job, 0, job.settings->elements);
}

/* Create the array, all zero but for the element that is to be bad. */
static int create(struct mp_array **array, const struct settings *settings)
{
    int err = mp_array_create(array, "mpstress-matrix", settings->elements,
                              sizeof(double));
    if (err)
        return program_fail("shared array", err);
    double *elements = mp_array_items(*array);
    if (settings->bad && settings->bad <= settings->elements)
        elements[settings->bad - 1] = NAN;
    return 0;
}

/* Run ADD in all workers and wait for them. 0, or 1 if one failed. */
static int run_workers(const struct settings *settings, const char *name,
                       mp_worker *add)
{
    struct job job = {settings, name, false};
    struct mp_team *team;
    int err = mp_team_start(&team, settings->common.backend,
                            settings->common.workers, add, &job, "worker");
    if (err)
        return program_fail("starting the workers", err);
    return program_wait(team);
}

/* PASSES: how often every element should have got its ROUNDS times 1. */
static void report(const struct settings *settings,
                   const struct mp_array *array, uint64_t passes)
{
    const double *elements = mp_array_items(array);
    double sum = 0;
    for (uint64_t i = 0; i < settings->elements; i++)
        sum += elements[i];
    mps_observe("sum", (int64_t)sum);
    printf("matrix: sum %.0f, expected %" PRIu64 "\n", sum,
           settings->elements * settings->rounds * passes);
}

static int run(const struct settings *settings, mp_worker *add, uint64_t passes)
{
    struct mp_array *array;
    if (create(&array, settings))
        return EXIT_FAILURE;
    int status = run_workers(settings, mp_array_name(array), add);
    if (!status)
        report(settings, array, passes);
    mp_array_close(array);
    return status;
}

static int run_slices(const void *settings)
{
    return run(settings, add_to_slice, 1);
}

static int run_whole(const void *context)
{
    const struct settings *settings = context;
    return run(settings, add_to_all, settings->common.workers);
}

static int run_leak(const void *context)
{
    const struct settings *settings = context;
    struct mp_array *array;
    if (create(&array, settings))
        return EXIT_FAILURE;
    if (run_workers(settings, mp_array_name(array), add_to_slice))
        return EXIT_FAILURE;
    report(settings, array, 1);
    mp_array_close(array);
    return EXIT_SUCCESS;
}

static const struct program_variant variants[] = {
    {"slices", "right: every worker has a slice that no other one touches.",
     run_slices},
    {"whole",
     "wrong: every worker goes over the whole array without a lock, and "
     "additions to the same element at the same time are lost.",
     run_whole},
    {"leak",
     "wrong: slices, but when a worker fails the program returns at once and "
     "the shared memory keeps its name (see --bad).",
     run_leak},
    {NULL, NULL, NULL},
};

static const struct program_number numbers[] = {
    {"elements", "N", "Size of the array (default 100000)", 1, 1000000000,
     offsetof(struct settings, elements)},
    {"rounds", "N", "Times each element gets += 1 (default 10)", 0, 1000000,
     offsetof(struct settings, rounds)},
    {"bad", "N",
     "Make the Nth element bad, so that a worker fails (default 0: "
     "none)",
     0, UINT64_MAX, offsetof(struct settings, bad)},
    {NULL, NULL, NULL, 0, 0, 0},
};

int main(int argc, char **argv)
{
    static const struct program program = {
        .about = "Matrix work: += 1 over a large array in shared memory.",
        .variants = variants,
        .numbers = numbers,
    };
    struct settings settings = {.elements = 100000, .rounds = 10};
    return program_main(&program, &settings, argc, argv);
}
