/* What a page holds: octets of text, links, frames, and the signs among them.
 * Pure. */
#ifndef WEB_READ_H
#define WEB_READ_H

#include "web/html.h"
#include "web/page.h"
#include "web/signs.h"

#define READ_WINDOW 4096
#define READ_LINK_MAX 128

/** A page being read. */
struct reading {
    const struct page_answer *in;
    struct web_index index;
    struct web_found found;
    const char *parker; /**< whose frames or scripts it shows, or NULL */
    size_t text_octets;
    size_t odd; /**< octets of text in an unknown character set */
    size_t links_own, links_foreign, forms, scripts, images;
    size_t frames, refreshes;
    size_t entries;       /**< links to something below this page */
    bool leads_elsewhere; /**< a frame or refresh of another domain */

    /* inside */
    char *title; /**< [PAGE_TITLE_MAX] */
    bool has_title;
    bool in_link;
    char link[READ_LINK_MAX]; /**< folded text of the link so far */
    size_t link_len;
    char window[READ_WINDOW]; /**< folded text not yet searched, and some
                                   before it */
    size_t len, searched;
    bool is_spaced;          /**< a space is due before the next character */
    char head[WEB_SIGN_MAX]; /**< folded text from its beginning */
};

/** @param title  [PAGE_TITLE_MAX] */
void web_read_init(struct reading *r, const struct page_answer *in,
                   char *title);
void web_read_html(struct reading *r);
void web_read_text(struct reading *r); /**< no tags are looked for */

#endif
