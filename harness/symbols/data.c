/* The part of symbols.h that is about data. */
#include "data/expressions.h"
#include "internal.h"
#include "source.h"

/* The module's names, with the lock held, or NULL without it. */
static struct names *lock_names(struct symbols *symbols, const char *path,
                                struct module **module)
{
    pthread_mutex_lock(&symbols->lock);
    const char *known = intern(&symbols->texts, path);
    *module = known ? symbols_module(symbols, known, 0) : NULL;
    if (*module)
        return module_names(*module);
    pthread_mutex_unlock(&symbols->lock);
    return NULL;
}

size_t symbols_pointers(struct symbols *symbols, const char *path,
                        uint64_t *offsets, size_t max)
{
    struct module *module;
    struct location location = {.module = path};
    if (!symbols_is_user_code(&location))
        return 0;
    struct names *names = lock_names(symbols, path, &module);
    if (!names)
        return 0;
    size_t count = names_pointers(names, offsets, max);
    pthread_mutex_unlock(&symbols->lock);
    return count;
}

enum symbols_fit symbols_name_pointee(struct symbols *symbols, const char *path,
                                      uint64_t pointer, uint64_t behind,
                                      uint64_t size, struct str *name,
                                      struct str *type)
{
    struct module *module;
    struct names *names = lock_names(symbols, path, &module);
    if (!names)
        return SYMBOLS_NO_FIT;
    enum symbols_fit fit =
        names_pointee(names, pointer, behind, size, name, type);
    pthread_mutex_unlock(&symbols->lock);
    return fit;
}

enum symbols_fit symbols_name_global(struct symbols *symbols, const char *path,
                                     uint64_t offset, uint64_t size,
                                     struct str *name, struct str *type)
{
    struct module *module;
    struct names *names = lock_names(symbols, path, &module);
    if (!names)
        return SYMBOLS_NO_FIT;
    enum symbols_fit fit = names_global(names, offset, size, name, type);
    char symbol[256];
    uint64_t inside;
    if (fit == SYMBOLS_NO_FIT &&
        module_object(module, offset, symbol, sizeof(symbol), &inside)) {
        str_add(name, symbol);
        if (inside)
            str_addf(name, "+%llu", (unsigned long long)inside);
        fit = SYMBOLS_INSIDE;
    }
    pthread_mutex_unlock(&symbols->lock);
    return fit;
}

enum symbols_fit symbols_name_typed(struct symbols *symbols, const char *path,
                                    const char *of, uint64_t offset,
                                    uint64_t size, struct str *name,
                                    struct str *type)
{
    struct module *module;
    struct names *names = lock_names(symbols, path, &module);
    if (!names)
        return SYMBOLS_NO_FIT;
    enum symbols_fit fit = names_typed(names, of, offset, size, name, type);
    pthread_mutex_unlock(&symbols->lock);
    return fit;
}

size_t symbols_expressions(struct symbols *symbols, const char *path,
                           uint64_t offset, bool return_address, uint64_t size,
                           struct symbols_expression *out, size_t max)
{
    struct module *module;
    struct names *names = lock_names(symbols, path, &module);
    if (!names)
        return 0;
    uint64_t address = offset - (return_address && offset ? 1 : 0);
    struct code_frame frames[INLINE_DEPTH];
    size_t count = module_resolve(module, address, frames, INLINE_DEPTH);
    size_t i = 0, found = 0;
    while (i + 1 < count && frames[i].file && source_is_system(frames[i].file))
        i++;
    struct str line;
    str_init(&line);
    if (count && frames[i].file &&
        source_line(&line, frames[i].directory, frames[i].file, frames[i].line))
        found = expressions_find(names, address, line.data, size, out, max);
    pthread_mutex_unlock(&symbols->lock);
    str_fini(&line);
    return found;
}
