/* Where a name leads: the answer as it is kept, and whether it leads back to
 * an address. Pure. */
#ifndef ANALYSIS_FORWARD_H
#define ANALYSIS_FORWARD_H

#include "base/text.h"
#include "snowline/records.h"

#define ANALYSIS_FORWARD_MAX 64 /**< addresses of a name that are kept */
#define ANALYSIS_FORWARD_NAME_MAX                                              \
    254 /**< of one that is fit, its NUL included */

/** What came of the questions for the addresses of a name. */
struct analysis_forward {
    uint8_t status;  /**< of A: enum snow_ptr_status; NAME: there are some */
    uint8_t status6; /**< of AAAA; 0: not asked */
    size_t n;
    struct snow_addr addrs[ANALYSIS_FORWARD_MAX]; /**< [n] of both */
};

/** Is it worth asking for: at least two labels of 1 to 63 letters that need no
 * escape, 253 octets at most, and no address? */
bool analysis_forward_is_fit(const char *name);

/** Append it as one JSON object: {"status":"name","a":["192.0.2.1"]}; where
 * AAAA was asked, "aaaa_status" and "aaaa" are beside. */
void analysis_forward_format_json(struct buf *to,
                                  const struct analysis_forward *f);

/** Read it back. @return 0, SNOW_ESYNTAX, SNOW_ENOMEM */
int analysis_forward_parse_json(struct analysis_forward *out,
                                const char *octets, size_t len);

/** Does a name lead back to an address? */
enum analysis_way_back {
    ANALYSIS_WAY_UNKNOWN, /**< it was not asked, or nobody answered */
    ANALYSIS_WAY_BACK,
    ANALYSIS_WAY_ELSEWHERE /**< or nowhere */
};

/**
 * Does a name lead back to an address?
 *
 * @param f  NULL: nobody asked
 * @return   _UNKNOWN also when nobody asked for addresses of this family, or
 *           the name has more addresses than are kept
 * @source   RFC 8601 §2.7.3 (iprev)
 */
enum analysis_way_back analysis_forward_judge(const struct analysis_forward *f,
                                              struct snow_addr addr);

/** The same as the words of exports: "pass", "fail", "not_checked". */
const char *analysis_forward_verdict(const struct analysis_forward *f,
                                     struct snow_addr addr);

/** What became of the question for addresses of that family, as a word; NULL:
 * nobody asked. With "fail" it tells apart a name that leads elsewhere (name)
 * from one that leads nowhere (nxdomain, nodata), with "not_checked" who did
 * not answer (servfail, refused, timeout). */
const char *analysis_forward_status_word(const struct analysis_forward *f,
                                         struct snow_addr addr);

#endif
