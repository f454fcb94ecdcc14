#include "faults.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>

#include "accesses.h"
#include "control/turn.h"
#include "copy.h"
#include "guard.h"
#include "machine.h"
#include "memory/init.h"
#include "ranges.h"
#include "repeat.h"
#include "signals.h"
#include "state.h"
#include "sys.h"
#include "windows.h"

enum { TRAP_FLAG = 0x100, DIRECTION_FLAG = 0x400, ZERO_FLAG = 0x40 };
enum { FAULT_WRITES = 2, FAULT_FETCHES = 16 }; /* the page fault's error code */
/* An instruction on its way, with its pages open and all signals blocked but
 * those that it can cause itself. */
static struct step {
    bool active;
    bool traced; /* the program steps by itself */
    uintptr_t pc;
    uint64_t mask;  /* the program's */
    uint64_t times; /* of a repeated string instruction, are noted */
    uint64_t left;  /* of its repetitions, when that was done */
    struct machine_atomic atomic;
} step;

/* -- The interrupted program ------------------------------------------------*/

static uint64_t *mask_of(ucontext_t *context)
{
    return (uint64_t *)(void *)&context->uc_sigmask;
}

static void set_mask(uint64_t mask)
{
    SYS4(SYS_rt_sigprocmask, SIG_SETMASK, &mask, 0, 8);
}

