#include "invocation.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"
#include "response.h"

/* What a command does, in letters: p(reprocesses), c(ompiles), l(inks),
 * j(oins), t(raps); "!" when it is refused. */
static const char *parts(const char *command)
{
    static char text[8];
    struct words words;
    words_init(&words);
    response_split(&words, command);
    struct invocation invocation;
    struct mps_diag diag = {""};
    int err = invocation_read(&invocation, words.items, &diag);
    words_fini(&words);
    if (err) {
        cr_expect_eq(err, -MPS_EUSAGE, "%s", command);
        cr_expect(*diag.text);
        return "!";
    }
    char *at = text;
    *at = '\0';
    if (invocation.preprocesses)
        at = stpcpy(at, "p");
    if (invocation.compiles)
        at = stpcpy(at, "c");
    if (invocation.links)
        at = stpcpy(at, "l");
    if (invocation.joins)
        at = stpcpy(at, "j");
    if (invocation.traps)
        stpcpy(at, "t");
    return text;
}

#define EXPECT(command, expected)                                 \
    cr_expect_str_eq(parts(command), expected, "%s: %s", command, \
                     parts(command))

Test(invocation, ends_at_the_stage_asked_for)
{
    EXPECT("a.c -o a", "pcl");
    EXPECT("-c a.c", "pc");
    EXPECT("-S a.c", "pc");
    EXPECT("-fsyntax-only a.c", "pc");
    EXPECT("-E a.c", "p");
    EXPECT("-c -E a.c", "p");
    EXPECT("-E -c a.c", "p");
    EXPECT("-M a.c", "p");
    EXPECT("-MM -MF x.d a.c", "p");
    EXPECT("-MMD -MF x.d -c a.c", "pc");
    EXPECT("a.o b.o -o a", "l");
    EXPECT("-v a.c", "pcl");
    EXPECT("-### -c a.c", "pc");
}

Test(invocation, that_only_asks_does_nothing)
{
    EXPECT("--version", "");
    EXPECT("-v", "");
    EXPECT("-###", "");
    EXPECT("-dumpmachine", "");
    EXPECT("-print-prog-name=ld", "");
    EXPECT("-print-file-name=libtsan.a a.c", "");
    EXPECT("-Wl,--version", "");
    EXPECT("-O2", "");
    EXPECT("-fsanitize=address --version", "");
}

Test(invocation, knows_sources_by_suffix)
{
    EXPECT("-c a.cpp", "pc");
    EXPECT("-c dir.c/a.C", "pc");
    EXPECT("-c a.h", "pc");
    EXPECT("-c a.mm", "pc");
    EXPECT("-c a.i", "c");
    EXPECT("-c a.s", "");
    EXPECT("-c a.S", "");
    EXPECT("-E a.S", "");
    EXPECT("-c a.f90", "");
    EXPECT("dir.c/a -o b", "l");
    EXPECT("-shared a.so.1 b.a", "l");
}

Test(invocation, knows_sources_by_language)
{
    EXPECT("-x c -c -", "pc");
    EXPECT("-xc++ a.weird -xnone b.o", "pcl");
    EXPECT("-x assembler-with-cpp -c a.c", "");
    EXPECT("-x c-header -c a", "pc");
    EXPECT("-x cpp-output -c a", "c");
    EXPECT("-E -", "");
}

Test(invocation, does_not_take_values_for_inputs)
{
    EXPECT("-c a.o -include x.c", "");
    EXPECT("-MF a.c -c b.s", "");
    EXPECT("-o a.c b.o", "l");
    EXPECT("-Xclang a.c --version", "");
    EXPECT("-T link.ld -I a.c", "");
}

Test(invocation, links_what_only_the_linker_sees)
{
    EXPECT("-shared -o x.so -Wl,--whole-archive,x.a", "l");
    EXPECT("-lx", "l");
    EXPECT("-shared -nostdlib crti.o a.o -lstdc++ -o x.so", "l");
}

Test(invocation, joins_objects_without_the_runtime)
{
    EXPECT("-r a.o b.o -o c.o", "j");
    EXPECT("-nostdlib -Wl,-r a.o -o c.o", "j");
    EXPECT("-Xlinker --relocatable a.o", "j");
    EXPECT("-Wl,-rpath,/x a.o", "l");
    EXPECT("-Wl,--as-needed,-Ur a.o", "j");
    EXPECT("-rdynamic a.o", "l");
}

Test(invocation, of_a_static_program_is_refused)
{
    EXPECT("-static a.c", "!");
    EXPECT("a.o --static", "!");
    EXPECT("-static-pie a.o", "!");
    EXPECT("-static -c a.c", "pc");
    EXPECT("-static -r a.o", "j");
    EXPECT("-static-libgcc -static-libstdc++ a.o", "l");
}

Test(invocation, for_another_machine_is_refused)
{
    EXPECT("-m32 -c a.c", "!");
    EXPECT("-m64 -c a.c", "pc");
    EXPECT("-m32 -print-multi-directory", "");
}

Test(invocation, with_other_sanitizers_is_refused)
{
    EXPECT("-fsanitize=address -c a.c", "!");
    EXPECT("-fsanitize=thread -fsanitize=leak a.o", "!");
    EXPECT("-fsanitize=thread a.c", "pcl");
    EXPECT("-fsanitize=undefined a.c", "pclt");
    EXPECT("-fno-sanitize=address a.c", "pcl");
}
