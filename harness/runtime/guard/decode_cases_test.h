/* The instructions of decode_test.c: text for the assembler, then what it does
 * to memory: size, flags (r, w, L for locked, p for repeated), its address as
 * an expression over the registers, which have the values of decode_test.c. */
#ifndef MPS_RUNTIME_GUARD_DECODE_CASES_TEST_H
#define MPS_RUNTIME_GUARD_DECODE_CASES_TEST_H

#define CASES(X)                                              \
    X("movb %al, (%rbx)", 1, "w", rbx)                        \
    X("movw %ax, 2(%rbx)", 2, "w", rbx + 2)                   \
    X("movl %eax, 8(%rbx,%rcx,4)", 4, "w", rbx + 8 + rcx * 4) \
    X("movq %r9, -8(%r12)", 8, "w", r12 - 8)                  \
    X("movq %r9, (%r13)", 8, "w", r13)                        \
    X("movl (%rsp), %edx", 4, "r", rsp)                       \
    X("movl 0x1000(%rip), %edx", 4, "r", rip + 0x1000)        \
    X("movl $5, 0x1000(%rip)", 4, "w", rip + 0x1000)          \
    X("movq 0x20(,%r15,8), %rdx", 8, "r", r15 * 8 + 0x20)     \
    X("movl 0x12345678, %edx", 4, "r", 0x12345678)            \
    X("movabsq %rax, 0x123456789abc", 8, "w", 0x123456789abc) \
    X("movabsb 0x123456789abc, %al", 1, "r", 0x123456789abc)  \
    X("movb $7, (%rdi)", 1, "w", rdi)                         \
    X("movw $7, (%rdi)", 2, "w", rdi)                         \
    X("movq $7, (%rdi)", 8, "w", rdi)                         \
    X("movzbl (%rsi), %eax", 1, "r", rsi)                     \
    X("movzwl (%rsi), %eax", 2, "r", rsi)                     \
    X("movsbq (%rsi), %rax", 1, "r", rsi)                     \
    X("movswl (%rsi), %eax", 2, "r", rsi)                     \
    X("movslq (%rsi), %rax", 4, "r", rsi)                     \
    X("movbe (%rsi), %eax", 4, "r", rsi)                      \
    X("movbe %rax, (%rsi)", 8, "w", rsi)                      \
    X("movnti %rax, (%rsi)", 8, "w", rsi)                     \
    X("addl %eax, (%rbx)", 4, "rw", rbx)                      \
    X("addl (%rbx), %eax", 4, "r", rbx)                       \
    X("addb $1, (%rbx)", 1, "rw", rbx)                        \
    X("addl $1, (%rbx)", 4, "rw", rbx)                        \
    X("addq $0x12345, (%rbx)", 8, "rw", rbx)                  \
    X("addw $0x1234, (%rbx)", 2, "rw", rbx)                   \
    X("incl (%rbx)", 4, "rw", rbx)                            \
    X("decb (%rbx)", 1, "rw", rbx)                            \
    X("negq (%rbx)", 8, "rw", rbx)                            \
    X("notw (%rbx)", 2, "rw", rbx)                            \
    X("shll $3, (%rbx)", 4, "rw", rbx)                        \
    X("sarq %cl, (%rbx)", 8, "rw", rbx)                       \
    X("rolb (%rbx)", 1, "rw", rbx)                            \
    X("cmpl $1, (%rbx)", 4, "r", rbx)                         \
    X("cmpb %al, (%rbx)", 1, "r", rbx)                        \
    X("cmpq (%rbx), %rax", 8, "r", rbx)                       \
    X("testl %eax, (%rbx)", 4, "r", rbx)                      \
    X("testb $4, (%rbx)", 1, "r", rbx)                        \
    X("testl $4, (%rbx)", 4, "r", rbx)                        \
    X("imulq (%rbx), %rax", 8, "r", rbx)                      \
    X("imull $100, (%rbx), %eax", 4, "r", rbx)                \
    X("mull (%rbx)", 4, "r", rbx)                             \
    X("divq (%rbx)", 8, "r", rbx)                             \
    X("cmovnel (%rbx), %eax", 4, "r", rbx)                    \
    X("sete (%rbx)", 1, "w", rbx)                             \
    X("bsfl (%rbx), %eax", 4, "r", rbx)                       \
    X("popcntq (%rbx), %rax", 8, "r", rbx)                    \
    X("shldl $3, %eax, (%rbx)", 4, "rw", rbx)                 \
    X("btl $3, (%rbx)", 4, "r", rbx)                          \
    X("btsq $3, (%rbx)", 8, "rw", rbx)                        \
    X("btl %ebp, (%rbx)", 4, "r", rbx + 8)                    \
    X("btrq %r14, (%rbx)", 8, "rw", rbx - 16)                 \
    X("lock btsl %ebp, (%rbx)", 4, "rwL", rbx + 8)            \
    X("lock addl $1, (%rbx)", 4, "rwL", rbx)                  \
    X("lock incq (%rbx)", 8, "rwL", rbx)                      \
    X("lock xaddl %eax, (%rbx)", 4, "rwL", rbx)               \
    X("xaddl %eax, (%rbx)", 4, "rw", rbx)                     \
    X("lock cmpxchgl %ecx, (%rbx)", 4, "rwL", rbx)            \
    X("lock cmpxchgb %cl, (%rbx)", 1, "rwL", rbx)             \
    X("lock cmpxchg16b (%rbx)", 16, "rwL", rbx)               \
    X("cmpxchg8b (%rbx)", 8, "rw", rbx)                       \
    X("xchgl %eax, (%rbx)", 4, "rwL", rbx)                    \
    X("xchgb %al, (%rbx)", 1, "rwL", rbx)                     \
    X("lock orb $0, (%rbx)", 1, "rwL", rbx)                   \
    X("pushq (%rbx)", 8, "r", rbx)                            \
    X("popq (%rbx)", 8, "w", rbx)                             \
    X("call *(%rbx)", 8, "r", rbx)                            \
    X("jmp *8(%rbx,%rax,8)", 8, "r", rbx + 8 + rax * 8)       \
    X("leaq 8(%rbx), %rax", 0, "", 0)                         \
    X("nopw 8(%rax,%rax,1)", 0, "", 0)                        \
    X("prefetcht0 (%rbx)", 0, "", 0)                          \
    X("movups (%rbx), %xmm1", 16, "r", rbx)                   \
    X("movups %xmm9, (%rbx)", 16, "w", rbx)                   \
    X("movaps (%rbx), %xmm1", 16, "r", rbx)                   \
    X("movapd %xmm1, (%rbx)", 16, "w", rbx)                   \
    X("movdqa (%rbx), %xmm1", 16, "r", rbx)                   \
    X("movdqu %xmm1, (%r10,%r11)", 16, "w", r10 + r11)        \
    X("movntdq %xmm1, (%rbx)", 16, "w", rbx)                  \
    X("movntps %xmm1, (%rbx)", 16, "w", rbx)                  \
    X("lddqu (%rbx), %xmm1", 16, "r", rbx)                    \
    X("movss (%rbx), %xmm1", 4, "r", rbx)                     \
    X("movss %xmm1, (%rbx)", 4, "w", rbx)                     \
    X("movsd (%rbx), %xmm1", 8, "r", rbx)                     \
    X("movsd %xmm1, (%rbx)", 8, "w", rbx)                     \
    X("movlps %xmm1, (%rbx)", 8, "w", rbx)                    \
    X("movhpd (%rbx), %xmm1", 8, "r", rbx)                    \
    X("movd (%rbx), %xmm1", 4, "r", rbx)                      \
    X("movd %xmm1, (%rbx)", 4, "w", rbx)                      \
    X("movq (%rbx), %xmm1", 8, "r", rbx)                      \
    X("movq %xmm1, (%rbx)", 8, "w", rbx)                      \
    X("movq %mm1, (%rbx)", 8, "w", rbx)                       \
    X("movddup (%rbx), %xmm1", 8, "r", rbx)                   \
    X("addsd (%rbx), %xmm1", 8, "r", rbx)                     \
    X("addss (%rbx), %xmm1", 4, "r", rbx)                     \
    X("addpd (%rbx), %xmm1", 16, "r", rbx)                    \
    X("sqrtsd (%rbx), %xmm1", 8, "r", rbx)                    \
    X("ucomisd (%rbx), %xmm1", 8, "r", rbx)                   \
    X("ucomiss (%rbx), %xmm1", 4, "r", rbx)                   \
    X("cvtsi2sdl (%rbx), %xmm1", 4, "r", rbx)                 \
    X("cvtsi2sdq (%rbx), %xmm1", 8, "r", rbx)                 \
    X("cvttsd2si (%rbx), %rax", 8, "r", rbx)                  \
    X("cvtss2sd (%rbx), %xmm1", 4, "r", rbx)                  \
    X("cvtps2pd (%rbx), %xmm1", 8, "r", rbx)                  \
    X("paddd (%rbx), %xmm1", 16, "r", rbx)                    \
    X("paddd (%rbx), %mm1", 8, "r", rbx)                      \
    X("pshufd $3, (%rbx), %xmm1", 16, "r", rbx)               \
    X("pshufb (%rbx), %xmm1", 16, "r", rbx)                   \
    X("pmovzxbw (%rbx), %xmm1", 8, "r", rbx)                  \
    X("pmovsxbd (%rbx), %xmm1", 4, "r", rbx)                  \
    X("pmovzxbq (%rbx), %xmm1", 2, "r", rbx)                  \
    X("pinsrd $1, (%rbx), %xmm1", 4, "r", rbx)                \
    X("pinsrq $1, (%rbx), %xmm1", 8, "r", rbx)                \
    X("pinsrw $1, (%rbx), %xmm1", 2, "r", rbx)                \
    X("pextrb $1, %xmm1, (%rbx)", 1, "w", rbx)                \
    X("pextrq $1, %xmm1, (%rbx)", 8, "w", rbx)                \
    X("roundsd $1, (%rbx), %xmm1", 8, "r", rbx)               \
    X("vmovdqu (%rbx), %ymm1", 32, "r", rbx)                  \
    X("vmovdqu %ymm9, 0x40(%rbx)", 32, "w", rbx + 0x40)       \
    X("vmovdqa (%r10), %xmm1", 16, "r", r10)                  \
    X("vmovups %ymm1, (%rbx,%r9,2)", 32, "w", rbx + r9 * 2)   \
    X("vmovsd (%rbx), %xmm1", 8, "r", rbx)                    \
    X("vmovd %xmm1, (%rbx)", 4, "w", rbx)                     \
    X("vmovq %xmm1, (%rbx)", 8, "w", rbx)                     \
    X("vaddsd (%rbx), %xmm2, %xmm1", 8, "r", rbx)             \
    X("vaddpd (%rbx), %ymm2, %ymm1", 32, "r", rbx)            \
    X("vpaddd (%rbx), %ymm2, %ymm1", 32, "r", rbx)            \
    X("vpxor (%rbx), %xmm2, %xmm1", 16, "r", rbx)             \
    X("vbroadcastss (%rbx), %ymm1", 4, "r", rbx)              \
    X("vpbroadcastb (%rbx), %ymm1", 1, "r", rbx)              \
    X("vinserti128 $1, (%rbx), %ymm2, %ymm1", 16, "r", rbx)   \
    X("vextracti128 $1, %ymm1, (%rbx)", 16, "w", rbx)         \
    X("vfmadd231sd (%rbx), %xmm2, %xmm1", 8, "r", rbx)        \
    X("vfmadd231pd (%rbx), %ymm2, %ymm1", 32, "r", rbx)       \
    X("shlx %rax, (%rbx), %rcx", 8, "r", rbx)                 \
    X("andn (%rbx), %eax, %ecx", 4, "r", rbx)                 \
    X("rorx $3, (%rbx), %rcx", 8, "r", rbx)                   \
    X("vmovdqu64 (%rbx), %zmm17", 64, "r", rbx)               \
    X("vmovdqu64 %ymm17, 0x40(%rbx)", 32, "w", rbx + 0x40)    \
    X("vmovdqu8 %zmm1, -0x80(%rbx)", 64, "w", rbx - 0x80)     \
    X("vmovdqa64 0x1234(%rbx), %zmm1", 64, "r", rbx + 0x1234) \
    X("flds (%rbx)", 4, "r", rbx)                             \
    X("fldl (%rbx)", 8, "r", rbx)                             \
    X("fldt (%rbx)", 10, "r", rbx)                            \
    X("fstpt (%rbx)", 10, "w", rbx)                           \
    X("fstpl (%rbx)", 8, "w", rbx)                            \
    X("fildll (%rbx)", 8, "r", rbx)                           \
    X("fistps (%rbx)", 2, "w", rbx)                           \
    X("faddl (%rbx)", 8, "r", rbx)                            \
    X("fnstcw (%rbx)", 2, "w", rbx)                           \
    X("fldcw (%rbx)", 2, "r", rbx)                            \
    X("fxsave (%rbx)", 512, "w", rbx)                         \
    X("stmxcsr (%rbx)", 4, "w", rbx)                          \
    X("movl (%ebx), %eax", 4, "r", (uint32_t)rbx)

/* Those without a ModRM byte: size and kind. */
#define STRING_CASES(X)             \
    X("movsb", 1, MOVS, false)      \
    X("rep movsb", 1, MOVS, true)   \
    X("rep movsq", 8, MOVS, true)   \
    X("movsw", 2, MOVS, false)      \
    X("rep stosl", 4, STOS, true)   \
    X("stosb", 1, STOS, false)      \
    X("repe cmpsb", 1, CMPS, true)  \
    X("repne scasb", 1, SCAS, true) \
    X("lodsq", 8, LODS, false)

/* Those that are known to be unknown: better nothing than a wrong answer. */
#define UNKNOWN_CASES(X)                         \
    X("vpgatherdd %ymm2, (%rbx,%ymm1,4), %ymm3") \
    X("vpmaskmovd (%rbx), %ymm2, %ymm1")         \
    X("vmovdqu64 (%rbx), %zmm1{%k1}")            \
    X("vpaddd (%rbx), %zmm2, %zmm1")

#endif