static void get_registers(const greg_t *regs, uint64_t out[static 16])
{
    static const uint8_t order[16] = {
        REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
        REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
    for (unsigned i = 0; i < 16; i++)
        out[i] = (uint64_t)regs[order[i]];
}

/* DONE repetitions of a string instruction were made for the program. */
static void finish_repeat(greg_t *regs, const struct accesses *accesses,
                          uint64_t done)
{
    const struct instruction *instruction = &accesses->instruction;
    int64_t way = (int64_t)(done * instruction->size);
    if (regs[REG_EFL] & DIRECTION_FLAG)
        way = -way;
    regs[REG_RDI] += way;
    if (instruction->kind == INSTRUCTION_MOVS)
        regs[REG_RSI] += way;
    regs[REG_RCX] -= (greg_t)done;
    if (!regs[REG_RCX])
        regs[REG_RIP] += instruction->length;
}

/* -- Stepping ---------------------------------------------------------------*/

/* All but what an instruction can cause itself: another handler in between
 * would find pages open. */
uint64_t faults_step_mask(void)
{
    return ~guard_signals();
}

static void begin_step(ucontext_t *context, const struct accesses *accesses,
                       const struct machine_atomic *atomic)
{
    greg_t *regs = context->uc_mcontext.gregs;
    step.active = true;
    step.traced = regs[REG_EFL] & TRAP_FLAG;
    step.pc = (uintptr_t)regs[REG_RIP];
    step.mask = *mask_of(context);
    step.times = accesses->times;
    step.left = accesses->left;
    step.atomic = *atomic;
    *mask_of(context) |= faults_step_mask();
    regs[REG_EFL] |= TRAP_FLAG;
}

/* The step DONE is over, or cannot be made: the program as it was. */
static void end_step(ucontext_t *context, const struct step *done)
{
    *mask_of(context) = done->mask;
    if (!done->traced)
        context->uc_mcontext.gregs[REG_EFL] &= ~(greg_t)TRAP_FLAG;
    windows_close();
}

/* -- Signals of the program's own
 * ---------------------------------------------*/

/* What the kernel would have done, had the handler been the program's. */
static void pass_on(int signal, siginfo_t *info, ucontext_t *context)
{
    bool sent = info->si_code <= 0;
    if (step.active) {
        step.active = false;
        end_step(context, &step);
    }
    if (sent && signals_is_ignored(signal))
        return;
    if (signals_is_handled(signal)) {
        set_mask(signals_mask_in_handler(signal, *mask_of(context)));
        signals_pass_on(signal, info, context);
        return;
    }
    /* To the end: with everything open, so that the kernel can see to robust
     * mutexes. A fault comes again by itself, and looks as it should. */
    if (runtime.guard)
        guard_open();
    struct kernel_sigaction fallback = {0};
    SYS4(SYS_rt_sigaction, signal, &fallback, 0, 8);
    if (sent || signal == SIGTRAP)
        SYS3(SYS_tgkill, SYS0(SYS_getpid), SYS0(SYS_gettid), signal);
}

/* Whether it was a copy of ours that met a fault, which it can live with. */
static bool is_survived(greg_t *regs)
{
    uintptr_t after = guard_copy_fault((uintptr_t)regs[REG_RIP]);
    if (after)
        regs[REG_RIP] = (greg_t)after;
    return after;
}

static void on_other(int signal, siginfo_t *info, ucontext_t *context)
{
    if (!is_survived(context->uc_mcontext.gregs))
        pass_on(signal, info, context);
}

/* -- Faults -----------------------------------------------------------------*/

/* Whether the fault is there because of us, and none is to be seen when the
 * page is open. */
static bool is_ours(const siginfo_t *info, const greg_t *regs)
{
    uintptr_t fault = (uintptr_t)info->si_addr;
    const struct range *range;
    if (!runtime.guard || info->si_code != SEGV_ACCERR ||
        windows_have(fault & ~(uintptr_t)(GUARD_PAGE - 1)) ||
        !(range = ranges_find(fault)))
        return false;
    greg_t error = regs[REG_ERR];
    if (error & FAULT_FETCHES)
        return false;
    /* On this machine, what can be written can be read. */
    return range->protection &
           (error & FAULT_WRITES ? PROT_WRITE : PROT_READ | PROT_WRITE);
}

/* Code of the runtime, on behalf of nobody. */
static bool is_own_code(uintptr_t pc)
{
    extern const char __ehdr_start[] __attribute__((visibility("hidden")));
    extern const char etext[] __attribute__((visibility("hidden")));
    return pc - (uintptr_t)__ehdr_start < (uintptr_t)(etext - __ehdr_start);
}

static bool is_to_be_noted(uintptr_t pc)
{
    return runtime.active && local.attached && !local.inside && control_on() &&
           !is_own_code(pc) && !init_is_instrumented((const void *)pc);
}

/* What others do between the two halves of `x += 1` in one instruction is lost
 * on a machine with several processors: what it read, it has read. Here it is
 * put back, just before. */
static void note_halves(const struct access *access, uintptr_t pc)
{
    uint8_t read[8], *at = (uint8_t *)access->address;
    size_t size = access->size <= sizeof(read) ? access->size : 0;
    machine_note(access, CLOCKS_LOAD, pc);
    for (size_t i = 0; i < size; i++)
        read[i] = at[i];
    machine_note(access, CLOCKS_STORE, pc);
    for (size_t i = 0; i < size; i++)
        if (at[i] != read[i])
            at[i] = read[i];
}

static void note(const struct accesses *accesses, uintptr_t pc,
                 struct machine_atomic *atomic)
{
    for (unsigned i = 0; i < accesses->count; i++) {
        const struct access *access = &accesses->list[i];
        if (!ranges_find(access->address) &&
            !ranges_find(access->address + access->size - 1))
            continue;
        if (access->nature == ACCESS_ATOMIC)
            machine_atomic_begin(atomic, accesses, pc);
        else if (access->nature == ACCESS_HALVES)
            note_halves(access, pc);
        else
            machine_note(access, access->writes ? CLOCKS_STORE : CLOCKS_LOAD,
                         pc);
    }
}

static void on_fault(int signal, siginfo_t *info, ucontext_t *context)
{
    greg_t *regs = context->uc_mcontext.gregs;
    uintptr_t fault = (uintptr_t)info->si_addr, pc = (uintptr_t)regs[REG_RIP];
    if (!is_ours(info, regs)) {
        if (!is_survived(regs))
            pass_on(signal, info, context);
        return;
    }
    if (step.active && step.pc == pc) {
        /* One more page of an instruction that is not known. */
        windows_open(fault, 1);
        return;
    }
    uint64_t registers[16];
    struct accesses accesses;
    get_registers(regs, registers);
    accesses_find(&accesses, pc, registers, regs[REG_EFL] & DIRECTION_FLAG,
                  fault, regs[REG_ERR] & FAULT_WRITES);
    windows_open(fault, 1);
    for (unsigned i = 0; i < accesses.count; i++)
        windows_open(accesses.list[i].address, accesses.list[i].size);
    /* Handlers of the program may run in here, and fault. */
    struct machine_atomic atomic = {0};
    if (is_to_be_noted(pc)) {
        note(&accesses, pc, &atomic);
    }
    uint64_t done =
        repeat(&accesses, registers, regs[REG_EFL] & DIRECTION_FLAG);
    if (done) {
        windows_close();
        finish_repeat(regs, &accesses, done);
        return;
    }
    set_mask(*mask_of(context) | faults_step_mask());
    begin_step(context, &accesses, &atomic);
}

/* Whether a repeated instruction has made the repetitions that were noted. */
static bool is_done(const greg_t *regs)
{
    return (uintptr_t)regs[REG_RIP] != step.pc ||
           step.left - (uint64_t)regs[REG_RCX] >= step.times;
}

static void on_trap(int signal, siginfo_t *info, ucontext_t *context)
{
    greg_t *regs = context->uc_mcontext.gregs;
    if (!step.active) {
        pass_on(signal, info, context);
        return;
    }
    if (!is_done(regs))
        return;
    struct step done = step;
    step.active = false;
    machine_atomic_end(&done.atomic, regs[REG_EFL] & ZERO_FLAG);
    end_step(context, &done);
    if (done.traced)
        pass_on(signal, info, context);
}

/* -- The door ---------------------------------------------------------------*/

/* System calls that come about in here, inside the unwinder say, are nobody's.
 */
void faults_handle(int signal, siginfo_t *info, void *context)
{
    char selector = local.selector;
    local.selector = SELECT_ALLOW;
    if (signal == SIGSEGV)
        on_fault(signal, info, context);
    else if (signal == SIGTRAP)
        on_trap(signal, info, context);
    else
        on_other(signal, info, context);
    local.selector = selector;
}
