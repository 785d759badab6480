/* An SPF record as text: its terms, read and written. Pure. */
#ifndef ANALYSIS_SPF_TERM_H
#define ANALYSIS_SPF_TERM_H

#include "base/text.h"
#include "snowline/addr.h"

enum spf_kind {
    SPF_ALL,
    SPF_INCLUDE,
    SPF_A,
    SPF_MX,
    SPF_PTR,
    SPF_IP4,
    SPF_IP6,
    SPF_EXISTS,
    SPF_REDIRECT, /**< the first of the modifiers */
    SPF_EXP,
    SPF_OTHER, /**< a modifier that nobody knows: it is ignored */
};

/* clang-format off */
/** What may be wrong with a record, in words for people. */
#define SPF_PROBLEMS(X)                                          \
    X(NONE,      "")                                             \
    X(OCTET,     "an octet that is no printable ASCII")          \
    X(MECHANISM, "a mechanism that is none")                     \
    X(EXCESS,    "a value where none belongs")                   \
    X(DOMAIN,    "no domain where one belongs")                  \
    X(MACRO,     "a macro that is none")                         \
    X(NETWORK,   "no address where one belongs")                 \
    X(LENGTH,    "a prefix length that is none")                 \
    X(TWICE,     "redirect or exp more than once")
/* clang-format on */

#define X(name, words) SPF_PROBLEM_##name,
enum spf_problem { SPF_PROBLEMS(X) };
#undef X

const char *analysis_spf_problem_words(enum spf_problem problem);

/** One mechanism or modifier; text is borrowed from the record. */
struct spf_term {
    enum spf_kind kind;
    char qualifier; /**< of a mechanism: + - ~ ?; 0 of a modifier */
    bool has_macro;
    const char *name; /**< of SPF_OTHER, [name_len] */
    size_t name_len;
    const char *value; /**< domain, or what stands behind =, [value_len] */
    size_t value_len;
    struct snow_addr addr; /**< of ip4 and ip6 */
    unsigned cidr4, cidr6; /**< 32 and 128 where nothing is said */
    bool has_cidr4, has_cidr6;
};

/** Does a TXT record hold SPF? @source RFC 7208 §4.5 */
bool analysis_spf_is_record(const char *octets, size_t len);

/** Move behind the next term of a record; false when there is none.
 * @param at  0 at first; the version is passed over */
bool analysis_spf_next(const char *record, size_t len, size_t *at,
                       const char **token, size_t *token_len);

/** Read one term. @return SPF_PROBLEM_NONE, or what is wrong with it
 * @source RFC 7208 §5, §6, §7.1, §12 */
enum spf_problem analysis_spf_term_parse(struct spf_term *out,
                                         const char *token, size_t len);

/** Append it the shortest way: no +, lower case words. */
void analysis_spf_term_format(struct buf *to, const struct spf_term *t);

/** What is wrong with a whole record: one bad term spoils all of it.
 * @source RFC 7208 §4.6 */
enum spf_problem analysis_spf_check(const char *record, size_t len);

#endif
