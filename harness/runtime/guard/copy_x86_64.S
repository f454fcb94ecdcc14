/* See copy.h. A faulting rep movsb leaves in rcx what is left to do. */
    .text
    .globl guard_copy
    .hidden guard_copy
    .type guard_copy, @function
guard_copy:
    .cfi_startproc
    endbr64
    movq %rdx, %rcx
guard_copy_bytes:
    rep movsb
guard_copy_after:
    movq %rcx, %rax
    ret
    .cfi_endproc
    .size guard_copy, .-guard_copy

    .globl guard_copy_fault
    .hidden guard_copy_fault
    .type guard_copy_fault, @function
guard_copy_fault:
    .cfi_startproc
    endbr64
    leaq guard_copy_bytes(%rip), %rcx
    leaq guard_copy_after(%rip), %rdx
    xorl %eax, %eax
    cmpq %rcx, %rdi
    cmoveq %rdx, %rax
    ret
    .cfi_endproc
    .size guard_copy_fault, .-guard_copy_fault
    .section .note.GNU-stack,"",@progbits
