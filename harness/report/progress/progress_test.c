#include "progress/progress.h"

#include <stdlib.h>
#include <string.h>

#include "sample_test.h"
#include "words.h"

static const uint64_t second = 1000000000;

static const struct progress_state half_way = {
    .name = "ring_push",
    .index = 3,
    .of = 28,
    .planned = 10000,
    .iterations = 4210,
    .elapsed_ns = 4000000000,
};

static void expect_bar(size_t width, const struct progress_state *state,
                       const char *line)
{
    struct str s;
    str_init(&s);
    progress_bar_line(&s, false, width, state);
    cr_expect_str_eq(s.data, line, "found: %s\nnot: %s", s.data, line);
    cr_expect_leq(words_columns(s.data), width);
    str_fini(&s);
}

Test(progress_line, shows_bar_speed_and_what_is_left)
{
    expect_bar(79, &half_way,
               "[3/28] ring_push [##########--------------]  4,210/10,000  "
               "1,053/s  ETA 0:05");
}

Test(progress_line, shows_failures_with_their_rate)
{
    struct progress_state state = half_way;
    state.failures = 2;
    expect_bar(100, &state,
               "[3/28] ring_push [##########--------------]  4,210/10,000  "
               "1,053/s  2 failures (0.048%)  ETA 0:05");
    state.failures = 1;
    state.of = 1;
    expect_bar(79, &state,
               "ring_push [#####---------]  4,210/10,000  1,053/s  1 failure "
               "(0.024%)  ETA 0:05");
}

Test(progress_line, gives_up_what_matters_least_when_it_gets_narrow)
{
    struct progress_state state = half_way;
    state.failures = 2;
    expect_bar(70, &state,
               "ring_push [#####--------]  4,210/10,000  1,053/s  2 failures  "
               "ETA 0:05");
    expect_bar(64, &state,
               "ring_push  4,210/10,000  1,053/s  2 failures (0.048%)  ETA "
               "0:05");
    expect_bar(55, &state,
               "ring_push  4,210/10,000  1,053/s  2 failures  ETA 0:05");
    expect_bar(45, &state, "ring_push  4,210/10,000  1,053/s  2 failures");
    expect_bar(20, &state, "4,210/10,000  1,053/");
    expect_bar(0, &state, "");
}

Test(progress_line, fits_any_width)
{
    struct progress_state state = half_way;
    state.failures = 123;
    state.name = "a-name-that-is-longer-than-most-terminals-are-wide-and-more";
    struct str s;
    str_init(&s);
    for (size_t width = 0; width < 200; width++) {
        str_clear(&s);
        progress_bar_line(&s, false, width, &state);
        cr_assert_leq(words_columns(s.data), width, "%zu: %s", width, s.data);
    }
    str_fini(&s);
}

Test(progress_line, has_neither_bar_nor_end_without_a_plan)
{
    struct progress_state state = half_way;
    state.planned = 0;
    expect_bar(79, &state, "[3/28] ring_push  4,210 iterations  1,053/s");
}

Test(progress_line, knows_the_end_of_what_is_limited_in_time)
{
    struct progress_state state = half_way;
    state.planned = 0;
    state.limit_ns = 4 * state.elapsed_ns;
    expect_bar(79, &state,
               "[3/28] ring_push [#####------------------]  4,210 iterations  "
               "1,053/s  ETA 0:12");
    /* Whichever comes first. */
    state.planned = 10000;
    expect_bar(79, &state,
               "[3/28] ring_push [##########--------------]  4,210/10,000  "
               "1,053/s  ETA 0:05");
    state.planned = 1000000;
    expect_bar(100, &state,
               "[3/28] ring_push [######------------------]  4,210/1,000,000  "
               "1,053/s  ETA 0:12");
    struct str s;
    str_init(&s);
    state.planned = 0;
    progress_plain_line(&s, &state);
    cr_expect_str_eq(s.data, "[3/28] ring_push  4,210 iterations (25%)  "
                             "1,053/s  ETA 0:12");
    str_fini(&s);
}

Test(progress_line, is_calm_at_the_start_and_full_at_the_end)
{
    struct progress_state state = half_way;
    state.iterations = state.elapsed_ns = 0;
    expect_bar(79, &state,
               "[3/28] ring_push [------------------------]  0/10,000  -/s");
    state.iterations = 10001;
    state.elapsed_ns = second;
    expect_bar(79, &state,
               "[3/28] ring_push [########################]  10,001/10,000  "
               "10,001/s");
}

Test(progress_line, colours_without_changing_the_text)
{
    struct str s;
    str_init(&s);
    struct progress_state state = half_way;
    state.of = 1;
    state.failures = 2;
    progress_bar_line(&s, true, 82, &state);
    cr_expect_str_eq(
        s.data, "ring_push [\033[32m######\033[0m\033[2m----------\033[0m]  "
                "4,210/10,000  1,053/s  \033[33m2 failures (0.048%)\033[0m  "
                "ETA 0:05");
    str_fini(&s);
}

Test(progress_line, for_a_log_says_the_percentage)
{
    struct str s;
    str_init(&s);
    struct progress_state state = half_way;
    state.failures = 2;
    progress_plain_line(&s, &state);
    cr_expect_str_eq(s.data, "[3/28] ring_push  4,210/10,000 (42%)  1,053/s  2 "
                             "failures (0.048%)  ETA 0:05");
    str_fini(&s);
}

