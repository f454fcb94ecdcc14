/* Messages and places in SARIF. */
#include <string.h>

#include "finding/block.h"
#include "formats/sarif.h"

/* SARIF 2.1.0, 3.11.5 and 3.11.6: braces are doubled, and "[text](target)"
 * would be a link. */
json_t *sarif_message(const char *text)
{
    struct str s;
    str_init(&s);
    for (const char *c = text; *c; c++) {
        str_add_char(&s, *c);
        if (*c == '{' || *c == '}')
            str_add_char(&s, *c);
        else if (*c == ']' && c[1] == '(')
            str_add_char(&s, ' ');
    }
    bool failed = false;
    json_t *o = json_object();
    value_put(o, "text", value_take(&s), &failed);
    return value_finish(o, failed);
}

json_t *sarif_message_take(struct str *s)
{
    json_t *message = str_ok(s) ? sarif_message(s->data) : NULL;
    str_fini(s);
    return message;
}

void sarif_put_artifact(json_t *object, const char *key,
                        const struct checkout *checkout, const char *file,
                        bool *failed)
{
    struct str uri;
    str_init(&uri);
    json_t *o = json_object();
    bool below = checkout_add_uri(&uri, checkout, file);
    value_put(o, "uri", value_take(&uri), failed);
    if (below)
        value_put(o, "uriBaseId", json_string("SRCROOT"), failed);
    value_put(object, key, o, failed);
}

bool sarif_is_known(const struct location *location)
{
    return (location->file && *location->file) || location->function ||
           location->module;
}

static json_t *physical(const struct checkout *checkout,
                        const struct location *location)
{
    bool failed = false;
    json_t *o = json_object();
    sarif_put_artifact(o, "artifactLocation", checkout, location->file,
                       &failed);
    if (location->line > 0) {
        json_t *region = json_object();
        value_put(region, "startLine", json_integer(location->line), &failed);
        value_put(o, "region", region, &failed);
    }
    return value_finish(o, failed);
}

/* The function; without one the place in the module. */
static json_t *logical(const struct location *location)
{
    bool failed = false;
    json_t *o = json_object(), *array = json_array();
    if (location->function) {
        value_put(o, "fullyQualifiedName", value_text(location->function),
                  &failed);
        value_put(o, "kind", json_string("function"), &failed);
    } else {
        struct str site;
        str_init(&site);
        block_add_site(&site, location);
        value_put(o, "fullyQualifiedName", value_take(&site), &failed);
        value_put(o, "kind", json_string("module"), &failed);
    }
    value_append(array, o, &failed);
    return value_finish(array, failed);
}

json_t *sarif_location(const struct checkout *checkout,
                       const struct location *location, const char *words)
{
    bool failed = false, in_file = location->file && *location->file;
    json_t *o = json_object();
    if (in_file)
        value_put(o, "physicalLocation", physical(checkout, location), &failed);
    if (location->function || !in_file)
        value_put(o, "logicalLocations", logical(location), &failed);
    if (words && *words)
        value_put(o, "message", sarif_message(words), &failed);
    return value_finish(o, failed);
}
