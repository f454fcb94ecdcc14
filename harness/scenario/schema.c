#include "schema.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"

/* Flags of a key that must be there, and of one that may. */
#define NEEDED CYAML_FLAG_POINTER
#define MAY    (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)

/* A list's items: texts that may be empty. */
static const cyaml_schema_value_t text_item = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, CYAML_UNLIMITED),
};

/* Keys of an oracle, named as the members of struct raw_oracle. */
#define TEXT(flags, key)                                           \
    CYAML_FIELD_STRING_PTR(#key, flags, struct raw_oracle, key, 1, \
                           CYAML_UNLIMITED)
#define TRUTH(key) \
    CYAML_FIELD_BOOL(#key, CYAML_FLAG_OPTIONAL, struct raw_oracle, key)
#define LIST(flags, key, min)                                                  \
    CYAML_FIELD_SEQUENCE(#key, flags, struct raw_oracle, key, &text_item, min, \
                         CYAML_UNLIMITED)

static const cyaml_schema_field_t exit_keys[] = {
    TEXT(NEEDED, status),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t equals_keys[] = {
    TEXT(NEEDED, observation),
    TEXT(NEEDED, value),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t lines_keys[] = {
    TEXT(NEEDED, file), TEXT(MAY, pattern), TEXT(MAY, count),
    TRUTH(distinct),    CYAML_FIELD_END,
};
static const cyaml_schema_field_t unique_keys[] = {
    TEXT(NEEDED, stream),
    TEXT(MAY, count),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t streams_keys[] = {
    TEXT(NEEDED, stream),
    TEXT(MAY, overlap),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t exactly_once_keys[] = {
    TEXT(NEEDED, queue),
    TEXT(MAY, count),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t fifo_keys[] = {
    TEXT(NEEDED, queue),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t same_as_single_keys[] = {
    TEXT(MAY, stream),
    TEXT(MAY, observation),
    TEXT(MAY, file),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t never_together_keys[] = {
    TEXT(NEEDED, section),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t no_leaks_keys[] = {
    LIST(MAY, allow, 0),
    TRUTH(descriptors),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t within_keys[] = {
    TEXT(MAY, time),
    TEXT(MAY, points),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t command_keys[] = {
    LIST(NEEDED, run, 1),
    CYAML_FIELD_END,
};

#define ORACLE_KEY(id, name)                                  \
    CYAML_FIELD_MAPPING_PTR(#name, MAY, struct raw_invariant, \
                            oracles[ORACLE_##id], name##_keys),

static const cyaml_schema_field_t invariant_keys[] = {
    CYAML_FIELD_STRING_PTR("name", MAY, struct raw_invariant, name, 1,
                           CYAML_UNLIMITED),
    ORACLE_KEY(EXIT, exit) ORACLE_KEY(EQUALS, equals) ORACLE_KEY(LINES, lines)
        ORACLE_KEY(UNIQUE, unique) ORACLE_KEY(STREAMS, streams)
            ORACLE_KEY(EXACTLY_ONCE, exactly_once) ORACLE_KEY(FIFO, fifo)
                ORACLE_KEY(SAME_AS_SINGLE, same_as_single)
                    ORACLE_KEY(NEVER_TOGETHER, never_together)
                        ORACLE_KEY(NO_LEAKS, no_leaks)
                            ORACLE_KEY(WITHIN, within)
                                ORACLE_KEY(COMMAND, command) CYAML_FIELD_END,
};
static const cyaml_schema_value_t invariant_item = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_invariant,
                        invariant_keys),
};

static const cyaml_strval_t directories[] = {{"private", 0}, {"current", 1}};
static const cyaml_strval_t expectations[] = {
    {"pass", EXPECT_PASS},
    {"fail", EXPECT_FAIL},
};
static const cyaml_strval_t findings[] = {
#define FINDING_WORD(id, name, about) {name, FINDING_##id + 1},
    FINDING_KINDS(FINDING_WORD)
#undef FINDING_WORD
};

#define TOP_TEXT(flags, key, min)                                      \
    CYAML_FIELD_STRING_PTR(#key, flags, struct raw_scenario, key, min, \
                           CYAML_UNLIMITED)
#define TOP_LIST(key, item, max) \
    CYAML_FIELD_SEQUENCE(#key, MAY, struct raw_scenario, key, item, 0, max)
#define TOP_WORD(key, words)                                        \
    CYAML_FIELD_ENUM(#key, CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, \
                     struct raw_scenario, key, words, CYAML_ARRAY_LEN(words))

static const cyaml_schema_field_t scenario_keys[] = {
    TOP_TEXT(MAY, scenario, 1),
    TOP_TEXT(MAY, about, 0),
    TOP_TEXT(NEEDED, target, 1),
    TOP_LIST(arguments, &text_item, CYAML_UNLIMITED),
    TOP_LIST(environment, &text_item, CYAML_UNLIMITED),
    /* Its keys are free, which libcyaml has no table for: parameters.c. */
    CYAML_FIELD_IGNORE("parameters", CYAML_FLAG_OPTIONAL),
    TOP_LIST(shrink, &text_item, CYAML_UNLIMITED),
    TOP_TEXT(MAY, delay, 1),
    TOP_TEXT(MAY, iterations, 1),
    TOP_TEXT(MAY, time_limit, 1),
    TOP_WORD(directory, directories),
    TOP_LIST(invariants, &invariant_item, 1000),
    TOP_WORD(expect, expectations),
    TOP_WORD(finding, findings),
    CYAML_FIELD_END,
};

const cyaml_schema_value_t scenario_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct raw_scenario, scenario_keys),
};

/* What libcyaml says through its log: a message, then a backtrace, innermost
 * value first, of which the first line has the best place there is. */
struct complaint {
    char message[256];
    unsigned line, column; /* 0: not said */
};

__attribute__((format(printf, 3, 0))) static void
listen(cyaml_log_t level, void *context, const char *format, va_list args)
{
    struct complaint *complaint = context;
    char text[256];
    if (level < CYAML_LOG_ERROR)
        return;
    vsnprintf(text, sizeof(text), format, args);
    text[strcspn(text, "\n")] = '\0';
    const char *place = strstr(text, "(line: ");
    const char *message =
        strncmp(text, "Load: ", 6) ? text : text + strlen("Load: ");
    if (!complaint->message[0])
        snprintf(complaint->message, sizeof(complaint->message), "%s", message);
    else if (place && !complaint->line)
        sscanf(place, "(line: %u, column: %u)", &complaint->line,
               &complaint->column);
}

static cyaml_config_t configure(struct complaint *complaint)
{
    return (cyaml_config_t){
        .log_fn = listen,
        .log_ctx = complaint,
        .log_level = CYAML_LOG_ERROR,
        .mem_fn = cyaml_mem,
        .flags = CYAML_CFG_NO_ALIAS,
    };
}

int schema_load(struct raw_scenario **out, const char *path, const char *text,
                size_t len, struct mps_diag *diag)
{
    struct complaint complaint = {.line = 0};
    cyaml_config_t config = configure(&complaint);
    void *data = NULL;
    *out = NULL;
    cyaml_err_t err = cyaml_load_data((const uint8_t *)text, len, &config,
                                      &scenario_schema, &data, NULL);
    /* document_parse() has read the same bytes with the same parser: where
     * that fails now, it lacks memory. */
    if (err == CYAML_ERR_OOM || err == CYAML_ERR_LIBYAML_PARSER_INIT ||
        err == CYAML_ERR_LIBYAML_PARSER)
        return diag_set(diag, -ENOMEM, "%s: out of memory", path);
    if (err != CYAML_OK || !data)
        return diag_set(diag, -MPS_EINPUT, "%s:%u:%u: %s", path,
                        complaint.line ? complaint.line : 1,
                        complaint.column ? complaint.column : 1,
                        complaint.message[0] ? complaint.message
                                             : cyaml_strerror(err));
    *out = data;
    return 0;
}

void schema_free(struct raw_scenario *raw)
{
    struct complaint complaint = {.line = 0};
    cyaml_config_t config = configure(&complaint);
    if (raw)
        cyaml_free(&config, &scenario_schema, raw, 0);
}
