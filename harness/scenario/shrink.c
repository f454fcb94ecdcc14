#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/parse.h"
#include "build.h"
#include "document.h"
#include "parameter.h"
#include "scenario.h"
#include "schema.h"

/* Whether one of the COUNT first items of 'shrink' is NAME. */
static bool is_in(char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(names[i], name))
            return true;
    return false;
}

int build_shrink(const struct builder *b)
{
    const struct raw_scenario *raw = b->raw;
    if (!raw->shrink_count)
        return 0;
    size_t i = 0;
    const struct node *list = node_get(b->doc->root, "shrink");
    for (const struct node *n = list->first; n; n = n->next, i++) {
        const char *name = raw->shrink[i];
        int err = build_check_whole(b, n, name, "shrink");
        if (err)
            return err;
        if (is_in(raw->shrink, i, name))
            return document_fail(
                b->doc, n, "'shrink' names the parameter '%s' twice", name);
    }
    b->scenario->shrink = build_texts(b, raw->shrink, raw->shrink_count);
    return b->scenario->shrink ? 0 : build_no_memory(b);
}

int scenario_lowest(const struct scenario *scenario, const char *name,
                    int64_t *out)
{
    const struct parameter *p = parameter_find(scenario, name, strlen(name));
    if (!p)
        return -MPS_ENOMATCH;
    int64_t lowest = 1;
    for (size_t i = 0; i < p->value_count; i++) {
        int64_t value;
        if (parse_i64(p->values[i], &value, NULL))
            return -MPS_ENOMATCH;
        if (value < lowest)
            lowest = value;
    }
    *out = lowest;
    return 0;
}
