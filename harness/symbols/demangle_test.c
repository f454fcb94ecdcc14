#include "demangle.h"

#include <criterion/criterion.h>
#include <stdio.h>

Test(demangle, cuts_types_and_parameters)
{
    static const struct {
        const char *full, *name;
    } cases[] = {
        {"f(int, char*)", "f"},
        {"main::{lambda()#5}::~main()", "main::{lambda()#5}::~main"},
        {"main::{lambda(int)#2}::operator()(int) const",
         "main::{lambda(int)#2}::operator()"},
        {"(anonymous namespace)::f()", "(anonymous namespace)::f"},
        {"void std::swap<int*, (A)2>(int*&, int*&)", "std::swap<int*, (A)2>"},
        {"unsigned long a::b<c>::d<e>(f (*)(g)) const &", "a::b<c>::d<e>"},
        {"a::operator<<(b)", "a::operator<<"},
        {"a::operator unsigned long() const", "a::operator unsigned long"},
        {"operator new(unsigned long)", "operator new"},
        {"pthread_cond_timedwait@@GLIBC_2.3.2",
         "pthread_cond_timedwait@@GLIBC_2.3.2"},
        {"std::function<void ()>::operator()() const",
         "std::function<void ()>::operator()"},
        {"_init", "_init"},
        {"()", "()"},
        {")", ")"},
        {" ", " "},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char name[128];
        snprintf(name, sizeof(name), "%s", cases[i].full);
        demangle_shorten(name);
        cr_expect_str_eq(name, cases[i].name, "%s: %s", cases[i].full, name);
    }
}

Test(demangle, leaves_what_is_not_mangled)
{
    char name[8];
    demangle("_Z!!", name, sizeof(name));
    cr_expect_str_eq(name, "_Z!!");
    demangle("a_long_name", name, sizeof(name));
    cr_expect_str_eq(name, "a_long_");
}
