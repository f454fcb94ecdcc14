#include "tools.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/io.h"
#include "base/str.h"

static const char *const names[VALGRIND_TOOL_COUNT] = {
    [VALGRIND_HELGRIND] = "helgrind",
    [VALGRIND_DRD] = "drd",
};

const char *valgrind_tool_name(enum valgrind_tool tool)
{
    return names[tool];
}

int valgrind_tool_find(const char *name)
{
    for (int i = 0; i < VALGRIND_TOOL_COUNT; i++)
        if (!strcmp(names[i], name))
            return i;
    return -1;
}

int valgrind_find(char **out, struct mps_diag *diag)
{
    const char *path = getenv("PATH");
    for (const char *at = path ? path : "/usr/bin:/bin"; at;) {
        size_t length = strcspn(at, ":");
        char *file = str_format("%.*s/valgrind", (int)length, at);
        if (!file)
            return diag_set(diag, -ENOMEM, "out of memory");
        if (*file == '/' && !access(file, X_OK)) {
            *out = file;
            return 0;
        }
        free(file);
        at = at[length] ? at + length + 1 : NULL;
    }
    return diag_set(diag, -MPS_ESTART,
                    "there is no valgrind in PATH, which --detector helgrind "
                    "and drd need: install it (apt-get install valgrind)");
}

bool valgrind_is_suppressions(const char *path)
{
    enum { ENOUGH = 65536 };
    struct str text;
    str_init(&text);
    io_read_file(AT_FDCWD, path, &text, ENOUGH);
    const char *at = text.data + strspn(text.data, " \t\r\n");
    while (*at == '#') {
        at += strcspn(at, "\n");
        at += strspn(at, " \t\r\n");
    }
    bool found = *at == '{';
    str_fini(&text);
    return found;
}

/* The same for both tools, on purpose: what the user prefers for one of them
 * goes into VALGRIND_OPTS. Fair scheduling: a thread that polls for another
 * keeps Valgrind's lock from it for minutes on a busy machine. Not
 * --read-var-info: it takes 2 s to read libc's (measured, 0.4 s without), and
 * the names of global variables we know ourselves. */
static const char *const fixed[] = {
    "--trace-children=yes", "--xml=yes", "--vgdb=no", "--fair-sched=try",
    "--num-callers=30",

    "--error-exitcode=0",   "-q",
};

int valgrind_arguments(char ***out, const char *valgrind,
                       enum valgrind_tool tool, int xml, int log,
                       const char *const *suppressions)
{
    enum { FIXED = sizeof(fixed) / sizeof(fixed[0]) };
    size_t files = 0, at = 0;
    while (suppressions && suppressions[files])
        files++;
    size_t count = 4 + FIXED + files;
    char **arguments = calloc(count + 1, sizeof(*arguments));
    if (!arguments)
        return -ENOMEM;
    arguments[at++] = strdup(valgrind);
    arguments[at++] = str_format("--tool=%s", names[tool]);
    arguments[at++] = str_format("--xml-fd=%d", xml);
    arguments[at++] = str_format("--log-fd=%d", log);
    for (size_t i = 0; i < FIXED; i++)
        arguments[at++] = strdup(fixed[i]);
    for (size_t i = 0; i < files; i++)
        arguments[at++] = str_format("--suppressions=%s", suppressions[i]);
    for (size_t i = 0; i < count; i++) {
        if (arguments[i])
            continue;
        for (size_t k = 0; k < count; k++)
            free(arguments[k]);
        free(arguments);
        return -ENOMEM;
    }
    *out = arguments;
    return 0;
}

void valgrind_arguments_free(char **arguments)
{
    for (size_t i = 0; arguments && arguments[i]; i++)
        free(arguments[i]);
    free(arguments);
}
