/* What orders what: each right variant of targets/edges is run under many
 * schedules without a race, and of each wrong twin, which makes the same calls,
 * the race is found. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runner/fixture_test.h"
#include "sched/strategy.h"

enum {
    TRIED = 12,   /* iterations of a right variant */
    ENOUGH = 100, /* of a wrong one: mostly the first one has the race */
    NAME = 48
};

/* Open PROGRAM with ARGUMENTS, up to NULL. */
static void begin(struct fixture *f, const char *program,
                  const char *const *arguments)
{
    cr_assert_eq(fixture_open(f, program, arguments), 0, "%s", f->diag.text);
    f->scenario->time_limit_ns = 100 * UINT64_C(1000000000);
}

/* Run iteration NUMBER, which must go well. */
static struct outcome iterate(struct fixture *f, uint64_t number,
                              const char *name)
{
    const struct control control = {
        .orders = true,
        .strategy = number ? STRATEGY_RANDOM : STRATEGY_SEQUENTIAL,
        .races = true,
    };
    struct outcome outcome = fixture_iterate(f, number, &control);
    cr_assert_eq(outcome.status, 0, "%s: status %#x, verdict %u", name,
                 (unsigned)outcome.status, outcome.segment->schedule.verdict);
    cr_assert_not(outcome.timed_out, "%s", name);
    return outcome;
}

/* The same, and how many races were seen. */
static uint32_t count_races(struct fixture *f, uint64_t number,
                            const char *name)
{
    struct outcome outcome = iterate(f, number, name);
    cr_assert_not_null(outcome.memory, "%s", name);
    cr_assert_eq(outcome.memory->off, 0, "%s: %u", name, outcome.memory->off);
    cr_assert_gt(outcome.memory->accesses, 1, "%s", name);
    return outcome.memory->race_count;
}

static bool is_wrong(const char *variant)
{
    const char *dash = strrchr(variant, '-');
    return dash && !strcmp(dash, "-wrong");
}

/* Run MOST iterations, or until one has a race; returns how many went well. */
static unsigned run_until_race(struct fixture *f, const char *name,
                               unsigned most)
{
    unsigned i = 0;
    while (i < most && !count_races(f, i, name))
        i++;
    return i;
}

/* What F has open is VARIANT. */
static void expect_races(struct fixture *f, const char *variant)
{
    unsigned most = is_wrong(variant) ? ENOUGH : TRIED;
    unsigned well = run_until_race(f, variant, most);
    if (is_wrong(variant))
        cr_expect_lt(well, most, "%s: no race was found", variant);
    else
        cr_expect_eq(well, most, "%s: a race in iteration %u", variant, well);
}

static void begin_variant(struct fixture *f, const char *variant,
                          const char *backend)
{
    char option[80];
    snprintf(option, sizeof(option), "--variant=%s", variant);
    begin(f, EDGES, (const char *const[]){option, "--backend", backend, NULL});
}

static void try_one(const char *variant, const char *backend)
{
    struct fixture f;
    begin_variant(&f, variant, backend);
    expect_races(&f, variant);
    fixture_fini(&f);
}

static void try_all(const char *backend)
{
    char name[NAME];
    unsigned tried = 0;
    const char *only = getenv("EDGES_ONLY");
    FILE *list = popen(EDGES " --list", "r");
    cr_assert_not_null(list);
    while (fscanf(list, "%47s", name) == 1) {
        if (only && strcmp(only, name))
            continue;
        try_one(name, backend);
        tried++;
    }
    pclose(list);
    cr_expect(only || tried > 200, "%u variants", tried);
}

TestSuite(edges, .timeout = 600);

Test(edges, order_processes)
{
    try_all("process");
}

Test(edges, order_threads)
{
    try_all("thread");
}

/* When the first task waits, and each goes on as long as it can, the second one
 * comes to the next round before the first one leaves this one. */
