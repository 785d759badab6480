/* What one HTTP answer shows of a domain: a site of its own, or a page that
 * nobody made for it. A hint for who looks further, never a verdict: what
 * cannot be told is told as such. Pure. */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_TITLE_MAX 201 /**< octets, NUL included */
#define PAGE_HOST_MAX 254  /**< RFC 1035 §2.3.4, NUL included */
#define PAGE_TEXT_THIN 512 /**< octets of text, less is next to nothing */
#define PAGE_BODY_MAX (256u << 10) /**< octets that are worth reading */

enum page_kind {
    PAGE_CONTENT,
    PAGE_DEFAULT, /**< a page of the server, nothing, or an announcement */
    PAGE_PARKED,
    PAGE_ERROR, /**< an answer that shows nothing of the site */
    PAGE_N_KINDS,
};

/** In one word, for each kind. */
/* clang-format off */
#define PAGE_DETAILS(X)                                                   \
    X(SITE,        "site",        CONTENT) /* text of some length */      \
    X(THIN,        "thin",        CONTENT) /* little text */              \
    X(SCRIPT_ONLY, "script-only", CONTENT) /* what a script would show */ \
    X(ELSEWHERE,   "elsewhere",   CONTENT) /* a page of another domain */ \
    X(FILE,        "file",        CONTENT) /* no page: an image, a text */ \
    X(LISTING,     "listing",     CONTENT) /* a directory of files */     \
    X(SERVER,      "server",      DEFAULT) /* the server's own */         \
    X(PANEL,       "panel",       DEFAULT) /* the hosting panel's own */  \
    X(FRESH,       "fresh",       DEFAULT) /* as it was installed */      \
    X(EMPTY,       "empty",       DEFAULT)                                \
    X(NOTHING,     "nothing",     DEFAULT) /* a directory of no files */  \
    X(NOT_FOUND,   "not-found",   DEFAULT)                                \
    X(PLACEHOLDER, "placeholder", DEFAULT) /* coming soon */              \
    X(SUSPENDED,   "suspended",   DEFAULT) /* by its host */              \
    X(HELD,        "held",        PARKED)  /* by a registrar or parker */ \
    X(FOR_SALE,    "for-sale",    PARKED)                                 \
    X(EXPIRED,     "expired",     PARKED)                                 \
    X(CHALLENGE,   "challenge",   ERROR)   /* are you a person? */        \
    X(FORBIDDEN,   "forbidden",   ERROR)                                  \
    X(BUSY,        "busy",        ERROR)                                  \
    X(REDIRECTS,   "redirects",   ERROR)   /* more than are followed */   \
    X(BROKEN,      "broken",      ERROR)
/* clang-format on */

enum page_detail {
#define X(id, word, kind) PAGE_##id,
    PAGE_DETAILS(X)
#undef X
        PAGE_N_DETAILS,
};

/** Does the page name who runs it? */
enum page_company {
    PAGE_COMPANY_UNKNOWN, /**< not all of it was read, or none of it is its
                               own */
    PAGE_COMPANY_NO,
    PAGE_COMPANY_YES,
};

/** An HTTP answer; everything is borrowed and may hold anything. */
struct page_answer {
    const char *domain; /**< registrable, lower case */
    const char *host;   /**< it came from in the end; lower case */
    const char *path;   /**< and query, there */
    long status;
    const char *content_type; /**< "" if none */
    const char *body;
    size_t len;
    bool is_cut; /**< the body goes on */
};

struct page {
    enum page_kind kind;
    enum page_detail detail;
    char sign[97]; /**< words that decided, folded; "" when none did */
    enum page_company company;
    const char *company_sign;   /**< a word: number, imprint, address, form,
                                     phone, mail, contact; "" if none */
    char title[PAGE_TITLE_MAX]; /**< UTF-8 without controls, spaces
                                     collapsed */
    size_t text_octets;         /**< that are seen, spaces collapsed */
    size_t links_own, links_foreign, forms, scripts;
};

/**
 * Judge a page.
 *
 * Linear in the length of the body, without allocation (but for UTF-16). Signs
 * of a page that nobody made count only where there is little else; what needs
 * a browser, or shows another domain, is content that cannot be judged.
 *
 * @return 0, SNOW_ENOMEM
 */
int page_judge(struct page *out, const struct page_answer *in);

const char *page_kind_word(enum page_kind kind);
const char *page_detail_word(enum page_detail detail);
/** @return false for no such word */
bool page_detail_parse(enum page_detail *out, const char *word);
enum page_kind page_detail_kind(enum page_detail detail);

/** Is it the domain, or a name below it? */
bool page_is_own(const char *host, size_t len, const char *domain);

#endif
