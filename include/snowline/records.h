/* Records: the vocabulary of all layers. Values only; text in them may hold
 * any octet the network sent unless said otherwise, and is escaped wherever it
 * leaves the program. Times are UTC seconds since 1970. */
#ifndef SNOW_RECORDS_H
#define SNOW_RECORDS_H

#include <stddef.h>

#include "snowline/addr.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SNOW_TIME_UNKNOWN INT64_MIN /**< a time that was not published */

/** Longest domain name in presentation form, NUL included: 255 octets on the
 * wire, each at worst written as \DDD (RFC 1035 §5.1). */
#define SNOW_NAME_MAX 1024

/** Longest registrable domain, NUL included, of names made of plain hosts. */
#define SNOW_DOMAIN_MAX 256

/** What became of the question for an address's reverse name. The word is
 * what exports print; the number is stored and never changes. */
/* clang-format off */
#define SNOW_PTR_STATUSES(X)                                             \
    X(PENDING,  0, "pending")  /* not answered yet */                     \
    X(NAME,     1, "name")     /* at least one PTR record */              \
    X(NXDOMAIN, 2, "nxdomain")                                           \
    X(NODATA,   3, "nodata")   /* NOERROR without a PTR */                \
    X(SERVFAIL, 4, "servfail")                                           \
    X(REFUSED,  5, "refused")                                            \
    X(TIMEOUT,  6, "timeout")  /* asked often enough, never answered */   \
    X(PRUNED,   7, "pruned")   /* under a name that does not exist */     \
    X(ERROR,    8, "error")    /* another rcode, or no sense in it */     \
    X(OUTSIDE, 15, "outside")  /* no target, or excluded: never asked */

/** How far an SMTP conversation came: named by its greeting. */
#define SNOW_SMTP_STATUSES(X)                                            \
    X(PENDING,     0, "pending")                                         \
    X(OPEN,        1, "open")        /* 220 */                            \
    X(REJECTED,    2, "rejected")    /* 554 and other 5xx at the greeting */ \
    X(BUSY,        3, "busy")        /* 421 and other 4xx */              \
    X(REFUSED,     4, "refused")     /* RST to our SYN */                 \
    X(UNREACHABLE, 5, "unreachable") /* ICMP */                           \
    X(TIMEOUT,     6, "timeout")     /* no answer to our SYN */           \
    X(SILENT,      7, "silent")      /* connected, nothing said in time */ \
    X(CLOSED,      8, "closed")      /* FIN before a greeting */          \
    X(RESET,       9, "reset")       /* RST before a greeting */          \
    X(PARTIAL,    10, "partial")     /* a greeting that never ended */    \
    X(NOT_SMTP,   11, "not-smtp")                                        \
    X(TARPIT,     12, "tarpit")      /* a greeting drawn out on purpose */ \
    X(LOCAL_ERROR,13, "local-error") /* our own fault: descriptors, ports */ \
    X(EXCLUDED,   14, "excluded")

#define SNOW_EHLO_STATUSES(X)                                            \
    X(NOT_ASKED, 0, "not-asked")                                         \
    X(OK,        1, "ok")                                                \
    X(HELO,      2, "helo")      /* EHLO refused, HELO accepted */        \
    X(REJECTED,  3, "rejected")  /* both refused */                       \
    X(CLOSED,    4, "closed")                                            \
    X(TIMEOUT,   5, "timeout")

#define SNOW_TLS_STATUSES(X)                                             \
    X(NOT_ASKED,   0, "not-asked")                                       \
    X(NOT_OFFERED, 1, "not-offered")                                     \
    X(OK,          2, "ok")                                              \
    X(REFUSED,     3, "refused")                                         \
    X(FAILED,      4, "failed")                                          \
    X(INJECTION,   5, "injection")

#define SNOW_REGISTRATION_STATUSES(X)                                    \
    X(PENDING,    0, "pending")                                          \
    X(REGISTERED, 1, "registered")                                       \
    X(NOT_FOUND,  2, "not-found")  /* said by the registry itself */      \
    X(UNKNOWN,    3, "unknown")    /* could not be learnt */              \
    X(LIMITED,    4, "limited")    /* the server wants fewer questions */ \
    X(ERROR,      5, "error")      /* our own fault */
/* clang-format on */

#define X(name, number, word) SNOW_PTR_##name = number,
enum snow_ptr_status { SNOW_PTR_STATUSES(X) };
#undef X
#define X(name, number, word) SNOW_SMTP_##name = number,
enum snow_smtp_status { SNOW_SMTP_STATUSES(X) };
#undef X
#define X(name, number, word) SNOW_EHLO_##name = number,
enum snow_ehlo_status { SNOW_EHLO_STATUSES(X) };
#undef X
#define X(name, number, word) SNOW_TLS_##name = number,
enum snow_tls_status { SNOW_TLS_STATUSES(X) };
#undef X
#define X(name, number, word) SNOW_REGISTRATION_##name = number,
enum snow_registration_status { SNOW_REGISTRATION_STATUSES(X) };
#undef X

/** The words above; "?" for a number that is none of them. */
const char *snow_ptr_status_word(unsigned status);
const char *snow_smtp_status_word(unsigned status);
const char *snow_ehlo_status_word(unsigned status);
const char *snow_tls_status_word(unsigned status);
const char *snow_registration_status_word(unsigned status);

/** True for what may be asked again with `--retry failed`. */
bool snow_ptr_status_is_failure(unsigned status);

/** True for what tells whether there is a name: NAME, NXDOMAIN, NODATA, and
 * PRUNED, which is no name either. */
bool snow_ptr_status_is_answer(unsigned status);

