/* The operations of struct store_backend for PostgreSQL, by their files. */
#ifndef STORE_PG_OPS_H
#define STORE_PG_OPS_H

#include "store/pg.h"

/** The tables, and the statements that make them. */
#define PG_SCHEMA_VERSION 1
extern const char pg_schema_sql[];

extern const struct store_sharing pg_sharing; /* pg_fleet.c */

#endif
