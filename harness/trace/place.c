#include "place.h"

#include <inttypes.h>
#include <string.h>

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
