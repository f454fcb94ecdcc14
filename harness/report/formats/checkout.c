#include "formats/checkout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "symbols/source.h"
#include "words.h"

/* Whether the directory PATH is the top of a repository; a work tree of its
 * own has a file of that name. */
static bool is_top(const char *path)
{
    char *git = str_format("%s/.git", path);
    bool top = git && !access(git, F_OK);
    free(git);
    return top;
}

int checkout_init(struct checkout *checkout)
{
    *checkout = (struct checkout){0};
    checkout->working = getcwd(NULL, 0);
    if (!checkout->working)
        return -errno;
    char *path = strdup(checkout->working);
    char *slash = path;
    while (path && slash && !is_top(path)) {
        slash = strrchr(path, '/');
        if (slash)
            *slash = '\0';
    }
    if (path && !slash) {
        free(path);
        path = strdup(checkout->working);
    }
    if (!path) {
        checkout_fini(checkout);
        return -ENOMEM;
    }
    checkout->top = path;
    return 0;
}

void checkout_fini(struct checkout *checkout)
{
    free(checkout->working);
    free(checkout->top);
    *checkout = (struct checkout){0};
}

bool checkout_add_path(struct str *s, const struct checkout *checkout,
                       const char *file)
{
    const char *const roots[] = {checkout->top, NULL};
    struct str path;
    str_init(&path);
    source_shorten(&path, checkout->working, file, roots);
    str_add(s, path.data);
    bool below = str_ok(&path) && *path.data != '/';
    s->failed |= !str_ok(&path);
    str_fini(&path);
    return below;
}

/* PATH with everything but unreserved characters and slashes as %NN. */
static void add_encoded(struct str *s, const char *path)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789-_.~/";
    struct str clean;
    str_init(&clean);
    words_clean(&clean, path);
    for (const char *c = clean.data; *c; c++) {
        if (strchr(plain, *c))
            str_add_char(s, *c);
        else
            str_addf(s, "%%%02X", (unsigned char)*c);
    }
    s->failed |= !str_ok(&clean);
    str_fini(&clean);
}

bool checkout_add_uri(struct str *s, const struct checkout *checkout,
                      const char *file)
{
    struct str path;
    str_init(&path);
    bool below = checkout_add_path(&path, checkout, file);
    if (!below)
        str_add(s, "file://");
    add_encoded(s, path.data);
    s->failed |= !str_ok(&path);
    str_fini(&path);
    return below;
}

void checkout_add_base(struct str *s, const struct checkout *checkout)
{
    str_add(s, "file://");
    add_encoded(s, checkout->top);
    if (s->data[s->len - 1] != '/')
        str_add_char(s, '/');
}
