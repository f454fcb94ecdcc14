#include "module.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/names.h"
#include "debugfile.h"
#include "demangle.h"
#include "functions.h"
#include "units.h"

struct module {
    Dwfl *dwfl;
    Dwfl_Module *dwfl_module;
    Dwarf_Addr bias;       /* dwfl's address minus link-time address */
    Dwarf_Addr dwarf_bias; /* dwfl's address minus debug file's address */
    struct units units;
    struct functions functions;
    struct names names;
};

enum { NESTED_FUNCTIONS = 64 };

/* The functions around an address, outermost first. */
struct nest {
    Dwarf_Die functions[NESTED_FUNCTIONS];
    size_t count;
};

/* Make MODULE's Dwfl of FD, which it takes. */
static int report(struct module *module, const char *path, int fd,
                  bool names_only)
{
    static const Dwfl_Callbacks with_debug_files = {
        .find_elf = dwfl_build_id_find_elf,
        .find_debuginfo = debugfile_find,
        .section_address = dwfl_offline_section_address,
    };
    static const Dwfl_Callbacks without = {
        .find_elf = dwfl_build_id_find_elf,
        .find_debuginfo = debugfile_none,
        .section_address = dwfl_offline_section_address,
    };
    module->dwfl = dwfl_begin(names_only ? &without : &with_debug_files);
    if (!module->dwfl) {
        close(fd);
        return -ENOMEM;
    }
    dwfl_report_begin(module->dwfl);
    module->dwfl_module = dwfl_report_offline(module->dwfl, path, path, fd);
    dwfl_report_end(module->dwfl, NULL, NULL);
    /* The descriptor is taken only on success. */
    if (!module->dwfl_module)
        close(fd);
    if (!module->dwfl_module ||
        !dwfl_module_getelf(module->dwfl_module, &module->bias))
        return -ENOEXEC;
    return 0;
}

int module_open(struct module **out, const char *path, int fd, bool names_only)
{
    struct module *module = calloc(1, sizeof(*module));
    if (!module) {
        close(fd);
        return -ENOMEM;
    }
    int err = report(module, path, fd, names_only);
    if (err) {
        module_close(module);
        return err;
    }
    units_init(&module->units, names_only
                                   ? NULL
                                   : dwfl_module_getdwarf(module->dwfl_module,
                                                          &module->dwarf_bias));
    names_init(&module->names, &module->units,
               module->bias - module->dwarf_bias);
    *out = module;
    return 0;
}

void module_close(struct module *module)
{
    if (!module)
        return;
    names_fini(&module->names);
    functions_fini(&module->functions);
    units_fini(&module->units);
    if (module->dwfl)
        dwfl_end(module->dwfl);
    free(module);
}

static void add_to_nest(struct nest *nest, const Dwarf_Die *function)
{
    if (nest->count < NESTED_FUNCTIONS)
        nest->functions[nest->count++] = *function;
}

/* Collect the functions inlined into PARENT that are around PC. */
static void descend(Dwarf_Die *parent, Dwarf_Addr pc, struct nest *nest)
{
    Dwarf_Die die;
    if (dwarf_child(parent, &die) != 0)
        return;
    do {
        if (dwarf_haspc(&die, pc) <= 0)
            continue;
        if (dwarf_tag(&die) == DW_TAG_inlined_subroutine)
            add_to_nest(nest, &die);
        descend(&die, pc, nest);
        return;
    } while (dwarf_siblingof(&die, &die) == 0);
}

static bool is_cxx(Dwarf_Die *unit)
{
    switch (dwarf_srclang(unit)) {
    case DW_LANG_C_plus_plus:
    case DW_LANG_C_plus_plus_03:
    case DW_LANG_C_plus_plus_11:
    case DW_LANG_C_plus_plus_14:
        return true;
    default:
        return false;
    }
}

/* The declaration of FUNCTION, which stands in its class or namespace. */
static Dwarf_Die declaration(Dwarf_Die *function)
{
    static const unsigned links[] = {DW_AT_abstract_origin,
                                     DW_AT_specification};
    Dwarf_Die die = *function;
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        Dwarf_Attribute attribute;
        Dwarf_Die next;
        if (dwarf_attr(&die, links[i], &attribute) &&
            dwarf_formref_die(&attribute, &next))
            die = next;
    }
    return die;
}

/* "space::class::" of FUNCTION; returns the length. *LAMBDA: in a class without
 * a name. */
static size_t qualify(Dwarf_Die *function, char *out, size_t size, bool *lambda)
{
    Dwarf_Die die = declaration(function);
    Dwarf_Die *scopes = NULL;
    int count = dwarf_getscopes_die(&die, &scopes);
    size_t len = 0;
    for (int i = count - 1; i > 0 && len < size; i--) {
        int tag = dwarf_tag(&scopes[i]);
        const char *name = dwarf_diename(&scopes[i]);
        *lambda |= !name && tag == DW_TAG_class_type;
        if (!name || (tag != DW_TAG_namespace && tag != DW_TAG_class_type &&
                      tag != DW_TAG_structure_type))
            continue;
        int n = snprintf(out + len, size - len, "%s::", name);
        len += n > 0 ? (size_t)n : 0;
    }
    free(scopes);
    return len < size ? len : 0;
}

