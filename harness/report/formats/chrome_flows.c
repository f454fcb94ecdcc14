/* What goes from one task to another. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/chrome.h"
#include "segment/ops.h"

struct flows {
    struct chrome_flow *items;
    size_t count;
};

static void add(struct flows *flows, const struct chrome_flow *flow)
{
    if (flow->from_task != flow->to_task)
        flows->items[flows->count++] = *flow;
}

/* -- Hand-overs ------------------------------------------------------------*/

/* A step as it lets others through an object (from its begin on), or as it was
 * let through (at its end). */
struct passage {
    const struct timeline_step *step;
    uint64_t ticket;
    bool lets;
};

static int by_object(const void *a, const void *b)
{
    const struct passage *x = a, *y = b;
    int order = strcmp(x->step->object, y->step->object);
    return order ? order : (x->ticket > y->ticket) - (x->ticket < y->ticket);
}

static size_t collect_passages(const struct timeline *timeline,
                               struct passage *passages)
{
    size_t count = 0;
    for (size_t i = 0; i < timeline->step_count; i++) {
        const struct timeline_step *step = &timeline->steps[i];
        enum op_class class = op_kind_class(op_kind_find(step->kind));
        if (!*step->object)
            continue;
        if (class == OP_RELEASE || class == OP_BOTH)
            passages[count++] = (struct passage){step, step->begin, true};
        /* What failed was not let through. */
        if ((class == OP_ACQUIRE || class == OP_BOTH) && step->completed &&
            step->result >= 0)
            passages[count++] = (struct passage){step, step->end, false};
    }
    return count;
}

/* The last one who let others through is who let this one through. */
static void add_passages(struct flows *flows, const struct passage *passages,
                         size_t count)
{
    const struct passage *last = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct passage *now = &passages[i];
        if (last && strcmp(last->step->object, now->step->object) != 0)
            last = NULL;
        if (now->lets) {
            last = now;
        } else if (last) {
            const struct chrome_flow flow = {
                .name = "hand-over",
                .from = (double)last->ticket + 0.5,
                .to = (double)now->ticket - 0.5,
                .from_task = last->step->task,
                .to_task = now->step->task,
            };
            add(flows, &flow);
        }
    }
}

/* -- Messages --------------------------------------------------------------*/

static int by_content(const void *a, const void *b)
{
    const struct timeline_message *x = *(
                                      const struct timeline_message *const *)a,
                                  *y = *(
                                      const struct timeline_message *const *)b;
    int order = strcmp(x->queue, y->queue);
    if (order)
        return order;
    if (x->size != y->size)
        return x->size < y->size ? -1 : 1;
    order = x->size ? memcmp(x->data, y->data, x->size) : 0;
    return order ? order : (x->ticket > y->ticket) - (x->ticket < y->ticket);
}

static bool is_same(const struct timeline_message *x,
                    const struct timeline_message *y)
{
    return !strcmp(x->queue, y->queue) && x->size == y->size &&
           (!x->size || !memcmp(x->data, y->data, x->size));
}

/* Of equal ones the first that was put is the first that was got. */
static void add_messages(struct flows *flows,
                         const struct timeline_message *const *sorted,
                         size_t count)
{
    size_t put = 0;
    for (size_t got = 0; got < count; got++) {
        if (!sorted[got]->got)
            continue;
        while (put < got &&
               (sorted[put]->got || !is_same(sorted[put], sorted[got])))
            put++;
        if (put == got)
            continue;
        const struct chrome_flow flow = {
            .name = "message",
            .from = (double)sorted[put]->ticket + 0.25,
            .to = (double)sorted[got]->ticket + 0.25,
            .from_task = sorted[put]->task,
            .to_task = sorted[got]->task,
        };
        add(flows, &flow);
        put++;
    }
}

int chrome_flows(const struct timeline *timeline, struct chrome_flow **out,
                 size_t *count)
{
    size_t steps = timeline->step_count, messages = timeline->message_count;
    struct flows flows = {
        .items = calloc(steps + messages + 1, sizeof(*flows.items))};
    struct passage *passages = calloc(2 * steps + 1, sizeof(*passages));
    const struct timeline_message **sorted =
        calloc(messages + 1, sizeof(*sorted));
    int err = flows.items && passages && sorted ? 0 : -ENOMEM;
    if (!err) {
        size_t passage_count = collect_passages(timeline, passages);
        qsort(passages, passage_count, sizeof(*passages), by_object);
        add_passages(&flows, passages, passage_count);
        for (size_t i = 0; i < messages; i++)
            sorted[i] = &timeline->messages[i];
        qsort(sorted, messages, sizeof(*sorted), by_content);
        add_messages(&flows, sorted, messages);
    }
    free(passages);
    free(sorted);
    if (err)
        free(flows.items);
    *out = err ? NULL : flows.items;
    *count = flows.count;
    return err;
}
