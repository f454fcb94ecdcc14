#include "calls.h"

#include <string.h>

#include "check/show.h"

/* Where Valgrind puts the executable when it can stand anywhere. */
#define PIE_BASE     UINT64_C(0x108000)
#define NO_PIE_BASE  UINT64_C(0x400000)
#define LIBRARY_BASE UINT64_C(0x4000000) /* the dynamic linker, then others */

/* Valgrind could not read the lines (clang's DWARF 5 is too new for 3.19), but
 * the function's name. Where the module was loaded it does not say; for the
 * executable there are two possibilities, and the name tells whether one is
 * right. */
static void find_line(struct symbols *symbols, uint64_t address,
                      struct location *place)
{
    const uint64_t bases[] = {0, PIE_BASE};
    for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
        struct location found;
        if (address <= bases[i])
            continue;
        symbols_find(symbols, place->module, address - bases[i], false, &found);
        if (!found.file || !found.function ||
            strcmp(found.function, place->function) != 0)
            continue;
        *place = found;
        return;
    }
}

static void place_of(struct symbols *symbols,
                     const struct valgrind_frame *frame, struct location *out)
{
    *out = (struct location){
        .function = frame->function,
        .file = frame->file,
        .line = (int)frame->line,
        .module = frame->object,
        .offset = frame->address > PIE_BASE && frame->address < NO_PIE_BASE
                      ? frame->address - PIE_BASE
                      : frame->address,
    };
    symbols_adopt(symbols, frame->directory, out);
    if (!out->file && out->function && out->module)
        find_line(symbols, frame->address, out);
}

static bool is_tool(const struct valgrind_frame *frame)
{
    const char *object = frame->object;
    const char *slash = object ? strrchr(object, '/') : NULL;
    return slash && !strncmp(slash + 1, "vgpreload_", 10);
}

/* Before main() and before a thread's function. */
static bool is_user(const struct location *place)
{
    return symbols_is_user_code(place) &&
           !(place->function && !strcmp(place->function, "(below main)"));
}

bool calls_place(struct symbols *symbols, const struct valgrind_stack *stack,
                 struct location *out)
{
    bool any = false;
    for (size_t i = 0; i < stack->count; i++) {
        struct location place;
        if (is_tool(&stack->frames[i]))
            continue;
        place_of(symbols, &stack->frames[i], &place);
        if (is_user(&place)) {
            *out = place;
            return true;
        }
        if (!any)
            *out = place;
        any = true;
    }
    return any;
}

bool calls_name(struct str *s, struct symbols *symbols,
                const struct valgrind_stack *stack, uint64_t address,
                uint64_t size)
{
    const struct valgrind_frame *frame = stack->frames;
    if (!stack->count)
        return false;
    for (size_t i = 0; i < stack->count && is_tool(frame); i++)
        frame++;
    if (frame == stack->frames + stack->count || !frame->object)
        return false;
    bool pie = address < NO_PIE_BASE;
    uint64_t low = pie ? PIE_BASE : NO_PIE_BASE;
    uint64_t high = pie ? NO_PIE_BASE : LIBRARY_BASE;
    /* Only then both are the executable's. */
    if (address < low || address >= high || frame->address < low ||
        frame->address >= high)
        return false;
    struct str name, type;
    str_init(&name);
    str_init(&type);
    bool known = symbols_name_global(symbols, frame->object,
                                     pie ? address - PIE_BASE : address, size,
                                     &name, &type) != SYMBOLS_NO_FIT;
    if (known && type.len)
        str_addf(&name, " (%s)", type.data);
    if (known)
        show_text(s, name.data);
    str_fini(&name);
    str_fini(&type);
    return known;
}

/* The innermost and the outermost frame of the user, as a range; the whole
 * stack when there is none. */
static void user_range(struct symbols *symbols,
                       const struct valgrind_stack *stack, size_t *begin,
                       size_t *end)
{
    bool any = false;
    *begin = 0;
    *end = stack->count;
    for (size_t i = 0; i < stack->count; i++) {
        struct location place;
        place_of(symbols, &stack->frames[i], &place);
        if (!is_user(&place))
            continue;
        if (!any)
            *begin = i;
        *end = i + 1;
        any = true;
    }
}

/* Those of frames BEGIN to END - 1 that are not Valgrind's. */
static size_t take(struct symbols *symbols, const struct valgrind_stack *stack,
                   size_t begin, size_t end, struct location *out)
{
    size_t count = 0;
    for (size_t i = begin; i < end && count < CALLS_MOST; i++)
        if (!is_tool(&stack->frames[i]))
            place_of(symbols, &stack->frames[i], &out[count++]);
    return count;
}

static void show(struct str *s, const struct location *places, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        str_addf(s, "    #%zu ", i);
        show_location(s, &places[i]);
        str_add_char(s, '\n');
    }
}

size_t calls_read(struct symbols *symbols, const struct valgrind_stack *stack,
                  struct location out[static CALLS_MOST])
{
    size_t begin, end;
    user_range(symbols, stack, &begin, &end);
    return take(symbols, stack, 0, end, out);
}

void calls_show(struct str *s, struct symbols *symbols,
                const struct valgrind_stack *stack)
{
    struct location places[CALLS_MOST];
    show(s, places, calls_read(symbols, stack, places));
}

void calls_show_caller(struct str *s, struct symbols *symbols,
                       const struct valgrind_stack *stack)
{
    struct location places[CALLS_MOST];
    size_t begin, end;
    user_range(symbols, stack, &begin, &end);
    show(s, places, take(symbols, stack, begin, end, places));
}
