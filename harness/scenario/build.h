/* Steps from the raw structs of a scenario file to a struct scenario. Private
 * to this folder. */
#ifndef MPS_SCENARIO_BUILD_H
#define MPS_SCENARIO_BUILD_H

#include <stddef.h>

#include "scenario.h"

struct arena;
struct document;
struct node;
struct raw_scenario;

struct builder {
    const struct document *doc; /* places, for messages */
    const struct raw_scenario *raw;
    struct scenario *scenario; /* what is being made */
    struct arena *arena;       /* its memory */
};

/* What holds for a scenario that says nothing. */
void build_defaults(struct scenario *scenario);

/* The first LEN bytes of TEXT as the name of a scenario: what a name may not
 * contain becomes '_'. In ARENA; NULL when out of memory. */
char *build_fit_name(struct arena *arena, const char *text, size_t len);

/* Say that there is no memory; returns -ENOMEM. */
int build_no_memory(const struct builder *b);

/* A copy of COUNT texts, NULL-terminated, in B's arena; NULL when out of
 * memory. */
const char *const *build_texts(const struct builder *b, char **texts,
                               unsigned count);

/* Check that every "{" in TEXT, written at AT, is "{{" or begins "{name}" of a
 * parameter of the scenario. */
int build_check_braces(const struct builder *b, const struct node *at,
                       const char *text);

/* Say at AT that the text IN names the parameter NAME, which there is not. */
int build_unknown_parameter(const struct builder *b, const struct node *at,
                            const char *name, const char *in);

/* Check that NAME, which the text IN at AT names, is a parameter that is always
 * a whole number. */
int build_check_whole(const struct builder *b, const struct node *at,
                      const char *name, const char *in);

/* Fill in the scenario's parameters from the file's. */
int build_parameters(const struct builder *b);

/* Fill in which of the parameters shrinking may lower. */
int build_shrink(const struct builder *b);

/* Fill in the scenario's invariants; the parameters are there. */
int build_invariants(const struct builder *b);

/* Make OUT the invariant "exit status 0". 0 or -ENOMEM. */
int build_exit_invariant(struct arena *arena, struct invariant *out);

#endif
