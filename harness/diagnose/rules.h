/* The rules that parallel programs are built by, and what shows that one was
 * broken. Private to diagnose/. */
#ifndef MPS_DIAGNOSE_RULES_H
#define MPS_DIAGNOSE_RULES_H

#include "facts.h"

struct str;

struct rule {
    const char *key;     /* "lock-order", stable: programs read it */
    const char *text;    /* the rule */
    const char *because; /* what happens where it is broken: a sentence */
    const char *advice;  /* what to do: a sentence */
    bool (*broken)(const struct facts *facts);
    /* Append what it is about: "queue \"results\"", "out.log". */
    void (*object)(const struct facts *facts, struct str *s);
};

/* The first rule of the table that FACTS show to be broken, or NULL. Rules
 * that ask for more stand before those that ask for less. */
const struct rule *rules_find(const struct facts *facts);

#endif
