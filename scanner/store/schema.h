/* The tables, and what SQLite is told of them. Pure. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#define SCHEMA_APPLICATION_ID 0x534e4f57 /* "SNOW" */

/** 1 knew nothing of ip6.arpa, 2 nothing of what TLS tells, 3 nothing of
 * complaints. */
#define SCHEMA_VERSION 4

/** Before the first table is made. */
extern const char schema_pragmas[];

/** The tables, in one transaction. */
extern const char schema_sql[];

/** The tables that a store of version 1 lacks, in one transaction: it is then
 * one of version 2. */
extern const char schema_from_1[];

/** The columns that one of version 2 lacks, in one transaction. */
extern const char schema_from_2[];

/** The table that one of version 3 lacks, in one transaction. */
extern const char schema_from_3[];

/** What each writing connection needs. */
extern const char schema_connection[];

#endif
