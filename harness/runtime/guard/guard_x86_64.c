#include "guard.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "control/turn.h"
#include "faults.h"
#include "memory/init.h"
#include "ranges.h"
#include "signals.h"
#include "state.h"
#include "sys.h"
#include "windows.h"

/* -- The kernel's side of signals
 * ---------------------------------------------*/

static const int owned[] = {SIGSEGV, SIGTRAP, SIGBUS, SIGFPE, SIGILL};
enum { OWNED = sizeof(owned) / sizeof(owned[0]) };

static bool owns; /* in this process, its handlers are there */

static uint64_t bit(int signal)
{
    return UINT64_C(1) << (signal - 1);
}

uint64_t guard_signals(void)
{
    return owns ? bit(SIGSEGV) | bit(SIGTRAP) | bit(SIGBUS) | bit(SIGFPE) |
                      bit(SIGILL) | bit(SIGSYS)
                : 0;
}

bool guard_owns(int signal)
{
    for (unsigned i = 0; i < OWNED && owns; i++)
        if (owned[i] == signal)
            return true;
    return false;
}

/* SA_NODEFER: blocked, the next one would be deadly. A fault may come because
 * there is no stack left: the program's handler then wants its other one. */
static void install(unsigned i)
{
    struct kernel_sigaction action = {
        .flags = SA_SIGINFO | SA_NODEFER | KERNEL_SA_RESTORER |
                 signals_stack_flag(owned[i]),
        .restorer = mps_sigreturn,
        .mask = owned[i] == SIGTRAP ? faults_step_mask() : 0,
    };
    void (*handler)(int, siginfo_t *, void *) = faults_handle;
    memcpy(&action.handler, &handler, sizeof(action.handler));
    SYS4(SYS_rt_sigaction, owned[i], &action, 0, 8);
}

void guard_arrange(int signal)
{
    for (unsigned i = 0; i < OWNED; i++)
        if (owned[i] == signal)
            install(i);
}

/* -- Beginning and ending
 * -----------------------------------------------------*/

bool guard_is_able(void)
{
    return runtime.dispatch;
}

void guard_begin(void)
{
    if (!(runtime.segment->config.flags & SEGMENT_GUARD) || !control_on() ||
        !guard_is_able() || init_has_instrumented())
        return;
    if (!owns)
        for (unsigned i = 0; i < OWNED; i++)
            signals_adopt(owned[i]);
    owns = true;
    for (unsigned i = 0; i < OWNED; i++)
        install(i);
    uint64_t unblocked = guard_signals();
    SYS4(SYS_rt_sigprocmask, SIG_UNBLOCK, &unblocked, 0, 8);
    windows_begin();
    runtime.guard = true;
}

void guard_stop(enum memory_off why)
{
    if (!runtime.guard)
        return;
    runtime.guard = false;
    windows_end();
    /* What this process does to memory, and how it orders others by it, is not
     * seen from here on. */
    if (runtime.memory && !runtime.memory->off)
        runtime.memory->off = why;
}

/* -- Mappings ---------------------------------------------------------------*/

/* Between guard_open() and guard_close(): the latter closes what is new. */
static void changed(bool known)
{
    if (!known)
        guard_stop(MEMORY_OFF_MAPPINGS);
}

void guard_mapped(const void *start, size_t length, int protection,
                  bool attached)
{
    if (!runtime.guard)
        return;
    if (protection & PROT_EXEC) /* code that is made as it runs */
        changed(ranges_remove((uintptr_t)start, length));
    else
        changed(ranges_add((uintptr_t)start, length, protection, attached));
}

void guard_unmapped(const void *start, size_t length)
{
    if (runtime.guard)
        changed(ranges_remove((uintptr_t)start, length));
}

void guard_detached(const void *start)
{
    if (runtime.guard)
        changed(ranges_detach((uintptr_t)start));
}

void guard_protected(const void *start, size_t length, int protection)
{
    if (!runtime.guard)
        return;
    if (protection & PROT_EXEC)
        changed(ranges_remove((uintptr_t)start, length));
    else
        changed(ranges_protect((uintptr_t)start, length, protection));
}

void guard_moved(const void *from, size_t from_length, const void *to,
                 size_t length)
{
    if (runtime.guard)
        changed(
            ranges_move((uintptr_t)from, from_length, (uintptr_t)to, length));
}

void guard_stack(const void *start)
{
    if (runtime.guard && ranges_find((uintptr_t)start))
        guard_stop(MEMORY_OFF_STACK);
}