static void name_function(struct unit *unit, Dwarf_Die *function,
                          struct code_frame *frame)
{
    const char *name = dwarf_diename(function);
    if (!name)
        return;
    bool lambda = false;
    size_t len = is_cxx(&unit->code) ? qualify(function, frame->function,
                                               sizeof(frame->function), &lambda)
                                     : 0;
    Dwarf_Attribute attribute;
    const char *mangled = lambda
                              ? dwarf_formstring(dwarf_attr_integrate(
                                    function, DW_AT_linkage_name, &attribute))
                              : NULL;
    if (mangled) {
        demangle(mangled, frame->function, sizeof(frame->function));
        return;
    }
    snprintf(frame->function + len, sizeof(frame->function) - len, "%s", name);
}

/* The line of PC; line 0 (code that belongs to no line) gives way to the one
 * before it. */
static void find_line(struct unit *unit, Dwarf_Addr pc,
                      struct code_frame *frame)
{
    enum { STEPS = 32 };
    for (int i = 0; i < STEPS; i++) {
        Dwarf_Line *line = dwarf_getsrc_die(&unit->lines, pc);
        Dwarf_Addr start;
        if (!line || dwarf_lineno(line, &frame->line) ||
            dwarf_lineaddr(line, &start))
            return;
        frame->file = dwarf_linesrc(line, NULL, NULL);
        if (frame->line || !start)
            return;
        pc = start - 1;
    }
}

/* The line from which INLINED was called. */
static void find_call(struct unit *unit, Dwarf_Die *inlined,
                      struct code_frame *frame)
{
    Dwarf_Attribute attribute;
    Dwarf_Word value;
    Dwarf_Files *files;
    size_t count;
    if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute),
                        &value) == 0 &&
        dwarf_getsrcfiles(&unit->lines, &files, &count) == 0 && value < count)
        frame->file = dwarf_filesrc(files, value, NULL, NULL);
    if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute),
                        &value) == 0)
        frame->line = (int)value;
}

static size_t resolve_dwarf(struct module *module, uint64_t address,
                            struct code_frame *frames, size_t max)
{
    Dwarf_Addr pc = address + module->bias - module->dwarf_bias;
    struct unit unit;
    if (!units_find(&module->units, pc, &unit))
        return 0;
    struct nest nest = {.count = 0};
    Dwarf_Die function;
    if (functions_find(&module->functions, &unit.code, pc, &function)) {
        add_to_nest(&nest, &function);
        descend(&function, pc, &nest);
    }
    Dwarf_Attribute attribute;
    const char *directory =
        dwarf_formstring(dwarf_attr(&unit.lines, DW_AT_comp_dir, &attribute));
    size_t count = nest.count ? nest.count : 1;
    if (count > max)
        count = max;
    for (size_t i = 0; i < count; i++) {
        struct code_frame *frame = &frames[i];
        *frame = (struct code_frame){.directory = directory};
        if (i == 0)
            find_line(&unit, pc, frame);
        else
            find_call(&unit, &nest.functions[nest.count - i], frame);
        if (nest.count)
            name_function(&unit, &nest.functions[nest.count - 1 - i], frame);
    }
    return count;
}

/* Cut what compilers add to a name when they clone or move a function. */
static void cut_suffix(char *name)
{
    static const char *const suffixes[] = {
        ".constprop.", ".isra.", ".part.", ".cold", ".llvm.", ".lto_priv."};
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        char *at = strstr(name, suffixes[i]);
        if (at && at > name)
            *at = '\0';
    }
    /* "name.123": a static or nested function. */
    char *dot = strrchr(name, '.');
    if (dot && dot > name && dot[1] && !dot[1 + strspn(dot + 1, "0123456789")])
        *dot = '\0';
}

static bool resolve_symbol(struct module *module, uint64_t address,
                           char *function, size_t size)
{
    GElf_Off offset;
    GElf_Sym symbol;
    const char *name =
        dwfl_module_addrinfo(module->dwfl_module, address + module->bias,
                             &offset, &symbol, NULL, NULL, NULL);
    int type = GELF_ST_TYPE(symbol.st_info);
    if (!name || !*name ||
        (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_NOTYPE))
        return false;
    char own[2048];
    snprintf(own, sizeof(own), "%s", name);
    cut_suffix(own);
    demangle(own, function, size);
    return true;
}

size_t module_resolve(struct module *module, uint64_t address,
                      struct code_frame *frames, size_t max)
{
    if (!max)
        return 0;
    size_t count = resolve_dwarf(module, address, frames, max);
    if (!count)
        frames[0] = (struct code_frame){.line = 0};
    if (!frames[0].function[0] &&
        resolve_symbol(module, address, frames[0].function,
                       sizeof(frames[0].function)) &&
        !count)
        count = 1;
    return count;
}

struct names *module_names(struct module *module)
{
    return &module->names;
}

bool module_object(struct module *module, uint64_t address, char *name,
                   size_t size, uint64_t *inside)
{
    GElf_Off offset;
    GElf_Sym symbol;
    const char *found =
        dwfl_module_addrinfo(module->dwfl_module, address + module->bias,
                             &offset, &symbol, NULL, NULL, NULL);
    if (!found || !*found || GELF_ST_TYPE(symbol.st_info) != STT_OBJECT ||
        offset >= symbol.st_size)
        return false;
    snprintf(name, size, "%s", found);
    *inside = offset;
    return true;
}
