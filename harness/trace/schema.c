#include "schema.h"

/* What a table or key first came with. */
enum { FIRST = 1, CONTROL = 2, VALUES = 4, CALLS = 5 };

/* Numbers that may need all 64 bits (seeds, fingerprints) are texts; ticket 0
 * as the end of an op means that it never came back. */
static const struct schema_entry tables[] = {
    {"meta", FIRST,
     "CREATE TABLE meta(\n"
     "  key TEXT NOT NULL,\n"
     "  value TEXT NOT NULL) STRICT"},
    {"params", FIRST,
     "CREATE TABLE params(\n"
     "  name TEXT NOT NULL,\n"
     "  value TEXT NOT NULL) STRICT"},
    {"arguments", FIRST,
     "CREATE TABLE arguments(\n"
     "  position INTEGER PRIMARY KEY,\n"
     "  text TEXT NOT NULL) STRICT"},
    {"places", FIRST,
     "CREATE TABLE places(\n"
     "  id INTEGER PRIMARY KEY,\n"
     "  text TEXT NOT NULL, -- 'function() file:line'\n"
     "  function TEXT,\n"
     "  file TEXT,\n"
     "  line INTEGER NOT NULL,\n"
     "  module TEXT NOT NULL,\n"
     "  offset INTEGER NOT NULL, -- link-time address\n"
     "  build_id TEXT) STRICT"},
    {"tasks", FIRST,
     "CREATE TABLE tasks(\n"
     "  number INTEGER PRIMARY KEY,\n"
     "  path TEXT NOT NULL, -- '0.1': second child of the root\n"
     "  name TEXT NOT NULL,\n"
     "  pid INTEGER NOT NULL,\n"
     "  is_thread INTEGER NOT NULL,\n"
     "  created INTEGER REFERENCES places,\n"
     "  status INTEGER, -- of wait(2); NULL: not known\n"
     "  alive INTEGER NOT NULL, -- when the time limit passed\n"
     "  points INTEGER NOT NULL,\n"
     "  created_at INTEGER NOT NULL, -- ticket\n"
     "  ended_at INTEGER NOT NULL) STRICT"},
    {"objects", FIRST,
     "CREATE TABLE objects(\n"
     "  number INTEGER PRIMARY KEY,\n"
     "  text TEXT NOT NULL, -- 'mutex /ring+0x40'\n"
     "  kind TEXT NOT NULL,\n"
     "  name TEXT NOT NULL,\n"
     "  backing INTEGER NOT NULL,\n"
     "  offset INTEGER NOT NULL,\n"
     "  place INTEGER REFERENCES places, -- first touched\n"
     "  holder INTEGER, -- task that held it at the end\n"
     "  bytes_in INTEGER NOT NULL,\n"
     "  bytes_out INTEGER NOT NULL) STRICT"},
    {"ops", FIRST,
     "CREATE TABLE ops(\n"
     "  position INTEGER PRIMARY KEY,\n"
     "  begin INTEGER NOT NULL, -- ticket\n"
     "  \"end\" INTEGER NOT NULL, -- ticket; 0: never came back\n"
     "  task INTEGER NOT NULL REFERENCES tasks,\n"
     "  kind TEXT NOT NULL,\n"
     "  object INTEGER REFERENCES objects,\n"
     "  place INTEGER REFERENCES places,\n"
     "  result INTEGER NOT NULL,\n"
     "  argument INTEGER NOT NULL,\n"
     "  delay_ns INTEGER NOT NULL,\n"
     "  flags INTEGER NOT NULL) STRICT"},
    {"segments", FIRST,
     "CREATE TABLE segments(\n"
     "  position INTEGER PRIMARY KEY,\n"
     "  task INTEGER NOT NULL REFERENCES tasks,\n"
     "  points INTEGER NOT NULL) STRICT"},
    {"messages", FIRST,
     "CREATE TABLE messages(\n"
     "  position INTEGER PRIMARY KEY,\n"
     "  ticket INTEGER NOT NULL,\n"
     "  queue TEXT NOT NULL,\n"
     "  task INTEGER NOT NULL REFERENCES tasks,\n"
     "  got INTEGER NOT NULL, -- 0: put\n"
     "  place INTEGER REFERENCES places,\n"
     "  data BLOB NOT NULL) STRICT"},
    {"observations", FIRST,
     "CREATE TABLE observations(\n"
     "  position INTEGER PRIMARY KEY,\n"
     "  ticket INTEGER NOT NULL,\n"
     "  kind TEXT NOT NULL,\n"
     "  name TEXT NOT NULL,\n"
     "  task INTEGER NOT NULL REFERENCES tasks,\n"
     "  place INTEGER REFERENCES places,\n"
     "  value TEXT NOT NULL) STRICT"},
    {"findings", FIRST,
     "CREATE TABLE findings(\n"
     "  number INTEGER PRIMARY KEY,\n"
     "  kind TEXT NOT NULL,\n"
     "  invariant TEXT,\n"
     "  what TEXT NOT NULL,\n"
     "  detail TEXT,\n"
     "  expected TEXT,\n"
     "  actual TEXT,\n"
     "  fingerprint TEXT NOT NULL) STRICT"},
    {"finding_places", FIRST,
     "CREATE TABLE finding_places(\n"
     "  position INTEGER PRIMARY KEY,\n"
     "  finding INTEGER NOT NULL REFERENCES findings,\n"
     "  place INTEGER NOT NULL REFERENCES places,\n"
     "  role TEXT,\n"
     "  task TEXT) STRICT"},
    {"files", FIRST,
     "CREATE TABLE files(\n"
     "  name TEXT NOT NULL,\n"
     "  full_size INTEGER NOT NULL,\n"
     "  data BLOB NOT NULL) STRICT"},
    {"mishaps", CONTROL,
     "CREATE TABLE mishaps(\n"
     "  position INTEGER PRIMARY KEY,\n"
     "  ticket INTEGER NOT NULL,\n"
     "  what TEXT NOT NULL,\n"
     "  task INTEGER NOT NULL REFERENCES tasks,\n"
     "  other INTEGER REFERENCES tasks, -- the holder, the dead, ...\n"
     "  object INTEGER REFERENCES objects,\n"
     "  place INTEGER REFERENCES places,\n"
     "  other_place INTEGER REFERENCES places) STRICT"},
    /* What shrinking found, of a run of its own: other tasks, other
     * parameters. Empty until then. */
    {"explanation", CONTROL,
     "CREATE TABLE explanation(\n"
     "  key TEXT NOT NULL,\n"
     "  value TEXT NOT NULL) STRICT"},
    {"minimal_params", CONTROL,
     "CREATE TABLE minimal_params(\n"
     "  name TEXT NOT NULL,\n"
     "  value TEXT NOT NULL) STRICT"},
    {"minimal_tasks", CONTROL,
     "CREATE TABLE minimal_tasks(\n"
     "  number INTEGER PRIMARY KEY,\n"
     "  path TEXT NOT NULL,\n"
     "  name TEXT NOT NULL) STRICT"},
    {"minimal", CONTROL,
     "CREATE TABLE minimal(\n"
     "  position INTEGER PRIMARY KEY,\n"
     "  task INTEGER NOT NULL REFERENCES minimal_tasks,\n"
     "  points INTEGER NOT NULL) STRICT"},
    {"minimal_ops", CONTROL,
     "CREATE TABLE minimal_ops(\n"
     "  position INTEGER PRIMARY KEY,\n"
     "  task INTEGER NOT NULL REFERENCES minimal_tasks,\n"
     "  kind TEXT NOT NULL,\n"
     "  object TEXT NOT NULL,\n"
     "  place TEXT NOT NULL,\n"
     "  completed INTEGER NOT NULL) STRICT"},
    /* What came of the ops in minimal_ops, row by row. */
    {"minimal_values", VALUES,
     "CREATE TABLE minimal_values(\n"
     "  position INTEGER PRIMARY KEY,\n"
     "  begin INTEGER NOT NULL, -- ticket\n"
     "  \"end\" INTEGER NOT NULL, -- ticket; 0: never came back\n"
     "  result INTEGER NOT NULL,\n"
     "  argument INTEGER NOT NULL) STRICT"},
    {"minimal_messages", VALUES,
     "CREATE TABLE minimal_messages(\n"
     "  position INTEGER PRIMARY KEY,\n"
     "  ticket INTEGER NOT NULL,\n"
     "  queue TEXT NOT NULL,\n"
     "  task INTEGER NOT NULL REFERENCES minimal_tasks,\n"
     "  got INTEGER NOT NULL, -- 0: put\n"
     "  data BLOB NOT NULL) STRICT"},
    {"pair", CONTROL,
     "CREATE TABLE pair( -- two rows: this order fails, the other passes\n"
     "  position INTEGER PRIMARY KEY,\n"
     "  task INTEGER NOT NULL REFERENCES minimal_tasks,\n"
     "  nth INTEGER NOT NULL, -- op of the task, from 0\n"
     "  kind TEXT NOT NULL,\n"
     "  object TEXT NOT NULL,\n"
     "  place TEXT NOT NULL) STRICT"},
    {"pair_calls", CALLS,
     "CREATE TABLE pair_calls( -- for each of the pair, who called it\n"
     "  position INTEGER PRIMARY KEY,\n"
     "  calls TEXT NOT NULL) STRICT"},
};

