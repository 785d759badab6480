/* How a domain is set up for mail, as far as its zone tells: the record that is
 * kept, and how it is filled. Pure. */
#ifndef ANALYSIS_MAIL_SETUP_H
#define ANALYSIS_MAIL_SETUP_H

#include "analysis/spf.h"

#define MAIL_NAME_MAX 256 /**< longer names, full of escapes, are not kept */
#define MAIL_MX_MAX 10
#define MAIL_NS_MAX 8
#define MAIL_ADDRS_MAX 16
#define MAIL_HOST_ADDRS_MAX 4 /**< of one MX host */
#define MAIL_SPF_TEXT_MAX 512 /**< octets kept of a record */
#define MAIL_DMARC_TEXT_MAX 256
#define MAIL_JSON_MAX 16384

/** What is asked about a domain itself. */
enum mail_question {
    MAIL_MX,
    MAIL_TXT,
    MAIL_DMARC, /**< TXT of _dmarc below it */
    MAIL_NS,
    MAIL_SOA,
    MAIL_A,
    MAIL_AAAA,
    MAIL_QUESTIONS
};

/** A host that takes its mail; "." where none does (RFC 7505). */
struct mail_mx {
    uint16_t preference;
    char host[MAIL_NAME_MAX];
    uint8_t status; /**< of the question for its addresses */
    uint8_t n_addrs;
    struct snow_addr addrs[MAIL_HOST_ADDRS_MAX]; /**< the first, in order */
};

struct mail_addrs {
    uint8_t n;
    struct snow_addr at[MAIL_ADDRS_MAX]; /**< the first, in order */
};

/** Zeroed memory is one of which nothing is known. */
struct analysis_mail_setup {
    uint8_t status[MAIL_QUESTIONS]; /**< enum snow_ptr_status; 0: not asked */
    uint8_t n_mx, n_ns;
    struct mail_mx mx[MAIL_MX_MAX];      /**< by preference, then name */
    char ns[MAIL_NS_MAX][MAIL_NAME_MAX]; /**< sorted */
    char soa_server[MAIL_NAME_MAX], soa_mailbox[MAIL_NAME_MAX];
    uint32_t soa_serial;
    struct mail_addrs a, aaaa;

    uint8_t n_dmarc;       /**< DMARC records; with more than one none counts */
    char dmarc_policy[12]; /**< none, quarantine, reject; "": none is told */
    char dmarc[MAIL_DMARC_TEXT_MAX]; /**< [dmarc_len] of any octets */
    uint16_t dmarc_len;
    char spf_text[MAIL_SPF_TEXT_MAX]; /**< [spf_len] of any octets */
    uint16_t spf_len;
    struct analysis_spf spf;
};

/** Take the answer to a question about the domain. Hosts and addresses come in
 * an order of their own, whatever the server's was. */
void analysis_mail_take(struct analysis_mail_setup *m, enum mail_question q,
                        const struct analysis_answer *a);

/** Take the addresses of one of its MX hosts; of two answers (A, AAAA) each
 * adds its own. */
void analysis_mail_take_host(struct mail_mx *mx,
                             const struct analysis_answer *a);

/** The policy of a DMARC record, "" when it states none that is known.
 * @source RFC 7489 §6.3, §6.4 */
const char *analysis_dmarc_policy(const char *record, size_t len);

/** True when a part could not be learnt: asking again may help. */
bool analysis_mail_is_failure(const struct analysis_mail_setup *m);

/** The domain says that it takes no mail. */
bool analysis_mail_is_null_mx(const struct analysis_mail_setup *m);

/** Append it as one JSON object of MAIL_JSON_MAX octets at most. Texts are
 * written with \\DDD for octets that are no printable ASCII (RFC 1035 §5.1), so
 * that any octet survives. */
void analysis_mail_format_json(struct buf *to,
                               const struct analysis_mail_setup *m);

/** Read it back; what is missing stays unknown.
 * @return 0, SNOW_ESYNTAX, SNOW_ENOMEM */
int analysis_mail_parse_json(struct analysis_mail_setup *out,
                             const char *octets, size_t len);

#endif
