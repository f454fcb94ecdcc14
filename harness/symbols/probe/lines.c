/* Lines that access memory behind pointers, for expressions_test: one line of
 * output for each,
 *     ADDRESS <tab> SIZE <tab> TEXT <tab> TYPE <tab> RECORD <tab> OFFSET
 *         <tab> STRIDE <tab> HOW
 * ADDRESS: link-time return address of the call on that line, in hexadecimal;
 * TEXT and the rest: the expressions of SIZE bytes that the line has, joined by
 * " | " ("-": none); HOW: w (written), r (read). */
#include <link.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

static uintptr_t bias;

static int read_bias(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size, (void)context;
    bias = info->dlpi_addr;
    return 1; /* the first is the program itself */
}

static __attribute__((noinline)) void here(size_t size, const char *text,
                                           const char *type, const char *record,
                                           size_t offset, size_t stride,
                                           const char *how)
{
    printf("%lx\t%zu\t%s\t%s\t%s\t%zu\t%zu\t%s\n",
           (unsigned long)((uintptr_t)__builtin_return_address(0) - bias), size,
           text, type, record, offset, stride, how);
    __asm__ volatile("" ::: "memory");
}

struct slot {
    uint64_t stamp;
    uint32_t seq;
};

struct totals {
    char pad[24];
    volatile int64_t plain;
    struct {
        int inner;
    };
    struct slot slots[8];
    atomic_int users;
};

struct job {
    int number;
    struct totals *totals;
};

typedef struct totals totals_t;

static totals_t storage;
static totals_t *everyone = &storage;

/* A call stands on the line that it is about. */
/* clang-format off */
static __attribute__((noinline)) int use(const struct job *job, int i, int *p,
                                         uint64_t **table)
{
    job->totals->plain += 1; here(8, "job->totals->plain", "volatile int64_t", "struct totals", 24, 0, "wr");
    job->totals->plain = 5; here(8, "job->totals->plain", "volatile int64_t", "struct totals", 24, 0, "w");
    if (job->totals->plain <= 7) { here(8, "job->totals->plain", "volatile int64_t", "struct totals", 24, 0, "r"); }
    struct totals *t = job->totals; here(8, "job->totals", "struct totals *", "struct job", 8, 0, "r");
    t->slots[(i + 1) % 8].seq++; here(4, "t->slots[(i + 1) % 8].seq", "uint32_t", "struct totals", offsetof(struct totals, slots) + 8, 16, "wr");
    t->slots[i].stamp <<= 1; here(8, "t->slots[i].stamp", "uint64_t", "struct totals", offsetof(struct totals, slots), 16, "wr");
    *p = 3; here(4, "*p", "int", "", 0, 0, "w");
    p[i] = 2 * i; here(4, "p[i]", "int", "", 0, 4, "w");
    ++t->inner; here(4, "t->inner", "int", "struct totals", 32, 0, "wr");
    (*t).inner = 2; here(4, "-", "-", "-", 0, 0, "-");
    everyone->inner = *p; here(4, "everyone->inner | *p", "int | int", "struct totals | ", 32, 0, "w");
    atomic_fetch_add(&t->users, 1); here(4, "t->users", "atomic_int", "struct totals", offsetof(struct totals, users), 0, "r");
    table[i][2] = 4; here(8, "table[i][2]", "uint64_t", "", 0, 8, "w");
    { struct slot *t = &job->totals->slots[1]; t->seq = 1; here(4, "t->seq", "uint32_t", "struct slot", 8, 0, "w"); }
    i = i * *p; here(4, "*p", "int", "", 0, 0, "r");
    i += 1; here(4, "-", "-", "-", 0, 0, "-");
    i = job->number; here(4, "job->number", "int", "struct job", 0, 0, "r"); /* t->inner */
    return i;
}
/* clang-format on */

int main(void)
{
    dl_iterate_phdr(read_bias, NULL);
    struct job job = {1, &storage};
    int numbers[4] = {0};
    uint64_t row[4] = {0}, *table[2] = {row, row};
    return use(&job, 1, numbers, table) == 12345;
}
