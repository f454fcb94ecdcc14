/* Limits that a run met: those that the campaign found, and what was not
 * under control. */
#include <inttypes.h>
#include <string.h>

#include "finding/block.h"
#include "summary/summary.h"
#include "words.h"

enum { SCENARIOS_SHOWN = 5 };

static void add_note(struct str *s, const char *text)
{
    struct str note;
    str_init(&note);
    str_addf(&note, "note: %s", text);
    block_add_wrapped(s, note.data, 0);
    str_fini(&note);
}

/* "image-rows: 12 of 200 controlled iterations were". */
static void add_share(struct str *s, const struct report_scenario *scenario,
                      uint64_t count, uint64_t of)
{
    char part[WORDS_NUMBER_BYTES], all[WORDS_NUMBER_BYTES];
    str_addf(s, "%s: %s of %s controlled iterations ", scenario->name,
             words_number(count, part, sizeof(part)),
             words_number(of, all, sizeof(all)));
}

/* Nothing when all of SCENARIO was under control. */
static void add_partly(struct str *s, const struct report_scenario *scenario)
{
    struct report_strategy sum = strategies_controlled(scenario);
    if (!sum.partly)
        return;
    const char *call = scenario->external_call;
    bool known = call && *call;
    add_share(s, scenario, sum.partly, sum.iterations);
    str_addf(s,
             "%s only partly controlled: ", sum.partly == 1 ? "was" : "were");
    if (known && !strcmp(call, "computation"))
        str_add(s, "a task computed for long without any operation");
    else
        str_addf(s, "%s is not modelled", known ? call : "a call");
    str_add(s, ", tasks ran freely meanwhile and a replay may differ");
}

static void add_bounded(struct str *s, const struct report_scenario *scenario)
{
    struct report_strategy sum = strategies_controlled(scenario);
    if (!sum.bounded)
        return;
    add_share(s, scenario, sum.bounded, sum.iterations);
    str_addf(s,
             "%s cut off at the step bound: no verdict about %s, counted as "
             "not failed",
             sum.bounded == 1 ? "was" : "were",
             sum.bounded == 1 ? "it" : "them");
}

static void add_notes(struct str *s, const struct report_run *run,
                      void (*add)(struct str *s,
                                  const struct report_scenario *scenario))
{
    size_t count = 0;
    struct str text;
    str_init(&text);
    for (size_t i = 0; i < run->scenario_count; i++) {
        str_clear(&text);
        add(&text, &run->scenarios[i]);
        if (text.len && ++count <= SCENARIOS_SHOWN)
            add_note(s, text.data);
    }
    if (count > SCENARIOS_SHOWN) {
        str_clear(&text);
        str_addf(&text, "the same in %zu more scenario%s",
                 count - SCENARIOS_SHOWN,
                 count - SCENARIOS_SHOWN == 1 ? "" : "s");
        add_note(s, text.data);
    }
    str_fini(&text);
}

void notes_add(struct str *s, const struct report_run *run)
{
    for (size_t i = 0; i < run->note_count; i++)
        add_note(s, run->notes[i]);
    add_notes(s, run, add_partly);
    add_notes(s, run, add_bounded);
}
