/* Values of JSON, for the formats that are made of it. Texts are cleaned: they
 * may be anything, and what is written is UTF-8. A value that memory was too
 * short for is NULL, which makes what it is put into fail. Private to
 * report/. */
#ifndef MPS_REPORT_JSON_VALUES_H
#define MPS_REPORT_JSON_VALUES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct str;

json_t *value_text(const char *text);
/* What S holds; S is released. */
json_t *value_take(struct str *s);
json_t *value_text_or_null(const char *text);
json_t *value_texts(const char *const *list, size_t count);

/* "0x5eed2a91": numbers are doubles to most readers, so 64 bits go as text. */
json_t *value_hex(uint64_t number);
/* At most INT64_MAX. */
json_t *value_number(uint64_t number);
json_t *value_number_or_null(bool known, uint64_t number);
json_t *value_milliseconds(uint64_t ns);

/* "2024-05-01T12:30:00Z": UTC, for people and for sorting. */
json_t *value_date(uint64_t wall_ns);

/* Into an object, or at the end of an array. Takes VALUE; sets *FAILED when
 * that is NULL, or memory too short. */
void value_put(json_t *object, const char *key, json_t *value, bool *failed);
void value_append(json_t *array, json_t *value, bool *failed);

/* VALUE, or NULL in its place when it FAILED. */
json_t *value_finish(json_t *value, bool failed);

/* Write DOCUMENT, which is taken, and a line feed. -ENOMEM when it is NULL, or
 * -errno. */
int value_write(FILE *out, json_t *document);

#endif
