/* The tables of history.db. Private to store/. */
#ifndef MPS_STORE_TABLES_H
#define MPS_STORE_TABLES_H

/* Statements that make them in an empty database. */
extern const char tables_sql[];

#endif
