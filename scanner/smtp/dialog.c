#include "smtp/dialog.h"

#include "base/text.h"

#define QUIT_WAIT_US 2000000 /* for the answer to QUIT, which tells nothing */
#define HANDSHAKE_WAIT_US 10000000
#define FOREIGN_WAIT_US 2000000 /* for the rest of what is no SMTP */
#define DRIPS 3 /* arrivals of octets from which on it looks drawn out */
#define STALE 8 /* second greetings that are passed over */

/* What to say on entering a state; %s is our own name. */
static const char *const sayings[] = {
    [SMTP_STATE_EHLO] = "EHLO %s\r\n", /* always first: RFC 5321 §3.2 */
    [SMTP_STATE_HELO] = "HELO %s\r\n",
    [SMTP_STATE_STARTTLS] = "STARTTLS\r\n",
    [SMTP_STATE_TLS] = NULL,
    [SMTP_STATE_TLS_EHLO] = "EHLO %s\r\n", /* RFC 3207 §4.2 */
    [SMTP_STATE_QUIT] = "QUIT\r\n",
    [SMTP_STATE_DONE] = NULL,
};

/* What a reply means and where it leads; the first row that fits. `status` is
 * the conversation's for a greeting, TLS's for STARTTLS, EHLO's for the others;
 * inside TLS it stays what the first EHLO made it. A 220 in answer to
 * EHLO is a greeting that came late: the answer is still to come. */
/* clang-format off */
static const struct {
    enum smtp_state at;
    uint16_t from, to; /* codes */
    uint8_t status;
    enum smtp_state next;
} meanings[] = {
    { SMTP_STATE_GREETING, 220, 220, SNOW_SMTP_OPEN,      SMTP_STATE_EHLO },
    { SMTP_STATE_GREETING, 400, 499, SNOW_SMTP_BUSY,      SMTP_STATE_QUIT },
    /* RFC 5321 §3.1, RFC 7504 §2: nothing but QUIT may follow */
    { SMTP_STATE_GREETING, 500, 599, SNOW_SMTP_REJECTED,  SMTP_STATE_QUIT },
    { SMTP_STATE_GREETING, 0, 999,   SNOW_SMTP_NOT_SMTP,  SMTP_STATE_DONE },
    { SMTP_STATE_EHLO, 220, 220,     SNOW_EHLO_REJECTED,  SMTP_STATE_EHLO },
    { SMTP_STATE_EHLO, 200, 299,     SNOW_EHLO_OK,        SMTP_STATE_QUIT },
    { SMTP_STATE_EHLO, 421, 421,     SNOW_EHLO_CLOSED,    SMTP_STATE_QUIT },
    /* not known here: RFC 5321 §4.1.4 wants HELO to be tried */
    { SMTP_STATE_EHLO, 500, 502,     SNOW_EHLO_REJECTED,  SMTP_STATE_HELO },
    { SMTP_STATE_EHLO, 504, 504,     SNOW_EHLO_REJECTED,  SMTP_STATE_HELO },
    { SMTP_STATE_EHLO, 550, 550,     SNOW_EHLO_REJECTED,  SMTP_STATE_HELO },
    { SMTP_STATE_EHLO, 0, 999,       SNOW_EHLO_REJECTED,  SMTP_STATE_QUIT },
    { SMTP_STATE_HELO, 220, 220,     SNOW_EHLO_REJECTED,  SMTP_STATE_HELO },
    { SMTP_STATE_HELO, 200, 299,     SNOW_EHLO_HELO,      SMTP_STATE_QUIT },
    { SMTP_STATE_HELO, 421, 421,     SNOW_EHLO_CLOSED,    SMTP_STATE_QUIT },
    { SMTP_STATE_HELO, 0, 999,       SNOW_EHLO_REJECTED,  SMTP_STATE_QUIT },
    { SMTP_STATE_STARTTLS, 220, 220, SNOW_TLS_NOT_ASKED,  SMTP_STATE_TLS },
    { SMTP_STATE_STARTTLS, 0, 999,   SNOW_TLS_REFUSED,    SMTP_STATE_QUIT },
    { SMTP_STATE_TLS_EHLO, 220, 220, 0,                   SMTP_STATE_TLS_EHLO },
    { SMTP_STATE_TLS_EHLO, 0, 999,   0,                   SMTP_STATE_QUIT },
    { SMTP_STATE_QUIT, 0, 999,       0,                   SMTP_STATE_DONE },
};

