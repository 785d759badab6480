/* The website of a domain: the record of what was seen, as it is kept. Pure.
 */
#ifndef ANALYSIS_WEBSITE_H
#define ANALYSIS_WEBSITE_H

#include "base/text.h"
#include "snowline/addr.h"
#include "web/page.h"

#define WEBSITE_URL_MAX 512

/** What there is, with its word. */
/* clang-format off */
#define WEBSITE_STATUSES(X)                                                \
    X(NONE,     "none")     /* the names have no address, or are not there */ \
    X(REFUSED,  "refused")  /* an address, and nobody listens */           \
    X(TIMEOUT,  "timeout")                                                 \
    X(DEFAULT,  "default")  /* a page that nobody made for it */           \
    X(PARKED,   "parked")   /* held, or offered for sale */                \
    X(CONTENT,  "content")                                                 \
    X(ERROR,    "error")    /* an answer that tells nothing of it */       \
    X(EXCLUDED, "excluded") /* at an address that is to be left alone */
/* clang-format on */

enum website_status {
#define X(id, word) WEBSITE_##id,
    WEBSITE_STATUSES(X)
#undef X
        WEBSITE_N_STATUSES,
};

struct analysis_website {
    enum website_status status;
    char detail[16]; /**< finer: a word of PAGE_DETAILS, or nodata, nxdomain,
                          dns, redirect, exchange; "" if none */
    char sign[97];   /**< words that decided; "" if none did */
    unsigned http_status;             /**< 0: none */
    char url[WEBSITE_URL_MAX];        /**< where it came from in the end, cut */
    char redirects_to[PAGE_HOST_MAX]; /**< a host of another domain, or "" */
    char address[SNOW_ADDR_TEXT_MAX]; /**< connected to, or "" */
    unsigned redirects;               /**< followed */
    uint64_t octets, text_octets;     /**< of the body; of what is seen */
    bool is_cut;                      /**< there is more */
    char title[PAGE_TITLE_MAX];
    enum page_company company;
    char company_sign[16]; /**< what names it; "" if nothing does */
};

const char *analysis_website_status_word(enum website_status status);

/** Take over what a page shows. */
void analysis_website_from_page(struct analysis_website *w,
                                const struct page *p);

/** Append it as one JSON object. */
void analysis_website_format_json(struct buf *to,
                                  const struct analysis_website *w);

/** Read it back; what is missing stays empty, what is too long is cut.
 * @return 0, SNOW_ESYNTAX, SNOW_ENOMEM */
int analysis_website_parse_json(struct analysis_website *out,
                                const char *octets, size_t len);

/** Is it certain that there is no website? */
bool analysis_website_is_none(const struct analysis_website *w);

/**
 * How much of a website is missing.
 *
 * @return 1: there is none, 0.5: next to nothing, 0: there is one; NaN: not
 *         known, which is the answer whenever there is doubt
 */
double analysis_website_absence(const struct analysis_website *w);

/** True when asking again may tell more. */
bool analysis_website_is_failure(const struct analysis_website *w);

#endif
