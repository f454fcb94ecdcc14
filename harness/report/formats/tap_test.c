#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "sample_test.h"

/* TEXT has LINE as a whole line. */
static bool has_line(const char *text, const char *line)
{
    size_t length = strlen(line);
    for (const char *at = text; at; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (!strncmp(at, line, length) && (at[length] == '\n' || !at[length]))
            return true;
        if (!*at)
            break;
    }
    return false;
}

Test(tap, has_one_point_per_scenario)
{
    char *text = sample_format("tap", &sample_run);
    cr_expect(!strncmp(text, "TAP version 13\n1..6\n", 20), "%s", text);
    static const char *const lines[] = {
        "ok 1 - counter-atomic", "ok 2 - locks-mixed",
        "not ok 3 - primes-sentinels", "not ok 4 - counter-plain",
        "not ok 6 - matrix-slices-of-a-very-long-name-nobody-reads"};
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
        cr_expect(has_line(text, lines[i]), "no '%s' in\n%s", lines[i], text);
    cr_expect(strstr(text, "\nok 5 - image-rows # SKIP "), "%s", text);
    free(text);
}

Test(tap, says_how_to_reproduce_a_failure)
{
    char *text = sample_format("tap", &sample_run);
    const char *point = strstr(text, "not ok 3");
    cr_assert(point);
    const char *end = strstr(point, "\n  ...\n");
    cr_assert(end, "%s", point);
    const char *command = strstr(point, "\n  reproduce: \"mpstress replay ");
    cr_expect(command && command < end, "%s", point);
    free(text);
}

/* A point, a line of a block, a comment: nothing that a target says begins a
 * line of its own. */
Test(tap, keeps_hostile_texts_in_their_lines)
{
    char *text = sample_format("tap", &sample_hostile);
    bool block = false;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        if (!strcmp(line, "  ---")) {
            block = true;
        } else if (!strcmp(line, "  ...")) {
            block = false;
        } else if (block) {
            const char *value = strstr(line, ": ");
            cr_assert(value, "%s", line);
            json_t *json = json_loads(value + 2, JSON_DECODE_ANY, NULL);
            cr_expect(json, "no YAML scalar: %s", line);
            json_decref(json);
        } else {
            cr_expect(!strncmp(line, "TAP ", 4) || !strncmp(line, "1..", 3) ||
                          !strncmp(line, "ok ", 3) ||
                          !strncmp(line, "not ok ", 7) ||
                          !strncmp(line, "# ", 2) || !strncmp(line, "Bail", 4),
                      "%s", line);
        }
    }
    free(text);
}

Test(tap, has_what_is_known_still_to_do)
{
    char *text = sample_format("tap", &sample_known);
    cr_expect(has_line(text, "not ok 1 - primes-alone # TODO known: ticket "
                             "\\#7: the ring stays, <b>"),
              "%s", text);
    cr_expect(has_line(text, "not ok 2 - primes-sentinels"), "%s", text);
    cr_expect(has_line(text, "# known finding not seen: "
                             "counter-atomic-0badf00d: ticket #8: rough on "
                             "purpose"),
              "%s", text);
    free(text);
}
