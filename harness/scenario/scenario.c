#include "scenario.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/str.h"
#include "build.h"
#include "parameter.h"

const char *finding_kind_name(enum finding_kind kind)
{
    static const char *const names[] = {
#define FINDING_NAME(id, name, about) name,
        FINDING_KINDS(FINDING_NAME)
#undef FINDING_NAME
    };
    return names[kind];
}

const char *finding_kind_about(enum finding_kind kind)
{
    static const char *const abouts[] = {
#define FINDING_ABOUT(id, name, about) about,
        FINDING_KINDS(FINDING_ABOUT)
#undef FINDING_ABOUT
    };
    return abouts[kind];
}

int finding_kind_find(const char *name)
{
    for (int i = 0; i < FINDING_KIND_COUNT; i++)
        if (!strcmp(finding_kind_name((enum finding_kind)i), name))
            return i;
    return -1;
}

const char *oracle_name(enum oracle oracle)
{
    static const char *const names[] = {
#define ORACLE_NAME(id, name) name,
        ORACLES(ORACLE_NAME)
#undef ORACLE_NAME
    };
    return names[oracle];
}

void scenario_free(struct scenario *scenario)
{
    if (scenario)
        arena_free(scenario->storage);
}

/* TEXT of a command line, where only "{name}" is special, as an argument in
 * which "{{" is a brace. */
static char *escape(struct arena *arena, const char *text, bool *has_workers)
{
    const char *workers = "{workers}";
    struct str out;
    str_init(&out);
    for (const char *p = text; *p; p++) {
        if (*p == '{' && !parameter_braced_length(p))
            str_add_char(&out, '{');
        str_add_char(&out, *p);
        *has_workers |= !strncmp(p, workers, strlen(workers));
    }
    char *copy = str_ok(&out) ? arena_text(arena, out.data) : NULL;
    str_fini(&out);
    return copy;
}

static const char *const *escape_all(struct arena *arena, char *const *argv,
                                     bool *has_workers)
{
    size_t count = 0;
    while (argv[count])
        count++;
    const char **copy = arena_array(arena, count + 1, sizeof(*copy));
    for (size_t i = 0; copy && i < count; i++) {
        copy[i] = escape(arena, argv[i], has_workers);
        if (!copy[i])
            return NULL;
    }
    return copy;
}

static int demand(struct scenario *s, struct arena *arena)
{
    struct invariant *list = arena_array(arena, 2, sizeof(*list));
    if (!list || build_exit_invariant(arena, &list[0]))
        return -ENOMEM;
    list[1] = (struct invariant){.oracle = ORACLE_NO_LEAKS, .name = "no_leaks"};
    s->invariants = list;
    s->invariant_count = 2;
    return 0;
}

static int fill_command(struct scenario *s, struct arena *arena,
                        char *const *argv, bool *has_workers)
{
    const char *slash = strrchr(argv[0], '/');
    const char *base = slash ? slash + 1 : argv[0];
    char *directory = getcwd(NULL, 0);
    if (!directory)
        return -errno;
    build_defaults(s);
    s->private_directory = false;
    s->directory = arena_text(arena, directory);
    free(directory);
    s->name = build_fit_name(arena, base, strlen(base));
    s->program = arena_text(arena, argv[0]);
    s->arguments = escape_all(arena, argv + 1, has_workers);
    if (!s->directory || !s->name || !s->program || !s->arguments)
        return -ENOMEM;
    return demand(s, arena);
}

int scenario_set_program(struct scenario *scenario, char *const *argv,
                         struct mps_diag *diag)
{
    char *path =
        strchr(argv[0], '/') ? realpath(argv[0], NULL) : strdup(argv[0]);
    if (!path)
        return diag_set(diag, -MPS_ESTART, "%s: %s", argv[0], strerror(errno));
    bool has_workers = false;
    scenario->program = arena_text(scenario->storage, path);
    free(path);
    if (argv[1])
        scenario->arguments =
            escape_all(scenario->storage, argv + 1, &has_workers);
    return scenario->program && scenario->arguments
               ? 0
               : diag_set(diag, -ENOMEM, "out of memory");
}

int scenario_from_command(struct scenario **out, char *const *argv,
                          struct mps_diag *diag)
{
    static const int64_t workers[] = {2, 3, 4};
    static const char *const shrink[] = {"workers", NULL};
    *out = NULL;
    struct arena *arena = arena_new();
    struct scenario *s = arena ? arena_alloc(arena, sizeof(*s)) : NULL;
    if (!s) {
        arena_free(arena);
        return diag_set(diag, -ENOMEM, "out of memory");
    }
    s->storage = arena;
    bool has_workers = false;
    int err = fill_command(s, arena, argv, &has_workers);
    if (err)
        diag_set(diag, err, "'%s': %s", argv[0], error_text(err));
    if (!err && has_workers) {
        s->shrink = shrink;
        err = scenario_set_parameter(
            s, "workers", workers, sizeof(workers) / sizeof(workers[0]), diag);
    }
    if (err) {
        scenario_free(s);
        return err;
    }
    *out = s;
    return 0;
}
