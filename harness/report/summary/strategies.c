/* What each strategy did: a table at the end of a run in which something ran
 * under control. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "finding/block.h"
#include "summary/grid.h"
#include "summary/summary.h"
#include "words.h"

/* A row of the table: a strategy, in one scenario or in all of a run. */
struct row {
    const char *scenario; /* stands above the row; or NULL */
    bool indented;        /* belongs to such a scenario */
    struct report_strategy sum;
    uint64_t findings;
    size_t used_in, failed_in; /* scenarios */
};

struct rows {
    struct row *items;
    size_t count;
    bool is_sum; /* of several scenarios */
};

/* -- Sums ------------------------------------------------------------------*/

static void sum_add(struct report_strategy *sum,
                    const struct report_strategy *one)
{
    if (!sum->iterations || one->decisions_min < sum->decisions_min)
        sum->decisions_min = one->decisions_min;
    if (one->decisions_max > sum->decisions_max)
        sum->decisions_max = one->decisions_max;
    sum->iterations += one->iterations;
    sum->failures += one->failures;
    sum->decisions_sum += one->decisions_sum;
    sum->steps_sum += one->steps_sum;
    sum->switches_sum += one->switches_sum;
    sum->distinct += one->distinct;
    sum->distinct_full |= one->distinct_full;
    sum->partly += one->partly;
    sum->bounded += one->bounded;
}

struct report_strategy
strategies_controlled(const struct report_scenario *scenario)
{
    struct report_strategy sum = {.name = "", .controlled = true};
    for (size_t i = 0; i < scenario->strategy_count; i++)
        if (scenario->strategies[i].controlled)
            sum_add(&sum, &scenario->strategies[i]);
    return sum;
}

uint64_t strategies_findings(const struct report_scenario *scenario,
                             const char *name)
{
    uint64_t count = 0;
    for (size_t i = 0; i < scenario->finding_count; i++) {
        const char *strategy = scenario->findings[i].strategy;
        count += strategy && !strcmp(strategy, name);
    }
    return count;
}

/* -- Rows ------------------------------------------------------------------*/

static void row_add(struct row *row, const struct report_scenario *scenario,
                    const struct report_strategy *strategy)
{
    if (!row->used_in)
        row->sum = *strategy;
    else
        sum_add(&row->sum, strategy);
    row->findings += strategies_findings(scenario, strategy->name);
    row->used_in++;
    row->failed_in += strategy->failures != 0;
}

static size_t find_row(const struct rows *rows, const char *name)
{
    size_t i = 0;
    while (i < rows->count && strcmp(rows->items[i].sum.name, name))
        i++;
    return i;
}

/* Where the row of SCENARIO's strategy INDEX shall stand: before the first
 * one that follows it there. So the order is that of the scenarios, even when
 * the first of them ran too short to use every strategy. */
static size_t place_for(const struct rows *rows,
                        const struct report_scenario *scenario, size_t index)
{
    size_t place = rows->count;
    for (size_t i = index + 1; i < scenario->strategy_count; i++) {
        size_t row = find_row(rows, scenario->strategies[i].name);
        if (row < place)
            place = row;
    }
    return place;
}

static void sum_scenario(struct rows *rows,
                         const struct report_scenario *scenario)
{
    for (size_t i = 0; i < scenario->strategy_count; i++) {
        const struct report_strategy *strategy = &scenario->strategies[i];
        size_t row = find_row(rows, strategy->name);
        if (row == rows->count) {
            row = place_for(rows, scenario, i);
            memmove(&rows->items[row + 1], &rows->items[row],
                    (rows->count - row) * sizeof(*rows->items));
            rows->items[row] = (struct row){0};
            rows->count++;
        }
        row_add(&rows->items[row], scenario, strategy);
    }
}

static void list_scenario(struct rows *rows,
                          const struct report_scenario *scenario, bool named)
{
    for (size_t i = 0; i < scenario->strategy_count; i++) {
        struct row *row = &rows->items[rows->count++];
        *row = (struct row){.scenario = named && !i ? scenario->name : NULL,
                            .indented = named};
        row_add(row, scenario, &scenario->strategies[i]);
    }
}

/* -- The table -------------------------------------------------------------*/

enum column {
    NAME,
    SCHEDULES,
    DISTINCT, /* orders of operations */
    FAILED,
    WHERE,    /* it failed */
    FINDINGS, /* that it was the first to see */
    DECISIONS,
    COLUMNS
};

