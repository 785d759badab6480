/* Registrations that the user hands over in a file: these domains are asked of
 * nobody. */
#ifndef ANALYSIS_GIVEN_H
#define ANALYSIS_GIVEN_H

#include "base/map.h"
#include "base/text.h"
#include "snowline/error.h"
#include "snowline/records.h"

/** Zeroed memory is an empty one. */
struct given {
    struct map at; /**< domain to 1 + offset in records */
    struct buf records;
    char source[256];   /**< "file:PATH" */
    int64_t seen_utc_s; /**< when the file was last changed */
};

/**
 * Read a CSV file with the columns domain, created, registrar, iana_id; all but
 * the first may be missing or empty. The first of two lines on a domain counts.
 *
 * @return 0; SNOW_EIO; SNOW_ESYNTAX with the line that is at fault: what is not
 *         understood is not guessed at; SNOW_ENOMEM
 * @owner  the caller, with given_fini()
 */
int given_read(struct given *g, const char *path, struct snow_error *err);
void given_fini(struct given *g);

bool given_has(const struct given *g, const char *domain);

/** What the file says of a domain; false when it says nothing. */
bool given_get(const struct given *g, const char *domain,
               struct snow_registration *out);

/** Walk all of it in no useful order: start with *at = 0; false at the end. */
bool given_next(const struct given *g, size_t *at,
                struct snow_registration *out);

#endif
