/* Text into HTML. Whatever a target, a file name or a stranger's trace brings
 * in goes through these, and so never becomes markup. Private to report/html/.
 */
#ifndef MPS_REPORT_HTML_MARKUP_H
#define MPS_REPORT_HTML_MARKUP_H

#include "base/str.h"

/* TEXT (NULL: nothing), cleaned by words_clean() and escaped for an element or
 * a quoted attribute. */
void html_text(struct str *s, const char *text);

/* The same, cut to about MAX bytes of TEXT, with "..." for the rest. */
void html_short(struct str *s, const char *text, size_t max);

/* The same with line ends kept, for <pre>; cut like html_short(). */
void html_lines(struct str *s, const char *text, size_t max);

/* "<NAME>TEXT</NAME>". NAME is our own. */
void html_element(struct str *s, const char *name, const char *text);

/* "scenario-0123abcd" as an id and a fragment: letters, digits and "-". */
void html_anchor(struct str *s, const char *id);

#endif
