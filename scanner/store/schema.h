/* The tables, and what SQLite is told of them. Pure. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#define SCHEMA_APPLICATION_ID 0x534e4f57 /* "SNOW" */
#define SCHEMA_VERSION 2                 /* 1 knew nothing of ip6.arpa */

/** Before the first table is made. */
extern const char schema_pragmas[];

/** The tables, in one transaction. */
extern const char schema_sql[];

/** Those that a store of version 1 lacks, in one transaction. */
extern const char schema_from_1[];

/** What each writing connection needs. */
extern const char schema_connection[];

#endif
