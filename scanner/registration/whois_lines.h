/* The text of a WHOIS answer as lines of label and value. Pure. */
#ifndef REGISTRATION_WHOIS_LINES_H
#define REGISTRATION_WHOIS_LINES_H

#include <stdbool.h>
#include <stddef.h>

#define WHOIS_LABEL_MAX 48

/** A run of octets inside the answer. */
struct whois_text {
    const char *at;
    size_t len;
};

enum whois_line_kind {
    WHOIS_BLANK,
    WHOIS_COMMENT, /**< behind a mark of comments: terms of use, mostly */
    WHOIS_FIELD,   /**< "Label: value", "Label....: value", "[Label] value" */
    WHOIS_PLAIN,   /**< anything else */
};

struct whois_line {
    enum whois_line_kind kind;
    bool is_bracketed;       /**< the label stood in square brackets */
    bool is_first;           /**< of its paragraph */
    unsigned indent;         /**< columns, a tab is up to eight */
    struct whois_text text;  /**< without blanks at its ends */
    struct whois_text value; /**< of a field; empty when there is none */
    size_t label_len;
    /** Lower case, words one blank apart, without dots, marks and what stands
     * in round brackets at its end; "" when it is too long to mean anything. */
    char label[WHOIS_LABEL_MAX];
};

struct whois_lines {
    const char *at, *end;
    bool is_paragraph_over;
};

void whois_lines_init(struct whois_lines *l, const char *octets, size_t len);

/** The next line; false when there is none. Lines end in LF, CR or both. */
bool whois_lines_next(struct whois_lines *l, struct whois_line *out);

/** Without blanks and NULs at its ends. */
struct whois_text whois_trim(const char *at, size_t len);

/** @p text is @p words, ASCII letters of either case. */
bool whois_text_is(struct whois_text text, const char *words);

/** Write a label as struct whois_line holds it. @return its length, 0 for what
 * is too long or empty */
size_t whois_label_clean(char out[WHOIS_LABEL_MAX], struct whois_text text);

#endif
