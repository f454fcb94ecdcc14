#include "dispatch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unwind.h>

#include "calls.h"
#include "control/turn.h"
#include "edges/edges.h"
#include "exec.h"
#include "hooks.h"
#include "modules.h"
#include "point.h"
#include "signals.h"
#include "state.h"
#include "sys.h"
#include "tasks.h"

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_OFF          0
#define PR_SYS_DISPATCH_ON           1
#endif
#ifndef SYS_USER_DISPATCH
#define SYS_USER_DISPATCH 2
#endif

/* -- Who asked
 * ---------------------------------------------------------------*/

struct walk {
    uint64_t site;
    unsigned frames;
};

static _Unwind_Reason_Code first_user_frame(struct _Unwind_Context *context,
                                            void *argument)
{
    struct walk *walk = argument;
    const void *pc = (const void *)_Unwind_GetIP(context);
    if (++walk->frames > 64 || !pc)
        return _URC_END_OF_STACK;
    if (modules_is_system(pc))
        return _URC_NO_REASON;
    walk->site = modules_site(pc);
    return walk->site ? _URC_END_OF_STACK : _URC_NO_REASON;
}

/* The innermost frame that is not libc's: fprintf() was called there. libgcc's
 * unwinder is linked in statically and finds its tables without a lock
 * (_dl_find_object, glibc 2.35), so it may run in a signal handler. */
static uint64_t asking_site(const void *pc)
{
    if (!modules_is_system(pc))
        return modules_site(pc);
    struct walk walk = {0};
    _Unwind_Backtrace(first_user_frame, &walk);
    return walk.site ? walk.site : modules_site(pc);
}

/* -- Calls that cannot be made from inside a handler as they are ------------*/

/* What clone() or clone3() is asked for. */
struct clone_request {
    uint64_t flags;
    uint64_t stack; /* where the child's begins; 0: goes on with the parent's */
    struct clone_args *args; /* of clone3() */
};

/* Whether these are arguments that it can be told from; else the kernel has an
 * error for them. */
static bool read_request(struct clone_request *out, long number,
                         const greg_t *regs)
{
    *out = (struct clone_request){0};
    if (number == SYS_clone) {
        out->flags = (uint64_t)regs[REG_RDI];
        out->stack = (uint64_t)regs[REG_RSI];
    } else if (number == SYS_clone3) {
        struct clone_args *args = (struct clone_args *)regs[REG_RDI];
        if (!args || (uint64_t)regs[REG_RSI] < CLONE_ARGS_SIZE_VER0)
            return false;
        out->args = args;
        out->flags = args->flags;
        out->stack = args->stack ? args->stack + args->stack_size : 0;
    }
    return true;
}

/* The child gets a copy of the handler's frame to return from, so its own stack
 * is what it returns to. It has a copy of the memory, too: nobody needs to wait
 * until it is done with that. */
static long make_process(long number, const greg_t *regs,
                         const struct clone_request *request)
{
    if (number == SYS_clone)
        return SYS6(SYS_clone, request->flags & ~(uint64_t)CLONE_VFORK, 0,
                    regs[REG_RDX], regs[REG_R10], regs[REG_R8], 0);
    if (number != SYS_clone3)
        return SYS6(SYS_clone, SIGCHLD, 0, 0, 0, 0, 0);
    struct clone_args args = {0};
    size_t size = (size_t)regs[REG_RSI];
    size = size < sizeof(args) ? size : sizeof(args);
    memcpy(&args, request->args, size);
    args.flags &= ~(uint64_t)CLONE_VFORK;
    args.stack = args.stack_size = 0;
    return SYS2(SYS_clone3, &args, size);
}

/* A new process as fork() makes it. The child goes on from the handler's
 * frame. */
