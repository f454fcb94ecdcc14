#include "exec.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/text.h"
#include "point.h"
#include "state.h"
#include "sys.h"

enum { LIBRARY_BYTES = 768 };

/* The path of this library as the runner gave it. Kept: a program may clear
 * its environment before it starts another. */
static char library[LIBRARY_BYTES];

void exec_attached(void)
{
    const char *path = getenv(SEGMENT_LIBRARY_ENV);
    if (path && strlen(path) < sizeof(library))
        text_put(library, library + sizeof(library), path);
}

char *const *exec_environment(char *const *environment, char **room,
                              char text[static 1024])
{
    char *end = text + 1024;
    size_t count = 0;
    const char *preload = "";
    for (char *const *e = environment; e && *e; e++, count++)
        if (!strncmp(*e, "LD_PRELOAD=", 11))
            preload = *e + 11;
    if (!*library || count > EXEC_ENVIRONMENT)
        return environment;

    char *segment = text;
    char *at = text_put(text, end, SEGMENT_ENV "=");
    at = text_put_u64(at, end, (uint64_t)runtime.segment_fd) + 1;
    char *path = at;
    at = text_put(at, end, SEGMENT_LIBRARY_ENV "=");
    at = text_put(at, end, library) + 1;
    char *loaded = at;
    at = text_put(at, end, "LD_PRELOAD=");
    if (strstr(preload, library)) {
        at = text_put(at, end, preload);
    } else {
        at = text_put(at, end, library);
        if (*preload)
            at = text_put(text_put(at, end, ":"), end, preload);
    }
    if (at >= end - 1)
        return environment;

    size_t n = 0;
    for (char *const *e = environment; e && *e; e++)
        if (strncmp(*e, "LD_PRELOAD=", 11) &&
            strncmp(*e, SEGMENT_ENV "=", sizeof(SEGMENT_ENV)) &&
            strncmp(*e, SEGMENT_LIBRARY_ENV "=", sizeof(SEGMENT_LIBRARY_ENV)))
            room[n++] = *e;
    room[n++] = segment;
    room[n++] = path;
    room[n++] = loaded;
    room[n] = NULL;
    return room;
}

long exec_call(int directory, const char *path, char *const *arguments,
               char *const *environment, int flags, uint64_t site)
{
    char *room[EXEC_ENVIRONMENT + 4];
    char text[1024];
    char *const *ours = exec_environment(environment, room, text);
    struct point point = point_begin(OP_KIND_EXEC, 0, 0, site, 0);
    long err = SYS6(SYS_execveat, directory, path, arguments, ours, flags, 0);
    point_end(point, err);
    return err;
}
