/* How a greeting is laid out: lines, each with a code and a host name, and
 * what that name says beside the reverse names. Pure. */
#ifndef ANALYSIS_BANNER_H
#define ANALYSIS_BANNER_H

#include <stdbool.h>
#include <stddef.h>

#define BANNER_LINES_MAX 8   /**< lines of a greeting that are looked at */
#define BANNER_LINE_MAX 1024 /**< octets of each that are */
#define BANNER_HOST_MAX 254  /**< a name without final dot, and its NUL */

/** A line without code and enhanced status code. All point into the text. */
struct banner_line {
    bool has_code;
    const char *host; /**< its first word, where a server names its host */
    size_t host_len;
    const char *rest; /**< what stands behind */
    size_t rest_len;
};

/**
 * Take the next line.
 *
 * @param at   where it begins, 0 for the first; moves to the next one
 * @return     octets up to the end of what was looked at, from the beginning
 *             of the text; 0 when there is no line more
 * @source     RFC 5321 §4.2 (the form), RFC 2034 §4 (enhanced status codes)
 */
size_t analysis_banner_line(struct banner_line *out, const char *text,
                            size_t len, size_t *at);

/** Is the word one of those around the software's name, such as ESMTP? */
bool analysis_banner_is_protocol(const char *word, size_t len);

/**
 * The name a greeting gives its host: in lower case, without a final dot.
 *
 * A name of one label is taken for one only where ESMTP or SMTP follows.
 *
 * @return its length; 0 and "" when it gives none, or an address
 */
size_t analysis_banner_host(char out[BANNER_HOST_MAX], const char *banner,
                            size_t len);

/** What that name is beside the reverse names of the address. */
/* clang-format off */
#define ANALYSIS_BANNER_MATCHES(X)                                       \
    X(UNKNOWN, "")      /* nothing to compare it with */                  \
    X(EQUAL,   "equal") /* one of them */                                 \
    X(DOMAIN,  "domain") /* in the same registrable domain */             \
    X(OTHER,   "other")                                                  \
    X(NONE,    "none")  /* the greeting names no host */
/* clang-format on */

#define X(id, word) ANALYSIS_BANNER_##id,
enum analysis_banner_match { ANALYSIS_BANNER_MATCHES(X) };
#undef X

/**
 * Compare.
 *
 * @param host    from analysis_banner_host()
 * @param names   reverse names, each NUL-terminated, one behind the other
 * @param domain  registrable domain of one of them; NULL: none is known, and
 *                a name that is not equal stays unknown
 */
enum analysis_banner_match analysis_banner_compare(const char *host,
                                                   const char *names,
                                                   unsigned n,
                                                   const char *domain);

const char *analysis_banner_match_word(enum analysis_banner_match match);

#endif
