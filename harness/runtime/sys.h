/* The runtime's own system calls. They are made from one small range of code
 * that Syscall User Dispatch lets pass (mps_syscalls_start .. _stop), never
 * touch errno, and return -errno. */
#ifndef MPS_RUNTIME_SYS_H
#define MPS_RUNTIME_SYS_H

long sys_call(long number, long a, long b, long c, long d, long e, long f);

#define SYS0(n)          sys_call((n), 0, 0, 0, 0, 0, 0)
#define SYS1(n, a)       sys_call((n), (long)(a), 0, 0, 0, 0, 0)
#define SYS2(n, a, b)    sys_call((n), (long)(a), (long)(b), 0, 0, 0, 0)
#define SYS3(n, a, b, c) sys_call((n), (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define SYS4(n, a, b, c, d) \
    sys_call((n), (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define SYS6(n, a, b, c, d, e, f)                                        \
    sys_call((n), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), \
             (long)(f))

/* The range, for prctl(PR_SET_SYSCALL_USER_DISPATCH). */
extern const char mps_syscalls_start[], mps_syscalls_stop[];

/* Return address for signal handlers (sa_restorer): rt_sigreturn from within
 * the range. */
void mps_sigreturn(void);
/* Undo the signal frame at STACK, as rt_sigreturn does with STACK as the
 * stack pointer. Does not return. */
_Noreturn void mps_sigreturn_at(const void *stack);

#endif
