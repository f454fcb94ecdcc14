#include "tally/breakdown.h"

#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "runner/outcome.h"

static const char delay[] = "delay (stress)";

/* The table called NAME, made should it be new; NULL when there are too many.
 */
static struct report_breakdown *find_table(struct breakdown *breakdown,
                                           const char *name)
{
    for (size_t i = 0; i < breakdown->count; i++)
        if (!strcmp(breakdown->tables[i].name, name))
            return &breakdown->tables[i];
    size_t room = sizeof(breakdown->tables) / sizeof(*breakdown->tables);
    if (breakdown->count == room)
        return NULL;
    size_t at = breakdown->count++;
    breakdown->tables[at] = (struct report_breakdown){
        .name = name,
        .shares = breakdown->shares[at],
    };
    return &breakdown->tables[at];
}

static void count(struct breakdown *breakdown, const char *name,
                  const char *value, bool failed)
{
    struct report_breakdown *table = find_table(breakdown, name);
    if (!table)
        return;
    struct report_share *shares = breakdown->shares[table - breakdown->tables];
    size_t at = 0;
    while (at < table->share_count && strcmp(shares[at].value, value) != 0)
        at++;
    if (at == BREAKDOWN_SHARES)
        return;
    if (at == table->share_count)
        shares[table->share_count++] = (struct report_share){.value = value};
    shares[at].iterations++;
    shares[at].failures += failed;
}

void breakdown_count(struct breakdown *breakdown, const struct outcome *outcome,
                     bool failed)
{
    const struct choice *choice = outcome->choice;
    const struct segment_config *config = &outcome->segment->config;
    for (size_t i = 0; i < choice->scenario->parameter_count; i++) {
        const struct parameter *parameter = &choice->scenario->parameters[i];
        if (i < BREAKDOWN_PARAMETERS && parameter->value_count > 1)
            count(breakdown, parameter->name, choice->values[i], failed);
    }
    if (!outcome->controlled && !outcome->tool)
        count(breakdown, delay,
              plan_profile_name(config->sleep_chance, config->yield_chance),
              failed);
}

/* Numbers by size, words by the alphabet. */
static int by_value(const void *a, const void *b)
{
    const struct report_share *x = a, *y = b;
    return strverscmp(x->value, y->value);
}

size_t breakdown_finish(struct breakdown *breakdown)
{
    size_t kept = 0;
    for (size_t i = 0; i < breakdown->count; i++) {
        struct report_breakdown table = breakdown->tables[i];
        qsort(breakdown->shares[i], table.share_count,
              sizeof(struct report_share), by_value);
        if (table.share_count > 1)
            breakdown->tables[kept++] = table;
    }
    breakdown->count = kept;
    return kept;
}
