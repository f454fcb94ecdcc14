/* pool: clean rows of text (strip, lower-case) on many workers, order kept. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mp/memory.h"
#include "mp/pool.h"
#include "mp/queue.h"
#include "program.h"

struct settings {
    struct program_settings common;
    uint64_t rows;
    uint64_t chunk;
    uint64_t poison; /* 1 + index of a row that kills its worker; 0: none */
    const char *input;
    const char *output;
};

enum { ROW_SIZE = 120 };

/* A row, cleaned or not; terminated. An empty one has no result. */
struct row {
    char text[ROW_SIZE];
};

struct table {
    size_t count;
    struct row *rows;
};

/* -- Reading and writing --------------------------------------------------- */

/* Rows as people type them. */
static void generate_row(struct row *row, uint64_t number)
{
    static const char *const names[] = {"Ada LOVELACE", "Grace hopper",
                                        "ALAN Turing", "Edsger DIJKSTRA",
                                        "barbara LISKOV"};
    static const char *const spaces[] = {"", "  ", "\t", "    "};
    snprintf(row->text, sizeof(row->text), "%s%s, Row %" PRIu64 "%s",
             spaces[number % 4], names[number % 5], number,
             spaces[(number / 2) % 4]);
}

/* The control character EOT (4): a terminal's "the text ends here". */
static const char poison = '\004';

static int generate(struct table *table, const struct settings *settings)
{
    table->count = settings->rows;
    table->rows = calloc(table->count, sizeof(*table->rows));
    if (!table->rows)
        return program_fail("rows", -ENOMEM);
    for (size_t i = 0; i < table->count; i++)
        generate_row(&table->rows[i], i);
    if (settings->poison && settings->poison <= table->count)
        table->rows[settings->poison - 1].text[0] = poison;
    return 0;
}

static int read_rows(struct table *table, FILE *file)
{
    size_t room = 0;
    char *line = NULL;
    size_t line_size = 0;
    int err = 0;
    ssize_t length;
    while (!err && (length = getline(&line, &line_size, file)) >= 0) {
        if (table->count == room) {
            room = room ? 2 * room : 64;
            struct row *rows = reallocarray(table->rows, room, sizeof(*rows));
            err = rows ? 0 : -ENOMEM;
            table->rows = rows ? rows : table->rows;
        }
        if (length && line[length - 1] == '\n')
            line[--length] = '\0';
        if (length >= ROW_SIZE)
            err = -EMSGSIZE;
        if (!err)
            memcpy(table->rows[table->count++].text, line, (size_t)length + 1);
    }
    if (!err && ferror(file))
        err = -EIO;
    free(line);
    return err;
}

static int load(struct table *table, const struct settings *settings)
{
    if (!settings->input)
        return generate(table, settings);
    FILE *file = fopen(settings->input, "re");
    int err = file ? read_rows(table, file) : -errno;
    if (file)
        fclose(file);
    return err ? program_fail(settings->input, err) : 0;
}

static int save(const struct table *table, const struct settings *settings)
{
    FILE *file = settings->output ? fopen(settings->output, "we") : stdout;
    if (!file)
        return program_fail(settings->output, -errno);
    for (size_t i = 0; i < table->count; i++)
        fprintf(file, "%s\n", table->rows[i].text);
    int err = ferror(file) ? -EIO : 0;
    if (file != stdout && fclose(file))
        err = -errno;
    return err ? program_fail(settings->output, err) : 0;
}

/* -- The work -------------------------------------------------------------- */

/* Strip and lower-case TEXT into RESULT. Like many a parser it does not
 * return from input it cannot take: the worker ends. */
static int clean_row(const char *text, struct row *result)
{
    if (strchr(text, poison))
        return 1;
    while (isspace((unsigned char)*text))
        text++;
    size_t length = strlen(text);
    while (length && isspace((unsigned char)text[length - 1]))
        length--;
    for (size_t i = 0; i < length; i++)
        result->text[i] = (char)tolower((unsigned char)text[i]);
    result->text[length] = '\0';
    return 0;
}

static int clean_item(void *context, size_t index, void *result)
{
    const struct table *table = context;
    return clean_row(table->rows[index].text, result);
}

/* Map over a pool; a row that kills a worker is tried ATTEMPTS times. */
static int map_rows(const struct settings *settings, struct table *table,
                    struct row *results, unsigned attempts)
{
    const struct mp_pool pool = {.backend = settings->common.backend,
                                 .workers = settings->common.workers,
                                 .chunk = settings->chunk,
                                 .attempts = attempts};
    int err = mp_pool_map(&pool, clean_item, table, table->count,
                          sizeof(*results), results, NULL);
    return err ? program_fail("map", err) : 0;
}

static int clean_ordered(const struct settings *settings, struct table *table,
                         struct row *results)
{
    return map_rows(settings, table, results, 2);
}

/* What a worker had taken when it died is missing, and nobody asks. */
static int clean_lost(const struct settings *settings, struct table *table,
                      struct row *results)
{
    return map_rows(settings, table, results, 0);
}

