#include "tally/breakdown.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "runner/outcome.h"

/* An iteration of a scenario with two parameters, one of which never varies. */
struct fixture {
    struct parameter parameters[2];
    struct scenario scenario;
    const char *values[2];
    struct choice choice;
    struct segment *segment;
    struct outcome outcome;
    struct breakdown breakdown;
};

static const char *worker_values[] = {"10", "2"}, *mode_values[] = {"fast"};

static struct fixture *fixture_new(void)
{
    struct fixture *f = calloc(1, sizeof(*f));
    cr_assert(f);
    f->segment = aligned_alloc(4096, sizeof(*f->segment));
    cr_assert(f->segment);
    memset(f->segment, 0, sizeof(*f->segment));
    f->parameters[0] = (struct parameter){"workers", worker_values, 2};
    f->parameters[1] = (struct parameter){"mode", mode_values, 1};
    f->scenario.parameters = f->parameters;
    f->scenario.parameter_count = 2;
    f->choice = (struct choice){&f->scenario, f->values};
    f->outcome.choice = &f->choice;
    f->outcome.segment = f->segment;
    return f;
}

static void fixture_free(struct fixture *f)
{
    free(f->segment);
    free(f);
}

static void run(struct fixture *f, const char *workers, bool controlled,
                bool failed)
{
    f->values[0] = workers;
    f->values[1] = "fast";
    f->outcome.controlled = controlled;
    breakdown_count(&f->breakdown, &f->outcome, failed);
}

Test(breakdown, counts_failures_by_each_value_of_what_varies)
{
    struct fixture *f = fixture_new();
    run(f, "10", true, true);
    run(f, "10", true, false);
    run(f, "2", true, true);
    cr_assert_eq(breakdown_finish(&f->breakdown), 1);
    const struct report_breakdown *table = &f->breakdown.tables[0];
    cr_expect_str_eq(table->name, "workers");
    cr_assert_eq(table->share_count, 2);
    cr_expect_str_eq(table->shares[0].value, "2");
    cr_expect_eq(table->shares[0].iterations, 1);
    cr_expect_eq(table->shares[0].failures, 1);
    cr_expect_str_eq(table->shares[1].value, "10");
    cr_expect_eq(table->shares[1].iterations, 2);
    cr_expect_eq(table->shares[1].failures, 1);
    fixture_free(f);
}

Test(breakdown, tells_delays_apart_only_where_tasks_ran_freely)
{
    struct fixture *f = fixture_new();
    f->segment->config.yield_chance = 16384;
    run(f, "2", false, true);
    f->segment->config.yield_chance = 0;
    run(f, "2", false, false);
    run(f, "2", true, true);
    cr_assert_eq(breakdown_finish(&f->breakdown), 1);
    const struct report_breakdown *table = &f->breakdown.tables[0];
    cr_expect_str_eq(table->name, "delay (stress)");
    cr_assert_eq(table->share_count, 2);
    cr_expect_str_eq(table->shares[0].value, "none");
    cr_expect_eq(table->shares[0].iterations, 1);
    cr_expect_str_eq(table->shares[1].value, "yields");
    cr_expect_eq(table->shares[1].failures, 1);
    fixture_free(f);
}
