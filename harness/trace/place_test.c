#include "place.h"

#include <criterion/criterion.h>

#include "base/str.h"
#include "symbols/symbols.h"

static void expect(const char *place, const char *function, const char *file,
                   int line)
{
    struct str f, p;
    str_init(&f);
    str_init(&p);
    cr_expect_eq(place_split(place, &f, &p), line, "%s", place);
    cr_expect_str_eq(f.data, function, "%s", place);
    cr_expect_str_eq(p.data, file, "%s", place);
    str_fini(&f);
    str_fini(&p);
}

Test(place, is_taken_apart)
{
    expect("put() ring.c:12", "put", "ring.c", 12);
    expect("ring.c:12", "", "ring.c", 12);
    expect("put() in libring.so+0x12", "put", "", 0);
    expect("libring.so+0x12", "", "", 0);
    expect("unknown code", "", "", 0);
    expect("", "", "", 0);
}

Test(place, is_taken_apart_whatever_its_names_hold)
{
    expect("a::operator()() const() a b:c.cc:7", "a::operator()() const",
           "a b:c.cc", 7);
    expect("put() ring.c:0", "put", "", 0);
    expect("put() ring.c:99999999999", "put", "", 0);
    expect("put() ring.c:-1", "put", "", 0);
    expect("put() :5", "put", "", 0);
    expect("() x:5", "", "x", 5);
}

Test(place, is_the_same_again)
{
    const struct location here = {
        .function = "put", .file = "src/ring.c", .line = 12, .module = "/m"};
    struct str text;
    str_init(&text);
    place_add(&text, &here);
    expect(text.data, "put", "src/ring.c", 12);
    str_fini(&text);
}
