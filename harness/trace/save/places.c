#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "save.h"
#include "trace/place.h"

/* In hexadecimal; "" when unknown. */
static void build_id_text(const struct segment_module *module,
                          char text[static 2 * sizeof(module->build_id) + 1])
{
    size_t size = module ? module->build_id_size : 0;
    if (size > sizeof(module->build_id))
        size = 0;
    for (size_t i = 0; i < size; i++) {
        static const char digits[] = "0123456789abcdef";
        text[2 * i] = digits[module->build_id[i] >> 4];
        text[2 * i + 1] = digits[module->build_id[i] & 15];
    }
    text[2 * size] = '\0';
}

int save_location(struct save *save, const struct location *location,
                  const struct segment_module *module, int64_t *id)
{
    char build_id[2 * sizeof(module->build_id) + 1];
    build_id_text(module, build_id);
    struct str text;
    str_init(&text);
    place_add(&text, location);
    struct insert row;
    if (!insert_open(&row, save, "places", 8)) {
        insert_number(&row, save->place_count + 1);
        insert_text(&row, text.data);
        insert_text(&row, location->function);
        insert_text(&row, location->file);
        insert_number(&row, location->line);
        insert_text(&row, location->module ? location->module : "");
        insert_bits(&row, location->offset);
        insert_text(&row, *build_id ? build_id : NULL);
        if (!insert_end(&row))
            *id = ++save->place_count;
    }
    insert_close(&row);
    if (!str_ok(&text))
        row.err = -ENOMEM;
    str_fini(&text);
    return row.err;
}

/* The slot of SITE, or the free one where it belongs. */
static struct save_site *find_slot(const struct save *save, uint64_t site)
{
    size_t mask = save->site_slots - 1;
    size_t at = (size_t)rng_mix(site, 0, 0) & mask;
    while (save->sites[at].site && save->sites[at].site != site)
        at = (at + 1) & mask;
    return &save->sites[at];
}

static int grow(struct save *save)
{
    struct save old = *save;
    save->site_slots = old.site_slots ? 2 * old.site_slots : 256;
    save->sites = calloc(save->site_slots, sizeof(*save->sites));
    if (!save->sites) {
        *save = old;
        return -ENOMEM;
    }
    for (size_t i = 0; i < old.site_slots; i++)
        if (old.sites[i].site)
            *find_slot(save, old.sites[i].site) = old.sites[i];
    free(old.sites);
    return 0;
}

/* What is known of the code at SITE, in MODULE, whose path goes into PATH. */
static struct location find_location(const struct save *save, uint64_t site,
                                     const struct segment_module *module,
                                     char path[static sizeof(module->path) + 1])
{
    memcpy(path, module->path, sizeof(module->path));
    path[sizeof(module->path)] = '\0';
    struct location location = {
        .module = path,
        .offset = segment_site_offset(site),
    };
    if (save->outcome->symbols)
        symbols_find(save->outcome->symbols, path, location.offset, true,
                     &location);
    return location;
}

void save_site_text(const struct save *save, uint64_t site, struct str *text)
{
    const struct segment_module *module =
        segment_module_of(save->outcome->segment, site);
    if (!module)
        return;
    char path[sizeof(module->path) + 1];
    struct location location = find_location(save, site, module, path);
    place_add(text, &location);
}

int save_site(struct save *save, uint64_t site, int64_t *id)
{
    *id = 0;
    const struct segment_module *module =
        segment_module_of(save->outcome->segment, site);
    if (!module)
        return 0;
    if (2 * save->site_count >= save->site_slots) {
        int err = grow(save);
        if (err)
            return err;
    }
    struct save_site *slot = find_slot(save, site);
    if (!slot->site) {
        char path[sizeof(module->path) + 1];
        struct location location = find_location(save, site, module, path);
        int err = save_location(save, &location, module, &slot->id);
        if (err)
            return err;
        slot->site = site;
        save->site_count++;
    }
    *id = slot->id;
    return 0;
}