/** True for open, busy, and tarpit with a 220: a server that takes mail. */
struct snow_probe;
bool snow_probe_is_mail_capable(const struct snow_probe *p);

/** A name below ip6.arpa of which something is to be kept: an address with its
 * names (32 nibbles, NAME), a question without an answer (any depth, a
 * failure), or a prefix below which everything exists (fewer than 32 nibbles):
 * NAME where every address has a name, NODATA where none does. */
struct snow_name {
    struct snow_addr addr; /**< what is behind the prefix is zero */
    uint8_t nibbles;       /**< 1 … 32: the prefix is four bits each */
    uint8_t status;        /**< enum snow_ptr_status */
    uint8_t n_names;
    int64_t seen_utc_s;
    const char *names; /**< each NUL-terminated, one behind the other */
};

/** A prefix of ip6.arpa that exists and is not done with; bit i of a mask
 * stands for the child whose next nibble is i. Without a bit it is done. */
struct snow_node {
    struct snow_addr addr;
    uint8_t nibbles; /**< 0 … 31 */
    uint16_t ask;    /**< children without an answer */
    uint16_t open;   /**< children that exist, not looked below yet */
};

/** How far the walk over ip6.arpa is. */
struct snow_walk {
    uint64_t by_status[16]; /**< nodes answered; [0]: those known to be left */
    const struct snow_node *nodes; /**< what is left of it */
    size_t n_nodes;
};

#define SNOW_TLS_NAMES_MAX 64 /**< kept of one certificate */

/** What a TLS handshake told: how it is spoken, and the server's own
 * certificate, which nobody has checked. All zero without a handshake. */
struct snow_tls {
    char version[8];      /**< "TLSv1", … "TLSv1.3" */
    char cipher[48];      /**< as IANA calls it */
    char spki_sha256[65]; /**< of its public key, in hexadecimal digits; ""
                               without a certificate, of which all below is */
    bool is_self_signed;
    int64_t not_before_utc_s, not_after_utc_s; /**< or SNOW_TIME_UNKNOWN */
    const char *subject;                       /**< its common name */
    size_t subject_len;
    const char *names; /**< the DNS names it is for, in lower case, joined by
                            \n; the first SNOW_TLS_NAMES_MAX, 4 KiB at most */
    size_t names_len;
    const char *issuer; /**< common name of who has signed it */
    size_t issuer_len;
};

/** One conversation with one mail server. */
struct snow_probe {
    struct snow_addr addr;
    uint16_t port;
    uint8_t status;       /**< enum snow_smtp_status */
    uint8_t ehlo_status;  /**< enum snow_ehlo_status */
    uint8_t tls_status;   /**< enum snow_tls_status */
    bool client_blocked;  /**< it says that our own address is on a list */
    uint16_t code;        /**< of the greeting, 0 if none */
    uint32_t greeting_ms; /**< from connected to the greeting's last octet */
    int64_t seen_utc_s;
    const char *banner; /**< every octet of the greeting, lines joined by \n */
    size_t banner_len;
    const char *hello; /**< first word of the answer to EHLO or HELO */
    size_t hello_len;
    const char *capabilities; /**< lines after the first, joined by \n */
    size_t capabilities_len;
    struct snow_tls tls;
};

/** What a registry says of a domain. All text NUL-terminated; lists joined by
 * ';'. Empty text: not published. */
struct snow_registration {
    uint8_t status;             /**< enum snow_registration_status */
    bool created_is_date_only;  /**< no time of day was given */
    uint16_t http_code;         /**< of the last answer, 0 if none */
    uint32_t registrar_iana_id; /**< 0 unknown; 9994 … 9999 are IANA's own:
                                     tests, monitoring, and names that a
                                     registry keeps without a registrar */
    int64_t created_utc_s, expires_utc_s, updated_utc_s; /**< or
                                              SNOW_TIME_UNKNOWN */
    int64_t seen_utc_s; /**< when the registry said so */
    char domain[SNOW_DOMAIN_MAX];
    char registrar[256];
    char statuses[512];
    char nameservers[1024];
    char source[512]; /**< URL or server that said it; "" when nobody did */
};

#define SNOW_MAILBOX_MAX 255 /**< RFC 5321 erratum 1690: 254, and the NUL */

/** What a registry says of the network that an address lies in. All text
 * NUL-terminated; empty text: not published. */
struct snow_network {
    uint8_t status; /**< enum snow_registration_status */
    uint16_t http_code;
    struct snow_addr first, last; /**< holds the address that was asked for */
    int64_t seen_utc_s;           /**< when the registry said so */
    char handle[128];
    char name[128];         /**< the network's own, as "EXAMPLE-NET-1" */
    char organisation[256]; /**< who holds it; never the network's name */
    char abuse_email[SNOW_MAILBOX_MAX]; /**< a plain ASCII mailbox */
    char country[3];                    /**< ISO 3166 code, upper case */
    char parent[128];                   /**< handle of the network around it */
    char source[512];                   /**< URL that said it */
};

/** One observation that a finding rests on. */
struct snow_evidence {
    const char *subject; /**< a domain name or an address as text */
    const char *kind;    /**< "registration", … */
    const char *source;  /**< who said it */
    int64_t observed_utc_s;
    const char *data; /**< JSON text */
    size_t data_len;
};

/** One scan of a store. */
struct snow_scan {
    int64_t id;
    const char *targets;  /**< canonical ranges after exclusion, "A-B;C-D" */
    const char *settings; /**< JSON object of every option of the run */
    uint64_t seed;
    int64_t created_utc_s;
    int64_t now_utc_s;      /**< what "new" is measured against */
    int64_t finished_utc_s; /**< SNOW_TIME_UNKNOWN while unfinished */
};

#ifdef __cplusplus
}
#endif
#endif
