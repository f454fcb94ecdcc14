#include "known.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/io.h"
#include "base/str.h"
#include "store/store.h"

/* Each id is compared with all before it. */
enum { FILE_LIMIT = 1 << 20, MOST = 10000 };

static struct known *find(const struct known_list *list, const char *id)
{
    for (size_t i = 0; list && i < list->count; i++)
        if (!strcmp(list->items[i].id, id))
            return &list->items[i];
    return NULL;
}

int known_add(struct known_list *list, const char *id, const char *reason)
{
    struct known *known = find(list, id);
    char *text = strdup(reason);
    if (!text)
        return -ENOMEM;
    if (known) {
        free(known->reason);
        known->reason = text;
        return 0;
    }
    char *name = strdup(id);
    struct known *items =
        realloc(list->items, (list->count + 1) * sizeof(*items));
    if (items)
        list->items = items;
    if (!name || !items) {
        free(name);
        free(text);
        return -ENOMEM;
    }
    items[list->count++] = (struct known){name, text};
    return 0;
}

/* ID and REASON of LINE, which is changed; none for an empty one. */
static int parse_line(struct known_list *list, char *line, size_t before,
                      const char *name, size_t number, struct mps_diag *diag)
{
    static const char blanks[] = " \t\r";
    size_t end = strlen(line);
    while (end && strchr(blanks, line[end - 1]))
        line[--end] = '\0';
    line += strspn(line, blanks);
    if (!*line || *line == '#')
        return 0;
    size_t length = strcspn(line, blanks);
    char *reason = line + length;
    reason += strspn(reason, blanks);
    line[length] = '\0';
    if (!store_is_id(line))
        return diag_set(diag, -MPS_EINPUT,
                        "%s:%zu: this is no id of a failure (ID REASON, as "
                        "`mpstress list known` prints it)",
                        name, number);
    if (!*reason)
        return diag_set(diag, -MPS_EINPUT,
                        "%s:%zu: '%s' is accepted for which reason? (ID "
                        "REASON)",
                        name, number, line);
    /* What the store knows may be said again; a file that says something twice
     * was merged badly. */
    for (size_t i = before; i < list->count; i++)
        if (!strcmp(list->items[i].id, line))
            return diag_set(diag, -MPS_EINPUT, "%s:%zu: '%s' stands here twice",
                            name, number, line);
    if (list->count >= MOST)
        return diag_set(diag, -MPS_EINPUT,
                        "%s:%zu: more than %d findings are accepted", name,
                        number, MOST);
    return known_add(list, line, reason)
               ? diag_set(diag, -ENOMEM, "out of memory")
               : 0;
}

int known_parse(struct known_list *list, const char *name, const char *bytes,
                size_t size, struct mps_diag *diag)
{
    const size_t before = list->count;
    const char *end = bytes + size;
    size_t number = 0;
    int err = 0;
    while (!err && bytes < end) {
        const char *stop = memchr(bytes, '\n', (size_t)(end - bytes));
        if (!stop)
            stop = end;
        size_t length = (size_t)(stop - bytes);
        number++;
        char *line = strndup(bytes, length);
        if (!line)
            err = diag_set(diag, -ENOMEM, "out of memory");
        else if (strlen(line) != length)
            err = diag_set(diag, -MPS_EINPUT, "%s:%zu: this is no text", name,
                           number);
        else
            err = parse_line(list, line, before, name, number, diag);
        free(line);
        bytes = stop + 1;
    }
    return err;
}

int known_load(struct known_list *list, const char *path, struct mps_diag *diag)
{
    struct str text;
    str_init(&text);
    int err = io_read_file(AT_FDCWD, path, &text, FILE_LIMIT);
    if (err)
        err = diag_set(diag, -MPS_EINPUT, "%s: %s", path, error_text(err));
    else
        err = known_parse(list, path, text.data, text.len, diag);
    str_fini(&text);
    return err;
}

int known_take_store(struct known_list *list, struct store *store,
                     struct mps_diag *diag)
{
    struct store_knowns knowns;
    int err = store_knowns(store, &knowns, diag);
    if (err)
        return err;
    for (size_t i = 0; !err && i < knowns.count; i++)
        if (known_add(list, knowns.items[i].id, knowns.items[i].reason))
            err = diag_set(diag, -ENOMEM, "out of memory");
    store_knowns_free(&knowns);
    return err;
}

const char *known_reason(const struct known_list *list, const char *id)
{
    const struct known *known = find(list, id);
    return known ? known->reason : NULL;
}

void known_free(struct known_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].id);
        free(list->items[i].reason);
    }
    free(list->items);
    *list = (struct known_list){0};
}
