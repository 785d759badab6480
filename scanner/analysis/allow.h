/* Whom the user knows to be in order: domains and prefixes, each with the
 * reason. Pure but for reading the file. */
#ifndef ANALYSIS_ALLOW_H
#define ANALYSIS_ALLOW_H

#include "addr/prefixes.h"
#include "base/map.h"
#include "base/text.h"
#include "snowline/error.h"

struct analysis_psl;

/** Zeroed memory allows nobody. */
struct allow {
    struct prefixes cidrs; /**< to offsets in reasons */
    struct map domains;    /**< to line << 32 | offset in reasons */
    struct buf reasons;    /**< NUL-terminated, one behind the other */
    uint32_t last;         /**< where the last one begins */
    char path[256];
};

/**
 * Read a CSV file with the columns cidr_or_domain and reason; both must hold
 * something. The first of two lines on a prefix or domain counts.
 *
 * @return 0; SNOW_EIO; SNOW_ESYNTAX with the line that is at fault; SNOW_ENOMEM
 * @owner  the caller, with allow_fini()
 */
int allow_read(struct allow *a, const char *path, struct snow_error *err);
void allow_fini(struct allow *a); /**< zeroed is fine */

/**
 * Are the names what findings are made of? Allowing a host of a domain would
 * allow nothing, silently.
 *
 * @return 0, SNOW_ESYNTAX with the line that names a host, and its domain
 */
int allow_check(const struct allow *a, struct analysis_psl *psl,
                struct snow_error *err);

/** Why an address is allowed, NULL when it is not; up to @p until the answer
 * is the same. */
const char *allow_addr(const struct allow *a, struct snow_addr addr,
                       struct snow_addr *until);

/** Why a registrable domain is allowed, or NULL; below an allowed name all
 * are. */
const char *allow_domain(const struct allow *a, const char *domain);

#endif
