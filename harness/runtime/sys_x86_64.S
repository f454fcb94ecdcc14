/* See sys.h. The kernel compares the address after the syscall instruction
 * with the range, so an instruction follows the last one. */
    .section .text.mps_syscalls,"ax",@progbits
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

/* The unwind information tells debuggers where the interrupted registers are:
 * the stack pointer stands at a struct ucontext here, whose general registers
 * begin at offset 40 in the order r8 .. r15, rdi, rsi, rbp, rbx, rdx, rax,
 * rcx, rsp, rip. It covers the byte before, because unwinders look one byte
 * back from a return address. */
    .cfi_startproc
    .cfi_signal_frame
    .cfi_escape 0x0f, 0x04, 0x77, 0xa0, 0x01, 0x06 /* CFA = *(rsp + 160) */
    .cfi_escape 0x10, 0x08, 0x02, 0x77, 0x28 /* r8 */
    .cfi_escape 0x10, 0x09, 0x02, 0x77, 0x30 /* r9 */
    .cfi_escape 0x10, 0x0a, 0x02, 0x77, 0x38 /* r10 */
    .cfi_escape 0x10, 0x0b, 0x03, 0x77, 0xc0, 0x00 /* r11 */
    .cfi_escape 0x10, 0x0c, 0x03, 0x77, 0xc8, 0x00 /* r12 */
    .cfi_escape 0x10, 0x0d, 0x03, 0x77, 0xd0, 0x00 /* r13 */
    .cfi_escape 0x10, 0x0e, 0x03, 0x77, 0xd8, 0x00 /* r14 */
    .cfi_escape 0x10, 0x0f, 0x03, 0x77, 0xe0, 0x00 /* r15 */
    .cfi_escape 0x10, 0x05, 0x03, 0x77, 0xe8, 0x00 /* rdi */
    .cfi_escape 0x10, 0x04, 0x03, 0x77, 0xf0, 0x00 /* rsi */
    .cfi_escape 0x10, 0x06, 0x03, 0x77, 0xf8, 0x00 /* rbp */
    .cfi_escape 0x10, 0x03, 0x03, 0x77, 0x80, 0x01 /* rbx */
    .cfi_escape 0x10, 0x01, 0x03, 0x77, 0x88, 0x01 /* rdx */
    .cfi_escape 0x10, 0x00, 0x03, 0x77, 0x90, 0x01 /* rax */
    .cfi_escape 0x10, 0x02, 0x03, 0x77, 0x98, 0x01 /* rcx */
    .cfi_escape 0x10, 0x07, 0x03, 0x77, 0xa0, 0x01 /* rsp */
    .cfi_escape 0x10, 0x10, 0x03, 0x77, 0xa8, 0x01 /* rip */
    nop
    .globl mps_sigreturn
    .hidden mps_sigreturn
    .type mps_sigreturn, @function
mps_sigreturn:
    movq $15, %rax
    syscall
    .cfi_endproc
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
