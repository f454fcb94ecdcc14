#include "underlying.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/str.h"
#include "response.h"

const struct language languages[LANGUAGE_COUNT] = {
    [LANGUAGE_C] = {"mpstress-cc", "MPSTRESS_CC",
                    (const char *const[]){"cc", "gcc", "clang", NULL}},
    [LANGUAGE_CXX] = {"mpstress-c++", "MPSTRESS_CXX",
                      (const char *const[]){"c++", "g++", "clang++", NULL}},
};

/* A symbolic link called cc may lead back here. */
static bool is_wrapper(const char *path)
{
    char *real = realpath(path, NULL);
    if (!real)
        return false;
    const char *slash = strrchr(real, '/');
    const char *name = slash ? slash + 1 : real;
    bool wrapper = !strcmp(name, "mpstress");
    for (size_t i = 0; i < LANGUAGE_COUNT; i++)
        wrapper = wrapper || !strcmp(name, languages[i].wrapper);
    free(real);
    return wrapper;
}

static bool is_program(const char *path)
{
    struct stat info;
    return !stat(path, &info) && S_ISREG(info.st_mode) && !access(path, X_OK);
}

/* The path of NAME in PATH, for the caller to free; NULL if there is none.
 * Sets *PASSED when a wrapper was in the way. */
static char *find_in_path(const char *name, const char *path, bool *passed)
{
    if (!path)
        path = "/usr/local/bin:/usr/bin:/bin";
    for (;;) {
        size_t n = strcspn(path, ":");
        char *candidate = n ? str_format("%.*s/%s", (int)n, path, name)
                            : str_format("./%s", name);
        if (candidate && is_program(candidate)) {
            if (!is_wrapper(candidate))
                return candidate;
            *passed = true;
        }
        free(candidate);
        if (!path[n])
            return NULL;
        path += n + 1;
    }
}

static char *find(const char *name, const char *path, bool *passed)
{
    if (!strchr(name, '/'))
        return find_in_path(name, path, passed);
    if (!is_program(name))
        return NULL;
    *passed = is_wrapper(name);
    return *passed ? NULL : strdup(name);
}

static int find_named(struct words *out, const struct language *language,
                      const char *named, const char *path,
                      struct mps_diag *diag)
{
    struct words words;
    words_init(&words);
    response_split(&words, named);
    int err = 0;
    bool passed = false;
    char *found = words.count ? find(words.items[0], path, &passed) : NULL;
    if (found) {
        words_take(out, found);
        words_add_all(out, words.items + 1);
    } else if (passed) {
        err = diag_set(diag, -MPS_EUSAGE,
                       "%s=%s is mpstress itself; name the compiler that it "
                       "shall run",
                       language->variable, named);
    } else {
        err = diag_set(diag, -MPS_ESTART, "%s=%s: there is no such program",
                       language->variable, named);
    }
    words_fini(&words);
    return err;
}

int underlying_find(struct words *out, const struct language *language,
                    const char *named, const char *path, struct mps_diag *diag)
{
    if (named && *named)
        return find_named(out, language, named, path, diag);
    bool passed = false;
    for (const char *const *name = language->names; *name; name++) {
        char *found = find(*name, path, &passed);
        if (found) {
            words_take(out, found);
            return 0;
        }
    }
    return diag_set(diag, -MPS_ESTART,
                    "no compiler '%s' in PATH; name one in %s",
                    language->names[0], language->variable);
}
