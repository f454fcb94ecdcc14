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
    memcpy(&handler, &wanted[signal].handler, sizeof(handler));
    if (!local.attached || !runtime.active) {
        handler(signal, info, context);
        return;
    }
    /* The interrupted code may be anywhere, also inside the runtime: its
     * thread state is put back whatever the handler does. */
    struct interrupted interrupted;
    uint64_t blocked = wanted[signal].mask;
    if (!(wanted[signal].flags & SA_NODEFER))
        blocked |= UINT64_C(1) << (signal - 1);
    if (control_on() &&
        !interruption_begin(&interrupted, signal,
                            wanted[signal].flags & SA_RESTART, blocked))
        return;
    struct local saved = local;
    local.selector = SELECT_ALLOW;
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
    if (control_on())
        interruption_end(&interrupted);
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
    if (signal == SIGSYS) {
        if (action)
            wanted[signal] = copy;
        if (old)
            *old = before;
        return 0;
    }
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
