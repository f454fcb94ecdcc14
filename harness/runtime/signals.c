#include "signals.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>

#include "control/interruption.h"
#include "control/turn.h"
#include "dispatch.h"
#include "modules.h"
#include "point.h"
#include "state.h"
#include "sys.h"

enum { SIGNALS = 65 };

/* What the target asked for; copied by fork, reset by exec like the kernel's
 * own table. */
static struct kernel_sigaction wanted[SIGNALS];

typedef void full_handler(int, siginfo_t *, void *);

static void run_handler(int signal, siginfo_t *info, void *context);

/* The kernel's struct has one pointer for both shapes of handler. */
static void (*as_kernel(full_handler *handler))(int)
{
    void (*pointer)(int);
    memcpy(&pointer, &handler, sizeof(pointer));
    return pointer;
}

static void run_handler(int signal, siginfo_t *info, void *context)
{
    full_handler *handler;
    const struct kernel_sigaction action = wanted[signal];
    memcpy(&handler, &action.handler, sizeof(handler));
    if ((action.flags & SA_RESETHAND) && guard_owns(signal))
        wanted[signal] = (struct kernel_sigaction){.handler = SIG_DFL};
    if (!local.attached || !runtime.active) {
        handler(signal, info, context);
        return;
    }
    /* The interrupted code may be anywhere, also inside the runtime: its
     * thread state is put back whatever the handler does. */
    struct interrupted interrupted;
    uint64_t blocked = action.mask;
    if (!(action.flags & SA_NODEFER))
        blocked |= UINT64_C(1) << (signal - 1);
    if (control_on() && !interruption_begin(&interrupted, signal,
                                            action.flags & SA_RESTART, blocked))
        return;
    struct guard_pause pause;
    if (runtime.guard)
        guard_pause(&pause);
    struct local saved = local;
    /* What a guarded program does about its mappings must be seen in there,
     * too, and after a jump out of it. */
    local.selector = runtime.guard ? SELECT_BLOCK : SELECT_ALLOW;
    local.inside = false;
    void *entry;
    memcpy(&entry, &handler, sizeof(entry));
    struct point point = point_begin(OP_KIND_SIGNAL, 0, (uint64_t)signal,
                                     modules_site(entry), 0);
    handler(signal, info, context);
    point_end(point, 0);
    local.inside = saved.inside;
    local.frame = saved.frame;
    local.selector = saved.selector;
    if (runtime.guard)
        guard_resume(&pause);
    if (control_on())
        interruption_end(&interrupted);
}

/* A signal that never reaches the kernel's table: what was wanted until now. */
static long remember(int signal, const struct kernel_sigaction *action,
                     struct kernel_sigaction *old)
{
    struct kernel_sigaction before = wanted[signal];
    if (action) {
        const struct kernel_sigaction copy = *action;
        bool ignored = copy.handler == SIG_IGN;
        wanted[signal] = copy;
        if (runtime.active && local.attached && control_on())
            interruption_note(signal, !ignored && copy.handler != SIG_DFL,
                              ignored);
        if (guard_owns(signal))
            guard_arrange(signal);
    }
    if (old)
        *old = before;
    return 0;
}

long signals_action(int signal, const struct kernel_sigaction *action,
                    struct kernel_sigaction *old, unsigned long mask_size)
{
    if (mask_size != 8 || signal < 1 || signal >= SIGNALS)
        return -EINVAL;
    struct kernel_sigaction before = wanted[signal];
    struct kernel_sigaction copy, kernel;
    if (action)
        copy = *action;
    if (signal == SIGSYS || guard_owns(signal))
        return remember(signal, action, old);
    bool handled = action && copy.handler != SIG_DFL && copy.handler != SIG_IGN;
    if (handled) {
        wanted[signal] = copy;
        kernel = copy;
        kernel.handler = as_kernel(run_handler);
        kernel.flags |= SA_SIGINFO | KERNEL_SA_RESTORER;
        kernel.restorer = mps_sigreturn;
        kernel.mask = dispatch_allowed_mask(copy.mask);
    } else if (action) {
        kernel = copy;
    }
    struct kernel_sigaction now;
    long err = SYS4(SYS_rt_sigaction, signal, action ? &kernel : NULL, &now, 8);
    if (err) {
        wanted[signal] = before;
        return err;
    }
    if (action && runtime.active && local.attached && control_on())
        interruption_note(signal, handled, copy.handler == SIG_IGN);
    if (old)
        *old = now.handler == as_kernel(run_handler) ? before : now;
    if (action && !handled)
        wanted[signal] = copy;
    return 0;
}

/* -- For those who own a signal ---------------------------------------------*/

void signals_adopt(int signal)
{
    struct kernel_sigaction now;
    if (!SYS4(SYS_rt_sigaction, signal, NULL, &now, 8) &&
        now.handler != as_kernel(run_handler))
        wanted[signal] = now;
}

bool signals_is_ignored(int signal)
{
    return wanted[signal].handler == SIG_IGN;
}

bool signals_is_handled(int signal)
{
    return !signals_is_ignored(signal) && wanted[signal].handler != SIG_DFL;
}

unsigned long signals_stack_flag(int signal)
{
    return signals_is_handled(signal) ? wanted[signal].flags & SA_ONSTACK : 0;
}

uint64_t signals_mask_in_handler(int signal, uint64_t mask)
{
    const struct kernel_sigaction *action = &wanted[signal];
    mask |= action->mask;
    if (!(action->flags & SA_NODEFER))
        mask |= UINT64_C(1) << (signal - 1);
    return dispatch_allowed_mask(mask);
}

void signals_pass_on(int signal, siginfo_t *info, void *context)
{
    if (wanted[signal].handler == SIG_IGN)
        return;
    if (wanted[signal].handler != SIG_DFL) {
        run_handler(signal, info, context);
        return;
    }
    struct kernel_sigaction fallback = {.handler = SIG_DFL};
    SYS4(SYS_rt_sigaction, signal, &fallback, 0, 8);
    SYS3(SYS_tgkill, SYS0(SYS_getpid), SYS0(SYS_gettid), signal);
}
