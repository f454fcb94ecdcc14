#include "elements.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"

enum {
    SENTENCE_LIMIT = 2 * TEXT_LIMIT,
    ERROR_LIMIT = 10000,
    THREAD_LIMIT = 10000,
    PART_LIMIT = 64,
    FRAME_LIMIT = 512
};

/* ITEMS with room for one more of SIZE bytes, zeroed; NULL beyond LIMIT or
 * without memory. */
static void *grow(struct parser *parser, void *items, size_t count, size_t size,
                  size_t limit)
{
    if (count >= limit)
        return NULL;
    char *grown = items;
    if (!(count & (count - 1))) {
        grown = realloc(items, (count ? 2 * count : 1) * size);
        if (!grown) {
            parser->failed = true;
            return NULL;
        }
    }
    memset(grown + count * size, 0, size);
    return grown;
}

/* -- What elements mean -----------------------------------------------------*/

/* The text of the element that ends, unless *OUT has one already. */
static void keep_text(struct parser *parser, char **out)
{
    if (*out || !parser->text.len)
        return;
    *out = strdup(parser->text.data);
    parser->failed |= !*out;
}

/* Decimal, or hexadecimal with 0x; 0 for anything else. */
static uint64_t number_of(const struct parser *parser)
{
    char *end;
    errno = 0;
    uint64_t number = strtoull(parser->text.data, &end, 0);
    return errno || *end ? 0 : number;
}

static uint32_t small_number_of(const struct parser *parser)
{
    uint64_t number = number_of(parser);
    return number > INT_MAX ? 0 : (uint32_t)number;
}

static void end_pid(struct parser *parser)
{
    parser->report->pid = small_number_of(parser);
}

static void end_ppid(struct parser *parser)
{
    parser->report->ppid = small_number_of(parser);
}

static void end_tool(struct parser *parser)
{
    keep_text(parser, &parser->report->tool);
}

static void end_program(struct parser *parser)
{
    keep_text(parser, &parser->report->program);
}

static void end_state(struct parser *parser)
{
    parser->report->finished |= !strcmp(parser->text.data, "FINISHED");
}

/* Threads. */

static struct valgrind_thread *last_thread(struct parser *parser)
{
    size_t count = parser->report->thread_count;
    return count ? &parser->report->threads[count - 1] : NULL;
}

static void begin_thread(struct parser *parser)
{
    struct valgrind_report *report = parser->report;
    struct valgrind_thread *threads =
        grow(parser, report->threads, report->thread_count, sizeof(*threads),
             THREAD_LIMIT);
    if (!threads)
        return;
    report->threads = threads;
    report->thread_count++;
}

static void end_thread_number(struct parser *parser)
{
    struct valgrind_thread *thread = last_thread(parser);
    if (thread)
        thread->number = small_number_of(parser);
}

static void end_thread_root(struct parser *parser)
{
    struct valgrind_thread *thread = last_thread(parser);
    if (thread)
        thread->root = true;
}

static void begin_thread_stack(struct parser *parser)
{
    struct valgrind_thread *thread = last_thread(parser);
    parser->stack = thread && !thread->created.count ? &thread->created : NULL;
}

/* Errors: only one that is closed counts. */

static void begin_error(struct parser *parser)
{
    struct valgrind_report *report = parser->report;
    struct valgrind_error *errors =
        grow(parser, report->errors, report->error_count, sizeof(*errors),
             ERROR_LIMIT);
    if (!errors)
        return;
    report->errors = errors;
    parser->error = &errors[report->error_count];
}

void parser_drop_error(struct parser *parser)
{
    if (parser->error)
        valgrind_error_fini(parser->error);
    parser->error = NULL;
    parser->stack = NULL;
}

static void end_error(struct parser *parser)
{
    struct valgrind_error *error = parser->error;
    if (error && error->kind && error->part_count) {
        parser->report->error_count++;
        parser->error = NULL;
    }
    parser_drop_error(parser);
}

static void end_kind(struct parser *parser)
{
    if (parser->error)
        keep_text(parser, &parser->error->kind);
}

static void end_tid(struct parser *parser)
{
    if (parser->error)
        parser->error->tid = small_number_of(parser);
}

static struct valgrind_part *last_part(struct parser *parser)
{
    struct valgrind_error *error = parser->error;
    return error && error->part_count ? &error->parts[error->part_count - 1]
                                      : NULL;
}

static struct valgrind_part *add_part(struct parser *parser)
{
    struct valgrind_error *error = parser->error;
    struct valgrind_part *parts =
        error ? grow(parser, error->parts, error->part_count, sizeof(*parts),
                     PART_LIMIT)
              : NULL;
    if (!parts)
        return NULL;
    error->parts = parts;
    return &parts[error->part_count++];
}

/* Add TEXT to a sentence whose stack has not come yet, or begin another: some
 * are given in pieces ("call to f failed", "with error code 16"). */
static void say(struct parser *parser, const char *text)
{
    struct valgrind_part *part = last_part(parser);
    if (!*text)
        return;
    if (!part || part->stack.count)
        part = add_part(parser);
    if (!part)
        return;
    char *joined =
        part->text ? str_format("%s %s", part->text, text) : strdup(text);
    if (!joined || strlen(joined) > SENTENCE_LIMIT) {
        parser->failed |= !joined;
        free(joined);
        return;
    }
    free(part->text);
    part->text = joined;
}

static void end_sentence(struct parser *parser)
{
    say(parser, parser->text.data);
}

static void begin_error_stack(struct parser *parser)
{
    struct valgrind_part *part = last_part(parser);
    if (!part || part->stack.count)
        part = add_part(parser);
    parser->stack = part ? &part->stack : NULL;
}

