/* A real name server for tests: NSD on a free port of loopback, in its own
 * temporary folder, gone with the test. */
#ifndef SUPPORT_NSD_H
#define SUPPORT_NSD_H

#include <netinet/in.h>
#include <stddef.h>
#include <sys/types.h>

struct nsd_zone {
    const char *name; /**< "2.0.192.in-addr.arpa" */
    const char *text; /**< its records; $ORIGIN, $TTL, SOA and NS are added */
};

struct nsd {
    pid_t pid;
    unsigned port;
    char dir[256];
    struct sockaddr_storage addr; /**< 127.0.0.1 and the port */
};

/**
 * Start it with these zones and wait until it answers.
 *
 * @return 0, or -1 with the reason on stderr
 * @owner  the caller, with nsd_stop(); it ends with the test's process, too
 */
int nsd_start(struct nsd *n, const struct nsd_zone *zones, size_t n_zones);

/** End it and remove its folder; zeroed is fine. */
void nsd_stop(struct nsd *n);

#endif
