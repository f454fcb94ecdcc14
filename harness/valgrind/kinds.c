#include "kinds.h"

#include <stdlib.h>
#include <string.h>

#include "scenario/scenario.h"

/* The first row that fits counts. What correct programs do is a remark: they
 * signal a condition whose lock they hold no longer, let a timed wait run out,
 * exit with a lock held, wait for another process. That of a call that failed,
 * too, unless what it says is a mistake whatever one does about it. */
static const struct kind kinds[] = {
    {"Race", NULL, FINDING_RACE, NULL},
    {"ConflictingAccess", NULL, FINDING_RACE, NULL},
    {"LockOrder", NULL, FINDING_LOCK_ORDER, NULL},

    {"UnlockUnlocked", NULL, FINDING_MISUSE, "unlock of a free lock"},
    {"UnlockBogus", NULL, FINDING_MISUSE, "unlock of a free lock"},
    {"UnlockForeign", NULL, FINDING_MISUSE, "unlock of another task's lock"},
    /* The owner died (EOWNERDEAD), the state was lost (ENOTRECOVERABLE): that
     * a robust mutex has a new owner then, neither tool knows. */
    {"PthAPIerror", "error code 130 ", KIND_LOST, NULL},
    {"PthAPIerror", "error code 131 ", KIND_LOST, NULL},
    {"PthAPIerror", "(EPERM:", KIND_REFUSED, NULL},
    {"PthAPIerror", "(EDEADLK:", KIND_REFUSED, NULL},
    {"PthAPIerror", "(EINVAL:", FINDING_MISUSE, NULL},
    {"PthAPIerror", "(ESRCH:", FINDING_MISUSE, NULL},
    {"PthAPIerror", NULL, KIND_REMARK, NULL},
    /* Of libpthread: it has a way that the tool does not know. */
    {"Misc", "Bug in libpthread:", KIND_REMARK, NULL},
    {"Misc", "dubious", KIND_REMARK, NULL},
    {"Misc", "Exiting thread still holds", KIND_LOST, NULL},
    /* By a thread that was cancelled, perhaps: neither tool knows. */
    {"Misc", "being waited upon", KIND_REMARK, NULL},
    {"Misc", "destroy of a locked", FINDING_MISUSE, "destroyed in use"},

    {"MutexErr", "is not a mutex", FINDING_MISUSE, "unlock of a free lock"},
    {"MutexErr", "not locked by calling thread", FINDING_MISUSE,
     "unlock of another task's lock"},
    {"MutexErr", "Mutex not locked", FINDING_MISUSE, "unlock of a free lock"},
    {"MutexErr", "Destroying locked mutex", FINDING_MISUSE, "destroyed in use"},
    {"MutexErr", "reinitialization", FINDING_MISUSE,
     "initialised again in use"},
    {"MutexErr", "still locked at thread exit", KIND_LOST, NULL},
    {"MutexErr", "The impossible happened", KIND_LOST, NULL},
    {"RwlockErr", "not locked by calling thread", FINDING_MISUSE,
     "unlock of another task's lock"},
    {"CondErr", "being waited upon", KIND_REMARK, NULL},
    {"CondDestrErr", NULL, KIND_REMARK, NULL},
    {"SemaphoreErr", "being waited upon", KIND_REMARK, NULL},
    {"CondRaceErr", NULL, KIND_REMARK, NULL},
    {"HoldtimeErr", NULL, KIND_REMARK, NULL},
    {"UnimpHgClReq", NULL, KIND_REMARK, NULL},
    {"UnimpDrdClReq", NULL, KIND_REMARK, NULL},
};

const struct kind *kind_of(const struct valgrind_error *error)
{
    static const struct kind other = {NULL, NULL, FINDING_MISUSE, NULL};
    const char *text = error->parts[0].text ? error->parts[0].text : "";
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (!strcmp(kinds[i].name, error->kind) &&
            (!kinds[i].words || strstr(text, kinds[i].words)))
            return &kinds[i];
    return &other;
}

static unsigned long number_after(const char *text, const char *words)
{
    const char *at = strstr(text, words);
    return at ? strtoul(at + strlen(words), NULL, 10) : 0;
}

bool kind_access(const char *text, struct access *out)
{
    static const struct {
        const char *words;
        bool writes;
    } rows[] = {
        {"during read of size ", false},   {"during write of size ", true},
        {"previous read of size ", false}, {"previous write of size ", true},
        {"Conflicting load by ", false},   {"Conflicting store by ", true},
    };
    for (size_t i = 0; text && i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!strstr(text, rows[i].words))
            continue;
        *out = (struct access){.writes = rows[i].writes};
        out->size = number_after(text, " size ");
        out->thread = number_after(text, "by thread #");
        const char *at = strstr(text, " at 0x");
        if (at)
            out->address = strtoull(at + strlen(" at "), NULL, 16);
        if (!out->thread)
            out->thread = number_after(text, "by thread ");
        return true;
    }
    return false;
}

const char *kind_location(const char *text)
{
    static const char *const starts[] = {"Location 0x", "Address 0x"};
    for (size_t i = 0; text && i < sizeof(starts) / sizeof(starts[0]); i++) {
        const char *is = strstr(text, " is ");
        if (!strncmp(text, starts[i], strlen(starts[i])) && is)
            return is + strlen(" is ");
    }
    return NULL;
}

const char *kind_deed(const char *text)
{
    static const char start[] = "Thread #";
    /* Valgrind says something; a file that pretends to be its may not. */
    if (!text)
        return "a complaint without words";
    if (strncmp(text, start, sizeof(start) - 1))
        return text;
    const char *at = text + sizeof(start) - 1;
    at += strspn(at, "0123456789");
    at += strspn(at, "':s");
    return at + strspn(at, " ");
}
