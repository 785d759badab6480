/* Where a name leads: the answer as it is kept, and whether it leads back to
 * an address. Pure. */
#ifndef ANALYSIS_FORWARD_H
#define ANALYSIS_FORWARD_H

#include "base/text.h"
#include "snowline/records.h"

#define ANALYSIS_FORWARD_MAX 64 /**< addresses of a name that are kept */

/** What came of the question for A of a name. */
struct analysis_forward {
    uint8_t status; /**< enum snow_ptr_status; NAME: it has addresses */
    size_t n;
    struct snow_addr addrs[ANALYSIS_FORWARD_MAX]; /**< [n] */
};

/** Is it worth asking for: at least two labels of 1 to 63 letters that need no
 * escape, 253 octets at most, and no address? */
bool analysis_forward_is_fit(const char *name);

/** Append it as one JSON object: {"status":"name","a":["192.0.2.1"]}. */
void analysis_forward_format_json(struct buf *to,
                                  const struct analysis_forward *f);

/** Read it back. @return 0, SNOW_ESYNTAX, SNOW_ENOMEM */
int analysis_forward_parse_json(struct analysis_forward *out,
                                const char *octets, size_t len);

/**
 * Does a name lead back to an address?
 *
 * @param f  NULL: nobody asked
 * @return   "pass", "fail" (it leads elsewhere or nowhere), "not_checked"
 *           (nobody asked or answered, the address is IPv6, or the name has
 *           more addresses than are kept)
 */
const char *analysis_forward_verdict(const struct analysis_forward *f,
                                     struct snow_addr addr);

#endif
