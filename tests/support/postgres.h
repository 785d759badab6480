/* A real PostgreSQL server for tests: a cluster of their own on a free port of
 * loopback, in a temporary folder, gone with the test. */
#ifndef SUPPORT_POSTGRES_H
#define SUPPORT_POSTGRES_H

#include <stddef.h>
#include <sys/types.h>

struct postgres {
    pid_t pid;
    unsigned port;
    char dir[256];
    char url[64]; /**< "postgresql://snow@127.0.0.1:PORT/postgres" */
};

/**
 * Make a cluster and wait until its server answers: about a second.
 *
 * @return 0, or -1 with the reason on stderr
 * @owner  the caller, with postgres_stop(); it ends with the test's process,
 *         too
 */
int postgres_start(struct postgres *p);

/** Run statements, as its superuser, with a connection of their own.
 * @return 0, or -1 with the reason on stderr */
int postgres_sql(const struct postgres *p, const char *sql);

/** Take everything away that was made in it. @return as postgres_sql() */
int postgres_empty(const struct postgres *p);

/** End the server, whoever is connected, and start it again with what it has.
 * @return as postgres_start() */
int postgres_restart(struct postgres *p);

/** End it and remove its folder; zeroed is fine. */
void postgres_stop(struct postgres *p);

#endif
