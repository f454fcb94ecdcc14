#include "source.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/str.h"

enum { SOURCE_LIMIT = 16 << 20 };

/* Remove the last component of OUT, unless there is none or it is "..". */
static bool step_up(struct str *out)
{
    size_t len = out->len;
    while (len && out->data[len - 1] != '/')
        len--;
    if (len == out->len || !strcmp(out->data + len, ".."))
        return false;
    /* The slash goes too, unless it is the root. */
    if (len > 1)
        len--;
    out->len = len;
    out->data[len] = '\0';
    return true;
}

static void add_component(struct str *out, const char *text, size_t len)
{
    if (!len || (len == 1 && text[0] == '.'))
        return;
    bool absolute = out->len && out->data[0] == '/';
    if (len == 2 && !strncmp(text, "..", 2) &&
        (step_up(out) || (absolute && out->len == 1)))
        return;
    if (out->len && out->data[out->len - 1] != '/')
        str_add_char(out, '/');
    str_add_bytes(out, text, len);
}

static void add_path(struct str *out, const char *path)
{
    if (*path == '/') {
        str_clear(out);
        str_add_char(out, '/');
    }
    while (*path) {
        size_t len = strcspn(path, "/");
        add_component(out, path, len);
        path += len;
        path += strspn(path, "/");
    }
}

/* The part of PATH below ROOT, or NULL. */
static const char *below(const char *path, const char *root)
{
    size_t len = strlen(root);
    while (len && root[len - 1] == '/')
        len--;
    /* Everything is below "/": that would only hide that it is absolute. */
    if (!len || strncmp(path, root, len) != 0 || path[len] != '/' ||
        !path[len + 1])
        return NULL;
    return path + len + 1;
}

static const char *below_any(const char *path, const char *const *roots)
{
    for (; *roots; roots++) {
        const char *rest = below(path, *roots);
        if (rest)
            return rest;
    }
    return NULL;
}

void source_shorten(struct str *out, const char *directory, const char *file,
                    const char *const *roots)
{
    str_clear(out);
    if (directory)
        add_path(out, directory);
    add_path(out, file);
    if (!str_ok(out) || *out->data != '/')
        return;
    char *real = NULL;
    const char *rest = below_any(out->data, roots);
    /* The compiler may have been called below a symbolic link to a root. */
    if (!rest && *roots && !source_is_system(out->data)) {
        real = realpath(out->data, NULL);
        rest = real ? below_any(real, roots) : NULL;
    }
    if (rest) {
        char *copy = strdup(rest);
        if (copy) {
            str_clear(out);
            str_add(out, copy);
        }
        free(copy);
    }
    free(real);
}

/* The header of targets, which programs may carry along anywhere. */
static bool is_target_header(const char *file)
{
    static const char name[] = "mpstress/mpstress.h";
    size_t len = strlen(file), tail = sizeof(name) - 1;
    return len >= tail && !strcmp(file + len - tail, name) &&
           (len == tail || file[len - tail - 1] == '/');
}

bool source_is_system(const char *file)
{
    static const char *const directories[] = {
        "/usr/include/", "/usr/lib/", "/usr/local/include/", "/include/"};
    for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
        if (!strncmp(file, directories[i], strlen(directories[i])))
            return true;
    return is_target_header(file);
}

/* Only of files: what a program names must not keep anybody waiting. */
static bool read_file(struct str *out, const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return false;
    bool good = !fstat(fd, &st) && S_ISREG(st.st_mode) &&
                !io_read_fd(fd, out, SOURCE_LIMIT);
    close(fd);
    return good && str_ok(out);
}

bool source_line(struct str *out, const char *directory, const char *file,
                 int number)
{
    static const char *const no_roots[] = {NULL};
    struct str path, text;
    str_init(&path);
    str_init(&text);
    str_clear(out);
    source_shorten(&path, directory, file, no_roots);
    bool good = number > 0 && str_ok(&path) && read_file(&text, path.data);
    const char *at = text.data;
    for (int line = 1; good && line < number; line++) {
        at = strchr(at, '\n');
        good = at;
        at += good;
    }
    if (good)
        str_add_bytes(out, at, strcspn(at, "\n"));
    str_fini(&path);
    str_fini(&text);
    return good;
}