/* -- The display
 * -------------------------------------------------------------*/

struct display {
    FILE *out;
    char *text;
    size_t size;
    struct progress *progress;
};

static void display_open(struct display *d, bool quiet)
{
    d->text = NULL;
    d->out = open_memstream(&d->text, &d->size);
    cr_assert(d->out);
    d->progress = progress_new(d->out, false, quiet);
    cr_assert(d->progress);
}

static void display_close(struct display *d)
{
    progress_free(d->progress);
    fclose(d->out);
    free(d->text);
}

static size_t count(const char *text, char c)
{
    size_t n = 0;
    for (; *text; text++)
        n += *text == c;
    return n;
}

Test(progress, writes_a_line_every_ten_seconds_to_a_log)
{
    struct display d;
    display_open(&d, false);
    progress_begin_at(d.progress, "ring", 1000, 1, 1, second);
    for (uint64_t s = 1; s <= 35; s++)
        progress_update_at(d.progress, s * 10, s >= 20, (1 + s) * second);
    cr_expect_str_eq(d.text,
                     "ring  100/1,000 (10%)  10/s  ETA 1:30\n"
                     "ring  200/1,000 (20%)  10/s  1 failure (0.500%)  ETA "
                     "1:20\n"
                     "ring  300/1,000 (30%)  10/s  1 failure (0.333%)  ETA "
                     "1:10\n",
                     "%s", d.text);
    display_close(&d);
}

Test(progress, ends_each_scenario_with_a_line_in_a_log)
{
    static const char *const lines[SAMPLES] = {
        [SAMPLE_PASS] = "[1/6] counter-atomic: pass, 10,000 iterations (9.5 "
                        "s)\n",
        [SAMPLE_CAUGHT] =
            "[2/6] locks-mixed: caught hang at iteration 17 (2.1 s)\n",
        [SAMPLE_FAIL] = "[3/6] primes-sentinels: fail, 3 of 10000 iterations "
                        "failed (11.2 s)\n",
        [SAMPLE_MISSED] = "[4/6] counter-plain: fail, the expected invariant "
                          "did not turn up in 10000 iterations (8.0 s)\n",
        [SAMPLE_INCONCLUSIVE] = "[5/6] image-rows: inconclusive, ended after "
                                "421 of 10000 iterations (1:00)\n",
        [SAMPLE_ERROR] = "[6/6] matrix-slices-of-a-very-long-name-nobody-"
                         "reads: error, matrix: no such program in targets or "
                         "PATH (0.00 s)\n",
    };
    for (size_t i = 0; i < SAMPLES; i++) {
        struct display d;
        display_open(&d, false);
        progress_begin_at(d.progress, "x", 1, i + 1, SAMPLES, 0);
        progress_end(d.progress, &sample_run.scenarios[i]);
        cr_expect_str_eq(d.text ? d.text : "", lines[i], "%s", d.text);
        display_close(&d);
    }
}

Test(progress, draws_at_most_ten_times_a_second_on_a_terminal)
{
    struct display d;
    display_open(&d, false);
    progress_force_terminal(d.progress, 80);
    progress_begin_at(d.progress, "ring", 1000, 1, 1, 0);
    for (uint64_t ms = 1; ms <= 1000; ms++)
        progress_update_at(d.progress, ms, 0, ms * 1000000);
    cr_expect_eq(count(d.text, '\r'), 11, "%s", d.text);
    cr_expect_eq(count(d.text, '\n'), 0);
    display_close(&d);
}

Test(progress, takes_its_line_away_once)
{
    struct display d;
    display_open(&d, false);
    progress_force_terminal(d.progress, 80);
    progress_begin_at(d.progress, "ring", 0, 1, 1, 0);
    progress_hide(d.progress);
    progress_hide(d.progress);
    cr_expect_str_eq(d.text, "\rring  0 iterations  -/s\033[K\r\033[K");
    progress_update_at(d.progress, 1, 0, second);
    progress_end(d.progress, &sample_run.scenarios[SAMPLE_PASS]);
    cr_expect_str_eq(d.text, "\rring  0 iterations  -/s\033[K\r\033[K"
                             "\rring  1 iterations  1.0/s\033[K\r\033[K");
    display_close(&d);
}

Test(progress, prints_nothing_when_quiet)
{
    for (int terminal = 0; terminal < 2; terminal++) {
        struct display d;
        display_open(&d, true);
        if (terminal)
            progress_force_terminal(d.progress, 80);
        progress_begin_at(d.progress, "ring", 1000, 1, 1, 0);
        progress_update_at(d.progress, 10, 1, 20 * second);
        progress_end(d.progress, &sample_run.scenarios[SAMPLE_FAIL]);
        progress_hide(d.progress);
        fflush(d.out);
        cr_expect_eq(d.size, 0);
        display_close(&d);
    }
}

Test(progress, cleans_the_name_of_the_scenario)
{
    struct display d;
    display_open(&d, false);
    progress_force_terminal(d.progress, 80);
    progress_begin_at(d.progress, "a\033[2Jb", 0, 1, 1, 0);
    cr_expect_str_eq(d.text, "\ra\\x1b[2Jb  0 iterations  -/s\033[K");
    display_close(&d);
}

Test(progress, accepts_that_there_is_nothing_to_free)
{
    progress_free(NULL);
}
