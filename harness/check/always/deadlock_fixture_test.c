#include "deadlock_fixture_test.h"

#include <signal.h>

void deadlock_take(struct fixture *f, uint32_t task, uint32_t object,
                   uint64_t site)
{
    f->site = site;
    fixture_take(f, task, OP_KIND_MUTEX_LOCK, object);
}

void deadlock_wait(struct fixture *f, uint32_t task, enum op_kind kind,
                   uint32_t object, uint64_t site)
{
    f->site = site;
    fixture_park(f, task, kind, object, 0);
}

void deadlock_end(struct fixture *f)
{
    fixture_control(f, SCHEDULE_DEADLOCK);
    for (uint32_t i = 0; i < f->segment->task_count; i++)
        if (!f->segment->tasks[i].ended_at)
            fixture_end(f, i, SIGKILL);
    f->outcome.status = SIGKILL;
}

struct fixture *deadlock_ab_ba(bool turned)
{
    struct fixture *f = fixture_new();
    uint32_t child = fixture_task(f, 0, "");
    uint32_t a = fixture_object(f, OBJECT_MUTEX, "A");
    uint32_t b = fixture_object(f, OBJECT_MUTEX, "B");
    uint32_t one = turned ? child : 0, two = turned ? 0 : child;
    deadlock_take(f, one, a, 0x10);
    deadlock_take(f, two, b, 0x20);
    deadlock_wait(f, one, OP_KIND_MUTEX_LOCK, b, 0x30);
    deadlock_wait(f, two, OP_KIND_MUTEX_LOCK, a, 0x40);
    deadlock_end(f);
    return f;
}
