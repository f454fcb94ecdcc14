/* From what the tools say to findings, as mpstress's own detectors make them.
 */
#ifndef MPS_VALGRIND_FINDINGS_H
#define MPS_VALGRIND_FINDINGS_H

#include <stddef.h>

#include "check/finding.h"
#include "parse.h"

struct symbols;

/* What is worth a note, though no finding. */
struct valgrind_remarks {
    size_t processes; /* that were looked at, each by itself */
    size_t remarks;   /* complaints about what correct programs do, too */
};

/* Append what the COUNT REPORTS of a run say to FINDINGS, sealed: races,
 * lock orders, misuses of a process that is alone, and processes that crashed.
 * What several processes or threads said of the same places is one finding; so
 * is what FINDINGS has already. The texts of places become those of SYMBOLS.
 * The first report is the root's; when FINDINGS has its crash, that gets its
 * place. -ENOMEM with whatever was added so far. */
int valgrind_judge(const struct valgrind_report *reports, size_t count,
                   struct symbols *symbols, struct finding_list *findings,
                   struct valgrind_remarks *remarks);

#endif
