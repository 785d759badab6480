#include "smtp/tls.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/text.h"
#include "snowline/error.h"

#define TEXT_MAX 256   /* octets of a common name; X.520 says 64 characters */
#define NAMES_MAX 4096 /* octets of all names of a certificate */
#define NAME_LEN 253   /* of one, RFC 1035 §2.3.4 as text */

/* All that a server may send: a chain of certificates four times, and the few
 * lines inside. Longer chains end the handshake. */
#define CHAIN_MAX 65536
#define OCTETS_MAX (4 * CHAIN_MAX)

struct smtp_tls {
    SSL *ssl;      /* NULL: released */
    BIO *in, *out; /* its own */
    enum smtp_tls_state state;
    size_t n_octets;
    struct snow_tls learnt;
    char subject[TEXT_MAX], issuer[TEXT_MAX], names[NAMES_MAX];
};

/* --- what all share ------------------------------------------------------- */

/* Nor is OpenSSL to build chains out of what a stranger sent. */
static int accept_any(X509_STORE_CTX *store, void *arg)
{
    (void)arg;
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
}

int smtp_tls_context_new(struct ssl_ctx_st **out)
{
    SSL_CTX *c = SSL_CTX_new(TLS_client_method());

    /* What the system's configuration forbids is measured as well. But where a
     * server chooses the numbers of a Diffie-Hellman exchange, it chooses how
     * long we are busy (half a second at OpenSSL's limit of 10000 bits): that
     * is left to curves. */
    if (!c || !SSL_CTX_set_min_proto_version(c, TLS1_VERSION) ||
        !SSL_CTX_set_max_proto_version(c, 0) ||
        !SSL_CTX_set_cipher_list(c, "DEFAULT:!kDHE:@SECLEVEL=0") ||
        !SSL_CTX_set1_groups_list(c, "X25519:P-256:X448:P-521:P-384")) {
        ERR_clear_error();
        SSL_CTX_free(c);
        return SNOW_ENOMEM;
    }
    SSL_CTX_set_cert_verify_callback(c, accept_any, NULL);
    SSL_CTX_set_max_cert_list(c, CHAIN_MAX);
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_options(
        c, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
               SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_IGNORE_UNEXPECTED_EOF);
    *out = c;
    return 0;
}

void smtp_tls_context_free(struct ssl_ctx_st *c)
{
    SSL_CTX_free(c);
}

/* --- what a certificate says ---------------------------------------------- */

/* The most specific common name, as UTF-8. */
static size_t read_common_name(char out[TEXT_MAX], const X509_NAME *name)
{
    unsigned char *text = NULL;
    const ASN1_STRING *value;
    int at = -1, next, len;

    while ((next = X509_NAME_get_index_by_NID(name, NID_commonName, at)) >= 0)
        at = next;
    if (at < 0)
        return 0;
    value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
    len = ASN1_STRING_to_UTF8(&text, value);
    if (len < 0)
        return 0;
    len = len < TEXT_MAX ? len : TEXT_MAX;
    memcpy(out, text, (size_t)len);
    OPENSSL_free(text);
    return (size_t)len;
}

/* Add a name, unless it is none or does not fit. */
static bool add_name(struct smtp_tls *t, const ASN1_STRING *name)
{
    const char *text = (const char *)ASN1_STRING_get0_data(name);
    size_t len = (size_t)ASN1_STRING_length(name);
    size_t at = t->learnt.names_len;

    if (len == 0 || len > NAME_LEN || at + 1 + len > NAMES_MAX)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] <= ' ' || text[i] == 0x7f)
            return false;
    if (at > 0)
        t->names[at++] = '\n';
    for (size_t i = 0; i < len; i++)
        t->names[at++] = text_lower(text[i]);
    t->learnt.names_len = at;
    return true;
}

static void learn_names(struct smtp_tls *t, const X509 *leaf)
{
    GENERAL_NAMES *all =
        X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
    int n = sk_GENERAL_NAME_num(all), n_kept = 0;

    for (int i = 0; i < n && n_kept < SNOW_TLS_NAMES_MAX; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(all, i);

        if (name->type == GEN_DNS)
            n_kept += add_name(t, name->d.dNSName);
    }
    GENERAL_NAMES_free(all);
}

static int64_t utc_s(const ASN1_TIME *when)
{
    struct tm tm;

    return ASN1_TIME_to_tm(when, &tm) ? (int64_t)timegm(&tm)
                                      : SNOW_TIME_UNKNOWN;
}

/* Certificates of one server are renewed, its key often stays the same: so the
 * key is what is told apart (RFC 7469 §2.4). */
static void learn_key(struct snow_tls *out, const X509 *leaf)
{
    unsigned char *der = NULL, hash[EVP_MAX_MD_SIZE];
    int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(leaf), &der);

    if (len > 0 && EVP_Digest(der, (size_t)len, hash, NULL, EVP_sha256(), NULL))
        for (size_t i = 0; i < 32; i++)
            snprintf(out->spki_sha256 + 2 * i, 3, "%02x", hash[i]);
    OPENSSL_free(der);
}

