/* From the tables of a trace to struct trace. Private to trace/. */
#ifndef MPS_TRACE_LOAD_H
#define MPS_TRACE_LOAD_H

#include "database.h"
#include "scenario/arena.h"
#include "trace/explanation.h"

struct trace {
    struct arena *arena; /* everything below */
    struct trace_meta meta;
    struct trace_param *params;
    size_t param_count;
    const char **arguments;
    size_t argument_count;
    struct trace_task *tasks;
    size_t task_count;
    struct trace_op *ops;
    size_t op_count;
    struct trace_segment *segments;
    size_t segment_count;
    struct trace_mishap *mishaps;
    size_t mishap_count;
    struct trace_message *messages;
    size_t message_count;
    struct trace_observation *observations;
    size_t observation_count;
    struct trace_file *files;
    size_t file_count;
    struct finding_list findings;
    const struct trace_explanation *explanation; /* or NULL */
};

struct load_place {
    const char *text;
    struct location location;
};

/* A trace on its way out of a database. */
struct load {
    struct database database;
    struct trace *trace;
    struct load_place *places; /* id 1 comes first */
    size_t place_count;
    const char **objects; /* texts by number; NULL: there is none */
    size_t explanation_tasks;

    /* The row that is being read. */
    const char *table;
    size_t row; /* from 0 */
    sqlite3_stmt *statement;
    int err; /* the first; the values read then are harmless ones */
};

/* "PATH: damaged: table ops, row 17: ..." Returns and keeps the code. */
int load_damaged(struct load *load, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Says "PATH: out of memory"; the same otherwise. */
int load_no_memory(struct load *load);

/* The value of COLUMN in the current row, "" or 0 after an error. */
const char *load_text(struct load *load, int column);
/* NULL for NULL. */
const char *load_optional_text(struct load *load, int column);
int64_t load_number(struct load *load, int column);
/* 0 .. MAX. */
uint64_t load_count(struct load *load, int column, uint64_t max);
uint64_t load_bits(struct load *load, int column);
bool load_is_null(struct load *load, int column);
const void *load_blob(struct load *load, int column, size_t *size);

/* A key of a table of keys and values, and the field of a struct that its
 * value goes into. */
enum load_field_type {
    LOAD_TEXT,   /* const char * */
    LOAD_NUMBER, /* uint64_t */
    LOAD_STATUS, /* int, stored without its sign */
    LOAD_BOOL
};
struct load_field {
    uint32_t format; /* the first that has it; before, the field stays */
    const char *key;
    enum load_field_type type;
    size_t offset;
};
/* Fill the struct INTO from TABLE, which has to have every key once. Keys
 * that are not in FIELDS are passed over. */
int load_keys(struct load *load, const char *table,
              const struct load_field *fields, size_t count, void *into);

/* Each fills its part of the trace; 0 or a negative code with the diagnostic
 * set. In this order. */
int load_context(struct load *load);
int load_rows(struct load *load);
int load_findings(struct load *load);
int load_explanation(struct load *load);

/* Read the table NAME with SQL, at most LIMIT rows of ROW_SIZE bytes each, into
 * an array in the arena: READ takes the values of one row. */
int load_table(struct load *load, const char *name, const char *sql,
               size_t limit, size_t row_size,
               void (*read)(struct load *load, void *row), void *out_items,
               size_t *out_count);

#endif