static long fork_like(long number, greg_t *regs,
                      const struct clone_request *request)
{
    uint64_t site = asking_site((const void *)regs[REG_RIP]);
    int task = tasks_reserve(site, false);
    if (task < 0)
        return -EAGAIN;
    struct point point =
        point_begin(OP_KIND_FORK, 0, (uint64_t)task, site, OP_FLAG_TRAPPED);
    long pid = make_process(number, regs, request);
    if (pid == 0) {
        tasks_become((uint32_t)task);
        point_start();
        if (request->stack)
            regs[REG_RSP] = (greg_t)request->stack;
        return 0;
    }
    if (pid > 0)
        tasks_set_pid(task, (int)pid);
    else
        tasks_cancel(task);
    point_end(point, pid);
    return pid;
}

/* Let the program make the call itself: go back to its syscall instruction
 * with dispatch off. It is armed again at the next interposed call. */
static void retry_undispatched(ucontext_t *context)
{
    context->uc_mcontext.gregs[REG_RIP] -= 2;
    local.rearm = true;
    local.selector = SELECT_ALLOW;
}

/* With the parent's memory, or with other thread-local variables than the
 * runtime's: it cannot run here. */
static bool is_foreign(const struct clone_request *request)
{
    return request->flags & (CLONE_VM | CLONE_SETTLS);
}

/* A thread that is no task: what it orders goes unseen. Or a process that will
 * be one, as another program, some time. */
static void note_unseen(const struct clone_request *request, const greg_t *regs)
{
    if (!runtime.active || !local.attached)
        return;
    hooks_beyond_control("clone", asking_site((const void *)regs[REG_RIP]));
    if (!(request->flags & CLONE_VFORK))
        edges_unseen();
}

/* rt_sigprocmask() in a handler would be undone when the handler returns:
 * change what it returns to. */
static long change_mask(ucontext_t *context, const greg_t *regs)
{
    uint64_t *mask = (uint64_t *)(void *)&context->uc_sigmask;
    uint64_t before = *mask;
    if (regs[REG_R10] != 8)
        return -EINVAL;
    if (regs[REG_RSI]) {
        uint64_t set;
        memcpy(&set, (const void *)regs[REG_RSI], sizeof(set));
        if (regs[REG_RDI] == SIG_BLOCK)
            *mask |= set;
        else if (regs[REG_RDI] == SIG_UNBLOCK)
            *mask &= ~set;
        else if (regs[REG_RDI] == SIG_SETMASK)
            *mask = set;
        else
            return -EINVAL;
        *mask = dispatch_allowed_mask(*mask);
        if (runtime.active && local.attached && control_on())
            turn_own()->blocked = *mask;
    }
    if (regs[REG_RDX])
        memcpy((void *)regs[REG_RDX], &before, sizeof(before));
    return 0;
}

/* So would sigaltstack(). */
static long change_stack(ucontext_t *context, const greg_t *regs)
{
    const stack_t *stack = (const stack_t *)regs[REG_RDI];
    if (stack && !(stack->ss_flags & SS_DISABLE))
        guard_stack(stack->ss_sp);
    long err = SYS2(SYS_sigaltstack, regs[REG_RDI], regs[REG_RSI]);
    if (!err && stack)
        context->uc_stack = *stack;
    return err;
}

/* -- The handler ------------------------------------------------------------*/

static long ordinary(long number, const greg_t *regs)
{
    struct call call = {
        .number = number,
        .args = {regs[REG_RDI], regs[REG_RSI], regs[REG_RDX], regs[REG_R10],
                 regs[REG_R8], regs[REG_R9]},
        .flags = OP_FLAG_TRAPPED,
    };
    if (!call_is_known(number))
        return sys_call(number, call.args[0], call.args[1], call.args[2],
                        call.args[3], call.args[4], call.args[5]);
    /* Whoever asked for the end is not worth the walk: it touches many pages
     * that a short-lived process has not touched yet. */
    if (number != SYS_exit_group && number != SYS_exit && call_is_op(&call))
        call.site = asking_site((const void *)regs[REG_RIP]);
    call_begin(&call);
    long result =
        call_is_done(&call)
            ? call.result
            : sys_call(number, call.args[0], call.args[1], call.args[2],
                       call.args[3], call.args[4], call.args[5]);
    call_end(&call, result);
    return result;
}

