#include "smtp_fixture_tls.h"

#include <openssl/x509v3.h>
#include <string.h>

/* clang-format off */
static const struct fixture_tls ways[] = {
    { .word = "starttls" },
    { .word = "starttls-454", .act = TLS_REFUSES },
    { .word = "tls-injects",  .act = TLS_INJECTS },
    { .word = "tls-babbles",  .act = TLS_BABBLES },
    { .word = "tls-closes",   .act = TLS_CLOSES },
    { .word = "tls-resets",   .act = TLS_RESETS },
    { .word = "tls-ignores",  .act = TLS_IGNORES },
    { .word = "tls-names",    .n_names = 1000 },
    { .word = "tls-endless",  .n_names = 10000 },
    { .word = "tls-expired",  .is_expired = true },
    { .word = "tls-signed",   .is_signed = true },
    { .word = "tls-1.0",      .version = TLS1_VERSION },
    { .word = "tls-1.2",      .version = TLS1_2_VERSION },
    { .word = "tls-deaf",     .is_deaf = true },
    { .word = "tls-floods",   .is_rude = true },
    { .word = "smtps",        .is_first = true },
    { .word = "smtps-signed", .is_first = true, .is_signed = true },
};
/* clang-format on */

const struct fixture_tls *fixture_tls_find(const char *word)
{
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (strcmp(ways[i].word, word) == 0)
            return &ways[i];
    return NULL;
}

static void add_name(GENERAL_NAMES *to, const char *text)
{
    GENERAL_NAME *name = GENERAL_NAME_new();

    name->type = GEN_DNS;
    name->d.dNSName = ASN1_IA5STRING_new();
    ASN1_STRING_set(name->d.dNSName, text, -1);
    sk_GENERAL_NAME_push(to, name);
}

static void add_names(X509 *to, const char *own, unsigned n)
{
    GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
    char text[128];

    add_name(names, own);
    for (unsigned i = 0; i < n; i++) {
        snprintf(text, sizeof text, "host-%u.%.100s", i, own);
        add_name(names, text);
    }
    X509_add1_ext_i2d(to, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT);
    GENERAL_NAMES_free(names);
}

static void set_common_name(X509_NAME *to, const char *text)
{
    X509_NAME_add_entry_by_txt(to, "CN", MBSTRING_UTF8,
                               (const unsigned char *)text, -1, -1, 0);
}

static X509 *certificate(const struct fixture_tls *how, const char *name,
                         EVP_PKEY *key)
{
    X509 *cert = X509_new();
    EVP_PKEY *signer = how->is_signed ? EVP_EC_gen("P-256") : NULL;

    X509_set_version(cert, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    ASN1_TIME_set(X509_getm_notBefore(cert), FIXTURE_NOT_BEFORE);
    ASN1_TIME_set(X509_getm_notAfter(cert),
                  how->is_expired ? FIXTURE_EXPIRED : FIXTURE_NOT_AFTER);
    set_common_name(X509_get_subject_name(cert), name);
    set_common_name(X509_get_issuer_name(cert),
                    how->is_signed ? "Signer of Tests" : name);
    X509_set_pubkey(cert, key);
    add_names(cert, name, how->n_names);
    X509_sign(cert, signer ? signer : key, EVP_sha256());
    EVP_PKEY_free(signer);
    return cert;
}

static void hash_key(char out[65], EVP_PKEY *key)
{
    unsigned char *der = NULL, hash[EVP_MAX_MD_SIZE];
    int len = i2d_PUBKEY(key, &der);

    EVP_Digest(der, (size_t)len, hash, NULL, EVP_sha256(), NULL);
    for (int i = 0; i < 32; i++)
        snprintf(out + 2 * i, 3, "%02x", hash[i]);
    OPENSSL_free(der);
}

SSL *fixture_tls_new(const struct fixture_tls *how, const char *name, int fd,
                     char spki[65])
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = certificate(how, name, key);
    SSL *ssl;

    hash_key(spki, key);
    SSL_CTX_set_min_proto_version(context,
                                  how->version ? how->version : TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, how->version);
    SSL_CTX_set_cipher_list(context, "DEFAULT:@SECLEVEL=0");
    SSL_CTX_use_certificate(context, cert);
    SSL_CTX_use_PrivateKey(context, key);
    ssl = SSL_new(context);
    SSL_set_fd(ssl, fd);
    SSL_set_accept_state(ssl);
    X509_free(cert);
    EVP_PKEY_free(key);
    SSL_CTX_free(context);
    return ssl;
}
