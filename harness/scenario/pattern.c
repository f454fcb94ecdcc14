#include "pattern.h"

#include <regex.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"

/* regcomp() copies what a "{n}" repeats, so "((a{1000}){1000}){1000}" asks
 * for 10^9 copies: the size it would expand to is reckoned first. */
enum { LENGTH_MAX = 1000, DEPTH_MAX = 50, SIZE_LIMIT = 20000 };

/* The end of the bracket expression that begins at P: "]" is a member when it
 * comes first, and "[:alpha:]" has one of its own. */
static const char *skip_brackets(const char *p)
{
    p++;
    if (*p == '^')
        p++;
    if (*p == ']')
        p++;
    for (; *p && *p != ']'; p++) {
        if (*p != '[' || !p[1] || !strchr(".:=", p[1]))
            continue;
        const char close[] = {p[1], ']', '\0'};
        const char *end = strstr(p + 2, close);
        if (end)
            p = end + 1;
    }
    return *p ? p + 1 : p;
}

/* How often the "{...}" at P repeats at most, at least 1; 1 when it is no
 * repetition. *END is where the pattern goes on. */
static unsigned long repetition(const char *p, const char **end)
{
    unsigned long most = 1;
    for (p++; *p == ',' || (*p >= '0' && *p <= '9');) {
        char *rest;
        unsigned long number = strtoul(p, &rest, 10);
        p = *p == ',' ? p + 1 : rest;
        if (number > most)
            most = number < SIZE_LIMIT ? number : SIZE_LIMIT + 1;
    }
    *end = *p == '}' ? p + 1 : p;
    return most;
}

/* The number of atoms that PATTERN expands to; more than SIZE_LIMIT stands
 * for anything above. */
static unsigned long expanded_size(const char *pattern)
{
    unsigned long groups[DEPTH_MAX + 1] = {0}; /* size of each open group */
    unsigned long last = 0; /* of the atom that a "{n}" would repeat */
    size_t depth = 0;
    for (const char *p = pattern; *p;) {
        unsigned long size = 1;
        if (*p == '(') {
            if (depth == DEPTH_MAX)
                return SIZE_LIMIT + 1;
            groups[++depth] = 0;
            last = 0;
            p++;
            continue;
        }
        if (*p == '{') {
            /* The atom is there once; this adds its copies. */
            size = last * (repetition(p, &p) - 1);
            last += size;
        } else if (*p == ')' && depth) {
            size = last = groups[depth--] + 1;
            p++;
        } else if (*p == '[') {
            p = skip_brackets(p);
            last = 1;
        } else {
            last = *p == '*' || *p == '+' || *p == '?' ? last : 1;
            p += *p == '\\' && p[1] ? 2 : 1;
        }
        groups[depth] += size;
        if (groups[depth] > SIZE_LIMIT)
            return SIZE_LIMIT + 1;
    }
    for (size_t i = 0; i < depth; i++)
        groups[depth] += groups[i];
    return groups[depth];
}

int pattern_check(const char *pattern, struct mps_diag *diag)
{
    if (strlen(pattern) > LENGTH_MAX)
        return diag_set(diag, -MPS_EINPUT,
                        "the pattern is longer than %d characters", LENGTH_MAX);
    if (expanded_size(pattern) > SIZE_LIMIT)
        return diag_set(diag, -MPS_EINPUT,
                        "the pattern repeats or nests too much");
    regex_t regex;
    int bad = regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB);
    if (!bad) {
        regfree(&regex);
        return 0;
    }
    char reason[128];
    regerror(bad, &regex, reason, sizeof(reason));
    return diag_set(diag, -MPS_EINPUT, "not a regular expression: %s", reason);
}