/* DRD's stacks come in elements of their own, without a sentence. */

static void begin_stacked(struct parser *parser, const char *text)
{
    struct valgrind_part *part = add_part(parser);
    if (part)
        part->text = strdup(text);
    parser->failed |= part && !part->text;
}

static void begin_allocation(struct parser *parser)
{
    begin_stacked(parser, "Allocated");
}

static void begin_acquired(struct parser *parser)
{
    begin_stacked(parser, "Acquired");
}

/* "mutex", "0x10c080": it will read "First observed: mutex 0x10c080". */
static void begin_observed(struct parser *parser)
{
    begin_stacked(parser, "First observed:");
}

/* -- The end of the process ----------------------------------------------- */

static void end_signal(struct parser *parser)
{
    parser->report->signal = (int)small_number_of(parser);
}

static void end_signal_code(struct parser *parser)
{
    char *end;
    long code = strtol(parser->text.data, &end, 10);
    if (!*end && code >= INT_MIN && code <= INT_MAX)
        parser->report->signal_code = (int)code;
}

static void begin_signal_stack(struct parser *parser)
{
    struct valgrind_stack *stack = &parser->report->signal_stack;
    parser->stack = stack->count ? NULL : stack;
}

/* -- Frames ---------------------------------------------------------------- */

static struct valgrind_frame *last_frame(struct parser *parser)
{
    struct valgrind_stack *stack = parser->stack;
    return stack && stack->count ? &stack->frames[stack->count - 1] : NULL;
}

static void begin_frame(struct parser *parser)
{
    struct valgrind_stack *stack = parser->stack;
    struct valgrind_frame *frames =
        stack ? grow(parser, stack->frames, stack->count, sizeof(*frames),
                     FRAME_LIMIT)
              : NULL;
    if (!frames) {
        /* What follows belongs to no frame. */
        parser->stack = NULL;
        return;
    }
    stack->frames = frames;
    stack->count++;
}

static void end_address(struct parser *parser)
{
    struct valgrind_frame *frame = last_frame(parser);
    if (frame)
        frame->address = number_of(parser);
}

static void end_object(struct parser *parser)
{
    struct valgrind_frame *frame = last_frame(parser);
    if (frame)
        keep_text(parser, &frame->object);
}

static void end_function(struct parser *parser)
{
    struct valgrind_frame *frame = last_frame(parser);
    if (frame)
        keep_text(parser, &frame->function);
}

static void end_directory(struct parser *parser)
{
    struct valgrind_frame *frame = last_frame(parser);
    if (frame)
        keep_text(parser, &frame->directory);
}

static void end_file(struct parser *parser)
{
    struct valgrind_frame *frame = last_frame(parser);
    if (frame)
        keep_text(parser, &frame->file);
}

static void end_line(struct parser *parser)
{
    struct valgrind_frame *frame = last_frame(parser);
    if (frame)
        frame->line = small_number_of(parser);
}

static void end_stack(struct parser *parser)
{
    parser->stack = NULL;
}

/* -- The elements that matter, each by its parent ---------------------------*/

static const struct rule rules[] = {
    {"", "valgrindoutput", NULL, NULL},
    {"valgrindoutput", "pid", NULL, end_pid},
    {"valgrindoutput", "ppid", NULL, end_ppid},
    {"valgrindoutput", "tool", NULL, end_tool},
    {"valgrindoutput", "args", NULL, NULL},
    {"args", "argv", NULL, NULL},
    {"argv", "exe", NULL, end_program},
    {"valgrindoutput", "status", NULL, NULL},
    {"status", "state", NULL, end_state},

    {"valgrindoutput", "announcethread", begin_thread, NULL},
    {"announcethread", "hthreadid", NULL, end_thread_number},
    {"announcethread", "isrootthread", NULL, end_thread_root},
    {"announcethread", "stack", begin_thread_stack, end_stack},

    {"valgrindoutput", "error", begin_error, end_error},
    {"error", "kind", NULL, end_kind},
    {"error", "tid", NULL, end_tid},
    {"error", "what", NULL, end_sentence},
    {"error", "auxwhat", NULL, end_sentence},
    {"error", "xwhat", NULL, NULL},
    {"xwhat", "text", NULL, end_sentence},
    {"error", "xauxwhat", NULL, NULL},
    {"xauxwhat", "text", NULL, end_sentence},
    {"error", "stack", begin_error_stack, end_stack},
    {"error", "allocation_context", begin_allocation, NULL},
    {"allocation_context", "stack", begin_error_stack, end_stack},
    {"error", "acquired_at", begin_acquired, NULL},
    {"acquired_at", "stack", begin_error_stack, end_stack},
    {"error", "first_observed_at", begin_observed, NULL},
    {"first_observed_at", "what", NULL, end_sentence},
    {"first_observed_at", "address", NULL, end_sentence},
    {"first_observed_at", "stack", begin_error_stack, end_stack},

    {"valgrindoutput", "fatal_signal", NULL, NULL},
    {"fatal_signal", "signo", NULL, end_signal},
    {"fatal_signal", "sicode", NULL, end_signal_code},
    {"fatal_signal", "stack", begin_signal_stack, end_stack},

    {"stack", "frame", begin_frame, NULL},
    {"frame", "ip", NULL, end_address},
    {"frame", "obj", NULL, end_object},
    {"frame", "fn", NULL, end_function},
    {"frame", "dir", NULL, end_directory},
    {"frame", "file", NULL, end_file},
    {"frame", "line", NULL, end_line},
};

const struct rule *elements_find(const char *parent, const char *name)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        if (!strcmp(rules[i].name, name) && !strcmp(rules[i].parent, parent))
            return &rules[i];
    return NULL;
}