/* A connection that ended before the first octet of a greeting. */
static const uint8_t ends[][SMTP_STATE_GREETING + 1] = {
    /*                         while connecting,      once connected */
    [SMTP_END_EOF] =         { SNOW_SMTP_CLOSED,      SNOW_SMTP_CLOSED },
    [SMTP_END_RESET] =       { SNOW_SMTP_RESET,       SNOW_SMTP_RESET },
    [SMTP_END_REFUSED] =     { SNOW_SMTP_REFUSED,     SNOW_SMTP_RESET },
    [SMTP_END_UNREACHABLE] = { SNOW_SMTP_UNREACHABLE, SNOW_SMTP_UNREACHABLE },
    [SMTP_END_TIMEOUT] =     { SNOW_SMTP_TIMEOUT,     SNOW_SMTP_SILENT },
    [SMTP_END_LOCAL] =       { SNOW_SMTP_LOCAL_ERROR, SNOW_SMTP_LOCAL_ERROR },
};

/* The same while EHLO or HELO is not answered. */
static const uint8_t ehlo_ends[] = {
    [SMTP_END_EOF] = SNOW_EHLO_CLOSED,
    [SMTP_END_RESET] = SNOW_EHLO_CLOSED,
    [SMTP_END_REFUSED] = SNOW_EHLO_CLOSED,
    [SMTP_END_UNREACHABLE] = SNOW_EHLO_CLOSED,
    [SMTP_END_TIMEOUT] = SNOW_EHLO_TIMEOUT,
    [SMTP_END_LOCAL] = SNOW_EHLO_NOT_ASKED, /* not booked against them */
};
/* clang-format on */

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Go on to a state, or stay: its saying is said, its answer waited for. */
static void enter(struct smtp_dialog *d, enum smtp_state state, uint64_t now_us)
{
    bool is_new = state != d->state;
    size_t room = 0; /* what answers the other commands tells nothing */

    d->state = state;
    d->deadline_us = d->end_us;
    if (state == SMTP_STATE_DONE)
        return;
    if (state == SMTP_STATE_EHLO || state == SMTP_STATE_HELO)
        room = sizeof d->text - d->kept - SMTP_ANSWER_MAX;
    if (state == SMTP_STATE_TLS_EHLO)
        room = sizeof d->text - d->kept;
    smtp_reply_init(&d->answer, d->text + d->kept, room);
    if (state == SMTP_STATE_QUIT)
        d->deadline_us = least(d->end_us, now_us + QUIT_WAIT_US);
    if (state == SMTP_STATE_TLS)
        d->deadline_us = least(d->end_us, now_us + HANDSHAKE_WAIT_US);
    if (is_new && sayings[state])
        d->say_len = (size_t)snprintf(d->say, sizeof d->say, sayings[state],
                                      d->cfg->ehlo);
}

void smtp_dialog_init(struct smtp_dialog *d,
                      const struct smtp_dialog_config *cfg, uint64_t now_us)
{
    /* everything but the text */
    memset(d, 0, offsetof(struct smtp_dialog, text));
    d->cfg = cfg;
    d->end_us = now_us + (uint64_t)cfg->total_timeout_ms * 1000;
    d->deadline_us =
        least(d->end_us, now_us + (uint64_t)cfg->connect_timeout_ms * 1000);
    smtp_reply_init(&d->greeting, d->text, SMTP_REPLY_MAX);
    smtp_reply_init(&d->answer, d->text, 0);
    d->hello = (struct smtp_hello){ .word = "", .list = "" };
}

static void await_greeting(struct smtp_dialog *d, uint64_t now_us)
{
    d->state = SMTP_STATE_GREETING;
    d->connected_us = d->heard_us = now_us;
    d->deadline_us =
        least(d->end_us, now_us + (uint64_t)d->cfg->banner_timeout_ms * 1000);
}

void smtp_dialog_connected(struct smtp_dialog *d, uint64_t now_us)
{
    d->say_len = 0;
    if (d->state != SMTP_STATE_CONNECT)
        return;
    if (d->cfg->has_tls_at_once)
        enter(d, SMTP_STATE_TLS, now_us);
    else
        await_greeting(d, now_us);
}

/* --- TLS ------------------------------------------------------------------ */

