#include "offer.h"

#include <string.h>

#include "segment/read.h"
#include "symbols/symbols.h"

void offer_pointers(struct segment *segment, struct symbols *symbols)
{
    struct segment_pointers *pointers = &segment->pointers;
    uint32_t modules = segment->module_count;
    if (modules > SEGMENT_MODULES)
        modules = SEGMENT_MODULES;
    if (pointers->count > SEGMENT_POINTERS)
        pointers->count = 0;
    for (uint64_t i = pointers->modules + UINT64_C(1); i <= modules; i++) {
        const struct segment_module *module =
            segment_module_of(segment, i << SITE_MODULE_SHIFT);
        uint64_t offsets[SEGMENT_POINTERS];
        char path[sizeof(module->path)];
        if (!module)
            continue;
        memcpy(path, module->path, sizeof(path));
        path[sizeof(path) - 1] = '\0';
        size_t count = symbols_pointers(symbols, path, offsets,
                                        SEGMENT_POINTERS - pointers->count);
        for (size_t k = 0; k < count; k++)
            pointers->sites[pointers->count++] =
                i << SITE_MODULE_SHIFT | offsets[k];
    }
    pointers->modules = modules;
}
