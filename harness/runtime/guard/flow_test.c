#include "flow.h"

#include <criterion/criterion.h>

/* Code with the labels name_load, name_store and name_end. */
#define CODE(name, text)                                            \
    __asm__(".pushsection .text\n.local " #name "_load, " #name     \
            "_store\n" text "\n" #name "_end: ret\n.popsection\n"); \
    extern const uint8_t name##_load[], name##_store[], name##_end[]

#define LOAD(name)  "\n" #name "_load: "
#define STORE(name) "\n" #name "_store: "

#define REACHES(name) flow_reaches(name##_load, name##_store, name##_end + 1)

CODE(direct, LOAD(direct) "movl (%rax), %edx\n addl $1, %edx\n" STORE(
                 direct) "movl %edx, (%rax)");
CODE(lea, LOAD(lea) "movl (%rax), %eax\n leal 1(%rax), %edx\n"
                    "movq -8(%rbp), %rax\n" STORE(lea) "movl %edx, (%rax)");
/* int v = x; v = v + 1; x = v; without optimisation. */
CODE(frame,
     LOAD(frame) "movl (%rax), %eax\n movl %eax, -4(%rbp)\n"
                 "addl $1, -4(%rbp)\n movl -4(%rbp), %edx\n"
                 "movq -16(%rbp), %rax\n" STORE(frame) "movl %edx, (%rax)");
CODE(call,
     LOAD(call) "movq (%rbx), %r12\n xorl %edi, %edi\n"
                "call *(%r13)\n incq %r12\n" STORE(call) "movq %r12, (%rbx)");
CODE(argument, LOAD(argument) "movzbl (%rsi), %edi\n call direct_load\n" STORE(
                   argument) "movb %al, (%rsi)");
CODE(real,
     LOAD(real) "movsd (%rbx), %xmm0\n movsd %xmm0, 8(%rsp)\n"
                "call direct_load\n movsd 8(%rsp), %xmm1\n"
                "addsd (%r12), %xmm1\n" STORE(real) "movsd %xmm1, (%rbx)");
CODE(vex, LOAD(vex) "vmovsd (%rbx), %xmm0\n vaddsd %xmm0, %xmm2, %xmm1\n" STORE(
              vex) "vmovsd %xmm1, (%rbx)");
CODE(product, LOAD(product) "movl (%rbx), %eax\n imull %eax, %eax\n"
                            "addl $7, %eax\n cltd\n idivl %ecx\n" STORE(
                                product) "movl %edx, (%rbx)");
CODE(branch,
     LOAD(branch) "movl (%rbx), %eax\n testl %ecx, %ecx\n jne 1f\n"
                  "ret\n 1: incl %eax\n" STORE(branch) "movl %eax, (%rbx)");
CODE(loop, "2: incl %eax\n" STORE(loop) "movl %eax, (%rbx)\n"
                                        "addq $4, %rbx\n" LOAD(
                                            loop) "movl (%rbx), %eax\n"
                                                  "cmpq %rcx, %rbx\n jne 2b");

CODE(constant, LOAD(constant) "movl (%rbx), %eax\n testl %eax, %eax\n" STORE(
                   constant) "movl $1, (%rbx)");
CODE(other, LOAD(other) "movl (%rbx), %eax\n cmpl %eax, %ecx\n" STORE(
                other) "movl %ecx, (%rbx)");
CODE(killed, LOAD(killed) "movl (%rbx), %eax\n movl $1, %eax\n" STORE(
                 killed) "movl %eax, (%rbx)");
CODE(cleared, LOAD(cleared) "movl (%rbx), %eax\n xorl %eax, %eax\n" STORE(
                  cleared) "movl %eax, (%rbx)");
CODE(decided, LOAD(decided) "movl (%rbx), %eax\n testl %eax, %eax\n"
                            "sete %al\n movzbl %al, %eax\n" STORE(
                                decided) "movl %eax, (%rbx)");
CODE(clobbered,
     LOAD(clobbered) "movl (%rbx), %edx\n xorl %edx, %ecx\n"
                     "xorl %edi, %edi\n xorl %esi, %esi\n"
                     "xorl %edx, %edx\n xorl %ecx, %ecx\n"
                     "call direct_load\n" STORE(clobbered) "movl %edx, (%rbx)");
CODE(elsewhere, LOAD(elsewhere) "movl (%rbx), %eax\n ret\n" STORE(
                    elsewhere) "movl %eax, (%rbx)");
CODE(overwritten, LOAD(overwritten) "movl (%rbx), %eax\n"
                                    "movl %eax, -4(%rbp)\n"
                                    "movl $3, -4(%rbp)\n"
                                    "movl -4(%rbp), %ecx\n" STORE(
                                        overwritten) "movl %ecx, (%rbx)");
CODE(unknown, LOAD(unknown) "movl (%rbx), %eax\n xbegin 3f\n 3:\n" STORE(
                  unknown) "movl %eax, (%rbx)");

Test(flow, follows_registers)
{
    cr_expect(REACHES(direct));
    cr_expect(REACHES(lea));
    cr_expect(REACHES(product));
}

Test(flow, follows_the_stack_frame)
{
    cr_expect(REACHES(frame));
    cr_expect_not(REACHES(overwritten));
}

Test(flow, follows_vectors)
{
    cr_expect(REACHES(real));
    cr_expect(REACHES(vex));
}

Test(flow, knows_what_calls_preserve)
{
    cr_expect(REACHES(call));
    cr_expect_not(REACHES(clobbered));
}

Test(flow, takes_results_for_made_of_arguments)
{
    cr_expect(REACHES(argument));
}

Test(flow, follows_jumps)
{
    cr_expect(REACHES(branch));
    cr_expect(REACHES(loop));
    cr_expect_not(REACHES(elsewhere));
}

Test(flow, says_no_to_new_values)
{
    cr_expect_not(REACHES(constant));
    cr_expect_not(REACHES(other));
    cr_expect_not(REACHES(killed));
    cr_expect_not(REACHES(cleared));
    cr_expect_not(REACHES(decided));
}

Test(flow, says_no_to_what_it_does_not_know)
{
    cr_expect_not(REACHES(unknown));
    cr_expect_not(
        flow_reaches(direct_load, direct_load + 100000, direct_load + 200000));
}