/* Nothing came before it. */
static bool is_tls_first(const struct smtp_dialog *d)
{
    return d->cfg->has_tls_at_once && d->status == SNOW_SMTP_PENDING;
}

void smtp_dialog_tls_done(struct smtp_dialog *d, uint64_t now_us)
{
    d->say_len = 0;
    if (d->state != SMTP_STATE_TLS)
        return;
    d->tls_status = SNOW_TLS_OK;
    if (is_tls_first(d))
        await_greeting(d, now_us);
    else
        enter(d, SMTP_STATE_TLS_EHLO, now_us);
}

void smtp_dialog_tls_failed(struct smtp_dialog *d, uint64_t now_us)
{
    d->say_len = 0;
    if (d->state != SMTP_STATE_TLS)
        return;
    d->tls_status = SNOW_TLS_FAILED;
    if (is_tls_first(d))
        d->status = SNOW_SMTP_NOT_SMTP;
    enter(d, SMTP_STATE_DONE, now_us);
}

/* --- replies -------------------------------------------------------------- */

/* Inside TLS the answer to EHLO takes the place of the one before: that one
 * was not protected (RFC 3207 §4.2). */
static void learn_hello(struct smtp_dialog *d)
{
    smtp_reply_split(&d->answer, &d->hello);
    d->kept = (size_t)(d->answer.text + d->answer.text_len - d->text);
    if (d->tls_status == SNOW_TLS_NOT_ASKED &&
        !smtp_hello_offers(&d->hello, "STARTTLS"))
        d->tls_status = SNOW_TLS_NOT_OFFERED;
}

static void note_status(struct smtp_dialog *d, uint8_t status)
{
    if (d->state == SMTP_STATE_GREETING)
        d->status = status;
    else if (d->state == SMTP_STATE_STARTTLS)
        d->tls_status = status;
    else if (d->state == SMTP_STATE_EHLO || d->state == SMTP_STATE_HELO)
        d->ehlo_status = status;
}

/* What follows an EHLO or HELO that was accepted. */
static enum smtp_state after_hello(const struct smtp_dialog *d)
{
    if (d->state == SMTP_STATE_EHLO && d->cfg->says_starttls &&
        d->tls_status == SNOW_TLS_NOT_ASKED)
        return SMTP_STATE_STARTTLS;
    return SMTP_STATE_QUIT;
}

static bool is_hello(enum smtp_state s)
{
    return s == SMTP_STATE_EHLO || s == SMTP_STATE_HELO ||
           s == SMTP_STATE_TLS_EHLO;
}

static void judge(struct smtp_dialog *d, const struct smtp_reply *r,
                  uint64_t now_us)
{
    size_t i = 0;
    enum smtp_state at = d->state, next;

    while (meanings[i].at != at || r->code < meanings[i].from ||
           r->code > meanings[i].to)
        i++;
    next = meanings[i].next;
    if (r->code >= 400 && r->code <= 599 && at != SMTP_STATE_QUIT)
        d->client_blocked |= smtp_reply_says_blocked(r);
    note_status(d, meanings[i].status);
    if (next == SMTP_STATE_QUIT && is_hello(at) && r->code / 100 == 2) {
        learn_hello(d);
        next = after_hello(d);
    }
    if (next == at && ++d->n_stale > STALE)
        next = SMTP_STATE_QUIT;
    if (r->state == SMTP_REPLY_TOO_LONG)
        next = SMTP_STATE_DONE; /* where its rest ends nobody knows */
    enter(d, next, now_us);
}

static void judge_greeting(struct smtp_dialog *d, uint64_t now_us)
{
    struct smtp_reply *r = &d->greeting;

    if (r->state == SMTP_REPLY_DONE &&
        !(r->code == 220 && smtp_reply_says_ftp(r))) {
        d->kept = r->text_len;
        judge(d, r, now_us);
        return;
    }
    d->status =
        r->state == SMTP_REPLY_TOO_LONG ? SNOW_SMTP_TARPIT : SNOW_SMTP_NOT_SMTP;
    enter(d, SMTP_STATE_DONE, now_us);
}

