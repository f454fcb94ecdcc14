#include "sites.h"

#include <errno.h>
#include <stdlib.h>

#include "intern.h"

void sites_init(struct sites *sites)
{
    *sites = (struct sites){0};
}

void sites_fini(struct sites *sites)
{
    for (size_t i = 0; i < sites->capacity; i++)
        free(sites->slots[i]);
    free(sites->slots);
    sites_init(sites);
}

/* The slot of the site: where it is, or where it would go. */
static struct site **slot_of(const struct sites *sites, const char *module,
                             uint64_t offset, bool return_address)
{
    const uint64_t key[] = {(uintptr_t)module, offset, return_address};
    size_t mask = sites->capacity - 1;
    size_t at = intern_hash(key, sizeof(key)) & mask;
    for (struct site *site; (site = sites->slots[at]); at = (at + 1) & mask)
        if (site->module == module && site->offset == offset &&
            site->return_address == return_address)
            break;
    return &sites->slots[at];
}

const struct site *sites_get(const struct sites *sites, const char *module,
                             uint64_t offset, bool return_address)
{
    return sites->capacity ? *slot_of(sites, module, offset, return_address)
                           : NULL;
}

static int grow(struct sites *sites)
{
    struct sites bigger = {.capacity =
                               sites->capacity ? sites->capacity * 2 : 64,
                           .count = sites->count};
    bigger.slots = calloc(bigger.capacity, sizeof(struct site *));
    if (!bigger.slots)
        return -ENOMEM;
    for (size_t i = 0; i < sites->capacity; i++) {
        struct site *site = sites->slots[i];
        if (site)
            *slot_of(&bigger, site->module, site->offset,
                     site->return_address) = site;
    }
    free(sites->slots);
    *sites = bigger;
    return 0;
}

int sites_add(struct sites *sites, struct site *site)
{
    if (sites->count * 2 >= sites->capacity && grow(sites)) {
        free(site);
        return -ENOMEM;
    }
    *slot_of(sites, site->module, site->offset, site->return_address) = site;
    sites->count++;
    return 0;
}
