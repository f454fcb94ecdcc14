#include "installed.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "str.h"

const char *const installed_libraries[] = {"", "../lib/",
                                           "../lib/x86_64-linux-gnu/",
                                           "../lib/aarch64-linux-gnu/", NULL};
const char *const installed_programs[] = {"", NULL};

char *installed_find(const char *const *places, const char *name)
{
    char executable[4096];
    ssize_t n = readlink("/proc/self/exe", executable, sizeof(executable) - 1);
    if (n <= 0)
        return NULL;
    executable[n] = '\0';
    char *slash = strrchr(executable, '/');
    if (!slash)
        return NULL;
    *slash = '\0';
    for (; *places; places++) {
        char *path = str_format("%s/%s%s", executable, *places, name);
        char *real = path ? realpath(path, NULL) : NULL;
        free(path);
        if (real)
            return real;
    }
    return NULL;
}
