#include "html/source.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "symbols/source.h"
#include "trace/place.h"

enum { LINE_BYTES = 160 /* more of a line says nothing */ };

static bool is_source(const char *file)
{
    static const char *const endings[] = {
        ".c",   ".h",   ".cc", ".cpp", ".cxx", ".hh", ".hpp", ".hxx",
        ".ipp", ".inl", ".m",  ".rs",  ".go",  ".d",  ".zig", ".f90",
    };
    const char *dot = strrchr(file, '.');
    for (size_t i = 0; dot && i < sizeof(endings) / sizeof(*endings); i++)
        if (!strcmp(dot, endings[i]))
            return true;
    return false;
}

/* The file and the line of PLACE; 0 when it names none. */
static int split(const char *place, struct str *file)
{
    struct str function;
    str_init(&function);
    int line = place_split(place, &function, file);
    str_fini(&function);
    return line <= 1000000 && str_ok(file) && is_source(file->data) ? line : 0;
}

static char *read_line(const struct source *source, const char *place)
{
    struct str file, text;
    str_init(&file);
    str_init(&text);
    int line = split(place, &file);
    bool found =
        line && (source_line(&text, NULL, file.data, line) ||
                 (source->directory &&
                  source_line(&text, source->directory, file.data, line)));
    const char *start = text.data;
    while (found && isspace((unsigned char)*start))
        start++;
    size_t length = strnlen(start, LINE_BYTES);
    while (length && isspace((unsigned char)start[length - 1]))
        length--;
    char *line_text = found ? strndup(start, length) : strdup("");
    str_fini(&file);
    str_fini(&text);
    return line_text;
}

const char *source_at(struct source *source, const char *place)
{
    for (size_t i = 0; i < source->count; i++)
        if (!strcmp(source->texts[i].place, place))
            return source->texts[i].text;
    size_t room = sizeof(source->texts) / sizeof(*source->texts);
    if (!*place || source->count == room)
        return "";
    struct source_text *entry = &source->texts[source->count];
    entry->place = strdup(place);
    entry->text = read_line(source, place);
    if (!entry->place || !entry->text) {
        free(entry->place);
        free(entry->text);
        return "";
    }
    source->count++;
    return entry->text;
}

void source_fini(struct source *source)
{
    for (size_t i = 0; i < source->count; i++) {
        free(source->texts[i].place);
        free(source->texts[i].text);
    }
    source->count = 0;
}
