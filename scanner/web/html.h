/* Tags and text of a page that anyone wrote: tolerant, in one pass, without
 * allocation. Pure. */
#ifndef WEB_HTML_H
#define WEB_HTML_H

#include <stdbool.h>
#include <stddef.h>

/** A run of octets of the page. */
struct html_span {
    const char *at; /**< NULL: not there */
    size_t len;
};

enum html_token_kind {
    HTML_TEXT,
    HTML_OPEN,
    HTML_CLOSE,
    HTML_RAW, /**< what stands in the element opened before, up to its end:
                   script, style, title and the like */
};

/** Attributes that anyone asks for. */
enum html_attribute {
    HTML_HREF,
    HTML_SRC,
    HTML_CONTENT,
    HTML_HTTP_EQUIV,
    HTML_ADBLOCKKEY,
    HTML_N_ATTRIBUTES,
};

#define HTML_NAME_MAX                                                          \
    16 /**< of an element, NUL included; longer ones are cut */

struct html_token {
    enum html_token_kind kind;
    char name[HTML_NAME_MAX]; /**< lower case; of a tag, or around a RAW */
    struct html_span text;    /**< of TEXT and RAW, as it stands there */
    struct html_span attributes[HTML_N_ATTRIBUTES]; /**< first of each */
};

/** A page being read. */
struct html {
    const char *at, *end;
    char raw[HTML_NAME_MAX]; /**< element whose contents are no HTML, or "" */
};

void html_init(struct html *h, const char *octets, size_t len);

/**
 * The next token. Comments and declarations are passed over; what is cut off
 * at the end is as if it were closed there, but for a tag, which is dropped.
 *
 * @return false at the end
 * @source HTML Living Standard §13.2.5 (tokenization), as far as it is needed
 */
bool html_next(struct html *h, struct html_token *t);

/** Does the span hold this word, ASCII case folded? */
bool html_span_is(struct html_span s, const char *word);

#endif
