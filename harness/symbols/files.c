#include "files.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/str.h"

/* Take "." and ".." parts out of the absolute PATH, in place. */
static void normalise(char *path)
{
    char *to = path;
    for (const char *from = path; *from;) {
        while (*from == '/')
            from++;
        size_t n = strcspn(from, "/");
        if (n == 2 && !strncmp(from, "..", 2)) {
            while (to > path && *--to != '/')
                ;
        } else if (n && !(n == 1 && *from == '.')) {
            *to++ = '/';
            memmove(to, from, n);
            to += n;
        }
        from += n;
    }
    *to = '\0';
}

char *files_join(const char *directory, const char *file, const char *root)
{
    char *joined = *file == '/' || !directory
                       ? strdup(file)
                       : str_format("%s/%s", directory, file);
    if (!joined || *joined != '/')
        return joined;
    normalise(joined);
    size_t n = root ? strlen(root) : 0;
    if (n > 1 && !strncmp(joined, root, n) && joined[n] == '/')
        memmove(joined, joined + n + 1, strlen(joined + n + 1) + 1);
    return joined;
}

bool files_can_attach(pid_t pid, pid_t tid)
{
    char *path = str_format("/proc/%d/task/%d/status", (int)pid, (int)tid);
    struct str text;
    str_init(&text);
    bool can = false;
    if (path && !io_read_file(AT_FDCWD, path, &text, 65536)) {
        const char *state = strstr(text.data, "State:\t");
        const char *tracer = strstr(text.data, "TracerPid:\t");
        can = state && strchr("RSTt", state[7]) && tracer && tracer[11] == '0';
    }
    str_fini(&text);
    free(path);
    return can;
}
