#include <stdbool.h>
#include <string.h>

#include "color.h"
#include "progress/progress.h"
#include "words.h"

/* What a line may do without, in the order it is given up. */
enum {
    WITHOUT_INDEX = 1,
    WITHOUT_PERCENT = 2,
    WITHOUT_BAR = 4,
    WITHOUT_ETA = 8
};
static const unsigned layouts[] = {
    0,
    WITHOUT_INDEX,
    WITHOUT_INDEX | WITHOUT_PERCENT,
    WITHOUT_INDEX | WITHOUT_BAR,
    WITHOUT_INDEX | WITHOUT_PERCENT | WITHOUT_BAR,
    WITHOUT_INDEX | WITHOUT_PERCENT | WITHOUT_BAR | WITHOUT_ETA,
};

enum { BAR_SHORTEST = 8, BAR_LONGEST = 24 };

static bool has_end(const struct progress_state *state)
{
    return state->planned || state->limit_ns;
}

/* Whichever of the two ends is nearer. */
static double share_done(const struct progress_state *state)
{
    double share = 0;
    if (state->planned)
        share = (double)state->iterations / (double)state->planned;
    if (state->limit_ns) {
        double passed = (double)state->elapsed_ns / (double)state->limit_ns;
        share = passed > share ? passed : share;
    }
    return share < 1 ? share : 1;
}

/* The text before the bar. */
static void add_head(struct str *s, const struct progress_state *state,
                     unsigned without)
{
    if (state->of > 1 && !(without & WITHOUT_INDEX))
        str_addf(s, "[%zu/%zu] ", state->index, state->of);
    str_add(s, state->name);
}

static void add_failures(struct str *s, bool color,
                         const struct progress_state *state, bool percent)
{
    char number[WORDS_NUMBER_BYTES], part[32];
    if (!state->failures)
        return;
    str_add(s, "  ");
    style_begin(s, color, STYLE_WARNING);
    str_addf(s, "%s failure%s",
             words_number(state->failures, number, sizeof(number)),
             state->failures == 1 ? "" : "s");
    if (percent && state->iterations) {
        double rate = (double)state->failures / (double)state->iterations;
        str_addf(s, " (%s%%)",
                 words_percent(rate, words_decimals(rate), part, sizeof(part)));
    }
    style_end(s, color, STYLE_WARNING);
}

/* From the mean speed so far; nothing before there is one. */
static void add_eta(struct str *s, const struct progress_state *state)
{
    char clock[32];
    double share = share_done(state);
    if (!has_end(state) || !state->iterations || share >= 1 || share <= 0)
        return;
    double left = (double)state->elapsed_ns * (1 - share) / share;
    /* Beyond four days nobody waits. */
    if (left > 100 * 3600e9)
        return;
    str_addf(s, "  ETA %s", words_clock((uint64_t)left, clock, sizeof(clock)));
}

/* The text after the bar. */
static void add_tail(struct str *s, bool color,
                     const struct progress_state *state, unsigned without,
                     bool share)
{
    char number[WORDS_NUMBER_BYTES];
    str_addf(s, "  %s",
             words_number(state->iterations, number, sizeof(number)));
    if (state->planned)
        str_addf(s, "/%s",
                 words_number(state->planned, number, sizeof(number)));
    else
        str_add(s, " iterations");
    if (share && has_end(state))
        str_addf(s, " (%d%%)", (int)(share_done(state) * 100));
    str_addf(s, "  %s/s",
             words_speed(state->iterations, state->elapsed_ns, number,
                         sizeof(number)));
    add_failures(s, color, state, !(without & WITHOUT_PERCENT));
    if (!(without & WITHOUT_ETA))
        add_eta(s, state);
}

static void add_bar(struct str *s, bool color, size_t length, double share)
{
    size_t full = (size_t)(share * (double)length);
    str_add(s, " [");
    style_begin(s, color, STYLE_GOOD);
    for (size_t i = 0; i < full; i++)
        str_add_char(s, '#');
    style_end(s, color, STYLE_GOOD);
    style_begin(s, color, STYLE_DIM);
    for (size_t i = full; i < length; i++)
        str_add_char(s, '-');
    style_end(s, color, STYLE_DIM);
    str_add_char(s, ']');
}

/* Columns that LAYOUT leaves for the bar, or SIZE_MAX when the rest is too
 * wide already. */
static size_t room_for_bar(const struct progress_state *state, unsigned without,
                           size_t width)
{
    struct str plain;
    str_init(&plain);
    add_head(&plain, state, without);
    add_tail(&plain, false, state, without, false);
    size_t taken = words_columns(plain.data);
    str_fini(&plain);
    if (taken > width)
        return SIZE_MAX;
    size_t room = width - taken;
    if ((without & WITHOUT_BAR) || !has_end(state))
        return 0;
    if (room < BAR_SHORTEST + 3)
        return SIZE_MAX;
    return room - 3 < BAR_LONGEST ? room - 3 : BAR_LONGEST;
}

void progress_bar_line(struct str *s, bool color, size_t width,
                       const struct progress_state *state)
{
    for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
        size_t bar = room_for_bar(state, layouts[i], width);
        if (bar == SIZE_MAX)
            continue;
        add_head(s, state, layouts[i]);
        if (bar)
            add_bar(s, color, bar, share_done(state));
        add_tail(s, color, state, layouts[i], false);
        return;
    }
    /* Nothing fits: as much of the numbers as there is room for. */
    struct str plain;
    str_init(&plain);
    add_tail(&plain, false, state, WITHOUT_PERCENT | WITHOUT_ETA, false);
    const char *from = plain.data + 2;
    size_t length = strlen(from);
    str_add_bytes(s, from, length < width ? length : width);
    str_fini(&plain);
}

void progress_plain_line(struct str *s, const struct progress_state *state)
{
    add_head(s, state, 0);
    add_tail(s, false, state, 0, true);
}
