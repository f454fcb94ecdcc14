#include "place.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "base/parse.h"
#include "base/str.h"
#include "symbols/symbols.h"

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

void place_add(struct str *s, const struct location *location)
{
    if (location->function)
        str_addf(s, "%s() ", location->function);
    if (location->file) {
        str_addf(s, "%s:%d", location->file, location->line);
        return;
    }
    if (location->function)
        str_add(s, "in ");
    if (location->module && *location->module)
        str_addf(s, "%s+0x%" PRIx64, base_name(location->module),
                 location->offset);
    else
        str_add(s, "unknown code");
}

/* Of several "() " the last: names of functions in C++ may hold some. */
static const char *behind_function(const char *place)
{
    const char *end = NULL;
    for (const char *at = place; (at = strstr(at, "() ")); at += 3)
        end = at;
    return end ? end + 3 : place;
}

int place_split(const char *place, struct str *function, struct str *file)
{
    const char *rest = behind_function(place);
    if (rest != place)
        str_add_bytes(function, place, (size_t)(rest - place) - 3);
    uint64_t line;
    const char *colon = strrchr(rest, ':');
    if (!colon || colon == rest || parse_u64(colon + 1, &line, NULL) || !line ||
        line > INT_MAX)
        return 0;
    str_add_bytes(file, rest, (size_t)(colon - rest));
    return (int)line;
}
