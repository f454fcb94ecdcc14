#include "fixture_test.h"

static void state(struct fixture *f, const char *name, const char *reached)
{
    segment_record_add(f->segment, 0, MPS_RECORD_SOMETIMES, name, reached, 1,
                       0);
}

static void append(void *context, const char *name, bool reached)
{
    char *text = context;
    strcat(text, name);
    strcat(text, reached ? "+ " : "- ");
}

Test(sometimes, remembers_over_iterations_what_was_reached)
{
    struct fixture *f = fixture_new();
    struct sometimes_set *set = sometimes_new();
    cr_assert(set);
    state(f, "queue full", "\0");
    state(f, "empty", "\0");
    state(f, "empty", "\1");
    state(f, "empty", "\0");
    cr_assert(!sometimes_collect(set, &f->outcome));
    fixture_again(f);
    state(f, "timeout", "\0");
    state(f, "a", "\0");
    cr_assert(!sometimes_collect(set, &f->outcome));
    char text[200] = "";
    sometimes_each(set, append, text);
    cr_expect_str_eq(text, "a- empty+ queue full- timeout- ");

    fixture_again(f);
    state(f, "queue full", "\1");
    cr_assert(!sometimes_collect(set, &f->outcome));
    text[0] = '\0';
    sometimes_each(set, append, text);
    cr_expect_str_eq(text, "a- empty+ queue full+ timeout- ");
    fixture_expect_clean(f);
    sometimes_free(set);
    fixture_free(f);
}
