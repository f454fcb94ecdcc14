#include <stdlib.h>
#include <string.h>

#include "load.h"

enum { FINDINGS_LIMIT = 10000, FINDING_PLACES_LIMIT = 100000 };

/* A finding owns its texts, which are therefore not const; here they belong
 * to the arena and only readers of a const list will see them. */
static char *own(const char *text)
{
    char *writable;
    memcpy(&writable, &text, sizeof(text));
    return writable;
}

static uint64_t read_fingerprint(struct load *load, int column)
{
    const char *text = load_text(load, column);
    if (strlen(text) != 16 || text[strspn(text, "0123456789abcdef")])
        load_damaged(load, "the fingerprint is not one");
    return strtoull(text, NULL, 16);
}

static void read_finding(struct load *load, void *row)
{
    struct finding *finding = row;
    if (load_count(load, 0, FINDINGS_LIMIT) != load->row + 1)
        load_damaged(load, "findings are numbered from 1");
    const char *kind = load_text(load, 1);
    int number = finding_kind_find(kind);
    if (number < 0)
        load_damaged(load, "there is no kind of finding '%.80s'", kind);
    else
        finding->kind = (enum finding_kind)number;
    finding->invariant = own(load_optional_text(load, 2));
    finding->what = own(load_text(load, 3));
    finding->detail = own(load_optional_text(load, 4));
    finding->expected = own(load_optional_text(load, 5));
    finding->actual = own(load_optional_text(load, 6));
    finding->fingerprint = read_fingerprint(load, 7);
}

struct place_row {
    size_t finding;
    struct finding_place place;
};

static void read_place(struct load *load, void *row)
{
    struct place_row *to = row;
    size_t finding = load_count(load, 0, load->trace->findings.count);
    size_t place = load_count(load, 1, load->place_count);
    if (!load->err && (!finding || !place))
        load_damaged(load, "there is no number 0");
    if (load->err)
        return;
    to->finding = finding;
    to->place = (struct finding_place){
        .location = load->places[place - 1].location,
        .role = own(load_optional_text(load, 2)),
        .task = own(load_optional_text(load, 3)),
    };
}

int load_findings(struct load *load)
{
    struct finding_list *list = &load->trace->findings;
    int err = load_table(load, "findings",
                         "SELECT number, kind, invariant, what, detail,"
                         " expected, actual, fingerprint FROM findings"
                         " ORDER BY number",
                         FINDINGS_LIMIT, sizeof(*list->items), read_finding,
                         &list->items, &list->count);
    struct place_row *rows = NULL;
    size_t count = 0;
    if (!err)
        err = load_table(load, "finding_places",
                         "SELECT finding, place, role, task"
                         " FROM finding_places ORDER BY finding, position",
                         FINDING_PLACES_LIMIT, sizeof(*rows), read_place, &rows,
                         &count);
    if (err || !count)
        return err;
    struct finding_place *places =
        arena_array(load->trace->arena, count, sizeof(*places));
    if (!places)
        return load_no_memory(load);
    for (size_t i = 0; i < count; i++) {
        struct finding *finding = &list->items[rows[i].finding - 1];
        places[i] = rows[i].place;
        if (!finding->place_count++)
            finding->places = &places[i];
    }
    return 0;
}
