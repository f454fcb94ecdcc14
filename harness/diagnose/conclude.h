/* The last paragraph. Private to diagnose/. */
#ifndef MPS_DIAGNOSE_CONCLUDE_H
#define MPS_DIAGNOSE_CONCLUDE_H

struct lab;

/* Fill rule, object, ops and conclusion of LAB->out from its facts. -ENOMEM. */
int conclude(struct lab *lab);

#endif
