/* Mail messages, piece by piece: header fields that nothing can break out of,
 * bodies that every mail server passes on as they are. Pure. */
#ifndef REPORT_MIME_H
#define REPORT_MIME_H

#include "base/text.h"

#define MIME_LINE_MAX 76 /**< octets without CRLF (RFC 2045 §6.7, §6.8) */

/** No encoding below writes this, so no boundary that begins with it can stand
 * in a body (RFC 2045 §6.7, note). */
#define MIME_BOUNDARY "=_"

/**
 * Append a header field, folded at its spaces.
 *
 * @param value  printable ASCII; what is not becomes \xHH
 * @source       RFC 5322 §2.1.1 (lengths), §2.2.3 (folding)
 */
void mime_field(struct buf *to, const char *name, const char *value);

/**
 * Append a field with one mailbox: a phrase, quoted or as encoded words, and
 * the address in angle brackets.
 *
 * @param phrase   any octets; "" for none
 * @param address  one that text_is_mailbox() accepts
 * @source         RFC 5322 §3.4, RFC 2047 §2 and §5 (3)
 */
void mime_mailbox(struct buf *to, const char *name, const char *phrase,
                  const char *address);

/** Append a Date field, in UTC. @source RFC 5322 §3.3 */
void mime_date(struct buf *to, int64_t utc_s);

/** Append the line that an mbox puts before a message. @source RFC 4155 */
void mime_mbox_line(struct buf *to, const char *address, int64_t utc_s);

/**
 * Append a text as a body part, its header fields first: as it is (7bit) when
 * any server would leave it so, else as quoted-printable.
 *
 * @param text  valid UTF-8, lines ending in \n
 * @source      RFC 2045 §2.7, §6.7
 */
void mime_text(struct buf *to, const struct buf *text);

/**
 * Append octets as an attached file, in base64.
 *
 * @param type  "text/csv; charset=utf-8"
 * @param name  letters, digits, dots and hyphens
 * @source      RFC 2045 §6.8, RFC 2183
 */
void mime_attachment(struct buf *to, const char *type, const char *name,
                     const struct buf *octets);

#endif
