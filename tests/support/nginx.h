/* A real nginx on loopback, in its own temporary folder. Failures end the
 * test (cmocka's fail_msg). */
#ifndef TESTS_SUPPORT_NGINX_H
#define TESTS_SUPPORT_NGINX_H

#include <stddef.h>
#include <sys/types.h>

struct nginx {
    pid_t pid;
    unsigned port; /**< on 127.0.0.1 */
    char dir[64];
};

/**
 * Make the folder, and write files before nginx_start() reads them.
 *
 * @owner  the caller, with nginx_stop(), which removes all
 */
void nginx_init(struct nginx *n);

/** Write a file, "www/…" for one that is served under "/…". */
void nginx_put(const struct nginx *n, const char *path, const char *text);

/** A file of so many NUL octets that takes no room. */
void nginx_put_sparse(const struct nginx *n, const char *path, size_t len);

/**
 * Serve "www" on a free port of 127.0.0.1.
 *
 * Files are served as application/rdap+json unless a location says otherwise.
 *
 * @param server  what stands in the server block: locations, mostly
 * @param listen  follows the port in `listen`: "" or "ssl"
 */
void nginx_start(struct nginx *n, const char *server, const char *listen);

void nginx_stop(struct nginx *n); /**< zeroed is fine */

/** A free port of 127.0.0.1, where nothing listens. */
unsigned nginx_free_port(void);

#endif