static const struct grid_column columns[COLUMNS] = {
    [NAME] = {"STRATEGY", false},           [SCHEDULES] = {"SCHEDULES", true},
    [DISTINCT] = {"DISTINCT", true},        [FAILED] = {"FAILED", true},
    [WHERE] = {"IN SCENARIOS", true},       [FINDINGS] = {"FINDINGS", true},
    [DECISIONS] = {"AVG DECISIONS", false},
};

static void add_number(struct str *s, uint64_t number)
{
    char text[WORDS_NUMBER_BYTES];
    str_add(s, words_number(number, text, sizeof(text)));
}

/* "17 (3-210)": the average of a schedule, the least and the most. */
static void add_decisions(struct str *s, const struct report_strategy *sum)
{
    double average = (double)sum->decisions_sum / (double)sum->iterations;
    if (sum->decisions_max == sum->decisions_min) {
        add_number(s, sum->decisions_min);
        return;
    }
    if (average < 9.95)
        str_addf(s, "%.1f", average);
    else
        add_number(s, (uint64_t)(average + 0.5));
    str_add(s, " (");
    add_number(s, sum->decisions_min);
    str_add_char(s, '-');
    add_number(s, sum->decisions_max);
    str_add_char(s, ')');
}

/* Numbers of iterations mean something only within one scenario: a sum says
 * instead in how many scenarios the strategy failed. */
static void add_where(struct str *s, const struct row *row, bool is_sum)
{
    if (is_sum)
        str_addf(s, "%zu of %zu", row->failed_in, row->used_in);
    else if (row->sum.failures)
        str_addf(s, "%" PRIu64, row->sum.first);
}

static enum style add_cell(struct str *s, const void *context, size_t index,
                           size_t column)
{
    const struct rows *rows = context;
    const struct row *row = &rows->items[index];
    const struct report_strategy *sum = &row->sum;
    switch ((enum column)column) {
    case NAME:
        str_add(s, row->indented ? "  " : "");
        words_clean(s, sum->name);
        break;
    case SCHEDULES:
        add_number(s, sum->iterations);
        break;
    case DISTINCT:
        str_add(s, !sum->controlled ? "-" : sum->distinct_full ? ">=" : "");
        if (sum->controlled)
            add_number(s, sum->distinct);
        break;
    case FAILED:
        add_number(s, sum->failures);
        break;
    case WHERE:
        add_where(s, row, rows->is_sum);
        break;
    case FINDINGS:
        add_number(s, row->findings);
        break;
    case DECISIONS:
        if (sum->controlled)
            add_decisions(s, sum);
        else
            str_add_char(s, '-');
        break;
    case COLUMNS:
        break;
    }
    return STYLE_PLAIN;
}

static void add_scenario(struct str *s, const void *context, size_t row)
{
    const struct rows *rows = context;
    words_clean(s, rows->items[row].scenario);
}

static void add_table(struct str *s, bool color, const struct rows *rows)
{
    struct grid_column titles[COLUMNS];
    memcpy(titles, columns, sizeof(titles));
    if (!rows->is_sum)
        titles[WHERE].title = "FIRST";
    struct grid grid = {
        .columns = titles,
        .column_count = COLUMNS,
        .row_count = rows->count,
        .context = rows,
        .add_cell = add_cell,
        .add_heading = add_scenario,
    };
    str_add_char(s, '\n');
    grid_add(s, color, &grid);
}

static bool is_controlled(const struct report_run *run)
{
    for (size_t i = 0; i < run->scenario_count; i++)
        if (strategies_controlled(&run->scenarios[i]).iterations)
            return true;
    return false;
}

void strategies_add(struct str *s, bool color, const struct report_run *run)
{
    size_t most = 0, scenarios = 0;
    for (size_t i = 0; i < run->scenario_count; i++) {
        most += run->scenarios[i].strategy_count;
        scenarios += run->scenarios[i].strategy_count != 0;
    }
    if (run->quiet || !is_controlled(run))
        return;
    struct rows rows = {.items = calloc(most, sizeof(*rows.items))};
    if (!rows.items)
        return;
    for (size_t i = 0; i < run->scenario_count && run->verbose; i++)
        list_scenario(&rows, &run->scenarios[i], scenarios > 1);
    if (rows.count)
        add_table(s, color, &rows);
    rows.count = 0;
    rows.is_sum = scenarios > 1;
    for (size_t i = 0; i < run->scenario_count; i++)
        sum_scenario(&rows, &run->scenarios[i]);
    if (rows.is_sum || !run->verbose)
        add_table(s, color, &rows);
    free(rows.items);
}
