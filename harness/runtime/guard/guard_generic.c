/* Where page guarding is not known to work: it never begins. */
#include "guard.h"

bool guard_is_able(void)
{
    return false;
}

void guard_begin(void)
{
}

void guard_stop(enum memory_off why)
{
    (void)why;
}

bool guard_open(void)
{
    return false;
}

void guard_close(void)
{
}

void guard_pause(struct guard_pause *pause)
{
    (void)pause;
}

void guard_resume(const struct guard_pause *pause)
{
    (void)pause;
}

void guard_mapped(const void *start, size_t length, int protection,
                  bool attached)
{
    (void)start, (void)length, (void)protection, (void)attached;
}

void guard_unmapped(const void *start, size_t length)
{
    (void)start, (void)length;
}

void guard_detached(const void *start)
{
    (void)start;
}

void guard_protected(const void *start, size_t length, int protection)
{
    (void)start, (void)length, (void)protection;
}

void guard_moved(const void *from, size_t from_length, const void *to,
                 size_t length)
{
    (void)from, (void)from_length, (void)to, (void)length;
}

void guard_stack(const void *start)
{
    (void)start;
}

uint64_t guard_signals(void)
{
    return 0;
}

bool guard_owns(int signal)
{
    (void)signal;
    return false;
}

void guard_arrange(int signal)
{
    (void)signal;
}