/* -- Results in the order they come ---------------------------------------- */

struct relay {
    const struct table *table;
    struct mp_queue *tasks; /* indices */
    struct mp_queue *done;  /* cleaned rows; a sentinel when a worker ends */
};

static int relay_rows(void *context, unsigned index)
{
    const struct relay *relay = context;
    uint64_t row;
    int status = 0;
    (void)index;
    while (!status && mp_queue_get(relay->tasks, &row, NULL) == 0) {
        struct row result;
        status = clean_row(relay->table->rows[row].text, &result);
        if (!status)
            mp_queue_put(relay->done, &result, sizeof(result));
    }
    mp_queue_put(relay->done, NULL, 0);
    return status;
}

/* Run the workers over tasks that are all in the queue already, and append
 * what they send. */
static int collect_rows(const struct settings *settings, struct relay *relay,
                        struct row *results)
{
    struct mp_team *team;
    int err =
        mp_team_start(&team, settings->common.backend, settings->common.workers,
                      relay_rows, relay, "worker");
    if (err)
        return program_fail("starting the workers", err);
    size_t next = 0;
    for (unsigned ended = 0; ended < settings->common.workers;) {
        struct row row;
        size_t size;
        mp_queue_get(relay->done, &row, &size);
        if (size)
            results[next++] = row;
        else
            ended++;
    }
    return program_wait(team);
}

static int clean_as_they_come(const struct settings *settings,
                              struct table *table, struct row *results)
{
    struct relay relay = {.table = table};
    int status = EXIT_FAILURE;
    int err =
        mp_queue_new(&relay.tasks, "tasks", table->count, sizeof(uint64_t));
    if (!err)
        err = mp_queue_new(&relay.done, "results", 8, sizeof(struct row));
    for (uint64_t i = 0; i < table->count && !err; i++)
        err = mp_queue_put(relay.tasks, &i, sizeof(i));
    if (err) {
        program_fail("queue", err);
    } else {
        mp_queue_close(relay.tasks);
        status = collect_rows(settings, &relay, results);
    }
    mp_queue_free(relay.done);
    mp_queue_free(relay.tasks);
    return status;
}

/* -------------------------------------------------------------------------- */

static int run(const struct settings *settings,
               int (*clean)(const struct settings *, struct table *,
                            struct row *))
{
    struct table table = {0};
    struct table results = {0};
    int status = load(&table, settings);
    if (status || !table.count)
        goto free_rows;
    results.count = table.count;
    results.rows = calloc(results.count, sizeof(*results.rows));
    status = results.rows ? clean(settings, &table, results.rows)
                          : program_fail("results", -ENOMEM);
    if (!status)
        status = save(&results, settings);
    if (status)
        goto free_rows;
    size_t cleaned = 0;
    for (size_t i = 0; i < results.count; i++)
        cleaned += results.rows[i].text[0] != '\0';
    mps_observe("cleaned", (int64_t)cleaned);
    printf("pool: cleaned %zu of %zu rows\n", cleaned, results.count);
free_rows:
    free(results.rows);
    free(table.rows);
    return status;
}

static int run_ordered(const void *settings)
{
    return run(settings, clean_ordered);
}

static int run_completion(const void *settings)
{
    return run(settings, clean_as_they_come);
}

static int run_lost(const void *settings)
{
    return run(settings, clean_lost);
}

static const struct program_variant variants[] = {
    {"ordered",
     "right: results in the order of the rows; what a dead worker had taken "
     "is done by another, and only a row that kills twice stays empty.",
     run_ordered},
    {"completion", "wrong: results are kept in the order in which they come.",
     run_completion},
    {"lost",
     "wrong: what a worker had taken when it died stays empty, and the "
     "program does not notice (see --poison).",
     run_lost},
    {NULL, NULL, NULL},
};

static const struct program_number numbers[] = {
    {"rows", "N", "Rows to generate (default 20)", 1, 10000000,
     offsetof(struct settings, rows)},
    {"chunk", "N", "Rows a worker takes at once (default 4)", 1, 10000000,
     offsetof(struct settings, chunk)},
    {"poison", "N",
     "Put a character that kills the worker into the Nth generated row "
     "(default 0: none)",
     0, UINT64_MAX, offsetof(struct settings, poison)},
    {NULL, NULL, NULL, 0, 0, 0},
};

static const struct program_text texts[] = {
    {"input", "FILE", "Read the rows from FILE",
     offsetof(struct settings, input)},
    {"output", "FILE", "Write the cleaned rows to FILE (default: stdout)",
     offsetof(struct settings, output)},
    {NULL, NULL, NULL, 0},
};

int main(int argc, char **argv)
{
    static const struct program program = {
        .about = "Pool: strip and lower-case rows of text, order kept.",
        .variants = variants,
        .numbers = numbers,
        .texts = texts,
    };
    struct settings settings = {.rows = 20, .chunk = 4};
    return program_main(&program, &settings, argc, argv);
}
