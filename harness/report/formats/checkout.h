/* The files that a report names, as seen from the repository they are in: what
 * annotates source lines elsewhere knows only that. Private to report/. */
#ifndef MPS_REPORT_CHECKOUT_H
#define MPS_REPORT_CHECKOUT_H

#include <stdbool.h>

#include "base/str.h"

struct checkout {
    char *working; /* the working directory, absolute */
    char *top;     /* the nearest directory above it that has a .git; without
                      one the working directory */
};

/* Of the process. -errno: it is empty then. Release with checkout_fini(). */
int checkout_init(struct checkout *checkout);
void checkout_fini(struct checkout *checkout);

/* Append FILE, relative to the working directory or absolute, without "//",
 * "." and "..": relative to the top, or, where it is not below that, absolute,
 * which gives false. */
bool checkout_add_path(struct str *s, const struct checkout *checkout,
                       const char *file);

/* The same as a URI reference: "src/a%20b.c", or "file:///usr/include/x.h". */
bool checkout_add_uri(struct str *s, const struct checkout *checkout,
                      const char *file);

/* Append "file:///home/me/project/", the top. */
void checkout_add_base(struct str *s, const struct checkout *checkout);

#endif
