/* The tables, and what SQLite is told of them. Pure. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#define SCHEMA_APPLICATION_ID 0x534e4f57 /* "SNOW" */
#define SCHEMA_VERSION 1

/** Before the first table is made. */
extern const char schema_pragmas[];

/** The tables, in one transaction. */
extern const char schema_sql[];

/** What each writing connection needs. */
extern const char schema_connection[];

#endif
