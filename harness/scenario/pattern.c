#include "pattern.h"

#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"

/* regcomp() copies what "{n}" repeats, and "a+" is "aa*" to it. Measured with
 * glibc 2.36: "(a*b*c*d*){2000}" takes 500 MB, "(^a*|a*$){440}" more than
 * 24 GB, "((a*)*(b*)*(^c*)*){9}" 52 s, a row of 10 "+" 600 MB. */
enum {
    LENGTH_MAX = 1000,
    DEPTH_MAX = 20,        /* groups in groups */
    HEIGHT_MAX = 3,        /* repetitions in repetitions */
    SIZE_MAX_ATOMS = 2000, /* after copying */
    ANCHORS_MAX = 20
};

static const char too_large[] = "the pattern repeats or nests too much";

/* What a repetition applies to. */
struct atom {
    enum { NOTHING, ATOM, ANCHOR, REPEATED } kind;
    unsigned long size;
    unsigned height;
};

struct group {
    unsigned long size;
    unsigned height;
};

struct scan {
    const char *at;
    struct group groups[DEPTH_MAX + 1]; /* the open ones */
    size_t depth;
    struct atom last;
    unsigned anchors;
};

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

/* How many copies the repetition at S->at stands for, which it steps over; 0
 * when there is none. */
static unsigned long read_repetition(struct scan *s)
{
    const char *p = s->at;
    if (*p == '*' || *p == '?' || *p == '+') {
        s->at++;
        return *p == '+' ? 2 : 1;
    }
    if (*p != '{' || !p[1] || !strchr("0123456789,", p[1]))
        return 0;
    unsigned long most = 1;
    for (p++; *p && strchr("0123456789,", *p);) {
        char *rest;
        unsigned long number = strtoul(p, &rest, 10);
        p = *p == ',' ? p + 1 : rest;
        /* "{3,}" is three copies and a fourth with a star. */
        number += *p == ',' && p[1] == '}';
        if (number > most)
            most = number;
    }
    s->at = *p == '}' ? p + 1 : p;
    return most < SIZE_MAX_ATOMS ? most : SIZE_MAX_ATOMS + 1;
}

/* The atom before is there once: add the copies. */
static const char *repeat(struct scan *s, unsigned long copies)
{
    struct atom *last = &s->last;
    struct group *group = &s->groups[s->depth];
    if (last->kind == NOTHING)
        return "the pattern repeats nothing";
    if (last->kind == ANCHOR)
        return "the pattern repeats an anchor";
    if (last->kind == REPEATED)
        return "the pattern repeats a repetition, as in 'a+*' or 'a+?'";
    last->kind = REPEATED;
    last->height++;
    group->size += last->size * (copies - 1);
    if (group->height < last->height)
        group->height = last->height;
    if (last->height > HEIGHT_MAX || group->size > SIZE_MAX_ATOMS)
        return too_large;
    return NULL;
}

static const char *add_atom(struct scan *s, struct atom atom, size_t len)
{
    s->at += len;
    s->last = atom;
    s->groups[s->depth].size += atom.size;
    if (s->groups[s->depth].height < atom.height)
        s->groups[s->depth].height = atom.height;
    return s->groups[s->depth].size > SIZE_MAX_ATOMS ? too_large : NULL;
}

static const char *add_anchor(struct scan *s, size_t len)
{
    if (s->depth)
        return "the pattern has an anchor inside a group; it must match the "
               "whole line anyway";
    if (++s->anchors > ANCHORS_MAX)
        return too_large;
    return add_atom(s, (struct atom){.kind = ANCHOR, .size = 1}, len);
}

static const char *add_backslash(struct scan *s)
{
    char c = s->at[1];
    if (c >= '1' && c <= '9')
        return "the pattern has a back reference";
    if (c && strchr("bB<>`'", c))
        return add_anchor(s, 2);
    return add_atom(s, (struct atom){.kind = ATOM, .size = 1}, c ? 2 : 1);
}

static const char *add_group(struct scan *s)
{
    if (s->depth == DEPTH_MAX)
        return too_large;
    s->groups[++s->depth] = (struct group){.size = 0};
    s->last.kind = NOTHING;
    s->at++;
    return NULL;
}

static const char *scan_next(struct scan *s)
{
    unsigned long copies = read_repetition(s);
    if (copies)
        return repeat(s, copies);
    struct atom atom = {.kind = ATOM, .size = 1};
    switch (*s->at) {
    case '(':
        return add_group(s);
    case ')':
        if (!s->depth)
            break;
        atom.size += s->groups[s->depth].size;
        atom.height = s->groups[s->depth].height;
        s->depth--;
        break;
    case '|':
        atom.kind = NOTHING;
        break;
    case '[':
        return add_atom(s, atom, (size_t)(skip_brackets(s->at) - s->at));
    case '\\':
        return add_backslash(s);
    case '^':
    case '$':
        return add_anchor(s, 1);
    default:
        break;
    }
    return add_atom(s, atom, 1);
}

int pattern_check(const char *pattern, struct mps_diag *diag)
{
    if (strlen(pattern) > LENGTH_MAX)
        return diag_set(diag, -MPS_EINPUT,
                        "the pattern is longer than %d characters", LENGTH_MAX);
    struct scan s = {.at = pattern};
    while (*s.at) {
        const char *reason = scan_next(&s);
        if (reason)
            return diag_set(diag, -MPS_EINPUT, "%s", reason);
    }
    regex_t regex;
    int bad = regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB);
    if (!bad) {
        regfree(&regex);
        return 0;
    }
    if (bad == REG_ESPACE)
        return diag_set(diag, -ENOMEM, "out of memory");
    char reason[128];
    regerror(bad, &regex, reason, sizeof(reason));
    return diag_set(diag, -MPS_EINPUT, "not a regular expression: %s", reason);
}