static void hear_greeting(struct smtp_dialog *d, uint64_t now_us,
                          const char *octets, size_t len)
{
    bool was_foreign = d->greeting.is_foreign;

    smtp_reply_feed(&d->greeting, octets, len);
    d->heard_us = now_us;
    d->n_arrivals++;
    if (d->greeting.state != SMTP_REPLY_MORE)
        judge_greeting(d, now_us);
    else if (d->greeting.is_foreign && !was_foreign)
        d->deadline_us = least(d->deadline_us, now_us + FOREIGN_WAIT_US);
}

/* RFC 3207 §6: what was said in the clear is not taken for what is said inside
 * TLS, nor is the rest of it worth a handshake. */
static void note_injection(struct smtp_dialog *d, uint64_t now_us)
{
    if (is_tls_first(d))
        return;
    d->tls_status = SNOW_TLS_INJECTION;
    enter(d, SMTP_STATE_DONE, now_us);
}

static void hear_answer(struct smtp_dialog *d, uint64_t now_us,
                        const char *octets, size_t len)
{
    size_t used = smtp_reply_feed(&d->answer, octets, len);

    if (d->answer.state == SMTP_REPLY_MORE)
        return;
    judge(d, &d->answer, now_us);
    if (d->state == SMTP_STATE_TLS && used < len)
        note_injection(d, now_us);
}

void smtp_dialog_octets(struct smtp_dialog *d, uint64_t now_us,
                        const char *octets, size_t len)
{
    d->say_len = 0;
    if (len == 0 || d->state == SMTP_STATE_CONNECT)
        return;
    if (d->state == SMTP_STATE_GREETING)
        hear_greeting(d, now_us, octets, len);
    else if (d->state == SMTP_STATE_TLS)
        note_injection(d, now_us);
    else if (d->state < SMTP_STATE_DONE)
        hear_answer(d, now_us, octets, len);
}

/* --- ends ----------------------------------------------------------------- */

/* A greeting that did not end: drawn out until the last, or broken off? */
static uint8_t unended(const struct smtp_dialog *d, uint64_t now_us)
{
    uint64_t waited_us = now_us - d->connected_us;

    if (d->greeting.is_foreign)
        return SNOW_SMTP_NOT_SMTP;
    if (d->n_arrivals >= DRIPS && d->heard_us - d->connected_us > waited_us / 2)
        return SNOW_SMTP_TARPIT;
    return SNOW_SMTP_PARTIAL;
}

void smtp_dialog_ended(struct smtp_dialog *d, uint64_t now_us,
                       enum smtp_end how)
{
    enum smtp_state at = d->state;

    d->say_len = 0;
    if ((at == SMTP_STATE_STARTTLS || at == SMTP_STATE_TLS) &&
        how != SMTP_END_LOCAL)
        d->tls_status = SNOW_TLS_FAILED;
    if (at == SMTP_STATE_TLS && is_tls_first(d))
        d->status = ends[how][SMTP_STATE_GREETING];
    if (at == SMTP_STATE_EHLO || at == SMTP_STATE_HELO)
        d->ehlo_status = ehlo_ends[how];
    if (at <= SMTP_STATE_GREETING)
        d->status = ends[how][at];
    if (at == SMTP_STATE_GREETING && d->greeting.len > 0) {
        d->status = SNOW_SMTP_PARTIAL;
        if (d->greeting.is_foreign)
            d->status = SNOW_SMTP_NOT_SMTP;
        else if (how == SMTP_END_TIMEOUT)
            d->status = unended(d, now_us);
    }
    enter(d, SMTP_STATE_DONE, now_us);
}

void smtp_dialog_tick(struct smtp_dialog *d, uint64_t now_us)
{
    d->say_len = 0;
    if (now_us >= d->deadline_us && d->state != SMTP_STATE_DONE)
        smtp_dialog_ended(d, now_us, SMTP_END_TIMEOUT);
}

void smtp_dialog_record(const struct smtp_dialog *d, struct snow_probe *out)
{
    *out = (struct snow_probe){
        .status = d->status,
        .ehlo_status = d->ehlo_status,
        .tls_status = d->tls_status,
        .client_blocked = d->client_blocked,
        .code = d->greeting.code,
        .greeting_ms = (uint32_t)((d->heard_us - d->connected_us) / 1000),
        .banner = d->greeting.text,
        .banner_len = d->greeting.text_len,
        .hello = d->hello.word,
        .hello_len = d->hello.word_len,
        .capabilities = d->hello.list,
        .capabilities_len = d->hello.list_len,
    };
}
