/* One SMTP conversation: what to say, how long to wait, what came of it. All
 * decisions are made here; sockets and timers are the caller's. Pure.
 *
 * After each event the caller sends what stands in say[], waits until
 * deadline_us, and hangs up once the state is SMTP_STATE_DONE. */
#ifndef SMTP_DIALOG_H
#define SMTP_DIALOG_H

#include "smtp/reply.h"
#include "snowline/records.h"

#define SMTP_EHLO_MAX 255 /**< octets of our name, RFC 5321 §4.5.3.1.2 */
#define SMTP_SAY_MAX (SMTP_EHLO_MAX + 8)

/** Octets kept of one conversation: a greeting of any length, and at least
 * 4 KiB of each answer to EHLO, in the clear and inside TLS. */
#define SMTP_ANSWER_MAX 4096
#define SMTP_TEXT_MAX (SMTP_REPLY_MAX + 2 * SMTP_ANSWER_MAX)

/** What is waited for. */
enum smtp_state {
    SMTP_STATE_CONNECT,
    SMTP_STATE_GREETING,
    SMTP_STATE_EHLO,
    SMTP_STATE_HELO,
    SMTP_STATE_STARTTLS,
    SMTP_STATE_TLS,      /**< the caller shakes hands */
    SMTP_STATE_TLS_EHLO, /**< the second EHLO, inside TLS */
    SMTP_STATE_QUIT,
    SMTP_STATE_DONE,
};

/** How a connection ends, or fails to begin. */
enum smtp_end {
    SMTP_END_EOF,
    SMTP_END_RESET,
    SMTP_END_REFUSED,
    SMTP_END_UNREACHABLE,
    SMTP_END_TIMEOUT, /**< the kernel gave up */
    SMTP_END_LOCAL,   /**< our own fault */
};

struct smtp_dialog_config {
    const char *ehlo; /**< our host name, <= SMTP_EHLO_MAX octets */
    unsigned connect_timeout_ms;
    unsigned banner_timeout_ms; /**< from connected to the whole greeting */
    unsigned total_timeout_ms;  /**< the whole conversation */
    bool says_starttls;         /**< where it is offered */
    bool has_tls_at_once;       /**< RFC 8314 §3: before the greeting */
};

/** Times are monotonic and never go back. */
struct smtp_dialog {
    enum smtp_state state;
    uint64_t deadline_us; /**< smtp_dialog_tick() is due then */
    size_t say_len;       /**< to be sent now; 0: nothing */
    char say[SMTP_SAY_MAX];

    const struct smtp_dialog_config *cfg;
    uint64_t connected_us, heard_us; /**< connected, and through TLS where
                                 that comes first; the greeting's last octets */
    uint64_t end_us;                 /**< of the whole conversation */
    unsigned n_arrivals;             /**< of octets of the greeting */
    unsigned n_stale;                /**< replies that nothing was asked for */
    uint8_t status, ehlo_status, tls_status;
    bool client_blocked;
    size_t kept; /**< octets of text[] that later replies leave alone */
    struct smtp_reply greeting, answer;
    struct smtp_hello hello;
    char text[SMTP_TEXT_MAX]; /**< of both; not zeroed: few pages of it are
                                   ever touched */
};

/** Begin: a connection is being made. @p cfg is borrowed. */
void smtp_dialog_init(struct smtp_dialog *d,
                      const struct smtp_dialog_config *cfg, uint64_t now_us);

/**
 * The events. Octets after the final line of the reply that was waited for are
 * dropped: nobody has asked for them.
 *
 * In SMTP_STATE_TLS the caller shakes hands, sends nothing else, and reports
 * what came of it; the octets of the handshake are its own. Octets in the clear
 * that come behind the 220 are what RFC 3207 §6 warns of (CVE-2011-0411): the
 * conversation ends there. After _tls_done() all octets are those inside TLS.
 */
void smtp_dialog_connected(struct smtp_dialog *d, uint64_t now_us);
void smtp_dialog_octets(struct smtp_dialog *d, uint64_t now_us,
                        const char *octets, size_t len);
void smtp_dialog_tls_done(struct smtp_dialog *d, uint64_t now_us);
void smtp_dialog_tls_failed(struct smtp_dialog *d, uint64_t now_us);
void smtp_dialog_ended(struct smtp_dialog *d, uint64_t now_us,
                       enum smtp_end how);
void smtp_dialog_tick(struct smtp_dialog *d, uint64_t now_us);

/** The record of a conversation that is done, but for addr, port, time and
 * certificate.
 * @owner the dialog keeps the text */
void smtp_dialog_record(const struct smtp_dialog *d, struct snow_probe *out);

#endif
