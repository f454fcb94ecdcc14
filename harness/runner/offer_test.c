#include "offer.h"

#include <criterion/criterion.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "segment/write.h"
#include "symbols/symbols.h"

struct thing {
    int value;
};
static struct thing *volatile a_pointer;

static int read_bias(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    *(uintptr_t *)context = info->dlpi_addr;
    return 1;
}

static bool is_offered(const struct segment *segment, uint64_t site)
{
    for (uint32_t i = 0; i < segment->pointers.count; i++)
        if (segment->pointers.sites[i] == site)
            return true;
    return false;
}

Test(offer, has_the_global_pointers_of_each_module_once)
{
    struct segment *segment = aligned_alloc(4096, sizeof(*segment));
    struct symbols *symbols;
    char self[200] = "";
    uintptr_t bias;
    cr_assert(segment);
    memset(segment, 0, sizeof(*segment));
    cr_assert_eq(symbols_open(&symbols, NULL), 0);
    cr_assert_gt(readlink("/proc/self/exe", self, sizeof(self) - 1), 0);
    dl_iterate_phdr(read_bias, &bias);
    cr_assert_eq(segment_module_add(segment, "/no/such/module", NULL, 0), 1);
    offer_pointers(segment, symbols);
    cr_expect_eq(segment->pointers.count, 0);

    uint64_t module = segment_module_add(segment, self, NULL, 0);
    cr_assert_eq(module, 2);
    a_pointer = NULL;
    uint64_t site =
        module << SITE_MODULE_SHIFT | ((uintptr_t)&a_pointer - bias);
    offer_pointers(segment, symbols);
    cr_expect(is_offered(segment, site));
    uint32_t count = segment->pointers.count;
    offer_pointers(segment, symbols);
    cr_expect_eq(segment->pointers.count, count);
    /* Whatever the target wrote there. */
    segment->pointers.count = UINT32_MAX;
    segment->pointers.modules = 0;
    segment->module_count = UINT32_MAX;
    offer_pointers(segment, symbols);
    cr_expect_eq(segment->pointers.count, count);
    symbols_close(symbols);
    free(segment);
}
