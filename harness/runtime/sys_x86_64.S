/* See sys.h. The kernel compares the address after the syscall instruction
 * with the range, so an instruction follows the last one. */
    .text
    .globl mps_syscalls_start, mps_syscalls_stop
    .hidden mps_syscalls_start, mps_syscalls_stop
mps_syscalls_start:

    .globl sys_call
    .hidden sys_call
    .type sys_call, @function
sys_call:
    .cfi_startproc
    endbr64
    movq %rdi, %rax
    movq %rsi, %rdi
    movq %rdx, %rsi
    movq %rcx, %rdx
    movq %r8, %r10
    movq %r9, %r8
    movq 8(%rsp), %r9
    syscall
    ret
    .cfi_endproc
    .size sys_call, .-sys_call

/* No unwind information on purpose: unwinders and debuggers know a signal
 * frame by exactly these two instructions. */
    .globl mps_sigreturn
    .hidden mps_sigreturn
    .type mps_sigreturn, @function
    nop
mps_sigreturn:
    movq $15, %rax
    syscall
    .size mps_sigreturn, .-mps_sigreturn

    .globl mps_sigreturn_at
    .hidden mps_sigreturn_at
    .type mps_sigreturn_at, @function
mps_sigreturn_at:
    movq %rdi, %rsp
    movq $15, %rax
    syscall
    .size mps_sigreturn_at, .-mps_sigreturn_at
    ud2
mps_syscalls_stop:
    .section .note.GNU-stack,"",@progbits
