#include "parse.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "error.h"

enum { LIST_MAX = 1000 };

int parse_u64(const char *text, uint64_t *out, struct mps_diag *diag)
{
    char *end = NULL;
    errno = 0;
    int base = strncmp(text, "0x", 2) ? 10 : 16;
    unsigned long long value = strtoull(text, &end, base);
    if (*text < '0' || *text > '9' || *end)
        return diag_set(diag, -MPS_EUSAGE, "'%s' is not a whole number", text);
    if (errno)
        return diag_set(diag, -MPS_EUSAGE, "'%s' is too large", text);
    *out = value;
    return 0;
}

int parse_i64(const char *text, int64_t *out, struct mps_diag *diag)
{
    uint64_t value;
    int err = parse_u64(text + (*text == '-'), &value, diag);
    if (err)
        return diag_set(diag, err, "'%s' is not a whole number", text);
    if (value > INT64_MAX)
        return diag_set(diag, -MPS_EUSAGE, "'%s' is too large", text);
    *out = *text == '-' ? -(int64_t)value : (int64_t)value;
    return 0;
}

static const struct {
    const char *name;
    uint64_t ns;
} units[] = {
    {"ns", 1},          {"us", 1000},        {"ms", 1000000},
    {"s", 1000000000u}, {"m", 60000000000u}, {"h", 3600000000000u},
};

static int duration(const char *text, size_t len, uint64_t *out_ns,
                    struct mps_diag *diag)
{
    char copy[64];
    if (!len || len >= sizeof(copy))
        return diag_set(diag, -MPS_EUSAGE, "'%.*s' is not a duration", (int)len,
                        text);
    memcpy(copy, text, len);
    copy[len] = '\0';
    char *unit = NULL;
    double value = strtod(copy, &unit);
    bool digits = copy[0] >= '0' && copy[0] <= '9';
    if (digits && unit != copy && value >= 0 && isfinite(value)) {
        if (!*unit && !(value > 0)) {
            *out_ns = 0;
            return 0;
        }
        for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
            if (strcmp(unit, units[i].name))
                continue;
            double ns = value * (double)units[i].ns;
            if (ns > 366. * 24 * 3600e9)
                return diag_set(diag, -MPS_EUSAGE, "'%s' is longer than a year",
                                copy);
            *out_ns = (uint64_t)(ns + 0.5);
            return 0;
        }
    }
    return diag_set(diag, -MPS_EUSAGE,
                    "'%s' is not a duration (a number and one of ns, us, ms, "
                    "s, m, h: '250us')",
                    copy);
}

int parse_duration(const char *text, uint64_t *out_ns, struct mps_diag *diag)
{
    return duration(text, strlen(text), out_ns, diag);
}

int parse_duration_range(const char *text, uint64_t *low_ns, uint64_t *high_ns,
                         struct mps_diag *diag)
{
    const char *dots = strstr(text, "..");
    size_t head = dots ? (size_t)(dots - text) : strlen(text);
    int err = duration(text, head, low_ns, diag);
    if (err)
        return err;
    *high_ns = *low_ns;
    if (dots)
        err = duration(dots + 2, strlen(dots + 2), high_ns, diag);
    if (!err && *high_ns < *low_ns)
        err = diag_set(diag, -MPS_EUSAGE,
                       "'%s': the range ends before it begins", text);
    return err;
}

static int add_range(char *item, int64_t *values, size_t *count,
                     struct mps_diag *diag)
{
    char *dots = strstr(item, "..");
    if (dots)
        *dots = '\0';
    int64_t low, high;
    int err = parse_i64(item, &low, diag);
    high = low;
    if (!err && dots)
        err = parse_i64(dots + 2, &high, diag);
    if (err)
        return err;
    if (high < low)
        return diag_set(diag, -MPS_EUSAGE,
                        "'%s..%s': the range ends before it begins", item,
                        dots + 2);
    if ((uint64_t)high - (uint64_t)low >= LIST_MAX - *count)
        return diag_set(diag, -MPS_EUSAGE, "more than %d values", LIST_MAX);
    for (int64_t v = low; v <= high; v++)
        values[(*count)++] = v;
    return 0;
}

int parse_list(const char *text, int64_t **out, size_t *out_count,
               struct mps_diag *diag)
{
    char *copy = strdup(text);
    int64_t *values = calloc(LIST_MAX, sizeof(*values));
    size_t count = 0;
    int err = copy && values ? 0 : -ENOMEM;
    char *rest = copy;
    while (!err && rest) {
        char *item = strsep(&rest, ",");
        err = add_range(item, values, &count, diag);
    }
    free(copy);
    if (err) {
        free(values);
        return err;
    }
    *out = values;
    *out_count = count;
    return 0;
}

const char *parse_show_duration(uint64_t ns, char *buf, size_t size)
{
    size_t i = 0;
    while (i < 3 && ns >= units[i + 1].ns)
        i++;
    snprintf(buf, size, "%.4g%s", (double)ns / (double)units[i].ns,
             ns ? units[i].name : "");
    return buf;
}

int parse_share(const char *text, double *out, struct mps_diag *diag)
{
    char *end = NULL;
    double value = strtod(text, &end);
    bool digits = ((*text >= '0' && *text <= '9') || *text == '.') &&
                  !strpbrk(text, "xX");
    bool percent = false;
    if (digits && *end) {
        end += *end == ' ';
        percent = *end == '%' && !end[1];
        digits = percent;
    }
    if (!digits || !isfinite(value))
        return diag_set(diag, -MPS_EUSAGE,
                        "'%s' is no share (99%% or 0.99, 0.1%% or 0.001)",
                        text);
    value = percent ? value / 100 : value;
    if (value <= 0 || value >= 1)
        return diag_set(diag, -MPS_EUSAGE,
                        "'%s' is not between 0%% and 100%% (99%% or 0.99)",
                        text);
    *out = value;
    return 0;
}
