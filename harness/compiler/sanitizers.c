#include "sanitizers.h"

#include <stddef.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"

#define BUILD_TWICE \
    "leave it out here, and build a second time without mpstress for it"
#define VALGRIND_INSTEAD \
    "leave it out here, and run the program under valgrind for it"

/* Those that bring a runtime of their own. */
static const struct {
    const char *name;
    const char *advice;
} refused[] = {
    {"address", BUILD_TWICE},         {"kernel-address", BUILD_TWICE},
    {"hwaddress", BUILD_TWICE},       {"kernel-hwaddress", BUILD_TWICE},
    {"pointer-compare", BUILD_TWICE}, {"pointer-subtract", BUILD_TWICE},
    {"leak", VALGRIND_INSTEAD},       {"memory", VALGRIND_INSTEAD},
    {"kernel-memory", BUILD_TWICE},   {"memtag", BUILD_TWICE},
    {"dataflow", BUILD_TWICE},        {"fuzzer", BUILD_TWICE},
    {"fuzzer-no-link", BUILD_TWICE},  {"safe-stack", BUILD_TWICE},
    {"scudo", BUILD_TWICE},           {"vptr", BUILD_TWICE},
    {"function", BUILD_TWICE},        {"all", "name those that you mean"},
};

static bool is(const char *item, size_t n, const char *name)
{
    return strlen(name) == n && !memcmp(item, name, n);
}

static int check(const char *item, size_t n, struct mps_diag *diag)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        if (is(item, n, refused[i].name))
            return diag_set(diag, -MPS_EUSAGE,
                            "-fsanitize=%s: its runtime and that of mpstress "
                            "cannot be in one program; %s",
                            refused[i].name, refused[i].advice);
    return 0;
}

int sanitizers_read(const char *list, bool *traps, struct mps_diag *diag)
{
    for (;;) {
        size_t n = strcspn(list, ",");
        int err = check(list, n, diag);
        if (err)
            return err;
        if (n && !is(list, n, "thread"))
            *traps = true;
        if (!list[n])
            return 0;
        list += n + 1;
    }
}
