#include "invocation.h"

#include <stddef.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"
#include "options.h"
#include "sanitizers.h"

/* The C family: as suffixes and as names for -x. Assembler and other languages
 * pass as they are. */
static const struct {
    const char *const *words;
    bool preprocessed; /* already */
    bool suffix;       /* or else a name */
} families[] = {
    {(const char *const[]){"c",   "h",   "m", "C",  "cc",  "cp",   "cxx", "cpp",
                           "CPP", "c++", "H", "hh", "hp",  "hxx",  "hpp", "HPP",
                           "h++", "tcc", "M", "mm", "ixx", "cppm", NULL},
     false, true},
    {(const char *const[]){"i", "ii", "mi", "mii", NULL}, true, true},
    {(const char *const[]){"c", "c-header", "c++", "c++-header",
                           "c++-system-header", "c++-user-header", "c++-module",
                           "objective-c", "objective-c-header", "objective-c++",
                           "objective-c++-header", NULL},
     false, false},
    {(const char *const[]){"cpp-output", "c++-cpp-output",
                           "objective-c-cpp-output", "objective-c++-cpp-output",
                           NULL},
     true, false},
};

enum stage { STAGE_PREPROCESS, STAGE_COMPILE, STAGE_ASSEMBLE, STAGE_LINK };

/* What was read so far. */
struct reading {
    enum stage stage;
    const char *language;    /* of -x; NULL: by suffix */
    const char *static_word; /* the words that a refusal names */
    const char *foreign_word;
    const char *sanitizers[32];
    size_t sanitizer_count;
    bool query, inputs, sources, raw, libraries, output, linker, relocatable,
        lto;
};

static bool contains(const char *const *words, const char *word)
{
    for (; *words; words++)
        if (!strcmp(*words, word))
            return true;
    return false;
}

static void note_input(struct reading *r, const char *path)
{
    r->inputs = true;
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(slash ? slash : path, '.');
    const char *word = r->language ? r->language : dot ? dot + 1 : "";
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
        if (families[i].suffix == !r->language &&
            contains(families[i].words, word)) {
            r->sources = true;
            r->raw = r->raw || !families[i].preprocessed;
        }
}

/* The linker's own -r, among words separated by commas. */
static bool asks_for_object(const char *list)
{
    static const char *const words[] = {"-r", "-i", "-Ur", "-relocatable",
                                        "--relocatable"};
    for (;;) {
        size_t n = strcspn(list, ",");
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
            if (strlen(words[i]) == n && !strncmp(list, words[i], n))
                return true;
        if (!list[n])
            return false;
        list += n + 1;
    }
}

static void end_at(struct reading *r, enum stage stage)
{
    if (stage < r->stage)
        r->stage = stage;
}

static void note(struct reading *r, const char *word, enum option_effect effect,
                 const char *value)
{
    switch (effect) {
    case OPTION_OTHER:
        break;
    case OPTION_QUERY:
        r->query = true;
        break;
    case OPTION_PREPROCESS:
        end_at(r, STAGE_PREPROCESS);
        break;
    case OPTION_COMPILE:
        end_at(r, STAGE_COMPILE);
        break;
    case OPTION_ASSEMBLE:
        end_at(r, STAGE_ASSEMBLE);
        break;
    case OPTION_LANGUAGE:
        r->language = strcmp(value, "none") ? value : NULL;
        break;
    case OPTION_OUTPUT:
        r->output = true;
        break;
    case OPTION_LIBRARY:
        r->libraries = true;
        break;
    case OPTION_LINKER:
        r->linker = true;
        r->relocatable = r->relocatable || asks_for_object(value);
        break;
    case OPTION_RELOCATABLE:
        r->relocatable = true;
        break;
    case OPTION_LTO:
        r->lto = strcmp(word, "-fno-lto") != 0;
        break;
    case OPTION_STATIC:
        r->static_word = word;
        break;
    case OPTION_FOREIGN:
        r->foreign_word = word;
        break;
    case OPTION_SANITIZE:
        if (r->sanitizer_count <
            sizeof(r->sanitizers) / sizeof(r->sanitizers[0]))
            r->sanitizers[r->sanitizer_count++] = value;
        break;
    }
}

static void read_words(struct reading *r, char *const *argv)
{
    for (; *argv; argv++) {
        const char *word = *argv;
        if (*word != '-' || !word[1]) {
            note_input(r, word);
            continue;
        }
        struct option option = option_read(word);
        const char *value = option.value;
        if (option.takes_next && argv[1])
            value = *++argv;
        note(r, word, option.effect, value ? value : "");
    }
}

static int refuse(struct invocation *invocation, const struct reading *r,
                  struct mps_diag *diag)
{
    if (invocation->links && r->static_word)
        return diag_set(diag, -MPS_EUSAGE,
                        "%s: mpstress sees into a program through a shared "
                        "library; leave %s out, or build this program "
                        "without mpstress",
                        r->static_word, r->static_word);
    if (r->foreign_word)
        return diag_set(diag, -MPS_EUSAGE,
                        "%s: mpstress watches programs of this machine's "
                        "64-bit kind only; leave it out",
                        r->foreign_word);
    for (size_t i = 0; i < r->sanitizer_count; i++) {
        int err = sanitizers_read(r->sanitizers[i], &invocation->traps, diag);
        if (err)
            return err;
    }
    return 0;
}

int invocation_read(struct invocation *invocation, char *const *argv,
                    struct mps_diag *diag)
{
    *invocation = (struct invocation){0};
    struct reading r = {.stage = STAGE_LINK};
    read_words(&r, argv);
    /* Options for the linker may hold its inputs; without -o they rather ask
     * it for its version. */
    bool inputs = r.inputs || r.libraries || (r.linker && r.output);
    if (r.query || !inputs)
        return 0;
    bool linker = r.stage == STAGE_LINK;
    invocation->preprocesses = r.raw;
    invocation->compiles = r.sources && r.stage != STAGE_PREPROCESS;
    invocation->defers = r.lto;
    invocation->links = linker && !r.relocatable;
    invocation->joins = linker && r.relocatable;
    return refuse(invocation, &r, diag);
}
