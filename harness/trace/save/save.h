/* The parts of trace_save(). Private to trace/. */
#ifndef MPS_TRACE_SAVE_H
#define MPS_TRACE_SAVE_H

#include <sqlite3.h>

#include "base/str.h"
#include "trace/trace.h"

/* The id of a site in the table places. */
struct save_site {
    uint64_t site; /* 0: free slot */
    int64_t id;
};

struct save {
    sqlite3 *db; /* in memory */
    const struct outcome *outcome;
    struct str scratch;      /* for texts on their way into the database */
    struct save_site *sites; /* hash table */
    size_t site_slots;       /* a power of two, or 0 */
    size_t site_count;
    int64_t place_count;
};

/* One row on its way into a table: begin, the values in order, end. The first
 * error counts; insert_end() returns it (-ENOMEM: the database is in memory,
 * nothing else can happen to it). */
struct insert {
    struct save *save;
    sqlite3_stmt *statement;
    int column;
    int err;
};

/* Rows go into TABLE, which has COLUMNS columns. Release with
 * insert_close(). */
int insert_open(struct insert *insert, struct save *save, const char *table,
                unsigned columns);
void insert_close(struct insert *insert);
void insert_null(struct insert *insert);
void insert_number(struct insert *insert, int64_t number);
/* The same bits as a signed number. */
void insert_bits(struct insert *insert, uint64_t number);
/* In decimal, as a text. */
void insert_decimal(struct insert *insert, uint64_t number);
/* TEXT becomes valid UTF-8; NULL stays NULL. */
void insert_text(struct insert *insert, const char *text);
void insert_blob(struct insert *insert, const void *data, size_t size);
/* The place with id ID, or NULL for 0. */
void insert_place(struct insert *insert, int64_t id);
int insert_end(struct insert *insert);

/* The id of SITE in places, made should it be new; 0 for an unknown site. */
int save_site(struct save *save, uint64_t site, int64_t *id);
/* Append "function() file:line" of SITE; nothing for an unknown one. */
void save_site_text(const struct save *save, uint64_t site, struct str *text);
/* Add LOCATION to places. */
int save_location(struct save *save, const struct location *location,
                  const struct segment_module *module, int64_t *id);

/* One row of a table of keys and values. */
struct save_key {
    const char *key, *text;
    uint64_t number; /* where there is no text */
};
int save_keys(struct save *save, const char *table, const struct save_key *rows,
              size_t count);

/* Each fills some tables; 0 or -errno. */
int save_meta(struct save *save, const struct trace_info *info);
int save_control_meta(struct save *save);
int save_tasks(struct save *save);
int save_objects(struct save *save);
int save_ops(struct save *save);
/* The schedule of an iteration under control as it was recorded. */
int save_schedule(struct save *save);
int save_mishaps(struct save *save);
int save_records(struct save *save);
int save_findings(struct save *save, const struct finding_list *findings);
int save_files(struct save *save);

#endif