static void on_sigsys(int signal, siginfo_t *info, void *argument)
{
    ucontext_t *context = argument;
    greg_t *regs = context->uc_mcontext.gregs;
    if (info->si_code != SYS_USER_DISPATCH) {
        signals_pass_on(signal, info, argument);
        return;
    }
    long number = info->si_syscall;
    bool outer = local.inside;
    local.selector = SELECT_ALLOW;
    local.inside = true;
    bool opened = runtime.guard && number != SYS_rt_sigreturn && guard_open();
    struct clone_request request;
    long result;
    switch (number) {
    case SYS_rt_sigreturn:
        local.inside = outer;
        local.selector = SELECT_BLOCK;
        mps_sigreturn_at((const void *)regs[REG_RSP]);
    case SYS_rt_sigprocmask:
        result = change_mask(context, regs);
        break;
    case SYS_sigaltstack:
        result = change_stack(context, regs);
        break;
    case SYS_rt_sigaction:
        result =
            signals_action((int)regs[REG_RDI], (const void *)regs[REG_RSI],
                           (void *)regs[REG_RDX], (unsigned long)regs[REG_R10]);
        break;
    case SYS_clone:
    case SYS_clone3:
    case SYS_fork:
    case SYS_vfork:
        if (!read_request(&request, number, regs)) {
            result = ordinary(number, regs);
            break;
        }
        if (is_foreign(&request)) {
            note_unseen(&request, regs);
            guard_stop(MEMORY_OFF_THREADS);
            local.inside = outer;
            retry_undispatched(context);
            return;
        }
        result = fork_like(number, regs, &request);
        break;
    case SYS_execve:
        result = exec_call(AT_FDCWD, (const char *)regs[REG_RDI],
                           (char *const *)regs[REG_RSI],
                           (char *const *)regs[REG_RDX], 0,
                           asking_site((const void *)regs[REG_RIP]));
        break;
    case SYS_execveat:
        result = exec_call((int)regs[REG_RDI], (const char *)regs[REG_RSI],
                           (char *const *)regs[REG_RDX],
                           (char *const *)regs[REG_R10], (int)regs[REG_R8],
                           asking_site((const void *)regs[REG_RIP]));
        break;
    default:
        result = ordinary(number, regs);
    }
    regs[REG_RAX] = result;
    if (opened)
        guard_close();
    local.inside = outer;
    local.selector = SELECT_BLOCK;
}

/* -- Arming
 * ------------------------------------------------------------------*/

static long arm(long mode)
{
    bool on = mode == PR_SYS_DISPATCH_ON;
    unsigned long length =
        (unsigned long)(mps_syscalls_stop - mps_syscalls_start);
    return sys_call(SYS_prctl, PR_SET_SYSCALL_USER_DISPATCH, mode,
                    on ? (long)mps_syscalls_start : 0, on ? (long)length : 0,
                    on ? (long)&local.selector : 0, 0);
}

bool dispatch_setup(void)
{
    local.selector = SELECT_ALLOW;
    if (arm(PR_SYS_DISPATCH_ON) || arm(PR_SYS_DISPATCH_OFF))
        return false;
    /* SA_NODEFER: a longjmp out of a handler that interrupted a dispatched
     * call must not leave SIGSYS blocked, which would be deadly. */
    struct kernel_sigaction action = {
        .flags = SA_SIGINFO | SA_NODEFER | KERNEL_SA_RESTORER,
        .restorer = mps_sigreturn,
    };
    void (*handler)(int, siginfo_t *, void *) = on_sigsys;
    memcpy(&action.handler, &handler, sizeof(handler));
    return !SYS4(SYS_rt_sigaction, SIGSYS, &action, 0, 8);
}

void dispatch_arm(void)
{
    if (!runtime.dispatch)
        return;
    local.selector = SELECT_ALLOW;
    if (arm(PR_SYS_DISPATCH_ON))
        MPS_BUG("the kernel took Syscall User Dispatch back");
    local.selector = SELECT_BLOCK;
}
