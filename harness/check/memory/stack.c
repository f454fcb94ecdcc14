#include "stack.h"

#include <string.h>

#include "check/show.h"

enum { INLINED = 16 };

static const struct memory_node *get_node(const struct judge *judge,
                                          uint32_t number)
{
    const struct memory *memory = judge->outcome->memory;
    return memory && number && number < MEMORY_NODES ? &memory->nodes[number]
                                                     : NULL;
}

bool stack_module(const struct judge *judge, uint64_t site, module_path out)
{
    const struct segment_module *module =
        segment_module_of(judge->segment, site);
    if (!module)
        return false;
    /* Copied: the text must not change under the reader. */
    memcpy(out, module->path, sizeof(module->path));
    out[sizeof(module->path) - 1] = '\0';
    return true;
}

static void add_site(struct stack *stack, const struct judge *judge,
                     uint64_t site)
{
    module_path path;
    if (stack_module(judge, site, path))
        stack->count += symbols_frames(
            judge->outcome->symbols, path, segment_site_offset(site), true,
            stack->frames + stack->count, STACK_FRAMES - stack->count);
}

void stack_read(struct stack *out, const struct judge *judge, uint32_t context)
{
    out->count = 0;
    out->cut = false;
    const struct memory_node *node;
    /* A node that was written over may be its own ancestor. */
    for (int depth = 0; (node = get_node(judge, context)); depth++) {
        if (out->count == STACK_FRAMES || depth == STACK_FRAMES) {
            out->cut = true;
            return;
        }
        add_site(out, judge, node->key);
        context = node->parent;
    }
    while (out->count > 1 &&
           !symbols_is_user_code(&out->frames[out->count - 1]))
        out->count--;
}

const struct location *stack_place(const struct stack *stack)
{
    for (size_t i = 0; i < stack->count; i++)
        if (symbols_is_user_code(&stack->frames[i]))
            return &stack->frames[i];
    return stack->count ? &stack->frames[0] : NULL;
}

uint64_t stack_site(const struct judge *judge, uint32_t context)
{
    const struct memory_node *node;
    for (int depth = 0;
         depth < STACK_FRAMES && (node = get_node(judge, context)); depth++) {
        struct location location;
        if (judge_locate(judge, node->key, &location) &&
            symbols_is_user_code(&location))
            return node->key;
        context = node->parent;
    }
    return 0;
}

void stack_show(struct str *s, const struct stack *stack)
{
    for (size_t i = 0; i < stack->count; i++) {
        str_addf(s, "    #%zu ", i);
        show_location(s, &stack->frames[i]);
        str_add_char(s, '\n');
    }
    if (stack->cut)
        str_add(s, "    and more\n");
    if (!stack->count)
        str_add(s, "    (no stack: the code is in no known file)\n");
}

size_t locks_read(const struct judge *judge, uint32_t locks,
                  struct held_lock out[MEMORY_LOCKS])
{
    size_t count = 0;
    const struct memory_node *node;
    while (count < MEMORY_LOCKS && (node = get_node(judge, locks))) {
        out[count++] = (struct held_lock){
            .object = (uint32_t)(node->key >> 32),
            .context = (uint32_t)node->key,
        };
        locks = node->parent;
    }
    return count;
}
