/* TLS of one conversation, without its socket: octets of the wire in and out,
 * and what the handshake tells of the server. Any certificate will do: it is
 * looked at, never trusted. */
#ifndef SMTP_TLS_H
#define SMTP_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "snowline/records.h"

struct ssl_ctx_st;
struct smtp_tls;

enum smtp_tls_state {
    SMTP_TLS_HANDSHAKE,
    SMTP_TLS_OPEN,
    SMTP_TLS_CLOSED, /**< they have said goodbye (close_notify) */
    SMTP_TLS_FAILED,
};

/**
 * What all conversations of an engine share: TLS 1.0 and later, all ciphers
 * that authenticate a server, no certificate asked for its signatures.
 *
 * @return  0, SNOW_ENOMEM
 * @owner   the caller, with smtp_tls_context_free()
 */
int smtp_tls_context_new(struct ssl_ctx_st **out);
void smtp_tls_context_free(struct ssl_ctx_st *c);

/**
 * Begin a handshake; our first words can be taken at once. No name is asked
 * for (SNI): a probe knows an address, not whom it belongs to.
 *
 * @return  0, SNOW_ENOMEM
 * @owner   the caller, with smtp_tls_free()
 */
int smtp_tls_new(struct smtp_tls **out, struct ssl_ctx_st *context);

/** Octets of the wire, heard; any number, no more in all than a server that is
 * well has to say. Take and read what comes of it. */
enum smtp_tls_state smtp_tls_feed(struct smtp_tls *t, const char *octets,
                                  size_t len);

/** Octets for the wire, to be sent. @return how many; 0: no more for now */
size_t smtp_tls_take(struct smtp_tls *t, char *out, size_t cap);

/** What they say inside TLS. @return how many octets; 0: no more for now */
size_t smtp_tls_read(struct smtp_tls *t, char *out, size_t cap);

/** Say something inside TLS; then take it. */
void smtp_tls_write(struct smtp_tls *t, const char *octets, size_t len);

/** Say goodbye, if there is anything to say it in; then take it. */
void smtp_tls_shutdown(struct smtp_tls *t);

/** Give back all memory but that of what was learnt; nothing but the two below
 * may follow. */
void smtp_tls_release(struct smtp_tls *t);

enum smtp_tls_state smtp_tls_state(const struct smtp_tls *t);

/** What was learnt; all zero before the handshake has succeeded.
 * @owner the text is of @p t */
void smtp_tls_learnt(const struct smtp_tls *t, struct snow_tls *out);

void smtp_tls_free(struct smtp_tls *t);

#endif