static const struct schema_entry views[] = {
    {"timeline", FIRST,
     "CREATE VIEW timeline AS\n"
     "  SELECT ops.begin AS ticket, tasks.path AS task, tasks.name AS name,\n"
     "    ops.kind AS op, objects.text AS object, ops.result AS result,\n"
     "    places.text AS place, ops.delay_ns AS delay_ns\n"
     "  FROM ops JOIN tasks ON tasks.number = ops.task\n"
     "    LEFT JOIN objects ON objects.number = ops.object\n"
     "    LEFT JOIN places ON places.id = ops.place\n"
     "  ORDER BY ops.position"},
    {"why", FIRST,
     "CREATE VIEW why AS\n"
     "  SELECT findings.kind, findings.what, finding_places.role,\n"
     "    finding_places.task, places.text AS place\n"
     "  FROM findings\n"
     "    LEFT JOIN finding_places\n"
     "      ON finding_places.finding = findings.number\n"
     "    LEFT JOIN places ON places.id = finding_places.place\n"
     "  ORDER BY findings.number, finding_places.position"},
};

const struct schema_entry *schema_tables(size_t *count)
{
    *count = sizeof(tables) / sizeof(*tables);
    return tables;
}

const struct schema_entry *schema_views(size_t *count)
{
    *count = sizeof(views) / sizeof(*views);
    return views;
}
