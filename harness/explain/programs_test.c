/* The known programs of model_test.h. */
#include "model_test.h"

static bool total_is_wrong(const struct model *m)
{
    return m->memory[0] != m->memory[7];
}

/* Memory 7 counts what memory 0 should be. */
struct model *model_lost_update(unsigned tasks, unsigned times)
{
    struct model *m = model_new(tasks);
    m->fails = total_is_wrong;
    for (unsigned task = 1; task <= tasks; task++)
        for (unsigned i = 0; i < times; i++) {
            model_add(m, task, STEP_NOISE, 0, 0);
            model_add(m, task, STEP_ADD, 7, 1);
            model_add(m, task, STEP_READ, 0, 0);
            model_add(m, task, STEP_WRITE, 0, 1);
        }
    return m;
}

/* A third task and some loops keep the locks from being all there is. */
struct model *model_abba(void)
{
    struct model *m = model_new(3);
    for (unsigned task = 1; task <= 2; task++)
        for (unsigned i = 0; i < 3; i++) {
            model_add(m, task, STEP_NOISE, 0, 0);
            model_add(m, task, STEP_LOCK, task - 1, 0);
            model_add(m, task, STEP_LOCK, 2 - task, 0);
            model_add(m, task, STEP_ADD, 0, 1);
            model_add(m, task, STEP_UNLOCK, 2 - task, 0);
            model_add(m, task, STEP_UNLOCK, task - 1, 0);
        }
    for (unsigned i = 0; i < 6; i++)
        model_add(m, 3, STEP_NOISE, 0, 0);
    return m;
}

static bool record_is_torn(const struct model *m)
{
    for (size_t i = 0; i + 1 < m->log_count; i += 2)
        if (m->log[i] != m->log[i + 1])
            return true;
    return false;
}

struct model *model_log_record(void)
{
    struct model *m = model_new(3);
    m->fails = record_is_torn;
    for (unsigned task = 1; task <= 3; task++)
        for (unsigned i = 0; i < 4; i++) {
            model_add(m, task, STEP_NOISE, 0, 0);
            model_add(m, task, STEP_LOG, 0, 0);
            model_add(m, task, STEP_LOG, 0, 0);
        }
    return m;
}

/* A mover takes from one account and gives to the other, each under its lock;
 * a reader adds them up the same way. */
struct model *model_two_lock_sum(void)
{
    struct model *m = model_new(3);
    for (unsigned task = 1; task <= 2; task++)
        for (unsigned i = 0; i < 3; i++)
            for (unsigned account = 0; account < 2; account++) {
                model_add(m, task, STEP_LOCK, account, 0);
                model_add(m, task, STEP_ADD, account, account ? 1 : -1);
                model_add(m, task, STEP_UNLOCK, account, 0);
            }
    for (unsigned account = 0; account < 2; account++) {
        model_add(m, 3, STEP_LOCK, account, 0);
        model_add(m, 3, STEP_SUM, account, 0);
        model_add(m, 3, STEP_UNLOCK, account, 0);
    }
    model_add(m, 3, STEP_EXPECT, 0, 0);
    return m;
}

/* The same, but the root adds up while the movers run: all by itself in the
 * sequential schedule. */
struct model *model_watched_sum(void)
{
    struct model *m = model_new(3);
    m->scripts[0][3] = (struct step){STEP_NOISE, 0, 0}; /* join later */
    for (unsigned account = 0; account < 2; account++) {
        model_add(m, 0, STEP_LOCK, account, 0);
        model_add(m, 0, STEP_SUM, account, 0);
        model_add(m, 0, STEP_UNLOCK, account, 0);
    }
    model_add(m, 0, STEP_EXPECT, 0, 0);
    model_add(m, 0, STEP_JOIN, 0, 0);
    for (unsigned task = 1; task <= 3; task++)
        for (unsigned i = 0; i < 3; i++)
            for (unsigned account = 0; account < 2; account++) {
                model_add(m, task, STEP_LOCK, account, 0);
                model_add(m, task, STEP_ADD, account, account ? 1 : -1);
                model_add(m, task, STEP_UNLOCK, account, 0);
            }
    return m;
}
