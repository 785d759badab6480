/* The fixture's side of TLS: certificates made for the occasion, and ways to
 * get a handshake wrong. */
#ifndef TESTS_SUPPORT_SMTP_FIXTURE_TLS_H
#define TESTS_SUPPORT_SMTP_FIXTURE_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>

#define FIXTURE_NOT_BEFORE 1526774400L /* 2018-05-20 */
#define FIXTURE_EXPIRED 1527379200L    /* a week later */
#define FIXTURE_NOT_AFTER 4102444800L  /* 2100-01-01 */

/** What follows STARTTLS. */
enum fixture_tls_act {
    TLS_SHAKES,
    TLS_REFUSES, /* 454 */
    TLS_INJECTS, /* says more in the clear behind the 220 */
    TLS_BABBLES, /* answers the ClientHello with octets that are no TLS */
    TLS_CLOSES,  /* answers it with a FIN */
    TLS_RESETS,
    TLS_IGNORES, /* never answers it */
};

struct fixture_tls {
    const char *word; /**< of the behaviour */
    enum fixture_tls_act act;
    unsigned n_names; /**< in the certificate, besides the host's own */
    int version;      /**< the only one spoken; 0: any */
    bool is_expired, is_signed; /**< signed: by another than itself */
    bool is_first;              /**< TLS before the greeting */
    bool is_deaf;               /**< says nothing inside */
    bool is_rude; /**< sends far more inside than anybody asked for */
};

/** NULL for a behaviour without TLS. */
const struct fixture_tls *fixture_tls_find(const char *word);

/**
 * A server's side of a connection, yet to shake hands.
 *
 * @param name  common name of the certificate, and the first of its DNS names
 * @param spki  SHA-256 of its public key
 * @owner       the caller, with SSL_free()
 */
SSL *fixture_tls_new(const struct fixture_tls *how, const char *name, int fd,
                     char spki[65]);

#endif
