/* The summary's table: one row per scenario. */
#include <inttypes.h>

#include "finding/block.h"
#include "summary/grid.h"
#include "summary/summary.h"
#include "words.h"

/* A name of more columns than this gets a line of its own. */
enum { NAME_COLUMNS = 28 };

enum column { NAME, ITERATIONS, SPEED, VERDICT, FIRST, FINDING, COLUMNS };

static const struct grid_column columns[COLUMNS] = {
    [NAME] = {"SCENARIO", false}, [ITERATIONS] = {"ITERATIONS", true},
    [SPEED] = {"RATE/S", true},   [VERDICT] = {"VERDICT", false},
    [FIRST] = {"FIRST", true},    [FINDING] = {"FINDING", false},
};

static void add_name(struct str *s, const struct report_scenario *scenario,
                     bool own_line)
{
    struct str name;
    str_init(&name);
    words_clean(&name, scenario->name);
    if ((words_columns(name.data) > NAME_COLUMNS) == own_line)
        str_add(s, name.data);
    str_fini(&name);
}

static void add_heading(struct str *s, const void *context, size_t row)
{
    const struct report_run *run = context;
    add_name(s, &run->scenarios[row], true);
}

/* The invariant's name says more than the kind, and the row is short. */
void table_add_finding(struct str *s, const struct report_scenario *scenario)
{
    const struct report_finding *shown = block_main_finding(scenario);
    if (shown) {
        const struct finding *finding = shown->finding;
        bool named = finding->kind == FINDING_INVARIANT && finding->invariant;
        words_clean(s, named ? finding->invariant
                             : finding_kind_name(finding->kind));
        size_t others = 0;
        for (size_t i = 0; i < scenario->finding_count; i++)
            others += scenario->findings[i].expected == shown->expected &&
                      !scenario->findings[i].known == !shown->known;
        if (others > 1)
            str_addf(s, " +%zu", others - 1);
    } else if (scenario->expect_fail && scenario->verdict == VERDICT_FAIL) {
        str_addf(s, "no %s",
                 scenario->expected_kind < 0
                     ? "failure"
                     : finding_kind_name(
                           (enum finding_kind)scenario->expected_kind));
    }
}

static enum style add_cell(struct str *s, const void *context, size_t row,
                           size_t column)
{
    const struct report_run *run = context;
    const struct report_scenario *scenario = &run->scenarios[row];
    const struct report_finding *finding = block_main_finding(scenario);
    char number[WORDS_NUMBER_BYTES];
    switch ((enum column)column) {
    case NAME:
        add_name(s, scenario, false);
        break;
    case ITERATIONS:
        str_add(s, words_number(scenario->iterations, number, sizeof(number)));
        break;
    case SPEED:
        str_add(s, words_speed(scenario->iterations, scenario->elapsed_ns,
                               number, sizeof(number)));
        break;
    case VERDICT:
        str_add(s, verdict_shown(scenario));
        return verdict_style(scenario);
    case FIRST:
        if (finding)
            str_addf(s, "%" PRIu64, finding->first_iteration);
        break;
    case FINDING:
        table_add_finding(s, scenario);
        break;
    case COLUMNS:
        break;
    }
    return STYLE_PLAIN;
}

void table_add(struct str *s, bool color, const struct report_run *run)
{
    struct grid grid = {
        .columns = columns,
        .column_count = COLUMNS,
        .row_count = run->scenario_count,
        .context = run,
        .add_cell = add_cell,
        .add_heading = add_heading,
    };
    grid_add(s, color, &grid);
}