static void learn(struct smtp_tls *t)
{
    struct snow_tls *l = &t->learnt;
    const SSL_CIPHER *cipher = SSL_get_current_cipher(t->ssl);
    X509 *leaf = SSL_get0_peer_certificate(t->ssl);

    text_copy(l->version, sizeof l->version, SSL_get_version(t->ssl));
    text_copy(l->cipher, sizeof l->cipher,
              cipher ? SSL_CIPHER_standard_name(cipher) : "");
    if (leaf) {
        learn_key(l, leaf);
        learn_names(t, leaf);
        l->subject_len =
            read_common_name(t->subject, X509_get_subject_name(leaf));
        l->issuer_len = read_common_name(t->issuer, X509_get_issuer_name(leaf));
        l->not_before_utc_s = utc_s(X509_get0_notBefore(leaf));
        l->not_after_utc_s = utc_s(X509_get0_notAfter(leaf));
        l->is_self_signed = X509_self_signed(leaf, 1) == 1;
    }
}

/* --- one conversation ----------------------------------------------------- */

static void shake_hands(struct smtp_tls *t)
{
    int n;

    ERR_clear_error();
    n = SSL_do_handshake(t->ssl);
    if (n == 1) {
        t->state = SMTP_TLS_OPEN;
        learn(t);
    } else if (SSL_get_error(t->ssl, n) != SSL_ERROR_WANT_READ) {
        t->state = SMTP_TLS_FAILED;
    }
    ERR_clear_error();
}

int smtp_tls_new(struct smtp_tls **out, struct ssl_ctx_st *context)
{
    struct smtp_tls *t = calloc(1, sizeof *t);

    if (!t)
        return SNOW_ENOMEM;
    t->ssl = SSL_new(context);
    t->in = BIO_new(BIO_s_mem());
    t->out = BIO_new(BIO_s_mem());
    if (!t->ssl || !t->in || !t->out) {
        BIO_free(t->in);
        BIO_free(t->out);
        smtp_tls_free(t);
        return SNOW_ENOMEM;
    }
    SSL_set_bio(t->ssl, t->in, t->out); /* which own them from here on */
    SSL_set_connect_state(t->ssl);
    shake_hands(t);
    *out = t;
    return 0;
}

enum smtp_tls_state smtp_tls_feed(struct smtp_tls *t, const char *octets,
                                  size_t len)
{
    if (t->state == SMTP_TLS_FAILED || len == 0 || len > INT_MAX)
        return t->state;
    t->n_octets += len;
    if (t->n_octets > OCTETS_MAX ||
        BIO_write(t->in, octets, (int)len) != (int)len)
        t->state = SMTP_TLS_FAILED;
    if (t->state == SMTP_TLS_HANDSHAKE)
        shake_hands(t);
    return t->state;
}

size_t smtp_tls_take(struct smtp_tls *t, char *out, size_t cap)
{
    size_t n = 0;

    return BIO_read_ex(t->out, out, cap, &n) ? n : 0;
}

size_t smtp_tls_read(struct smtp_tls *t, char *out, size_t cap)
{
    size_t len = 0;

    if (t->state != SMTP_TLS_OPEN)
        return 0;
    ERR_clear_error();
    if (SSL_read_ex(t->ssl, out, cap, &len))
        return len;
    switch (SSL_get_error(t->ssl, 0)) {
    case SSL_ERROR_WANT_READ:
        break;
    case SSL_ERROR_ZERO_RETURN:
        t->state = SMTP_TLS_CLOSED;
        break;
    default:
        t->state = SMTP_TLS_FAILED;
    }
    ERR_clear_error();
    return 0;
}

void smtp_tls_write(struct smtp_tls *t, const char *octets, size_t len)
{
    size_t n;

    if (t->state != SMTP_TLS_OPEN || len == 0)
        return;
    ERR_clear_error();
    if (!SSL_write_ex(t->ssl, octets, len, &n))
        t->state = SMTP_TLS_FAILED;
    ERR_clear_error();
}

void smtp_tls_shutdown(struct smtp_tls *t)
{
    if (t->state != SMTP_TLS_OPEN && t->state != SMTP_TLS_CLOSED)
        return;
    SSL_shutdown(t->ssl);
    ERR_clear_error();
}

void smtp_tls_release(struct smtp_tls *t)
{
    SSL_free(t->ssl);
    t->ssl = NULL;
    t->in = t->out = NULL;
}

enum smtp_tls_state smtp_tls_state(const struct smtp_tls *t)
{
    return t->state;
}

void smtp_tls_learnt(const struct smtp_tls *t, struct snow_tls *out)
{
    *out = t->learnt;
    out->subject = t->subject;
    out->issuer = t->issuer;
    out->names = t->names;
}

void smtp_tls_free(struct smtp_tls *t)
{
    if (!t)
        return;
    smtp_tls_release(t);
    free(t);
}
