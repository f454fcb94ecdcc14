#include "command.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keeper.h"

void command_free(char **list)
{
    for (size_t i = 0; list && list[i]; i++)
        free(list[i]);
    free(list);
}

static size_t length_of(const char *const *list)
{
    size_t n = 0;
    while (list && list[n])
        n++;
    return n;
}

/* LIST and then EXTRA, with the parameters of CHOICE put into the latter. The
 * texts of LIST are taken over. NULL when out of memory; LIST is then freed. */
static char **append(char **list, const struct choice *choice,
                     const char *const *extra)
{
    size_t count = length_of((const char *const *)list),
           more = length_of(extra);
    char **longer = realloc(list, (count + more + 1) * sizeof(*longer));
    if (!longer) {
        command_free(list);
        return NULL;
    }
    for (size_t i = 0; i < more; i++) {
        longer[count + i] = choice_expand(choice, extra[i]);
        longer[count + i + 1] = NULL;
        if (!longer[count + i]) {
            command_free(longer);
            return NULL;
        }
    }
    longer[count + more] = NULL;
    return longer;
}

char **command_line(const char *valgrind, enum valgrind_tool tool,
                    const char *const *suppressions, const char *program,
                    const struct choice *choice)
{
    char **argv;
    if (valgrind_arguments(&argv, valgrind, tool, KEEPER_XML, KEEPER_LOG,
                           suppressions))
        return NULL;
    size_t count = length_of((const char *const *)argv);
    char **longer = realloc(argv, (count + 2) * sizeof(*longer));
    if (!longer) {
        command_free(argv);
        return NULL;
    }
    longer[count] = strdup(program);
    longer[count + 1] = NULL;
    if (!longer[count]) {
        command_free(longer);
        return NULL;
    }
    return append(longer, choice, choice->scenario->arguments);
}

/* Whether LIST sets the variable of the same name as SETTING. */
static bool is_set(const char *const *list, const char *setting)
{
    size_t name = strcspn(setting, "=");
    for (; list && *list; list++)
        if (!strncmp(*list, setting, name) && (*list)[name] == '=')
            return true;
    return false;
}

char **command_environment(const struct choice *choice)
{
    const char *const *own = choice->scenario->environment;
    char **list =
        calloc(length_of((const char *const *)environ) + 1, sizeof(*list));
    size_t count = 0;
    for (size_t i = 0; list && environ[i]; i++) {
        if (is_set(own, environ[i]))
            continue;
        list[count] = strdup(environ[i]);
        if (!list[count++]) {
            command_free(list);
            return NULL;
        }
    }
    return list ? append(list, choice, own) : NULL;
}
