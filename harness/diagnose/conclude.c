#include "conclude.h"

#include <errno.h>
#include <string.h>

#include "campaign/stack.h"
#include "lab.h"
#include "rules.h"
#include "trace/place.h"

/* -- The two operations -----------------------------------------------------*/

/* Where "does KIND on OBJECT" reads badly. */
static const struct {
    enum op_kind kind;
    const char *verb;
} verbs[] = {
    {OP_KIND_MUTEX_LOCK, "locks"},
    {OP_KIND_MUTEX_UNLOCK, "unlocks"},
    {OP_KIND_RWLOCK_READ, "locks, to read,"},
    {OP_KIND_RWLOCK_WRITE, "locks, to write,"},
    {OP_KIND_RWLOCK_UNLOCK, "unlocks"},
    {OP_KIND_SPIN_LOCK, "locks"},
    {OP_KIND_SPIN_UNLOCK, "unlocks"},
    {OP_KIND_SEM_WAIT, "takes"},
    {OP_KIND_SEM_POST, "posts"},
    {OP_KIND_COND_WAIT, "waits on"},
    {OP_KIND_COND_SIGNAL, "signals"},
    {OP_KIND_COND_BROADCAST, "wakes all on"},
    {OP_KIND_READ, "reads from"},
    {OP_KIND_WRITE, "writes to"},
    {OP_KIND_LOAD, "reads"},
    {OP_KIND_STORE, "writes"},
    {OP_KIND_UPDATE, "updates"},
    {OP_KIND_SLEEP, "sleeps"},
    {OP_KIND_FORK, "forks"},
};

static void add_role(struct str *s, const struct facts *facts,
                     const struct fact_op *op)
{
    static const char *const does[] = {
        [ROLE_LOOK] = "looks into",
        [ROLE_PUT] = "puts something into",
        [ROLE_GET] = "takes something out of",
    };
    if (op->role != ROLE_NONE && (facts->queue || facts->unnamed_queue)) {
        str_add(s, does[op->role]);
        if (facts->queue)
            str_addf(s, " queue \"%s\"", facts->queue);
        else
            str_addf(s, " the queue of %s", facts->unnamed_queue);
        return;
    }
    const char *object = op->object;
    if (facts->race.word && !strcmp(object, facts->race.word))
        object = facts->race.object;
    for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
        if (!strcmp(op->kind, op_kind_name(verbs[i].kind))) {
            str_addf(s, "%s%s%s", verbs[i].verb, *object ? " " : "", object);
            return;
        }
    str_addf(s, "does \"%s\"%s%s", op->kind, *object ? " on " : "", object);
}

static char *calls_of(const struct fact_op *op)
{
    struct str s;
    str_init(&s);
    if (op->frame_count)
        stack_add(&s, op->frames, 0, stack_own(op->frames, op->frame_count));
    return str_take(&s);
}

static char *place_of(const struct fact_op *op)
{
    const struct location *own = facts_own_frame(op);
    struct str s;
    str_init(&s);
    if (own)
        place_add(&s, own);
    else
        str_add(&s, op->place);
    return str_take(&s);
}

static int take_pair(struct diagnose *out, const struct facts *facts)
{
    for (size_t i = 0; i < 2; i++) {
        const struct fact_op *op = &facts->ops[i];
        struct str does;
        str_init(&does);
        add_role(&does, facts, op);
        out->ops[i] = (struct diagnose_op){
            .task = str_format("%s", op->task),
            .does = str_take(&does),
            .place = place_of(op),
            .calls = calls_of(op),
        };
        if (!out->ops[i].task || !out->ops[i].does || !out->ops[i].place ||
            !out->ops[i].calls)
            return -ENOMEM;
    }
    return 0;
}

/* Of a race the earlier access comes first; its finding tells it last, and as
 * "wrote earlier". */
static int take_race(struct diagnose *out, const struct fact_race *race)
{
    for (size_t i = 0; i < 2; i++) {
        out->ops[1 - i] = (struct diagnose_op){
            .task = str_format("%s", race->tasks[i]),
            .does = str_format("%.*s %s", (int)strcspn(race->does[i], " "),
                               race->does[i], race->object),
            .place = str_format("%s", race->places[i]),
            .calls = str_format("%s", ""),
        };
        if (!out->ops[1 - i].task || !out->ops[1 - i].does ||
            !out->ops[1 - i].place || !out->ops[1 - i].calls)
            return -ENOMEM;
    }
    return 0;
}

/* The race says more where the pair is of its memory, or there is none. */
static bool prefers_race(const struct facts *facts)
{
    if (!facts->race.object)
        return false;
    return (!facts->pair && !facts->told) ||
           (facts->pair && !facts->dependent) ||
           (facts->ops[0].class != OP_MEMORY && !facts->ops[0].frame_count);
}

/* -- The paragraph ----------------------------------------------------------*/

static void add_ops(struct str *s, const struct diagnose *out,
                    const char *outcome)
{
    for (size_t i = 0; i < 2; i++)
        str_addf(s, "%stask %s %s in %s", i ? ", then " : "First ",
                 out->ops[i].task, out->ops[i].does, out->ops[i].place);
    str_addf(s, "%s. ", outcome);
}

static void add_without_ops(struct str *s, const struct facts *facts)
{
    if (facts->always && facts->one_always)
        str_add(s, "No two operations decide: it happens in every order of "
                   "them, and with one worker. ");
    else if (facts->always)
        str_add(s, "No two operations decide: it happens in every order of "
                   "them. ");
}

static void add_paragraph(struct str *s, const struct diagnose *out,
                          const struct facts *facts, const struct rule *rule)
{
    if (facts->gone)
        str_add(s, "The recorded schedule does not fail any more: the program "
                   "has been changed since, or not all of it is under control. "
                   "This is about the run that was recorded. ");
    str_addf(s, "What happened: %s. ", out->what);
    if (out->ops[0].task)
        add_ops(s, out,
                prefers_race(facts) ? ", and nothing keeps them apart"
                : facts->told       ? ", and nothing comes any more"
                                    : ": in this order it fails, in the other "
                                      "it passes");
    else
        add_without_ops(s, facts);
    if (!rule) {
        str_add(s, "None of the rules that mpstress knows is shown to be "
                   "broken; the steps above are what there is.");
        return;
    }
    str_addf(s, "%s It is about %s. Broken rule: %s. %s", rule->because,
             out->object, rule->text, rule->advice);
}

int conclude(struct lab *lab)
{
    struct diagnose *out = lab->out;
    const struct facts *facts = &lab->facts;
    const struct rule *rule = rules_find(facts);
    struct str object, text;
    int err = 0;
    bool race = prefers_race(facts);
    if (race)
        err = take_race(out, &facts->race);
    else if (facts->pair || facts->told)
        err = take_pair(out, facts);
    if (err)
        return err;
    str_init(&object);
    if (rule) {
        out->rule_key = rule->key;
        out->rule = rule->text;
        rule->object(facts, &object);
    }
    out->object = rule ? str_take(&object) : NULL;
    str_fini(&object);
    str_init(&text);
    add_paragraph(&text, out, facts, rule);
    out->conclusion = str_take(&text);
    return (out->object || !rule) && out->conclusion ? 0 : -ENOMEM;
}