Test(edges, keep_the_rounds_of_a_barrier_apart)
{
    struct fixture f;
    begin_variant(&f, "barrier-round-wrong", "process");
    cr_expect_eq(run_until_race(&f, "barrier-round-wrong", 1), 0);
    fixture_fini(&f);
}

Test(edges, order_what_comes_to_a_static_variable_of_cxx)
{
    struct fixture f;
    begin(&f, STATICS, (const char *const[]){NULL});
    for (uint64_t i = 0; i < 50; i++)
        cr_expect_eq(count_races(&f, i, "statics"), 0, "iteration %u",
                     (unsigned)i);
    fixture_fini(&f);
}

/* Nobody looks at the guard before the calls. */
Test(edges, order_what_comes_to_a_guard_by_calls_alone)
{
    static const char *const hows[] = {"calls", "calls-wrong"};
    for (size_t i = 0; i < sizeof(hows) / sizeof(hows[0]); i++) {
        struct fixture f;
        begin(&f, STATICS, (const char *const[]){hows[i], NULL});
        expect_races(&f, hows[i]);
        fixture_fini(&f);
    }
}

/* libc's own system calls are no ops then. */
Test(edges, order_what_is_done_once_without_dispatch)
{
    static const char *const variants[] = {"once-done", "once-done-wrong",
                                           "call-once-done",
                                           "call-once-done-wrong"};
    for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
        struct fixture f;
        begin_variant(&f, variants[i], "thread");
        slot_close(f.slot);
        f.options.no_dispatch = true;
        cr_assert_eq(slot_open(&f.slot, &f.options, &f.diag), 0, "%s",
                     f.diag.text);
        cr_assert_not(slot_has_dispatch(f.slot));
        expect_races(&f, variants[i]);
        fixture_fini(&f);
    }
}

/* -- What goes unseen -------------------------------------------------------*/

static void expect_blind(const char *variant)
{
    struct fixture f;
    begin(&f, BROKEN, (const char *const[]){variant, NULL});
    struct outcome outcome = iterate(&f, 1, variant);
    cr_expect_eq(outcome.segment->control.blind, MEMORY_OFF_UNSEEN, "%s",
                 variant);
    fixture_fini(&f);
}

Test(edges, are_not_all_where_a_child_goes_unseen)
{
    expect_blind("unseen-child");
}

Test(edges, are_not_all_where_the_kernel_works_by_itself)
{
    char parameters[120] = {0};
    long ring = syscall(SYS_io_uring_setup, 1, parameters);
    if (ring < 0)
        cr_skip("the kernel has no io_uring for us");
    close((int)ring);
    expect_blind("unseen-ring");
}

/* -- Without room -----------------------------------------------------------*/

/* The memory part takes gigabytes of addresses; the rest does with little - but
 * AddressSanitizer's own shadow, which is of this process, takes terabytes. */
#ifndef __SANITIZE_ADDRESS__
Test(edges, are_done_without_where_addresses_are_few)
{
    const rlim_t room = sizeof(struct memory) / 2;
    const struct rlimit limit = {room, room};
    struct fixture f;
    cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
    begin(&f, EDGES, (const char *const[]){"--variant=mutex-wrong", NULL});
    cr_expect_not(slot_has_memory(f.slot));
    cr_expect_null(iterate(&f, 1, "mutex-wrong").memory);
    fixture_fini(&f);
}
#endif

Test(edges, are_given_up_for_a_program_that_limits_itself)
{
    struct fixture f;
    begin(&f, BROKEN, (const char *const[]){"limit-itself", NULL});
    cr_expect(slot_has_memory(f.slot));
    for (uint64_t i = 0; i < 2; i++) {
        struct outcome outcome = iterate(&f, i, "limit-itself");
        cr_expect_null(outcome.memory);
        cr_expect_eq(outcome.segment->control.blind, MEMORY_OFF_SPACE);
    }
    fixture_fini(&f);
}
