/* primitives: one small program for each thing that tasks wait for each other
 * with. All of them are right. */
#include <assert.h>

#include "primitives/primitives.h"

static const struct program_variant *const groups[] = {
    mutex_variants,     robust_variants, lock_variants,    cond_variants,
    semaphore_variants, queue_variants,  pipe_variants,    socket_variants,
    poll_variants,      file_variants,   process_variants, thread_variants,
    signal_variants,    futex_variants,  time_variants,
};

enum { VARIANTS_MAX = 128 };

int main(int argc, char **argv)
{
    static struct program_variant variants[VARIANTS_MAX];
    static const struct program program = {
        .about = "One primitive at a time, each used rightly by two or three "
                 "tasks: whoever finds fault with it is wrong.",
        .variants = variants,
        .fixed_tasks = true,
    };
    size_t count = 0;
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
        for (const struct program_variant *v = groups[i]; v->name; v++) {
            assert(count + 1 < VARIANTS_MAX);
            variants[count++] = *v;
        }
    }
    struct program_settings settings = {0};
    return program_main(&program, &settings, argc, argv);
}
