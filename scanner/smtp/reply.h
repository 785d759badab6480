/* The grammar of SMTP replies, one octet at a time: what was said, in any
 * fragmentation, becomes one reply. Pure.
 *
 * Lenient where servers are (bare LF, a bare code, lines without a code after
 * the first, codes that differ: the last one decides), strict in its bounds. */
#ifndef SMTP_REPLY_H
#define SMTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SMTP_LINE_MAX 4096   /**< octets; RFC 5321 §4.5.3.1.5 says 512 */
#define SMTP_LINES_MAX 64    /**< of one reply */
#define SMTP_REPLY_MAX 16384 /**< octets of one reply, line ends included */

enum smtp_reply_state {
    SMTP_REPLY_MORE,     /**< its final line has not ended yet */
    SMTP_REPLY_DONE,     /**< it is complete */
    SMTP_REPLY_FOREIGN,  /**< its first line has ended and is none of SMTP's */
    SMTP_REPLY_TOO_LONG, /**< one of the bounds above was passed */
};

/** A reply that is being read. */
struct smtp_reply {
    enum smtp_reply_state state;
    bool is_foreign;  /**< known before the first line has ended */
    uint16_t code;    /**< of the last line that has one, be it unended; or 0 */
    uint16_t n_lines; /**< that have ended */
    uint16_t line_len; /**< octets of the line that has not, without LF */
    uint32_t len;      /**< octets in all */
    char head[4];      /**< how the line begins */
    char *text;        /**< every octet, lines joined by \n; [text_cap] */
    size_t text_len, text_cap;
};

/** Begin a reply, into memory of the caller's; what does not fit is read all
 * the same but not kept. */
void smtp_reply_init(struct smtp_reply *r, char *text, size_t cap);

/**
 * Read on.
 *
 * @return how many octets belong to this reply: fewer than @p len only when it
 *         has come to its end, 0 when it had before
 */
size_t smtp_reply_feed(struct smtp_reply *r, const char *octets, size_t len);

/** What a complete answer to EHLO says; all of it inside the reply's text. */
struct smtp_hello {
    const char *word; /**< the first, the server's name of itself */
    size_t word_len;
    const char *list; /**< the other lines without codes, joined by \n */
    size_t list_len;
};

/** Take the reply's text apart, in place.
 * @source RFC 5321 §4.1.1.1, ehlo-ok-rsp */
void smtp_reply_split(struct smtp_reply *r, struct smtp_hello *out);

/** Does a list of extensions hold this keyword? Case does not matter. */
bool smtp_hello_offers(const struct smtp_hello *h, const char *keyword);

/** Does the text of a refusal say that the client's address is on a list?
 * Only to be asked of 4xx and 5xx replies. */
bool smtp_reply_says_blocked(const struct smtp_reply *r);

/** Is the text of a 220 clearly that of an FTP server (RFC 959 §5.4)? */
bool smtp_reply_says_ftp(const struct smtp_reply *r);

#endif
